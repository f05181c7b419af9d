// Package cache decides what a cache keeps: which objects enter, which are evicted, and so which
// requests are hits.
//
// A cache here is the decision alone. It holds keys and sizes but no contents, knows nothing of
// networks or time, and answers two questions: is this object here ([Cache.Lookup]), and what has to
// go now that this one has arrived ([Cache.Insert])? The simulator puts such a cache into every PoP,
// regional edge cache and origin shield; it is just as usable alone, to replay a recorded trace.
//
//	c, err := cache.New(cache.Config{Policy: "lru", CapacityBytes: 1 << 30})
//	if err != nil { ... }
//	if _, hit := c.Lookup(key); !hit {
//		c.Insert(key, sizeBytes) // now, or when the bytes have arrived
//	}
//
// Capacities count bytes, as real caches do, or objects, as most papers do. The memory a cache needs
// follows what it holds (at most 40 bytes an object for LRU), not the size of the catalogue, so a
// hundred PoPs over a million objects cost a hundred times one percent, not a hundred times a million.
package cache
