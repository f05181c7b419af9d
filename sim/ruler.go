package sim

import "math/bits"

// A ruler finds the steps of instants.
type ruler struct {
	from   int64 // the instant at which recording begins
	length int64
	// inverse is 2^64 divided by the length, rounded down.
	inverse uint64
	steps   int
	// last is the step that was found last, and lastFrom when it begins: most instants are of the same one.
	last     int
	lastFrom int64
}

// newRuler returns a ruler of a plan's steps.
func (p *Plan) newRuler() ruler {
	s := p.scenario.Timeline
	length, from := s.lengthFor(p.scenario.Duration), int64(p.scenario.WarmUp)
	return ruler{from: from, length: int64(length), inverse: inverseOf(uint64(length)), steps: s.countIn(p.scenario.Duration), lastFrom: from}
}

// index returns the step of an instant; what comes before the first is of the first, and what comes after the last of the last.
func (r *ruler) index(instant int64) int {
	if uint64(instant-r.lastFrom) < uint64(r.length) {
		return r.last
	}
	return r.find(instant)
}

func (r *ruler) find(instant int64) int {
	since := uint64(max(instant-r.from, 0))
	// The product is never too large, and too small by one at most: since is less than 2^62.
	n, _ := bits.Mul64(since, r.inverse)
	for since-n*uint64(r.length) >= uint64(r.length) {
		n++
	}
	r.last = int(min(n, uint64(r.steps-1)))
	r.lastFrom = r.from + int64(r.last)*r.length
	return r.last
}

// inverseOf returns 2^64 divided by n, rounded down, as far as 64 bits hold it.
func inverseOf(n uint64) uint64 {
	if n == 1 {
		return 1<<64 - 1
	}
	q, _ := bits.Div64(1, 0, n)
	return q
}
