package edgewise

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
)

// A drillRun is one run of one workload, step by step, and the same without what happens, where that was run, too.
type drillRun struct {
	length    time.Duration // of a step
	all, calm []sim.CourseStep
	// users are how many ask, or play, in each step.
	users   drillUsers
	sites   []drillUsers // where they are asked for
	siteIDs []string
}

// drillUsers are how many users there are in each step, and how many without what happens.
type drillUsers struct{ all, calm []float64 }

func readDrillRun(p *packedCourses, kind sim.Kind) (r drillRun, err error) {
	var c sim.Course
	if err := c.UnmarshalBinary(p.all); err != nil {
		return r, err
	}
	r.length, r.all, r.users = c.Length, c.Steps(), usersOf(&c, kind)
	if c.Undisturbed != nil {
		r.calm = c.Undisturbed.Steps()
	}
	for _, packed := range p.sites {
		if err := c.UnmarshalBinary(packed); err != nil {
			return r, err
		}
		r.sites = append(r.sites, usersOf(&c, kind))
	}
	if len(p.sites) > 0 {
		r.siteIDs = p.siteIDs
	}
	return r, nil
}

// usersOf returns the users of a course: players of games, requests of others.
func usersOf(c *sim.Course, kind sim.Kind) (u drillUsers) {
	of := func(c *sim.Course) []float64 {
		users := make([]float64, c.Len())
		for i, s := range c.All() {
			if users[i] = float64(s.PlayerUs); kind != sim.Matched {
				users[i] = float64(s.Requests())
			}
		}
		return users
	}
	u.all = of(c)
	if c.Undisturbed != nil {
		u.calm = of(c.Undisturbed)
	}
	return u
}

// row returns what the run says of a row. Where it was made once more without what happens, that is what is usual, and becomes the mean of its steps.
func (r *drillRun) row(row *drillRow, recorded time.Duration) (of rowRun) {
	of.values, of.becomes, of.unanswered = row.valuesOf(r.all, r.length, recorded), math.NaN(), make([]bool, len(r.all))
	for i := range r.all {
		of.unanswered[i] = math.IsNaN(of.values[i]) && r.users.all[i] > 0
		if row.isCounted() {
			of.counts = append(of.counts, row.of(&r.all[i]))
		}
	}
	if r.calm == nil {
		return of
	}
	// What is usual is known of each step: each is told as if the usual of all were the mean of those that have one.
	calm := row.valuesOf(r.calm, r.length, recorded)
	sum, n := 0.0, 0
	for _, x := range calm {
		if !math.IsNaN(x) && (row.isShare || x > 0) {
			sum, n = sum+x, n+1
		}
	}
	of.becomes = sum / float64(n) // 0/0 is not a number
	for i := range of.values {
		of.unanswered[i] = of.unanswered[i] && !math.IsNaN(calm[i])
		switch {
		case row.isShare:
			of.values[i] += of.becomes - calm[i]
		case calm[i] > 0: // there is nothing to compare a step with in which nothing is usual
			of.values[i] = float64(of.values[i]*of.becomes) / calm[i]
		}
	}
	return of
}

// valuesOf returns the row's figure of steps of a length.
func (row *drillRow) valuesOf(steps []sim.CourseStep, length, recorded time.Duration) []float64 {
	t := Timeline{Step: length}
	all := make([]float64, len(steps))
	for i := range all {
		all[i] = row.value(&steps[i], t.Seconds(i, recorded))
	}
	return all
}

// isAsked reports whether anybody asks, or plays, in some steps.
func (r *drillRun) isAsked(steps [2]int) bool {
	for i := steps[0]; i < steps[1]; i++ {
		if r.users.all[i] > 0 {
			return true
		}
	}
	return false
}

// leastMoved is the share of all users from which on a site is named that takes them.
const leastMoved = 0.01

// moved returns which part of all users, while they are elsewhere, a site has more than before the event, or than without it.
func (r *drillRun) moved(site int, d *drill) float64 {
	share := func(of, whole []float64, steps [2]int) float64 {
		here, all := 0.0, 0.0
		for i := steps[0]; i < steps[1]; i++ {
			here, all = here+of[i], all+whole[i]
		}
		if all == 0 {
			return 0
		}
		return here / all
	}
	of := &r.sites[site]
	if r.calm != nil && !d.lasts { // without it the site that opens is always there
		return share(of.all, r.users.all, d.moved) - share(of.calm, r.users.calm, d.moved)
	}
	return share(of.all, r.users.all, d.moved) - share(of.all, r.users.all, d.before)
}
