package cache

import (
	"fmt"
	"math"
)

// A survey is what is known of requests when they have been gone over once.
type survey struct {
	objects, bytes   int64 // the footprint
	puts, deletes    int64
	counted, skipped Result // of an infinite cache
}

// A surveyor checks requests, and makes a survey of them.
type surveyor struct {
	survey
	known, cached []bool // by object: whether its size is known; whether an infinite cache has it
	at            int64
	total         int64 // the bytes of all requests
}

func newSurveyor(objects int) *surveyor {
	return &surveyor{known: make([]bool, objects), cached: make([]bool, objects)}
}

// add looks at a piece.
func (s *surveyor) add(r *Requests, counts bool) error {
	if err := r.checkShape(len(s.known)); err != nil {
		return err
	}
	to := &s.skipped
	if counts {
		to = &s.counted
	}
	least := int64(1)
	if r.Ops != nil {
		least = 0
	}
	for i, id := range r.IDs {
		if int64(id) >= int64(len(s.known)) {
			return wrong(fmt.Sprintf("IDs[%d]", s.at), id, "less than Objects, %d", len(s.known))
		}
		size := r.size(i)
		if size < least {
			if r.ObjectSizes != nil {
				return wrong(fmt.Sprintf("ObjectSizes[%d]", id), size, "%d or more", least)
			}
			return wrong(fmt.Sprintf("RequestSizes[%d]", s.at), size, "%d or more", least)
		}
		if s.total > math.MaxInt64-size {
			return wrong("IDs", fmt.Sprintf("of more bytes at request %d", s.at), "sizes that sum to %d at most", int64(math.MaxInt64))
		}
		s.total += size
		op := r.op(i)
		if op > Delete {
			return wrong(fmt.Sprintf("Ops[%d]", s.at), uint8(op), "Get, Put or Delete")
		}
		s.at++
		if size > 0 && op != Delete && !s.known[id] {
			s.known[id] = true
			s.objects++
			s.bytes += size
		}
		switch op {
		case Get:
			to.Requests++
			to.RequestBytes += size
			if !s.cached[id] {
				to.Misses++
				to.MissBytes += size
				s.cached[id] = size > 0
			}
		case Put:
			s.puts++
			s.cached[id] = size > 0
		case Delete:
			s.deletes++
			s.cached[id] = false
		}
	}
	return nil
}

// checkShape reports columns that do not fit each other.
func (r *Requests) checkShape(objects int) error {
	switch {
	case r.Objects != objects:
		return wrong("Objects", r.Objects, "%d, as the first piece has", objects)
	case r.ObjectSizes != nil && r.RequestSizes != nil:
		return wrong("RequestSizes", "set, and so is ObjectSizes", "one of the two")
	case r.ObjectSizes != nil && len(r.ObjectSizes) != r.Objects:
		return wrong("ObjectSizes", fmt.Sprintf("of %d sizes", len(r.ObjectSizes)), "one for each of %d objects", r.Objects)
	case r.RequestSizes != nil && len(r.RequestSizes) != len(r.IDs):
		return wrong("RequestSizes", fmt.Sprintf("of %d sizes", len(r.RequestSizes)), "one for each of %d requests", len(r.IDs))
	case r.Ops != nil && len(r.Ops) != len(r.IDs):
		return wrong("Ops", fmt.Sprintf("of %d operations", len(r.Ops)), "one for each of %d requests", len(r.IDs))
	}
	return nil
}
