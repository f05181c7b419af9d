package stats

import (
	"encoding/binary"
	"errors"
	"math"
)

// CoarseError bounds the relative error that a [Coarse] adds to a quantile: a cell is at most 1/16 (6.25 %) of its lower edge wide.
// The error is usually far smaller, because a quantile is interpolated within its cell.
const CoarseError = 1.0 / coarsePerOctave

const (
	coarseBits      = 4
	coarsePerOctave = 1 << coarseBits
	// coarseShift leaves of a float64 its exponent and the first bits of its fraction: the number of a cell.
	coarseShift = 52 - coarseBits
	// coarseFirst is the cell of 1 ns, the least; coarseLast that of the largest int64, as a float64 rounds it.
	coarseFirst = 1023 << coarseBits
	coarseLast  = (1023 + 63) << coarseBits
)

// A Coarse is a histogram of latencies in nanoseconds with 16 cells an octave, where a [Sketch] has 128: of many, of which each holds few
// values, as those of steps of time. It holds integers only, so that any grouping and any order of merges gives the same bits.
//
// The zero value is an empty one ready to use. It costs 32 bytes, and 128 bytes for every octave from its smallest value to its
// largest. Copying one by assignment shares its cells. It must not be written to by several goroutines at once.
type Coarse struct {
	cells []uint64 // whole octaves, empty when nothing was recorded
	first uint64   // the number of the first of them
}

// Record adds one latency in nanoseconds; one below 1 ns, which is none, counts as 1 ns.
func (c *Coarse) Record(ns int64) {
	cell := coarseCell(ns)
	i := cell - c.first
	if i >= uint64(len(c.cells)) {
		c.cover(cell, cell)
		i = cell - c.first
	}
	c.cells[i]++
}

// RecordAll adds many latencies, as [Coarse.Record] does each, and returns their sum, without what 64 bits do not hold.
func (c *Coarse) RecordAll(ns []int64) (sum uint64) {
	cells, first := c.cells, c.first
	for _, x := range ns {
		sum += uint64(x)
		if i := coarseCell(x) - first; i < uint64(len(cells)) {
			cells[i]++
			continue
		}
		c.Record(x)
		cells, first = c.cells, c.first
	}
	return sum
}

// coarseCell returns the number of the cell that holds a latency in nanoseconds.
func coarseCell(ns int64) uint64 { return math.Float64bits(float64(max(ns, 1))) >> coarseShift }

// Reset makes it an empty one, which keeps its room: recording values alike allocates nothing.
func (c *Coarse) Reset() { clear(c.cells) }

// CellBytes returns how much memory its cells take.
func (c *Coarse) CellBytes() int { return 8 * cap(c.cells) }

// IsEmpty reports whether it has no value.
func (c *Coarse) IsEmpty() bool {
	for _, k := range c.cells {
		if k > 0 {
			return false
		}
	}
	return true
}

// Count returns the number of values.
func (c *Coarse) Count() (n uint64) {
	for _, k := range c.cells {
		n += k
	}
	return n
}

// Merge adds the values of another.
func (c *Coarse) Merge(o *Coarse) {
	if from := o.first - c.first; from <= uint64(len(c.cells)) && uint64(len(o.cells)) <= uint64(len(c.cells))-from { // all cells of the other are there
		to := c.cells[from:]
		for i, n := range o.cells {
			to[i] += n
		}
		return
	}
	low, high, ok := o.ends()
	if !ok {
		return
	}
	c.cover(low, high)
	for cell := low; cell <= high; cell++ {
		c.cells[cell-c.first] += o.cells[cell-o.first]
	}
}

// QuantileNs returns the quantile p, 0 to 1, in ns, interpolated within its cell; NaN when there is no value.
func (c *Coarse) QuantileNs(p float64) float64 {
	n := c.Count()
	if n == 0 {
		return math.NaN()
	}
	rank, below := float64(p*float64(n)), 0.0
	last := 0.0
	for i, k := range c.cells {
		if k == 0 {
			continue
		}
		low, high := coarseEdges(c.first + uint64(i))
		if rank <= below+float64(k) {
			return low + float64(max(0, rank-below)/float64(k)*(high-low))
		}
		below += float64(k)
		last = high
	}
	return last
}

// CoarseQuantileMs is [QuantileMs] of coarse histograms: the quantile p of a latency in milliseconds from one of each replication, within [CoarseError].
func CoarseQuantileMs(replications []*Coarse, p, level float64) Estimate {
	var pooled Coarse
	for _, c := range replications {
		pooled.Merge(c)
	}
	reason := checkQuantile(len(replications), pooled.Count(), p, level)
	if reason != "" {
		return Estimate{Unsupported: reason}
	}
	each := make([]float64, len(replications))
	for i, c := range replications {
		each[i] = c.QuantileNs(p)
	}
	return sectioned(pooled.QuantileNs(p), each, level).Scaled(1e-6)
}

// Equal reports whether both hold the same counts.
func (c *Coarse) Equal(o *Coarse) bool {
	low, high, ok := c.ends()
	oLow, oHigh, oOk := o.ends()
	if ok != oOk || low != oLow || high != oHigh {
		return false
	}
	for cell := low; ok && cell <= high; cell++ {
		if c.cells[cell-c.first] != o.cells[cell-o.first] {
			return false
		}
	}
	return true
}

// In the encoding each cell that is not empty is a number: its count above the lowest two bits, and in these how many empty cells are before it. Where they
// are farGap or more, what is more follows. A 0 is the end.
const (
	gapBits = 2
	farGap  = 1<<gapBits - 1
	// cellsAtOnce is how many cells are looked at at once: octaves are of a multiple of it.
	cellsAtOnce = 4
)

// AppendBinary appends an encoding: variable-length integers, a byte for most cells that are not empty. Equal ones have equal encodings. It ends where it says, so that
// something else may follow. The error is always nil.
func (c *Coarse) AppendBinary(b []byte) ([]byte, error) {
	next := uint64(coarseFirst)
	for i := 0; i+cellsAtOnce <= len(c.cells); i += cellsAtOnce {
		of := (*[cellsAtOnce]uint64)(c.cells[i:])
		if of[0]|of[1]|of[2]|of[3] == 0 { // as most are
			continue
		}
		for j, k := range of {
			if k == 0 {
				continue
			}
			cell := c.first + uint64(i+j)
			gap := cell - next
			next = cell + 1
			if gap < farGap && k < 0x80>>gapBits {
				b = append(b, byte(k<<gapBits|gap))
				continue
			}
			b = binary.AppendUvarint(b, k<<gapBits|min(gap, farGap))
			if gap >= farGap {
				b = binary.AppendUvarint(b, gap-farGap)
			}
		}
	}
	return append(b, 0), nil
}

// MergeBinary adds the values of one that [Coarse.AppendBinary] wrote at the begin of data, and returns what follows. Data that none can have written gives an
// error, and leaves a part of it in c.
func (c *Coarse) MergeBinary(data []byte) (rest []byte, err error) {
	cell, i := uint64(coarseFirst), 0
	for {
		var token uint64
		if i < len(data) && data[i] < 0x80 {
			token = uint64(data[i])
			i++
		} else if token, i = uvarintAt(data, i); i < 0 {
			return nil, errNoUvarint
		}
		if token == 0 {
			return data[i:], nil
		}
		gap, count := token&farGap, token>>gapBits
		if gap == farGap {
			var more uint64
			if more, i = uvarintAt(data, i); i < 0 {
				return nil, errNoUvarint
			}
			gap += min(more, coarseLast)
		}
		if cell += gap; cell > coarseLast {
			return nil, errors.New("a cell beyond the last")
		}
		if count == 0 {
			return nil, errors.New("an empty cell is listed")
		}
		if cell-c.first >= uint64(len(c.cells)) {
			c.cover(cell, cell)
		}
		c.cells[cell-c.first] += count
		cell++
	}
}

// Decode reads what [Coarse.AppendBinary] wrote from the begin of data and returns what follows. Data that none can have written gives an
// error and leaves c as it was.
func (c *Coarse) Decode(data []byte) (rest []byte, err error) {
	var d Coarse
	if rest, err = d.MergeBinary(data); err != nil {
		return nil, err
	}
	*c = d
	return rest, nil
}

var errNoUvarint = errors.New("cut short, or no integer of variable length")

// uvarintAt reads an integer of variable length at a place, of as few bytes as it takes, and returns the place behind it; one below 0 where there is none.
func uvarintAt(data []byte, at int) (v uint64, next int) {
	v, n := binary.Uvarint(data[at:])
	if n <= 0 || n > 1 && data[at+n-1] == 0 {
		return 0, -1
	}
	return v, at + n
}

// ends returns the first and the last cell that is not empty.
func (c *Coarse) ends() (low, high uint64, ok bool) {
	for i, k := range c.cells {
		if k > 0 {
			high = c.first + uint64(i)
			if !ok {
				low, ok = high, true
			}
		}
	}
	return low, high, ok
}

// cover makes room for the octaves of some cells.
func (c *Coarse) cover(low, high uint64) {
	low, high = low&^(coarsePerOctave-1), high|(coarsePerOctave-1)
	if len(c.cells) > 0 {
		low, high = min(low, c.first), max(high, c.first+uint64(len(c.cells))-1)
	}
	if n := high - low + 1; n > uint64(len(c.cells)) {
		cells := make([]uint64, n)
		if len(c.cells) > 0 {
			copy(cells[c.first-low:], c.cells)
		}
		c.cells, c.first = cells, low
	}
}

// coarseEdges returns the lower edge of a cell and that of the next.
func coarseEdges(cell uint64) (low, high float64) {
	return math.Float64frombits(cell << coarseShift), math.Float64frombits((cell + 1) << coarseShift)
}
