package sim

// A gameCourse puts the players of one game into steps of time.
type gameCourse struct {
	all    *recorder
	metros []*recorder // nil where nobody asks by metro
	sites  []*recorder // nil where nobody asks by site
}

// newGameCourse returns the recorders of a game by its number, nil where nobody asks for a course.
func (p *Plan) newGameCourse(number int) *gameCourse {
	s := p.scenario.Timeline
	if s == nil {
		return nil
	}
	many := func(asked bool, n int) (all []*recorder) {
		if asked {
			all = make([]*recorder, n)
		}
		for i := range all {
			all[i] = p.newRecorder(number)
		}
		return all
	}
	return &gameCourse{all: p.newRecorder(number), metros: many(s.ByMetro, len(p.metros)), sites: many(s.BySite, len(p.sites))}
}

// stay records that a party was at a site from one instant to another, and whether it waited.
func (g *game) stay(t *ticket, site int, from, to int64, waiting bool) {
	c := g.course
	if c == nil {
		return
	}
	c.all.stay(from, to, len(t.party), waiting)
	if c.metros != nil {
		c.metros[t.from.metro].stay(from, to, len(t.party), waiting)
	}
	if c.sites != nil {
		c.sites[g.sites[site].id].stay(from, to, len(t.party), waiting)
	}
}

// settle adds what has been recorded to the courses of the result.
func (c *gameCourse) settle(to *WorkloadTally) {
	if c == nil {
		return
	}
	to.Course.merge(&Course{Steps: c.all.steps})
	for m, r := range c.metros {
		to.Course.Metros[m].take(r.steps)
	}
	for n, r := range c.sites {
		to.Sites[n].Course.take(r.steps)
	}
}
