package topology

import (
	"fmt"
	"io"
	"time"
	_ "time/tzdata" // so that a time zone means the same on every machine
)

// The columns of a node list.
var (
	nodeListRequired = []string{"id", "lat_deg", "lon_deg"}
	nodeListOptional = []string{
		"name", "kind", "country", "continent", "parent", "provider", "internet_users", "time_zone", "unverified",
	}
)

// maxUsers bounds the users of a metro: more than there are people.
const maxUsers = 1e11

// ReadNodes reads a list of sites or metros from CSV with a header row. file names the source in
// errors only.
//
// Columns id, lat_deg and lon_deg are required. Optional are name, kind (see [ParseNodeKind]), country
// (ISO 3166-1 alpha-2), continent, parent, provider, internet_users, time_zone (IANA) and unverified
// (0 or 1); where a column or a value is missing, the node has that of defaults. An unknown column, an
// ID given twice, or a value that is not allowed is an error with file, line, column and value.
func ReadNodes(file string, r io.Reader, defaults Node) ([]Node, error) {
	t, err := newCSVTable(file, r, nodeListRequired, nodeListOptional)
	if err != nil {
		return nil, err
	}
	var nodes []Node
	lines := make(map[string]int)
	zones := make(map[string]bool)
	for t.next() {
		n := defaults
		n.ID = t.required("id")
		n.LatDeg = t.number("lat_deg", -90, 90)
		n.LonDeg = t.number("lon_deg", -180, 180)
		for _, f := range []struct {
			column string
			field  *string
		}{{"name", &n.Name}, {"continent", &n.Continent}, {"parent", &n.Parent}, {"provider", &n.Provider}} {
			if t.has(f.column) {
				*f.field = t.text(f.column)
			}
		}
		if t.has("country") {
			n.Country = t.text("country")
			if !isCountryCode(n.Country) {
				t.fail("country", n.Country, "a two-letter code such as US")
			}
		}
		if t.has("kind") {
			kind, err := ParseNodeKind(t.raw("kind"))
			if err != nil {
				t.fail("kind", t.raw("kind"), "a node kind: metro, pop, regional-edge-cache, local-zone, wavelength-zone, region or exchange")
			}
			n.Kind = kind
		}
		if t.has("internet_users") {
			n.Users = t.number("internet_users", 0, maxUsers)
		}
		if t.has("unverified") {
			n.Unverified = t.raw("unverified") == "1"
			if !n.Unverified && t.raw("unverified") != "0" {
				t.fail("unverified", t.raw("unverified"), "0 or 1")
			}
		}
		if t.has("time_zone") {
			n.TimeZone = t.text("time_zone")
			if _, seen := zones[n.TimeZone]; !seen {
				_, err := time.LoadLocation(n.TimeZone)
				zones[n.TimeZone] = err == nil && n.TimeZone != "Local"
			}
			if !zones[n.TimeZone] {
				t.fail("time_zone", n.TimeZone, "an IANA time zone such as Europe/Paris")
			}
		}
		if first, ok := lines[n.ID]; ok {
			t.fail("id", n.ID, fmt.Sprintf("an ID not used before (line %d has it)", first))
		}
		lines[n.ID] = t.line()
		if t.err == nil {
			nodes = append(nodes, n)
		}
	}
	if t.err != nil {
		return nil, t.err
	}
	return nodes, nil
}

// ReadCables reads pairs of town IDs from CSV with the columns a and b: the cables of a [Fabric].
func ReadCables(file string, r io.Reader) ([][2]string, error) {
	t, err := newCSVTable(file, r, []string{"a", "b"}, nil)
	if err != nil {
		return nil, err
	}
	var cables [][2]string
	for t.next() {
		cables = append(cables, [2]string{t.required("a"), t.required("b")})
	}
	if t.err != nil {
		return nil, t.err
	}
	return cables, nil
}

// isCountryCode reports whether s has the form of an ISO 3166-1 alpha-2 code.
func isCountryCode(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}
