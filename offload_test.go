package edgewise_test

import (
	"context"
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

// offloads runs a placement of one PoP, and returns what its site is asked for and what of that its caches take off the origin.
func offloads(t *testing.T, d workload.Demand, c workload.Cacheable, slices int64, length time.Duration) edgewise.Figures {
	t.Helper()
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region},
	}, []topology.Link{
		{From: "metro", To: "region", Kind: topology.Internet, OneWay: 20 * time.Millisecond}, {From: "region", To: "metro", Kind: topology.Internet, OneWay: 20 * time.Millisecond},
		{From: "metro", To: "pop", Kind: topology.Internet, OneWay: time.Millisecond}, {From: "pop", To: "metro", Kind: topology.Internet, OneWay: time.Millisecond},
		{From: "pop", To: "region", Kind: topology.Backbone, OneWay: 10 * time.Millisecond}, {From: "region", To: "pop", Kind: topology.Backbone, OneWay: 10 * time.Millisecond},
	})
	require.NoError(t, err)
	p := placement.RegionOnly("region").WithPoPs(1<<30, "pop")
	p.SliceBytes = slices
	s := edgewise.Study{
		Scenario: sim.Scenario{
			Network: n, Workloads: []workload.Workload{{Head: workload.Head{Name: "site"}, Demand: d, Service: c}}, Duration: length, Seed: 3,
		},
		Placements: []placement.Placement{p}, Replications: 2, SkipWarmUpCheck: true,
	}
	r, err := s.Run(context.Background())
	require.NoError(t, err)
	return r.Placements[0].Workloads[0].Figures
}

var megabytes = workload.Sizes{MinBytes: 1_000_000, MaxBytes: 1_000_000}

// A hundred objects of four slices each are fetched once, in 400 requests of 1e8 bytes in all, however often users ask.
func TestTheOriginOffloadCountsSlices(t *testing.T) {
	of := offloads(t, workload.Poisson{RequestsPerSecond: 10, Objects: 100}, workload.Cacheable{Sizes: megabytes}, 256<<10, 400*time.Second)
	asked, bytes := found(t, of, "requests", "count").Value, found(t, of, "bytes", "delivered").Value
	require.InDelta(t, 400, found(t, of, "origin", "requests").Value, 0)
	require.InDelta(t, 1e8, found(t, of, "origin", "bytes").Value, 0)
	require.InDelta(t, 1-400/asked, found(t, of, "origin offload", "by requests").Value, 1e-12)
	require.InDelta(t, 1-1e8/bytes, found(t, of, "origin offload", "by bytes").Value, 1e-12)

	// Of 40 requests for as good as as many objects nearly every one is four of the origin's: an offload of -3.
	of = offloads(t, workload.Poisson{RequestsPerSecond: 10, Objects: 1_000_000}, workload.Cacheable{Sizes: megabytes}, 256<<10, 4*time.Second)
	byRequests := found(t, of, "origin offload", "by requests")
	require.InDelta(t, 1-found(t, of, "origin", "requests").Value/found(t, of, "requests", "count").Value, byRequests.Value, 1e-12)
	require.InDelta(t, -3, byRequests.Value, .2)
	require.InDelta(t, 0, found(t, of, "origin offload", "by bytes").Value, .05)
	require.LessOrEqual(t, byRequests.Low, byRequests.Value)
	require.GreaterOrEqual(t, byRequests.High, byRequests.Value)
}

// Users who ask for parts get fewer bytes than the origin sends where caches fetch slices: 1,000 of each million.
func TestTheOriginOffloadByBytesIsBelow0WhereSlicesBringMoreThanIsAskedFor(t *testing.T) {
	c := workload.Cacheable{Sizes: megabytes, Ranges: workload.Ranges{Share: 1, Lengths: workload.Sizes{MinBytes: 1000, MaxBytes: 1000}}}
	of := offloads(t, workload.Poisson{RequestsPerSecond: 10, Objects: 1_000_000}, c, 1<<20, 4*time.Second)
	require.InDelta(t, -999, found(t, of, "origin offload", "by bytes").Value, 20)
	require.InDelta(t, 0, found(t, of, "origin offload", "by requests").Value, .05)
}

// Each of twenty objects, of which some are an error that caches keep, is fetched once. A request that ends with the error is one request.
func TestTheOriginOffloadCountsErrorsOnce(t *testing.T) {
	c := workload.Cacheable{Sizes: megabytes, Controls: []workload.Controlled{
		{Objects: .5, Control: freshness.Control{Status: 503, MaxAge: freshness.For(time.Hour)}}, {Objects: .5, Control: freshness.Control{MaxAge: freshness.For(time.Hour)}},
	}}
	of := offloads(t, workload.Poisson{RequestsPerSecond: 10, Objects: 20}, c, 0, 200*time.Second)
	asked, failed := found(t, of, "requests", "count").Value, found(t, of, "failed", "count").Value
	require.InDelta(t, 20, found(t, of, "origin", "requests").Value, 0)
	require.Greater(t, failed, .2*asked)
	require.InDelta(t, 1-20/asked, found(t, of, "origin offload", "by requests").Value, 1e-12)
}
