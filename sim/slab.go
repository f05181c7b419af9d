package sim

// A slab holds values by number, so that one place is used for many of them in turn and nothing is allocated for
// each. Number 0 stands for none. The zero slab is empty and ready.
type slab[T any] struct {
	all  []T
	free []uint32 // the numbers of those removed
}

// add returns the number of a free place. What it held before is still there: the caller fills it in.
func (s *slab[T]) add() uint32 {
	if last := len(s.free) - 1; last >= 0 {
		n := s.free[last]
		s.free = s.free[:last]
		return n
	}
	return s.extend()
}

// extend adds a place.
func (s *slab[T]) extend() uint32 {
	if len(s.all) == 0 {
		s.all = make([]T, 1, 16)
	}
	var empty T
	s.all = append(s.all, empty)
	return uint32(len(s.all) - 1)
}

// at returns the place of a number, until the next is added.
func (s *slab[T]) at(n uint32) *T { return &s.all[n] }

// remove frees the place of a number; it is the next to be used again.
func (s *slab[T]) remove(n uint32) { s.free = append(s.free, n) }
