package sim

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// packedSteps are steps of a course in their order, each as [CourseStep.appendTo] writes it. Of what is not there any more nothing has happened.
type packedSteps struct {
	blocks [][]byte // whole steps each
	count  int
}

// blockBytes is how large a block of packed steps is: some dozen steps.
const blockBytes = 4096

// add adds a step.
func (p *packedSteps) add(s *CourseStep) {
	last := len(p.blocks) - 1
	if last < 0 || len(p.blocks[last]) > blockBytes*7/8 {
		p.blocks = append(p.blocks, make([]byte, 0, blockBytes))
		last++
	}
	p.blocks[last] = s.appendTo(p.blocks[last])
	p.count++
}

// trim lets go of the room behind the last step.
func (p *packedSteps) trim() {
	if last := len(p.blocks) - 1; last >= 0 {
		p.blocks[last] = append(make([]byte, 0, len(p.blocks[last])), p.blocks[last]...)
	}
}

// addTo adds them to steps, of which there are as many or more.
func (p *packedSteps) addTo(steps []CourseStep) {
	n := 0
	for _, block := range p.blocks {
		for ; len(block) > 0; n++ {
			block = mustUnpack(&steps[n], block)
		}
	}
}

// cutAt takes the steps from one on away, and returns them.
func (p *packedSteps) cutAt(from int) (cut []*CourseStep) {
	n, blocks := 0, p.blocks
	for i, block := range blocks {
		for rest := block; len(rest) > 0; n++ {
			s := new(CourseStep)
			if n == from {
				p.blocks, p.count = append(blocks[:i:i], block[:len(block)-len(rest)]), from
			}
			if rest = mustUnpack(s, rest); n >= from {
				cut = append(cut, s)
			}
		}
	}
	return cut
}

// bytes returns how many they are packed in.
func (p *packedSteps) bytes() (n int) {
	for _, block := range p.blocks {
		n += len(block)
	}
	return n
}

// mustUnpack adds a step to another that this program has packed, or has looked through as it was decoded.
func mustUnpack(s *CourseStep, data []byte) (rest []byte) {
	rest, err := s.unpack(data)
	if err != nil {
		panic("sim: a packed step: " + err.Error())
	}
	return rest
}

// A packed step begins with a number whose bits say what follows: tiers, latencies, and those counters that are not 0, in this order of
// bits; counters come first. Those that are counted most have the lowest bits, and a step of nothing is one byte.
const (
	tiersBit = iota
	latencyBit
	firstNumberBit
)

// numNumbers is how many counters a step has, but for its tiers and its distribution.
const numNumbers = 10 + int(NumOutcomes) + int(NumReasons)

// number returns a counter of a step, but for its tiers and its distribution.
func (s *CourseStep) number(n int) *uint64 {
	switch n {
	case 0:
		return &s.Bytes
	case 1:
		return &s.SumNs
	case 2:
		return &s.OriginRequests
	case 3:
		return &s.OriginBytes
	case 4:
		return &s.QueueUs
	case 5:
		return &s.PlayerUs
	case 6:
		return &s.WaitingUs
	case 7:
		return &s.BusyUs
	case 8:
		return &s.ServerUs
	case 9:
		return &s.LostUpdates
	}
	if n -= 10; n < int(NumOutcomes) {
		return &s.Outcomes[n]
	}
	return &s.Failures[n-int(NumOutcomes)]
}

// appendTo appends the step, packed: integers of variable length, of what is not 0 alone. Steps of the same counts are the same bytes.
func (s *CourseStep) appendTo(b []byte) []byte {
	numbers := [numNumbers]uint64{s.Bytes, s.SumNs, s.OriginRequests, s.OriginBytes, s.QueueUs, s.PlayerUs, s.WaitingUs, s.BusyUs, s.ServerUs, s.LostUpdates}
	copy(numbers[10:], s.Outcomes[:])
	copy(numbers[10+NumOutcomes:], s.Failures[:])
	counted := uint64(0)
	for i, n := range numbers {
		if n != 0 {
			counted |= 1 << i
		}
	}
	tiers := len(s.Tiers)
	for tiers > 0 && s.Tiers[tiers-1] == (TierStep{}) {
		tiers--
	}
	has := counted << firstNumberBit
	if tiers > 0 {
		has |= 1 << tiersBit
	}
	if !s.Latency.IsEmpty() {
		has |= 1 << latencyBit
	}
	b = binary.AppendUvarint(b, has)
	for ; counted != 0; counted &= counted - 1 {
		b = binary.AppendUvarint(b, numbers[bits.TrailingZeros64(counted)])
	}
	if tiers > 0 {
		b = binary.AppendUvarint(b, uint64(tiers))
		for _, t := range s.Tiers[:tiers] {
			b = binary.AppendUvarint(binary.AppendUvarint(b, t.Requests), t.Hits)
		}
	}
	if has>>latencyBit&1 != 0 {
		b, _ = s.Latency.AppendBinary(b) // the error is always nil
	}
	return b
}

var (
	errCut     = errors.New("cut short, or no integer of variable length")
	errNothing = errors.New("a counter of 0 is listed")
)

// unpack adds a packed step, and returns what follows it. What no step can be packed as gives an error, and leaves a part of it in s.
func (s *CourseStep) unpack(data []byte) (rest []byte, err error) {
	r := uvarints{rest: data}
	has := r.next()
	if has>>(firstNumberBit+numNumbers) != 0 {
		return nil, fmt.Errorf("counters %#x that there are none of", has)
	}
	for counted := has >> firstNumberBit; counted != 0; counted &= counted - 1 {
		n := r.next()
		if n == 0 {
			return nil, cmp.Or(r.err, errNothing)
		}
		*s.number(bits.TrailingZeros64(counted)) += n
	}
	if has>>tiersBit&1 != 0 {
		tiers := r.next()
		if tiers == 0 || tiers >= maxTiers {
			return nil, cmp.Or(r.err, fmt.Errorf("%d tiers; want 1 to %d", tiers, maxTiers-1))
		}
		s.coverTiers(int(tiers))
		for i := range tiers {
			requests, hits := r.next(), r.next()
			if i == tiers-1 && requests == 0 && hits == 0 && r.err == nil {
				return nil, errors.New("a last tier of nothing")
			}
			s.Tiers[i].Requests += requests
			s.Tiers[i].Hits += hits
		}
	}
	if r.err != nil || has>>latencyBit&1 == 0 {
		return r.rest, r.err
	}
	if len(r.rest) > 0 && r.rest[0] == 0 {
		return nil, errors.New("latencies of nothing")
	}
	return s.Latency.MergeBinary(r.rest)
}

// uvarints reads integers of variable length, each of as few bytes as it takes, and keeps the first error.
type uvarints struct {
	rest []byte
	err  error
}

func (r *uvarints) next() uint64 {
	if len(r.rest) > 0 && r.rest[0] < 0x80 {
		v := r.rest[0]
		r.rest = r.rest[1:]
		return uint64(v)
	}
	return r.nextLong()
}

func (r *uvarints) nextLong() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || n > 1 && r.rest[n-1] == 0 {
		r.err, r.rest = cmp.Or(r.err, errCut), nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}
