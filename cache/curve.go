package cache

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A Point is one point of a miss-ratio curve.
type Point struct {
	// Capacity is the size of the cache, in objects or bytes.
	Capacity int64
	// Result is what a cache of that size does.
	Result
}

// A Unit is what a capacity counts.
type Unit uint8

// The units.
const (
	Bytes Unit = iota
	Objects
)

// String returns "bytes" or "objects".
func (u Unit) String() string {
	if u == Objects {
		return "objects"
	}
	return "bytes"
}

// WithCapacity returns a Config with a capacity in a unit, and none in the other.
func (cfg Config) WithCapacity(unit Unit, capacity int64) Config {
	cfg.CapacityBytes, cfg.CapacityObjects = capacity, 0
	if unit == Objects {
		cfg.CapacityBytes, cfg.CapacityObjects = 0, capacity
	}
	return cfg
}

// Bound returns what an infinite cache does: each object misses once, and again after it was deleted. No cache does
// better.
func (p *Replayer) Bound() Result { return p.survey.counted }

// Popularity returns the number of requests for each object that is asked for, and its size at the first
// one (1 where objects are counted).
func (p *Replayer) Popularity(ctx context.Context, unit Unit) (requests, sizes []int64, err error) {
	requests, sizes = make([]int64, p.objects), make([]int64, p.objects)
	err = p.each(ctx, func(r *Requests, _ bool) error {
		for i, id := range r.IDs {
			if r.op(i) != Get {
				continue
			}
			if requests[id] == 0 {
				sizes[id] = 1
				if unit == Bytes {
					sizes[id] = r.size(i)
				}
			}
			requests[id]++
		}
		return nil
	})
	asked := 0
	for id, n := range requests {
		if n > 0 {
			requests[asked], sizes[asked] = n, sizes[id]
			asked++
		}
	}
	return requests[:asked], sizes[:asked], err
}

// Footprint returns the capacity that holds every object, as large as it is at its first request.
func (p *Replayer) Footprint(unit Unit) int64 {
	if unit == Objects {
		return p.FootprintObjects()
	}
	return p.FootprintBytes()
}

// Spread returns so many capacities, from one thousandth of the footprint to all of it, evenly spaced
// on a logarithmic scale, without repetitions.
func (p *Replayer) Spread(unit Unit, n int) []int64 {
	all := float64(p.Footprint(unit))
	var capacities []int64
	for i := range n {
		part := 1.0
		if n > 1 {
			part = portable.Pow(1000, float64(i)/float64(n-1)-1)
		}
		if c := int64(math.Round(all * part)); c > 0 && (len(capacities) == 0 || c > capacities[len(capacities)-1]) {
			capacities = append(capacities, c)
		}
	}
	return capacities
}

// Curve replays the requests through a cache of each capacity, so many at a time, and returns a point
// for each in the same order. The capacities in cfg are ignored.
func (p *Replayer) Curve(ctx context.Context, cfg Config, unit Unit, capacities []int64, workers int) ([]Point, error) {
	cfgs := make([]Config, len(capacities))
	for i, capacity := range capacities {
		cfgs[i] = cfg.WithCapacity(unit, capacity)
	}
	results, err := p.ReplayAll(ctx, cfgs, workers)
	if err != nil {
		return nil, err
	}
	points := make([]Point, len(capacities))
	for i, r := range results {
		points[i] = Point{capacities[i], r.Counted}
	}
	return points, nil
}

// LRUCurve returns the miss-ratio curve of LRU at the given capacities from one pass over the
// requests (Mattson et al., Evaluation techniques for storage hierarchies, IBM Systems Journal 1970): a
// request hits if the objects asked for since the last request for the same one, and this one, fit.
//
// Where every object counts one, this is what LRU does, to the count. In bytes it is what an LRU would
// do that always holds as many of the latest objects as fit: a real one, which never takes an evicted
// object back without a request, misses a little more. Requests with writes or deletes are refused: what they take
// out leaves holes that no single pass can follow.
func (p *Replayer) LRUCurve(ctx context.Context, unit Unit, capacities []int64) ([]Point, error) {
	if err := checkCapacities(capacities); err != nil {
		return nil, err
	}
	return p.lruCurve(ctx, unit, capacities, 1)
}

// checkCapacities reports a capacity below 1.
func checkCapacities(capacities []int64) error {
	for i, c := range capacities {
		if c < 1 {
			return wrong(fmt.Sprintf("capacities[%d]", i), c, "1 or more")
		}
	}
	return nil
}

// lruCurve counts requests whose stack distance, divided by rate, is within each capacity.
func (p *Replayer) lruCurve(ctx context.Context, unit Unit, capacities []int64, rate float64) ([]Point, error) {
	if puts, deletes := p.Writes(); puts+deletes > 0 {
		return nil, wrong("Ops", fmt.Sprintf("with %d writes and %d deletes", puts, deletes), "Get alone; Curve replays them all")
	}
	sorted := slices.Clone(capacities)
	slices.Sort(sorted)
	hits := make([]missed, len(sorted)+1) // by the first capacity that is enough
	stack := newLRUStack(p.objects)
	err := p.each(ctx, func(r *Requests, counts bool) error {
		for i, id := range r.IDs {
			size := r.size(i)
			weight := size
			if unit == Objects {
				weight = 1
			}
			distance, again := stack.access(id, weight)
			if !again || !counts {
				continue
			}
			if rate < 1 {
				distance = int64(float64(distance) / rate)
			}
			enough, _ := slices.BinarySearch(sorted, distance)
			hits[enough].add(size)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	total := p.Bound()
	points := make([]Point, len(capacities))
	for i, capacity := range capacities {
		result := Result{total.Requests, total.Requests, total.RequestBytes, total.RequestBytes}
		for j, c := range sorted {
			if c > capacity {
				break
			}
			// Of equal capacities only the first is ever found.
			result.Misses -= hits[j].requests
			result.MissBytes -= hits[j].bytes
		}
		points[i] = Point{capacity, result}
	}
	return points, nil
}

// ShardsCurve estimates LRUCurve from a part of the objects (Waldspurger et al., Efficient MRC
// Construction with SHARDS, FAST 2015): those whose hash with the seed falls below rate, from 0 to 1,
// with stack distances scaled up. The error falls with the square root of the number of objects sampled;
// the counts of the points are scaled to all requests, with the paper's correction for a sample that
// caught more or less than its share of them.
func (p *Replayer) ShardsCurve(ctx context.Context, unit Unit, capacities []int64, rate float64, seed uint64) ([]Point, error) {
	if !(rate > 0 && rate <= 1) {
		return nil, wrong("rate", rate, "more than 0, 1 at most")
	}
	if err := checkCapacities(capacities); err != nil {
		return nil, err
	}
	sampled, err := p.sample(ctx, rate, seed)
	if err != nil {
		return nil, err
	}
	points, err := sampled.lruCurve(ctx, unit, capacities, rate)
	if err != nil {
		return nil, err
	}
	whole := p.Bound()
	for i := range points {
		r := &points[i].Result
		// The expected number of sampled requests, not the actual one, is the denominator: what a
		// sample caught too much or too little of are requests for the hottest objects, hits.
		misses := min(float64(r.Misses)/rate, float64(whole.Requests))
		missBytes := min(float64(r.MissBytes)/rate, float64(whole.RequestBytes))
		*r = Result{whole.Requests, int64(math.Round(misses)), whole.RequestBytes, int64(math.Round(missBytes))}
	}
	return points, nil
}

// sample returns a Replayer of the requests for the objects whose hash falls below rate. It holds them in memory.
func (p *Replayer) sample(ctx context.Context, rate float64, seed uint64) (*Replayer, error) {
	limit := uint64(math.MaxUint64)
	if rate < 1 {
		limit = uint64(math.Ldexp(rate, 64))
	}
	number := make([]uint32, p.objects)
	part, from := Requests{}, int64(0)
	for id := range number {
		number[id] = never
		if mix64(uint64(id)^mix64(seed)) <= limit {
			number[id] = uint32(part.Objects)
			part.Objects++
		}
	}
	err := p.each(ctx, func(r *Requests, counts bool) error {
		for i, id := range r.IDs {
			if number[id] == never {
				continue
			}
			part.IDs = append(part.IDs, number[id])
			if r.hasSizes() {
				part.RequestSizes = append(part.RequestSizes, r.size(i))
			}
			if r.Ops != nil {
				part.Ops = append(part.Ops, r.Ops[i])
			}
			if !counts {
				from++
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return NewWarmReplayer(part, from)
}

// An UnreachableError says that a hit ratio is out of reach, and how far one gets.
type UnreachableError struct {
	// HitRatio is what was wanted, Most the largest that can be had.
	HitRatio, Most float64
	// Policy got that far in a cache of this capacity; empty, if not even an infinite cache gets further.
	Policy   string
	Capacity int64
	Unit     Unit
}

// Error names both ratios.
func (e *UnreachableError) Error() string {
	if e.Policy == "" {
		return fmt.Sprintf("cache: a hit ratio of %.4g is not reachable: the bound is %.4g", e.HitRatio, e.Most)
	}
	return fmt.Sprintf("cache: a hit ratio of %.4g is not reachable with %s: %d %s give %.4g", e.HitRatio, e.Policy, e.Capacity, e.Unit, e.Most)
}

// CapacityFor returns the smallest capacity found at which a cache hits at least the given share, above
// 0 and at most 1, of the requests or, if ofBytes, of the bytes. If not even an infinite cache does, or the policy
// does not in a capacity of 16 times the footprint, the error is an [UnreachableError]. The search divides the range
// from 1 to the footprint, so it finds the smallest capacity of all where the hit ratio only rises with the capacity,
// as LRU's in objects does. Requests that stream are gone over once for each so many capacities as are tried at once.
func (p *Replayer) CapacityFor(ctx context.Context, cfg Config, unit Unit, hitRatio float64, ofBytes bool, atOnce int) (int64, error) {
	if !(hitRatio > 0 && hitRatio <= 1) {
		return 0, wrong("hitRatio", hitRatio, "more than 0, 1 at most")
	}
	hits := func(r Result) float64 {
		if ofBytes {
			return 1 - r.ByteMissRatio()
		}
		return 1 - r.RequestMissRatio()
	}
	if bound := hits(p.Bound()); bound < hitRatio {
		return 0, &UnreachableError{HitRatio: hitRatio, Most: bound}
	}
	low, high := int64(0), p.Footprint(unit) // enough is above low
	var most UnreachableError                // the best so far
	for tries := 0; ; tries++ {
		points, err := p.Curve(ctx, cfg, unit, []int64{high}, atOnce)
		if err != nil {
			return 0, err
		}
		reached := hits(points[0].Result)
		if reached >= hitRatio {
			break
		}
		if reached > most.Most {
			most = UnreachableError{HitRatio: hitRatio, Most: reached, Policy: cmp.Or(cfg.Policy, "lru"), Capacity: high, Unit: unit}
		}
		if tries == 4 || high > math.MaxInt64/2 {
			// Some policies leave a part of the capacity unused, whatever it is.
			return 0, &most
		}
		low, high = high, 2*high
	}
	parts := int64(2)
	if p.held == nil {
		parts = int64(max(1, atOnce)) + 1
	}
	for high-low > 1 {
		var tried []int64
		for part := int64(1); part < parts; part++ {
			if at := low + (high-low)/parts*part + (high-low)%parts*part/parts; at > low && (len(tried) == 0 || at > tried[len(tried)-1]) {
				tried = append(tried, at)
			}
		}
		points, err := p.Curve(ctx, cfg, unit, tried, atOnce)
		if err != nil {
			return 0, err
		}
		enough := slices.IndexFunc(points, func(point Point) bool { return hits(point.Result) >= hitRatio })
		switch {
		case enough < 0:
			low = tried[len(tried)-1]
		default:
			high = tried[enough]
			if enough > 0 {
				low = tried[enough-1]
			}
		}
	}
	return high, nil
}

// An lruStack finds LRU stack distances: a Fenwick tree (Fenwick, A New Data Structure for Cumulative
// Frequency Tables, 1994) over the times of the last requests holds the sizes, and is numbered anew when
// time runs out.
type lruStack struct {
	tree  []int64  // sizes by time, from 1
	last  []uint32 // time of the last request by object; 0 for never
	sizes []int64  // size by object
	who   []uint32 // object by time
	clock uint32
	total int64 // the sum of all sizes
}

func newLRUStack(objects int) *lruStack {
	n := 1 << bits.Len(uint(2*objects+16))
	return &lruStack{
		tree: make([]int64, n+1), who: make([]uint32, n+1),
		last: make([]uint32, objects), sizes: make([]int64, objects),
	}
}

// access notes a request. It returns the sum of the sizes of the object and of all asked for since its
// last request, and whether there was one.
func (k *lruStack) access(id uint32, size int64) (distance int64, again bool) {
	if int(k.clock) == len(k.tree)-1 {
		k.renumber()
	}
	if at := k.last[id]; at != 0 {
		distance, again = k.total-k.before(at), true
		k.add(at, -k.sizes[id])
		k.who[at] = never
	}
	k.clock++
	k.last[id], k.sizes[id], k.who[k.clock] = k.clock, size, id
	k.add(k.clock, size)
	return distance, again
}

// before returns the sum of the sizes at times before at.
func (k *lruStack) before(at uint32) (sum int64) {
	for i := at - 1; i > 0; i &= i - 1 {
		sum += k.tree[i]
	}
	return sum
}

func (k *lruStack) add(at uint32, size int64) {
	k.total += size
	for i := at; int(i) < len(k.tree); i += i & -i {
		k.tree[i] += size
	}
}

// renumber gives the last requests the times from 1, in their order.
func (k *lruStack) renumber() {
	clear(k.tree)
	k.total = 0
	latest := k.clock
	k.clock = 0
	for at := uint32(1); at <= latest; at++ {
		id := k.who[at]
		if id == never {
			continue
		}
		k.clock++
		k.last[id], k.who[k.clock] = k.clock, id
		k.add(k.clock, k.sizes[id])
	}
}
