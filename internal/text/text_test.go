package text_test

import (
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/internal/text"
)

func TestEveryLineEndIsOne(t *testing.T) {
	const text1 = "a\r\nb\rc\n\r\n\r\rd\r"
	const want = "a\nb\nc\n\n\n\nd\n"
	for name, r := range map[string]io.Reader{
		"whole": strings.NewReader(text1), "byte by byte": iotest.OneByteReader(strings.NewReader(text1)), "halves": iotest.HalfReader(strings.NewReader(text1)),
	} {
		got, err := io.ReadAll(text.NewReader(r))
		require.NoError(t, err)
		require.Equal(t, want, string(got), name)
	}
	// However the file comes in pieces: against replacing in the whole.
	draw := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var b strings.Builder
		for range 20_000 {
			b.WriteByte("ab\r\n"[draw.IntN(4)])
		}
		got, err := io.ReadAll(text.NewReader(strings.NewReader(b.String())))
		require.NoError(t, err)
		require.Equal(t, strings.ReplaceAll(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\r", "\n"), string(got))
	}
}

func TestLinesAreReadWithoutWhiteSpace(t *testing.T) {
	lines := text.NewLines(text.NewReader(strings.NewReader("\ufeffa b \r\r\n  c\n\nd")))
	for _, want := range []struct {
		line int64
		text string
	}{{1, "a b"}, {3, "c"}, {5, "d"}} {
		got, err := lines.Next()
		require.NoError(t, err)
		require.Equal(t, want.text, string(got))
		require.Equal(t, want.line, lines.Line())
	}
	_, err := lines.Next()
	require.Equal(t, io.EOF, err)

	lines = text.NewLines(text.NewReader(strings.NewReader("a\n" + strings.Repeat("x", 2<<20))))
	_, err = lines.Next()
	require.NoError(t, err)
	_, err = lines.Next()
	require.EqualError(t, err, "line 2: it is longer than 1048576 bytes: this is no text")
}

func TestTheKindOfAFileIsSaid(t *testing.T) {
	for start, want := range map[string]string{
		`{"type": "FeatureCollection", "features": []}`:                                             "a GeoJSON file",
		`[{"region":"eu-west-1","latency":{"a":1}}]`:                                                "JSON",
		"{\"a\":1}\n{\"a\":2}\n":                                                                    "JSON, an object a line",
		`{"directed": false, "multigraph": false, "nodes": [], "links": []}`:                        "a graph as JSON (node-link)",
		"Creator \"Topology Zoo\"\ngraph [\n node [ id 0 ] ]":                                       "GML",
		"# comment\ngraph\n[\n  directed 0":                                                         "GML",
		"<?xml version=\"1.0\"?>\n<gexf version=\"1.2\">":                                           "GEXF",
		"\ufeff<?xml version=\"1.0\"?>\n<graphml xmlns=\"x\">":                                      "GraphML",
		`<?xml version="1.0" encoding="ISO-8859-1"?><network xmlns="http://sndlib.zib.de/network">`: "an SNDlib file (XML)",
		"?SNDlib native format; type: network; version: 1.0":                                        "an SNDlib file",
		"<!DOCTYPE html><html><head>":                                                               "a web page (HTML)",
		"<kml xmlns=\"http://www.opengis.net/kml/2.2\">":                                            "KML",
		"<a><b/></a>":            "XML",
		"digraph G {\n a -> b }": "a DOT file (Graphviz)",
		"*Vertices 3\n1 \"a\"":   "a Pajek file",
		"#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip\n2019": "a CloudFront log",
		"#Software: Microsoft IIS 8.5\n#Version: 1.0\n":                         "a W3C access log",
		`10.0.0.1 - - [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 200 2326`:  "an access log (Apache, nginx)",
		`example.org 10.0.0.1 - bob [10/Oct/2026:13:55:36 +0000] "GET /a"`:      "an access log (Apache, nginx)",
		"1286536308.779    180 192.168.0.224 TCP_MISS/200 411 GET http://x/ - ": "a Squid access log",
		"PK\x03\x04 sheet":                      "a zip file or a spreadsheet (.xlsx, .ods)",
		"\x1f\x8b\x08":                          "a gzip file",
		"PAR1\x15":                              "a Parquet file",
		"id,lat\x00":                            "a binary file",
		"id,lat_deg\na,1":                       "",
		"a\nb\n":                                "",
		"graph,size\n":                          "",
		"1,2,3\n":                               "",
		"<3,x\n":                                "",
		"{curly,x\n":                            "",
		"# sites of 2026\nid,lat_deg,lon_deg\n": "",
		"[1] note,x\n":                          "JSON",
		"creator,id\n":                          "",
		"Version,1\n":                           "",
	} {
		kind, ok := text.KindOf([]byte(start))
		require.Equal(t, want, kind.Name, start)
		require.Equal(t, want != "", ok)
		if ok && kind.Name != "GraphML" {
			require.NotEmpty(t, kind.AsGraph)
		}
		if ok {
			require.NotEmpty(t, kind.AsTable)
		}
	}
}

func TestTextIsToldFromBinaryData(t *testing.T) {
	require.True(t, text.IsText([]byte("a\tb\r\n")))
	require.True(t, text.IsText([]byte("\xff\xfea\x00b\x00")))
	require.True(t, text.IsText([]byte("a\x001\x00\n\x00b\x00")))
	require.False(t, text.IsText([]byte("\x01\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00")))
}

func TestErrorsQuoteLittle(t *testing.T) {
	require.Equal(t, `"a b"`, text.Quote("a b"))
	require.Equal(t, `"\x1b[2J\u200b"`, text.Quote("\x1b[2J\u200b"))
	require.Equal(t, `"`+strings.Repeat("ß", 40)+`…"`, text.Quote(strings.Repeat("ß", 41)))
	require.Equal(t, `"`+strings.Repeat("ß", 40)+`"`, text.Quote(strings.Repeat("ß", 40)))
}

func FuzzTable(f *testing.F) {
	f.Add("id,lat\na,1\n")
	f.Add("\ufeff\"id\";\"lat\"\r\n\"a\";\"1,5\"\r\n")
	f.Add("\xff\xfei\x00d\x00\r\x00a\x00")
	f.Fuzz(func(t *testing.T, data string) {
		rows, err := text.OpenTable("t", strings.NewReader(data), []string{"id"}, []string{"lat"}, func(string) {})
		if err != nil {
			return
		}
		for rows.Next() {
			_ = rows.Text("id")
			_ = rows.Number("lat", 0, 1)
		}
	})
}
