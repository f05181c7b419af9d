package cache

// A sketch estimates how often keys were asked for lately: a count-min sketch (Cormode and
// Muthukrishnan, 2005) of four rows of 4-bit counters that only raises a key's lowest ones, and halves
// all counters after ten requests for each key it is made for (Einziger, Friedman and Manes, TinyLFU: A
// Highly Efficient Cache Admission Policy, ACM TOS 2017).
type sketch struct {
	words  []uint64 // 16 counters each; a row is a quarter of them
	mask   uint64   // of a counter's number in a row
	added  int64
	window int64
}

const (
	sketchRows  = 4
	mostCounted = 15
)

// newSketch makes a sketch for so many keys: at least 4 counters of each row for a key, 8 to 16 bytes.
func newSketch(keys int64) *sketch {
	counters := uint64(64)
	for counters < 4*uint64(keys) {
		counters *= 2
	}
	return &sketch{words: make([]uint64, sketchRows*counters/16), mask: counters - 1, window: 10 * keys}
}

// add counts a request for key.
func (s *sketch) add(key uint64) {
	least := s.estimate(key)
	if least < mostCounted {
		first, step := twoHashes(key)
		for row := range uint64(sketchRows) {
			word, shift := s.counter(row, first+row*step)
			if uint8(*word>>shift)&mostCounted == least {
				*word += 1 << shift
			}
		}
	}
	if s.added++; s.added >= s.window {
		s.halve()
	}
}

// estimate returns how often key was asked for, from 0 to 15.
func (s *sketch) estimate(key uint64) uint8 {
	least := uint8(mostCounted)
	first, step := twoHashes(key)
	for row := range uint64(sketchRows) {
		word, shift := s.counter(row, first+row*step)
		least = min(least, uint8(*word>>shift)&mostCounted)
	}
	return least
}

func (s *sketch) counter(row, h uint64) (word *uint64, shift uint64) {
	i := h >> 20 & s.mask
	return &s.words[row*(s.mask+1)/16+i/16], i % 16 * 4
}

func (s *sketch) halve() {
	s.added /= 2
	for i, word := range s.words {
		s.words[i] = word >> 1 & 0x7777777777777777
	}
}

// A tinyLFU admits an object only if it was asked for more often lately than the object it would push
// out (same source). It keeps what is popular in the long run, and is bad where popularity is short: a
// new object must first win over an old one's past.
//
// As the rule stands before any policy, the object it would push out is taken to be like the last one
// that the policy evicted. While there is room everything is admitted.
//
// Parameter: keys, how many keys the sketch is made for (the capacity in objects, or 131072
// where it counts bytes; the latter is assumed).
type tinyLFU struct {
	sketch *sketch
	victim uint64
}

func newTinyLFU(c *core, s *spec, _ uint64) Admission {
	def := int64(defaultSketchKeys)
	if c.byObjects {
		def = c.capacity
	}
	keys := s.integer("keys", min(def, maxKeys), 1, maxKeys)
	if s.err != nil {
		return nil
	}
	return &tinyLFU{sketch: newSketch(keys)}
}

func (a *tinyLFU) Asked(key uint64, _ int64, _ bool) { a.sketch.add(key) }

func (a *tinyLFU) Admit(key uint64, _ int64, fits bool) bool {
	return fits || a.sketch.estimate(key) > a.sketch.estimate(a.victim)
}

func (a *tinyLFU) Evicted(key uint64) { a.victim = key }
