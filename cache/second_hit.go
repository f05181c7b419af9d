package cache

import "math/bits"

// A secondHit admits an object the second time it is asked for (Maggs and Sitaraman, Algorithmic
// Nuggets in Content Delivery, CCR 2015): about three quarters of the objects a CDN server sees are
// asked for once and never again. It is bad where caches are cold or objects short-lived, as every
// object misses twice.
//
// Two Bloom filters remember the keys: when the younger one holds its number, the older one is
// emptied and becomes the younger. One key in a thousand is taken for known though it is not.
//
// Parameter: keys, how many different keys each filter holds (ten for each object of the capacity, or
// 1310720 where the capacity counts bytes; assumed).
type secondHit struct {
	filters [2]bloom // the younger one first
	held    int64
	keys    int64
}

func newSecondHit(c *core, s *spec, _ uint64) Admission {
	def := int64(10 * defaultSketchKeys)
	if c.byObjects {
		def = 10 * c.capacity
	}
	keys := s.integer("keys", min(def, maxKeys), 1, maxKeys)
	if s.err != nil {
		return nil
	}
	return &secondHit{filters: [2]bloom{newBloom(keys), newBloom(keys)}, keys: keys}
}

func (a *secondHit) Asked(uint64, int64, bool) {}

func (a *secondHit) Admit(key uint64, _ int64, _ bool) bool {
	if a.filters[0].has(key) {
		return true
	}
	known := a.filters[1].has(key)
	if a.held == a.keys {
		a.filters[0], a.filters[1] = a.filters[1], a.filters[0]
		a.filters[0].clear()
		a.held = 0
	}
	a.filters[0].add(key)
	a.held++
	return known
}

func (a *secondHit) Evicted(uint64) {}

// A secondHitExact admits an object if it is among the last different keys that were asked for: the
// rule that the literature calls 2-LRU (Martina, Garetto and Leonardi, A unified approach to the
// performance analysis of caching systems, INFOCOM 2014). It is what secondHit approximates.
//
// Parameter: keys, how many keys (the capacity in objects, or 1310720 where the capacity counts bytes;
// the latter is assumed).
type secondHitExact struct{ recent *engine }

func newSecondHitExact(c *core, s *spec, _ uint64) Admission {
	def := int64(10 * defaultSketchKeys)
	if c.byObjects {
		def = c.capacity
	}
	keys := s.integer("keys", min(def, maxKeys), 1, maxKeys)
	return &secondHitExact{recent: newEngine(newLRU(core{capacity: keys, byObjects: true}, nil))}
}

func (a *secondHitExact) Asked(key uint64, _ int64, hit bool) {
	if hit {
		a.note(key)
	}
}

func (a *secondHitExact) Admit(key uint64, _ int64, _ bool) bool { return a.note(key) }

func (a *secondHitExact) Evicted(uint64) {}

// note makes key the most recent one and reports whether it was known.
func (a *secondHitExact) note(key uint64) bool {
	_, known := a.recent.Lookup(key)
	if !known {
		a.recent.Insert(key, 1)
	}
	return known
}

// A bloom is a Bloom filter (Bloom, Space/Time Trade-offs in Hash Coding with Allowable Errors, CACM
// 1970) with 15 bits and ten probes a key: one false answer in a thousand when it is full.
type bloom struct{ words []uint64 }

const (
	bloomBits   = 15 // by key; -ln(0.001)/ln(2)^2 is 14.4
	bloomProbes = 10
)

func newBloom(keys int64) bloom {
	return bloom{words: make([]uint64, keys*bloomBits/64+1)}
}

func (b bloom) has(key uint64) bool {
	first, step := twoHashes(key)
	for range bloomProbes {
		if bit := b.bit(first); b.words[bit/64]&(1<<(bit%64)) == 0 {
			return false
		}
		first += step
	}
	return true
}

func (b bloom) add(key uint64) {
	first, step := twoHashes(key)
	for range bloomProbes {
		bit := b.bit(first)
		b.words[bit/64] |= 1 << (bit % 64)
		first += step
	}
}

func (b bloom) clear() { clear(b.words) }

// bit maps a hash to a bit.
func (b bloom) bit(h uint64) uint64 {
	bit, _ := bits.Mul64(h, uint64(64*len(b.words)))
	return bit
}

// twoHashes returns a hash and an odd step, which stand for any number of hashes (Kirsch and
// Mitzenmacher, Less Hashing, Same Performance: Building a Better Bloom Filter, 2006).
func twoHashes(key uint64) (first, step uint64) {
	first = mix64(key)
	return first, mix64(first) | 1
}

// mix64 moves every bit of the result with every bit of x: the finaliser of splitmix64.
func mix64(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
