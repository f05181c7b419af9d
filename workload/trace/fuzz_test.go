package trace

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fuzzFormat reads what may be a trace of a format. Whatever comes, errors name the trace, sizes are in bounds, and what
// is read again is the same.
func fuzzFormat(f *testing.F, format Format, files []string, seeds ...string) {
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join("testdata", file))
		require.NoError(f, err)
		f.Add(data)
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkReading(t, data, Options{Format: format}) })
}

func checkReading(t *testing.T, data []byte, options Options) {
	all, err := readAll(data, "fuzz", options)
	if err != nil {
		require.ErrorContains(t, err, "trace: fuzz: ")
		require.Less(t, len(err.Error()), 4000)
	}
	for _, r := range all {
		if r.SizeBytes < 0 || r.SizeBytes > 3*maxSizeBytes {
			t.Fatalf("size %d", r.SizeBytes)
		}
	}
	if err != nil || len(all) == 0 || len(all) > 10_000 {
		return
	}
	source := textSource("fuzz", string(data))
	load := plenty
	load.Options = options
	held, err := Load(context.Background(), source, load)
	if err != nil { // sizes that sum to too much
		require.ErrorContains(t, err, "trace: fuzz: ")
		return
	}
	require.Len(t, held, 1)
	again := *held[0]
	l := &loader{source: source, options: load, parts: make(map[string]*Loaded), drops: true}
	require.NoError(t, l.read(context.Background(), l.add))
	l.order[0].gatherer.Dense = *l.order[0].gatherer.done()
	var pieces []string
	require.NoError(t, l.order[0].Each(context.Background(), func(d *Dense) error {
		pieces = append(pieces, told(d))
		return nil
	}))
	require.Equal(t, told(again.Held), strings.Join(pieces, " "))
}

func FuzzCombined(f *testing.F) {
	fuzzFormat(f, Combined, []string{"combined.log", "common.log", "varnish.log"}, "a b c [01/Mar/2026:12:00:00 +0000] \"GET /\\\" HTTP/1.0\" 200 -\n")
}

func FuzzW3C(f *testing.F) {
	fuzzFormat(f, W3C, []string{"cloudfront.log", "iis.log"}, "#Fields: time cs-uri sc-bytes\n12:00:01 \"/a \"\"b\" 5\n", "2026-03-01\t12:00:00\tDFW1\t5\t-\tGET\t-\t/a\t200\t-\t-\t-\n")
}

func FuzzJSON(f *testing.F) {
	fuzzFormat(f, JSON, []string{"nginx.jsonl", "cloudfront.jsonl", "caddy.jsonl"}, "[\n{\"ts\":1,\"url\":\"/a\",\"bytes\":5},\n]\n", `{"time":1,"request":"GET / HTTP/1.1","status":200}`)
}

func FuzzSquid(f *testing.F) { fuzzFormat(f, Squid, []string{"squid.log"}) }

func FuzzTwitter(f *testing.F) { fuzzFormat(f, Twitter, []string{"twitter.csv"}) }

func FuzzIBM(f *testing.F) { fuzzFormat(f, IBM, []string{"ibm.txt"}) }

func FuzzMSR(f *testing.F) { fuzzFormat(f, MSR, []string{"msr.csv"}) }

func FuzzTIS(f *testing.F) { fuzzFormat(f, TIS, []string{"lrb.tr"}, "0 5 100\n") }

func FuzzIDs(f *testing.F) { fuzzFormat(f, IDs, nil, "a\nb\n", "obj_id\r1\r") }

func FuzzCSV(f *testing.F) {
	fuzzFormat(f, CSV, []string{"wikimedia.tsv"}, "id,size\n1,2\n", "time;id;size\n1;a;10\n", "key,op,size,op_count\n1,SET,82,1\n1,GET,0,3\n", "\ufeff\"ts\",\"url\"\n2026-01-01T00:00:00Z,/a\n")
}

// FuzzDetect finds out formats.
func FuzzDetect(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	require.NoError(f, err)
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	f.Add(record(1, 2, 3, -1))
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	f.Add([]byte("\xff\xfe1\x00 \x00a\x00 \x001\x000\x00"))
	fuzzFormat(f, Auto, files, "0|1|A|8371\n")
}

// FuzzHeader reads CSV whose columns the options name.
func FuzzHeader(f *testing.F) {
	f.Add([]byte("0,1,A,8371\n"), "time,-,key,size", ",", "key+time")
	f.Add([]byte("0|1|A|8371\n"), "time,,key,size", "|", "")
	f.Fuzz(func(t *testing.T, data []byte, header, separator, key string) {
		options := Options{Format: CSV, Header: strings.Split(header, ","), KeyColumn: key}
		if len(separator) == 1 && separator[0] > ' ' && separator[0] != '"' && separator[0] < 0x7f {
			options.Separator = rune(separator[0])
		}
		checkReading(t, data, options)
	})
}

// FuzzReader reads binary traces and compressed ones.
func FuzzReader(f *testing.F) {
	f.Add(bytes.Join([][]byte{record(1, 2, 3, 2), record(1, 2, 3, -1)}, nil))
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd})
	fuzzFormat(f, Oracle, nil)
}
