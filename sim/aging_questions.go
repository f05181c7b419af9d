package sim

// serveAging answers another site's question for an object from a tier that ages.
func (s *site) serveAging(t *tier, m *message) {
	a := t.aging
	bytes, key := m.question().bytes, uint64(uint32(m.key))|m.slice()<<sliceShift
	if t.servers != nil {
		key = a.keyAt(m.index, key, m.order)
		t.servers.count(key, bytes, m.recorded)
	}
	s.meet(t, m, bytes)
	var l look
	l.find(a, m.index, key, m.at)
	n := t.flights.number(key)
	if s.trace != nil {
		s.trace.receives(m)
		s.trace.looks(s, t, &l, m.at)
	}
	serves, begins := a.decide(&l, m.index, n != 0)
	if s.trace != nil && !serves && !begins {
		s.trace.joins(s, t, n)
	}
	if begins {
		n = s.renew(t, &l, m.index, bytes, m.service, m.at, m.recorded, serves, n != 0)
	}
	if serves {
		read := a.readTime(&l.sought)
		if read > 0 && s.trace != nil {
			s.trace.readsHeld(s, m.at+read)
		}
		s.sendHeld(t, m, &l, m.at+read, read)
		return
	}
	if f := &t.flights.pool[n]; f.first == unknown {
		w := s.wait(f)
		w.question, w.outcome = m, outcomeOf(begins)
		return
	}
	s.passOn(t, &t.flights.pool[n], &a.renewals[n], m, begins, m.at)
}

// sendHeld answers another site's question with what is held, and has been read for so long.
func (s *site) sendHeld(t *tier, m *message, l *look, now, read int64) {
	asked, bytes := m.at, m.question().bytes
	is := l.came(m, &l.held, now)
	if s.sendAnswer(m, &is, now, now, 0, read) {
		s.hit(t, m, asked, bytes)
	}
}

// sendAnswer sends another site what has become of its question. It returns false where this site fails first.
func (s *site) sendAnswer(m *message, is *came, first, last, queue, service int64) bool {
	if s.outages != nil && s.sendNoAnswerIfDown(m, first) {
		return false
	}
	if is.confirmed {
		last = first
	}
	bytes := is.carries(m.question().bytes)
	s.sentTo[m.sender()] += uint64(bytes)
	s.sendAnswerBack(m, first, bytes)
	m.setReply(reply{queue: queue, pours: last - first})
	m.service = service
	m.setCame(is)
	return true
}

// sendFromAgingOrigin answers another site's question at the origin itself, whose servers are done at an instant.
func (s *site) sendFromAgingOrigin(m *message, done, queue int64) {
	is := s.contents[m.index].fromOrigin(s.errors, uint32(m.key), m.at, m.version())
	asked, bytes := m.at, m.question().bytes
	if s.sendAnswer(m, &is, done, done, queue, m.service) {
		s.served[m.index].add(is.carries(bytes), m.recorded)
		s.served[m.index].addConfirmed(is.confirmed, m.recorded)
		s.courses.fetched(m.index, int(s.id), asked, is.carries(bytes), m.recorded)
	}
}
