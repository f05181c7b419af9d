package edgewise_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestCapacityIsThatOfErlangAndOfALostSite(t *testing.T) {
	// Three metros of equal size, each beside a region; "a" and "b" are near each other, "c" is far. So "a" has a third of the work, and
	// two thirds when "b" is lost.
	nodes := []topology.Node{{ID: "exchange", Kind: topology.Exchange}}
	var links []topology.Link
	for i, id := range []string{"a", "b", "c"} {
		nodes = append(nodes, topology.Node{ID: id, Kind: topology.Region}, topology.Node{ID: "metro-" + id, Kind: topology.Metro, Users: 1})
		links = append(links, topology.Link{From: "metro-" + id, To: id, Kind: topology.Internet, OneWay: time.Millisecond}.Both()...)
		links = append(links, topology.Link{From: "metro-" + id, To: "exchange", Kind: topology.Internet, OneWay: 2 * time.Millisecond}.Both()...)
		links = append(links, topology.Link{From: id, To: "exchange", Kind: topology.Internet, OneWay: time.Duration([]int{10, 11, 50}[i]) * time.Millisecond}.Both()...)
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	api := func(name string, perSecond float64) workload.Workload {
		return workload.Workload{
			Head: workload.Head{Name: name}, Demand: workload.Poisson{RequestsPerSecond: perSecond},
			Service: workload.Computed{Work: workload.ServiceTime{Mean: 100 * time.Millisecond}},
		}
	}
	p := placement.Placement{Name: "three"}
	for _, id := range []string{"a", "b", "c"} {
		p = p.With(placement.Assignment{Site: id, Role: placement.Compute, Pools: []placement.Pool{{Servers: 10}}})
	}
	s := &edgewise.Study{
		Scenario:   sim.Scenario{Network: n, Workloads: []workload.Workload{api("x", 200), api("y", 40)}, Duration: time.Minute, Seed: 1},
		Placements: []placement.Placement{p},
	}
	all, err := s.Capacity(context.Background(), 0, .999)
	require.NoError(t, err)
	require.Len(t, all, 3)
	for i, of := range all {
		require.Equal(t, "compute", of.Servers)
		require.InDelta(t, 8, of.Offered, 1e-9)
		require.InDelta(t, .8, of.Utilisation(), 1e-9)
		require.InDelta(t, .121661, of.Blocked, 5e-7, "Erlang B of 8 with 10 servers, as tables have it")
		require.InDelta(t, .409180, of.Waits, 5e-7, "Erlang C of the same")
		require.Equal(t, "x", of.Workloads[0].Workload)
		require.InDelta(t, 40./6, of.Workloads[0].Offered, 1e-9)
		require.LessOrEqual(t, stats.ErlangB(of.Needed, 8), .001)
		require.Greater(t, stats.ErlangB(of.Needed-1, 8), .001)
		require.Greater(t, of.WithoutWait, of.Needed)
		require.Equal(t, []string{"b", "a", ""}[i], of.Lost, "users of others are nearer to each other than to c")
		require.InDelta(t, []float64{16, 16, 0}[i], of.LostOffered, 1e-9)
		require.Equal(t, stats.ErlangServers(of.LostOffered, .001), of.LostNeeded)
	}

	// In a crowd of four times in one metro its site has 4 x 200/3 requests a second of the one, of 100 ms each, beside 40/3 of the other.
	crowded := *s
	crowded.Workloads = []workload.Workload{api("x", 200), api("y", 40)}
	crowded.Workloads[0].Flashes = []workload.Flash{{At: 20 * time.Second, Rise: time.Second, For: 5 * time.Second, Factor: 4, Metros: []string{"metro-c"}}}
	in, err := crowded.Capacity(context.Background(), 0, .999)
	require.NoError(t, err)
	for i, of := range in {
		require.InDelta(t, []float64{8, 8, 28}[i], of.Offered, 1e-6)
		require.Equal(t, i == 2, of.Workloads[0].InCrowd)
		require.False(t, of.Workloads[1].InCrowd)
	}
	require.Equal(t, stats.ErlangServers(in[2].Offered, .001), in[2].Needed)

	s.Placements = append(s.Placements, placement.Placement{Name: "one"}.With(placement.Assignment{Site: "a", Role: placement.Compute, Servers: 30}))
	one, err := s.Capacity(context.Background(), 1, .999)
	require.NoError(t, err)
	require.Equal(t, []string{"x", "y"}, []string{one[0].Servers, one[1].Servers})
	require.Empty(t, one[0].Lost, "there is no other")

	site := workload.Change(workload.WebStatic(), func(c *workload.Cacheable) { c.Origin = workload.ServiceTime{Mean: 100 * time.Millisecond} })
	cached := &edgewise.Study{Scenario: s.Scenario, Placements: []placement.Placement{placement.Placement{Name: "b"}.With(
		placement.Assignment{Site: "b", Role: placement.Origin, Servers: 3}).WithCaches("near", placement.Cache{Site: "a", CapacityBytes: 1 << 20})}}
	cached.Workloads = []workload.Workload{site.Named("site")}
	behind, err := cached.Capacity(context.Background(), 0, .999)
	require.NoError(t, err)
	require.Equal(t, []edgewise.CapacityNeed{{Site: "b", Servers: "site", Have: 3, Why: "site is behind caches: a run tells what they fetch"}}, behind)

	// What "a" and "b" have no room for goes on to each other, then to "c".
	spilling := placement.Placement{Name: "spill"}
	for i, id := range []string{"a", "b", "c"} {
		pool := placement.Pool{Servers: []int{6, 6, 100}[i], Queue: placement.AtMost(0)}
		if id != "c" {
			pool.Spill = placement.Spill{Rule: placement.SpillToNearest}
		}
		spilling = spilling.With(placement.Assignment{Site: id, Role: placement.Compute, Pools: []placement.Pool{pool}})
	}
	s.Placements[1] = spilling
	all, err = s.Capacity(context.Background(), 1, .999)
	require.NoError(t, err)
	busy := 8.0 // at "a" as at "b"
	for range 1000 {
		busy = 8 * (1 + stats.ErlangB(6, busy))
	}
	blocked := stats.ErlangB(6, busy)
	require.InEpsilon(t, busy, all[0].Offered, 1e-7)
	require.InEpsilon(t, 8*blocked, all[1].Spilled, 1e-7)
	require.InEpsilon(t, 8*blocked, all[1].TakenIn, 1e-7)
	require.InEpsilon(t, 8+2*8*blocked*blocked, all[2].Offered, 1e-7, "what neither has room for")
	require.Zero(t, all[2].Spilled)
	// Where a workload of the same servers does not say how much it asks for, nothing is known of what is passed on.
	s.Workloads[1].Demand = vague{s.Workloads[1].Demand}
	all, err = s.Capacity(context.Background(), 1, .999)
	require.NoError(t, err)
	for _, of := range all {
		require.False(t, of.IsKnown)
		require.Contains(t, of.Why, "does not say how many requests to expect")
	}

	for _, served := range []float64{0, 1, -1} {
		_, err := s.Capacity(context.Background(), 0, served)
		require.ErrorContains(t, err, "want a share above 0 and below 1")
	}
	_, err = s.Capacity(context.Background(), 2, .9)
	require.ErrorContains(t, err, "number is 2; want 0 to 1")
}

// vague is a demand that does not say what to expect.
type vague struct{ workload.Demand }
