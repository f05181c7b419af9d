package sim

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// A nextHop is a site that another asks for what it lacks: a cache asks the next tier for an object, a compute
// site asks the home of its data. Who asks has a list of them that can stand in for each other, the first choice
// first: one where that never fails, else up to the first that never does.
type nextHop struct {
	leg
	// part is what is asked there.
	part part
	// remote says that the answer depends on what others ask: of a cache, of servers that may be busy. Then the
	// hop is asked by message; otherwise its answer is arithmetic.
	remote    bool
	outages   []outage
	away      []span     // when nobody asks the site who can ask another
	closed    []span     // when the way there is another: links fail
	errors    []span     // when an origin answers errors
	slow      []slowSpan // when it works more slowly; of a hop that is asked by message the site itself knows
	forWrites bool       // only requests that write take it, past the tiers of caches in between
	// keyed is how many of the hops, from this one on, have the objects of a tier among them, each those of its name; 0 where
	// the first of all is asked for any.
	keyed uint8
	name  uint64
	// dialer connects a cache to where it fetches from.
	dialer transport.Dialer
	lossy  *lossyWay // nil where no packet is lost, or what is asked for would not feel it
}

// A part is what a site has for others: a tier of caches, by its number, or one of the following.
type part uint8

const (
	// spillPart is the computers, which answer requests of users that another site had no room for.
	spillPart part = 253
	// originPart is the origin's servers.
	originPart part = 254
	// computePart is the computers, which answer calls for data.
	computePart part = 255
)

// isAvoided reports whether the site is known to be down at an instant, is drained or not open, so that nobody asks it, or is asked another way.
func (h *nextHop) isAvoided(at int64) bool { return within(h.away, at) || within(h.closed, at) }

// isSafe reports whether the site is always there, and the way to it.
func (h *nextHop) isSafe() bool { return h.outages == nil && h.away == nil && h.closed == nil }

// isSteady reports whether the hop never fails, loses nothing, is always as fast and has no state, so that its answer is a sum.
func (h *nextHop) isSteady() bool { return !h.remote && h.isSafe() && h.slow == nil && h.lossy == nil }

// isAlwaysAsked reports whether the hop is the one that is asked by message for all objects, never fails and loses nothing.
func (h *nextHop) isAlwaysAsked() bool {
	return h.remote && h.isSafe() && h.lossy == nil && h.keyed == 0 && !h.forWrites
}

// needsMessage reports whether a question that leaves at an instant must be sent. A site that is down when the
// question would arrive is sent none, and none is that is lost on its way.
func (h *nextHop) needsMessage(leaves int64) bool {
	return h.remote && h.missing(leaves) == nil
}

// missing returns the outage for which a question that leaves at an instant does not arrive, nil where it does.
func (h *nextHop) missing(leaves int64) *outage {
	if h.outages == nil {
		return nil
	}
	return during(h.outages, leaves+h.there)
}

// isBroken reports whether the site has been down since an instant at which it was asked last, up to another.
func (h *nextHop) isBroken(asked, now int64) bool {
	return h.outages != nil && wasDown(h.outages, asked+h.there, now+h.there)
}

// breaksUnder returns the outage that breaks the handshake of a question, which is asked at an instant and leaves behind the handshake at another; nil where there is none. The site goes down meanwhile, even if it is up
// again by then, or a link loses one of the packets of the handshake, each of which goes a round trip before the next.
func (h *nextHop) breaksUnder(asked, leaves int64) *outage {
	if h.outages == nil || leaves == asked {
		return nil
	}
	from, to := asked+h.there, leaves+h.there
	if o := metAtSite(h.outages, from, to); o != nil {
		return o
	}
	for at := to - h.rtt(); at >= from && h.rtt() > 0; at -= h.rtt() {
		if i := slices.IndexFunc(h.outages, func(o outage) bool { return o.side != atSite && o.from <= at && at < o.to }); i >= 0 {
			return &h.outages[i]
		}
	}
	return nil
}

// losesAnswer reports whether an answer that is here at an instant was lost on its way.
func (h *nextHop) losesAnswer(here int64) bool {
	left := here - h.back
	return slices.ContainsFunc(h.outages, func(o outage) bool { return o.side == onTheWayBack && o.from <= left && left < o.to })
}

// meets returns the outage for which a question that leaves at an instant has no answer, if the site would have
// its answer so long after it arrives; nil if there is none.
func (h *nextHop) meets(leaves, takes int64) *outage {
	if h.outages == nil {
		return nil
	}
	arrives := leaves + h.there
	return meets(h.outages, arrives, arrives+takes)
}

// try asks a site without state for so much work, and returns the instant at which the answer is back. Where there
// is no answer it returns the outage, and the instant at which whoever asks gives up: after the timeout, or when
// the answer would have come, if that is later.
func (h *nextHop) try(at, work int64) (back int64, lost *outage) {
	work = h.takes(at, work)
	back = at + h.there + work + h.back
	if h.outages == nil {
		return back, nil
	}
	if o := h.missing(at); o != nil {
		return at + o.timeout, o
	}
	if o := h.meets(at, work); o != nil {
		return max(at+o.timeout, back), o
	}
	return back, nil
}

// takes returns how long a site without state works on a question that leaves at an instant.
func (h *nextHop) takes(leaves, work int64) int64 {
	if h.slow == nil {
		return work
	}
	return slowed(h.slow, leaves+h.there, work)
}

// silence returns the outage behind the news, of an instant, that a question has no answer, and when whoever has
// asked gives up. The news takes as long as the answer would have, but nobody hears it: a site that waits gives up
// after the timeout, or when the answer would have come, if that is later.
func (h *nextHop) silence(asked, news int64) (gaveUp int64, o *outage) {
	o = meets(h.outages, asked+h.there, news-h.back)
	return max(asked+o.timeout, news), o
}

// An attempt is what has been tried to get an answer from one of several next hops.
type attempt struct {
	asked  int64 // since when the choice is asked; of one that has answered, until when others on the way were waited for in vain
	waited int64 // ns, for choices before it that have not answered
	choice uint8 // which hop is asked
	second bool  // the first choice has not answered, or one further up
}

// newAttempt asks the first choice: the first hop that is not avoided, the first of all where all are.
func newAttempt(hops []nextHop, at int64, key uint64) attempt {
	return attempt{asked: at, choice: firstChoice(hops, at, key)}
}

func firstChoice(hops []nextHop, at int64, key uint64) uint8 {
	if len(hops) == 1 {
		return 0
	}
	if hops[0].keyed > 0 {
		if n := choiceOf(hops, key, func(h *nextHop) bool { return !h.isAvoided(at) }); n >= 0 {
			return uint8(n)
		}
	}
	n := slices.IndexFunc(hops, func(h nextHop) bool { return !h.isAvoided(at) && !h.forWrites })
	if n < 0 {
		n = slices.IndexFunc(hops, func(h nextHop) bool { return !within(h.closed, at) && !h.forWrites })
	}
	return uint8(max(n, 0))
}

// choiceOf returns which of the hops that have a tier's objects among them has one, of those that will do; -1 if none will. Each
// hop has a random number for the object, and that with the largest has it (rendezvous hashing: Thaler and Ravishankar 1998).
func choiceOf(hops []nextHop, key uint64, will func(*nextHop) bool) int {
	best, most := -1, uint64(0)
	for n := range hops[:hops[0].keyed] {
		h := &hops[n]
		if !will(h) {
			continue
		}
		if u := random.Key(h.name).At(key); best < 0 || u > most {
			best, most = n, u
		}
	}
	return best
}

// partsOf returns the hops, by number, of which each has about as much of what a tier has when those sites are open that are at an instant: the first
// way to each of the caches that have its objects among them, or else the first hop alone. Where none of those caches is open it is who stands in.
func (p *Plan) partsOf(hops []nextHop, at int64) (parts []int) {
	keyed := int(hops[0].keyed)
	for n := range hops {
		switch {
		case len(parts) > 0 && n >= keyed:
			return parts
		case !hops[n].forWrites && p.isOpen(hops[n].to, at) && (n == 0 || hops[n].to != hops[n-1].to):
			parts = append(parts, n)
		}
	}
	return parts
}

// moveOn asks the second choice when the first has not answered: another that is not avoided. It returns false
// where there is none.
func (a *attempt) moveOn(hops []nextHop, at int64) bool {
	if a.second {
		return false
	}
	for i := range hops {
		if uint8(i) != a.choice && !hops[i].isAvoided(at) && !hops[i].forWrites {
			*a = attempt{asked: at, waited: a.waited + at - a.asked, choice: uint8(i), second: true}
			return true
		}
	}
	return false
}

// startOver asks the first choice again.
func (a *attempt) startOver(hops []nextHop, at int64) {
	*a = attempt{asked: at, waited: a.waited + at - a.asked, choice: firstChoice(hops, at, 0)}
}

// maxHops bounds a list of next hops; the number of a choice is a byte.
const maxHops = 255

// nextTiers returns, by site and tier, where the cache there fetches the objects of a workload from; nil where there
// is no cache.
func (c *compiler) nextTiers(p *Plan, workload string, writes bool) ([][][]nextHop, error) {
	all := make([][][]nextHop, len(p.sites))
	for i := range p.sites {
		all[i] = make([][]nextHop, len(p.placement.Tiers))
		for tier, at := range p.sites[i].caches {
			if at == nil {
				continue
			}
			hops, err := c.nextTier(p, p.sites[i].id, tier, workload)
			if err == nil && tier == int(firstTier) && writes {
				hops, err = c.withWaysOfWrites(p, p.sites[i].id, hops, workload)
			}
			if err != nil {
				return nil, fmt.Errorf("site %q: %w", p.sites[i].id, err)
			}
			all[i][tier] = hops
		}
	}
	return all, nil
}

// nextTier returns the sites from which a cache of a tier can fetch, by round trip, backups last: the caches of the
// next tier that is not to be skipped or, behind the last, the origins. Whether a tier is skipped depends on the
// origin: the nearest to the cache that asks, of those that its own tier stands before.
func (c *compiler) nextTier(p *Plan, from string, tier int, workload string) ([]nextHop, error) {
	origins, err := c.byRoundTrip(p, from, p.serving(placement.Origin, workload, false))
	if err != nil {
		return nil, err
	}
	// The others come into play where those do not answer.
	slices.SortStableFunc(origins, func(a, b nextHop) int {
		return cmp.Compare(rankOf(p, tier, a.to), rankOf(p, tier, b.to))
	})
	origin := p.sites[origins[0].to].id
	for next := tier + 1; next < len(p.placement.Tiers); next++ {
		t := &p.placement.Tiers[next]
		if !t.StandsBefore(origin) {
			continue
		}
		caches, err := c.byRoundTrip(p, from, p.serving(placement.Role(t.Name), workload, false))
		if err != nil {
			return nil, err
		}
		if t.SkipInOriginRegion && c.isInRegion(p.sites[caches[0].to].id, origin) {
			continue
		}
		if t.Choice == placement.CacheByOrigin {
			if err := c.sortByOrigin(p, caches, origin); err != nil {
				return nil, err
			}
		}
		backups, err := c.byRoundTrip(p, from, p.serving(placement.Role(t.Name), workload, true))
		if err != nil {
			return nil, err
		}
		ready := func(h *nextHop) { h.part, h.remote = part(next), true }
		if t.Choice == placement.HashedCache && len(caches) > 1 {
			return p.keyedHops(caches, backups, ready)
		}
		return p.fetchFrom(append(caches, backups...), ready)
	}
	return c.fromOrigins(p, from, origins, workload)
}

// fromOrigins returns the hops to origins, backups last.
func (c *compiler) fromOrigins(p *Plan, from string, origins []nextHop, workload string) ([]nextHop, error) {
	backups, err := c.byRoundTrip(p, from, p.serving(placement.Origin, workload, true))
	if err != nil {
		return nil, err
	}
	return p.fetchFrom(append(origins, backups...), func(h *nextHop) {
		h.part, h.remote = originPart, p.sites[h.to].origin.ServersFor(workload) > 0
		h.slow = p.scenario.slowAt(p.sites[h.to].id)
		h.errors = p.scenario.errorsOf(p.sites[h.to].id)
	})
}

// withWaysOfWrites returns the hops of a first tier of caches with those that requests which write take: past all other tiers to the origins, the nearest
// first, as Amazon CloudFront does it (Developer Guide, "How CloudFront works with regional edge caches").
func (c *compiler) withWaysOfWrites(p *Plan, from string, hops []nextHop, workload string) ([]nextHop, error) {
	if hops[0].part == originPart {
		return hops, nil
	}
	origins, err := c.byRoundTrip(p, from, p.serving(placement.Origin, workload, false))
	if err != nil {
		return nil, err
	}
	if origins, err = c.fromOrigins(p, from, origins, workload); err != nil {
		return nil, err
	}
	for i := range origins {
		origins[i].forWrites = true
	}
	if all := append(hops, origins...); len(all) <= maxHops {
		return all, nil
	}
	return nil, fmt.Errorf("%d ways to fetch and %d to write are taken in turn; want %d at most, by fewer events of links", len(hops), len(origins), maxHops)
}

// fetchFrom returns the hops of a cache that come into play, each made ready and with what connects to it.
func (p *Plan) fetchFrom(hops []nextHop, ready func(*nextHop)) ([]nextHop, error) {
	return asHops(hops, func(h *nextHop) {
		ready(h)
		h.connectBy(&p.placement.Upstream)
	})
}

// keyedHops returns hops that have the objects of a tier among them, and what stands in for them.
func (p *Plan) keyedHops(caches, backups []nextHop, ready func(*nextHop)) ([]nextHop, error) {
	if len(caches) > maxHops {
		return nil, fmt.Errorf("%d caches, or ways to them, have the objects of a tier among them; want %d at most", len(caches), maxHops)
	}
	all, err := upToMost(append(caches, upToSafe(backups)...))
	if err != nil {
		return nil, err
	}
	for i := range all {
		h := &all[i]
		ready(h)
		h.name = random.Entity(p.sites[h.to].id)
		h.connectBy(&p.placement.Upstream)
	}
	all[0].keyed = uint8(len(caches))
	return all, nil
}

// sortByOrigin puts caches into the order of their round trips to an origin; ties stay in order.
func (c *compiler) sortByOrigin(p *Plan, caches []nextHop, origin string) error {
	to := make(map[int]int64, len(caches))
	for _, h := range caches {
		l, err := c.leg(p, p.sites[h.to].id, origin)
		if err != nil {
			return err
		}
		to[h.to] = l.rtt()
	}
	slices.SortStableFunc(caches, func(a, b nextHop) int { return cmp.Compare(to[a.to], to[b.to]) })
	return nil
}

// rankOf returns 0 for an origin that a tier stands before, 1 for another.
func rankOf(p *Plan, tier, origin int) int {
	if p.placement.Tiers[tier].StandsBefore(p.sites[origin].id) {
		return 0
	}
	return 1
}

// isInRegion reports whether a site is a region or belongs to it.
func (c *compiler) isInRegion(site, region string) bool {
	node, _ := c.net.Index(site)
	return site == region || c.net.At(node).Parent == region
}

// asHops returns the hops that come into play, each made ready.
func asHops(hops []nextHop, ready func(*nextHop)) ([]nextHop, error) {
	hops, err := upToMost(upToSafe(hops))
	for i := range hops {
		ready(&hops[i])
	}
	return hops, err
}

// homes returns, by site, where the calls of a workload go; nil where a site does not compute. Calls that stay at a
// site find the same servers as those from elsewhere. Calls of games are arithmetic: they find servers that are always
// free.
func (c *compiler) homes(p *Plan, w *workload.Workload, kind Kind) ([][]nextHop, error) {
	data := w.DataCalls()
	all := make([][]nextHop, len(p.sites))
	for i := range p.sites {
		if p.sites[i].compute == nil {
			continue
		}
		hops, err := c.dataHops(p, w.Name, p.sites[i].id, c.scenario.homeOfSite(p.placement, w, p.sites[i].id))
		if err == nil {
			all[i], err = asHops(hops, func(h *nextHop) {
				h.part = computePart
				h.remote = kind == Computed && data.Calls > 0 && h.to >= 0 && p.sites[h.to].compute.ServersFor(w.Name) > 0
			})
		}
		if err != nil {
			return nil, fmt.Errorf("site %q: %w", p.sites[i].id, err)
		}
	}
	return all, nil
}

// dataHops returns where a compute site's calls go: to the home of the data; then to the backups among the regions that compute, by round trip. Calls that stay at the
// site take no time on the way.
func (c *compiler) dataHops(p *Plan, workload, site, home string) ([]nextHop, error) {
	if home == site {
		return []nextHop{{leg: leg{to: p.number(site)}, slow: c.scenario.slowAt(site)}}, nil
	}
	l, err := c.leg(p, site, home)
	if err != nil {
		return nil, err
	}
	if n := p.number(home); n >= 0 && p.sites[n].compute != nil {
		l.to = n
	}
	backups, err := c.byRoundTrip(p, site, slices.DeleteFunc(p.serving(placement.Compute, workload, true), func(n int) bool {
		node, _ := c.net.Index(p.sites[n].id)
		return c.net.At(node).Kind != topology.Region || p.sites[n].id == home
	}))
	for i := range backups {
		backups[i].slow = c.scenario.slowAt(p.sites[backups[i].to].id)
	}
	if err != nil {
		return nil, err
	}
	ways, err := c.inTurn(site, nextHop{leg: l, outages: c.scenario.outagesOf(home), away: c.scenario.awayIn(&p.placement, home), slow: c.scenario.slowAt(home)}, home)
	return append(ways, backups...), err
}

// number returns the number of a site, -1 if the placement does not have it.
func (p *Plan) number(id string) int {
	return slices.IndexFunc(p.sites, func(s plannedSite) bool { return s.id == id })
}

// byRoundTrip returns the hops from a site to others, by round trip; ties stay in order.
func (c *compiler) byRoundTrip(p *Plan, from string, to []int) ([]nextHop, error) {
	var hops []nextHop
	for _, n := range to {
		l, err := c.leg(p, from, p.sites[n].id)
		if err != nil {
			return nil, err
		}
		l.to = n
		hops = append(hops, nextHop{leg: l, outages: c.scenario.outagesOf(p.sites[n].id), away: c.scenario.awayIn(&p.placement, p.sites[n].id)})
	}
	slices.SortStableFunc(hops, func(a, b nextHop) int { return cmp.Compare(a.rtt(), b.rtt()) })
	if len(c.states) == 0 {
		return hops, nil
	}
	var all []nextHop
	for _, h := range hops {
		ways, err := c.inTurn(from, h, p.sites[h.to].id)
		if err != nil {
			return nil, err
		}
		all = append(all, ways...)
	}
	return all, nil
}

// upToSafe returns the hops up to the first that never fails: no other comes into play.
func upToSafe(hops []nextHop) []nextHop {
	if safe := slices.IndexFunc(hops, func(h nextHop) bool { return h.isSafe() }); safe >= 0 {
		hops = hops[:safe+1]
	}
	return hops
}

// upToMost returns as many hops as choices can be told apart. Sites that are farther are never asked; ways that come and go all count.
func upToMost(hops []nextHop) ([]nextHop, error) {
	if len(hops) > maxHops && slices.ContainsFunc(hops, func(h nextHop) bool { return h.closed != nil }) {
		return nil, fmt.Errorf("%d ways are taken in turn as links fail or are impaired; want %d at most, by fewer events of links", len(hops), maxHops)
	}
	return hops[:min(len(hops), maxHops)], nil
}
