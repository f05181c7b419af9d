package calibrate

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// Domestic says how much shorter the way between two places of one country is than a map shows: networks
// of one country meet inside it, and seldom have to go to a hub abroad.
type Domestic struct {
	// MaxOverPath bounds the way over the hubs: at most that many times the path through the exchange
	// towns.
	MaxOverPath float64 `json:"max_over_path"`
	// Shorter is the logarithm of the ratio by which two places next to each other are nearer over the
	// Internet than the blend says; it fades with e^(-distance/Km).
	Shorter float64 `json:"shorter"`
	Km      float64 `json:"km"`
}

// validate returns an error that names a number out of range.
func (d Domestic) validate() error {
	for _, p := range []struct {
		name     string
		value    float64
		positive bool
	}{{"MaxOverPath", d.MaxOverPath, true}, {"Shorter", d.Shorter, false}, {"Km", d.Km, true}} {
		least := "0 or more"
		if p.positive {
			least = "above 0"
		}
		if !(p.value >= 0) || math.IsInf(p.value, 1) || p.positive && p.value == 0 {
			return invalid.New(p.name, p.value, "a finite number, %s", least)
		}
	}
	return nil
}
