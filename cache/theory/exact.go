package theory

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// maxExact is the largest number of objects of ExactLRU: it adds up 2^n sets.
const maxExact = 22

// ExactLRU returns the request hit ratio of LRU for at most 22 objects with the given rates and so many
// cached, without approximation (King, Analysis of Demand Paging Algorithms, IFIP 1971).
//
// The set of the last k different objects is S with probability f(S), the sum over its oldest object i of
// f(S without i) * p(i) / (1 - P(S without i)).
func ExactLRU(rates []float64, cached int) (float64, error) {
	p, err := normal(rates, cached, maxExact)
	if err != nil {
		return 0, err
	}
	if cached >= len(p) {
		return 1, nil
	}
	sets := make([]float64, 1<<len(p)) // f
	mass := make([]float64, 1<<len(p)) // P
	sets[0] = 1
	var hit float64
	for s := 1; s < len(sets); s++ {
		mass[s] = mass[s&(s-1)] + p[bits.TrailingZeros(uint(s))]
		if bits.OnesCount(uint(s)) > cached {
			continue
		}
		for left := uint(s); left != 0; left &= left - 1 {
			i := bits.TrailingZeros(left)
			without := s &^ (1 << i)
			sets[s] += float64(sets[without]*p[i]) / (1 - mass[without])
		}
		if bits.OnesCount(uint(s)) == cached {
			hit += float64(sets[s] * mass[s])
		}
	}
	return hit, nil
}

// ExactFIFO returns the request hit ratio of FIFO, which is that of RANDOM too, for objects with the
// given rates and so many cached, without approximation (Gelenbe, A Unified Approach to the Evaluation
// of a Class of Replacement Algorithms, 1973): a set is cached with probability proportional to the
// product of its rates.
func ExactFIFO(rates []float64, cached int) (float64, error) {
	const most = 2000 // beyond that the sums of products lose precision
	p, err := normal(rates, cached, most)
	if err != nil {
		return 0, err
	}
	if cached >= len(p) {
		return 1, nil
	}
	// sums[k] is the sum over all sets of k objects of the product of their rates, scaled by the mean so
	// that it neither over- nor underflows for what is allowed.
	scale := float64(len(p))
	sums := make([]float64, cached+1)
	sums[0] = 1
	for _, rate := range p {
		for k := cached; k > 0; k-- {
			sums[k] += float64(float64(sums[k-1]*rate) * scale)
		}
	}
	if math.IsInf(sums[cached], 1) || sums[cached] == 0 {
		return 0, wrong("cached", cached, "fewer of %d objects: exact sums have too many terms", len(p))
	}
	var hit float64
	without := make([]float64, cached+1)
	for i := range p {
		clear(without)
		without[0] = 1
		for j, rate := range p {
			if j == i {
				continue
			}
			for k := cached; k > 0; k-- {
				without[k] += float64(float64(without[k-1]*rate) * scale)
			}
		}
		hit += p[i] * float64(float64(p[i]*scale)*without[cached-1]) / sums[cached]
	}
	return hit, nil
}

// PerfectLFU returns the hit ratio of the objects with the highest rates always cached, the best that
// any policy without knowledge of the future can do with unit sizes.
func PerfectLFU(rates []float64, cached int) (float64, error) {
	p, err := normal(rates, cached, math.MaxInt)
	if err != nil {
		return 0, err
	}
	slices.Sort(p)
	slices.Reverse(p)
	var hit float64
	for _, rate := range p[:min(cached, len(p))] {
		hit += rate
	}
	return hit, nil
}

// normal returns the rates divided by their sum.
func normal(rates []float64, cached, most int) ([]float64, error) {
	if len(rates) == 0 || len(rates) > most {
		return nil, wrong("rates", fmt.Sprintf("of length %d", len(rates)), "1 to %d", most)
	}
	if cached < 1 {
		return nil, wrong("cached", cached, "1 or more")
	}
	var sum float64
	for i, rate := range rates {
		if !(rate > 0) || math.IsInf(rate, 1) {
			return nil, wrong(fmt.Sprintf("rates[%d]", i), rate, "a finite number above 0")
		}
		sum += rate
	}
	p := make([]float64, len(rates))
	for i, rate := range rates {
		p[i] = rate / sum
	}
	return p, nil
}
