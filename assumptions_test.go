package edgewise_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestAssumptionsStandWhereTheyBear(t *testing.T) {
	of := func(change func(*edgewise.Study)) string {
		s := slowStudy(t, 1, 0, 0)
		s.Duration = 10 * time.Second
		s.SkipWarmUpCheck = true
		change(s)
		c, err := s.Run(context.Background())
		require.NoError(t, err)
		return strings.Join(c.Assumed, "\n")
	}
	preset := func(s *edgewise.Study) {
		s.Workloads = []workload.Workload{workload.WebStatic().WithRequestsPerSecond(5), workload.APIDynamic().WithRequestsPerSecond(5)}
	}
	bare := func(*edgewise.Study) {}
	for _, c := range []struct {
		text     string
		with, no func(*edgewise.Study)
	}{
		{"files: every request finds an open connection: handshakes are free", bare, preset},
		{"api: clients receive at any rate", bare, preset},
		{"files: the origin's work takes no time", bare, preset},
		{"api: the work of who computes takes no time", bare, preset},
		{"however long that was idle (RFC 7661)", bare, preset},
		{"web-static: a response over an open connection begins with the initial window", preset, bare},
		{"web-static: answers to one user that are under way at once follow one another as they are ready", func(s *edgewise.Study) {
			preset(s)
			s.Workloads[0].Client.NewShare, s.Workloads[0].Visits = 0, workload.Visits{Requests: 5, Gap: time.Second}
		}, preset},
		{"web-static: objects are equally popular", preset, func(s *edgewise.Study) { preset(s); s.Workloads = s.Workloads[1:] }},
		{"looking up a name (DNS) takes no time", preset, func(s *edgewise.Study) {
			s.Workloads = []workload.Workload{workload.CompetitiveFPS().WithPlayers(20)}
		}},
		{"a site has one cache of a tier", bare, func(s *edgewise.Study) { s.Placements = s.Placements[1:] }},
		{"a connection is always open", bare, func(s *edgewise.Study) { s.Placements[0].Upstream = transport.Upstream{} }},
		{"stays open for 5s after the last answer; a new one costs tcp+tls1.3", func(s *edgewise.Study) { s.Placements[0].Upstream = transport.Upstream{} }, bare},
		{"a PoP passes requests on over connections that are always open", bare, func(s *edgewise.Study) { s.Placements = s.Placements[1:] }},
		{"a PoP passes dynamic requests on over connections of each workload", func(s *edgewise.Study) { s.Placements[0].Upstream = transport.Upstream{} }, bare},
		{"api-dynamic: the data lives in region alone", preset, func(s *edgewise.Study) {
			preset(s)
			s.Workloads[1] = workload.Change(s.Workloads[1], func(c *workload.Computed) { c.Data.Replicated = true })
		}},
		{"servers do not notice that a client has given up, and work for it all the same", retrying, preset},
		{"(skip_in_origin_region): mid-tier cache in region", withMidTier(false), withMidTier(true)},
		{"they begin with ages as if none evicted an object within its lifetime", steadyTiers(100_000, 1e6), steadyTiers(100, 1e6)},
		{"they begin with ages as if none evicted an object within its lifetime", steadyTiers(100_000, 1e6), steadyTiers(100_000, 1<<40)},
		{"downloads: 84 % of the requests are for five objects", func(s *edgewise.Study) {
			s.Workloads = []workload.Workload{workload.Downloads().WithRequestsPerSecond(5)}
		}, preset},
		{"servers are not shared by workloads: api-dynamic, second have 3 each at region", func(s *edgewise.Study) {
			preset(s)
			s.Workloads[0] = s.Workloads[1].Named("second")
			s.Workloads[0], s.Workloads[1] = s.Workloads[1], s.Workloads[0]
			for i := range s.Placements {
				s.Placements[i] = s.Placements[i].With()
				s.Placements[i].Sites[1].Servers = 3
			}
		}, preset},
		{"autoscaling looks every minute", func(s *edgewise.Study) {
			s.Placements[0] = s.Placements[0].With()
			s.Placements[0].Sites[1].Pools = []placement.Pool{{Servers: 3, Scale: placement.Scale{Most: 9, Target: .5}}}
		}, bare},
	} {
		require.Contains(t, of(c.with), c.text)
		require.NotContains(t, of(c.no), c.text)
	}
}

// retrying lets clients ask again, however long they wait.
func retrying(s *edgewise.Study) {
	s.Workloads = []workload.Workload{workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Patience.Retries = 2 })}
}

// withMidTier gives a study a tier before its origin, in the origin's region, that is passed by or not.
func withMidTier(isSkipped bool) func(*edgewise.Study) {
	return func(s *edgewise.Study) {
		s.Placements[0] = s.Placements[0].With()
		s.Placements[0].Tiers = append(s.Placements[0].Tiers, placement.Tier{
			Name: placement.MidTierCache, Caches: []placement.Cache{{Site: "region", CapacityBytes: 1 << 20}}, SkipInOriginRegion: isSkipped,
		})
	}
}

// steadyTiers has two tiers of caches of so many bytes that begin in their steady state, and objects that are fresh for so many seconds.
func steadyTiers(life, capacity int64) func(*edgewise.Study) {
	return func(s *edgewise.Study) {
		withMidTier(false)(s)
		p := &s.Placements[0]
		p.Tiers = slices.Clone(p.Tiers)
		for i := range p.Tiers {
			p.Tiers[i].Caches = slices.Clone(p.Tiers[i].Caches)
			for k := range p.Tiers[i].Caches {
				p.Tiers[i].Caches[k].Preload, p.Tiers[i].Caches[k].CapacityBytes = true, capacity
			}
		}
		s.Workloads = slices.Clone(s.Workloads)
		s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: 50, Objects: 1000}
		s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) {
			*c = c.Controlled(freshness.Control{MaxAge: freshness.For(time.Duration(life) * time.Second)})
		})
	}
}
