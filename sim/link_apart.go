package sim

// A freight is a response on its way from one site to another that is part of the way over links: from who sends it to a link that advances on
// its own, from there to the next, and back to who has sent it. A message says when it comes.
type freight struct {
	to *site
	m  *message
	crossing
}

// newApart returns a link over which several sites send as a site of its own, which has nothing but the link: what they send meets there
// in the order in which it comes, as messages do.
func (r *run) newApart(of *plannedLink) *site {
	at := &site{
		id: uint32(len(r.sites) + len(r.apart)), name: of.From + " -> " + of.To, ctx: r.ctx, meter: r.meter, fills: newFillQueue(),
		tiers: make([]*tier, len(r.plan.placement.Tiers)),
	}
	r.apart = append(r.apart, at)
	return at
}

// siteAt returns a site or a link that advances on its own, by its number.
func (r *run) siteAt(n uint32) *site {
	if int(n) < len(r.sites) {
		return r.sites[n]
	}
	return r.apart[int(n)-len(r.sites)]
}

// carry lets a crossing leave this site, or the link that this is, at an instant for the next link of its way, unless the site fails before that.
func (s *site) carry(n uint32, leaves int64) {
	x := s.crossings.at(n)
	if x.home == s {
		if s.failsBefore(x) {
			x.passed = len(x.way.steps)
			s.endCrossing(n, leaves) // once links that all share have sent it
			return
		}
		x.isAway = true
		if x.try != 0 {
			s.tries.at(x.try).isAway = true
		}
	}
	next := &x.way.steps[x.passed]
	s.freightTo(next.at, n, leaves-x.after+next.after)
}

// failsBefore reports whether the site that sends an answer fails before that has left, or whether it is lost on its way.
func (s *site) failsBefore(x *crossing) bool {
	if x.answer != nil {
		return s.outages != nil && meets(s.outages, x.answer.at, x.leaves+x.waited) != nil
	}
	c := &s.clients[x.clients]
	return c.outages != nil && c.outageOf(&x.request, x.first+x.waited) != nil
}

// freightTo moves a crossing to another site, where it comes at an instant.
func (s *site) freightTo(to *site, n uint32, at int64) {
	m := s.send(to.id, at)
	m.kind = enters
	x := s.crossings.at(n)
	if x.open > 0 {
		s.leaveBehind(x)
	}
	s.freight = append(s.freight, freight{to, m, *x})
	if goesOn := &s.freight[len(s.freight)-1]; x.open > 0 {
		goesOn.open, goesOn.behind, x.isLeft = 0, x.behind+1, true
		return
	}
	s.crossings.remove(n)
}

// handOver gives other sites what they get from this one, while none moves.
func (s *site) handOver() {
	for i := range s.freight {
		f := &s.freight[i]
		f.m.token = f.to.crossings.add()
		*f.to.crossings.at(f.m.token) = f.crossing
		if f.answer != nil && len(f.to.letters.free) > 0 { // what comes there goes on as the answer itself, so that a message is left over
			s.letters.release(f.to.letters.take())
		}
	}
	clear(s.freight)
	s.freight = s.freight[:0]
}

// pathsOverLinks returns how what sites send goes to links that advance on their own, from one to the next, and on to who is told of it: once from a
// site to another, by the least delay.
func (r *run) pathsOverLinks() (all []path) {
	if r.apart == nil {
		return nil
	}
	least := make(map[[2]uint32]int)
	add := func(from, to *site, delay int64) {
		n, ok := least[[2]uint32{from.id, to.id}]
		if !ok {
			n = len(all)
			least[[2]uint32{from.id, to.id}] = n
			all = append(all, path{int32(from.id), int32(to.id), delay})
		}
		all[n].delay = min(all[n].delay, delay)
	}
	along := func(from, told *site, way *linkWay) {
		if way == nil || !way.isApart {
			return
		}
		at, after, last := from, int64(0), &way.steps[len(way.steps)-1]
		for _, l := range way.steps {
			if l.at != at {
				add(at, l.at, l.after-after)
				at, after = l.at, l.after
			}
			if l.station != nil && l.at != last.at { // what it has not sent yet
				add(l.at, last.at, last.after-l.after)
			}
		}
		add(at, told, way.rest)
	}
	for _, s := range r.sites {
		for i := range s.clients {
			along(s, s, s.clients[i].links)
		}
		for asker, way := range s.waysTo {
			along(s, r.sites[asker], way)
		}
	}
	return all
}
