package sim

import (
	"slices"

	"github.com/edgewise-sim/edgewise/workload"
)

// Answers over one connection come in the order in which they are ready. Where the work of a site without state is always the same that is the order of asking, and what a fetch gets is known when it
// asks. It is another where the work varies, where the site is slow for a while, and where questions are lost and sent again: then a fetch is looked at once more when its answer is ready.

// overtakes reports whether answers to fetches of a workload from hops, without state, may be ready in another order than that of asking, over one connection.
func (p *Plan) overtakes(workload int, hops []nextHop) bool {
	if u := &p.placement.Upstream; u.AlwaysOpen || u.Pool > 0 {
		return false
	}
	varies := originVaries(&p.scenario.Workloads[workload])
	return slices.ContainsFunc(hops, func(h nextHop) bool { return !h.remote && (varies || h.slow != nil || h.lossy != nil) })
}

// originVaries reports whether an origin works on one object of a workload longer than on another.
func originVaries(w *workload.Workload) bool {
	of, ok := w.Service.(workload.Cacheable)
	return ok && of.Origin.Law != workload.ConstantTime
}

// isReady takes the answer to a fetch from a site without state, whose first byte could be here at an instant: those who wait are served.
func (s *site) isReady(t *tier, n uint32, first, now int64) {
	f := &t.flights.pool[n]
	h := &t.hops[f.number][f.choice]
	waits := s.pours(t, h, f, n, first, 0)
	s.expect(t, f, n, f.first)
	if t.aging != nil {
		t.load.at(f.number, f.choice).addConfirmed(t.aging.renewals[n].confirmed, f.recorded)
		s.settleRenewal(t, f, &t.aging.renewals[n])
	}
	if s.trace != nil {
		s.trace.arithmetic(s, t, n, h, waits)
	}
	if t.aging != nil {
		s.concludeWaiters(t, n, now)
	} else {
		s.answerWaiters(t, n, now)
	}
}

// computedOvertake reports whether answers of a site, by its number, that computes a workload may be ready in another order than that in which requests come.
func (p *Plan) computedOvertake(w *workloadRun, site int) bool {
	data := &w.Data
	switch {
	case w.Work.Law != workload.ConstantTime, p.scenario.slowAt(p.sites[site].id) != nil:
		return true
	case data.Calls == 0 || data.Probability == 0:
		return false
	case data.Probability < 1, data.Service.Law != workload.ConstantTime:
		return true
	}
	return slices.ContainsFunc(p.workloads[w.number].homes[site], func(h nextHop) bool { return h.remote || !h.isSafe() || h.slow != nil || h.loss > 0 })
}

// keepUntilReady keeps an answer that a PoP passes on until its first byte could leave.
func (s *site) keepUntilReady(r *request, a *served) {
	n := s.ready.add()
	*s.ready.at(n) = leavingAnswer{*r, *a}
	m := s.send(s.id, a.first)
	m.kind, m.key = rideReady, uint64(n)
}

// rideIsReady sends an answer on its way by a PoP, that is ready now.
func (s *site) rideIsReady(m *message) {
	is := *s.ready.at(uint32(m.key))
	s.ready.remove(uint32(m.key))
	s.answerComputed(&s.clients[is.clients], &is.request, &is.served)
}
