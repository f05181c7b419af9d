package random

import (
	"fmt"
	"math"
	"math/bits"
)

// A Zipf draws the rank of an object by popularity: rank r (from 0) with probability proportional to
// (r+1)^-exponent. Measured web catalogues have exponents of 0.6 to 1.1; 0 makes all ranks equal.
//
// The draw is exact at any exponent and costs about 12 ns whatever the number of objects, from a table
// of at most 11 KB: ranks are taken together in blocks, an alias table draws the block, and a rank drawn
// evenly within it is kept with the probability that it has relative to the first of the block. Make
// one with [NewZipf]; it is read only.
type Zipf struct {
	blocks   []zipfBlock
	objects  uint32
	exponent float64
	total    float64 // the sum of (r+1)^-exponent over all ranks
}

// A zipfBlock is a run of ranks, counted from 1 here.
type zipfBlock struct {
	cell  aliasCell
	first uint32
	width uint32
	// sure is the probability, of 2^32, with which even the last rank of the block is kept.
	sure uint32
}

const (
	// The first ranks are blocks of their own; later blocks hold a sixteenth of the ranks before them,
	// so that the last is at least 94 % as likely as the first when the exponent is 1.
	zipfSingles = 32
	zipfGrowth  = 16

	zipfMaxExponent = 1e6
)

// NewZipf returns the sampler of the given number of objects, 1 to 2^32 - 1, with an exponent from 0 to
// a million.
func NewZipf(objects int, exponent float64) (*Zipf, error) {
	if objects < 1 || uint64(objects) > math.MaxUint32 {
		return nil, fmt.Errorf("random: Zipf law over %d objects; want 1 to %d", objects, uint32(math.MaxUint32))
	}
	if !(exponent >= 0 && exponent <= zipfMaxExponent) {
		return nil, fmt.Errorf("random: Zipf exponent %v; want 0 to %v", exponent, zipfMaxExponent)
	}
	z := &Zipf{objects: uint32(objects), exponent: exponent}
	var weights []float64
	for first := uint64(1); first <= uint64(objects); {
		width := uint64(1)
		if first > zipfSingles {
			width = min(first/zipfGrowth, uint64(objects)-first+1)
		}
		last := first + width - 1
		weight := z.sum(first, last)
		if weight == 0 { // below the smallest float64, and so are all that follow
			break
		}
		weights = append(weights, weight)
		keep := z.relative(last, first) * (1 << 32)
		z.blocks = append(z.blocks, zipfBlock{
			first: uint32(first),
			width: uint32(width),
			sure:  uint32(min(keep, math.MaxUint32)),
		})
		first += width
	}
	for i := len(weights) - 1; i >= 0; i-- { // smallest first, to round less
		z.total += weights[i]
	}
	for i, cell := range fillAlias(weights, z.total).cells {
		z.blocks[i].cell = cell
	}
	return z, nil
}

// Objects returns the number of objects.
func (z *Zipf) Objects() int { return int(z.objects) }

// Exponent returns the exponent of the law.
func (z *Zipf) Exponent() float64 { return z.exponent }

// Probability returns the probability of a rank, counted from 0; that of a rank outside is 0.
func (z *Zipf) Probability(rank uint32) float64 {
	if rank >= z.objects {
		return 0
	}
	return z.weight(float64(rank)+1) / z.total
}

// Draw returns a rank from 0, the most popular, to Objects()-1.
func (z *Zipf) Draw(s *Stream) uint32 {
	block, place := bits.Mul64(s.Uint64(), uint64(len(z.blocks)))
	cell := &z.blocks[block].cell
	// The block itself if place < below, or the other: no branch could foretell it.
	_, below := bits.Sub64(place, cell.below, 0)
	b := &z.blocks[uint64(cell.other)^(uint64(cell.other)^block)&-below]
	if b.width == 1 {
		return b.first - 1
	}
	for {
		u := s.Uint64()
		rank := b.first + uint32(u>>32*uint64(b.width)>>32)
		if coin := uint32(u); coin < b.sure || z.keep(b, rank, coin) {
			return rank - 1
		}
	}
}

// keep says whether a rank of the block is kept, when the coin, of 2^32, did not settle it.
func (z *Zipf) keep(b *zipfBlock, rank, coin uint32) bool {
	// The probability is a convex function of the rank: it lies below the straight line between the
	// block's ends, and not further below than an eighth of the greatest second derivative times the
	// square of the width. Only a coin in between needs the power itself.
	width, first := float64(b.width-1), float64(b.first)
	line := 1 - float64((1-float64(b.sure)*0x1p-32)*(float64(rank-b.first)/width))
	share := width / first
	gap := float64(float64(share*share)*float64(z.exponent*(z.exponent+1)))/8 + 0x1p-31
	c := float64(coin) * 0x1p-32
	if c > line+0x1p-31 {
		return false
	}
	if c < line-gap {
		return true
	}
	return c < z.relative(uint64(rank), uint64(b.first))
}

// relative returns (rank/first)^-exponent, for ranks counted from 1.
func (z *Zipf) relative(rank, first uint64) float64 {
	return exponential(-float64(z.exponent * logarithm(float64(rank)/float64(first))))
}

// weight returns rank^-exponent, for a rank counted from 1.
func (z *Zipf) weight(rank float64) float64 {
	return exponential(-float64(z.exponent * logarithm(rank)))
}

// sum returns the sum of rank^-exponent from first to last, counted from 1, to nearly all 53 bits.
func (z *Zipf) sum(first, last uint64) float64 {
	a, b := float64(first), float64(last)
	if first < 1024 || z.exponent > a/64 {
		sum := 0.0
		for rank := last; rank >= first; rank-- {
			sum += z.weight(float64(rank))
		}
		return sum
	}
	// Euler and Maclaurin: the integral, half of both ends, and the derivatives there. With exponents
	// up to a/64 what is left out is below 1e-17 of the sum.
	s := z.exponent
	fa, fb := z.weight(a), z.weight(b)
	sum := float64(a*fa*z.integral(b/a)) + (fa+fb)/2
	sum += s * (fa/a - fb/b) / 12
	third := float64(s * float64((s+1)*(s+2)))
	sum -= third * (fa/(a*a*a) - fb/(b*b*b)) / 720
	fifth := float64(third * float64((s+3)*(s+4)))
	sum += fifth * (fa/(a*a*a*a*a) - fb/(b*b*b*b*b)) / 30240
	return sum
}

// integral returns the integral of x^-exponent from 1 to the given end, which is at most 1 + 1/16.
func (z *Zipf) integral(end float64) float64 {
	l := logarithm(end)
	x := float64((1 - z.exponent) * l)
	if math.Abs(x) > 0.25 {
		return (exponential(x) - 1) / x * l
	}
	// (e^x - 1) / x by its series, free of cancellation
	sum := 0.0
	for n := 12; n >= 1; n-- {
		sum = float64(x / float64(n+1) * (1 + sum))
	}
	return l * (1 + sum)
}
