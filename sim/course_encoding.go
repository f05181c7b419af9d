package sim

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/workload"
)

// AppendBinary appends an encoding of the course: variable-length integers. Equal courses have equal encodings. The error is always nil.
func (c *Course) AppendBinary(b []byte) ([]byte, error) {
	steps := *c
	if c.open != nil {
		steps.open, steps.packed = nil, packedSteps{}
		for i := range c.open {
			steps.packed.add(&c.open[i])
		}
	}
	empty := c.count - steps.packed.count
	for _, n := range []int{int(NumOutcomes), int(NumReasons), int(c.Length), int(c.Judged), c.count, steps.packed.bytes() + empty} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	for _, block := range steps.packed.blocks {
		b = append(b, block...)
	}
	b = append(b, make([]byte, empty)...) // a step of nothing is a 0
	if c.Undisturbed == nil {
		b = binary.AppendUvarint(b, 0)
	} else {
		var err error
		if b, err = c.Undisturbed.AppendBinary(binary.AppendUvarint(b, 1)); err != nil {
			return nil, err
		}
	}
	b = binary.AppendUvarint(b, uint64(len(c.Metros)))
	for _, m := range c.Metros {
		var err error
		if b, err = m.AppendBinary(b); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// MarshalBinary encodes the course: see [Course.AppendBinary].
func (c *Course) MarshalBinary() ([]byte, error) { return c.AppendBinary(nil) }

// UnmarshalBinary decodes what [Course.AppendBinary] wrote. Data that is cut short, or that no course can have written, gives an error and
// leaves c as it was.
func (c *Course) UnmarshalBinary(data []byte) error {
	decoded, err := decodeCourse(data)
	if err != nil {
		return fmt.Errorf("sim: decode course: %w", err)
	}
	*c = *decoded
	return nil
}

func decodeCourse(data []byte) (*Course, error) {
	c, rest, err := decodeCourses(data, true)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%d bytes behind the last step", len(rest))
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// decodeCourses decodes a course, and what follows: of all users it may have metros.
func decodeCourses(data []byte, isOfAll bool) (*Course, []byte, error) {
	next := func() (uint64, error) {
		r := uvarints{rest: data}
		v := r.next()
		data = r.rest
		return v, r.err
	}
	var head [6]uint64
	for i := range head {
		var err error
		if head[i], err = next(); err != nil {
			return nil, nil, err
		}
	}
	outcomes, reasons, length, judged, steps, size := head[0], head[1], head[2], head[3], head[4], head[5]
	switch {
	case outcomes != uint64(NumOutcomes) || reasons != uint64(NumReasons):
		return nil, nil, fmt.Errorf("of %d outcomes and %d reasons; this program knows %d and %d", outcomes, reasons, NumOutcomes, NumReasons)
	case length == 0 || length > uint64(maxRun):
		return nil, nil, fmt.Errorf("steps of %d ns; want 1 to %d", length, maxRun)
	case judged > uint64(workload.LastByte):
		return nil, nil, fmt.Errorf("latencies of byte %d; want %d or %d", judged, workload.FirstByte, workload.LastByte)
	case size > uint64(len(data)):
		return nil, nil, fmt.Errorf("steps in %d bytes, of which %d are there", size, len(data))
	case steps > mostSteps+1 || steps > size:
		return nil, nil, fmt.Errorf("%d steps in %d bytes", steps, size)
	}
	c := newCourse(time.Duration(length), workload.Byte(judged), int(steps))
	packed := append([]byte(nil), data[:size]...)
	data = data[size:]
	var s CourseStep
	rest := packed
	for i := range steps {
		var err error
		s.reset()
		if rest, err = s.unpack(rest); err != nil {
			return nil, nil, fmt.Errorf("step %d: %w", i, err)
		}
	}
	if len(rest) > 0 {
		return nil, nil, fmt.Errorf("%d bytes behind %d steps", len(rest), steps)
	}
	if steps > 0 {
		c.packed = packedSteps{blocks: [][]byte{packed}, count: int(steps)}
	}
	pairs, err := next()
	switch {
	case err != nil:
		return nil, nil, err
	case pairs > 1 || pairs > 0 && !isOfAll:
		return nil, nil, fmt.Errorf("%d courses without what happens; want 1 at most, of all or a site", pairs)
	case pairs > 0:
		if c.Undisturbed, data, err = decodeCourses(data, false); err != nil {
			return nil, nil, fmt.Errorf("without what happens: %w", err)
		}
	}
	metros, err := next()
	if err != nil {
		return nil, nil, err
	}
	if metros > uint64(len(data)) || metros > 0 && !isOfAll {
		return nil, nil, fmt.Errorf("%d metros in %d bytes", metros, len(data))
	}
	for m := range metros {
		var of *Course
		if of, data, err = decodeCourses(data, false); err != nil {
			return nil, nil, fmt.Errorf("metro %d: %w", m, err)
		}
		c.Metros = append(c.Metros, of)
	}
	return c, data, nil
}

// encodeCourse returns the encoding of a course, nil of none.
func encodeCourse(c *Course) []byte {
	if c == nil {
		return nil
	}
	data, _ := c.AppendBinary(nil) // the error is always nil
	return data
}

// decodeOptional decodes a course, nil where there is no data.
func decodeOptional(data []byte) (*Course, error) {
	if len(data) == 0 {
		return nil, nil
	}
	return decodeCourse(data)
}
