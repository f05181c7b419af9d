package cache

import "math"

// lhd evicts the object that is expected to give the fewest hits for the space and time it takes
// (Beckmann, Chen and Cidon, LHD: Improving Cache Hit Rate by Maximizing Hit Density, NSDI 2018). It learns
// from how old objects were when they were hit or evicted, suits objects of different sizes, and is bad for
// the byte hit ratio and in small or short runs, where it learns from little.
//
// Parameter: sample (32), how many objects are drawn to find a victim among, besides the last eight that
// entered. Objects are told apart in 16 classes, by how old they were at their last two hits; ages count
// requests in steps, 10,000 of them, that widen when objects grow older. Hits and evictions by class and
// age are counted and turned into hit densities every 2^20 requests, sooner at first, and then fade by a
// tenth. An object larger than the capacity is not inserted.
type lhd struct {
	pool
	sample  int
	history []lhdObject // by slot
	classes [lhdClasses]lhdClass
	latest  [8]uint64 // the keys that entered last
	entered int
	clock   uint64
	shift   uint8  // ages are clock differences >> shift
	nextAt  uint64 // when to reconfigure
	period  uint64
}

const (
	lhdClasses = 16
	lhdAges    = 10_000 // libCacheSim has 20,000, which takes twice the 4 MB
	lhdPeriod  = 1 << 20
)

type lhdObject struct {
	at               uint64 // the last request
	lastAge, before2 uint32 // ages at the last two hits; lhdAges where there was none
}

type lhdClass struct {
	hits, evictions, density [lhdAges]float64
}

func newLHD(c core, s *spec) rule {
	p := &lhd{pool: newPool(c, s), sample: int(s.integer("sample", 32, 1, 1<<16)), period: 1 << 14}
	p.nextAt = p.period
	for class := range p.classes {
		for age := range p.classes[class].density {
			// Until there is something to learn from: the youngest and the often hit are best.
			p.classes[class].density[age] = float64(class+1) / float64(age+1)
		}
	}
	return p
}

func (c *lhd) access(s uint32) bool {
	c.tick()
	o := &c.history[s]
	age := c.age(o)
	c.class(o).hits[age]++
	o.before2, o.lastAge, o.at = o.lastAge, age, c.clock
	return true
}

func (c *lhd) insert(key uint64, _ uint32, sizeBytes int64) bool {
	c.tick()
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		victim := c.victim()
		o := &c.history[victim]
		c.class(o).evictions[c.age(o)]++
		c.pull(victim)
		c.evict(victim)
	}
	s := c.add(key, sizeBytes)
	if n := cap(c.entries); n > len(c.history) {
		c.history = lengthen(c.history, n)
	}
	c.history[s] = lhdObject{at: c.clock, lastAge: lhdAges, before2: lhdAges}
	c.latest[c.entered%len(c.latest)] = key
	c.entered++
	return true
}

// victim returns the one of a sample that is least dense in hits.
func (c *lhd) victim() uint32 {
	victim, least := uint32(0), math.Inf(1)
	consider := func(s uint32) {
		if d := c.density(s); d < least {
			victim, least = s, d
		}
	}
	for range c.sample {
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
	return c.class(o).density[c.age(o)] / float64(c.weight(s))
}

// class returns the class of an object: the younger it was at its last two hits, the higher.
func (c *lhd) class(o *lhdObject) *lhdClass {
	sum := o.lastAge + o.before2
	if sum >= lhdAges {
		return &c.classes[0]
	}
	class := 0
	for limit := uint32(lhdAges); sum < limit && class < lhdClasses-1; limit /= 2 {
		class++
	}
	return &c.classes[class]
}

func (c *lhd) age(o *lhdObject) uint32 {
	return uint32(min((c.clock-o.at)>>c.shift, lhdAges-1))
}

func (c *lhd) tick() {
	c.clock++
	if c.clock == c.nextAt {
		c.reconfigure()
		c.period = min(2*c.period, lhdPeriod)
		c.nextAt += c.period
	}
}

// reconfigure turns the counts into densities and lets them fade.
func (c *lhd) reconfigure() {
	var oldest, all float64
	for i := range c.classes {
		class := &c.classes[i]
		var hits, events, lifetime float64
		for age := lhdAges - 1; age >= 0; age-- {
			hits += class.hits[age]
			events += class.hits[age] + class.evictions[age]
			lifetime += events
			if events > 1e-5 {
				class.density[age] = hits / lifetime
			} else {
				class.density[age] = 0
			}
			if age == lhdAges-1 {
				oldest += events
			}
			class.hits[age] *= .9
			class.evictions[age] *= .9
		}
		all += events
	}
	if oldest > all/100 && c.shift < 40 {
		c.widen()
	}
}

// widen doubles the step of ages.
func (c *lhd) widen() {
	c.shift++
	for i := range c.classes {
		class := &c.classes[i]
		for _, column := range []*[lhdAges]float64{&class.hits, &class.evictions} {
			for age := range column {
				var sum float64
				if 2*age+1 < lhdAges {
					sum = column[2*age] + column[2*age+1]
				}
				column[age] = sum
			}
		}
		for age := range class.density {
			class.density[age] = class.density[min(2*age, lhdAges-1)]
		}
	}
	for _, s := range c.slots {
		o := &c.history[s]
		for _, age := range []*uint32{&o.lastAge, &o.before2} {
			if *age < lhdAges {
				*age /= 2
			}
		}
	}
}

func (c *lhd) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		if s := c.direct[id]; s != 0 {
			c.access(s)
			continue
		}
		size := r.size(i)
		m.add(size)
		c.insert(uint64(id), 0, size)
	}
	return m
}
