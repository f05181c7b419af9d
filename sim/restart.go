package sim

// restart lets a site come up again: its caches are empty, its servers free, its fetches under way lost.
func (s *site) restart(now int64) {
	if s.trace != nil {
		s.trace.restarts(s, now)
	}
	for _, t := range s.caches {
		if err := t.open(s.directoryOf(t)); err != nil && s.err == nil {
			s.err = err
		}
		if t.held.hasHeld() {
			t.held.take(now, 0)
		}
		t.flights.forget()
		t.hangUp()
	}
	for _, d := range s.rides {
		d.hangUp()
	}
	for _, l := range s.links {
		l.restart()
	}
	for _, p := range s.pools {
		if err := p.restart(); err != nil && s.err == nil {
			s.err = err
		}
	}
}
