package cache

// arc is the adaptive replacement cache (Megiddo and Modha, ARC: A Self-Tuning, Low Overhead
// Replacement Cache, FAST 2003): two LRUs, for objects seen once (T1) and more often (T2), share the
// capacity, and hits on their ghosts (B1, B2) move the border. It adapts between recency and
// frequency by itself, and is bad where it matters in bytes, see below.
//
// Target p is the weight T1 should have, at first 0. Where the key's ghost is in B1, p grows by
// max(B2/B1, 1) up to the capacity, where it is in B2, p falls by max(B1/B2, 1) down to 0; then
// Replace makes room and the object enters T2. Any other new object enters T1; for as long as it
// does not fit: if T1, B1 and it exceed the capacity, either the last of B1 is forgotten and Replace
// evicts, or, if B1 is empty, the last of T1 leaves without a ghost; else, if all four lists reach twice
// the capacity, the last of B2 is forgotten, and Replace evicts. Replace evicts the last of T1 to B1 if
// T1 is over p (or at p, for a key from B2) or T2 is empty, else the last of T2 to B2. Weights are
// bytes where the capacity counts bytes, for p's steps too, as in libCacheSim: then one ghost hit moves
// p by a byte or so and the cache hardly adapts. "arc:step=size" scales the step by the object's weight,
// which is the paper's rule for pages carried over to bytes; for unit weights it is the same.
type arc struct {
	lists
	target     float64 // p
	stepBySize bool
}

const (
	arcT1 = iota
	arcT2
	arcB1
	arcB2
)

func newARC(c core, s *spec) rule {
	return &arc{lists: newLists(c, 4), stepBySize: s.choice("step", "unit", "size") == "size"}
}

func (c *arc) cached(s uint32) bool { return c.list(s) <= arcT2 }

func (c *arc) access(s uint32) bool {
	if !c.cached(s) {
		return false
	}
	c.move(arcT2, s)
	return true
}

func (c *arc) insert(key uint64, s uint32, sizeBytes int64) bool {
	if s != 0 {
		return c.insertRemembered(key, s, sizeBytes)
	}
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		if c.load[arcT1]+c.load[arcB1] > c.capacity-weight {
			if c.load[arcB1] == 0 {
				c.drop(c.back(arcT1))
				continue
			}
			c.forget(c.back(arcB1))
		} else if c.load[arcT1]+c.load[arcB1]+c.load[arcT2]+c.load[arcB2] >= 2*c.capacity && c.load[arcB2] > 0 {
			c.forget(c.back(arcB2))
		}
		c.replace(false)
	}
	c.add(arcT1, key, sizeBytes)
	return true
}

// insertRemembered inserts a key whose ghost is in slot s.
func (c *arc) insertRemembered(key uint64, s uint32, sizeBytes int64) bool {
	b1, b2 := float64(c.load[arcB1]), float64(c.load[arcB2])
	step := 1.0
	if c.stepBySize {
		step = float64(c.weight(s))
	}
	inB2 := c.list(s) == arcB2
	if inB2 {
		c.target = max(c.target-float64(step*max(b1/b2, 1)), 0)
	} else {
		c.target = min(c.target+float64(step*max(b2/b1, 1)), float64(c.capacity))
	}
	c.forget(s)
	weight := c.weigh(sizeBytes)
	if weight > c.capacity {
		return false
	}
	for c.used > c.capacity-weight {
		c.replace(inB2)
	}
	c.add(arcT2, key, sizeBytes)
	return true
}

// replace evicts one object, keeping its ghost.
func (c *arc) replace(inB2 bool) {
	t1 := float64(c.load[arcT1])
	fromT1 := c.load[arcT2] == 0 || t1 > 0 && (t1 > c.target || t1 == c.target && inB2)
	from, to := uint32(arcT2), uint32(arcB2)
	if fromT1 {
		from, to = arcT1, arcB1
	}
	s := c.back(from)
	c.evictToGhost(s)
	c.move(to, s)
}

func (c *arc) replay(r *Requests) (m missed) {
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
