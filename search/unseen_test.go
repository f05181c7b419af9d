package search

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// linked returns a metro and a region that a link like another joins.
func linked(t *testing.T, l topology.Link) *topology.Network {
	t.Helper()
	l.From, l.To, l.Kind = "metro", "region", topology.Internet
	n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region}}, l.Both())
	require.NoError(t, err)
	return n
}

func TestTheSurrogateSaysWhatOfCachesItDoesNotKnow(t *testing.T) {
	candidate := func(c placement.Cache) func(*Problem, *workload.Cacheable) {
		c.CapacityBytes = 1000
		return func(p *Problem, _ *workload.Cacheable) {
			p.Candidates = []Candidate{{Site: "a", Role: placement.EdgeCache, Cache: c}}
		}
	}
	cached := candidate(placement.Cache{})
	for _, c := range []struct {
		want   []string
		change func(*Problem, *workload.Cacheable)
	}{
		{nil, candidate(placement.Cache{Policy: "clock:bits=2", Servers: placement.Servers{Count: 1, Spread: placement.Independent}})},
		{nil, func(p *Problem, s *workload.Cacheable) { s.Ranges.Share = 0.5 }}, // no caches
		{[]string{`requests for ranges of "web", which it takes for whole objects`}, func(p *Problem, s *workload.Cacheable) {
			cached(p, s)
			s.Ranges.Share = 0.5
		}},
		{[]string{"that caches keep slices"}, func(p *Problem, s *workload.Cacheable) {
			cached(p, s)
			p.Fixed.SliceBytes = 1 << 20
		}},
		{[]string{"copies that are not kept everywhere"}, func(p *Problem, s *workload.Cacheable) {
			cached(p, s)
			p.Fixed.Copies = placement.CopyDown
		}},
		{[]string{"that answers wait for links that are shared", "what fetches lose on links that lose packets"}, func(p *Problem, s *workload.Cacheable) {
			cached(p, s)
			p.Study.Network = linked(t, topology.Link{CapacityBitsPerSecond: 1e6, Sharing: topology.FirstCome, Loss: .01})
		}},
		{[]string{"that answers wait for links that are shared"}, func(p *Problem, _ *workload.Cacheable) { // no caches
			p.Study.Network = linked(t, topology.Link{CapacityBitsPerSecond: 1e6, Sharing: topology.EqualParts, Loss: .01})
		}},
		{nil, func(p *Problem, s *workload.Cacheable) {
			cached(p, s)
			p.Study.Network = linked(t, topology.Link{CapacityBitsPerSecond: 1e6})
		}},
		{[]string{"purges"}, func(p *Problem, s *workload.Cacheable) {
			cached(p, s)
			p.Study.Purges = []sim.Purge{{}}
		}},
		{[]string{`the lifetimes of the objects of "web", which it takes for fresh for ever`}, func(p *Problem, s *workload.Cacheable) {
			cached(p, s)
			*s = s.Controlled(freshness.Control{MaxAge: freshness.For(time.Minute)})
		}},
		{[]string{`the variants of "web", which it takes for one`}, func(p *Problem, s *workload.Cacheable) {
			cached(p, s)
			s.VariantShares = []float64{0.5, 0.5}
		}},
		{[]string{"lifetimes that a tier sets"}, func(p *Problem, s *workload.Cacheable) {
			p.Fixed.Tiers = []placement.Tier{{Name: placement.EdgeCache, Freshness: &freshness.Rules{}}}
		}},
		{[]string{"that each of a cache's servers has copies of its own"}, candidate(placement.Cache{Servers: placement.Servers{Count: 4, Spread: placement.Independent}})},
		{[]string{"the policy s3fifo, which it takes for LRU", "the admission tinylfu: all objects may enter"}, candidate(placement.Cache{Policy: "s3fifo", Admission: "tinylfu"})},
	} {
		service := workload.Cacheable{}
		p := &Problem{Study: &edgewise.Study{}}
		c.change(p, &service)
		p.Study.Workloads = []workload.Workload{{Head: workload.Head{Name: "web"}, Service: service}}
		require.Equal(t, c.want, p.unseen())
	}
	a := &Answer{Surrogate: SurrogateReport{IsWhole: true, Total: 3, Unseen: []string{"purges", "that caches keep slices"}}}
	require.Contains(t, a.Steps()[0], "scored all 3 alternatives. It does not know of purges; of that caches keep slices")
}
