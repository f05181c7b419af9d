package cache

import (
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/random"
)

// lecar learns whether to evict by recency or by frequency (Vietri et al., Driving Cache Replacement with
// ML-based LeCaR, HotStorage 2018). It follows whichever of LRU and LFU regrets less, which suits workloads
// that change between the two, and is bad where neither is good: scans defeat it.
//
// Parameters: rate (0.45), how fast it learns; discount (0.005), how much a regret has faded after as many
// requests as the cache holds objects. Each eviction follows LRU or LFU at random by their weights, at
// first equal, and leaves a ghost with the one that was followed; each has ghosts for half of the capacity.
// A miss whose ghost is there lowers that one's weight. An object larger than the capacity is not inserted.
type lecar struct {
	lists
	heap        heap      // by frequency
	frequencies []float64 // by slot
	evictedAt   []float64 // by slot of a ghost
	clock       float64
	byRecency   float64 // the weight of LRU; LFU has the rest
	rate, ln    float64
	ghostLimit  int64
	draws       random.Stream
}

const (
	lecarCached = iota
	lecarByRecency
	lecarByFrequency
)

func newLeCaR(c core, s *spec) rule {
	return &lecar{
		lists:      newLists(c, 3),
		rate:       s.number("rate", .45, 10),
		ln:         portable.Log(s.number("discount", .005, 1)),
		byRecency:  .5,
		ghostLimit: c.capacity / 2,
		draws:      random.New(s.seed, 0, random.Entity(s.name), 0),
	}
}

func (c *lecar) cached(s uint32) bool { return c.list(s) == lecarCached }

func (c *lecar) access(s uint32) bool {
	if !c.cached(s) {
		return false
	}
	c.clock++
	c.moveToFront(lecarCached, s)
	c.frequencies[s]++
	c.heap.update(s, c.frequencies[s])
	return true
}

func (c *lecar) insert(key uint64, s uint32, sizeBytes int64) bool {
	c.clock++
	if s != 0 {
		c.regret(s)
		c.forget(s)
	}
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		c.evictOne()
	}
	c.add(lecarCached, key, sizeBytes)
	s = c.find(key)
	if n := cap(c.entries); n > len(c.frequencies) {
		c.frequencies = lengthen(c.frequencies, n)
		c.evictedAt = lengthen(c.evictedAt, n)
	}
	c.frequencies[s] = 1
	c.heap.add(s, 1, cap(c.entries))
	return true
}

// regret lowers the weight of the one that evicted a ghost.
func (c *lecar) regret(s uint32) {
	faded := portable.Exp(c.ln * (c.clock - c.evictedAt[s]) / float64(max(c.objects, 1)))
	factor := portable.Exp(-float64(c.rate * faded))
	recency, frequency := c.byRecency, 1-c.byRecency
	if c.list(s) == lecarByRecency {
		recency *= factor
	} else {
		frequency *= factor
	}
	c.byRecency = recency / (recency + frequency)
}

func (c *lecar) evictOne() {
	victim, ghosts := c.heap.first(), uint32(lecarByFrequency)
	if c.draws.Float64() < c.byRecency {
		victim, ghosts = c.back(lecarCached), lecarByRecency
	}
	c.heap.remove(victim)
	c.evictedAt[victim] = c.clock
	c.retire(victim, ghosts, c.ghostLimit)
}

func (c *lecar) remove(s uint32) {
	c.heap.remove(s)
	c.forget(s)
}

func (c *lecar) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		s := c.direct[id]
		if s != 0 && c.access(s) {
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), s, r.weight(i))
	}
	return m
}
