package text

import (
	"bytes"
	"encoding/json"
	"regexp"
)

// A Kind is what a file is, where that is neither a table nor a list.
type Kind struct {
	// Name says what it is, with an article: "a GeoJSON file".
	Name string
	// AsTable and AsGraph say how a CSV table, or GraphML, is made of it.
	AsTable, AsGraph string
	// IsLog says that it is an access log, which the trace readers may know.
	IsLog bool
}

// The remedies.
const (
	jq        = `write one row a line, for example with jq -r '.[] | [.id, .lat, .lon] | @csv', and a header above`
	convert   = "write its nodes or edges as CSV with the program that made it"
	spread    = "save the sheet as CSV in the program that made it"
	unpack    = "unpack it first"
	again     = "the download has failed, get the file itself"
	asLog     = "it is an access log, which workloads of kind trace and edgewise cache read"
	noGraph   = "a graph has nodes and edges, which this does not say"
	asGraph   = "name it at network.graphml"
	sndlib    = "SNDlib's own converter writes GraphML, or read nodes and links with Python and networkx.write_graphml"
	isNoText  = "it holds binary data"
	jsonGraph = "in Python, for example: import json, networkx as nx; nx.write_graphml(nx.node_link_graph(json.load(open(FILE))), \"out.graphml\")"
	geoJSON   = `jq -r '.features[] | [.properties.id, .geometry.coordinates[1], .geometry.coordinates[0]] | @csv' writes rows; put a header above`
	jsonLines = `jq -r '[.id, .lat, .lon] | @csv' writes rows; put a header above`
)

// magics are files known by their first bytes.
var magics = []struct {
	start string
	kind  Kind
}{
	{"\x1f\x8b", Kind{Name: "a gzip file", AsTable: unpack, AsGraph: unpack}},
	{"\x28\xb5\x2f\xfd", Kind{Name: "a zstd file", AsTable: unpack, AsGraph: unpack}},
	{"\xfd7zXZ\x00", Kind{Name: "an xz file", AsTable: unpack, AsGraph: unpack}},
	{"BZh", Kind{Name: "a bzip2 file", AsTable: unpack, AsGraph: unpack}},
	{"PK\x03\x04", Kind{Name: "a zip file or a spreadsheet (.xlsx, .ods)", AsTable: spread, AsGraph: unpack}},
	{"\xd0\xcf\x11\xe0", Kind{Name: "an old Excel file (.xls)", AsTable: spread, AsGraph: noGraph}},
	{"PAR1", Kind{Name: "a Parquet file", AsTable: `duckdb -c "copy 'FILE' to 'out.csv'" writes it as CSV`, AsGraph: noGraph}},
	{"%PDF", Kind{Name: "a PDF", AsTable: spread, AsGraph: noGraph}},
	{"SQLite format 3", Kind{Name: "an SQLite database", AsTable: `sqlite3 -header -csv FILE 'select ...' writes CSV`, AsGraph: noGraph}},
	{"?SNDlib native", Kind{Name: "an SNDlib file", AsTable: convert, AsGraph: sndlib}},
}

// patterns are text files known by how they start, the first that fits.
var patterns = []struct {
	start *regexp.Regexp
	kind  Kind
}{
	{regexp.MustCompile(`(?i)^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!doctype html|<html)`), Kind{Name: "a web page (HTML)", AsTable: again, AsGraph: again}},
	{regexp.MustCompile(`(?s)^<.*<graphml[\s>]`), Kind{Name: "GraphML", AsTable: asGraph}},
	{regexp.MustCompile(`^<graphml[\s>]`), Kind{Name: "GraphML", AsTable: asGraph}},
	{regexp.MustCompile(`(?s)^<.*<?gexf[\s>]`), Kind{Name: "GEXF", AsTable: convert, AsGraph: reader("gexf")}},
	{regexp.MustCompile(`(?is)^<.*(sndlib|<network[\s>].*<networkStructure)`), Kind{Name: "an SNDlib file (XML)", AsTable: convert, AsGraph: sndlib}},
	{regexp.MustCompile(`(?s)^<.*<?kml[\s>]`), Kind{Name: "KML", AsTable: convert, AsGraph: noGraph}},
	{regexp.MustCompile(`^<(\?xml|[A-Za-z!])`), Kind{Name: "XML", AsTable: convert, AsGraph: "want an element <graphml> at the top"}},
	{regexp.MustCompile(`(?i)^(#[^\n]*\n|\s|Creator[ \t]+"[^\n]*\n|Version[ \t][^\n]*\n|comment[ \t][^\n]*\n)*graph\s*\[`), Kind{Name: "GML", AsTable: convert, AsGraph: reader("gml")}},
	{regexp.MustCompile(`^Creator[ \t]+"`), Kind{Name: "GML", AsTable: convert, AsGraph: reader("gml")}},
	{regexp.MustCompile(`^(strict\s+)?(di)?graph\b[^\n{,;]*\{`), Kind{Name: "a DOT file (Graphviz)", AsTable: convert, AsGraph: "in Python, for example: networkx.nx_pydot.read_dot and networkx.write_graphml"}},
	{regexp.MustCompile(`(?i)^\*vertices\b`), Kind{Name: "a Pajek file", AsTable: convert, AsGraph: reader("pajek")}},
	{regexp.MustCompile(`(?s)^(#[^\n]*\n)*#Fields:[^\n]*x-edge-`), Kind{Name: "a CloudFront log", AsTable: asLog, AsGraph: noGraph, IsLog: true}},
	{regexp.MustCompile(`(?s)^(#[^\n]*\n)*#(Fields|Version|Software): `), Kind{Name: "a W3C access log", AsTable: asLog, AsGraph: noGraph, IsLog: true}},
	{regexp.MustCompile(`^[^\s,;]+ \S+ [^\[\n]{1,100} ?\[\d\d?/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] `), Kind{Name: "an access log (Apache, nginx)", AsTable: asLog, AsGraph: noGraph, IsLog: true}},
	{regexp.MustCompile(`^\d{9,}\.\d{3} +-?\d+ \S+ [A-Z_]+/\d{3} \d+ [A-Z]+ `), Kind{Name: "a Squid access log", AsTable: asLog, AsGraph: noGraph, IsLog: true}},
}

func reader(format string) string {
	return "in Python, for example: import networkx as nx; nx.write_graphml(nx.read_" + format + `(FILE), "out.graphml")`
}

// KindOf finds out by its start, as it stands in the file or as plain text, what a file is that is neither a table nor
// a list; false if it may be one.
func KindOf(start []byte) (Kind, bool) {
	for _, m := range magics {
		if bytes.HasPrefix(start, []byte(m.start)) {
			return m.kind, true
		}
	}
	start = bytes.TrimPrefix(start, []byte("\ufeff"))
	start = bytes.TrimLeft(start, " \t\r\n")
	for _, p := range patterns {
		if p.start.Match(start) {
			return p.kind, true
		}
	}
	if kind, ok := kindOfJSON(start); ok {
		return kind, true
	}
	if bytes.IndexByte(start, 0) >= 0 {
		return Kind{Name: "a binary file", AsTable: isNoText + "; want text", AsGraph: isNoText + "; want text"}, true
	}
	return Kind{}, false
}

// kindOfJSON tells the usual kinds of JSON apart.
func kindOfJSON(start []byte) (Kind, bool) {
	if len(start) == 0 || start[0] != '{' && start[0] != '[' {
		return Kind{}, false
	}
	next := bytes.TrimLeft(start[1:], " \t\r\n")
	if len(next) > 0 && (start[0] == '{' && next[0] != '"' && next[0] != '}' || start[0] == '[' && !bytes.ContainsRune([]byte("{[]\"-0123456789"), rune(next[0]))) {
		return Kind{}, false
	}
	has := func(key string) bool { return bytes.Contains(start, []byte(`"`+key+`"`)) }
	line, _, more := bytes.Cut(start, []byte("\n"))
	switch {
	case has("FeatureCollection") || has("geometry") && has("coordinates"):
		return Kind{Name: "a GeoJSON file", AsTable: geoJSON, AsGraph: noGraph}, true
	case has("Topology") && (has("arcs") || has("objects")):
		return Kind{Name: "a TopoJSON file", AsTable: convert, AsGraph: noGraph}, true
	case has("nodes") && (has("links") || has("edges")), has("directed") && has("multigraph"):
		return Kind{Name: "a graph as JSON (node-link)", AsTable: convert, AsGraph: jsonGraph}, true
	case start[0] == '{' && more && json.Valid(line):
		return Kind{Name: "JSON, an object a line", AsTable: jsonLines, AsGraph: noGraph, IsLog: true}, true
	}
	return Kind{Name: "JSON", AsTable: jq, AsGraph: noGraph}, true
}
