package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// clockwork asks twice a second in every metro, at 100 ms, 600 ms and so on, for objects in turn of which each metro has some of its own.
type clockwork struct{ objects int }

func (clockwork) Validate() error    { return nil }
func (c clockwork) Catalogue() int   { return c.objects }
func (clockwork) PerSecond() float64 { return 6 }

func (c clockwork) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(metro int) workload.Source { return &clockworkSource{objects: c.objects, step: 1 + metro} }, nil
}

type clockworkSource struct {
	n             int64
	objects, step int
}

func (s *clockworkSource) Draw(to int64, b *workload.Batch) int {
	for n := range b.Len() {
		b.At[n] = int64(100*time.Millisecond) + s.n*int64(500*time.Millisecond)
		if len(b.Object) > 0 { // of what is cached
			b.Object[n] = uint32(int(s.n*s.n) * s.step % s.objects) // squares: some objects are asked for more often than others
		}
		if s.n++; b.At[n] >= to {
			return n + 1
		}
	}
	return b.Len()
}

// Whoever asks 400 ms before the end of a step, or earlier, is answered by the origin within it. So what is asked in a step is what ends in it, and what a tier
// of caches lacks in it is what the next is asked for in it, to the request: in every step of a drill in which sites fail one after another, the caches are purged and
// users are drained, or a site opens and closes. What a cache asks of a site that is down reaches nobody, and each of these requests fails.
func TestRequestsAreConservedInEveryStepAndTier(t *testing.T) {
	n, pops := star(t, 3, 5)
	w := workload.Workload{
		Head: workload.Head{Name: "site"}, Demand: clockwork{objects: 97}, Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 100, MaxBytes: 100}},
	}
	const step, steps = 20 * time.Second, 40
	at := func(n int) time.Duration { return time.Duration(n) * step }
	s := Scenario{
		Network: n, Workloads: []workload.Workload{w}, WarmUp: at(2), Duration: at(steps), Seed: 1, Timeline: &Steps{Step: step, ByMetro: true, BySite: true},
		Failures: []Failure{
			{Site: pops[0], At: at(7), For: at(3), Detection: 6 * time.Second, Timeout: 10 * time.Millisecond},
			{Site: pops[1], At: at(30), For: at(2), Detection: time.Second, Timeout: 10 * time.Millisecond},
			{Site: "region", At: at(17), For: at(2), Timeout: 10 * time.Millisecond},
		},
		Drains: []Drain{{Site: pops[2], At: at(13), For: at(2)}},
		Purges: []Purge{{At: at(24)}},
	}
	p := placement.RegionOnly("region").WithPoPs(1000, pops...).WithUpstream(open)
	shielded := p.WithCaches("shield", placement.Cache{Site: pops[0], CapacityBytes: 3000})
	for _, p := range []placement.Placement{p, shielded, withOpening(p, pops[2], at(9), at(36))} {
		r, err := Run(context.Background(), Job{Scenario: s, Placement: p})
		require.NoError(t, err)
		w, failedSteps := &r.Workloads[0], 0
		for k := range w.Course.Steps() {
			c := &w.Course.Steps()[k]
			require.EqualValues(t, 120, c.Requests(), "step %d: three metros ask twice a second", k)
			answered, failed := uint64(0), uint64(0)
			for o, n := range c.Outcomes {
				if o := Outcome(o); o == Failed || o == Rejected {
					failed += n
				} else {
					answered += n
				}
			}
			lost := c.Failures[NextTierDown]
			require.Equal(t, c.Latency.Count(), answered, "step %d", k)
			require.Equal(t, c.Unanswered(), failed, "step %d", k)
			require.Equal(t, lost+c.Failures[SiteDown], failed, "step %d", k)
			if failed > 0 {
				failedSteps++
			}
			// Down the tiers, to the origin.
			c.coverTiers(len(p.Tiers)) // those behind the last that was asked are not kept
			require.Equal(t, c.Requests()-c.Failures[SiteDown], c.Tiers[0].Requests, "step %d", k)
			below, loses := c.OriginRequests, len(c.Tiers)-1 // the region is down
			if k >= 5 && k < 8 {
				loses = 0 // the shield is
			}
			for tier := len(c.Tiers) - 1; tier >= 0; tier-- {
				of := c.Tiers[tier]
				if tier == loses {
					below += lost
				}
				require.Equal(t, below, of.Requests-of.Hits, "step %d, tier %d", k, tier)
				below = of.Requests
			}
			require.Equal(t, 100*c.OriginRequests, c.OriginBytes, "step %d", k)
			require.Equal(t, 100*answered, c.Bytes, "step %d", k)
			// Metros and sites are the same requests.
			var metros, sites CourseStep
			for _, m := range w.Course.Metros {
				require.EqualValues(t, 40, m.Steps()[k].Requests())
				metros.merge(&m.Steps()[k])
			}
			for n := range w.Sites {
				sites.merge(&w.Sites[n].Course.Steps()[k])
			}
			require.Equal(t, c.Outcomes, metros.Outcomes, "step %d", k)
			require.Equal(t, c.Outcomes, sites.Outcomes, "step %d", k)
			require.Equal(t, c.OriginRequests, sites.OriginRequests, "step %d", k)
			require.Equal(t, c.SumNs, metros.SumNs, "step %d", k)
			require.Equal(t, c.SumNs, sites.SumNs, "step %d", k)
		}
		require.GreaterOrEqual(t, failedSteps, 4)
		require.Positive(t, w.Course.Steps()[15].Failures[NextTierDown], "the region is down")
		require.Less(t, w.Course.Steps()[22].Tiers[0].Hits, w.Course.Steps()[21].Tiers[0].Hits, "the purge")
	}
}
