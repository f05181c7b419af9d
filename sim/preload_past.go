package sim

import (
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// A past is what requests for the objects of a workload have left at the caches of all tiers when a run begins, where that is in no closed form: of slices,
// of which a request fetches several at once, where answers come from any of several independent servers, each with a copy of an age of its own, and where a cache behind the
// first tier answers with what is too old while it fetches it anew, so that who has asked for it asks again. The
// requests are replayed, object by object: see [replay]. Objects have nothing to do with each other as long as no cache evicts one within its lifetime, which is
// assumed, and so is that fetching takes no time. Other objects that age on their way have [cycles].
type past struct {
	*preloader
	number int
	tiers  []*pastTier // from the user
	at     map[*tier]*pastTier
}

// A pastTier is what there is of a workload at a cache.
type pastTier struct {
	*tier
	nth     int
	site    *site
	share   float64 // of what the cache is asked for, of each server
	servers []pastServer
	asked   []float64 // how often in a second, by thing; nil where users ask
	asks    []float64 // what part of that the cache asks for itself, as it has none that is fresh
}

// A pastServer is one of the servers that hold copies of their own.
type pastServer struct {
	copies []pastCopy // by thing
	last   []int64    // when each was asked for last, in ns, 0 for not at all; nil where users ask
}

// A pastCopy is one that has come since an instant, as it was at another, in ns; 0 for none.
type pastCopy struct{ asOf, since int64 }

// isReplayed reports whether what objects that age begin with is found out by replaying requests.
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
		controls := []freshness.Control{{}} // where nothing is said
		if len(service.Controls) > 0 {
			controls = controls[:0]
			for _, c := range service.Controls {
				controls = append(controls, c.Control)
			}
		}
		for _, control := range controls {
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

// replayPasts finds out what there is at the caches of sites, by workload, where requests are to be replayed.
func (p *preloader) replayPasts(sites []*site, d *scratch) error {
	p.pasts = nil
	if !p.plan.scenario.isReplayed(&p.plan.placement) {
		return nil
	}
	p.pasts = make([]*past, len(p.workloads))
	for i := range p.workloads {
		if p.workloads[i].perSecond == nil {
			continue
		}
		h := &past{preloader: p, number: i, at: make(map[*tier]*pastTier)}
		for number := range p.plan.placement.Tiers {
			for _, s := range sites {
				if t := s.tiers[number]; t != nil && t.aging != nil && t.aging.contents[i] != nil {
					h.add(t, s)
				}
			}
		}
		if len(h.tiers) == 0 {
			continue
		}
		p.pasts[i] = h
		if err := h.replay(d); err != nil {
			return err
		}
	}
	return nil
}

func (h *past) add(t *tier, s *site) {
	things := len(h.workloads[h.number].popularity)
	of := &pastTier{tier: t, nth: len(h.tiers), site: s, share: t.servers.share(), asks: make([]float64, things)}
	n := 1
	if of.share < 1 {
		n = t.servers.apart()
	}
	for range n {
		server := pastServer{copies: make([]pastCopy, things)}
		if t.number != firstTier {
			server.last = make([]int64, things)
		}
		of.servers = append(of.servers, server)
	}
	if t.number != firstTier {
		of.asked = make([]float64, things)
	}
	h.tiers = append(h.tiers, of)
	h.at[t] = of
}

// pastOf returns the past of a thing of a workload at a cache, nil where it has none.
func (p *preloader) pastOf(t *tier, number, k int) *pastTier {
	if p.pasts == nil || p.pasts[number] == nil {
		return nil
	}
	if of := p.pasts[number].at[t]; of != nil && p.pasts[number].back(k) > 0 {
		return of
	}
	return nil
}

// lifetimesBack is how far back in time requests are replayed. Each slice by itself is as in an endless run from the first lifetime on. But slices that are
// fetched at once become too old at once, until a request asks for some of them alone, and the popular ones drift apart for hundreds of lifetimes: where these
// began together 12 % too many requests found all of their slices after 20 lifetimes, of an object with ten slices of which six in ten requests want three or four.
// So they begin apart, and come together where they do within some lifetimes: after so many 1 % too few find all.
const lifetimesBack = 40

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
			return longest * lifetimesBack
		}
		t = behind(k)
	}
}

// lastAsked draws how long ago a server of a cache behind others was asked for a thing last that it is asked for at a rate, in seconds. What caches ask for of which
// all hold what they have got was replayed; what they ask for beyond that, as they have evicted it, comes at random.
func (p *preloader) lastAsked(of *pastTier, server, number, k int, rate float64, stream *random.Stream) (ago float64) {
	if of.share == 1 {
		server = 0
	}
	replayed := float64(of.share * of.asked[k])
	switch last := of.servers[server].last[k]; {
	case last != 0:
		ago = time.Duration(-last).Seconds()
	case replayed > 0:
		ago = time.Duration(p.pasts[number].back(k)).Seconds() + stream.Exp()/replayed
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
	if of.share == 1 {
		server = 0
	}
	c := of.servers[server].copies[k]
	if c == (pastCopy{}) { // nobody has asked for it since it would be too old
		return -ago, -ago
	}
	if of.asked == nil {
		c.asOf, c.since = min(c.asOf, -ago), min(c.since, -ago)
	}
	return c.asOf, c.since
}
