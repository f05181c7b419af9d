package theory

import (
	"fmt"
	"math"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
)

// An Object is what requests are for.
type Object struct {
	// Rate is how often it is asked for, above 0, in any unit.
	Rate float64
	// Size is what it takes of the capacity, above 0, in the capacity's unit: 1, or its bytes.
	Size float64
}

// Zipf returns n objects of size 1 whose rates sum to 1 and fall as 1/rank^alpha.
func Zipf(n int, alpha float64) []Object {
	objects := make([]Object, n)
	var sum float64
	for i := range objects {
		objects[i] = Object{Rate: portable.Pow(float64(i+1), -alpha), Size: 1}
		sum += objects[i].Rate
	}
	for i := range objects {
		objects[i].Rate /= sum
	}
	return objects
}

// A Cache is what a formula says of a cache.
type Cache struct {
	// CharacteristicTime is in the inverse of the unit of the rates: in requests where they sum to 1. It
	// is infinite where everything fits.
	CharacteristicTime float64
	// RequestHitRatio and ByteHitRatio are in [0, 1]; bytes stand for whatever sizes count.
	RequestHitRatio, ByteHitRatio float64
	// Occupancy holds for each object the probability, in [0, 1], that it is cached.
	Occupancy []float64
}

// LRU returns the characteristic-time approximation of LRU. The error says which argument is wrong.
func LRU(objects []Object, capacity float64) (Cache, error) {
	return solve(objects, capacity, func(x float64) float64 { return -portable.Expm1(-x) })
}

// LRUWithOnce returns the approximation of LRU where some requests, at a rate 0 or more in the unit of the others, are for
// objects of a mean size that nobody asks for twice: they never hit, and each takes its place for the characteristic
// time. The ratios are of all requests and bytes.
func LRUWithOnce(objects []Object, once Object, capacity float64) (Cache, error) {
	if !(once.Rate >= 0) || math.IsInf(once.Rate, 1) || !(once.Size > 0) || math.IsInf(once.Size, 1) {
		return Cache{}, wrong("once", fmt.Sprintf("of rate %g and size %g", once.Rate, once.Size), "a finite rate, 0 or more, and a finite size above 0")
	}
	return solveEach(objects, once, capacity, func(_ int, x float64) float64 { return -portable.Expm1(-x) })
}

// FIFO returns the characteristic-time approximation of FIFO, which is that of RANDOM too.
func FIFO(objects []Object, capacity float64) (Cache, error) {
	return solve(objects, capacity, func(x float64) float64 { return x / (1 + x) })
}

// QLRU returns the approximation of an LRU that admits an object after a miss with probability q, above
// 0 and at most 1.
func QLRU(objects []Object, capacity, q float64) (Cache, error) {
	if !(q > 0 && q <= 1) {
		return Cache{}, wrong("q", q, "more than 0, 1 at most")
	}
	return solve(objects, capacity, func(x float64) float64 { return admitted(x, q) })
}

// TwoLRU returns the approximation of an LRU that admits an object only if its key is in another LRU, of
// so many keys, of all that was asked for.
func TwoLRU(objects []Object, capacity, keys float64) (Cache, error) {
	ghosts := make([]Object, len(objects))
	for i, o := range objects {
		ghosts[i] = Object{Rate: o.Rate, Size: 1}
	}
	known, err := LRU(ghosts, keys)
	if err != nil {
		return Cache{}, fmt.Errorf("list of keys: %w", err)
	}
	return solveEach(objects, Object{}, capacity, func(i int, x float64) float64 { return admitted(x, known.Occupancy[i]) })
}

// admitted is the occupancy of an LRU after x = rate*time that admits with probability q.
func admitted(x, q float64) float64 {
	e := portable.Exp(-x)
	in := float64(q * -portable.Expm1(-x))
	if in == 0 {
		return 0
	}
	return in / (e + in)
}

func solve(objects []Object, capacity float64, occupancy func(x float64) float64) (Cache, error) {
	return solveEach(objects, Object{}, capacity, func(_ int, x float64) float64 { return occupancy(x) })
}

// solveEach finds the time at which the occupancies, functions of rate*time that rise from 0 to 1, fill
// the capacity, with what is asked for once.
func solveEach(objects []Object, once Object, capacity float64, occupancy func(i int, x float64) float64) (Cache, error) {
	return solveUntil(objects, once, capacity, once.Rate > 0, occupancy)
}

// solveUntil does the same; isFull says that the occupancies fill any capacity in the end.
func solveUntil(objects []Object, once Object, capacity float64, isFull bool, occupancy func(i int, x float64) float64) (Cache, error) {
	total, err := check(objects, capacity)
	if err != nil {
		return Cache{}, err
	}
	fill := func(t float64) float64 {
		sum := float64(float64(once.Rate*once.Size) * t)
		for i, o := range objects {
			sum += float64(o.Size * occupancy(i, float64(o.Rate*t)))
		}
		return sum
	}
	t := math.Inf(1)
	if capacity < total || isFull {
		low, high := 0.0, 1.0
		for fill(high) < capacity {
			low, high = high, 2*high
			if math.IsInf(high, 1) {
				// Objects that can hardly be admitted leave room for ever.
				return Cache{}, wrong("capacity", capacity, "less than what the objects that are admitted fill")
			}
		}
		for range 200 {
			t = low + float64((high-low)/2)
			if t == low || t == high {
				break
			}
			if fill(t) < capacity {
				low = t
			} else {
				high = t
			}
		}
	}
	c := Cache{CharacteristicTime: t, Occupancy: make([]float64, len(objects))}
	requests, bytes := once.Rate, float64(once.Rate*once.Size)
	var hits, hitBytes float64
	for i, o := range objects {
		in := 1.0
		if !math.IsInf(t, 1) {
			in = occupancy(i, float64(o.Rate*t))
		}
		c.Occupancy[i] = in
		requests += o.Rate
		bytes += float64(o.Rate * o.Size)
		hits += float64(o.Rate * in)
		hitBytes += float64(float64(o.Rate*o.Size) * in)
	}
	c.RequestHitRatio, c.ByteHitRatio = hits/requests, hitBytes/bytes
	return c, nil
}

// wrong returns the error of an argument out of range.
func wrong(name string, value any, want string, args ...any) error {
	return fmt.Errorf("theory: %w", invalid.New(name, value, want, args...))
}

// check returns the sum of the sizes.
func check(objects []Object, capacity float64) (total float64, err error) {
	if len(objects) == 0 {
		return 0, wrong("objects", "empty", "one or more")
	}
	if !(capacity > 0) || math.IsInf(capacity, 1) {
		return 0, wrong("capacity", capacity, "a finite number above 0")
	}
	for i, o := range objects {
		if !(o.Rate > 0) || math.IsInf(o.Rate, 1) || !(o.Size > 0) || math.IsInf(o.Size, 1) {
			return 0, wrong(fmt.Sprintf("objects[%d]", i), fmt.Sprintf("of rate %g and size %g", o.Rate, o.Size), "both finite and above 0")
		}
		total += o.Size
	}
	return total, nil
}
