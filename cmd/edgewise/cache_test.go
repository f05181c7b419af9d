package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// runCache runs "edgewise cache" and returns the exit code and what it wrote.
func runCache(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = execute(context.Background(), append([]string{"cache"}, args...), &streams{in: strings.NewReader(""), out: &o, err: &e})
	return code, o.String(), e.String()
}

// sizedTrace writes ten requests for four objects of 10, 20, 30 and 40 bytes, one of which grows.
func sizedTrace(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trace.tis")
	text := "0 1 10\n1 2 20\n2 3 30\n3 1 10\n4 4 40\n5 1 15\n6 2 20\n7 1 15\n8 3 30\n9 1 15\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestCacheCommandWritesOneRowARun(t *testing.T) {
	trace := sizedTrace(t)
	out := filepath.Join(t.TempDir(), "rows.csv")
	code, printed, errOut := runCache(t, trace, "--policy", "lru,fifo,belady", "--size", "2,60%,60B", "-o", out)
	require.Equal(t, exitDone, code, errOut)
	written, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, string(written), printed)
	rows, err := csv.NewReader(bytes.NewReader(written)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "trace policy unit size requests misses request_miss_ratio byte_miss_ratio requests_per_second",
		strings.Join(rows[0], " "))
	var got []string
	for _, row := range rows[1:] {
		require.Equal(t, trace, row[0])
		got = append(got, strings.Join(row[1:7], " "))
	}
	// Counted by hand. 60 % of four objects are two.
	require.Equal(t, []string{
		"lru objects 2 10 7 0.7", "fifo objects 2 10 8 0.8", "belady objects 2 10 6 0.6",
		"lru objects 2 10 7 0.7", "fifo objects 2 10 8 0.8", "belady objects 2 10 6 0.6",
		"lru bytes 60 10 6 0.6", "fifo bytes 60 10 8 0.8", "belady bytes 60 10 6 0.6",
	}, got)
}

func TestCacheSizesAreExact(t *testing.T) {
	tests := []struct {
		text, unit string
		bytes      bool
		number     string
	}{
		{"1000", "auto", false, "1000"}, {"1000", "bytes", true, "1000"}, {"1GiB", "auto", true, "1073741824"},
		{"1.5KiB", "bytes", true, "1536"}, {"10miB", "auto", true, "10485760"}, {"1 KB", "auto", true, "1000"}, {"2 MB", "auto", true, "2000000"}, {"29%", "objects", false, "29"},
		{"0.1%", "bytes", true, "1/10"},
	}
	for _, tt := range tests {
		size, err := parseCacheSize(tt.text, tt.unit)
		require.NoError(t, err)
		require.Equal(t, tt.bytes, size.bytes, tt.text)
		require.Equal(t, tt.number, size.number.RatString(), tt.text)
	}
}

func TestCacheCommandNamesWhatIsWrong(t *testing.T) {
	trace := sizedTrace(t)
	cut := filepath.Join(t.TempDir(), "cut.tis")
	require.NoError(t, os.WriteFile(cut, []byte("0 1 10\n1 2"), 0o600))
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	ids, unsized, empty := file("ids.txt", "1\n2\n"), file("unsized.csv", "id\n1\n"), file("empty.csv", "id\n")
	nothing := file("nothing.tis", "0 1 0\n")
	tests := []struct {
		args []string
		want string
	}{
		{[]string{trace, "--size", "x"}, `--size is "x"; want a number above 0, digits and at most one point, such as 1000, 10% or 1.5GiB, alone or with a unit: %, B, kB`},
		{[]string{trace, "--size", "0"}, `--size is "0"`},
		{[]string{trace, "--size", "0.5"}, "want a whole number"},
		{[]string{trace, "--size", "1e3"}, `--size is "1e3"`},
		{[]string{trace, "--size", "+1"}, `--size is "+1"`},
		{[]string{trace, "--size", "1%"}, "--size is 1% of the footprint, 4 objects, rounded down 0"},
		{[]string{trace, "--size="}, "--size: is \"\"; want values between commas"},
		{[]string{trace, "--policy", "lru,,fifo"}, "--policy: is \"lru,,fifo\""},
		{[]string{trace, "--admission="}, "--admission: is \"\""},
		{[]string{trace, "--hit="}, `--hit is ""`},
		{[]string{trace, "--curve="}, "no file after ="},
		{[]string{ids, "--size", "3,10MB"}, "ids.txt: --size is 10MB, but the trace has no sizes, so only objects can be counted: want --unit objects"},
		{[]string{ids, "--unit", "bytes"}, "ids.txt: --unit is bytes, but the trace has no sizes"},
		{[]string{unsized, "--unit", "bytes"}, "unsized.csv: --unit is bytes, but the trace has no sizes"},
		{[]string{ids, "--key-column", "url"}, `the key column is to be "url", but the format is ids`},
		{[]string{empty}, "empty.csv: no requests"},
		{[]string{nothing}, "nothing.tis: no requests but 1 of size 0"},
		{[]string{"-", "-"}, "given twice"},
		{[]string{"-", "--input-format", "ids"}, "standard input: no requests"},
		{[]string{}, "an argument is missing: want one file or more; see edgewise cache --help"},
		{[]string{trace, "--curve=" + trace, "--size", "1"}, "must end in .svg, .png or .pdf"},
		{[]string{trace, "--size", "1MB", "--unit", "objects"}, "counts bytes; --unit is objects"},
		{[]string{trace, "--policy", "lruu", "--size", "1"}, `Policy is lruu; want one of lru, fifo`},
		{[]string{trace, "--policy", "clock:bits=9", "--size", "1"}, "Policy is clock:bits=9; want bits to be a whole number from 1 to 8"},
		{[]string{trace, "--admission", "x", "--size", "1"}, "Admission is x; want one of always, size"},
		{[]string{trace, "--policy", "belady", "--admission", "tinylfu", "--size", "1"}, "knows the future"},
		{[]string{trace, "--curve=x.gif", "--size", "1"}, "must end in .svg, .png or .pdf"},
		{[]string{trace, "--hit", "120%", "--size", "1"}, `--hit is "120%"`},
		{[]string{trace, "--input-format", "xls"}, `--input-format: trace: format is "xls"; allowed are auto, oracle, tis, csv, ids, combined, w3c, json, squid, twitter, ibm, msr`},
		{[]string{cut}, "cut.tis: line 2"},
		{[]string{trace + ".missing"}, "no such file"},
	}
	for _, tt := range tests {
		out := filepath.Join(t.TempDir(), "out.csv")
		code, printed, errOut := runCache(t, append(tt.args, "-o", out)...)
		require.Equal(t, exitUsage, code, tt.args)
		require.Contains(t, errOut, tt.want)
		require.Empty(t, printed)
		require.NoFileExists(t, out)
	}
}

func TestCacheCommandDrawsAndAnswers(t *testing.T) {
	trace := sizedTrace(t)
	dir := t.TempDir()
	out := filepath.Join(dir, "rows.csv")
	code, _, errOut := runCache(t, trace, "--size", "2", "-o", out, "--curve", "--hit", "50%")
	require.Equal(t, exitDone, code, errOut)
	require.Contains(t, errOut, "lru hits 50 % of the requests with 4 objects, 100 % of the footprint")
	for _, name := range []string{"rows.svg", "rows.png", "rows.csv"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
	code, _, errOut = runCache(t, trace, "--size", "2", "--curve="+filepath.Join(dir, "own.svg"), "--hit", "70%")
	require.Equal(t, exitDone, code, errOut)
	require.Contains(t, errOut, "lru never hits 70 % of the requests; the bound is 60.0 %")
	require.FileExists(t, filepath.Join(dir, "own.svg"))
}

func TestCacheCommandLeavesItsInputsAlone(t *testing.T) {
	trace := sizedTrace(t)
	text, err := os.ReadFile(trace)
	require.NoError(t, err)
	link := filepath.Join(t.TempDir(), "link.tis")
	require.NoError(t, os.Symlink(trace, link))
	for _, out := range []string{trace, link} {
		code, _, errOut := runCache(t, trace, "-o", out)
		require.Equal(t, exitUsage, code)
		require.Contains(t, errOut, "write "+out+": it is the same file as "+trace)
	}
	now, err := os.ReadFile(trace)
	require.NoError(t, err)
	require.Equal(t, string(text), string(now))
}

func TestCacheCommandWritesNothingUnlessAllIsDone(t *testing.T) {
	good, dir := sizedTrace(t), t.TempDir()
	missing, cut := filepath.Join(dir, "missing.tis"), filepath.Join(t.TempDir(), "cut.tis")
	require.NoError(t, os.WriteFile(cut, []byte("0 1 10\n1 2"), 0o600))
	for _, args := range [][]string{
		{good, missing}, {good, cut},
		{good, sizedTrace(t)}, // both curves would have the same name
	} {
		args = append(args, "--curve="+filepath.Join(dir, "two.svg"), "-o", filepath.Join(dir, "rows.csv"), "--size", "2")
		code, printed, errOut := runCache(t, args...)
		require.Equal(t, exitUsage, code, errOut)
		require.Empty(t, printed)
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, entries)
	}
}

func TestCacheCommandReadsStandardInput(t *testing.T) {
	text := []byte("1\n2\n1\n3\n")
	var compressed bytes.Buffer
	z := gzip.NewWriter(&compressed)
	_, err := z.Write(text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	for _, input := range [][]byte{text, compressed.Bytes(), []byte("id,size\n1,5\n2,5\n1,5\n3,5\n")} {
		code, out, errs := runWith(t, string(input), "cache", "-", "--size", "2")
		require.Equal(t, exitDone, code, errs)
		require.Contains(t, out, "\n-,lru,objects,2,4,3,0.75,")
	}
}

func TestUsualCacheSizesSuitSmallTraces(t *testing.T) {
	code, out, errs := runWith(t, "1\n2\n1\n", "cache", "-")
	require.Equal(t, exitDone, code, errs)
	require.Equal(t, 2, strings.Count(out, "\n"), "a header and one row: all usual sizes are 1 here")
	require.Contains(t, out, "-,lru,objects,1,3,3,")
}

func TestInterruptedCacheCommandWritesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	out := filepath.Join(t.TempDir(), "rows.csv")
	code, printed, errs := run(t, ctx, "cache", sizedTrace(t), "-o", out)
	require.Equal(t, exitInterrupted, code)
	require.Equal(t, "edgewise: stopped; nothing is written\n", errs)
	require.Empty(t, printed)
	require.NoFileExists(t, out)
}

func TestNoCellOfTheRowsOfCachesIsAFormula(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace.csv")
	require.NoError(t, os.WriteFile(file, []byte("id,pop\n1,=1+1\n1,=1+1\n2,DFW\n"), 0o644))
	out := filepath.Join(t.TempDir(), "rows.csv")
	code, printed, errs := runWith(t, "", "cache", file, "--by", "pop", "--size", "1", "-o", out)
	require.Equal(t, exitDone, code, errs)
	require.Contains(t, printed, ",'=1+1,lru,objects,1,2,1,")
	written, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Contains(t, string(written), ",'=1+1,lru,objects,1,2,1,")
}
