package calibrate

import (
	"fmt"
	"math"
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
	}{{"max_over_path", d.MaxOverPath, true}, {"shorter", d.Shorter, false}, {"km", d.Km, true}} {
		least := "at least 0"
		if p.positive {
			least = "above 0"
		}
		if !(p.value >= 0) || math.IsInf(p.value, 1) || p.positive && p.value == 0 {
			return fmt.Errorf("%s %v: want a finite number %s", p.name, p.value, least)
		}
	}
	return nil
}
