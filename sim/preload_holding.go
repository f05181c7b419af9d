package sim

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/random"
)

// A holding is how a server holds an object that is asked for by a Poisson process. The server fetches it anew at the first request behind its lifetime, and at one that comes
// so long behind the request before that the server has evicted it.
type holding struct {
	rate         float64 // of requests, in a second
	life, leaves float64 // its lifetime, and how long behind the last request for it it is evicted, in seconds
}

const (
	// gapsDrawn is how many gaps at most are drawn one by one.
	gapsDrawn = 64
	// lifetimesRemember is how many lifetimes behind a fetch the age of what is held does not depend on when that was any more.
	lifetimesRemember = 4
)

// age draws how old the copy was that the last request found, in seconds, 0 if that had it fetched. Back in time there was a request that had the object fetched since it was gone. Since
// then requests followed each other by gaps in which it stays: how many is a geometric number. Each of them that finds the object too old has it fetched again. That is exact for up to
// [gapsDrawn] gaps, which are drawn one by one; the sum of more is taken for normal.
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
