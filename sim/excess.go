package sim

import "math/bits"

// An excess is how much the times of one player in one match exceed the least that they can be, as a histogram of fixed size:
// cells of 16.4 us up to 2 ms, then 64 an octave up to 4 s. A quantile is interpolated in its cell, so that it is off by less than
// a hundredth of the excess. Less than 16.4 us counts as nothing.
type excess struct {
	counts [excessCells]uint32
	total  uint32
	least  int64 // ns; what the excess is over
}

const (
	excessUnit  = 14 // 2^14 ns
	excessBits  = 6  // 2^6 cells an octave
	excessCells = (18 - excessBits + 1) << excessBits
)

// begin empties the histogram.
func (x *excess) begin(least int64) { *x = excess{least: least} }

// record takes a time, in ns.
func (x *excess) record(ns int64) {
	x.counts[excessCell(ns-x.least)]++
	x.total++
}

// excessCell returns the cell of an excess; what is out of range is in the first or the last.
func excessCell(ns int64) int {
	v := uint64(max(ns, 0)) >> excessUnit
	octave := max(bits.Len64(v)-1-excessBits, 0)
	return min(octave<<excessBits+int(v>>octave), excessCells-1)
}

// excessEdge returns where a cell begins, in ns.
func excessEdge(cell int) int64 {
	octave := max(cell>>excessBits-1, 0)
	return int64(cell-octave<<excessBits) << (octave + excessUnit)
}

// quantile returns the time that a share p of those recorded does not exceed; there must be some.
func (x *excess) quantile(p float64) int64 {
	rank := float64(p * float64(x.total))
	below := 0.0
	for cell, n := range x.counts {
		if n == 0 {
			continue
		}
		if within := float64(n); below+within >= rank {
			if cell == 0 {
				return x.least
			}
			from, to := excessEdge(cell), excessEdge(cell+1)
			return x.least + from + int64(float64(float64(to-from)*((rank-below)/within)))
		}
		below += float64(n)
	}
	return x.least + excessEdge(excessCells)
}
