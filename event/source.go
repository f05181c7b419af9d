package event

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/random"
)

// A Source gives the times of a stream from outside, one after the other: arrivals that nothing in the
// simulation can change. It draws them in blocks ahead, which keeps the generator and its tables in the
// processor's nearest memory and costs a third less than drawing one at each arrival.
//
// Make one with [NewPoisson] or, for another kind, [NewSource]. It belongs to one goroutine.
type Source struct {
	block []time.Duration // block[next:] is what was drawn and not yet given
	next  int
	last  time.Duration
	fill  func(block []time.Duration) int
	err   error
}

// sourceBlock is the number of times drawn at once: 2 KB.
const sourceBlock = 256

// NewSource returns a source that calls fill for more times whenever it has none left. Fill writes the
// next times into the block, ascending, and returns how many it wrote: fewer than fit only when the stream
// ends there.
func NewSource(fill func(block []time.Duration) int) (*Source, error) {
	if fill == nil {
		return nil, wrong("fill", "nil", "a function that fills the block of a source")
	}
	return &Source{fill: fill, last: time.Duration(-Never)}, nil
}

// NewPoisson returns the arrivals of a Poisson process after a time from on, 0 or later, with the given mean
// number of arrivals a second: finite, above 1e-8 (one in three years) and at most 1e12. Gaps are drawn to the
// fraction of a nanosecond, so high rates are met as well; what leaves the end of time is left out.
func NewPoisson(from time.Duration, perSecond float64, stream random.Stream) (*Source, error) {
	const least, most = 1e-8, 1e12
	if !(perSecond > least && perSecond <= most) {
		return nil, wrong("perSecond", perSecond, "more than %v, %v at most", least, most)
	}
	if from < 0 {
		return nil, wrong("from", from, "0 or later, as times in a simulation are")
	}
	gap := float64(time.Second) / perSecond
	now, rest := from, 0.0
	return NewSource(func(block []time.Duration) int {
		for i := range block {
			wait := float64(stream.Exp()*gap) + rest
			whole := time.Duration(wait)
			rest = wait - float64(whole)
			if now > Forever-whole {
				return i
			}
			now += whole
			block[i] = now
		}
		return len(block)
	})
}

// Next removes the next time from the source and returns it, or [Forever] if the stream has ended.
func (s *Source) Next() time.Duration {
	if s.next == len(s.block) && !s.refill() {
		return Forever
	}
	t := s.block[s.next]
	s.next++
	return t
}

// Peek returns the time that Next will return.
func (s *Source) Peek() time.Duration {
	if s.next == len(s.block) && !s.refill() {
		return Forever
	}
	return s.block[s.next]
}

// Err returns an error if the stream ended because its times were not ascending.
func (s *Source) Err() error { return s.err }

// refill draws another block and says whether there is one.
func (s *Source) refill() bool {
	if s.fill == nil {
		return false
	}
	if s.block == nil {
		s.block = make([]time.Duration, sourceBlock)
	}
	s.block = s.block[:sourceBlock]
	n := s.fill(s.block)
	if n < 0 || n > sourceBlock {
		s.err = fmt.Errorf("event: source wrote %d times into a block of %d", n, sourceBlock)
		n = 0
	}
	for i, t := range s.block[:n] {
		if t < s.last {
			s.err = fmt.Errorf("event: source gave the time %v after %v; want ascending times", t, s.last)
			n = i
			break
		}
		s.last = t
	}
	if n < sourceBlock {
		s.fill = nil
	}
	s.block = s.block[:n]
	s.next = 0
	return n > 0
}
