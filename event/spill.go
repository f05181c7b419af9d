package event

// A spill is a heap of events in which every event has four children: fewer levels than two, and the
// four lie side by side in memory.
type spill []Event

const spillArity = 4

// time returns the time of the first event, or Never.
func (s spill) time() int64 {
	if len(s) == 0 {
		return Never
	}
	return s[0].Time
}

func (s *spill) push(e Event) {
	*s = append(*s, e)
	s.rise(len(*s)-1, e)
}

// rise puts e at place i or, as long as its parent comes after it, above.
func (s *spill) rise(i int, e Event) {
	h := *s
	for i > 0 {
		parent := (i - 1) / spillArity
		if !e.Before(h[parent]) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = e
}

// pop removes the first event; there must be one.
func (s *spill) pop() Event {
	h := *s
	first := h[0]
	last := h[len(h)-1]
	h = h[:len(h)-1]
	*s = h
	if len(h) == 0 {
		return first
	}
	// The hole goes down to the bottom along the smallest children, then the last event rises from
	// there: it came from the bottom and seldom rises far.
	hole := 0
	for {
		child := spillArity*hole + 1
		if child >= len(h) {
			break
		}
		smallest := child
		for c := child + 1; c < min(child+spillArity, len(h)); c++ {
			if h[c].Before(h[smallest]) {
				smallest = c
			}
		}
		h[hole] = h[smallest]
		hole = smallest
	}
	s.rise(hole, last)
	return first
}
