package sim

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// A past is what requests for the objects of a workload have left at the caches of all tiers when a run begins, where that is in no closed form:
//   - of slices, of which a request fetches several at once;
//   - where answers come from any of several independent servers, each with a copy of an age of its own;
//   - where a cache behind the first tier answers with what is too old while it fetches it anew, so that who has asked for it asks again;
//   - where caches of several tiers evict objects within their lifetime, or pass on what users in visits ask for.
//
// The requests are replayed, object by object: see [replay]. A cache evicts an object that it was not asked for in its characteristic
// time (Che, Tung and Wang 2002), which is all that objects have to do with each other. Fetching takes no time. Other objects that age on
// their way have [cycles].
type past struct {
	*preloader
	number int
	tiers  []*pastTier // from the user
	at     map[*tier]*pastTier
	// isReplayed says of which things requests are, lifetimes for how many.
	isReplayed []bool
	lifetimes  int64
	// evicts says that caches evict things within their lifetime there: see [Scenario.followsEvictions].
	evicts bool
}

// A pastTier is what there is of a workload at a cache.
type pastTier struct {
	*tier
	past    *past
	nth     int
	site    *site
	share   float64 // of what the cache is asked for, of each server
	servers []pastServer
	leaves  []int64   // how long behind the last request for it a thing leaves the cache, in ns, by server; see [preloader.leavesAfter]
	asked   []float64 // how often in a second, by thing; nil where users ask
	asks    float64   // how often in a second the cache asks for things itself, as it has none that is fresh
	parts   []float64 // what part of what it is asked for that is, by thing, where nothing is evicted there; nil elsewhere
}

// A pastServer is one of the servers that hold copies of their own.
type pastServer struct {
	copies []pastCopy // of the object that is replayed, by slice
	last   []int64    // when each was asked for last, in ns, 0 for not at all
	left   []pastLeft // what the requests have left, in the order of the things
}

// A pastLeft is what requests have left of a thing.
type pastLeft struct {
	thing uint32
	last  int64
	pastCopy
}

// A pastCopy is one that has come since an instant, as it was at another, in ns; 0 for none.
type pastCopy struct{ asOf, since int64 }

// isReplayed reports whether what objects that age begin with is found out by replaying requests, whatever caches evict.
func (s *Scenario) isReplayed(p *placement.Placement) bool {
	if !s.ages(p) {
		return false
	}
	return p.SliceBytes > 0 || slices.ContainsFunc(p.Tiers[1:], func(t placement.Tier) bool {
		return s.passesOnStale(&t) || slices.ContainsFunc(t.Caches, func(c placement.Cache) bool { return copiesIn(&c) > 1 })
	})
}

// passesOnStale reports whether caches of a tier answer with objects that are too old while they fetch them.
func (s *Scenario) passesOnStale(t *placement.Tier) bool {
	for i := range s.Workloads {
		w := &s.Workloads[i]
		service, isCacheable := w.Service.(workload.Cacheable)
		if !isCacheable {
			continue
		}
		for _, control := range controlsOf(&service) {
			policy := policyOf(&service, t.RulesOf(w.Name), control)
			if policy.Lifetime() < int64(maxRun) && policy.ServesStaleFor() > 0 {
				return true
			}
		}
	}
	return false
}

// copiesIn returns how many copies of an object a cache may hold: one, or one for each of its independent servers.
func copiesIn(c *placement.Cache) int {
	if c.Servers.Spread == placement.Independent {
		return c.Servers.Apart()
	}
	return 1
}

// replayPasts finds out what there is at the caches of sites, by workload, where requests are to be replayed, and reports whether they are.
func (p *preloader) replayPasts(sites []*site, c *cycles, d *scratch) (isReplayed bool, err error) {
	p.pasts = nil
	s := &p.plan.scenario
	if !s.mayReplay(&p.plan.placement) {
		return false, nil
	}
	always, follows, rounds := s.isReplayed(&p.plan.placement), s.followsEvictions(&p.plan.placement), 1
	var leaves map[*tier][]float64
	if follows {
		leaves, err = p.leavesAfter(sites, c, d)
		if err != nil || !always && !p.evictsWithinLifetimes(leaves) && !p.passesOnVisits(sites) {
			return false, err
		}
		rounds = settlingRounds
	}
	for round := range rounds {
		if round > 0 {
			if leaves, err = p.leavesAfter(sites, nil, d); err != nil {
				return false, err
			}
		}
		p.pasts = nil // of the round before
		pasts := make([]*past, len(p.workloads))
		for i := range p.workloads {
			if p.workloads[i].perSecond == nil {
				continue
			}
			h := &past{preloader: p, number: i, at: make(map[*tier]*pastTier), isReplayed: make([]bool, len(p.workloads[i].popularity)), lifetimes: s.lifetimesBack(&p.plan.placement), evicts: follows}
			for number := range p.plan.placement.Tiers {
				for _, s := range sites {
					if t := s.tiers[number]; t != nil && t.aging != nil && t.aging.contents[i] != nil {
						h.add(t, s, leaves[t])
					}
				}
			}
			if len(h.tiers) == 0 {
				continue
			}
			if err := h.replay(d); err != nil {
				return false, err
			}
			pasts[i] = h
		}
		p.pasts = pasts
	}
	return true, nil
}

// settlingRounds is how often requests are replayed, so that caches behind others evict as those requests have it that they are asked by. They begin with what Che's
// approximation says of caches that take these for requests each on its own.
const settlingRounds = 2

// leavesAfter returns how long behind the last request for it a thing leaves a server of each cache of sites, in seconds.
func (p *preloader) leavesAfter(sites []*site, c *cycles, d *scratch) (map[*tier][]float64, error) {
	leaves := make(map[*tier][]float64)
	err := p.eachTier(sites, c, d, func(int, placement.Cache) bool { return true }, func(t *tier, _ *site, _ rates, longest []float64) { leaves[t] = longest })
	return leaves, err
}

// evictsWithinLifetimes reports whether caches evict objects that are fresh.
func (p *preloader) evictsWithinLifetimes(leaves map[*tier][]float64) bool {
	for t, longest := range leaves {
		for _, c := range t.aging.contents {
			if c == nil {
				continue
			}
			for class := range c.policies {
				life := c.policies[class].Lifetime()
				if life < int64(maxRun) && time.Duration(life).Seconds() > slices.Min(longest) {
					return true
				}
			}
		}
	}
	return false
}

// passesOnVisits reports whether caches pass on what users ask for several times in a row.
func (p *preloader) passesOnVisits(sites []*site) bool {
	if len(p.plan.placement.Tiers) < 2 {
		return false
	}
	for i := range p.workloads {
		w := &p.workloads[i]
		if w.perSecond == nil {
			continue
		}
		hottest := slices.Max(w.popularity)
		for _, s := range sites {
			if t := s.tiers[firstTier]; t != nil {
				if gaps := p.gapsOf(t, i, float64(w.perSecond[s.id]*hottest)); gaps.ComeInVisits() {
					return true
				}
			}
		}
	}
	return false
}

func (h *past) add(t *tier, s *site, leaves []float64) {
	w := &h.workloads[h.number]
	of := &pastTier{tier: t, past: h, nth: len(h.tiers), site: s, share: t.servers.share()}
	most := 1
	if w.sliced != nil {
		for object := range len(w.sliced.first) - 1 {
			most = max(most, int(w.sliced.first[object+1]-w.sliced.first[object]))
		}
	}
	n := 1
	if of.share < 1 {
		n = t.servers.apart()
	}
	for range n {
		of.servers = append(of.servers, pastServer{copies: make([]pastCopy, most), last: make([]int64, most)})
	}
	for server := range t.servers.apart() {
		seconds := math.Inf(1)
		if h.evicts {
			seconds = leaves[server]
		}
		of.leaves = append(of.leaves, inNs(seconds))
	}
	if !h.evicts {
		of.parts = make([]float64, len(w.popularity))
		for server := range of.servers {
			of.servers[server].left = make([]pastLeft, 0, len(w.popularity))
		}
	}
	if t.number != firstTier {
		of.asked = make([]float64, len(w.popularity))
	}
	h.tiers = append(h.tiers, of)
	h.at[t] = of
}

// leavesIn returns how long behind the last request for it a thing leaves one of the servers, in ns.
func (of *pastTier) leavesIn(server, k int) int64 {
	if of.share == 1 {
		server = of.past.shardOf(of.tier, of.past.number, k)
	}
	return of.leaves[server]
}

// pastAt returns what there is of a workload at a cache, nil where nothing was replayed.
func (p *preloader) pastAt(t *tier, number int) *pastTier {
	if p.pasts == nil || p.pasts[number] == nil {
		return nil
	}
	return p.pasts[number].at[t]
}

// has reports whether requests for a thing were replayed.
func (of *pastTier) has(k int) bool { return of != nil && of.past.isReplayed[k] }

// saysAll reports whether how often a cache asks for a thing itself is what requests for it have left, evictions included.
func (of *pastTier) saysAll(k int) bool { return of.has(k) && of.past.evicts }

// sharedLifetimesBack is how far back in time requests are replayed. Each slice by itself is as in an endless run from the first lifetime on. But slices that are
// fetched at once become too old at once, until a request asks for some of them alone, and the popular ones drift apart for hundreds of lifetimes: where these
// began together 12 % too many requests found all of their slices after 20 lifetimes, of an object with ten slices of which six in ten requests want three or four.
// So they begin apart, and come together where they do within some lifetimes: after so many 1 % too few find all.
//
// So do copies at the caches before one that answers with what is too old.
const sharedLifetimesBack = 40

// wholeLifetimesBack is the same of whole objects that no cache hands on too old, nor any of independent servers. They begin with what the last cache before the origin has in
// a long run, and forget the rest within two lifetimes.
const wholeLifetimesBack = 4

// lifetimesBack returns for how many lifetimes requests are replayed at the caches of a placement.
func (s *Scenario) lifetimesBack(p *placement.Placement) int64 {
	if s.isReplayed(p) {
		return sharedLifetimesBack
	}
	return wholeLifetimesBack
}

// back returns how far back requests for a thing are replayed, in ns: 0 where it does not become too old.
func (h *past) back(k int) (longest int64) {
	t, key := h.tiers[0].tier, h.keyOf(h.number, k)
	for {
		control, policy := t.aging.said(h.number, key)
		if !policy.Keeps(control.Answer()) {
			return 0
		}
		life := t.aging.lifeOf(h.number, key)
		if life < int64(maxRun) {
			longest = max(longest, life)
		}
		behind := h.behind(t, h.number)
		if behind == nil {
			if life >= int64(maxRun) {
				return 0
			}
			return longest * h.lifetimes
		}
		t = behind(k)
	}
}

// addReplayed adds how often a cache behind others is asked for things for which requests were replayed.
func (p *preloader) addReplayed(t *tier, of rates) {
	for i := range of {
		if past := p.pastAt(t, i); past != nil && past.past.evicts {
			for k, asked := range past.asked {
				of[i].objects[k] += asked
			}
		}
	}
}

// leftOf returns what requests have left of a thing at a server, nil for nothing.
func (of *pastTier) leftOf(server, k int) *pastLeft {
	if of.share == 1 {
		server = 0
	}
	left := of.servers[server].left
	n, ok := slices.BinarySearchFunc(left, uint32(k), func(l pastLeft, k uint32) int { return cmp.Compare(l.thing, k) })
	if !ok {
		return nil
	}
	return &left[n]
}

// lastAsked draws how long ago a server of a cache behind others was asked for a thing last that it is asked for at a rate, in seconds. Where nothing was evicted as
// requests were replayed, what others ask for as they have evicted it comes at random.
func (of *pastTier) lastAsked(server, k int, rate float64, stream *random.Stream) (ago float64) {
	replayed := rate
	if !of.past.evicts {
		replayed = float64(of.share * of.asked[k])
	}
	switch left := of.leftOf(server, k); {
	case left != nil:
		ago = time.Duration(-left.last).Seconds()
	case replayed > 0:
		ago = time.Duration(of.past.back(k)).Seconds() + stream.Exp()/replayed // before all that was replayed
	default:
		ago = math.Inf(1)
	}
	if more := rate - replayed; more > 0x1p-20*rate {
		ago = min(ago, stream.Exp()/more)
	}
	return ago
}

// copyAt returns as of when a server has a thing that it was asked for last so many ns ago, and since when.
func (of *pastTier) copyAt(server, k int, ago int64) (asOf, since int64) {
	left := of.leftOf(server, k)
	if left == nil || left.pastCopy == (pastCopy{}) { // nobody has asked for it since it would be too old
		return -ago, -ago
	}
	if of.asked == nil {
		return min(left.asOf, -ago), min(left.since, -ago)
	}
	return left.asOf, left.since
}
