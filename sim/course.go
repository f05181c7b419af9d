package sim

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/workload"
)

// A Course is how all requests of a workload, or those of a metro or a site, fared over the recorded time. Each stands in the step in which
// its user asks, answered or not, and what caches ask in that in which it reaches whom they ask, the last step where that is later. So
// the sums over all steps are the totals of the run. They are kept packed, in a
// tenth of the memory that a [CourseStep] takes.
type Course struct {
	// Length is the length of a step, the last of which may be shorter.
	Length time.Duration
	// Judged says which byte of an answer latencies are of: that by which the workload is judged.
	Judged workload.Byte
	// Metros are the courses of the metros, in the order of the network's, where they are asked for.
	Metros []*Course
	// Undisturbed is the course of the same users without what happens at a time, where [Steps].Paired asks for it, of all and of a site:
	// [Scenario.WithoutEvents], without flash crowds; workloads that begin have not begun, and none ends.
	Undisturbed *Course

	count  int // of the steps
	packed packedSteps
	// open are the steps while much is added to them; packed is empty then.
	open []CourseStep
}

// newCourse returns an empty course.
func newCourse(length time.Duration, judged workload.Byte, steps int) *Course {
	return &Course{Length: length, Judged: judged, count: steps}
}

// Len returns the number of steps.
func (c *Course) Len() int { return c.count }

// All yields the steps with their numbers. Each is there until the next is asked for.
func (c *Course) All() iter.Seq2[int, *CourseStep] {
	return func(yield func(int, *CourseStep) bool) {
		for i := range c.open {
			if !yield(i, &c.open[i]) {
				return
			}
		}
		n := len(c.open)
		var s CourseStep
		for _, block := range c.packed.blocks {
			for ; len(block) > 0; n++ {
				s.reset()
				if block = mustUnpack(&s, block); !yield(n, &s) {
					return
				}
			}
		}
		for ; n < c.count; n++ {
			if s.reset(); !yield(n, &s) {
				return
			}
		}
	}
}

// Steps returns all steps, which are the caller's own.
func (c *Course) Steps() []CourseStep {
	steps := make([]CourseStep, c.count)
	if c.open == nil {
		c.packed.addTo(steps)
	}
	for i := range c.open {
		steps[i].merge(&c.open[i])
	}
	return steps
}

// opened returns the steps to add to, until they are packed.
func (c *Course) opened() []CourseStep {
	if c.open == nil {
		c.open, c.packed = c.Steps(), packedSteps{}
	}
	return c.open
}

// pack packs the steps.
func (c *Course) pack() {
	if c == nil || c.open == nil {
		return
	}
	for i := range c.open {
		c.packed.add(&c.open[i])
	}
	c.packed.trim()
	c.open = nil
}

// change lets the steps be added to, and leaves them packed where they were.
func (c *Course) change(add func([]CourseStep)) {
	if c == nil {
		return
	}
	wasOpen := c.open != nil
	if add(c.opened()); !wasOpen {
		c.pack()
	}
}

// add adds steps of several recorders.
func (c *Course) add(parts ...packedSteps) {
	parts = slices.DeleteFunc(slices.Clone(parts), func(p packedSteps) bool { return p.bytes() == p.count }) // in which nothing has happened
	switch {
	case c == nil || len(parts) == 0:
	case len(parts) == 1 && c.open == nil && c.packed.count == 0:
		c.packed = parts[0]
	default:
		c.change(func(steps []CourseStep) {
			for _, p := range parts {
				p.addTo(steps)
			}
		})
	}
}

// addCourses gives a tally the courses that a scenario asks for. That of all is open.
func (w *WorkloadTally) addCourses(s *Scenario, judged workload.Byte) {
	if s.Timeline == nil {
		return
	}
	length, steps := s.Timeline.lengthFor(s.Duration), s.Timeline.countIn(s.Duration)
	w.Course = newCourse(length, judged, steps)
	w.Course.opened()
	if s.Timeline.ByMetro {
		for range w.Metros {
			w.Course.Metros = append(w.Course.Metros, newCourse(length, judged, steps))
		}
	}
	for n := range w.Sites {
		if s.Timeline.BySite {
			w.Sites[n].Course = newCourse(length, judged, steps)
		}
	}
}

// packCourses packs those that are open.
func (r *Result) packCourses() {
	for i := range r.Workloads {
		w := &r.Workloads[i]
		w.Course.pack()
		for n := range w.Sites {
			w.Sites[n].Course.pack()
		}
	}
}

// matches returns an error unless both are of the same steps, or both are none.
func (c *Course) matches(o *Course) error {
	switch {
	case (c == nil) != (o == nil):
		return fmt.Errorf("one has a course over time, the other none")
	case c != nil && (c.Length != o.Length || c.count != o.count):
		return fmt.Errorf("courses of %d steps of %v and of %d of %v; want equal ones", c.count, c.Length, o.count, o.Length)
	case c == nil:
		return nil
	case c.Judged != o.Judged:
		return fmt.Errorf("courses of latencies to the byte %v and %v; want equal ones", c.Judged, o.Judged)
	case (c.Undisturbed == nil) != (o.Undisturbed == nil):
		return fmt.Errorf("one has a course without what happens, the other none")
	case len(c.Metros) != len(o.Metros):
		return fmt.Errorf("courses of %d metros; want %d", len(o.Metros), len(c.Metros))
	}
	if err := c.Undisturbed.matches(o.Undisturbed); err != nil {
		return fmt.Errorf("without what happens: %w", err)
	}
	for m := range c.Metros {
		if err := c.Metros[m].matches(o.Metros[m]); err != nil {
			return fmt.Errorf("metro %d: %w", m, err)
		}
	}
	return nil
}

// merge adds a course that it matches.
func (c *Course) merge(o *Course) {
	if c == nil {
		return
	}
	c.change(func(steps []CourseStep) {
		for i, s := range o.All() {
			steps[i].merge(s)
		}
	})
	for m := range o.Metros {
		c.Metros[m].merge(o.Metros[m])
	}
	if o.Undisturbed != nil {
		c.Undisturbed.merge(o.Undisturbed)
	}
}

// Merge adds the course of another run of the same steps. After an error c is as it was.
func (c *Course) Merge(o *Course) error {
	if err := c.matches(o); err != nil {
		return fmt.Errorf("sim: merge %w", err)
	}
	c.merge(o)
	return nil
}

// IsEmpty reports whether nothing has happened in any step.
func (c *Course) IsEmpty() bool {
	sum := c.sum()
	met := sum.Requests() + sum.OriginRequests + sum.PlayerUs + sum.BusyUs
	for _, t := range sum.Tiers {
		met += t.Requests
	}
	return met == 0
}

// sum returns the sums over all steps.
func (c *Course) sum() (sum CourseStep) {
	for _, s := range c.All() {
		sum.merge(s)
	}
	return sum
}
