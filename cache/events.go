package cache

// replayPiece runs requests through the cache and counts misses, in bytes of the trace whatever the capacity counts.
func (e *engine) replayPiece(r *Requests) missed {
	piece := *r
	piece.ones = e.core.byObjects
	if r.Ops != nil {
		return e.replayEvents(&piece)
	}
	return e.replay(&piece)
}

// replayEvents runs requests, writes and deletes through the cache.
func (e *engine) replayEvents(r *Requests) (m missed) {
	for i, id := range r.IDs {
		key, size := uint64(id), r.size(i)
		one := r.slice(i, i+1)
		one.Ops = nil
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

// write puts the object of the only request in, which is not cached.
func (e *engine) write(one *Requests) {
	key, size := uint64(one.IDs[0]), one.weight(0)
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
