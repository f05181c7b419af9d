package sim

// siteCourses are the courses that a site keeps while a run lasts.
type siteCourses struct {
	plan *Plan
	// users are what those who are served here met, by workload, met what its caches were asked for; origins what it asked of origins, by workload and
	// site. All are nil until there is something.
	users   []*recorder
	origins [][]*originRecorder
	// asked is that of origins which was asked last, of a workload and a site: see askedOf.
	asked *originRecorder
	last  uint64
}

// askedOf is a workload and an origin as a number.
func askedOf(workload uint8, origin int) uint64 { return uint64(origin)<<8 | uint64(workload) }

func (p *Plan) newSiteCourses() *siteCourses {
	if p.scenario.Timeline == nil {
		return nil
	}
	c := &siteCourses{plan: p, users: make([]*recorder, len(p.workloads)), origins: make([][]*originRecorder, len(p.workloads))}
	return c
}

// of returns the recorder of a workload's users.
func (c *siteCourses) of(workload int) *recorder {
	if c.users[workload] == nil {
		c.users[workload] = c.plan.newRecorder(workload)
	}
	return c.users[workload]
}

// fetched records what an origin is asked for by arithmetic, or by message. It is short, so that a run without courses is spared the call.
func (c *siteCourses) fetched(workload uint8, origin int, at, bytes int64, recorded bool) {
	if c != nil && recorded {
		c.addFetched(workload, origin, at, bytes)
	}
}

func (c *siteCourses) addFetched(workload uint8, origin int, at, bytes int64) {
	to := c.asked
	if to == nil || askedOf(workload, origin) != c.last {
		to = c.origin(workload, origin)
		c.asked, c.last = to, askedOf(workload, origin)
	}
	now := to.now
	if uint64(at-to.lastFrom) >= uint64(to.length) {
		now = &to.steps[to.find(at)]
		to.now = now
	}
	now.requests++
	now.bytes += uint64(bytes)
}

// origin returns the recorder of what is asked of an origin.
func (c *siteCourses) origin(workload uint8, origin int) *originRecorder {
	if c.origins[workload] == nil {
		c.origins[workload] = make([]*originRecorder, len(c.plan.sites))
	}
	to := &c.origins[workload][origin]
	if *to == nil {
		*to = c.plan.newOriginRecorder()
	}
	return *to
}

// met records that a tier behind the first was asked for something.
func (c *siteCourses) met(workload uint8, tier part, at int64) {
	if c != nil {
		c.tier(workload, tier, at).Requests++
	}
}

// hit records that the tier had what it was asked for at an instant.
func (c *siteCourses) hit(workload uint8, tier part, at int64) {
	if c != nil {
		c.tier(workload, tier, at).Hits++
	}
}

func (c *siteCourses) tier(workload uint8, tier part, at int64) *TierStep {
	s := c.of(int(workload)).at(at)
	s.coverTiers(int(tier) + 1)
	return &s.Tiers[tier]
}

// settleCourses adds what a site has recorded to the courses of the result, and lets go of it.
func (r *run) settleCourses(s *site) {
	if s.courses == nil {
		return
	}
	r.settling.Lock()
	defer r.settling.Unlock()
	for i := range r.result.Workloads {
		w := &r.result.Workloads[i]
		if w.Kind == Matched {
			continue
		}
		var parts []packedSteps
		for n := range s.clients {
			c := &s.clients[n]
			if c.course == nil || int(c.workload.number) != i || c.course == s.courses.users[i] {
				continue
			}
			parts = append(parts, c.course.finish())
			w.Course.Metros[c.metro].add(parts[len(parts)-1])
			c.course = nil
		}
		if users := s.courses.users[i]; users != nil {
			parts = append(parts, users.finish())
		}
		w.Course.add(parts...)
		w.Sites[s.id].Course.add(parts...)
		for origin, asked := range s.courses.origins[i] {
			if asked == nil {
				continue
			}
			asked.addTo(w.Course.opened())
			if of := w.Sites[origin].Course; of != nil {
				asked.addTo(of.opened()) // it is asked by many
			}
		}
	}
	s.courses = nil
}
