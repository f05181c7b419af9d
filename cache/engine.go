package cache

// A rule is an eviction policy as the engine sees it. The slots it speaks of are those of its core.
type rule interface {
	base() *core
	// access notes a request for the key in slot s and reports whether it is cached: a slot may
	// hold a ghost, the memory of a key that has left.
	access(s uint32) bool
	// cached is access without effect.
	cached(s uint32) bool
	// insert puts in an object of at least one byte that is not cached, evicting as needed, and
	// reports whether it is cached now. s is the slot of its ghost, or 0.
	insert(key uint64, s uint32, sizeBytes int64) bool
	// remove takes the cached object in slot s out, its slot included.
	remove(s uint32)
	// replay runs requests through an empty or used cache whose keys are the dense ids. It is the
	// same as access and insert for each, in one loop without indirect calls.
	replay(r *Requests) missed
}

// An engine makes a [Cache] of a rule and an admission.
type engine struct {
	rule      rule
	core      *core
	admission Admission // nil for always
	lru       *lru      // the rule, if it is LRU
	plain     *lru      // the same without an admission, which is spared the detours of the others
}

func newEngine(r rule) *engine {
	lru, _ := r.(*lru)
	return &engine{rule: r, core: r.base(), lru: lru, plain: lru}
}

// admitBy puts an admission before the rule.
func (e *engine) admitBy(a Admission) {
	e.admission, e.plain = a, nil
	report := e.core.onEvict
	e.core.onEvict = func(key uint64, sizeBytes int64) {
		a.Evicted(key)
		if report != nil {
			report(key, sizeBytes)
		}
	}
}

// Lookup implements [Cache].
func (e *engine) Lookup(key uint64) (sizeBytes int64, hit bool) {
	if c := e.plain; c != nil {
		s := c.find(key)
		if s == 0 {
			return 0, false
		}
		c.use(s)
		return c.size(s), true
	}
	s := e.core.find(key)
	if s != 0 && e.rule.access(s) {
		sizeBytes, hit = e.core.size(s), true
	}
	if e.admission != nil {
		e.admission.Asked(key, sizeBytes, hit)
	}
	return sizeBytes, hit
}

// Insert implements [Cache].
func (e *engine) Insert(key uint64, sizeBytes int64) bool {
	s := e.core.find(key)
	if s != 0 && e.rule.cached(s) {
		return true
	}
	return e.insert(key, s, sizeBytes)
}

// insert puts in an object that is not cached; s is the slot of its ghost, or 0.
func (e *engine) insert(key uint64, s uint32, sizeBytes int64) bool {
	if sizeBytes < 1 {
		return false
	}
	if e.admission != nil {
		fits := e.core.used <= e.core.capacity-e.core.weigh(sizeBytes)
		if !e.admission.Admit(key, sizeBytes, fits) {
			return false
		}
	}
	return e.rule.insert(key, s, sizeBytes)
}

// replay runs requests through the admission and the rule.
func (e *engine) replay(r *Requests) (m missed) {
	if e.admission == nil {
		return e.rule.replay(r)
	}
	for i, id := range r.IDs {
		if _, hit := e.Lookup(uint64(id)); !hit {
			m.add(r.size(i))
			e.Insert(uint64(id), r.weight(i))
		}
	}
	return m
}

// Remove implements [Cache].
func (e *engine) Remove(key uint64) bool {
	s := e.core.find(key)
	if s == 0 || !e.rule.cached(s) {
		return false
	}
	e.core.leave(s)
	e.rule.remove(s)
	return true
}

// Contains implements [Cache].
func (e *engine) Contains(key uint64) bool {
	s := e.core.find(key)
	return s != 0 && e.rule.cached(s)
}

// Len implements [Cache].
func (e *engine) Len() int { return e.core.objects }

// UsedBytes implements [Cache].
func (e *engine) UsedBytes() int64 { return e.core.bytes }

// CapacityBytes implements [Cache].
func (e *engine) CapacityBytes() int64 {
	if e.core.byObjects {
		return 0
	}
	return e.core.capacity
}

// expect reads what look-ups and fills will read, as [Expect] says.
func (e *engine) expect(lookups, fills []uint64) {
	last := uint32(0)
	if e.lru != nil && 2*e.core.used > e.core.capacity {
		last = e.lru.last()
	}
	e.core.touched = e.core.touchHomes(lookups, fills, last) ^ e.core.touchSlots(lookups)
}
