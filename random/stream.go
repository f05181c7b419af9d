package random

import "math/bits"

// A Stream is a sequence of random numbers: generator xoshiro256++ (Blackman and Vigna: "Scrambled
// linear pseudorandom number generators", 2021) in 32 bytes, kept by value in whatever draws from it.
// A copy goes on with the same numbers as the original.
//
// A Stream comes from [New], [Key.Stream] or [Key.StreamAt]. The zero Stream has no state to draw from
// and must not be used. *Stream is a math/rand/v2 Source, so gonum's distributions take it as well.
type Stream struct {
	s0, s1, s2, s3 uint64
}

// New returns the stream that an entity draws from for one purpose in one replication. Equal words give
// equal streams; words that differ in any bit give streams that have nothing to do with each other.
func New(seed, replication, entity, purpose uint64) Stream {
	return NewKey(seed, replication, entity, purpose).Stream()
}

// FromState returns the stream that has the given state, of which not all words may be 0: to compare the
// generator with the published one. Simulations address their streams, see [New].
func FromState(s0, s1, s2, s3 uint64) Stream { return Stream{s0, s1, s2, s3} }

// Uint64 returns 64 random bits.
func (s *Stream) Uint64() uint64 {
	drawn, next := s.step()
	*s = next
	return drawn
}

// step returns 64 random bits and the stream that goes on behind them. It works on copies, which a loop
// that draws many numbers keeps in registers.
func (s Stream) step() (drawn uint64, next Stream) {
	drawn = bits.RotateLeft64(s.s0+s.s3, 23) + s.s0
	s2, s3 := s.s2^s.s0, s.s3^s.s1
	return drawn, Stream{s0: s.s0 ^ s3, s1: s.s1 ^ s2, s2: s2 ^ s.s1<<17, s3: bits.RotateLeft64(s3, 45)}
}

// Float64 returns a number uniform on [0, 1), a multiple of 2^-53.
func (s *Stream) Float64() float64 {
	return float64(float64(s.Uint64()>>11) * 0x1p-53)
}

// OpenFloat64 returns a number uniform on (0, 1): never 0 nor 1.
func (s *Stream) OpenFloat64() float64 {
	return Unit(s.Uint64())
}

// Uint64N returns a whole number uniform on [0, n), without bias (Lemire: "Fast random integer
// generation in an interval", 2019). As n = 0 stands for 2^64, it gives all 64 bits.
func (s *Stream) Uint64N(n uint64) uint64 {
	if n == 0 {
		return s.Uint64()
	}
	hi, lo := bits.Mul64(s.Uint64(), n)
	if lo < n {
		hi = s.rejectUint64N(hi, lo, n)
	}
	return hi
}

// rejectUint64N finishes the rare draws of Uint64N that may have to be repeated to be without bias.
func (s *Stream) rejectUint64N(hi, lo, n uint64) uint64 {
	for excess := -n % n; lo < excess; {
		hi, lo = bits.Mul64(s.Uint64(), n)
	}
	return hi
}

// expand fills the state of a stream from one word with splitmix64, as the authors of xoshiro256++
// advise.
func expand(seed uint64) Stream {
	k := Key(seed)
	return Stream{s0: k.At(0), s1: k.At(1), s2: k.At(2), s3: k.At(3)}
}
