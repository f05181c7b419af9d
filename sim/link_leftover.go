package sim

// Where all share a link, the first byte of a response goes on to links that advance on their own before the link has sent the last one. So the response is in
// several places: each site that it leaves tells the last link when links there have sent all of it.

// A leftover is what of a crossing stays at sites that it has left.
type leftover struct {
	serial uint64 // tells such crossings apart
	behind int    // sites that have left over some of it, and of which the last link has not noted yet that it is sent
	isLeft bool   // it has gone on: this is what stays here
}

// A leftoverEnd is what a last link knows of a crossing of which some stays behind.
type leftoverEnd struct {
	sites    int   // that have sent all
	last     int64 // when the last byte has left, as it is over their links
	crossing uint32
	isHere   bool // the crossing, under its number
}

// leaveBehind gives a crossing that goes on a serial number.
func (s *site) leaveBehind(x *crossing) {
	if x.serial == 0 {
		s.left++
		x.serial = uint64(s.id)<<orderBits | s.left
	}
}

// tellLast tells the last link that links here have sent, at an instant, all of a crossing that has gone on.
func (s *site) tellLast(n uint32, now int64) {
	x := s.crossings.at(n)
	last := &x.way.steps[len(x.way.steps)-1]
	m := s.send(last.at.id, now-x.after+last.after)
	m.kind, m.key, m.service = leftOver, x.serial, x.last
	s.crossings.remove(n)
}

// endLeftover notes that another site has sent all of a crossing at an instant.
func (s *site) endLeftover(m *message) {
	e := s.leftovers[m.key]
	e.sites++
	e.last = max(e.last, m.service)
	if s.leftovers == nil {
		s.leftovers = make(map[uint64]leftoverEnd)
	}
	s.leftovers[m.key] = e
	if e.isHere {
		s.endCrossing(e.crossing, m.at)
	}
}

// hasAll reports whether all sites have sent what they had left of a crossing that is over the links here.
func (s *site) hasAll(n uint32) bool {
	x := s.crossings.at(n)
	e := s.leftovers[x.serial]
	if e.sites < x.behind {
		e.crossing, e.isHere = n, true
		if s.leftovers == nil {
			s.leftovers = make(map[uint64]leftoverEnd)
		}
		s.leftovers[x.serial] = e
		return false
	}
	delete(s.leftovers, x.serial)
	x.last, x.behind = max(x.last, e.last), 0
	return true
}
