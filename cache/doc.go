// Package cache decides what a cache keeps: which objects enter, which are evicted, and so which
// requests are hits.
//
// A cache here is the decision alone. It holds keys and sizes but no contents, knows nothing of
// networks, and answers two questions: is this object here ([Cache.Lookup]), and what has to go now that
// this one has arrived ([Cache.Insert])? The simulator puts such a cache into every PoP, regional edge
// cache and origin shield; it is just as usable alone.
//
//	c, err := cache.New(cache.Config{Policy: "sieve", CapacityBytes: 1 << 30})
//	if err != nil { ... }
//	if _, hit := c.Lookup(key); !hit {
//		c.Insert(key, sizeBytes) // now, or when the bytes have arrived
//	}
//
// # What to choose
//
// [Config.Policy] says which object leaves. Real CDNs run something near LRU; "sieve" and "s3fifo" are as
// cheap and miss less where most objects are asked for once; "gdsf" has the most hits where sizes differ
// widely, at the price of bytes; "w-tinylfu" is hard to beat where popularity lasts. [Policies] lists all,
// and each one's file says what it is bad at. A policy of your own implements [Policy] and goes into
// [Config.NewPolicy]; package cachetest checks it. An admission of your own implements [Admission].
//
// [Config.Admission] says which objects may enter at all: "second-hit" is what large CDNs do, since about
// three quarters of the objects they see are never asked for again. [Fresher] adds time: what is fresh,
// what is stale, what expires. The three are independent of each other.
//
// # Traces and curves
//
// [Replayer] runs recorded requests through caches, tens of millions a second on one core, and finds
// miss-ratio curves: exactly for LRU ([Replayer.LRUCurve]), by simulation for all
// ([Replayer.Curve]), from a sample ([Replayer.ShardsCurve]). [Replayer.CapacityFor] answers how large a
// cache must be, and an [UnreachableError] that none is large enough.
//
// Capacities count bytes, as real caches do, or objects, as most papers do. The memory a cache needs
// follows what it holds (about 40 bytes an object for LRU), not the size of the catalogue, so a hundred
// PoPs over a million objects cost a hundred times one percent, not a hundred times a million.
//
// # Seams for a simulator
//
// [Fill], [Expect], [Release] and [Directory.Touch], all in hot.go, are for a program that runs many caches at
// once and counts nanoseconds. They ask for care, and nobody else needs them. Memory that is read ahead of its
// use is in prefetch.go, and left out under the build tag noprefetch. A [Noted] keeps something of its user's beside
// each object.
package cache
