package sim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"time"
)

// A LinkCourse is what crossed a link over the recorded time, in steps as those of a [Course]. The sums over all steps are the totals of its [LinkTally]. They are kept packed.
type LinkCourse struct {
	// Length is the length of a step, the last of which may be shorter.
	Length time.Duration

	count  int
	packed []byte // steps as [LinkStep.appendTo] writes them
}

// A LinkStep is one step of a [LinkCourse].
type LinkStep struct {
	// Responses came to the link in the step, with so many Bytes. WaitedNs is how much longer these took over it than each would have taken alone, all together, whenever that was.
	Responses, Bytes, WaitedNs uint64
	// BusyUs is how long the link has sent in the step.
	BusyUs uint64
	// QueueUs sums, in us over all responses, the time in which they waited for the link in this step, whenever they came: where all share it, that of all that are on it but one.
	QueueUs uint64
}

// numbers returns the counters in the order in which they are packed.
func (s *LinkStep) numbers() [5]*uint64 {
	return [...]*uint64{&s.Responses, &s.Bytes, &s.WaitedNs, &s.BusyUs, &s.QueueUs}
}

// appendTo appends the step, packed: a byte whose bits say which counters are not 0, and these as integers of variable length.
func (s *LinkStep) appendTo(b []byte) []byte {
	at := len(b)
	b = append(b, 0)
	for i, n := range s.numbers() {
		if *n != 0 {
			b[at] |= 1 << i
			b = binary.AppendUvarint(b, *n)
		}
	}
	return b
}

// unpack sets a step to the next that is packed, and returns what follows it.
func (s *LinkStep) unpack(data []byte) (rest []byte, err error) {
	r := uvarints{rest: data}
	has := r.next()
	*s = LinkStep{}
	for i, n := range s.numbers() {
		if has>>i&1 == 0 {
			continue
		}
		if *n = r.next(); *n == 0 && r.err == nil {
			r.err = errNothing
		}
		has &^= 1 << i
	}
	if has != 0 && r.err == nil {
		r.err = fmt.Errorf("counters %#x that there are none of", has)
	}
	return r.rest, r.err
}

func (s *LinkStep) add(o *LinkStep) {
	of := o.numbers()
	for i, n := range s.numbers() {
		*n += *of[i]
	}
}

// Len returns the number of steps.
func (c *LinkCourse) Len() int { return c.count }

// All yields the steps with their numbers.
func (c *LinkCourse) All() iter.Seq2[int, *LinkStep] {
	return func(yield func(int, *LinkStep) bool) {
		rest := c.packed
		for i := range c.count {
			var s LinkStep
			var err error
			if rest, err = s.unpack(rest); err != nil {
				panic("sim: a packed step of a link: " + err.Error()) // they were looked through as they were decoded
			}
			if !yield(i, &s) {
				return
			}
		}
	}
}

// sum returns the sums over all steps.
func (c *LinkCourse) sum() (sum LinkStep) {
	for _, s := range c.All() {
		sum.add(s)
	}
	return sum
}

// matches reports whether both are of the same steps, or both are none.
func (c *LinkCourse) matches(o *LinkCourse) bool {
	return (c == nil) == (o == nil) && (c == nil || c.Length == o.Length && c.count == o.count)
}

// Plus returns the sums, step by step, with another of the same steps.
func (c *LinkCourse) Plus(o *LinkCourse) (*LinkCourse, error) {
	if c == nil || !c.matches(o) {
		return nil, errors.New("sim: courses of a link in other steps; want equal ones")
	}
	return c.plus(o), nil
}

func (c *LinkCourse) plus(o *LinkCourse) *LinkCourse {
	if c == nil {
		return nil
	}
	sum := &LinkCourse{Length: c.Length, count: c.count}
	rest := o.packed
	for _, s := range c.All() {
		var more LinkStep
		rest, _ = more.unpack(rest) // as in All
		s.add(&more)
		sum.packed = s.appendTo(sum.packed)
	}
	return sum
}

// MarshalBinary encodes the course. Equal courses have equal encodings. The error is always nil.
func (c *LinkCourse) MarshalBinary() ([]byte, error) {
	b := binary.AppendUvarint(nil, uint64(c.Length))
	return append(binary.AppendUvarint(b, uint64(c.count)), c.packed...), nil
}

// UnmarshalBinary decodes what [LinkCourse.MarshalBinary] wrote. Data that no course can have written gives an error and leaves c as it was.
func (c *LinkCourse) UnmarshalBinary(data []byte) error {
	r := uvarints{rest: data}
	length, count := r.next(), r.next()
	switch {
	case r.err != nil:
		return fmt.Errorf("sim: decode course of a link: %w", r.err)
	case length == 0 || length > uint64(maxRun):
		return fmt.Errorf("sim: decode course of a link: steps of %d ns; want 1 to %d", length, maxRun)
	case count > mostSteps+1 || count > uint64(len(r.rest)):
		return fmt.Errorf("sim: decode course of a link: %d steps in %d bytes", count, len(r.rest))
	}
	rest := r.rest
	for i := range count {
		var s LinkStep
		var err error
		if rest, err = s.unpack(rest); err != nil {
			return fmt.Errorf("sim: decode course of a link: step %d: %w", i, err)
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("sim: decode course of a link: %d bytes behind the last step", len(rest))
	}
	*c = LinkCourse{Length: time.Duration(length), count: int(count), packed: append([]byte(nil), r.rest...)}
	return nil
}

// A linkRecorder puts what crosses a link into steps, but for how long it sends, which its usage knows.
type linkRecorder struct {
	ruler
	came   []linkCame // by step
	queued *waitingCourse
}

// linkCame is what came to a link in a step.
type linkCame struct{ responses, bytes, waitedNs uint64 }

// newLinkRecorder returns that of a link in a plan's steps, nil where nobody asks for them.
func (p *Plan) newLinkRecorder() *linkRecorder {
	if p.scenario.Timeline == nil {
		return nil
	}
	r := &linkRecorder{ruler: p.newRuler(), queued: p.newWaitingCourse()}
	r.came = make([]linkCame, r.steps)
	return r
}

// comes notes a response that comes to the link at an instant.
func (r *linkRecorder) comes(at, bytes int64) {
	if r != nil {
		s := &r.came[r.index(at)]
		s.responses++
		s.bytes += uint64(bytes)
	}
}

// waits notes how much longer than alone a response took that came at an instant.
func (r *linkRecorder) waits(came int64, ns uint64) {
	if r != nil {
		r.came[r.index(came)].waitedNs += ns
	}
}

// queue notes that so many wait from one instant to another, both in recorded time.
func (r *linkRecorder) queue(from, to int64, count int) {
	if r != nil {
		r.queued.add(from, to, count)
	}
}

// finish returns the course, with how long the link has sent by step.
func (r *linkRecorder) finish(busyUs []uint64) *LinkCourse {
	c := &LinkCourse{Length: time.Duration(r.length), count: r.steps}
	queued := r.queued.inUs()
	for i, of := range r.came {
		s := LinkStep{Responses: of.responses, Bytes: of.bytes, WaitedNs: of.waitedNs, BusyUs: busyUs[i], QueueUs: queued[i]}
		c.packed = s.appendTo(c.packed)
	}
	return c
}
