package cache

import ()

// A core is what every policy is built on: the slots, the account of what is cached, and the
// capacity. Weights are bytes, or 1 an object where the capacity counts objects.
//
// Every policy has a method replay of its own, so that the calls in its loop are direct. For fourteen of them it has
// one of two bodies, to the letter, which a test keeps so: seven whose every slot holds an object (gdsf, hyperbolic,
// lfu, lfuda, lhd, slru, w-tinylfu), and seven with ghosts, where access may say that the key in a slot is not cached
// (2q, arc, lecar, lfu-perfect, lirs, lru-k, qdlp). The others have loops that fit them alone.
type core struct {
	table
	capacity  int64 // the largest weight
	used      int64 // the weight of what is cached
	bytes     int64 // the bytes of what is cached
	objects   int   // the number of objects cached
	byObjects bool
	onEvict   func(key uint64, sizeBytes int64)
	touched   uint32 // of no use: see prefetch.go
}

// newCore checks the part of a Config that all policies share.
func newCore(cfg Config) (core, error) {
	switch {
	case cfg.CapacityBytes < 0:
		return core{}, wrong("CapacityBytes", cfg.CapacityBytes, "1 or more")
	case cfg.CapacityObjects < 0 || cfg.CapacityObjects > maxObjects:
		return core{}, wrong("CapacityObjects", cfg.CapacityObjects, "1 to %d", maxObjects)
	case cfg.CapacityBytes == 0 && cfg.CapacityObjects == 0:
		return core{}, wrong("CapacityBytes", 0, "1 or more, or CapacityObjects in its place")
	case cfg.CapacityBytes > 0 && cfg.CapacityObjects > 0:
		return core{}, wrong("CapacityObjects", cfg.CapacityObjects, "0: CapacityBytes is set, and only one of them may be")
	case cfg.DenseKeys < 0 || cfg.DenseKeys > maxObjects:
		return core{}, wrong("DenseKeys", cfg.DenseKeys, "0 to %d", maxObjects)
	case cfg.DenseKeys > 0 && cfg.Directory != nil:
		return core{}, wrong("DenseKeys", cfg.DenseKeys, "0: Directory is set, and only one of them may be")
	}
	c := core{
		capacity:  cfg.CapacityBytes + cfg.CapacityObjects,
		byObjects: cfg.CapacityObjects > 0,
		onEvict:   cfg.OnEvict,
		table:     table{keepSizes: true},
	}
	c.denseKeys = cfg.DenseKeys
	if cfg.Directory != nil {
		if err := cfg.Directory.lend(&c.table); err != nil {
			return core{}, err
		}
	}
	return c, nil
}

// base returns the core itself; it lets an engine reach the core inside its policy.
func (c *core) base() *core { return c }

// cached tells objects from ghosts; it is right for policies that keep no ghosts.
func (c *core) cached(uint32) bool { return true }

// weigh returns what an object of the given size counts against the capacity.
func (c *core) weigh(sizeBytes int64) int64 {
	if c.byObjects {
		return 1
	}
	return sizeBytes
}

// weight returns what the object in slot s counts against the capacity.
func (c *core) weight(s uint32) int64 {
	if c.byObjects {
		return 1
	}
	return c.sizes[s]
}

// enter counts a new object of the given size.
func (c *core) enter(sizeBytes int64) {
	c.objects++
	c.bytes += sizeBytes
	c.used += c.weigh(sizeBytes)
}

// leave counts the object in slot s out.
func (c *core) leave(s uint32) {
	size := c.size(s)
	c.objects--
	c.bytes -= size
	c.used -= c.weigh(size)
}

// evict counts the object in slot s, which is in no list any more, out and frees its slot.
func (c *core) evict(s uint32) {
	c.evictToGhost(s)
	c.free(s)
}

// evictToGhost counts the object in slot s out but leaves it the slot, for a ghost.
func (c *core) evictToGhost(s uint32) {
	c.leave(s)
	if c.onEvict != nil {
		c.onEvict(c.entries[s].key, c.size(s))
	}
}

// full reports whether exactly one object must leave for a new one: in a cache of so many objects, which
// then goes on with slots that are all in use.
func (c *core) full() bool { return c.byObjects && c.used == c.capacity }

// steady reports whether requests can only hit, or replace one object by another of the same size that nobody
// wants to hear of. It stays so for the rest of a replay, which then needs no account: the fastest policies
// have a tight loop for it.
func (c *core) steady() bool { return c.full() && !c.keepSizes && c.onEvict == nil }

// reuse evicts the object in slot s and gives the slot, in its place in its list, to a new key: the same as
// evict, take and enter, but faster, which is what the replay of a full cache does most.
func (c *core) reuse(s uint32, key uint64, sizeBytes int64) {
	e := &c.entries[s]
	old := e.key
	if c.onEvict != nil {
		c.onEvict(old, c.size(s))
	}
	if c.keepSizes {
		c.bytes += sizeBytes - c.sizes[s]
		c.sizes[s] = sizeBytes
	}
	e.key = key
	dense := uint64(len(c.direct))
	switch {
	case old < dense && key < dense:
		c.direct[old], c.direct[key] = 0, s
	case old < dense || key < dense:
		c.index.remove(old, s, c.entries)
		c.index.add(key, s, c.entries)
	default:
		c.vacate(hash(old), s, c.entries)
		c.place(hash(key), s)
	}
}

// share returns a part of the capacity, rounded down.
func (c *core) share(part float64) int64 { return int64(float64(c.capacity) * part) }

// slotsFor returns the most slots a policy without ghosts needs beside its lists, or 0 if a
// capacity in bytes does not tell.
func (c *core) slotsFor(lists int) int {
	if !c.byObjects {
		return 0
	}
	return int(c.capacity) + lists
}
