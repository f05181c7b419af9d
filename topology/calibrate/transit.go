package calibrate

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
)

// A Purchase is transit that the networks of a country buy: where it leads, and how much of it.
type Purchase struct {
	// Hub is the ID of a hub, Weight its share of the country's transit, above 0; those of a country sum to 1.
	Hub    string  `json:"hub"`
	Weight float64 `json:"weight"`
	// Km is how long the way to the hub is; 0 stands for the great circle times the detour of the trunks.
	Km float64 `json:"km,omitempty"`
}

//go:embed transit.csv
var transitCSV []byte

// WorldTransit returns who buys transit where, by country, as far as it is not at the nearest hubs. Assumed but for what
// was measured: drawn by hand from where cables land and whose exchanges are large; each row of transit.csv names its source.
func WorldTransit() (map[string][]Purchase, error) {
	return ReadTransit("transit.csv", bytes.NewReader(transitCSV), nil)
}

// ReadTransit reads who buys transit where: CSV with the columns country (ISO 3166-1 alpha-2), hub, weight and, optional, km
// and source, which is for people. A country that has no row buys at the hubs nearest to each place. The weights of a country
// are made to sum to 1. The error names file, line, column and value; whether a hub is known says [Fit].
func ReadTransit(file string, r io.Reader, warn func(string)) (map[string][]Purchase, error) {
	t, err := text.OpenTable(file, r, []string{"country", "hub", "weight"}, []string{"km", "source"}, warn)
	if err != nil {
		return nil, err
	}
	bought := make(map[string][]Purchase)
	for t.Next() {
		country, p := t.Required("country"), Purchase{Hub: t.Required("hub"), Weight: t.Number("weight", 1e-3, 1e6)}
		if t.Has("km") {
			p.Km = t.Number("km", 1, mostCableKm)
		}
		for _, other := range bought[country] {
			if other.Hub == p.Hub {
				t.Fail("hub", p.Hub, "a hub that the country has not been given before")
			}
		}
		bought[country] = append(bought[country], p)
	}
	if t.Err() != nil {
		return nil, t.Err()
	}
	for _, all := range bought {
		sum := 0.0
		for _, p := range all {
			sum += p.Weight
		}
		for k := range all {
			all[k].Weight /= sum
		}
	}
	return bought, nil
}

// validateTransit returns an error that names a country whose hubs are not known or whose weights are out of range.
func (t *Trunks) validateTransit() error {
	for country, all := range t.Transit {
		sum := 0.0
		for k, p := range all {
			field := fmt.Sprintf("Transit[%s][%d]", country, k)
			if t.hub(p.Hub) < 0 {
				return invalid.New(field+".Hub", p.Hub, "the ID of a hub")
			}
			if err := invalid.First(invalid.In(field, positive("Weight", p.Weight)), invalid.Range(field+".Km", p.Km, 0, mostCableKm)); err != nil {
				return err
			}
			sum += p.Weight
		}
		if !(sum > 0.999 && sum < 1.001) {
			return invalid.New(fmt.Sprintf("Transit[%s]", country), fmt.Sprintf("of weights that sum to %v", sum), "a sum of 1")
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
