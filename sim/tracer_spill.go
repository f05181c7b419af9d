package sim

// A request that is followed may be computed: then what is told is where it was passed on, and whom its calls for data asked first.

// hasNoRoom notes that a site has no room for a request, which waits there under a number while others are asked.
func (t *tracer) hasNoRoom(s *site, c *clients, r *request, n uint32, now int64, why Reason) {
	if t.passed || !t.isOf(s, c, r) {
		return
	}
	t.passed = true
	t.flights[flightName{s.id, spillPart, n}] = true
	t.mark(now, s.name, "has no room for it: %v", why)
}

func (t *tracer) followsSpill(s *site, n uint32) bool {
	return t.flights[flightName{s.id, spillPart, n}]
}

// passesOn follows a request to the site that is asked next, with a question that leaves at an instant: later than now where something is lost.
func (t *tracer) passesOn(s *site, n uint32, h *nextHop, now, leaves int64, m *message) {
	if !t.followsSpill(s, n) {
		return
	}
	to := t.plan.sites[h.to].id
	t.asked = append(t.asked, askedWay{from: s.name, to: to, at: now, lost: m == nil})
	if leaves > now {
		t.mark(leaves, s.name, "what is lost on the way to %s and back is sent again", to)
	}
	if m == nil {
		t.mark(leaves+h.missing(leaves).timeout, s.name, "passes it on to %s, which does not answer until the timeout", to)
		return
	}
	t.messages[m.order] = true
	t.mark(leaves+h.there, to, "on the way from %s, which passes it on", s.name)
}

// worksOn notes what a site with servers of its own does for a request that was passed on to it.
func (t *tracer) worksOn(s *site, m *message, start, done int64) {
	if !t.messages[m.order] {
		return
	}
	if start > m.at {
		t.mark(start, s.name, "waits for a server")
	}
	t.mark(done, s.name, "works on it")
}

// isDone notes that a site is done with a request that was passed on to it, with its calls for data.
func (t *tracer) isDone(s *site, m *message, servers *servers, at int64) {
	if !t.messages[m.order] || len(t.marks) == 0 || at <= t.marks[len(t.marks)-1].at {
		return
	}
	what := "calls for data, there and back"
	if servers.isShared() {
		what = "works on it with servers that all jobs share, and on its calls for data"
	}
	t.mark(at, s.name, "%s", what)
}

// comesBack notes that the site to which a request was passed on has answered, or has no room either.
func (t *tracer) comesBack(s *site, n uint32, h *nextHop, at int64, with string) {
	if t.followsSpill(s, n) {
		t.mark(at, s.name, "on the way back from %s, with %s", t.plan.sites[h.to].id, with)
	}
}

// comesNoAnswer notes that a site to which a request was passed on has not answered.
func (t *tracer) comesNoAnswer(s *site, n uint32, h *nextHop, gaveUp int64) {
	if !t.followsSpill(s, n) {
		return
	}
	t.asked[len(t.asked)-1].lost = true
	t.mark(gaveUp, s.name, "no answer from %s until the timeout", t.plan.sites[h.to].id)
}

// calls notes whom a request's calls for data ask first, from an instant on.
func (t *tracer) calls(s *site, c *clients, r *request, d *dataCalls, now int64) {
	if !t.isOf(s, c, r) || len(d.hops) == 0 {
		return
	}
	h := &d.hops[firstChoice(d.hops, now, 0)]
	t.asked = append(t.asked, askedWay{from: s.name, to: t.plan.nameOf(h, s.name, t.workload), at: now, lost: h.missing(now) != nil})
}

// nameOf returns the id of the site that calls of a workload ask from another; the home of the data need not be a site of the placement.
func (p *Plan) nameOf(h *nextHop, from string, workload int) string {
	if h.to >= 0 {
		return p.sites[h.to].id
	}
	return p.scenario.homeOfSite(p.placement, &p.scenario.Workloads[workload], from)
}
