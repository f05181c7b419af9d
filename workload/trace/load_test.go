package trace

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"
)

// textSource is a text to load.
func textSource(name, text string) Source {
	return Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// plenty lets anything be held.
var plenty = LoadOptions{HoldBytes: 1 << 40, TableBytes: 1 << 40}

// loaded loads a trace of one part and returns it with what was said of it.
func loaded(t *testing.T, source Source, options LoadOptions) (*Loaded, []string) {
	t.Helper()
	var said []string
	options.Warn = func(warning string) { said = append(said, warning) }
	parts, err := Load(context.Background(), source, options)
	require.NoError(t, err)
	require.Len(t, parts, 1)
	return parts[0], said
}

// told lists what requests do: object, size, and P or D for a write or delete.
func told(d *Dense) string {
	var b strings.Builder
	for i, id := range d.IDs {
		size := int64(0)
		if d.RequestSizes != nil {
			size = d.RequestSizes[i]
		} else {
			size = d.ObjectSizes[id]
		}
		op := ""
		if d.Ops != nil {
			op = [...]string{"", "P", "D"}[d.Ops[i]]
		}
		if op == "D" {
			size = 0
		}
		fmt.Fprintf(&b, "%s%d:%d ", op, id, size)
	}
	return strings.TrimSpace(b.String())
}

// The logs of testdata tell one story: /a.png is asked for whole, not modified, in part and whole again; /b.js is
// deleted and asked for again. HEAD, POST and a status of 404 are no requests. All is the same in each format.
func TestLogsOfAllFormatsTellTheSameStory(t *testing.T) {
	const story = "0:1000 1:500 0:1000 0:1000 0:1000 D1:0 1:500"
	for file, format := range map[string]Format{
		"combined.log": Combined, "common.log": Combined, "varnish.log": Combined, "squid.log": Squid, "iis.log": W3C,
		"cloudfront.log": W3C, "cloudfront.jsonl": JSON, "nginx.jsonl": JSON, "caddy.jsonl": JSON,
	} {
		t.Run(file, func(t *testing.T) {
			l, said := loaded(t, fileSource(filepath.Join("testdata", file)), plenty)
			require.Equal(t, format, l.Format)
			require.True(t, l.HasSizes)
			require.Equal(t, story, told(l.Held))
			require.Equal(t, int64(1500), l.Held.FootprintBytes)
			require.Zero(t, l.Assumed)
			require.Len(t, said, 1)
			for _, what := range []string{"1 of status 404", "1 of method HEAD", "1 of method POST"} {
				require.Contains(t, said[0], what)
			}
			r, err := Open(filepath.Join("testdata", file), Options{})
			require.NoError(t, err)
			defer r.Close()
			first, err := r.Read()
			require.NoError(t, err)
			require.Equal(t, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Unix(), int64(first.Time.Seconds()))
		})
	}
}

func TestTracesThatPeopleHaveAreFoundAndRead(t *testing.T) {
	tests := []struct {
		file   string
		format Format
		want   string
		second time.Duration // of the last request
	}{
		// A get without a value missed in the recorded system: nobody knows its size before the set.
		{"twitter.csv", Twitter, "0:111 1:0 P1:211 1:211 0:111 D1:0 1:211", 5 * time.Second},
		{"ibm.txt", IBM, "P0:1056 0:1056 1:528 D0:0 1:528", 1256491 * time.Millisecond},
		{"msr.csv", MSR, "0:32768 P1:65536 1:65536 0:32768", 1172163603638215500},
		{"wikimedia.tsv", CSV, "0:9665 1:17635 0:9665", time.Second},
		{"lrb.tr", TIS, "0:100 1:250 0:100", 2 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			l, _ := loaded(t, fileSource(filepath.Join("testdata", tt.file)), plenty)
			require.Equal(t, tt.format, l.Format)
			require.Equal(t, tt.want, told(l.Held))
			data, err := os.ReadFile(filepath.Join("testdata", tt.file))
			require.NoError(t, err)
			all, err := readAll(data, tt.file, Options{})
			require.NoError(t, err)
			require.Equal(t, tt.second, all[len(all)-1].Time)
		})
	}
}

func TestRulesOfALogAreOptions(t *testing.T) {
	none := int64(0)
	tests := []struct {
		name, file string
		rules      Rules
		want       string
	}{
		{"paths alone", "varnish.log", Rules{Key: []string{"path"}}, "0:1000 1:500 0:1000 0:1000 0:1000 D1:0 1:500"},
		{"whole responses", "combined.log", Rules{Statuses: []int{200}}, "0:1000 1:500 0:1000 D1:0 1:500"},
		{"what was sent", "combined.log", Rules{Sizes: Recorded}, "0:1000 1:500 0:1000 0:300 0:1000 D1:0 1:500"},
		{"errors count", "combined.log", Rules{Statuses: []int{200, 404}}, "0:1000 1:500 2:153 0:1000 D1:0 1:500"},
		{"headers stay", "squid.log", Rules{HeaderBytes: &none}, "0:1400 1:900 0:1400 0:1400 0:1400 D1:0 1:900"},
		{"writes remove", "combined.log", Rules{Writes: WritesRemove}, "0:1000 1:500 0:1000 D2:0 0:1000 0:1000 D1:0 1:500"},
		{"reads alone", "combined.log", Rules{Writes: WritesIgnore}, "0:1000 1:500 0:1000 0:1000 0:1000 1:500"},
		{"sets remove", "twitter.csv", Rules{Writes: WritesRemove}, "0:111 1:0 D1:0 1:211 0:111 D1:0 1:211"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			options := plenty
			options.Rules = tt.rules
			l, _ := loaded(t, fileSource(filepath.Join("testdata", tt.file)), options)
			require.Equal(t, tt.want, told(l.Held))
		})
	}
	for want, rules := range map[string]Rules{
		`Key is path,path; want some of host, path, query, method, each once`: {Key: []string{"path", "path"}},
		`Statuses is 20; want a status from 100 to 999`:                       {Statuses: []int{20}},
	} {
		_, err := Open("testdata/combined.log", Options{Rules: rules})
		require.ErrorContains(t, err, want)
	}
}

// An object of which the log has no whole response is as large as its largest part, and one of which it has no body
// as large as the median of the others.
func TestSizesThatNoLineSays(t *testing.T) {
	line := func(path string, status, bytes int) string {
		return fmt.Sprintf("h - - [01/Mar/2026:12:00:00 +0000] \"GET %s HTTP/1.1\" %d %d\n", path, status, bytes)
	}
	l, _ := loaded(t, textSource("x", line("/a", 200, 100)+line("/b", 206, 70)+line("/b", 206, 60)+line("/c", 304, 0)+line("/d", 200, 300)+line("/a", 200, 40)), plenty)
	require.Equal(t, "0:100 1:70 1:70 2:100 3:300 0:100", told(l.Held))
	require.Equal(t, int64(1), l.Assumed)
	l, _ = loaded(t, fileSource("testdata/cloudfront.log"), LoadOptions{HoldBytes: 1 << 40, TableBytes: 1 << 40, Options: Options{Rules: Rules{Statuses: []int{206}}}})
	require.Equal(t, []int64{1000}, l.Held.ObjectSizes[:1], "as far as the range goes")
}

func TestATraceIsSplitByAColumn(t *testing.T) {
	options := plenty
	options.By, options.ByLetters = "x-edge-location", 3
	parts, err := Load(context.Background(), fileSource("testdata/cloudfront.log"), options)
	require.NoError(t, err)
	require.Len(t, parts, 2)
	require.Equal(t, "DFW", parts[0].Group)
	require.Equal(t, "0:1000 1:500 0:1000 D1:0 1:500", told(parts[0].Held))
	require.Equal(t, "FRA", parts[1].Group)
	require.Equal(t, "0:1000 0:1000", told(parts[1].Held))
	options.By = "pop"
	_, err = Load(context.Background(), fileSource("testdata/cloudfront.log"), options)
	require.ErrorContains(t, err, `there is no column "pop"; there are date, time, x-edge-location`)
	many := LoadOptions{Options: Options{}, By: "user", HoldBytes: 1 << 40, TableBytes: 1 << 40}
	var text strings.Builder
	text.WriteString("id,user\n")
	for i := range maxGroups + 1 {
		fmt.Fprintf(&text, "1,%d\n", i)
	}
	_, err = Load(context.Background(), textSource("u.csv", text.String()), many)
	require.ErrorContains(t, err, `the column "user" has more than 10000 values`)
}

// An object is as large for one who gets a 304 of it as for one who gets all, held or read again.
func TestAnObjectIsAsLargeInEachPart(t *testing.T) {
	line := func(client, path string, status, bytes int) string {
		return fmt.Sprintf("%s - - [01/Mar/2026:12:00:00 +0000] \"GET %s HTTP/1.1\" %d %d\n", client, path, status, bytes)
	}
	log := line("a", "/big", 200, 1_000_000) + line("a", "/s1", 200, 10) + line("b", "/big", 304, 0) + line("b", "/s1", 200, 10) +
		line("b", "/s1", 200, 10) + line("b", "/never", 304, 0) + line("c", "/never", 304, 0) + line("c", "/big", 206, 70)
	for _, tt := range []struct {
		sizes SizeRule
		want  map[string]string
		said  string
	}{
		{Largest, map[string]string{"a": "0:1000000 1:10", "b": "0:1000000 1:10 1:10 2:1000000", "c": "0:1000000 1:1000000"}, "no line says how large 1 of 3 objects are"},
		{Recorded, map[string]string{"a": "0:1000000 1:10", "b": "0:1000000 1:10 1:10 2:0", "c": "0:0 1:70"}, ""},
	} {
		for name, hold := range map[string]int64{"held": 1 << 40, "read again": -1} {
			t.Run(fmt.Sprintf("%v %s", tt.sizes, name), func(t *testing.T) {
				options := plenty
				var said []string
				options.By, options.Rules.Sizes, options.Warn = "client", tt.sizes, func(warning string) { said = append(said, warning) }
				source := textSource("by.log", log)
				l := &loader{source: source, options: options, parts: make(map[string]*Loaded), drops: hold < 0}
				parts, err := l.load(context.Background())
				require.NoError(t, err)
				require.Len(t, parts, 3)
				for _, part := range parts {
					var pieces []string
					require.NoError(t, part.Each(context.Background(), func(d *Dense) error {
						pieces = append(pieces, told(d))
						return nil
					}))
					require.Equal(t, tt.want[part.Group], strings.Join(pieces, " "), part.Group)
				}
				if tt.said == "" {
					require.Empty(t, said)
					return
				}
				require.Len(t, said, 1, "once, of all parts")
				require.Contains(t, said[0], tt.said)
			})
		}
	}
}

func TestLettersOfAGroupAreNoBytes(t *testing.T) {
	options := plenty
	options.By, options.ByLetters = "city", 3
	parts, err := Load(context.Background(), textSource("x.csv", "id,city\n1,Zürich\n2,Zürs\n3,Łó\n"), options)
	require.NoError(t, err)
	require.Len(t, parts, 2)
	require.Equal(t, "Zür", parts[0].Group)
	require.Equal(t, "Łó", parts[1].Group)
}

// TestWhatDoesNotFitIsReadAgain loads the same trace held and not.
func TestWhatDoesNotFitIsReadAgain(t *testing.T) {
	var sized, ops, log strings.Builder
	sized.WriteString("time,id,size,g\n")
	ops.WriteString("key,op,size,op_count\n")
	for i := range 60_000 {
		fmt.Fprintf(&sized, "%d,k%d,%d,%d\n", i, i*i%977, 1+i%7, i%3)
		fmt.Fprintf(&ops, "k%d,%s,%d,%d\n", i*i%977, []string{"GET", "GET", "SET", "DELETE"}[i%4], i%5, 1+i%2)
		fmt.Fprintf(&log, "h - - [01/Mar/2026:12:%02d:%02d +0000] \"GET /%d HTTP/1.1\" %d %d\n", i/1000%60, i%60, i*i%977, []int{200, 304, 206}[i%3], i%1000)
	}
	for _, tt := range []struct {
		text, by string
		warm     time.Duration
	}{{text: sized.String(), by: "g", warm: 10_000 * time.Second}, {text: ops.String()}, {text: log.String(), warm: 5 * time.Minute}} {
		options := plenty
		options.By, options.Warm = tt.by, tt.warm
		held, err := Load(context.Background(), textSource("t", tt.text), options)
		require.NoError(t, err)
		options.HoldBytes = 1
		again, err := Load(context.Background(), textSource("t", tt.text), options)
		require.NoError(t, err)
		require.Len(t, again, len(held))
		for i := range held {
			require.Nil(t, again[i].Held)
			require.Equal(t, held[i].Group, again[i].Group)
			require.Equal(t, held[i].Warm, again[i].Warm)
			require.Equal(t, held[i].Requests, again[i].Requests)
			require.Positive(t, held[i].Requests)
			if tt.warm > 0 {
				require.Positive(t, held[i].Warm)
			}
			for range 2 {
				var pieces []string
				require.NoError(t, again[i].Each(context.Background(), func(d *Dense) error {
					pieces = append(pieces, told(d))
					return nil
				}))
				require.Equal(t, told(held[i].Held), strings.Join(pieces, " "))
			}
		}
		stream := textSource("t", tt.text)
		stream.IsStream = true
		_, err = Load(context.Background(), stream, options)
		require.ErrorContains(t, err, "this input cannot be read twice: want a file, or allow more memory")
		options.TableBytes = 1000
		_, err = Load(context.Background(), textSource("t", tt.text), options)
		require.ErrorContains(t, err, "objects, whose table takes")
	}
}

func TestAnOperationCountRepeatsALine(t *testing.T) {
	l, _ := loaded(t, textSource("kv.csv", "key,op,size,op_count,key_size\n1,SET,82,1,40\n1,GET,0,3,40\n2,GET,104,2,64\n2,DELETE,0,1,64\n2,GET,104,1,64\n"), plenty)
	require.Equal(t, "P0:82 0:82 0:82 0:82 1:104 1:104 D1:0 1:104", told(l.Held))
}

func TestConversionsKeepOperationsAndColumns(t *testing.T) {
	to := filepath.Join(t.TempDir(), "out.csv")
	c, err := Convert(context.Background(), to, CSV, fileSource("testdata/cloudfront.log"), ConvertOptions{Options: Options{FurtherColumns: []string{"x-edge-location"}}})
	require.NoError(t, err)
	require.Equal(t, Conversion{Format: W3C, Requests: 7, Deletes: 1, Objects: 2, HasSizes: true, HasTimes: true}, c)
	written, err := os.ReadFile(to)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(written), "time,id,size,op,x-edge-location\n1772366400,"), string(written))
	options := plenty
	options.By, options.ByLetters = "x-edge-location", 3
	parts, err := Load(context.Background(), fileSource(to), options)
	require.NoError(t, err)
	require.Equal(t, "0:1000 1:500 0:1000 D1:0 1:500", told(parts[0].Held))
	_, err = Convert(context.Background(), filepath.Join(t.TempDir(), "out.tis"), TIS, fileSource("testdata/cloudfront.log"), ConvertOptions{})
	require.ErrorContains(t, err, "0 writes and 1 deletes, which tis cannot hold; want csv, or leave them out (writes: ignore)")
	c, err = Convert(context.Background(), to, Oracle, fileSource("testdata/combined.log"), ConvertOptions{Options: Options{Rules: Rules{Writes: WritesIgnore}}})
	require.NoError(t, err)
	require.Equal(t, int64(6), c.Requests)
	converted, _ := loaded(t, Source{Name: "x.oracleGeneral", Open: fileSource(to).Open}, plenty)
	require.Equal(t, "0:1000 1:500 0:1000 0:1000 0:1000 1:500", told(converted.Held))
}

func TestWhatAsksForTooMuchMemoryIsRefused(t *testing.T) {
	var packed bytes.Buffer
	w, err := xz.NewWriter(&packed)
	require.NoError(t, err)
	_, err = w.Write([]byte("1 2 3\n"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.Equal(t, int64(8<<20), xzWindow(packed.Bytes()), "of xz -6")
	at := bytes.Index(packed.Bytes(), []byte{0x21, 1})
	large := bytes.Clone(packed.Bytes())
	large[at+2] = 40 // 4 GiB
	_, err = NewReader(bytes.NewReader(large), "x", Options{})
	require.ErrorContains(t, err, "xz header: a window of 4294967296 bytes; want 134217728 at most")

	var ids strings.Builder
	for i := range 1 << 15 {
		fmt.Fprintln(&ids, i)
	}
	_, err = Convert(context.Background(), filepath.Join(t.TempDir(), "x.oracle"), Oracle, textSource("ids", ids.String()), ConvertOptions{MemoryBytes: 100_000})
	require.ErrorContains(t, err, "the first 16,384 requests take ")
}

func TestTheFieldsOfAW3CLogMayChange(t *testing.T) {
	const before = "#Fields: date time cs-uri-stem x-edge-location sc-status sc-bytes\n2026-03-01 12:00:00 /a DFW1 200 500\n2026-03-01 12:00:01 /b DFW2 200 600\n"
	options := plenty
	options.By = "x-edge-location"
	read := func(more string) (map[string]string, error) {
		parts, err := Load(context.Background(), textSource("site.log", before+more), options)
		by := make(map[string]string)
		for _, p := range parts {
			by[p.Group] = told(p.Held)
		}
		return by, err
	}
	by, err := read("#Software: x\n#Fields: x-edge-location sc-bytes cs-method cs-uri-stem time date sc-status\nLHR1 500 GET /a 12:00:02 2026-03-01 200\nDFW1 500 GET /a 12:00:03 2026-03-01 200\n")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"DFW1": "0:100 0:100", "DFW2": "0:200", "LHR1": "0:100"}, by, "400 bytes of headers are taken off")
	for more, want := range map[string]string{
		"#Fields: date time cs-uri-stem x-edge-location sc-status\n2026-03-01 12:00:02 /a DFW1 200\n":                 "site.log: line 4: the fields change here: there is no size any more; want a file of its own for each list of fields",
		"#Fields: date time cs-uri-stem sc-status sc-bytes\n2026-03-01 12:00:02 /a 200 5\n":                           "site.log: line 4: the fields change here: there is no column \"x-edge-location\"",
		"#Fields: date time x-edge-location sc-status sc-bytes\n2026-03-01 12:00:02 DFW1 200 5\n":                     "site.log: line 4: the fields change here: none of the columns",
		"#Fields: date time cs-uri-stem cs-uri-stem x-edge-location sc-bytes\n2026-03-01 12:00:02 /a /a DFW1 200 5\n": "site.log: line 4: the fields change here: column \"cs-uri-stem\" given twice",
	} {
		_, err := read(more)
		require.ErrorContains(t, err, want)
	}
}
