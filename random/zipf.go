package random

import (
	"math"
	"math/bits"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A Zipf draws the rank of an object by popularity: rank r (from 0) with probability proportional to
// (r+1)^-exponent. Measured web catalogues have exponents of 0.6 to 1.1; 0 makes all ranks equal.
//
// The draw is exact at any exponent and costs about 9 ns whatever the number of objects, from a table
// of at most 11 KB: ranks are taken together in blocks, an alias table draws the block, and a rank drawn
// evenly within it is kept with the probability that it has relative to the first of the block. Make
// one with [NewZipf]; it is read only.
type Zipf struct {
	cells    []zipfCell
	objects  uint32
	exponent float64
	total    float64 // the sum of (r+1)^-exponent over all ranks
}

// A zipfBlock is a run of ranks, counted from 1 here.
type zipfBlock struct {
	first uint32
	width uint32
	// sure is the probability, of 2^32, with which even the last rank of the block is kept.
	sure uint32
}

// keepsAll says whether the block's rank that random bits stand for is kept whichever it is.
func (b zipfBlock) keepsAll(random uint64) bool { return uint32(random) < b.sure }

// at returns the block's rank that random bits stand for.
func (b zipfBlock) at(random uint64) uint32 {
	return b.first + uint32(random>>32*uint64(b.width)>>32)
}

// A zipfCell is a cell of the alias table and stands for its own block with probability below / 2^64, for
// another otherwise. It holds both blocks, so that a draw reads from one place only: words 0 and 1 are below,
// then come the first ranks, widths and sures, each of the other block and of its own.
type zipfCell [8]uint32

func newZipfCell(below uint64, other, own zipfBlock) zipfCell {
	return zipfCell{uint32(below), uint32(below >> 32), other.first, own.first, other.width, own.width, other.sure, own.sure}
}

func (c *zipfCell) below() uint64 { return uint64(c[0]) | uint64(c[1])<<32 }

// block returns the block of the cell's own if own is 1, the other if it is 0.
func (c *zipfCell) block(own uint64) zipfBlock {
	return zipfBlock{first: c[2+own], width: c[4+own], sure: c[6+own]}
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
		return nil, wrong("objects", objects, "1 to %d", uint32(math.MaxUint32))
	}
	if !(exponent >= 0 && exponent <= zipfMaxExponent) {
		return nil, wrong("exponent", exponent, "0 to %v", zipfMaxExponent)
	}
	z := &Zipf{objects: uint32(objects), exponent: exponent}
	var weights []float64
	var blocks []zipfBlock
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
		blocks = append(blocks, zipfBlock{
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
		z.cells = append(z.cells, newZipfCell(cell.below, blocks[cell.other], blocks[i]))
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
	b := drawBlock(z.cells, s.Uint64())
	if b.width == 1 {
		return b.first - 1
	}
	return z.settle(s, b, s.Uint64()) - 1
}

// DrawAll fills ranks with what as many calls of Draw return; it is faster.
func (z *Zipf) DrawAll(s *Stream, ranks []uint32) {
	for {
		n, b, u, at := z.drawSure(*s, ranks)
		*s = at
		if n == len(ranks) {
			return
		}
		ranks[n] = z.settle(s, b, u) - 1
		ranks = ranks[n+1:]
	}
}

// drawSure fills ranks up to the first that may not be kept, and returns its index, its block and the random
// bits that it comes from, and the stream that goes on behind them.
func (z *Zipf) drawSure(s Stream, ranks []uint32) (n int, b zipfBlock, u uint64, next Stream) {
	cells := z.cells
	for n = range ranks {
		u, s = s.step()
		b = drawBlock(cells, u)
		rank := b.first
		if b.width != 1 {
			u, s = s.step()
			if !b.keepsAll(u) {
				return n, b, u, s
			}
			rank = b.at(u)
		}
		ranks[n] = rank - 1
	}
	return len(ranks), zipfBlock{}, 0, s
}

// drawBlock returns the block that random bits stand for.
func drawBlock(cells []zipfCell, random uint64) zipfBlock {
	number, place := bits.Mul64(random, uint64(len(cells)))
	cell := &cells[number]
	_, own := bits.Sub64(place, cell.below(), 0) // no branch could foretell it
	return cell.block(-own & 1)                  // which is own: the processor has -own at hand
}

// settle finishes the draw of a rank of the block that begins with the bits u: it draws again until a rank is
// kept.
func (z *Zipf) settle(s *Stream, b zipfBlock, u uint64) uint32 {
	for !b.keepsAll(u) && !z.keep(b, b.at(u), uint32(u)) {
		u = s.Uint64()
	}
	return b.at(u)
}

// keep says whether a rank of the block is kept, when the coin, of 2^32, did not settle it.
func (z *Zipf) keep(b zipfBlock, rank, coin uint32) bool {
	// The probability is a convex function of the rank: it lies below the straight line between the
	// block's ends, and not further below than an eighth of the greatest second derivative times the
	// square of the width. Only a coin in between needs the power itself.
	width, first := float64(b.width-1), float64(b.first)
	line := 1 - float64((1-float64(float64(b.sure)*0x1p-32))*(float64(rank-b.first)/width))
	share := width / first
	gap := float64(float64(float64(share*share)*float64(z.exponent*(z.exponent+1)))/8) + 0x1p-31
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
	return portable.Exp(-float64(z.exponent * portable.Log(float64(rank)/float64(first))))
}

// weight returns rank^-exponent, for a rank counted from 1.
func (z *Zipf) weight(rank float64) float64 {
	return portable.Exp(-float64(z.exponent * portable.Log(rank)))
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
	sum := float64(a*fa*z.integral(b/a)) + float64((fa+fb)/2)
	sum += s * (fa/a - fb/b) / 12
	third := float64(s * float64((s+1)*(s+2)))
	sum -= third * (fa/(a*a*a) - fb/(b*b*b)) / 720
	fifth := float64(third * float64((s+3)*(s+4)))
	sum += fifth * (fa/(a*a*a*a*a) - fb/(b*b*b*b*b)) / 30240
	return sum
}

// integral returns the integral of x^-exponent from 1 to the given end, which is at most 1 + 1/16.
func (z *Zipf) integral(end float64) float64 {
	l := portable.Log(end)
	x := float64((1 - z.exponent) * l)
	if math.Abs(x) > 0.25 {
		return (portable.Exp(x) - 1) / x * l
	}
	// (e^x - 1) / x by its series, free of cancellation
	sum := 0.0
	for n := 12; n >= 1; n-- {
		sum = float64(x / float64(n+1) * (1 + sum))
	}
	return l * (1 + sum)
}
