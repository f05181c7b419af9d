package freshness

import (
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/random"
)

// Changes says when an object changes at its origin. Each object has a process of its own, which follows from its number
// alone: whoever asks, and whenever, finds the same. The zero value never changes.
type Changes struct {
	// Mean is the mean time from one change to the next; 0 means never. The least is a millisecond.
	Mean time.Duration
	// Regular lets the object change at equal times, with a phase of its own, in place of a Poisson process.
	Regular bool
}

// Validate names the first field that is out of range.
func (c Changes) Validate() error {
	if c.Mean == 0 {
		return invalid.Check(!c.Regular, "Regular", c.Regular, "false: Mean is 0, the object never changes")
	}
	return invalid.Check(c.Mean >= time.Millisecond && c.Mean <= longest, "Mean", c.Mean, "0 (never), or 1ms to 2^31 s")
}

// Version returns a number for what the object is like at an instant in ns, which may lie before 0: two instants with a change
// between them have different numbers. It is never 0. The draws are the object's own.
//
// Time is cut into cells as long as the mean. The changes of a cell are Poisson with mean 1, at uniform instants: a Poisson
// process, without any state.
func (c Changes) Version(draws random.Key, at int64) uint32 {
	if c.Mean == 0 {
		return 1
	}
	mean := int64(c.Mean)
	if c.Regular {
		phase := draws.StreamAt(0)
		return version(cellOf(at+int64(phase.Float64()*float64(mean)), mean), 0)
	}
	cell := cellOf(at, mean)
	n := changesBefore(draws, cell, float64(at-cell*mean)/float64(mean))
	for n == 0 {
		cell--
		n = changesIn(draws, cell)
	}
	return version(cell, uint32(n))
}

// version numbers the n-th change of a cell; after 2^28 cells the numbers begin anew.
func version(cell int64, n uint32) uint32 { return max(uint32(cell)<<4|n&15, 1) }

// cellOf returns the cell of an instant.
func cellOf(at, mean int64) int64 {
	cell := at / mean
	if at%mean < 0 {
		cell--
	}
	return cell
}

// mostChanges bounds the changes of a cell; more come in one of 10^16.
const mostChanges = 15

// cellsBelow has, by a number of changes below the most, the probability that a cell has no more.
var cellsBelow = func() (sums [mostChanges]float64) {
	p, sum := 0.36787944117144233, 0.0 // exp(-1)
	for k := range sums {
		sum += p
		sums[k] = sum
		p /= float64(k + 1)
	}
	return sums
}()

// indexOf returns the index of the stream of a cell.
func indexOf(cell int64) uint64 { return uint64(cell) + 1<<62 }

// changesIn returns how many changes a cell has.
func changesIn(draws random.Key, cell int64) (n int) {
	u := float64(float64(draws.FirstAt(indexOf(cell))>>11) * 0x1p-53)
	for n < mostChanges && u >= cellsBelow[n] {
		n++
	}
	return n
}

// changesBefore returns how many changes of a cell come up to a part of it, which is below 1.
func changesBefore(draws random.Key, cell int64, part float64) (n int) {
	all := changesIn(draws, cell)
	if all == 0 {
		return 0
	}
	stream := draws.StreamAt(indexOf(cell))
	stream.Uint64() // which has said how many there are
	for range all {
		if stream.Float64() <= part {
			n++
		}
	}
	return n
}

// Unchanged returns the probability that an object does not change for a time.
func (c Changes) Unchanged(d time.Duration) float64 {
	switch x := d.Seconds() / max(c.Mean.Seconds(), 1e-9); {
	case c.Mean == 0:
		return 1
	case c.Regular:
		return max(1-x, 0)
	default:
		return portable.Exp(-x)
	}
}
