package sim

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/random"
)

// A holding is how a server holds an object that is asked for by a Poisson process: it fetches it anew at the first request behind its lifetime, or that comes
// longer behind the one before than the server keeps what nobody asks for.
type holding struct {
	rate         float64 // of requests, in a second
	life, leaves float64 // in seconds
}

// What is drawn gap by gap, and how many lifetimes behind a fetch no request knows of it any more.
const (
	gapsDrawn         = 64
	lifetimesRemember = 4
)

// age draws how old the copy was, in seconds, that the last request found, 0 if it had it fetched. Back in time from there, as many requests as a geometric law has it
// follow each other by gaps in which the object stays, up to one that had it fetched as it was gone; from there on each that finds it too old does. That is exact for so
// many gaps as are drawn one by one; of more the sum is taken for normal.
func (h *holding) age(stream *random.Stream) (age float64) {
	gone := portable.Exp(-h.rate * h.leaves)
	x := float64(h.rate * h.life)
	if float64(gone*x) < evictedALife { // in a lifetime
		return h.ageInCycles(x, stream)
	}
	n := 0.0
	if u := stream.OpenFloat64(); gone < 1 {
		n = math.Floor(portable.Log(u) / portable.Log1p(-gone))
	}
	if n <= gapsDrawn {
		for range int(n) {
			if age += -portable.Log1p(-float64(stream.Float64()*(1-gone))) / h.rate; age >= h.life {
				age = 0
			}
		}
		return age
	}
	odds := gone / (1 - gone)
	mean := 1/h.rate - float64(h.leaves*odds)
	variance := 1/float64(h.rate*h.rate) - float64(h.leaves*h.leaves)*odds/(1-gone)
	age = float64(n*mean) + float64(math.Sqrt(n*max(variance, 0))*stream.Normal())
	if age > lifetimesRemember*h.life {
		return h.ageInCycles(x, stream)
	}
	for age >= h.life {
		age = max(age-h.life-stream.Exp()/h.rate, 0)
	}
	return age
}

// ageInCycles is the same where nothing is gone, of x requests in a lifetime.
func (h *holding) ageInCycles(x float64, stream *random.Stream) float64 {
	if float64(stream.Float64()*(1+x)) < x {
		return float64(stream.Float64() * h.life)
	}
	return 0
}
