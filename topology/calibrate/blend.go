package calibrate

import (
	"fmt"
	"math"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A Blend is a weighted geometric mean of guesses of one round trip, each wrong in its own way: what is
// left of their errors is smaller than that of any one. Weights are at least 0 and sum to 1.
type Blend struct {
	// Line is the weight of a straight line in the great-circle distance.
	Line float64 `json:"line"`
	// Path is the weight of the path through the exchange towns.
	Path float64 `json:"path"`
	// Trunks is the weight of the way over the hubs of the world, the nearest of both ends.
	Trunks float64 `json:"trunks"`
	// Transit is the weight of the way over the hubs where networks buy transit; that over the nearest hubs where that is not known.
	Transit float64 `json:"transit,omitempty"`
	// Internet is the weight of the round trip over the Internet, its surface included. 0 for the
	// Internet itself.
	Internet float64 `json:"internet"`
}

// A source is what says how long a round trip is.
type source uint8

const (
	byLine source = iota
	byPath
	byTrunks
	byProvider // the way over the hubs that a provider of clouds takes
	byTransit
	byInternet
	numSources
)

// A guess is a round trip in ms, and what says so: that over some hubs may stand for another.
type guess struct {
	ms float64
	by source
}

// guesses are the round trips that a [Blend] is made of.
type guesses struct{ line, path, trunks, transit, internet guess }

// of returns the blend of guesses in ms, all above 0.
func (b Blend) of(g guesses) float64 {
	sum := 0.0
	for _, p := range [5]struct{ weight, ms float64 }{{b.Line, g.line.ms}, {b.Path, g.path.ms}, {b.Trunks, g.trunks.ms}, {b.Transit, g.transit.ms}, {b.Internet, g.internet.ms}} {
		if p.weight > 0 {
			sum += float64(p.weight * portable.Log(p.ms))
		}
	}
	return portable.Exp(sum)
}

// A mix says of how much of each source a round trip is made, as its logarithm. It sums to 1.
type mix [numSources]float64

// mix returns how much of the blend of guesses is by which source.
func (b Blend) mix(g guesses) (x mix) {
	x[g.transit.by] += b.Transit
	x[g.line.by] += b.Line
	x[g.trunks.by] += b.Trunks
	x[g.path.by] += b.Path
	x[g.internet.by] += b.Internet
	return x
}

func (x mix) times(f float64) mix {
	for by := range x {
		x[by] = float64(f * x[by])
	}
	return x
}

func (x mix) plus(y mix) mix {
	for by := range x {
		x[by] += y[by]
	}
	return x
}

// validate returns an error that names a weight out of range.
func (b Blend) validate() error {
	sum := 0.0
	for _, p := range [5]struct {
		name   string
		weight float64
	}{{"Line", b.Line}, {"Path", b.Path}, {"Trunks", b.Trunks}, {"Transit", b.Transit}, {"Internet", b.Internet}} {
		if !(p.weight >= 0 && p.weight <= 1) {
			return invalid.New(p.name, p.weight, "a weight from 0 to 1")
		}
		sum += p.weight
	}
	if math.Abs(sum-1) > 1e-6 {
		return invalid.New("", fmt.Sprintf("a blend whose weights sum to %v", sum), "a sum of 1")
	}
	return nil
}
