package workload

// A Visit tells the visits of a metro apart in a [Batch].
type Visit uint64

const (
	lastOfVisit = 1 << 31 // below it is its place, above it its name
	foundVisit  = 1 << 63 // the highest bit of its name
	mostNames   = 1<<31 - 1
)

// visitOf returns the visit of a name and a place.
func visitOf(name uint64, place uint32) Visit { return Visit((name-1)%mostNames+1)<<32 | Visit(place) }

// Place returns a small number that no other visit of the metro has which goes on at that time.
func (v Visit) Place() uint32 { return uint32(v) &^ lastOfVisit }

// Name returns the number of the visit among those of the metro, above 0.
func (v Visit) Name() uint32 { return uint32(v >> 32) }

// IsFound reports whether the visit has begun before the run.
func (v Visit) IsFound() bool { return v&foundVisit != 0 }

// seats give visits their places, and their names.
type seats struct {
	free  []uint32 // places of visits that are over
	all   uint32   // places that there are
	named uint64   // visits
}

// open returns a visit that begins.
func (s *seats) open() Visit {
	s.named++
	place := s.all
	if last := len(s.free) - 1; last >= 0 {
		place = s.free[last]
		s.free = s.free[:last]
	} else {
		s.all++
	}
	return visitOf(s.named, place)
}

// close ends a visit.
func (s *seats) close(v Visit) { s.free = append(s.free, v.Place()) }

// joinedSeats give the visits of several sources of a metro places and names of their own, in order of time.
type joinedSeats struct {
	seats
	visits [][]Visit // by source and place there, 0 where none goes on
}

// of returns what a visit of a source is among those of all.
func (s *joinedSeats) of(source int, v Visit) Visit {
	if v == 0 { // nobody visits, or others say who does
		return 0
	}
	for len(s.visits) <= source {
		s.visits = append(s.visits, nil)
	}
	for uint32(len(s.visits[source])) <= v.Place() {
		s.visits[source] = append(s.visits[source], 0)
	}
	is := &s.visits[source][v.Place()]
	if *is == 0 {
		*is = s.open() | v&foundVisit
	}
	joined := *is
	if v&lastOfVisit != 0 {
		*is = 0
		s.close(joined)
	}
	return joined
}
