package calibrate

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/topology"
)

// The files of a directory of training tables. Each is CSV with a header.
const (
	// CitiesFile lists cities with a server: city_id, name, country, iso2, region, lat, lon.
	CitiesFile = "cities_train.csv"
	// CityRTTFile holds round trips between them: a, b, rtt_min_ms, rtt_avg_ms, mdev_ms.
	CityRTTFile = "city_rtt_train.csv"
	// RegionRTTFile holds median round trips between the regions of a provider: a, b, p50_ms. Rows
	// within one region are left out.
	RegionRTTFile = "aws_region_rtt_train.csv"
	// AccessRTTFile holds median round trips from users at home to data centres; optional. They scale
	// users' ways, and correct them where it is known who buys transit where.
	AccessRTTFile = "access_rtt_train.csv"
	// PlayersFile holds mean round trips from the players of metros to sites: metro_id, country, site, site_lat, site_lon,
	// mean_rtt_ms; optional. They train the model where it is known who buys transit where, and test it
	// always.
	PlayersFile = "players_cloud_train.csv"
)

// Tables are measured round trips to fit a [Model] to.
type Tables struct {
	// Cities and Regions are the places, CityRTT and RegionRTT the pairs of them.
	Cities    []topology.Node
	CityRTT   []PairRTT
	Regions   []topology.Node
	RegionRTT []PairRTT
	Access    []AccessRTT
	Players   []PlayerRTT
	// Transit says who buys transit where, by country, for example [WorldTransit]; nil if that is to play no part.
	Transit map[string][]Purchase
}

// A PairRTT is a round trip between two places of a list, by their positions in it.
type PairRTT struct {
	A, B int
	Ms   float64
}

// An AccessRTT is the median round trip from a user to a data centre.
type AccessRTT struct {
	User       string // the same user has several rows
	From, To   Anchor
	Technology topology.Technology
	Site       string // the data centre's city, or its coordinates where the table does not name it
	Ms         float64
}

// A PlayerRTT is the mean round trip from the players of a metro to a site, their last mile included.
type PlayerRTT struct {
	Metro    string
	Users    float64 // who live there: what the metro weighs
	Site     string
	From, To Anchor
	Ms       float64
}

// maxMs bounds a round trip, measured or modelled: ten seconds.
const maxMs = 10_000

// ReadTables reads the training tables of a directory. regions are the places that the IDs in
// [RegionRTTFile] stand for, metros those of [PlayersFile]; a site lies in the country of the nearest metro or city. The error names file, line, column, value and what is allowed, of all mistakes in the
// first 20 bad rows of a file, joined. warn hears of columns that are not read; nil
// does not listen.
func ReadTables(dir fs.FS, regions, metros []topology.Node, warn func(string)) (*Tables, error) {
	t := new(Tables)
	cities := make(map[string]int)
	err := readTable(dir, CitiesFile, warn, []string{"city_id", "iso2", "lat", "lon"}, []string{"name", "country", "region"}, func(row *text.Table) {
		id := row.Required("city_id")
		if _, ok := cities[id]; ok {
			row.Fail("city_id", id, "a city not given before")
		}
		cities[id] = len(t.Cities)
		t.Cities = append(t.Cities, topology.Node{
			ID: id, Name: row.Text("name"), Kind: topology.Exchange, Country: row.Text("iso2"),
			LatDeg: row.Number("lat", -90, 90), LonDeg: row.Number("lon", -180, 180),
		})
	})
	if err != nil {
		return nil, err
	}
	if t.CityRTT, err = readPairs(dir, CityRTTFile, warn, "rtt_avg_ms", []string{"rtt_min_ms", "mdev_ms"}, cities); err != nil {
		return nil, err
	}
	byID := make(map[string]int)
	for i, r := range regions {
		byID[r.ID] = i
	}
	t.Regions = regions
	if t.RegionRTT, err = readPairs(dir, RegionRTTFile, warn, "p50_ms", nil, byID); err != nil {
		return nil, err
	}
	known := slices.Concat(metros, t.Cities)
	if err := t.readAccess(dir, known, warn); err != nil {
		return nil, err
	}
	if err := t.readPlayers(dir, metros, known, warn); err != nil {
		return nil, err
	}
	return t, nil
}

// readAccess reads the round trips from homes, if the directory has them. Sites lie in the countries of the places that are known.
func (t *Tables) readAccess(dir fs.FS, known []topology.Node, warn func(string)) error {
	if _, err := fs.Stat(dir, AccessRTTFile); err != nil {
		return nil
	}
	return readTable(dir, AccessRTTFile, warn, []string{"probe_id", "country", "lat", "lon", "tech", "dst_lat", "dst_lon", "rtt_p50_ms"},
		[]string{"provider", "region", "city", "method", "n", "rtt_min_ms", "rtt_p90_ms", "first_public_hop_ms"}, func(row *text.Table) {
			a := AccessRTT{
				User: row.Required("probe_id"), Site: row.Text("city"), Ms: row.Number("rtt_p50_ms", 0, maxMs),
				From: Anchor{LatDeg: row.Number("lat", -90, 90), LonDeg: row.Number("lon", -180, 180), Country: row.Text("country")},
				To:   Anchor{LatDeg: row.Number("dst_lat", -90, 90), LonDeg: row.Number("dst_lon", -180, 180)},
			}
			if row.Raw("tech") == "wired" {
				return // not known by what
			}
			technology, err := topology.ParseTechnology(row.Raw("tech"))
			if err != nil {
				row.Fail("tech", row.Raw("tech"), "an access technology such as fiber or lte")
			}
			a.Technology = technology
			a.To.Country = nearestCountry(known, a.To)
			if a.Site == "" {
				a.Site = fmt.Sprintf("%v,%v", a.To.LatDeg, a.To.LonDeg)
			}
			t.Access = append(t.Access, a)
		})
}

// readPlayers reads the round trips from players, if the directory has them. Sites lie in the countries of the places that are known.
func (t *Tables) readPlayers(dir fs.FS, metros, known []topology.Node, warn func(string)) error {
	if _, err := fs.Stat(dir, PlayersFile); err != nil {
		return nil
	}
	index := make(map[string]int, len(metros))
	for i, m := range metros {
		index[m.ID] = i
	}
	seen := make(map[[2]string]bool)
	return readTable(dir, PlayersFile, warn, []string{"metro_id", "site", "site_lat", "site_lon", "mean_rtt_ms"}, []string{"country"}, func(row *text.Table) {
		id := row.Required("metro_id")
		i, ok := index[id]
		if !ok {
			row.Fail("metro_id", id, "a metro of the catalog")
			return
		}
		p := PlayerRTT{
			Metro: id, Users: metros[i].Users, Site: row.Required("site"), Ms: row.Number("mean_rtt_ms", 0.01, maxMs),
			From: Anchor{LatDeg: metros[i].LatDeg, LonDeg: metros[i].LonDeg, Country: metros[i].Country},
			To:   Anchor{LatDeg: row.Number("site_lat", -90, 90), LonDeg: row.Number("site_lon", -180, 180)},
		}
		if key := [2]string{id, p.Site}; seen[key] {
			row.Fail("site", p.Site, "a pair not given before")
		} else {
			seen[key] = true
		}
		p.To.Country = nearestCountry(known, p.To)
		t.Players = append(t.Players, p)
	})
}

// readPairs reads a table of pairs; rows with both ends the same are left out.
func readPairs(dir fs.FS, file string, warn func(string), value string, optional []string, index map[string]int) ([]PairRTT, error) {
	var pairs []PairRTT
	seen := make(map[[2]int]bool)
	err := readTable(dir, file, warn, []string{"a", "b", value}, optional, func(row *text.Table) {
		end := func(column string) int {
			i, ok := index[row.Raw(column)]
			if !ok {
				row.Fail(column, row.Raw(column), "a known place")
			}
			return i
		}
		p := PairRTT{A: end("a"), B: end("b"), Ms: row.Number(value, 0, maxMs)}
		if row.Raw("a") == row.Raw("b") {
			return
		}
		key := [2]int{min(p.A, p.B), max(p.A, p.B)}
		if seen[key] {
			row.Fail("b", row.Raw("b"), "a pair not given before")
		}
		seen[key] = true
		pairs = append(pairs, p)
	})
	return pairs, err
}

// readTable hands every row of a file to the function.
func readTable(dir fs.FS, file string, warn func(string), required, optional []string, row func(*text.Table)) error {
	f, err := dir.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: there is no such file; want a table with the columns %s", file, strings.Join(required, ", "))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	defer f.Close()
	t, err := text.OpenTable(file, f, required, optional, warn)
	if err != nil {
		return err
	}
	t.Collect(mostBadRows)
	for t.Next() {
		row(t)
	}
	return t.Err()
}

// mostBadRows is how many bad rows of a table are reported together.
const mostBadRows = 20

// nearestCountry returns the country of the nearest of some places, "" if there are none.
func nearestCountry(places []topology.Node, a Anchor) string {
	country, nearest := "", math.Inf(1)
	for _, c := range places {
		if km := topology.DistanceKm(a.place(), c.Place()); km < nearest {
			country, nearest = c.Country, km
		}
	}
	return country
}
