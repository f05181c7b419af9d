package sim

import (
	"fmt"
	"math/bits"
)

// A Timeline is how a workload, or a tier of caches, fared over the time of a run, warm-up included, in
// batches of equal length. It is what the warm-up is judged by. A batch that the run's end cuts short
// is left out.
type Timeline struct {
	// BatchNs is the length of a batch in ns: a power of two, such that a run has 200 to 399.
	BatchNs int64
	Batches []TimelineBatch
}

// A TimelineBatch is one batch of a [Timeline] of requests, by the instant at which they reached their site.
type TimelineBatch struct {
	Requests uint64
	// SumNs is the sum of the latency that causes sum to: TTFB also of what is judged by its last byte.
	SumNs uint64
	// Hits counts what was answered from the first cache, delayed hits included.
	Hits uint64
}

// A FillTimeline is the content of the caches of one tier over the time of a run.
type FillTimeline struct {
	// BatchNs is as in [Timeline].
	BatchNs int64
	// CapacityBytes sums the capacities of the tier's caches that anything was put into.
	CapacityBytes int64
	// UsedBytes sums their contents, near the end of each batch.
	UsedBytes []int64
}

// fewestBatches is the least number of batches of a run long enough to have them: MSER-5 then has 40
// batch means.
const fewestBatches = 200

// timelineShift returns the logarithm of the batch length of a run of so many ns.
func timelineShift(total int64) uint8 {
	return uint8(max(bits.Len64(uint64(total)/fewestBatches)-1, 0))
}

// A timeline takes the requests of one workload at one site.
type timeline struct {
	batches []TimelineBatch
	shift   uint8
}

func newTimeline(total int64) *timeline {
	shift := timelineShift(total)
	return &timeline{batches: make([]TimelineBatch, total>>shift), shift: shift}
}

// add takes a request that reached its site at an instant.
func (c *timeline) add(at, latency int64, outcome Outcome) {
	i := uint64(at) >> (c.shift & 63)
	if i >= uint64(len(c.batches)) {
		return // the last batch is not whole
	}
	b := &c.batches[i]
	b.Requests++
	b.SumNs += uint64(latency)
	if outcome <= NegativeHit {
		b.Hits++
	}
}

// matches returns an error unless both timelines are of the same batches or one has none.
func (c *Timeline) matches(o *Timeline) error {
	return sameBatches(len(c.Batches), c.BatchNs, len(o.Batches), o.BatchNs)
}

// merge adds another timeline that it matches; a timeline without batches takes the other's length.
func (c *Timeline) merge(o *Timeline) {
	if len(c.Batches) == 0 && len(o.Batches) > 0 {
		c.BatchNs, c.Batches = o.BatchNs, make([]TimelineBatch, len(o.Batches))
	}
	for i := range o.Batches {
		c.Batches[i].Requests += o.Batches[i].Requests
		c.Batches[i].SumNs += o.Batches[i].SumNs
		c.Batches[i].Hits += o.Batches[i].Hits
	}
}

// A fillTimeline watches the content of one cache.
type fillTimeline struct {
	used  []int64
	shift uint8
	taken int // batches that have been seen
	last  int64
}

func newFillTimeline(total int64) fillTimeline {
	shift := timelineShift(total)
	return fillTimeline{used: make([]int64, total>>shift), shift: shift}
}

// isDue reports whether an instant lies in a batch that has not been seen.
func (f *fillTimeline) isDue(at int64) bool { return at>>(f.shift&63) >= int64(f.taken) }

// hasHeld reports whether anything was ever put into the cache, before finish.
func (f *fillTimeline) hasHeld() bool { return f.taken > 0 || f.last > 0 }

// take notes what the cache holds at an instant; it has changed little since the batch began.
func (f *fillTimeline) take(at, used int64) {
	for end := min(at>>f.shift, int64(len(f.used)-1)); int64(f.taken) < end; f.taken++ {
		f.used[f.taken] = f.last
	}
	if f.taken < len(f.used) {
		f.used[f.taken] = used
	}
	f.taken = max(f.taken, int(at>>f.shift)+1)
	f.last = used
}

// finish fills in the batches in which nothing was put into the cache.
func (f *fillTimeline) finish() {
	for ; f.taken < len(f.used); f.taken++ {
		f.used[f.taken] = f.last
	}
}

// matches returns an error unless both timelines are of the same batches or one has none.
func (f *FillTimeline) matches(o *FillTimeline) error {
	return sameBatches(len(f.UsedBytes), f.BatchNs, len(o.UsedBytes), o.BatchNs)
}

// merge adds the contents of other caches over the same time, a timeline that it matches; a timeline without
// any takes the other's length.
func (f *FillTimeline) merge(o *FillTimeline) {
	if len(f.UsedBytes) == 0 && len(o.UsedBytes) > 0 {
		f.BatchNs, f.UsedBytes = o.BatchNs, make([]int64, len(o.UsedBytes))
	}
	f.CapacityBytes += o.CapacityBytes
	for i := range o.UsedBytes {
		f.UsedBytes[i] += o.UsedBytes[i]
	}
}

func sameBatches(n int, ns int64, otherN int, otherNs int64) error {
	if n > 0 && otherN > 0 && (n != otherN || ns != otherNs) {
		return fmt.Errorf("timelines of %d batches of %d ns and of %d of %d ns; want equal ones", n, ns, otherN, otherNs)
	}
	return nil
}
