package event

import "math/bits"

// A Fingerprint is a number that stands for a sequence of events: two runs with equal fingerprints
// handled the same events in the same order. It guards against changes that were not meant to change
// results. The zero Fingerprint is that of no events.
//
// Parts of a simulation that advance on their own, in an order that does not matter, take a fingerprint
// each; [Fingerprint.Merge] makes one of all, in any order.
//
// Add takes about 7 ns, because its three multiplications wait for each other. The sites of package sim keep a
// weaker number of their own on their hot path (1.7 ns an event, one multiplication), and give it to a Fingerprint
// once, when they are merged.
type Fingerprint struct {
	sequence uint64 // of the events added
	merged   uint64 // of the parts merged
	events   uint64
}

// Add appends an event: when it happened and two words that say what, such as the handler and the
// argument.
func (f *Fingerprint) Add(time int64, what, arg uint64) {
	// Multiplication to 128 bits and folding moves every bit; the odd constants are digits of pi.
	h := fold(f.sequence^uint64(time), 0x243f6a8885a308d3)
	h = fold(h^what, 0x13198a2e03707345)
	f.sequence = fold(h^arg, 0xa4093822299f31d1) + 0x082efa98ec4e6c89
	f.events++
}

// Merge adds the fingerprint of a part, named by a number of its own. Parts may be merged in any order and
// grouping.
func (f *Fingerprint) Merge(part uint64, g Fingerprint) {
	f.merged += g.merged
	if g.events > 0 {
		f.merged += fold(fold(g.sequence^part, 0x243f6a8885a308d3)^g.events, 0x13198a2e03707345)
	}
}

// Uint64 returns the fingerprint as one number.
func (f Fingerprint) Uint64() uint64 { return f.sequence ^ bits.RotateLeft64(f.merged, 32) }

func fold(x, by uint64) uint64 {
	hi, lo := bits.Mul64(x^0x452821e638d01377, by)
	return hi ^ lo
}
