package cache

// lirs keeps what comes back soonest (Jiang and Zhang, LIRS: An Efficient Low Inter-reference Recency Set
// Replacement Policy, SIGMETRICS 2002). Objects whose last two requests were close (LIR) own nearly all
// of the capacity; the others (HIR) pass through a small queue, and become LIR when they are asked for
// again while the stack still remembers them. It withstands scans and loops, and is bad where the
// popular objects change: the LIR set changes slowly.
//
// Parameter: hir (0.01), the share of the queue, at least 1 object or byte. The stack S holds the LIR
// objects, the HIR ones asked for since the oldest LIR object was, and ghosts; the queue Q holds the HIR
// objects that are cached. A hit moves an object to the top of S; a HIR object that was in S becomes LIR.
// When the LIR objects are over their share, the one at the bottom of S moves to the end of Q, from whose
// front others leave until it fits; S always loses what is not LIR at its bottom. A new object enters as LIR
// if there is room for it or its ghost is in S, else into S and Q. S holds at most twice the capacity; beyond
// that the oldest ghosts go. An object larger than the queue is not inserted.
//
// A HIR object that is hit but was not in S moves to the end of Q and enters S. In libCacheSim, as its counts
// tell, LIR objects make room for it as if it became LIR, though it does not: the next small enough object
// takes the room. Making room can even push the object that is hit out of Q, which ends it; libCacheSim
// counts the next request for it as a hit all the same if it is still in S.
//
// Parameter: phantoms, whether such objects count as hits: yes (the default) where requests are only
// counted, by [Replayer.Replay]; no, the only choice, in a cache made by [New], which stops making room
// before that.
type lirs struct {
	core
	lirLimit, hirLimit, stackLimit int64
	lirLoad, hirLoad, stackLoad    int64
	second                         []link // by slot: its place in lirsQueue or lirsGhosts
	phantoms                       bool
	beingHit                       uint32 // the slot that room is made for and that may become a phantom
}

// A link is a slot's place in the second list it can be in.
type link struct{ prev, next uint32 }

const (
	lirsStack = iota
	lirsQueue
	lirsGhosts // in the order they left
	lirsLists
)

// What a slot of lirs is, in its mark. A slot that is not resident is a ghost.
const (
	lirsLIR uint8 = 1 << iota
	lirsResident
	lirsStacked
	lirsPhantom // out of the cache, and counted as if it were not
)

func newLIRS(c core, s *spec) rule {
	c.keepMarks = true
	c.makeLists(lirsLists)
	hir := min(max(1, c.share(s.number("hir", .01, 1))), c.capacity)
	choices := []string{"no"}
	if s.replayed {
		choices = []string{"yes", "no"}
	}
	p := &lirs{core: c, phantoms: s.choice("phantoms", choices...) == "yes", hirLimit: hir, lirLimit: c.capacity - hir, stackLimit: 2 * c.capacity}
	p.second = make([]link, cap(c.entries))
	for list := range p.second[:lirsLists] {
		p.second[list] = link{uint32(list), uint32(list)}
	}
	return p
}

func (c *lirs) cached(s uint32) bool { return c.marks[s]&lirsResident != 0 }

func (c *lirs) access(s uint32) bool {
	mark := c.marks[s]
	switch {
	case mark&lirsPhantom != 0: // it takes room in the queue once more before it becomes LIR
		c.unstack(s)
		c.makeQueueRoom(c.weight(s))
		c.marks[s] = lirsResident
		c.enter(c.size(s))
		c.promote(s)
	case mark&lirsResident == 0:
		return false
	case mark&lirsLIR != 0:
		c.moveToFront(lirsStack, s)
		c.prune()
	case mark&lirsStacked != 0:
		c.unstack(s)
		c.dequeue(s)
		c.hirLoad -= c.weight(s)
		c.promote(s)
	default:
		c.dequeue(s)
		c.enqueue(lirsQueue, s)
		c.makeRoomFor(s)
		c.stack(s)
		c.limitStack()
	}
	return true
}

// makeRoomFor demotes LIR objects until the HIR object in slot s, the last of the queue, could be LIR.
func (c *lirs) makeRoomFor(s uint32) {
	weight := c.weight(s)
	behind := weight // of s and what is behind it in the queue
	if c.phantoms {
		c.beingHit = s
	}
	for c.lirLoad > c.lirLimit-weight && c.lirLoad > 0 && c.marks[s]&lirsPhantom == 0 {
		c.prune()
		behind += c.weight(c.back(lirsStack))
		if !c.phantoms && behind > c.hirLimit {
			break
		}
		c.demote()
	}
	c.beingHit = 0
}

func (c *lirs) insert(key uint64, s uint32, sizeBytes int64) bool {
	weight := c.weigh(sizeBytes)
	if weight > c.hirLimit {
		return false
	}
	remembered := s != 0
	if remembered {
		c.forget(s)
	}
	asLIR := remembered || weight <= c.lirLimit-c.lirLoad
	if !asLIR {
		c.makeQueueRoom(weight)
	}
	s = c.take(key, sizeBytes)
	if n := cap(c.entries); n > len(c.second) {
		c.second = lengthen(c.second, n)
	}
	c.marks[s] = lirsResident
	c.enter(sizeBytes)
	if asLIR {
		c.promote(s)
		c.limitStack()
		return true
	}
	c.stack(s)
	c.enqueue(lirsQueue, s)
	c.hirLoad += weight
	c.limitStack()
	return true
}

func (c *lirs) remove(s uint32) {
	weight := c.weight(s)
	if c.marks[s]&lirsLIR != 0 {
		c.lirLoad -= weight
	} else {
		c.dequeue(s)
		c.hirLoad -= weight
	}
	if c.marks[s]&lirsStacked != 0 {
		c.unstack(s)
	}
	c.free(s)
	c.prune()
}

// promote makes the resident object in slot s, which is in no list, LIR and makes room for it.
func (c *lirs) promote(s uint32) {
	weight := c.weight(s)
	for c.lirLoad > c.lirLimit-weight && c.lirLoad > 0 {
		c.demote()
	}
	c.stack(s)
	c.marks[s] |= lirsLIR
	c.lirLoad += weight
	if c.lirLoad > c.lirLimit { // alone larger than the share of LIR
		c.demote()
	}
}

// demote makes the LIR object at the bottom of the stack HIR.
func (c *lirs) demote() {
	c.prune()
	s := c.back(lirsStack)
	weight := c.weight(s)
	c.makeQueueRoom(weight)
	c.unstack(s)
	c.marks[s] &^= lirsLIR
	c.lirLoad -= weight
	c.enqueue(lirsQueue, s)
	c.hirLoad += weight
	c.prune()
}

// makeQueueRoom evicts from the queue until an object of the given weight fits.
func (c *lirs) makeQueueRoom(weight int64) {
	for c.hirLoad > c.hirLimit-weight && c.hirLoad > 0 {
		c.evictOne()
	}
}

// evictOne evicts the first object of the queue; if it is in the stack its ghost stays there.
func (c *lirs) evictOne() {
	s := c.second[lirsQueue].next
	c.dequeue(s)
	c.hirLoad -= c.weight(s)
	switch {
	case c.marks[s]&lirsStacked != 0:
		c.evictToGhost(s)
		c.marks[s] &^= lirsResident
		c.enqueue(lirsGhosts, s)
	case s == c.beingHit:
		c.evictToGhost(s)
		c.marks[s] = lirsPhantom
	default:
		c.evict(s)
	}
}

// prune takes what is not LIR from the bottom of the stack.
func (c *lirs) prune() {
	for {
		s := c.back(lirsStack)
		if s == lirsStack || c.marks[s]&lirsLIR != 0 {
			return
		}
		switch {
		case c.marks[s]&lirsPhantom != 0:
			c.unstack(s)
			c.free(s)
		case c.marks[s]&lirsResident == 0:
			c.forget(s)
		default:
			c.unstack(s)
		}
	}
}

func (c *lirs) limitStack() {
	for c.stackLoad > c.stackLimit && c.second[lirsGhosts].next != lirsGhosts {
		c.forget(c.second[lirsGhosts].next)
	}
}

// forget frees a ghost.
func (c *lirs) forget(s uint32) {
	c.unstack(s)
	c.dequeue(s)
	c.free(s)
}

func (c *lirs) stack(s uint32) {
	c.pushFront(lirsStack, s)
	c.marks[s] |= lirsStacked
	c.stackLoad += c.weight(s)
}

func (c *lirs) unstack(s uint32) {
	c.unlink(s)
	c.marks[s] &^= lirsStacked
	c.stackLoad -= c.weight(s)
}

// enqueue puts a slot at the end of the queue or of the ghosts.
func (c *lirs) enqueue(list, s uint32) {
	last := c.second[list].prev
	c.second[s] = link{prev: last, next: list}
	c.second[last].next = s
	c.second[list].prev = s
}

func (c *lirs) dequeue(s uint32) {
	l := c.second[s]
	c.second[l.prev].next = l.next
	c.second[l.next].prev = l.prev
}

func (c *lirs) replay(r *Requests) (m missed) {
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
