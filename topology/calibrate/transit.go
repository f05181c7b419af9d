package calibrate

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/topology"
)

// A Purchase is transit that the networks of a country buy: where it leads, and how much of it.
type Purchase struct {
	// Hub is the ID of a hub, Weight its share of the country's transit, above 0; those of a country sum to 1.
	Hub    string  `json:"hub"`
	Weight float64 `json:"weight"`
	// Km is how long the way to the hub is; 0 stands for the great circle times the detour of the trunks.
	Km float64 `json:"km,omitempty"`
	// Within says where in the country; the whole of it if it is the zero value. What is bought within an area is bought there in place of
	// what the country buys. The weights of each area sum to 1.
	Within Area `json:"within,omitzero"`
}

// An Area is a circle on the map.
type Area struct {
	LatDeg float64 `json:"lat_deg"`
	LonDeg float64 `json:"lon_deg"`
	Km     float64 `json:"km"` // its radius
}

// mostAreaKm bounds the radius of an area.
const mostAreaKm = 5_000

// holds reports whether a place lies in the area.
func (a Area) holds(p topology.Place) bool {
	return topology.DistanceKm(p, topology.Place{LatDeg: a.LatDeg, LonDeg: a.LonDeg}) <= a.Km
}

// validate returns an error that names a number out of range.
func (a Area) validate() error {
	return invalid.First(topology.Place{LatDeg: a.LatDeg, LonDeg: a.LonDeg}.Validate(), invalid.Range("Km", a.Km, 0, mostAreaKm))
}

// boughtAt returns what of a country's transit is bought at a place: that of the first area that holds it, else that of the whole country.
func boughtAt(all []Purchase, at topology.Place) []Purchase {
	var within Area
	for _, p := range all {
		if p.Within != within && p.Within.holds(at) {
			within = p.Within
			break
		}
	}
	var bought []Purchase
	for _, p := range all {
		if p.Within == within {
			bought = append(bought, p)
		}
	}
	return bought
}

// ofOne makes the weights of each area sum to 1.
func ofOne(all []Purchase) []Purchase {
	sums := weights(all)
	for k := range all {
		all[k].Weight /= sums[all[k].Within]
	}
	return all
}

// weights returns the sum of the weights of each area.
func weights(all []Purchase) map[Area]float64 {
	sums := make(map[Area]float64)
	for _, p := range all {
		sums[p.Within] += p.Weight
	}
	return sums
}

//go:embed transit.csv
var transitCSV []byte

// WorldTransit returns who buys transit where, by country, as far as it is not at the nearest hubs. Assumed but for what
// was measured: drawn by hand from where cables land and whose exchanges are large; each row of transit.csv names its source.
func WorldTransit() (map[string][]Purchase, error) {
	return ReadTransit("transit.csv", bytes.NewReader(transitCSV), nil)
}

// ReadTransit reads who buys transit where: CSV with the columns country (ISO 3166-1 alpha-2), hub, weight and, optional, km;
// lat, lon and within_km, which say in what part of the country; and source, which is for people. A place that no row is for buys at the hubs
// nearest to it. The weights of a country, and of each of its parts, are made to sum to 1. The error names file, line, column and value; whether a hub is known says [Fit].
func ReadTransit(file string, r io.Reader, warn func(string)) (map[string][]Purchase, error) {
	t, err := text.OpenTable(file, r, []string{"country", "hub", "weight"}, []string{"km", "lat", "lon", "within_km", "source"}, warn)
	if err != nil {
		return nil, err
	}
	bought := make(map[string][]Purchase)
	for t.Next() {
		country, p := t.Required("country"), Purchase{Hub: t.Required("hub"), Weight: t.Number("weight", 1e-3, 1e6)}
		if t.Has("km") {
			p.Km = t.Number("km", 1, mostCableKm)
		}
		if t.Has("lat") || t.Has("lon") || t.Has("within_km") {
			p.Within = Area{t.Number("lat", -90, 90), t.Number("lon", -180, 180), t.Number("within_km", 1, mostAreaKm)}
		}
		for _, other := range bought[country] {
			if other.Hub == p.Hub && other.Within == p.Within {
				t.Fail("hub", p.Hub, "a hub that the country has not been given before")
			}
		}
		bought[country] = append(bought[country], p)
	}
	if t.Err() != nil {
		return nil, t.Err()
	}
	for _, all := range bought {
		ofOne(all)
	}
	return bought, nil
}

// validateTransit returns an error that names a country whose hubs are not known or whose weights are out of range.
func (t *Trunks) validateTransit() error {
	for country, all := range t.Transit {
		for k, p := range all {
			field := fmt.Sprintf("Transit[%s][%d]", country, k)
			if t.hub(p.Hub) < 0 {
				return invalid.New(field+".Hub", p.Hub, "the ID of a hub")
			}
			if err := invalid.First(invalid.In(field, positive("Weight", p.Weight)), invalid.Range(field+".Km", p.Km, 0, mostCableKm), invalid.In(field+".Within", p.Within.validate())); err != nil {
				return err
			}
		}
		for _, sum := range weights(all) {
			if !(sum > 0.999 && sum < 1.001) {
				return invalid.New(fmt.Sprintf("Transit[%s]", country), fmt.Sprintf("of weights that sum to %v", sum), "a sum of 1")
			}
		}
	}
	return nil
}

// hub returns the position of a hub, -1 if there is none of that ID.
func (t *Trunks) hub(id string) int {
	for h := range t.Hubs {
		if t.Hubs[h].ID == id {
			return h
		}
	}
	return -1
}
