package cache

// A Noted is a cache whose user notes something of every object that it holds: for how long it is good, say. A note is there as long
// as its object, and where the cache is used in turns ([Config.InTurns]) it lies beside it in memory.
type Noted[N any] struct {
	Cache
	log    *log[N] // the cache, if it is one
	engine *engine // else
	notes  []N     // of the objects of engine, by slot
}

// NewNoted returns an empty cache of a Config, as [New] does.
func NewNoted[N any](cfg Config) (*Noted[N], error) {
	if cfg.InTurns {
		if l, ok := newLog[N](cfg, notedStretch); ok {
			return &Noted[N]{Cache: l, log: l}, nil
		}
	}
	e, err := build(cfg, 0)
	if err != nil {
		return nil, err
	}
	return &Noted[N]{Cache: e, engine: e}, nil
}

// LookupNoted is Lookup, and returns besides the note of an object that is there, to be read or changed before anything else is done with
// the cache. What nothing was noted of, by [Noted.InsertNoted] or otherwise, may have the note of an object that has left.
func (c *Noted[N]) LookupNoted(key uint64) (note *N, sizeBytes int64, hit bool) {
	if l := c.log; l != nil {
		o := l.use(key)
		if o == nil {
			return nil, 0, false
		}
		return &o.note, l.size(o), true
	}
	slot, sizeBytes, hit := c.engine.lookupSlot(key)
	if !hit {
		return nil, 0, false
	}
	return c.at(slot), sizeBytes, true
}

// Note returns the note of an object, nil where it is not there, without any effect on the policy. It is to be read or changed before
// anything else is done with the cache.
func (c *Noted[N]) Note(key uint64) *N {
	if l := c.log; l != nil {
		if o := l.peek(key); o != nil {
			return &o.note
		}
		return nil
	}
	e := c.engine
	if slot := e.core.find(key); slot != 0 && e.rule.cached(slot) {
		return c.at(slot)
	}
	return nil
}

// InsertNoted is Insert with a note, which an object that is there already gets, too.
func (c *Noted[N]) InsertNoted(key uint64, sizeBytes int64, note N) (admitted bool) {
	if l := c.log; l != nil {
		if o := l.peek(key); o != nil {
			o.note = note
			return true
		}
		return l.fill(key, sizeBytes, note)
	}
	if !c.engine.Insert(key, sizeBytes) {
		return false
	}
	*c.at(c.engine.core.find(key)) = note
	return true
}

// FillNoted is InsertNoted for a caller who knows that key is not cached, as [Fill] has it.
func (c *Noted[N]) FillNoted(key uint64, sizeBytes int64, note N) (admitted bool) {
	if l := c.log; l != nil {
		return l.fill(key, sizeBytes, note)
	}
	return c.InsertNoted(key, sizeBytes, note)
}

// at returns the note of a slot, which may be that of an object that was there before.
func (c *Noted[N]) at(slot uint32) *N {
	for int(slot) >= len(c.notes) {
		c.notes = append(c.notes[:cap(c.notes)], *new(N))
	}
	return &c.notes[slot]
}

func (c *Noted[N]) expect(lookups, fills []uint64) { Expect(c.Cache, lookups, fills) }

func (c *Noted[N]) release() {
	Release(c.Cache)
	c.notes = nil
}

// lookupSlot is Lookup, and says besides in which slot the object is.
func (e *engine) lookupSlot(key uint64) (slot uint32, sizeBytes int64, hit bool) {
	if p := e.plain; p != nil {
		if slot = p.find(key); slot == 0 {
			return 0, 0, false
		}
		p.use(slot)
		return slot, p.size(slot), true
	}
	if slot = e.core.find(key); slot != 0 && e.rule.access(slot) {
		sizeBytes, hit = e.core.size(slot), true
	}
	if e.admission != nil {
		e.admission.Asked(key, sizeBytes, hit)
	}
	return slot, sizeBytes, hit
}
