package sim

import "math"

// A gameCourse puts the players of one game, or their updates, into steps of time.
type gameCourse struct {
	plan   *Plan
	number int // of the game
	all    *recorder
	metros []*recorder // nil where nobody asks by metro, each nil until there is something
	sites  []*recorder // the same by site
}

// newGameCourse returns the recorders of a game by its number, nil where nobody asks for a course.
func (p *Plan) newGameCourse(number int) *gameCourse {
	s := p.scenario.Timeline
	if s == nil {
		return nil
	}
	c := &gameCourse{plan: p, number: number, all: p.newRecorder(number)}
	if s.ByMetro {
		c.metros = make([]*recorder, len(p.metros))
	}
	if s.BySite {
		c.sites = make([]*recorder, len(p.sites))
	}
	return c
}

// of returns the recorder of a metro or of a site.
func (c *gameCourse) of(all []*recorder, n int) *recorder {
	if all[n] == nil {
		all[n] = c.plan.newRecorder(c.number)
	}
	return all[n]
}

// stay records that a party was at a site from one instant to another, and whether it waited.
func (g *game) stay(t *ticket, site int, from, to int64, waiting bool) {
	c := g.course
	if c == nil {
		return
	}
	c.all.stay(from, to, len(t.party), waiting)
	if c.metros != nil {
		c.of(c.metros, int(t.from.metro)).stay(from, to, len(t.party), waiting)
	}
	if c.sites != nil {
		c.of(c.sites, g.sites[site].id).stay(from, to, len(t.party), waiting)
	}
}

// settle adds what has been recorded to the courses of the result.
func (c *gameCourse) settle(to *WorkloadTally) {
	if c == nil {
		return
	}
	to.Course.add(c.all.finish())
	for m, r := range c.metros {
		if r != nil {
			to.Course.Metros[m].add(r.finish())
		}
	}
	for n, r := range c.sites {
		if r != nil {
			to.Sites[n].Course.add(r.finish())
		}
	}
}

// A stepTally puts the updates of one player in one match into steps of time, as they are played in order.
type stepTally struct {
	course *gameCourse // nil where nobody asks for it
	site   int
	metro  uint32
	// in are the steps that updates are in up to ends; of what there was of them, noted is in earlier steps.
	in    []*CourseStep
	room  [3]*CourseStep
	ends  int64
	noted updateSums
}

// updateSums are what a player's updates came to.
type updateSums struct{ played, failed, cutOff, lost int64 }

// begin is for the updates of a player at a site.
func (k *stepTally) begin(site int, metro uint32) {
	k.site, k.metro, k.in, k.ends, k.noted = site, metro, nil, 0, updateSums{}
}

// enter goes on to the step of an update, before which there were so many; their latencies go to the steps from then on.
func (k *stepTally) enter(at int64, so updateSums, recent *latencies) {
	if at < k.ends {
		return
	}
	k.settle(so, recent)
	all := k.course.all
	k.in = append(k.room[:0], all.at(at))
	if k.course.metros != nil {
		k.in = append(k.in, k.course.of(k.course.metros, int(k.metro)).at(at))
	}
	if k.course.sites != nil {
		k.in = append(k.in, k.course.of(k.course.sites, k.site).at(at))
	}
	recent.course = k
	if k.ends = all.lastFrom + all.length; all.last == all.ruler.steps-1 {
		k.ends = math.MaxInt64
	}
}

// take puts latencies into the steps, before they are forgotten.
func (k *stepTally) take(l *latencies) {
	for _, s := range k.in {
		s.addLatencies(l.first[:l.count])
	}
}

// settle adds to the steps what they do not have yet.
func (k *stepTally) settle(so updateSums, recent *latencies) {
	if k.course == nil {
		return
	}
	recent.record()
	for _, s := range k.in {
		s.Outcomes[Played] += uint64(so.played - k.noted.played)
		failed := uint64(so.failed - k.noted.failed)
		s.Outcomes[DataHomeDown.outcome()] += failed
		s.Failures[DataHomeDown] += failed
		cutOff := uint64(so.cutOff - k.noted.cutOff)
		s.Outcomes[LinkDown.outcome()] += cutOff
		s.Failures[LinkDown] += cutOff
		s.LostUpdates += uint64(so.lost - k.noted.lost)
	}
	k.noted = so
}
