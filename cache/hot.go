package cache

// The functions of this file are seams for a simulator that runs many caches on its hot path. They save time or
// memory and change nothing in what a cache answers, as long as their conditions are kept: read these before use.
// Everything works without them.

// Fill is c.Insert(key, sizeBytes) for a caller who knows that key is not cached: a simulator in which every
// object arrives once for each fetch. It spares a look-up where the policy keeps no ghosts. If key is cached
// nevertheless, the cache is damaged.
func Fill(c Cache, key uint64, sizeBytes int64) (admitted bool) {
	if l, ok := c.(*log[struct{}]); ok {
		return l.fill(key, sizeBytes, struct{}{})
	}
	e, ok := c.(*engine)
	switch {
	case !ok || e.lru == nil:
		return c.Insert(key, sizeBytes)
	case e.plain == nil || sizeBytes < 1:
		return e.insert(key, 0, sizeBytes)
	}
	return e.plain.insert(key, 0, sizeBytes)
}

// Expect tells a cache which keys will be looked up soon, and which objects may be put in. It changes
// nothing in what the cache answers or holds: it only brings the memory that this will need nearer to the
// processor, all of it at once instead of piece by piece. Good portions are some 16 to 256 keys.
//
// That pays where much else has happened since the cache was last used, as where many caches are used in
// turns. Where everything is near anyway it only costs: for an LRU cache that is used all the time 5 to 20 ns a
// request, about as much as the look-up itself.
//
// A cache that does not know how to expect keys, such as one of your own, is left alone.
func Expect(c Cache, lookups, fills []uint64) {
	if own, ok := c.(interface{ expect(lookups, fills []uint64) }); ok && prefetches {
		own.expect(lookups, fills)
	}
}

// Release ends the use of a cache and gives its directory, if it has one, back, empty. From then on the cache
// holds nothing: every look-up misses, and nothing is taken in. A cache that is not of this package is left
// alone.
func Release(c Cache) {
	if own, ok := c.(interface{ release() }); ok {
		own.release()
		return
	}
	e, ok := c.(*engine)
	if !ok {
		return
	}
	e.core.giveBack()
	nothing := newReleased(e.core)
	*e = engine{rule: nothing, core: nothing.base()}
}

// Touch reads what looking up a key will read and returns something that depends on it: calling it for
// many keys ahead lets the processor fetch their memory all at once. It changes nothing.
func (d *Directory) Touch(key uint64) uint32 {
	if prefetches && key < uint64(len(d.slots)) {
		return d.slots[key]
	}
	return 0
}
