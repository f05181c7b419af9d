package random

import (
	"fmt"
	"math"
	"math/bits"
)

// Quantiles draws from any continuous law, given by its quantile function, in about 5 ns.
//
// The table keeps the quantile function at knots that get denser towards both ends: 64 knots between
// p = 1/4 and 1/2, 64 between 1/8 and 1/4, and so on to 2^-20, the same from 1/2 to 1 - 2^-20. At a knot
// the law is exact, between two knots it is linear: draws of the normal law are off by less than 1e-4 of
// the standard deviation. Beyond 2^-20 at either end the quantile function itself is asked, so the tail
// is as far as the law's own. The table takes 21 KB.
//
// Make one with [NewQuantiles]; it is read only and may be shared if the function may.
type Quantiles struct {
	q func(p float64) float64
	// halves[0] holds the quantiles at the knots below 1/2 in ascending order of p, halves[1] those at
	// the knots above in ascending order of 1-p.
	halves [2][octaves*knotsPerOctave + 1]float64
}

const (
	octaves        = 19 // halvings from 1/2 down to 2^-20
	knotBits       = 6
	knotsPerOctave = 1 << knotBits

	// closestToZero and closestToOne are the outermost probabilities that are ever drawn.
	closestToZero = 0x1p-65
	closestToOne  = 1 - 0x1p-53
)

// NewQuantiles returns the table of a law from its quantile function q, the inverse of its distribution
// function: the value that a share p of the draws stays below. It must be finite and must not decrease
// for 0 < p < 1; it is never asked outside. It must depend on p alone, for draws in the outermost tail
// call it again.
func NewQuantiles(q func(p float64) float64) (*Quantiles, error) {
	if q == nil {
		return nil, wrong("q", "nil", "a quantile function")
	}
	t := &Quantiles{q: q}
	lower, upper := &t.halves[0], &t.halves[1]
	for i := range lower {
		p := knot(i)
		lower[i] = q(p)
		upper[i] = q(1 - p)
	}
	last, lastP := q(closestToZero), closestToZero
	check := func(p, x float64) error {
		switch {
		case math.IsNaN(x) || math.IsInf(x, 0):
			return wrong(fmt.Sprintf("q(%v)", p), x, "a finite number")
		case x < last:
			return wrong(fmt.Sprintf("q(%v)", p), x, "%v or more, as q(%v) is: a quantile does not decrease", last, lastP)
		case math.IsInf(x-last, 0):
			return wrong(fmt.Sprintf("q(%v)", p), x, "a step from q(%v), %v, below the largest float64", lastP, last)
		}
		last, lastP = x, p
		return nil
	}
	if err := check(lastP, last); err != nil {
		return nil, err
	}
	for i, x := range lower {
		if err := check(knot(i), x); err != nil {
			return nil, err
		}
	}
	for i := len(upper) - 1; i >= 0; i-- {
		if err := check(1-knot(i), upper[i]); err != nil {
			return nil, err
		}
	}
	if err := check(closestToOne, q(closestToOne)); err != nil {
		return nil, err
	}
	return t, nil
}

// knot returns the probability of knot i: 2^-20 at 0, 1/2 at the last, 64 equal steps an octave.
func knot(i int) float64 {
	return math.Ldexp(1+float64(float64(i%knotsPerOctave)/knotsPerOctave), i/knotsPerOctave-octaves-1)
}

// Draw returns a number of the law.
func (t *Quantiles) Draw(s *Stream) float64 { return t.At(s.Uint64()) }

// At returns the number of the law that 64 random bits stand for, in no particular order; see [Key.At].
func (t *Quantiles) At(random uint64) float64 {
	// Bit 0 chooses the half, the other bits are a probability below 1/2 as a binary fraction: the
	// zeros it leads with give the octave, the next bits the knot, the rest the place between knots.
	zeros := bits.LeadingZeros64(random | 1)
	if zeros >= octaves {
		return t.tail(random)
	}
	mantissa := random << ((zeros + 1) & 63)
	i := (octaves-1-zeros)<<knotBits | int(mantissa>>(64-knotBits))
	place := float64(mantissa<<knotBits>>11) * 0x1p-53
	half := &t.halves[random&1]
	from, to := half[i], half[i+1]
	return from + float64(place*(to-from))
}

// tail asks the quantile function itself for the outermost draws, one in 2^19.
func (t *Quantiles) tail(random uint64) float64 {
	p := float64((float64(random>>1) + 0.5) * 2 * closestToZero)
	if random&1 != 0 {
		return t.q(min(1-p, closestToOne))
	}
	return t.q(p)
}
