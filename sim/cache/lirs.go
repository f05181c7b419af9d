package cache

type lirs struct {
	core
	lirLimit, hirLimit, stackLimit int64
	lirLoad, hirLoad, stackLoad    int64
	links                          []link
	fromGhost                      bool
}

type link struct{ prev, next uint32 }

const (
	lirsStack = 0 // S
	lirsQueue = 1 // Q, in links
	lirsGhost = 2 // nonresident, in links
)

const (
	isLIR uint8 = 1 << iota
	isResident
	inStack
)

func newLIRS(c core, sp *spec) rule {
	hir := max(1, c.share(sp.number("hir", .01, 1)))
	if dbg("K") {
		hir = int64(float64(c.capacity)*.01 + .5)
		hir = max(hir, 1)
	}
	if dbg("L") {
		hir++
	}
	c.keepMarks = true
	c.makeLists(3)
	p := &lirs{core: c, hirLimit: hir, lirLimit: c.capacity - hir, stackLimit: 2 * c.capacity}
	p.links = make([]link, cap(c.entries))
	for i := range p.links[:3] {
		p.links[i] = link{uint32(i), uint32(i)}
	}
	return p
}

func (c *lirs) cached(s uint32) bool { return c.marks[s]&isResident != 0 }

func (c *lirs) qpush(list, s uint32) { // at tail (most recent)
	last := c.links[list].prev
	c.links[s] = link{last, list}
	c.links[last].next = s
	c.links[list].prev = s
}
func (c *lirs) qunlink(s uint32) {
	l := c.links[s]
	c.links[l.prev].next = l.next
	c.links[l.next].prev = l.prev
}

func (c *lirs) top(s uint32) {
	c.pushFront(lirsStack, s)
	c.marks[s] |= inStack
	c.stackLoad += c.weight(s)
}
func (c *lirs) unstack(s uint32) {
	c.unlink(s)
	c.marks[s] &^= inStack
	c.stackLoad -= c.weight(s)
}

func (c *lirs) prune() {
	for {
		s := c.back(lirsStack)
		if s == lirsStack || c.marks[s]&isLIR != 0 {
			return
		}
		if dbg("J") && c.marks[s]&isResident == 0 {
			return
		}
		c.unstack(s)
		if c.marks[s]&isResident == 0 {
			c.qunlink(s)
			c.free(s)
		}
	}
}

func (c *lirs) access(s uint32) bool {
	m := c.marks[s]
	if m&isResident == 0 {
		return false
	}
	switch {
	case m&isLIR != 0:
		c.moveToFront(lirsStack, s)
		if !dbg("H") {
			c.prune()
		}
	case m&inStack != 0 && !(dbg("S") && m&64 != 0):
		c.unstack(s)
		c.qunlink(s)
		c.hirLoad -= c.weight(s)
		if dbg("N") {
			c.hirLoad += c.weight(s)
		}
		c.promote(s)
		if dbg("N") {
			c.hirLoad -= c.weight(s)
		}
	default:
		if !dE {
			c.qunlink(s)
			c.qpush(lirsQueue, s)
		}
		if dF {
			c.qunlink(s)
			c.hirLoad -= c.weight(s)
			c.promote(s)
			break
		}
		if !dG {
			if m&inStack != 0 {
				c.unstack(s)
			}
			c.top(s)
			c.marks[s] |= 64
		}
		if !dA {
			c.limit()
		}
	}
	return true
}

func (c *lirs) promote(s uint32) {
	c.marks[s] &^= 64
	w := c.weight(s)
	for c.lirLoad+w > c.lirLimit {
		c.ejectLIR()
	}
	t := int64(0)
	if dbg("T") && c.fromGhost || dbg("U") && !c.fromGhost {
		t = w
	}
	if dbg("V") && c.fromGhost || dbg("W") && !c.fromGhost {
		t = 1
	}
	for c.hirLoad+t > c.hirLimit {
		c.ejectHIR()
	}
	c.top(s)
	c.marks[s] |= isLIR
	c.lirLoad += w
}

func (c *lirs) ejectLIR() {
	c.prune()
	s := c.back(lirsStack)
	for c.marks[s]&isLIR == 0 {
		s = c.entries[s].prev
	}
	c.unstack(s)
	w := c.weight(s)
	c.lirLoad -= w
	c.marks[s] &^= isLIR
	if dbg("M") {
		c.qpush(c.links[lirsQueue].next, s)
	} else {
		c.qpush(lirsQueue, s)
	}
	c.hirLoad += w
	if !dbg("I") {
		c.prune()
	}
}

func (c *lirs) ejectHIR() {
	s := c.links[lirsQueue].next
	c.qunlink(s)
	c.hirLoad -= c.weight(s)
	if dbg("R") && c.marks[s]&64 != 0 && c.marks[s]&inStack != 0 {
		c.unstack(s)
		c.evict(s)
		return
	}
	if c.marks[s]&inStack != 0 {
		c.evictToGhost(s)
		c.marks[s] &^= isResident
		c.qpush(lirsGhost, s)
		return
	}
	c.evict(s)
}

func (c *lirs) limit() {
	lim := c.stackLimit
	if dC {
		lim--
	}
	for c.stackLoad > lim {
		s := c.links[lirsGhost].next
		if s == lirsGhost {
			return
		}
		if dbg("P") {
			println("limit", c.capacity)
		}
		if dB {
			s = c.back(lirsStack)
			for c.marks[s]&isResident != 0 {
				s = c.entries[s].prev
			}
		}
		c.unstack(s)
		c.qunlink(s)
		c.free(s)
	}
}

func (c *lirs) insert(key uint64, s uint32, sizeBytes int64) bool {
	w := c.weigh(sizeBytes)
	if w > c.hirLimit || w > c.capacity {
		return false
	}
	ghost := s != 0
	if ghost {
		c.unstack(s)
		c.qunlink(s)
		c.free(s)
	}
	full := false
	if !ghost {
		full = c.lirLoad+w > c.lirLimit || c.hirLoad > 0 && dD
		if full {
			for c.hirLoad+w > c.hirLimit {
				c.ejectHIR()
			}
		}
	}
	s = c.take(key, sizeBytes)
	if n := cap(c.entries); n > len(c.links) {
		c.links = lengthen(c.links, n)
	}
	c.enter(sizeBytes)
	c.marks[s] = isResident
	switch {
	case ghost:
		c.fromGhost = true
		c.promote(s)
		c.fromGhost = false
	case full:
		c.top(s)
		c.qpush(lirsQueue, s)
		c.hirLoad += w
		c.limit()
	default:
		c.top(s)
		c.marks[s] |= isLIR
		c.lirLoad += w
	}
	return true
}

func (c *lirs) remove(s uint32) {}

func (c *lirs) replay(r *Requests) (m missed) {
	for i, id := range r.IDs {
		s := c.direct[id]
		if s != 0 && c.access(s) {
			continue
		}
		size := r.size(i)
		m.add(size)
		c.insert(uint64(id), s, size)
	}
	return m
}
