package random

import "math/bits"

// A Key is the address of a family of draws that are taken by index, in any order: the value at an
// index is the same however often and whenever it is asked for.
//
// The zero Key is a valid address, that of no particular family.
type Key uint64

// NewKey returns the key of the draws that an entity makes for one purpose in one replication. Each of
// the four words may be any number; see [Entity] for names. They are taken in one after the other, each
// time with the output function of splitmix64.
func NewKey(seed, replication, entity, purpose uint64) Key {
	h := mix(seed + golden)
	h = mix((h ^ replication) + golden)
	h = mix((h ^ entity) + golden)
	return Key(mix((h ^ purpose) + golden))
}

// At returns the 64 random bits at an index: number index, counted from 0, of the splitmix64 sequence
// that starts at the key (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
// Use [Unit], [Quantiles.At] or [Alias.At] to make a number of some law of them.
func (k Key) At(index uint64) uint64 {
	return mix(uint64(k) + (index+1)*golden)
}

// Stream returns the stream of the key; its draws have nothing to do with those of At.
func (k Key) Stream() Stream {
	// The complement keeps the words of the state apart from the sequence that At reads.
	return expand(^uint64(k))
}

// StreamAt returns a stream of its own for an index, for an item that needs several draws.
func (k Key) StreamAt(index uint64) Stream {
	return expand(k.At(index))
}

// FirstAt returns the first draw of [Key.StreamAt] at an index, for an item that mostly needs no other.
func (k Key) FirstAt(index uint64) uint64 {
	seed := Key(k.At(index))
	s0 := seed.At(0)
	return bits.RotateLeft64(s0+seed.At(3), 23) + s0
}

// Entity returns the number of an entity from its name: 64-bit FNV-1a, then mixed so that names that
// differ in little give numbers that differ in half of their bits. The number is the same on every
// machine and in every version.
func Entity(name string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := 0; i < len(name); i++ {
		h = (h ^ uint64(name[i])) * 0x100000001b3
	}
	return mix(h)
}

// Unit turns 64 random bits into a number uniform on the open interval (0, 1), one of the 2^52 that
// lie in the middle of as many equal cells. It is never 0 nor 1, so a logarithm or a quantile function
// may take it.
func Unit(bits uint64) float64 {
	return (float64(bits>>12) + 0.5) * 0x1p-52
}

// golden is the increment of splitmix64, 2^64 divided by the golden ratio.
const golden = 0x9e3779b97f4a7c15

// mix is the output function of splitmix64: a bijection in which every bit of x moves every bit of the
// result.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
