package sim

// sizes are those of the clients' requests where the demand records them: of the requests that are drawn and not yet
// served, in their order. A source puts them in and the clients takes them out, so that arrivals need no room for them.
type sizes struct {
	bytes []int64
	head  int
}

func (s *sizes) put(bytes int64) {
	if s.head == len(s.bytes) || s.head > 2*blockRequests {
		s.bytes = append(s.bytes[:0], s.bytes[s.head:]...)
		s.head = 0
	}
	s.bytes = append(s.bytes, bytes)
}

func (s *sizes) take() int64 {
	s.head++
	return s.bytes[s.head-1]
}
