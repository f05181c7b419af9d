package sim_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// clockwork is a demand from outside: in every metro one request each second, object after object, from the first
// second on. Every user stays for a minute.
type clockwork struct{ objects int }

func (c clockwork) Validate() error     { return nil }
func (c clockwork) Catalogue() int      { return c.objects }
func (c clockwork) Concurrent() float64 { return 60 }

func (c clockwork) Open([]workload.Audience, workload.Env) (func(audience int) workload.Source, error) {
	return func(int) workload.Source { return &clock{objects: c.objects} }, nil
}

type clock struct {
	objects int
	asked   int64
	wrong   bool
}

func (c *clock) Draw(to int64, b *workload.Batch) int {
	for n := range b.Len() {
		if b.Object != nil {
			b.Object[n] = uint32(c.asked) % uint32(c.objects)
		}
		if b.Stay != nil {
			b.Stay[n] = int64(time.Minute)
		}
		c.asked++
		b.At[n] = c.asked * int64(time.Second)
		if c.wrong && c.asked > 100 {
			b.At[n] = 0
		}
		if b.At[n] >= to {
			return n + 1
		}
	}
	return b.Len()
}

// fallsBehind is a clockwork whose clocks jump back after 100 s.
type fallsBehind struct{ clockwork }

func (f fallsBehind) Open([]workload.Audience, workload.Env) (func(audience int) workload.Source, error) {
	return func(int) workload.Source { return &clock{objects: f.objects, wrong: true} }, nil
}

// ownScenario is two metros, each 5 ms from a PoP, which is 20 ms from the region.
func ownScenario(t *testing.T, service workload.Service, demand workload.Demand) sim.Scenario {
	t.Helper()
	way := func(from, to string, kind topology.LinkKind, oneWay time.Duration) []topology.Link {
		return topology.Link{From: from, To: to, Kind: kind, OneWay: oneWay}.Both()
	}
	nodes := []topology.Node{{ID: "region", Kind: topology.Region}, {ID: "pop", Kind: topology.PoP}}
	links := way("pop", "region", topology.Backbone, 20*time.Millisecond)
	for _, metro := range []string{"a", "b"} {
		nodes = append(nodes, topology.Node{ID: metro, Kind: topology.Metro, Users: 1})
		links = append(links, way(metro, "pop", topology.Internet, 5*time.Millisecond)...)
		links = append(links, way(metro, "region", topology.Internet, 30*time.Millisecond)...)
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	return sim.Scenario{
		Network:   n,
		Workloads: []workload.Workload{{Head: workload.Head{Name: "own"}, Demand: demand, Service: service}},
		Duration:  200*time.Second + time.Millisecond, Seed: 1,
	}
}

func totalOf(t *testing.T, s sim.Scenario, p placement.Placement) sim.Tally {
	t.Helper()
	result, err := sim.Run(context.Background(), sim.Job{Scenario: s, Placement: p})
	require.NoError(t, err)
	total, err := result.Workloads[0].Total()
	require.NoError(t, err)
	return total
}

func TestADemandFromOutsideIsServedByEveryService(t *testing.T) {
	t.Run("cacheable", func(t *testing.T) {
		s := ownScenario(t, workload.Cacheable{Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}}, clockwork{objects: 50})
		total := totalOf(t, s, placement.RegionOnly("region").WithPoPs(1<<20, "pop"))
		require.Equal(t, uint64(400), total.Count(sim.Requests))
		require.Equal(t, uint64(50), total.Outcomes[sim.Miss], "of each object the first; the other metro joins")
		require.Equal(t, uint64(50), total.Outcomes[sim.DelayedHit])
		require.Equal(t, uint64(300), total.Outcomes[sim.Hit])
	})
	t.Run("computed", func(t *testing.T) {
		total := totalOf(t, ownScenario(t, workload.Computed{}, clockwork{}), placement.RegionOnly("region"))
		require.Equal(t, uint64(400), total.Count(sim.Requests))
		require.Equal(t, int64(400*60*time.Millisecond), total.Causes[sim.Propagation])
	})
	t.Run("matched", func(t *testing.T) {
		service := workload.Matched{MatchPlayers: 2, MatchLength: time.Hour, TickHz: 10}
		total := totalOf(t, ownScenario(t, service, clockwork{}), placement.RegionOnly("region"))
		require.Equal(t, uint64(400), total.Count(sim.Sessions))
		// Players of each second make a match, play for a minute and leave: 200 s hold 140 whole minutes and 60 cut
		// short by the end, after 59, 58, ... 0 s and a millisecond.
		require.InDelta(t, 2*10*(140*60+59*60/2), float64(total.Count(sim.Requests)), 400)
	})
}

func TestUsersOfADemandFromOutsideMayBeShared(t *testing.T) {
	// Half of the users enter at the PoP, the others at the region; a failure looks at each request, too.
	s := ownScenario(t, workload.Cacheable{Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}}, clockwork{objects: 50})
	s.Failures = []sim.Failure{{Site: "pop", At: 100500 * time.Millisecond, For: 10 * time.Second}}
	total := totalOf(t, s, placement.RegionOnly("region").WithPoPs(1<<20, "pop"))
	require.Equal(t, uint64(400), total.Count(sim.Requests))
	require.Equal(t, uint64(20), total.Outcomes[sim.Failed])
}

// growing is a clockwork whose objects are one byte larger each time anybody in the metro asks.
type growing struct{ clockwork }

func (g growing) RecordsSizes() bool { return true }

func (g growing) Open(a []workload.Audience, env workload.Env) (func(audience int) workload.Source, error) {
	open, err := g.clockwork.Open(a, env)
	return func(i int) workload.Source { return &grower{Source: open(i)} }, err
}

type grower struct {
	workload.Source
	asked int64
}

func (g *grower) Draw(to int64, b *workload.Batch) int {
	n := g.Source.Draw(to, b)
	for i := range n {
		g.asked++
		b.Bytes[i] = g.asked
	}
	return n
}

func TestUsersGetTheSizeThatIsRecordedAtTheirRequest(t *testing.T) {
	// Two metros ask for 1 + 2 + ... + 200 bytes each, minus what fails. A cache has the sizes of the first 50.
	const all, first = 200 * 201 / 2, 50 * 51 / 2
	s := ownScenario(t, workload.Cacheable{}, growing{clockwork{objects: 50}})
	region := placement.RegionOnly("region")
	deep := region.WithPoPs(1<<20, "pop").WithMidTier(1<<20, "region")
	few := region.WithPoPs(1<<20, "pop")
	few.Sites[0].Servers = 1000 // asked by message
	for name, p := range map[string]placement.Placement{"a cache": region.WithPoPs(1<<20, "pop"), "by message": few, "two tiers": deep} {
		total := totalOf(t, s, p)
		require.Equal(t, uint64(2*all), total.Count(sim.Bytes), name)
		require.Equal(t, uint64(first), total.OutcomeBytes[sim.Miss], name)
		require.Equal(t, uint64(first), total.OutcomeBytes[sim.DelayedHit], name)
		require.Equal(t, uint64(2*(all-first)), total.OutcomeBytes[sim.Hit], name)
	}
	require.Equal(t, uint64(2*all), totalOf(t, s, region).OutcomeBytes[sim.Bypass])
	s.Failures = []sim.Failure{{Site: "pop", At: 100500 * time.Millisecond, For: 10 * time.Second}}
	total := totalOf(t, s, region.WithPoPs(1<<20, "pop"))
	require.Equal(t, uint64(20), total.Outcomes[sim.Failed])
	require.Equal(t, uint64(2*all-2*10*(101+110)/2), total.Count(sim.Bytes))
}

func TestAMidTierHasAnObjectWhateverItsSize(t *testing.T) {
	// Each object is asked for four times by both metros, 50 s apart. A PoP of three bytes keeps the third, which has
	// as many; it fetches the others again, larger each time, from a mid-tier that has what it was sent first.
	const all, first, kept = 200 * 201 / 2, 50 * 51 / 2, 53 + 103 + 153
	s := ownScenario(t, workload.Cacheable{}, growing{clockwork{objects: 50}})
	result, err := sim.Run(context.Background(), sim.Job{Scenario: s, Placement: placement.RegionOnly("region").WithPoPs(3, "pop").WithMidTier(1<<20, "region")})
	require.NoError(t, err)
	w := &result.Workloads[0]
	require.Equal(t, uint64(50), w.Count(sim.OriginRequests))
	require.Equal(t, uint64(first), w.Count(sim.OriginBytes))
	require.Equal(t, uint64(200-3), w.Tiers[1].Count(sim.TierRequests))
	require.Equal(t, uint64(all-kept), w.Tiers[1].Count(sim.TierBytes))
	require.Equal(t, uint64(all-kept-first), w.Tiers[1].Count(sim.TierHitBytes))
}

func TestCachesCannotBePreloadedForADemandThatDoesNotSayWhatIsPopular(t *testing.T) {
	s := ownScenario(t, workload.Cacheable{}, clockwork{objects: 50})
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").Preloaded()
	require.ErrorContains(t, s.ValidatePlacement(p), `workload "own" asks by a sim_test.clockwork, which cannot say how popular each object is`)
}

func TestARunWithABrokenDemandFails(t *testing.T) {
	for _, service := range []workload.Service{workload.Cacheable{}, workload.Computed{}, workload.Matched{MatchPlayers: 2, MatchLength: time.Hour, TickHz: 10}} {
		s := ownScenario(t, service, fallsBehind{clockwork{objects: 50}})
		_, err := sim.Run(context.Background(), sim.Job{Scenario: s, Placement: placement.RegionOnly("region").WithPoPs(1<<20, "pop")})
		require.ErrorContains(t, err, `workload "own": the requests of sim_test.fallsBehind from metro "a": one is at 0 ns`)
	}
}
