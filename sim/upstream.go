package sim

import (
	"cmp"
	"slices"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
)

// An upstream is a site that another needs: the next tier of a cache, the parent of a Local Zone. Where it
// can fail, the other site has a list of those that can stand in for each other, the first choice first.
type upstream struct {
	leg
	outages []outage
}

// isAvoided reports whether the site is known to be down at an instant, so that nobody asks it.
func (u *upstream) isAvoided(at int64) bool {
	return slices.ContainsFunc(u.outages, func(o outage) bool { return o.away <= at && at < o.to })
}

// firstChoice returns the upstream to be asked at an instant: the first that is not avoided, the first of all
// where all are.
func firstChoice(ups []upstream, at int64) int {
	return max(slices.IndexFunc(ups, func(u upstream) bool { return !u.isAvoided(at) }), 0)
}

// secondChoice returns the upstream to be asked after another has not answered, -1 if there is none.
func secondChoice(ups []upstream, at int64, first int) int {
	for i := range ups {
		if i != first && !ups[i].isAvoided(at) {
			return i
		}
	}
	return -1
}

// nextTiers returns the sites from which a cache can fetch, by round trip, backups last.
func (c *compiler) nextTiers(p *Plan, from string, role placement.Role) ([]upstream, error) {
	sites, err := c.upstreams(p, from, p.with(role))
	if err != nil {
		return nil, err
	}
	backups, err := c.upstreams(p, from, p.backups(role))
	return append(sites, backups...), err
}

// parents returns the regions that a Local Zone can call: its parent, then the backups that compute, by
// round trip.
func (c *compiler) parents(p *Plan, from string, parent leg, id string) ([]upstream, error) {
	backups, err := c.upstreams(p, from, slices.DeleteFunc(p.backups(placement.Compute), func(n int) bool {
		node, _ := c.net.Index(p.sites[n].id)
		return c.net.At(node).Kind != topology.Region || p.sites[n].id == id
	}))
	return append([]upstream{{parent, c.scenario.outagesOf(id)}}, backups...), err
}

// upstreams returns the ways from a site to others, by round trip; ties stay in order.
func (c *compiler) upstreams(p *Plan, from string, to []int) ([]upstream, error) {
	var ups []upstream
	for _, n := range to {
		l, err := c.leg(from, p.sites[n].id)
		if err != nil {
			return nil, err
		}
		l.to = n
		ups = append(ups, upstream{l, c.scenario.outagesOf(p.sites[n].id)})
	}
	slices.SortStableFunc(ups, func(a, b upstream) int { return cmp.Compare(a.rtt(), b.rtt()) })
	return ups, nil
}

// failing returns the upstreams that may come into play: none if the first never fails, else those up to the
// first that never does.
func failing(ups []upstream) []upstream {
	if len(ups) == 0 || len(ups[0].outages) == 0 {
		return nil
	}
	if last := slices.IndexFunc(ups, func(u upstream) bool { return len(u.outages) == 0 }); last >= 0 {
		return ups[:last+1]
	}
	return ups
}

// try says when the answer is back to a question that is asked at an instant and costs an upstream that is
// always free so much work. If there is none it returns the outage, and when whoever asks gives up: after the
// timeout, or when the answer would have come, if that is later.
func (u *upstream) try(at, work int64) (back int64, lost *outage) {
	there := at + u.up
	back = there + work + u.down
	if o := meets(u.outages, there, there); o != nil {
		return at + o.timeout, o
	}
	if o := meets(u.outages, there, there+work); o != nil {
		return max(at+o.timeout, back), o
	}
	return back, nil
}

// An attempt is what has been tried to get an answer from one of several upstreams.
type attempt struct {
	up     int   // which is asked
	asked  int64 // since when
	second bool  // another has not answered before
	waited int64 // until then, for those that have not answered
}

// newAttempt asks the first choice.
func newAttempt(ups []upstream, at int64) attempt {
	return attempt{up: firstChoice(ups, at), asked: at}
}

// moveOn asks the second choice when the first has not answered; it returns false where there is none.
func (a *attempt) moveOn(ups []upstream, at int64) bool {
	if a.second {
		return false
	}
	next := secondChoice(ups, at, a.up)
	if next < 0 {
		return false
	}
	*a = attempt{up: next, asked: at, second: true, waited: a.waited + at - a.asked}
	return true
}

// startOver asks the first choice again.
func (a *attempt) startOver(ups []upstream, at int64) {
	waited := a.waited + at - a.asked
	*a = newAttempt(ups, at)
	a.waited = waited
}

// callAgain says when a call is made again that has been given up: at once where there is a second choice,
// when the upstream is up again where calls wait for that; ok is false where the call has failed. up is when
// the outage ends.
func (a *attempt) callAgain(ups []upstream, waits bool, gaveUp, up int64) (at int64, ok bool) {
	if a.moveOn(ups, gaveUp) {
		return gaveUp, true
	}
	if !waits {
		return gaveUp, false
	}
	at = max(gaveUp, up)
	a.startOver(ups, at)
	return at, true
}
