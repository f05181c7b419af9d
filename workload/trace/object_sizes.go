package trace

import "slices"

// An objectSizes is what the lines of a trace so far say of how large objects are. The parts of a trace that is split
// have one together, for an object is as large in each.
type objectSizes struct {
	numbers interner // of a trace that is split; else its only part numbers the objects
	last    []int64  // by object: its last size, or its largest whole one; 0 where that is not known
	parts   []int64  // by object, by the rule Largest: its largest part
	median  int64    // by the rule Largest, once settled: of those that are known, 1 where there are none
	assumed int64    // how many are not known then
}

// add makes room for an object, with the rule by which sizes are found.
func (s *objectSizes) add(rule SizeRule) {
	s.last = append(s.last, 0)
	if rule == Largest {
		s.parts = append(s.parts, 0)
	}
}

// see takes what a line says by the rule Largest.
func (s *objectSizes) see(request Request, id uint32) {
	switch request.Extent {
	case Whole:
		s.last[id] = max(s.last[id], request.SizeBytes)
	case Part:
		s.parts[id] = max(s.parts[id], request.SizeBytes)
	}
}

// settle finds the largest sizes once all lines are read.
func (s *objectSizes) settle() {
	if s.median != 0 {
		return
	}
	var known []int64
	for id, size := range s.last {
		if size == 0 {
			size = s.parts[id]
		}
		if s.last[id] = size; size > 0 {
			known = append(known, size)
		}
	}
	s.parts, s.median = nil, 1
	if len(known) > 0 { // else the trace has no sizes, and none is assumed
		slices.Sort(known)
		s.median, s.assumed = known[len(known)/2], int64(len(s.last)-len(known))
	}
}

// memory returns the bytes that the table takes.
func (s *objectSizes) memory() int64 {
	return s.numbers.memory() + 8*int64(cap(s.last)+cap(s.parts))
}
