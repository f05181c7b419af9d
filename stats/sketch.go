package stats

import (
	"bytes"
	"iter"
	"math"
	"math/bits"
	"slices"
)

// RelativeError bounds the relative error that a [Sketch] adds to a quantile: the order statistic and
// the value reported for it lie in the same cell, and a cell is at most 1/128 (0.78 %) of its lower
// edge wide. The error is usually far smaller, because a quantile is interpolated within its cell.
// Values below 256 ns are kept exactly.
const RelativeError = 1.0 / cellsPerOctave

const (
	// The first two octaves of cells hold the values 0-127 and 128-255, one a cell; octave k holds
	// [128, 256) << (k-1) in 128 cells of equal width.
	cellBits       = 7
	cellsPerOctave = 1 << cellBits
	octaves        = 63 - cellBits + 1

	// Cells are numbered from firstCell, so that from 128 up the number of a value's cell is what the value
	// begins with as a float64: the exponent and the first seven bits of the fraction.
	firstCell    = (1023 + cellBits - 1) << cellBits
	fractionBits = 52
	exactFloats  = 1 << (fractionBits + 1) // whole numbers up to here are exact as float64
)

// A Sketch is a histogram of latencies in nanoseconds with 128 cells an octave, over the whole range
// of int64. It holds integers only, so merging is integer addition: any grouping and any order of
// merges gives the same bits. Count, sum, minimum and maximum are exact; a quantile is within
// [RelativeError] of the exact one.
//
// The zero value is an empty sketch ready to use. A sketch costs 80 bytes and 1 KiB for every
// octave from its smallest value to its largest: 4-6 KiB for the users of one metro, about 10 KiB for a
// world-wide workload between 1 ms and 1 s, 57 KiB at most. [Sketch.Packed] and [Sketch.MarshalBinary] keep it in 2-4
// bytes a non-empty cell. Memory does not grow with the number of values.
//
// All methods that only read accept a nil sketch and treat it as empty. Copying a Sketch by
// assignment shares its cells; use [Sketch.Clone]. A Sketch must not be written to by several
// goroutines at once.
type Sketch struct {
	cells   []uint64 // the counts of the octaves from that of min to that of max, empty when empty or packed
	packed  string   // the non-empty cells in place of cells, see appendCells
	first   uint64   // number of the first of them
	min     uint64   // smallest value, 0 when empty
	span    uint64   // largest value minus smallest
	count   uint64
	sumLow  uint64
	sumHigh uint64
	invalid uint64
}

// Record adds one latency in nanoseconds. A negative value is no latency: it is not recorded but
// counted by [Sketch.Invalid], which a correct run leaves at zero.
func (s *Sketch) Record(ns int64) {
	// As unsigned numbers, all values outside [min, min+span], negative ones included, fail the
	// one comparison, so that extremes cost nothing on the common path.
	v := uint64(ns)
	if v-s.min <= s.span {
		if i := cellOf(v) - s.first; i < uint64(len(s.cells)) { // false in an empty sketch only
			s.cells[i]++
			s.count++
			var carry uint64
			s.sumLow, carry = bits.Add64(s.sumLow, v, 0)
			s.sumHigh += carry
			return
		}
	}
	s.RecordN(ns, 1)
}

// RecordAll adds many latencies in nanoseconds; it is faster than [Sketch.Record] for each.
func (s *Sketch) RecordAll(ns []int64) {
	s.unpack()
	for len(ns) > 0 {
		n := s.recordWithin(ns)
		if ns = ns[n:]; len(ns) > 0 {
			s.Record(ns[0])
			ns = ns[1:]
		}
	}
}

// recordWithin adds latencies up to the first that lies outside the range of those before, and returns their
// number. It leaves out what has no cell by its float64: below 128 ns, and above 2^53 ns.
func (s *Sketch) recordWithin(ns []int64) int {
	least, most := max(s.min, cellsPerOctave), min(s.min+s.span, exactFloats)
	if least > most {
		return 0
	}
	span := most - least
	cells, first := s.cells, s.first
	low, high := s.sumLow, s.sumHigh
	n := 0
	for _, x := range ns {
		v := uint64(x)
		if v-least > span {
			break
		}
		cells[math.Float64bits(float64(x))>>(fractionBits-cellBits)-first]++
		var carry uint64
		low, carry = bits.Add64(low, v, 0)
		high, _ = bits.Add64(high, 0, carry)
		n++
	}
	s.count += uint64(n)
	s.sumLow, s.sumHigh = low, high
	return n
}

// RecordN adds the same latency n times. See [Sketch.Record].
func (s *Sketch) RecordN(ns int64, n uint64) {
	if n == 0 {
		return
	}
	if ns < 0 {
		s.invalid += n
		return
	}
	v := uint64(ns)
	if len(s.cells) == 0 || v-s.min > s.span {
		s.widen(v, v)
	}
	s.cells[cellOf(v)-s.first] += n
	s.count += n
	high, low := bits.Mul64(v, n)
	s.addSum(high, low)
}

// Count returns the number of latencies recorded.
func (s *Sketch) Count() uint64 {
	if s == nil {
		return 0
	}
	return s.count
}

// Invalid returns the number of negative values that Record was handed. They are in no other figure.
// Anything but zero is a defect of the recorder.
func (s *Sketch) Invalid() uint64 {
	if s == nil {
		return 0
	}
	return s.invalid
}

// SumNs returns the exact sum of all latencies in nanoseconds as a 128-bit number.
func (s *Sketch) SumNs() (high, low uint64) {
	if s == nil {
		return 0, 0
	}
	return s.sumHigh, s.sumLow
}

// MeanNs returns the mean latency in nanoseconds, from the exact sum; NaN when the sketch is empty.
func (s *Sketch) MeanNs() float64 {
	if s.Count() == 0 {
		return math.NaN()
	}
	return s.sumNs() / float64(s.count)
}

// MinNs returns the smallest latency in nanoseconds, exactly; 0 when the sketch is empty.
func (s *Sketch) MinNs() int64 {
	if s == nil {
		return 0
	}
	return int64(s.min)
}

// MaxNs returns the largest latency in nanoseconds, exactly; 0 when the sketch is empty.
func (s *Sketch) MaxNs() int64 {
	if s == nil {
		return 0
	}
	return int64(s.min + s.span)
}

// QuantileNs returns the latency in nanoseconds that a share p of the values does not exceed: the
// order statistic of rank p x Count, within [RelativeError], interpolated linearly within its cell.
// It never leaves [MinNs, MaxNs] and never falls as p grows. It is NaN when the sketch is empty or p
// is not in [0, 1].
func (s *Sketch) QuantileNs(p float64) float64 {
	if s.Count() == 0 || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	value := []float64{0}
	s.quantiles([]float64{p}, value)
	return value[0]
}

// QuantilesNs returns [Sketch.QuantileNs] for each of the shares, which must ascend, in one pass over the cells. All are NaN
// when the sketch is empty, or when the shares do not ascend within [0, 1].
func (s *Sketch) QuantilesNs(shares []float64) []float64 {
	values := make([]float64, len(shares))
	if s.Count() == 0 || !slices.IsSorted(shares) || len(shares) > 0 && !(shares[0] >= 0 && shares[len(shares)-1] <= 1) {
		for i := range values {
			values[i] = math.NaN()
		}
		return values
	}
	s.quantiles(shares, values)
	return values
}

// quantiles sets the quantiles of ascending shares in [0, 1] of a sketch that is not empty.
func (s *Sketch) quantiles(shares, values []float64) {
	var below uint64
	n := 0
	for c := range s.Cells() {
		upTo := below + c.Count
		for n < len(shares) {
			rank := float64(shares[n] * float64(s.count))
			if rank > float64(upTo) {
				break
			}
			low, high := max(c.LowNs, s.MinNs()), min(c.HighNs, s.MaxNs())
			share := max(0, rank-float64(below)) / float64(c.Count)
			values[n] = float64(low) + float64(share*float64(high-low))
			n++
		}
		if n == len(shares) {
			return
		}
		below = upTo
	}
	for ; n < len(shares); n++ {
		values[n] = float64(s.MaxNs())
	}
}

// CDF returns the share of latencies that are at most ns, in [0, 1]; NaN when the sketch is empty.
// It is exact where ns is the upper edge of a cell and interpolated within cells; the share inside a
// deadline that someone will be judged by is better counted, see [ShareOf].
func (s *Sketch) CDF(ns int64) float64 {
	share := []float64{0}
	s.cdfs([]int64{ns}, share)
	return share[0]
}

// CDFs returns [Sketch.CDF] for each of the latencies, which must ascend, in one pass over the cells. All are NaN when the
// sketch is empty, or when the latencies do not ascend.
func (s *Sketch) CDFs(ns []int64) []float64 {
	shares := make([]float64, len(ns))
	if !slices.IsSorted(ns) {
		for i := range shares {
			shares[i] = math.NaN()
		}
		return shares
	}
	s.cdfs(ns, shares)
	return shares
}

// cdfs sets the shares that are at most each of ascending latencies.
func (s *Sketch) cdfs(ns []int64, shares []float64) {
	n := 0
	for ; n < len(ns) && s.Count() == 0; n++ {
		shares[n] = math.NaN()
	}
	for ; n < len(ns) && ns[n] < s.MinNs(); n++ {
		shares[n] = 0
	}
	var below uint64
	if n < len(ns) && ns[n] < s.MaxNs() {
		for c := range s.Cells() {
			for n < len(ns) && ns[n] < min(c.HighNs, s.MaxNs()) {
				if ns[n] < c.LowNs {
					shares[n] = float64(below) / float64(s.count)
				} else {
					low, high := max(c.LowNs, s.MinNs()), min(c.HighNs, s.MaxNs())
					share := float64(ns[n]-low+1) / float64(high-low+1)
					shares[n] = (float64(below) + float64(share*float64(c.Count))) / float64(s.count)
				}
				n++
			}
			if n == len(ns) {
				return
			}
			below += c.Count
		}
	}
	for ; n < len(ns); n++ {
		shares[n] = 1
	}
}

// A Cell is one cell of a [Sketch]: Count values between LowNs and HighNs, both included.
type Cell struct {
	LowNs, HighNs int64
	Count         uint64
}

// Cells yields the non-empty cells in ascending order of latency.
func (s *Sketch) Cells() iter.Seq[Cell] {
	return func(yield func(Cell) bool) {
		for cell, n := range s.counts() {
			low, high := cellEdges(cell)
			if !yield(Cell{LowNs: int64(low), HighNs: int64(high), Count: n}) {
				return
			}
		}
	}
}

// Merge adds everything that o has recorded. The result is what one sketch would hold that had
// recorded the values of both, to the bit.
func (s *Sketch) Merge(o *Sketch) {
	if o == nil {
		return
	}
	s.invalid += o.invalid
	if o.count == 0 {
		return
	}
	s.widen(o.min, o.min+o.span)
	if o.packed != "" {
		for cell, n := range o.counts() {
			s.cells[cell-s.first] += n
		}
	} else {
		to := s.cells[o.first-s.first:]
		for i, n := range o.cells {
			to[i] += n
		}
	}
	s.count += o.count
	s.addSum(o.sumHigh, o.sumLow)
}

// Pool returns a new sketch that holds the values of all the given ones. Nil sketches count as empty.
func Pool(sketches []*Sketch) *Sketch {
	pooled := new(Sketch)
	for _, s := range sketches {
		pooled.Merge(s)
	}
	return pooled
}

// Clone returns an independent copy. The clone of nil is an empty sketch.
func (s *Sketch) Clone() *Sketch {
	c := new(Sketch)
	c.Merge(s)
	return c
}

// Reset empties the sketch and keeps its memory for the next values.
func (s *Sketch) Reset() {
	*s = Sketch{cells: s.cells[:0]}
}

// Equal reports whether both sketches hold the same values, as far as sketches can tell: equal
// counts in every cell and equal sum, minimum, maximum and number of invalid values.
func (s *Sketch) Equal(o *Sketch) bool {
	sHigh, sLow := s.SumNs()
	oHigh, oLow := o.SumNs()
	if s.Count() != o.Count() || s.Invalid() != o.Invalid() || sHigh != oHigh || sLow != oLow ||
		s.MinNs() != o.MinNs() || s.MaxNs() != o.MaxNs() {
		return false
	}
	if s == nil || o == nil {
		return true
	}
	if s.packed != "" || o.packed != "" {
		return bytes.Equal(s.appendCells(nil), o.appendCells(nil))
	}
	return slices.Equal(s.cells, o.cells)
}

// widen extends the range of the values seen. The count must not have been raised yet.
func (s *Sketch) widen(low, high uint64) {
	s.unpack()
	if s.count > 0 {
		low, high = min(low, s.min), max(high, s.min+s.span)
	}
	s.min, s.span = low, high-low
	s.cover(cellOf(low), cellOf(high))
}

// cover makes room for the octaves of two cells, and for those in between.
func (s *Sketch) cover(low, high uint64) {
	first, end := low&^(cellsPerOctave-1), high|(cellsPerOctave-1)+1
	if len(s.cells) == 0 {
		s.first = first
	}
	first, end = min(first, s.first), max(end, s.first+uint64(len(s.cells)))
	n := end - first
	if n == uint64(len(s.cells)) {
		return
	}
	cells := s.cells[:0]
	if n > uint64(cap(cells)) {
		cells = make([]uint64, n)
	}
	cells = cells[:n]
	before := s.first - first
	after := before + uint64(copy(cells[before:], s.cells))
	clear(cells[:before])
	clear(cells[after:])
	s.cells, s.first = cells, first
}

func (s *Sketch) addSum(high, low uint64) {
	var carry uint64
	s.sumLow, carry = bits.Add64(s.sumLow, low, 0)
	s.sumHigh += high + carry
}

func (s *Sketch) sumNs() float64 {
	high, low := s.SumNs()
	return math.Ldexp(float64(high), 64) + float64(low)
}

// cellOf returns the number of the cell that holds v: counted from firstCell, v itself below 256, and from
// there on the position of the octave and the seven bits that follow the leading one.
func cellOf(v uint64) uint64 {
	shift := bits.Len64(v|(2*cellsPerOctave-1)) - cellBits - 1
	return firstCell + uint64(shift)<<cellBits + v>>shift
}

// cellEdges returns the smallest and the largest value of a cell.
func cellEdges(cell uint64) (low, high uint64) {
	cell -= firstCell
	if cell < 2*cellsPerOctave {
		return cell, cell
	}
	shift := cell>>cellBits - 1
	low = (cell - shift<<cellBits) << shift
	return low, low + 1<<shift - 1
}
