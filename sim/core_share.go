package sim

import (
	"slices"

	"github.com/edgewise-sim/edgewise/random"
)

// A coreShare is what a match meets on the core that it shares with others: every period each of them needs its work done once.
// Ticks are due at a fixed distance, each match's at a phase of its own, and worked off in the order in which they are due. With n
// matches alike this is the queue n*D/D/1, which for many of them is M/D/1.
type coreShare struct {
	phases []int64 // scratch
}

// of returns the time between the ticks of a match with a nominal period, where others on its core need so much work in each
// such period, and how long a tick that is due waits for the core. Where the core cannot do all the work in a period, every match
// ticks as often as it comes to its turn, so that the period grows to all the work and a tick begins at once when it is due.
// The others tick at phases that follow from a key. Times are in ns.
func (c *coreShare) of(nominal, work int64, others int, theirWork int64, key random.Key) (period, wait int64) {
	if all := work + theirWork; all > nominal {
		return all, 0
	}
	if others == 0 || theirWork == 0 {
		return nominal, 0
	}
	c.phases = c.phases[:0]
	for i := range others {
		before := int64(float64(random.Unit(key.At(uint64(i))) * float64(nominal))) // how long before this match another is due
		c.phases = append(c.phases, before)
	}
	slices.Sort(c.phases)
	// What came within any time before, less that time, is not done yet.
	each := theirWork / int64(others)
	for i, before := range c.phases {
		wait = max(wait, int64(i+1)*each-before)
	}
	return nominal, wait
}
