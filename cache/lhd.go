package cache

import "math"

// lhd evicts the object that is expected to give the fewest hits for the space and time it takes
// (Beckmann, Chen and Cidon, LHD: Improving Cache Hit Rate by Maximizing Hit Density, NSDI 2018). It learns
// from how old objects were when they were hit or evicted, suits objects of different sizes, and is bad for
// the byte hit ratio and in short runs: before it has learnt it does worse than LRU in small caches.
//
// Parameters: every (1048576), after how many requests it learns again; sample (32), how many objects are
// drawn to find a victim among, besides the last eight that entered, once it has learnt more than 50 times;
// before that 8 are drawn. Ages count requests in steps of 1024, chosen anew from the number of cached objects when
// it learns for the 5th and 25th time. Objects are told apart in 16 classes, by how old they were at their
// last two hits. Hits and evictions are counted by class and age, and fade by a tenth each time it learns.
// Until the first time, class k (the higher, the sooner it was hit) at age a has density (17+k)/(1+a): the 17 is
// fitted to the counts of libCacheSim. One in 32 objects explores: it stays whatever its density, while such take less
// than a hundredth of the capacity and it has learnt less than 50 times. An object larger than the capacity
// is not inserted.
type lhd struct {
	pool
	sample       int
	history      []lhdObject // by slot
	classes      [lhdClasses]lhdClass
	latest       [8]uint64 // the keys that entered last
	entered      int
	clock        uint64
	shift        uint8 // ages are clock differences >> shift
	every        uint64
	nextAt       uint64 // when to learn
	learnt       int
	mayExplore   int64   // what explorers may still take
	objects, sum float64 // fading mean of the number of cached objects: its weighted sum, and the weights'
}

const (
	lhdClasses     = 16
	lhdAges        = 20_000
	lhdFirstSample = 8
	lhdLearner     = 50 // learning times until it has settled
	lhdDecay       = .9
)

type lhdObject struct {
	at              uint64 // the last request
	lastAge, before uint32 // ages at the last two hits; 0 and lhdAges where there was none
	explores        bool
}

// A lhdClass counts by age, up to the highest that was seen.
type lhdClass struct {
	hits, evictions, density lhdColumn
}

type lhdColumn []float64 // by age

func newLHD(c core, s *spec) rule {
	p := &lhd{pool: newPool(c, s), shift: 10, mayExplore: c.share(.01)}
	p.sample = int(s.integer("sample", 32, 1, 1<<16))
	p.every = uint64(s.integer("every", 1<<20, 1, 1<<40))
	p.nextAt = p.every
	return p
}

func (c *lhd) access(s uint32) bool {
	o := &c.history[s]
	age := c.age(o)
	c.class(o).hits.count(age)
	c.stopExploring(s)
	o.before, o.lastAge = o.lastAge, age
	c.touch(s)
	return true
}

func (c *lhd) insert(key uint64, _ uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		victim := c.victim()
		o := &c.history[victim]
		c.class(o).evictions.count(c.age(o))
		c.stopExploring(victim)
		c.pull(victim)
		c.evict(victim)
	}
	s := c.add(key, sizeBytes)
	if n := cap(c.entries); n > len(c.history) {
		c.history = lengthen(c.history, n)
	}
	c.history[s] = lhdObject{before: lhdAges}
	c.latest[c.entered%len(c.latest)] = key
	c.entered++
	c.touch(s)
	return true
}

// touch ends a request for the object in slot s.
func (c *lhd) touch(s uint32) {
	o := &c.history[s]
	o.at = c.clock
	if c.learnt < lhdLearner && c.draws.Uint64N(32) == 0 && c.mayExplore > 0 {
		o.explores = true
		c.mayExplore -= c.weight(s)
	}
	if c.clock++; c.clock == c.nextAt {
		c.learn()
		c.nextAt += c.every
	}
}

func (c *lhd) stopExploring(s uint32) {
	if o := &c.history[s]; o.explores {
		o.explores = false
		c.mayExplore += c.weight(s)
	}
}

func (c *lhd) remove(s uint32) {
	c.stopExploring(s)
	c.pool.remove(s)
}

// victim returns the one of a sample that is least dense in hits.
func (c *lhd) victim() uint32 {
	drawn := c.sample
	if c.learnt <= lhdLearner {
		drawn = min(drawn, lhdFirstSample)
	}
	victim := c.draw()
	least := c.density(victim)
	consider := func(s uint32) {
		if d := c.density(s); d < least {
			victim, least = s, d
		}
	}
	for range drawn - 1 {
		consider(c.draw())
	}
	for _, key := range c.latest[:min(c.entered, len(c.latest))] {
		if s := c.find(key); s != 0 {
			consider(s)
		}
	}
	return victim
}

func (c *lhd) density(s uint32) float64 {
	o := &c.history[s]
	age := c.age(o)
	if age == lhdAges-1 {
		return math.Inf(-1)
	}
	class := o.class()
	density := 0.
	if c.learnt == 0 {
		density = float64(lhdClasses+class+1) / float64(age+1)
	} else if known := c.classes[class].density; int(age) < len(known) {
		density = known[age]
	}
	density /= float64(c.weight(s))
	if o.explores {
		density++
	}
	return density
}

func (c *lhd) class(o *lhdObject) *lhdClass { return &c.classes[o.class()] }

// class returns the class of an object: the younger it was at its last two hits, the higher.
func (o *lhdObject) class() int {
	sum := o.lastAge + o.before
	if sum == 0 {
		return lhdClasses - 1
	}
	class := 0
	for ; sum < lhdAges && class < lhdClasses-1; sum *= 2 {
		class++
	}
	return class
}

func (c *lhd) age(o *lhdObject) uint32 {
	return uint32(min((c.clock-o.at)>>c.shift, lhdAges-1))
}

// count adds one at an age.
func (l *lhdColumn) count(age uint32) {
	l.reach(int(age) + 1)
	(*l)[age]++
}

// reach lengthens a column to hold n ages.
func (l *lhdColumn) reach(n int) {
	if missing := n - len(*l); missing > 0 {
		*l = append(*l, make(lhdColumn, missing)...)
	}
}

// learn lets the counts fade and turns them into densities.
func (c *lhd) learn() {
	c.learnt++
	for i := range c.classes {
		for _, column := range []lhdColumn{c.classes[i].hits, c.classes[i].evictions} {
			for age := range column {
				column[age] *= lhdDecay
			}
		}
	}
	c.objects = float64(c.objects*lhdDecay) + float64(len(c.slots))
	c.sum = float64(c.sum*lhdDecay) + 1
	if c.learnt == 5 || c.learnt == 25 {
		c.rescale()
	}
	for i := range c.classes {
		c.classes[i].learn()
	}
}

func (l *lhdClass) learn() {
	n := max(len(l.hits), len(l.evictions))
	l.hits.reach(n)
	l.evictions.reach(n)
	l.density.reach(n)
	var hits, events, lifetime float64
	for age := n - 1; age >= 0; age-- {
		if age == lhdAges-1 {
			continue // no age: everything older is in it
		}
		hits += l.hits[age]
		events += l.hits[age] + l.evictions[age]
		lifetime += events
		l.density[age] = 0
		if events > 1e-5 {
			l.density[age] = hits / lifetime
		}
	}
}

// rescale chooses the step of ages so that as many requests as there are objects take 200 steps.
func (c *lhd) rescale() {
	step := c.objects / c.sum / 200
	shift := uint8(1)
	for float64(uint64(1)<<shift) < step {
		shift++
	}
	for i := range c.classes {
		class := &c.classes[i]
		for _, column := range []*lhdColumn{&class.hits, &class.evictions} {
			*column = column.rescaled(int(shift) - int(c.shift))
		}
	}
	c.shift = shift
	c.objects, c.sum = 8*c.objects, 8*c.sum
}

// rescaled returns counts by age in steps that are 2^up times as long.
func (l lhdColumn) rescaled(up int) lhdColumn {
	if up >= 0 {
		out := make(lhdColumn, (len(l)+1<<up-1)>>up)
		for age, n := range l {
			out[age>>up] += n
		}
		return out
	}
	parts := 1 << -up
	out := make(lhdColumn, min(len(l)*parts, lhdAges))
	for age := range out {
		out[age] = l[age/parts] / float64(parts)
	}
	return out
}

func (c *lhd) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		if s := c.direct[id]; s != 0 {
			c.access(s)
			continue
		}
		m.add(r.size(i))
		c.insert(uint64(id), 0, r.weight(i))
	}
	return m
}
