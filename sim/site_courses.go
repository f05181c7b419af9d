package sim

// siteCourses are the courses that a site keeps while a run lasts.
type siteCourses struct {
	plan *Plan
	// users are what those who are served here met, by workload, met what its caches were asked for; origins what it asked of origins, by workload and
	// site. All are nil until there is something.
	users   []*recorder
	origins [][]*originRecorder
	// asked is that of origins which was asked last, of a workload and a site: see askedOf. now is the step of what was asked, of so many ns from an instant on.
	asked *originRecorder
	last  uint64
	now   *originStep
	from  int64
	ahead uint64
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
	if c.isElsewhere(workload, origin, at) {
		c.turn(workload, origin, at)
	}
	c.now.add(bytes)
}

// isElsewhere reports whether what is asked of an origin is of another step than that of now.
func (c *siteCourses) isElsewhere(workload uint8, origin int, at int64) bool {
	return uint64(at-c.from) >= c.ahead || askedOf(workload, origin) != c.last
}

// turn lets the step of another instant, or of what is asked of another, be that of now.
func (c *siteCourses) turn(workload uint8, origin int, at int64) {
	if c.asked == nil || askedOf(workload, origin) != c.last {
		c.asked, c.last = c.origin(workload, origin), askedOf(workload, origin)
	}
	c.now = &c.asked.steps[c.asked.index(at)]
	c.from, c.ahead = c.asked.lastFrom, uint64(c.asked.length)
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
	r.courses.take(r)
	for i := range r.result.Workloads {
		w := &r.result.Workloads[i]
		if w.Kind == Matched {
			continue
		}
		var parts []packedSteps
		for n := range s.clients {
			c := &s.clients[n]
			if c.course == nil || int(c.workload.number) != i || c.course.to == s.courses.users[i] {
				continue
			}
			parts = append(parts, c.course.to.finish())
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
