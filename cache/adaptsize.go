package cache

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/random"
)

// An adaptSize admits an object of s bytes with probability exp(-s/c) and tunes c by itself (Berger,
// Sitaraman and Harchol-Balter, AdaptSize: Orchestrating the Hot Object Memory Cache in a Content
// Delivery Network, NSDI 2017). It raises the request hit ratio where sizes differ widely, and is bad
// for the byte hit ratio, as large objects rarely enter.
//
// Until the first tuning everything is admitted. Every window of requests, c becomes the value that
// the paper's model (an LRU behind this rule, under independent requests) says is best for the rates
// seen: those of the last window and half of what was known before. Rates are kept for a sample of
// objects only, chosen by the hash of their keys, with the capacity scaled alike.
//
// Parameters: c, a fixed value in bytes instead of tuning; window (250000), in requests; sample (8192),
// the most objects of the sample. The last is assumed.
type adaptSize struct {
	c        float64 // infinite for admitting everything
	fixed    bool
	window   int64
	seen     int64 // requests in this window
	capacity float64
	core     *core
	draws    random.Stream

	// The sample: objects whose hash is at most limit.
	limit  uint64
	most   int
	place  map[uint64]int
	sample []sampled
}

// A sampled is an object of the sample.
type sampled struct {
	key    uint64
	size   float64
	weight float64 // against the capacity
	rate   float64 // requests in a window
}

func newAdaptSize(c *core, s *spec, seed uint64) Admission {
	a := &adaptSize{
		c:        math.Inf(1),
		window:   s.integer("window", 250_000, 1000, 1<<40),
		most:     int(s.integer("sample", 8192, 64, 1<<24)),
		capacity: float64(c.capacity),
		core:     c,
		draws:    random.New(seed, 0, random.Entity("adaptsize"), 0),
		limit:    math.MaxUint64,
		place:    make(map[uint64]int),
	}
	if fixed := s.number("c", math.Inf(1), math.MaxFloat64); !math.IsInf(fixed, 1) {
		a.c, a.fixed = fixed, true
	}
	return a
}

func (a *adaptSize) Asked(key uint64, sizeBytes int64, hit bool) {
	if hit {
		a.note(key, sizeBytes)
	}
}

func (a *adaptSize) Admit(key uint64, sizeBytes int64, _ bool) bool {
	a.note(key, sizeBytes)
	return a.draws.Float64() < portable.Exp(-float64(sizeBytes)/a.c)
}

func (a *adaptSize) Evicted(uint64) {}

// note counts a request and tunes at the end of a window.
func (a *adaptSize) note(key uint64, sizeBytes int64) {
	if a.fixed {
		return
	}
	if mix64(key) <= a.limit {
		i, known := a.place[key]
		if !known {
			i = len(a.sample)
			a.place[key] = i
			a.sample = append(a.sample, sampled{key: key})
		}
		o := &a.sample[i]
		o.size, o.weight = float64(sizeBytes), float64(a.core.weigh(sizeBytes))
		o.rate++
		if len(a.sample) > a.most {
			a.limit /= 2
			a.keep(func(o *sampled) bool { return mix64(o.key) <= a.limit })
		}
	}
	if a.seen++; a.seen == a.window {
		a.seen = 0
		a.tune()
		a.keep(func(o *sampled) bool { o.rate /= 2; return o.rate >= .25 })
	}
}

// keep drops the objects of the sample for which which is false.
func (a *adaptSize) keep(which func(*sampled) bool) {
	kept := a.sample[:0]
	clear(a.place)
	for i := range a.sample {
		if o := a.sample[i]; which(&o) {
			a.place[o.key] = len(kept)
			kept = append(kept, o)
		}
	}
	a.sample = kept
}

// tune sets c to the power of two of the best hit ratio, refined between its neighbours.
func (a *adaptSize) tune() {
	if len(a.sample) == 0 {
		return
	}
	var largest float64
	for i := range a.sample {
		largest = max(largest, a.sample[i].size)
	}
	// Far above the largest size, everything is admitted.
	best, bestRatio := math.Inf(1), a.hitRatio(math.Inf(1))
	top := math.Ceil(portable.Log(largest)/math.Ln2) + 6
	for _, step := range []float64{1, .25} {
		low, high := 0.0, top
		if step < 1 {
			if math.IsInf(best, 1) {
				break
			}
			middle := portable.Log(best) / math.Ln2
			low, high = middle-1, middle+1
		}
		for exponent := low; exponent <= high; exponent += step {
			c := portable.Exp2(exponent)
			if r := a.hitRatio(c); r > bestRatio {
				best, bestRatio = c, r
			}
		}
	}
	a.c = best
}

// hitRatio returns what the model says of c: Che's characteristic time t for an LRU that admits with
// probability q = exp(-size/c) gives an object of rate r the occupancy (e^rt-1)q / (1+(e^rt-1)q).
func (a *adaptSize) hitRatio(c float64) float64 {
	capacity := a.capacity * (float64(a.limit) / math.MaxUint64)
	load := func(t float64) (weight, hits float64) {
		for i := range a.sample {
			o := &a.sample[i]
			grown := float64(portable.Expm1(min(o.rate*t, 500)) * portable.Exp(-o.size/c))
			in := grown / (1 + grown)
			weight += float64(o.weight * in)
			hits += float64(o.rate * in)
		}
		return weight, hits
	}
	low, high := -60.0, 60.0 // log2 of t, in windows
	for range 24 {
		middle := (low + high) / 2
		if weight, _ := load(portable.Exp2(middle)); weight > capacity {
			high = middle
		} else {
			low = middle
		}
	}
	_, hits := load(portable.Exp2(low))
	return hits
}
