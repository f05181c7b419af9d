package topology

import (
	"fmt"
	"io"
	"time"
	_ "time/tzdata" // so that a time zone means the same on every machine

	"github.com/edgewise-sim/edgewise/internal/text"
)

// The columns of a node list, with the other names that they go by.
var (
	nodeListRequired = []string{"id|site|site_id", "lat_deg|lat|latitude", "lon_deg|lon|lng|long|longitude"}
	nodeListOptional = []string{
		"name|label", "kind", "country|country_code|iso2", "continent", "parent", "provider", "internet_users|users",
		"time_zone|timezone", "unverified", "users_km",
	}
)

// mostBadNodes is how many bad rows of a list are reported together.
const mostBadNodes = 20

// maxUsers bounds the users of a metro: more than there are people.
const maxUsers = 1e11

// ReadNodes reads a list of sites or metros from a table with a header row: CSV, or with semicolons or tabs in place
// of the commas. file names the source in errors and warnings.
//
// Columns id, lat_deg and lon_deg are required. Optional are name, kind (see [ParseNodeKind]), country
// (ISO 3166-1 alpha-2, or what the options know), continent, parent, provider, internet_users, users_km (how far
// users live from the metro, see [ParseSpread]), time_zone (IANA) and unverified (0 or 1); where a column or a value is missing, the node has that of defaults. Usual other names are known:
// site, site_id, lat, latitude, lon, lng, long, longitude, label, country_code, iso2, users, timezone. An ID given twice, a column
// given twice under one name or two, or a value that is not allowed is an error with file, line, column, value and what is allowed: all
// that are in the first 20 bad rows, joined. A
// column that is not known is a warning.
func ReadNodes(file string, r io.Reader, defaults Node, options ReadOptions) ([]Node, error) {
	t, err := text.OpenTable(file, r, nodeListRequired, nodeListOptional, options.Warn)
	if err != nil {
		return nil, err
	}
	t.Collect(mostBadNodes)
	var nodes []Node
	lines := make(map[string]int)
	zones := make(map[string]bool)
	for t.Next() {
		n := defaults
		n.ID = t.Required("id")
		n.LatDeg = t.Number("lat_deg", -90, 90)
		n.LonDeg = t.Number("lon_deg", -180, 180)
		for _, f := range []struct {
			column string
			field  *string
		}{{"name", &n.Name}, {"continent", &n.Continent}, {"parent", &n.Parent}, {"provider", &n.Provider}} {
			if t.Has(f.column) {
				*f.field = t.Text(f.column)
			}
		}
		if t.Has("country") {
			code, ok := options.country(t.Text("country"))
			if !ok {
				t.Fail("country", t.Raw("country"), options.wantCountry())
			}
			n.Country = code
		}
		if t.Has("kind") {
			kind, err := ParseNodeKind(t.Raw("kind"))
			if err != nil {
				want := "a node kind: metro, pop, regional-edge-cache, local-zone, wavelength-zone, region or exchange"
				if defaults.Kind.IsSite() {
					want = "a kind of site: pop, regional-edge-cache, local-zone, wavelength-zone or region"
				}
				t.Fail("kind", t.Raw("kind"), want)
			}
			n.Kind = kind
		}
		if t.Has("internet_users") {
			n.Users = t.Number("internet_users", 0, maxUsers)
		}
		if t.Has("users_km") {
			if n.Spread, err = ParseSpread(t.Raw("users_km")); err != nil {
				t.Fail("users_km", t.Raw("users_km"), wantSpread)
			}
		}
		if t.Has("unverified") {
			n.Unverified = t.Raw("unverified") == "1"
			if !n.Unverified && t.Raw("unverified") != "0" {
				t.Fail("unverified", t.Raw("unverified"), "0 or 1")
			}
		}
		if t.Has("time_zone") {
			n.TimeZone = t.Text("time_zone")
			if _, seen := zones[n.TimeZone]; !seen {
				_, err := time.LoadLocation(n.TimeZone)
				zones[n.TimeZone] = err == nil && n.TimeZone != "Local"
			}
			if !zones[n.TimeZone] {
				t.Fail("time_zone", n.TimeZone, "an IANA time zone such as Europe/Paris")
			}
		}
		if first, ok := lines[n.ID]; ok {
			t.Fail("id", n.ID, fmt.Sprintf("an ID not used before (line %d has it)", first))
		}
		if options.WantID != nil && n.ID != "" {
			if want := options.WantID(n.ID); want != "" {
				t.Fail("id", n.ID, want)
			}
		}
		lines[n.ID] = t.Line()
		if t.Err() == nil {
			nodes = append(nodes, n)
		}
	}
	if t.Err() != nil {
		return nil, t.Err()
	}
	return nodes, nil
}

// ReadCables reads pairs of town IDs from CSV with the columns a and b: the cables of a [Fabric].
func ReadCables(file string, r io.Reader) ([][2]string, error) {
	t, err := text.OpenTable(file, r, []string{"a", "b"}, nil, nil)
	if err != nil {
		return nil, err
	}
	var cables [][2]string
	for t.Next() {
		cables = append(cables, [2]string{t.Required("a"), t.Required("b")})
	}
	if t.Err() != nil {
		return nil, t.Err()
	}
	return cables, nil
}
