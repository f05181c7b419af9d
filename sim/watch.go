package sim

// A watch follows the fetches of a cache that may stay without an answer, because the next tier or the cache's
// own site fails. Caches that no failure concerns have none.
type watch struct {
	ups []upstream
	// remote says, by upstream and workload, that it must be asked by message.
	remote [][]bool
	// errands holds one for every fetch, by its number.
	errands []errand
}

// An errand is what is known of a fetch besides its flight.
type errand struct {
	attempt
	number   uint8 // of the workload
	recorded bool
	// isLost says that the site has failed since: whoever waits is lost, and nothing is cached.
	isLost bool
}

// newWatch returns the watch of a tier, nil if no failure concerns it.
func (r *run) newWatch(planned *plannedSite, t *tier) *watch {
	w := &watch{ups: planned.ups}
	if w.ups == nil {
		if len(r.plan.scenario.outagesOf(planned.id)) == 0 {
			return nil
		}
		w.ups = []upstream{{leg: planned.up}}
	}
	for _, up := range w.ups {
		w.remote = append(w.remote, r.remoteTier(up.leg, t.upIsMid))
	}
	return w
}

// follow begins the errand of a new fetch and asks the first choice.
func (s *site) follow(t *tier, n uint32, now int64, number uint8, recorded bool) {
	for len(t.watch.errands) <= int(n) {
		t.watch.errands = append(t.watch.errands, errand{})
	}
	t.watch.errands[n] = errand{attempt: newAttempt(t.watch.ups, now), number: number, recorded: recorded}
	s.ask(t, n, now)
}

// ask asks the upstream of an errand. What its site will do is arithmetic where it has no state of its own.
func (s *site) ask(t *tier, n uint32, now int64) {
	f, e := &t.flights.pool[n], &t.watch.errands[n]
	up := &t.watch.ups[e.up]
	if there := now + up.up; t.watch.remote[e.up][e.number] && meets(up.outages, there, there) == nil {
		s.askFor(t, n, &up.leg, now, e.number, e.recorded)
		return
	}
	back, lost := up.try(now, f.service)
	if lost != nil {
		s.giveUp(t, n, back)
		return
	}
	s.countOrigin(e.number, f.bytes, e.recorded)
	s.ledger.sent += uint64(f.bytes)
	f.first = back
	f.last = f.first + pour(f.bytes, up.nsPerByte)
	s.answerWaiters(t, n, now)
}

// giveUp lets an errand end without an answer, unless somebody else can be asked then.
func (s *site) giveUp(t *tier, n uint32, at int64) {
	m := s.send(s.id, at)
	m.kind, m.token = expired, n<<1|t.number
}

// landUnanswered takes the news that the upstream has failed before it could answer. A site that waits has no
// such news: it gives up after the timeout, or when the answer would have come, if that is later.
func (s *site) landUnanswered(m *message) {
	t, n := s.tierOf(m)
	s.giveUp(t, n, max(t.watch.errands[n].asked+m.delay, m.at))
}

// expire ends the wait for an upstream that has not answered: the fetch goes to the next, once, or fails.
func (s *site) expire(m *message) {
	t, n := s.tierOf(m)
	e := &t.watch.errands[n]
	if e.isLost || meets(s.outages, m.at, m.at) != nil || !e.moveOn(t.watch.ups, m.at) {
		s.failFetch(t, n, m.at)
		return
	}
	s.ask(t, n, m.at)
}

// landRefused takes the news that the next tier could not fetch the object itself.
func (s *site) landRefused(m *message) {
	t, n := s.tierOf(m)
	s.failFetch(t, n, m.at)
}

// failFetch ends a fetch without an object: all who wait for it fail.
func (s *site) failFetch(t *tier, n uint32, now int64) {
	f := &t.flights.pool[n]
	for w := f.waiters; w != 0; w = s.dismiss(w) {
		waiting := &s.waiting[w]
		if !waiting.remote {
			s.cells[waiting.cell].fail(&waiting.request, now, NextTierDown)
			continue
		}
		m := &s.asking[waiting.asking]
		if !s.failsBefore(m, now) {
			a := s.send(m.sender(), now+m.delay)
			a.kind, a.token = refused, m.token
		}
	}
	f.waiters = 0
	s.endFlight(t, n)
}

// failsBefore reports whether this site fails while another waits for an answer that is to leave at an instant,
// and then sends the news, which nobody is told before the answer would have come.
func (s *site) failsBefore(m *message, leaves int64) bool {
	if s.outages == nil {
		return false
	}
	o := meets(s.outages, m.at, leaves)
	if o == nil {
		return false
	}
	a := s.send(m.sender(), leaves+m.delay)
	a.token, a.delay, a.word = m.token, o.timeout, uint64(o.to)
	a.kind = unanswered
	if m.kind == call {
		a.kind = callUnanswered
	}
	return true
}

// endFlight frees the number of a fetch that has failed; a cache that no failure concerns may be behind one
// that does.
func (s *site) endFlight(t *tier, n uint32) {
	if t.watch != nil && t.watch.errands[n].isLost {
		t.flights.release(n)
	} else {
		t.flights.remove(n)
	}
}

// waitedForNobody returns how much of the wait since an instant was for an upstream that has not answered.
func (w *watch) waitedForNobody(n uint32, since int64) int64 {
	if e := &w.errands[n]; e.second {
		return max(e.asked-since, 0)
	}
	return 0
}

// restart lets a site come up again: its caches are empty, its servers free, its fetches under way lost.
func (s *site) restart(now int64) {
	for _, t := range []*tier{s.edge, s.mid} {
		if t == nil {
			continue
		}
		if err := t.open(s.directoryOf(t)); err != nil && s.err == nil {
			s.err = err
		}
		if t.filling.hasHeld() {
			t.filling.take(now, 0)
		}
		t.flights.forget(func(n uint32) { t.watch.errands[n].isLost = true })
	}
	for _, group := range [][]*servers{s.origins, s.computers} {
		for _, servers := range group {
			if err := servers.restart(); err != nil && s.err == nil {
				s.err = err
			}
		}
	}
}
