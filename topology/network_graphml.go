package topology

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// The attributes of a network in GraphML, each the ID of its own key.
var (
	graphMLNodeKeys = [][2]string{
		{"label", "string"}, {"kind", "string"}, {"country", "string"}, {"continent", "string"}, {"lat_deg", "double"},
		{"lon_deg", "double"}, {"parent", "string"}, {"provider", "string"}, {"users", "double"}, {"time_zone", "string"}, {"users_km", "string"},
		{"stub", "boolean"}, {"transit", "boolean"},
	}
	graphMLEdgeKeys = [][2]string{
		{"link", "string"}, {"one_way_ms", "double"}, {"capacity_bps", "double"}, {"sharing", "string"}, {"jitter_ms", "double"},
		{"loss", "double"}, {"measured", "boolean"},
	}
)

// WriteGraphML writes the network for other tools to draw, and for [ReadNetwork]. What GraphML cannot say
// is left out: access mixes, corrections and measured round trips.
func (n *Network) WriteGraphML(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, `<?xml version="1.0" encoding="UTF-8"?>`)
	fmt.Fprintln(out, `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`)
	for _, k := range graphMLNodeKeys {
		fmt.Fprintf(out, "  <key id=%q for=\"node\" attr.name=%q attr.type=%q/>\n", k[0], k[0], k[1])
	}
	for _, k := range graphMLEdgeKeys {
		fmt.Fprintf(out, "  <key id=%q for=\"edge\" attr.name=%q attr.type=%q/>\n", k[0], k[0], k[1])
	}
	fmt.Fprintln(out, `  <graph edgedefault="directed">`)
	for i := range n.nodes {
		v := &n.nodes[i]
		fmt.Fprintf(out, "    <node id=%s>", xmlQuote(v.ID))
		writeData(out, "label", v.Name)
		writeData(out, "kind", v.Kind.String())
		writeData(out, "country", v.Country)
		writeData(out, "continent", v.Continent)
		writeData(out, "lat_deg", formatFloat(v.LatDeg))
		writeData(out, "lon_deg", formatFloat(v.LonDeg))
		writeData(out, "parent", v.Parent)
		writeData(out, "provider", v.Provider)
		if v.Users > 0 {
			writeData(out, "users", formatFloat(v.Users))
		}
		writeData(out, "time_zone", v.TimeZone)
		writeData(out, "users_km", v.Spread.String())
		if v.Stub {
			writeData(out, "stub", "true")
		}
		if v.Kind != Exchange {
			writeData(out, "transit", strconv.FormatBool(v.Transit))
		}
		fmt.Fprintln(out, "</node>")
	}
	for i := range n.links {
		l := &n.links[i]
		fmt.Fprintf(out, "    <edge source=%s target=%s>", xmlQuote(l.From), xmlQuote(l.To))
		writeData(out, "link", l.Kind.String())
		writeData(out, "one_way_ms", formatMs(l.OneWay))
		if l.CapacityBitsPerSecond > 0 {
			writeData(out, "capacity_bps", formatFloat(l.CapacityBitsPerSecond))
		}
		if l.Sharing != Unshared {
			writeData(out, "sharing", l.Sharing.String())
		}
		if l.Jitter > 0 {
			writeData(out, "jitter_ms", formatMs(l.Jitter))
		}
		if l.Loss > 0 {
			writeData(out, "loss", formatFloat(l.Loss))
		}
		if l.Measured {
			writeData(out, "measured", "true")
		}
		fmt.Fprintln(out, "</edge>")
	}
	fmt.Fprintln(out, "  </graph>")
	fmt.Fprintln(out, "</graphml>")
	return out.Flush()
}

// writeData writes a data element, unless the value is empty.
func writeData(w io.Writer, key, value string) {
	if value != "" {
		fmt.Fprintf(w, "<data key=%q>%s</data>", key, xmlText(value))
	}
}

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

func xmlQuote(s string) string { return `"` + xmlText(s) + `"` }

func formatFloat(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// formatMs writes a duration in ms to the nanosecond.
func formatMs(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64)
}

// millisecondsDuration returns ms as a duration, rounded to the nanosecond.
func millisecondsDuration(ms float64) time.Duration {
	return time.Duration(float64(ms*float64(time.Millisecond)) + 0.5)
}
