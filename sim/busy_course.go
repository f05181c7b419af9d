package sim

// A busyCourse sums up, step by step of a [Course], for how long servers worked, or were there, all together.
type busyCourse struct {
	ruler
	sums []uint64 // in ns, or in us where it is told how many there were
}

// newBusyCourse returns that of a plan's steps, nil where nobody asks for them.
func (p *Plan) newBusyCourse() *busyCourse {
	if p.scenario.Timeline == nil {
		return nil
	}
	b := &busyCourse{ruler: p.newRuler()}
	b.sums = make([]uint64, b.steps)
	return b
}

// add notes that so many worked from one instant to another, both in recorded time: in ns.
func (b *busyCourse) add(from, to, servers int64) {
	for from < to {
		n := b.index(from)
		until := min(to, b.lastFrom+b.length)
		b.sums[n] += uint64((until - from) * servers)
		from = until
	}
}

// stay notes the same in us, rounded as usOf does, so that the steps sum to what that has of the whole.
func (b *busyCourse) stay(from, to int64, count int) {
	for b != nil && from < to {
		n := b.index(from)
		until := min(to, b.lastFrom+b.length)
		b.sums[n] += usOf(count, from, until)
		from = until
	}
}

// inUs returns the sums of ns in whole us: what is left of a step passes on to the next, so that they sum to the whole.
func (b *busyCourse) inUs() []uint64 {
	all := make([]uint64, len(b.sums))
	rest := uint64(0)
	for i, ns := range b.sums {
		all[i] = (rest + ns) / nsPerUs
		rest = (rest + ns) % nsPerUs
	}
	return all
}

// addBusy adds how long servers worked at a site, how long there were any, and how long was waited for them, nil where nobody does, to the courses of a workload and of the site.
func (w *WorkloadTally) addBusy(site int, busy, there, waited []uint64) {
	for _, c := range [...]*Course{w.Course, w.Sites[site].Course} {
		c.change(func(steps []CourseStep) {
			for i := range steps {
				steps[i].BusyUs += busy[i]
				steps[i].ServerUs += there[i]
			}
			for i := range waited {
				steps[i].QueueUs += waited[i]
			}
		})
	}
}

// settleCourse adds how busy the servers were that a workload finds at a site to its courses.
func (s *servers) settleCourse(to *WorkloadTally, site int) {
	if s == nil || s.use.course == nil {
		return
	}
	if s.scaling != nil {
		to.addBusy(site, s.use.course.inUs(), s.scaling.steps.course.inUs(), s.waited.inUs())
		return
	}
	there := busyCourse{ruler: s.use.course.ruler, sums: make([]uint64, len(s.use.course.sums))}
	for _, part := range s.inService() {
		there.stay(part.from, part.to, s.count)
	}
	to.addBusy(site, s.use.course.inUs(), there.sums, s.waited.inUs())
}

// settleCourse adds how busy the cores of a site were, where they are limited, to the courses of a game: matches where it has them alone and none
// are rented, else the cores of all its games.
func (s *gameSite) settleCourse(g *game) {
	if s.pool.cpu.course == nil || s.pool.own == 0 {
		return
	}
	busy, there := s.hosted.course.sums, busyCourse{ruler: s.hosted.course.ruler, sums: make([]uint64, len(s.hosted.course.sums))}
	cores := g.MatchesOn(s.pool.own)
	if s.pool.isShared || s.pool.elastic {
		busy = s.pool.cpu.course.sums
		cores = s.pool.own
		for i, us := range s.pool.extra.course.sums {
			there.sums[i] += us
		}
	}
	for _, part := range s.inService(g) {
		there.stay(part.from, part.to, cores)
	}
	g.to.addBusy(s.id, busy, there.sums, nil)
}
