package sim

import (
	"slices"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// A shareRule says which of a metro's users an entry takes, and when, where the metro has several entries.
// Every request draws a number that says who asks: uniform, 32 bits, the same under every placement.
type shareRule struct {
	epochs []int64  // the instants at which each epoch begins, the first 0
	upTo   []uint64 // the ends of the groups of users, the last 2^32
	// takes says by epoch and group whether the entry takes them; where sites open or close it has one more for each phase of the recorded time in which the
	// same sites are open, of how users would go if nothing else happened.
	takes [][]bool
	// resolvers, if any, say by which answer users go.
	resolvers *resolvers
	// times, if any, are those in which the way of the entry is the one to its site: links fail.
	times []span
}

// admits reports whether the rule takes a user who asks at an instant.
func (g *shareRule) admits(at int64, who uint32) bool {
	if g.times != nil && !within(g.times, at) {
		return false
	}
	if g.resolvers != nil {
		at = g.resolvers.learned(at, who)
	}
	e := len(g.epochs) - 1
	for g.epochs[e] > at {
		e--
	}
	i := 0
	for uint64(who) >= g.upTo[i] {
		i++
	}
	return g.takes[e][i]
}

// initial returns the share of the users that the rule takes when the run begins; nil takes all.
func (g *shareRule) initial() float64 {
	switch {
	case g == nil:
		return 1
	case g.times != nil && !within(g.times, 0):
		return 0
	}
	return g.part(0)
}

// usual returns the share of the users that the rule takes where nothing happens: when the run begins or, where sites open or close, in the end.
func (g *shareRule) usual() float64 {
	if g == nil {
		return 1
	}
	return g.inPhase(len(g.takes) - len(g.epochs) - 1)
}

// inPhase returns the share of the users that the rule takes in a phase, where nothing else happens.
func (g *shareRule) inPhase(number int) float64 {
	if g == nil || len(g.takes) == len(g.epochs) || g.times != nil && !within(g.times, 0) {
		return g.initial()
	}
	return g.part(len(g.epochs) + number)
}

// mean returns the share of the users that the rule takes on the mean, where phases have parts of the time and nothing else happens.
func (g *shareRule) mean(parts []float64) (sum float64) {
	if g == nil {
		return 1
	}
	for k, part := range parts {
		sum += float64(part * g.inPhase(k))
	}
	return sum
}

// isPlanned reports whether the rule takes any users in a phase where nothing else happens.
func (g *shareRule) isPlanned() bool {
	for k := range len(g.takes) - len(g.epochs) {
		if g.inPhase(k) > 0 {
			return true
		}
	}
	return false
}

// part returns the share of the users that the rule takes in an epoch.
func (g *shareRule) part(epoch int) float64 {
	taken, from := uint64(0), uint64(0)
	for i, takes := range g.takes[epoch] {
		if takes {
			taken += g.upTo[i] - from
		}
		from = g.upTo[i]
	}
	return float64(taken) / (1 << 32)
}

// comesUp reports whether users may ever take the way.
func (g *shareRule) comesUp() bool { return len(g.open()) > 0 }

// open returns when users may take the way, in order. Those who learn late where they are to go may whenever it is the one to its site.
func (g *shareRule) open() (all []span) {
	if g.resolvers != nil {
		if g.times != nil {
			return g.times
		}
		return always
	}
	for e, from := range g.epochs {
		to := int64(unknown)
		if e+1 < len(g.epochs) {
			to = g.epochs[e+1]
		}
		if slices.Contains(g.takes[e], true) {
			all = append(all, span{from, to})
		}
	}
	if g.times != nil {
		all = overlap(all, g.times)
	}
	return all
}

// always is all of the time.
var always = []span{{0, unknown}}

// overlap returns the times that lie in one of some and in one of others, which are in order.
func overlap(some, others []span) (both []span) {
	for i, k := 0, 0; i < len(some) && k < len(others); {
		if s := (span{max(some[i].from, others[k].from), min(some[i].to, others[k].to)}); s.from < s.to {
			both = append(both, s)
		}
		if some[i].to < others[k].to {
			i++
		} else {
			k++
		}
	}
	return both
}

// A share lets a source pass only the requests of its entry. All sources of a metro draw the same requests,
// and each takes its own: so what a request is does not depend on who serves it.
type share struct {
	rule *shareRule
	key  random.Key // addresses who asks, by the request's number
	next uint64     // number of the next request
	// skipped counts the requests since the last one taken. For each request taken and not yet served,
	// before holds how many had been skipped: the clients catch up on their random numbers.
	skipped uint32
	before  []uint32
	head    int
}

// who returns the number of the user behind a request.
func who(k random.Key, request uint64) uint32 { return uint32(k.At(request) >> 32) }

// admits takes the next request or skips it: it is of a visit, which stays with its entry, unless nobody visits.
func (g *share) admits(at int64, visit workload.Visit) bool {
	asks := g.next
	g.next++
	if visit != 0 {
		asks = uint64(visit.Name())
	}
	if !g.rule.admits(at, who(g.key, asks)) {
		g.skipped++
		return false
	}
	if g.head == len(g.before) || g.head > 2*blockRequests {
		g.before = append(g.before[:0], g.before[g.head:]...)
		g.head = 0
	}
	g.before = append(g.before, g.skipped)
	g.skipped = 0
	return true
}

// catchUp returns how many requests were skipped before the one that is served now.
func (g *share) catchUp() uint32 {
	g.head++
	return g.before[g.head-1]
}

// during returns the outage that costs a question its answer which leaves or comes at an instant, nil if there is none.
func during(outages []outage, at int64) *outage {
	i := slices.IndexFunc(outages, func(o outage) bool { return o.side != onTheWayBack && o.from <= at && at < o.to })
	if i < 0 {
		return nil
	}
	return &outages[i]
}
