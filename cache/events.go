package cache

// replayPiece runs requests through the cache and counts misses, in bytes of the trace whatever the capacity counts.
func (e *engine) replayPiece(r *Requests) missed {
	switch {
	case r.Ops != nil:
		return e.replayEvents(r)
	case e.core.byObjects && r.hasSizes():
		return e.replaySized(r)
	}
	return e.replay(r)
}

// replaySized runs requests of known sizes through a cache that counts objects: one by one, to learn which of them miss.
func (e *engine) replaySized(r *Requests) (m missed) {
	for i := range r.IDs {
		one := r.alone(i, true)
		if e.replay(&one).requests != 0 {
			m.add(r.size(i))
		}
	}
	return m
}

// replayEvents runs requests, writes and deletes through the cache.
func (e *engine) replayEvents(r *Requests) (m missed) {
	for i, id := range r.IDs {
		key, size := uint64(id), r.size(i)
		one := r.alone(i, e.core.byObjects)
		switch r.op(i) {
		case Get:
			if size == 0 && !e.Contains(key) {
				e.Lookup(key) // the policy notes it all the same
				e.pass()
				m.add(0)
			} else if e.replay(&one).requests != 0 {
				m.add(size)
			}
		case Put:
			e.Remove(key)
			if size > 0 {
				e.write(&one)
			}
			e.pass()
		case Delete:
			e.Remove(key)
			e.pass()
		}
	}
	return m
}

// alone returns request i, as one of an object of one byte where the capacity counts objects.
func (r *Requests) alone(i int, byObjects bool) Requests {
	one := Requests{IDs: r.IDs[i : i+1 : i+1], Objects: r.Objects}
	switch {
	case byObjects:
	case r.RequestSizes != nil:
		one.RequestSizes = r.RequestSizes[i : i+1]
	default:
		one.ObjectSizes = r.ObjectSizes
	}
	if r.next != nil {
		one.next = r.next[i : i+1]
	}
	return one
}

// write puts the object of the only request in, which is not cached.
func (e *engine) write(one *Requests) {
	key, size := uint64(one.IDs[0]), one.size(0)
	switch rule := e.rule.(type) {
	case *belady:
		rule.insertUntil(key, one.next[0], size)
	case *beladySize:
		rule.insertUntil(key, one.next[0], size)
	default:
		e.Insert(key, size)
	}
}

// pass tells a rule that counts requests of one that its replay has not seen.
func (e *engine) pass() {
	if rule, ok := e.rule.(*beladySize); ok {
		rule.clock++
	}
}
