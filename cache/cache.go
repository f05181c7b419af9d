package cache

// A Cache decides which objects stay. It holds keys and sizes, never contents, and knows no clock: it
// is told what is asked for, and what has arrived.
//
// A request is one [Cache.Lookup]; after a miss the caller fetches the object and calls
// [Cache.Insert] when its bytes are there, at once or much later. A cache is not safe for use by
// several goroutines at a time.
type Cache interface {
	// Lookup is one access: it reports whether key is cached and, if so, the stored size in bytes,
	// which is the size the object had when it was inserted. The policy notes the access.
	Lookup(key uint64) (sizeBytes int64, hit bool)
	// Insert puts key in after a miss, evicting as needed, and reports whether it is cached
	// afterwards. An object that the policy or the admission rule refuses, one that is larger than
	// the policy can hold, and one of less than one byte are left out and evict nothing. Inserting
	// a key that is cached already changes nothing, not even its size, and reports true.
	Insert(key uint64, sizeBytes int64) (admitted bool)
	// Remove takes key out without asking the policy and reports whether it was cached. It is not
	// an eviction: [Config.OnEvict] is not called.
	Remove(key uint64) bool
	// Contains reports whether key is cached, without any effect on the policy.
	Contains(key uint64) bool
	// Len returns the number of objects cached.
	Len() int
	// UsedBytes returns the sum of the stored sizes.
	UsedBytes() int64
	// CapacityBytes returns the largest sum of sizes the cache may hold, or 0 if it is bounded by
	// the number of objects instead.
	CapacityBytes() int64
}
