package cache

import "time"

// A State is what a cache has of an object.
type State uint8

const (
	// Absent: nothing.
	Absent State = iota
	// Fresh: the object, to be served as it is.
	Fresh
	// Stale: the object, but its time is over; it may be revalidated, or served if that is allowed.
	Stale
)

// String returns "absent", "fresh" or "stale".
func (s State) String() string { return [...]string{"absent", "fresh", "stale"}[min(s, Stale)] }

// A Fresher is a cache that is told the time and for how long objects are fresh. Freshness, eviction and
// admission are independent of each other: an object whose time is over stays, as a candidate for a cheap
// revalidation, until the policy evicts it or [Fresher.Expire] clears it away. Times are since any epoch
// and must not go back.
type Fresher struct {
	engine *engine
	until  []time.Duration // by slot
	listed []bool          // by slot: whether it is in order
	order  heap            // by until, in seconds: the first to end first
	counts Expiries
}

// Expiries counts objects whose time was over.
type Expiries struct {
	// OnRead counts requests that found an object stale.
	OnRead int64
	// InBackground counts objects that Expire removed.
	InBackground int64
}

// NewFresher returns an empty cache of a Config.
func NewFresher(cfg Config) (*Fresher, error) { return newFresher(cfg, 0) }

// newFresher returns an empty cache whose rule is built so.
func newFresher(cfg Config, ways uint) (*Fresher, error) {
	f := &Fresher{}
	report := cfg.OnEvict
	cfg.OnEvict = func(key uint64, sizeBytes int64) {
		f.delist(f.engine.core.find(key))
		if report != nil {
			report(key, sizeBytes)
		}
	}
	var err error
	if f.engine, err = build(cfg, ways); err != nil {
		return nil, err
	}
	return f, nil
}

// Lookup is one request at a time: it reports what the cache has of key and, unless that is nothing, the
// stored size. The policy notes the request, also if the object is stale.
func (f *Fresher) Lookup(now time.Duration, key uint64) (sizeBytes int64, state State) {
	sizeBytes, hit := f.engine.Lookup(key)
	if !hit {
		return 0, Absent
	}
	if now < f.until[f.engine.core.find(key)] {
		return sizeBytes, Fresh
	}
	f.counts.OnRead++
	return sizeBytes, Stale
}

// Insert puts in an object that has arrived and is fresh for ttl, in place of an older one of the same key,
// and reports whether it is cached. A ttl of 0 or less makes it stale from the beginning.
func (f *Fresher) Insert(now time.Duration, key uint64, sizeBytes int64, ttl time.Duration) bool {
	if s := f.engine.core.find(key); s != 0 && f.engine.rule.cached(s) {
		if f.engine.core.size(s) == sizeBytes {
			return f.Refresh(now, key, ttl)
		}
		f.Remove(key)
	}
	if !f.engine.Insert(key, sizeBytes) {
		return false
	}
	s, slots := f.engine.core.find(key), cap(f.engine.core.entries)
	if slots > len(f.until) {
		f.until, f.listed = lengthen(f.until, slots), lengthen(f.listed, slots)
	}
	f.until[s], f.listed[s] = now+ttl, true
	f.order.add(s, (now + ttl).Seconds(), slots)
	return true
}

// Refresh makes a cached object fresh for ttl from now, as after a revalidation, and reports whether it is
// cached.
func (f *Fresher) Refresh(now time.Duration, key uint64, ttl time.Duration) bool {
	s := f.engine.core.find(key)
	if s == 0 || !f.engine.rule.cached(s) {
		return false
	}
	f.until[s] = now + ttl
	f.order.update(s, (now + ttl).Seconds())
	return true
}

// Remove takes key out and reports whether it was cached.
func (f *Fresher) Remove(key uint64) bool {
	s := f.engine.core.find(key)
	if s == 0 || !f.engine.rule.cached(s) {
		return false
	}
	f.delist(s)
	return f.engine.Remove(key)
}

// Expire removes the objects that have been stale since before, and returns how many there were: the
// background work of a real cache. [Config.OnEvict] is not called.
func (f *Fresher) Expire(before time.Duration) (removed int) {
	for len(f.order.slots) > 0 {
		s := f.order.first()
		if f.until[s] >= before {
			break
		}
		f.delist(s)
		// What left by another way than this one is only taken off the list.
		if entries := f.engine.core.entries; int(s) < len(entries) && f.engine.Remove(entries[s].key) {
			removed++
		}
	}
	f.counts.InBackground += int64(removed)
	return removed
}

// Expiries returns the counts so far.
func (f *Fresher) Expiries() Expiries { return f.counts }

// Cache returns the cache itself, to ask for its length and sizes. What enters or leaves through it, other
// than by Lookup, is not known here.
func (f *Fresher) Cache() Cache { return f.engine }

// delist takes a slot out of the order. A new object that its own policy evicts at once is not in it yet.
func (f *Fresher) delist(s uint32) {
	if int(s) < len(f.listed) && f.listed[s] {
		f.listed[s] = false
		f.order.remove(s)
	}
}
