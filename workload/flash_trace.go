package workload

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// CrowdSpread is how far before or after a recorded request a flash crowd of a [Trace] may ask for the same once more: the rate of a trace at an instant, and what it asks for
// then, are those of the requests that it has recorded so near. Assumed: 5 s, so that a crowd neither comes in the bunches of single requests nor asks for what is over.
const CrowdSpread = 5 * time.Second

// A recordedCrowd is a flash crowd of a trace in one metro. Each recorded request is asked again, a Poisson number of times that is Factor-1 on the mean, at instants that are uniform in
// [CrowdSpread] before and after it, of which the crowd's shape leaves its part. So what is asked besides is a Poisson process given the trace, whose rate is
// Factor-1 times the trace's own then and there, with its objects and their sizes.
type recordedCrowd struct {
	recordedSource
	flash   *Flash
	chosen  map[uint32]bool // its objects; nil is all
	key     random.Key      // addresses what is drawn, by the number of the recorded request and of the crowd
	number  uint64
	pending recordedAgain
}

// newRecordedCrowd returns that of a crowd, by a source of its metro's requests.
func newRecordedCrowd(c *crowd, of *recordedSource, key random.Key, number uint64) *recordedCrowd {
	r := &recordedCrowd{recordedSource: *of, flash: c.flash, chosen: c.chosen, key: key, number: number}
	first, _ := slices.BinarySearchFunc(r.left, int64(c.flash.At-CrowdSpread), func(request uint32, from int64) int {
		at, _, _ := r.Recording.Request(int(request))
		return cmp.Compare(r.instant(at), from)
	})
	r.left = r.left[first:]
	return r
}

// next returns the next request, at [math.MaxInt64] when it is over.
func (r *recordedCrowd) next() again {
	for len(r.left) > 0 {
		request := r.left[0]
		recorded, object, bytes := r.Recording.Request(int(request))
		at := r.instant(recorded)
		if at-int64(CrowdSpread) >= int64(r.flash.End()) {
			r.left = nil
			break
		}
		if len(r.pending) > 0 && r.pending[0].at <= at-int64(CrowdSpread) {
			break // what comes later is asked again later, too
		}
		r.left = r.left[1:]
		if !r.Recording.IsWrite(int(request)) && (r.chosen == nil || r.chosen[object]) { // a crowd asks, and writes nothing
			r.askAgain(request, at, object, bytes)
		}
	}
	if len(r.pending) == 0 {
		return again{at: math.MaxInt64}
	}
	return heap.Pop(&r.pending).(again)
}

// askAgain draws when a recorded request is asked again.
func (r *recordedCrowd) askAgain(request uint32, at int64, object uint32, bytes int64) {
	draws := r.key.StreamAt(uint64(request)*maxFlashes + r.number)
	for sum := draws.Exp(); sum < r.flash.Factor-1; sum += draws.Exp() {
		then := at + int64((2*draws.Float64()-1)*float64(CrowdSpread))
		if draws.Float64() < r.flash.Shape(time.Duration(then)) {
			heap.Push(&r.pending, again{at: then, request: request, object: object, bytes: bytes})
		}
	}
}

// again is a recorded request that is asked once more.
type again struct {
	at              int64
	request, object uint32
	bytes           int64
}

// recordedAgain are those that come soon, as a heap in order of time.
type recordedAgain []again

// Len implements heap.Interface.
func (h recordedAgain) Len() int { return len(h) }

// Less implements heap.Interface: of those at one instant that comes first which was recorded first.
func (h recordedAgain) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].at, h[j].at), cmp.Compare(h[i].request, h[j].request)) < 0
}

// Swap implements heap.Interface.
func (h recordedAgain) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *recordedAgain) Push(x any) { *h = append(*h, x.(again)) }

// Pop implements heap.Interface.
func (h *recordedAgain) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}

// chooseOfTrace finds the objects of a crowd by how often a trace asks for them, and how often that is.
func (c *crowd) chooseOfTrace(r *trace.Recording) {
	if len(c.flash.Objects) == 0 {
		return
	}
	asked := make([]int, r.Objects())
	for i := range r.Requests() {
		if _, object, _ := r.Request(i); !r.IsWrite(i) {
			asked[object]++
		}
	}
	ranked := make([]uint32, len(asked))
	for i := range ranked {
		ranked[i] = uint32(i)
	}
	slices.SortStableFunc(ranked, func(a, b uint32) int { return cmp.Compare(asked[b], asked[a]) })
	c.chosen = make(map[uint32]bool)
	sum := 0
	for _, rank := range c.flash.Objects {
		c.chosen[ranked[rank]] = true
		sum += asked[ranked[rank]]
	}
	c.times *= float64(sum) / float64(r.Requests())
}
