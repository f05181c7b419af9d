package theory

import (
	"fmt"
	"math"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A Churned cache is what a formula says of a cache of objects that others take the place of.
type Churned struct {
	// Cache is as elsewhere, but for Occupancy: for each place it holds how many of its objects are cached on the mean, the one that is asked
	// for and those before it that nobody asks for any more. That may be more than 1.
	Cache
	// Hits holds for each place which part of the requests for it hit, in [0, 1].
	Hits []float64
}

// LRUWithChurn returns the characteristic-time approximation of LRU where each of the objects stands for a place: an object lives for a
// lifetime, in the inverse of the unit of the rates, and then another of the same rate and size takes its place, of which nobody has
// asked before. A lifetime of 0 is one for ever; there is one an object. Of requests at a rate λ for an object that lives for L those hit
// that come within the characteristic time T after another of the same object; at an age a there have been such in min(a, T). once is as in
// [LRUWithOnce]; its rate may be 0, and its size is not looked at then.
func LRUWithChurn(objects []Object, lifetimes []float64, once Object, capacity float64) (Churned, error) {
	if len(lifetimes) != len(objects) {
		return Churned{}, wrong("lifetimes", fmt.Sprintf("%d", len(lifetimes)), "one an object, of which there are %d", len(objects))
	}
	if !(once.Rate >= 0) || math.IsInf(once.Rate, 1) || once.Rate > 0 && (!(once.Size > 0) || math.IsInf(once.Size, 1)) {
		return Churned{}, wrong("once", fmt.Sprintf("of rate %g and size %g", once.Rate, once.Size), "a finite rate, 0 or more, and a finite size above 0")
	}
	isFull := once.Rate > 0 // whatever the capacity is, in the end
	for i, life := range lifetimes {
		if !(life >= 0) || math.IsInf(life, 1) {
			return Churned{}, wrong(fmt.Sprintf("lifetimes[%d]", i), life, "a finite number, 0 (for ever) or more")
		}
		isFull = isFull || life > 0
	}
	cached := func(i int, x float64) float64 { return copies(x, float64(objects[i].Rate*lifetimes[i])) }
	solved, err := solveUntil(objects, once, capacity, isFull, cached)
	if err != nil {
		return Churned{}, err
	}
	c := Churned{Cache: solved, Hits: make([]float64, len(objects))}
	requests, bytes := once.Rate, float64(once.Rate*once.Size)
	var hits, hitBytes float64
	for i, o := range objects {
		c.Hits[i] = hitsOfLife(float64(o.Rate*c.CharacteristicTime), float64(o.Rate*lifetimes[i]))
		requests += o.Rate
		bytes += float64(o.Rate * o.Size)
		hits += float64(o.Rate * c.Hits[i])
		hitBytes += float64(float64(o.Rate*o.Size) * c.Hits[i])
	}
	c.RequestHitRatio, c.ByteHitRatio = hits/requests, hitBytes/bytes
	return c, nil
}

// hitsOfLife returns which part of the requests for an object hit, by what is asked of it in the characteristic time and in its life, 0 for
// ever: the mean over its life of the probability that it has been asked for in the time before, or since it was born.
func hitsOfLife(inTime, inLife float64) float64 {
	if inLife == 0 {
		return -portable.Expm1(-inTime)
	}
	young := min(inTime, inLife)
	sum := young + portable.Expm1(-young) // the integral of 1 - e^-x from 0
	if inLife > inTime {
		sum += float64((inLife - inTime) * -portable.Expm1(-inTime))
	}
	return sum / inLife
}

// copies returns how many of the objects of a place are cached on the mean, by the same. From the birth of one until the characteristic time
// after its death it is cached if it was asked for in that of its life which is within the characteristic time: that rises, stays and falls.
func copies(inTime, inLife float64) float64 {
	if inLife == 0 {
		return -portable.Expm1(-inTime)
	}
	young := min(inTime, inLife)
	sum := 2 * (young + portable.Expm1(-young))
	return (sum + float64(math.Abs(inLife-inTime)*-portable.Expm1(-young))) / inLife
}
