package sim

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

const ms = int64(time.Millisecond)

// open keeps connections between sites open, so that a fetch is a round trip.
var open = transport.Upstream{AlwaysOpen: true}

// fourNodes is a metro, its PoP 3 ms away, a region 40 ms away over the internet and 25 ms from the
// PoP over the backbone, and a Local Zone 5 ms away and 11 ms from its region.
func fourNodes(t testing.TB) *topology.Network {
	t.Helper()
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1},
		{ID: "pop", Kind: topology.PoP},
		{ID: "zone", Kind: topology.LocalZone, Parent: "region"},
		{ID: "region", Kind: topology.Region},
	}, append(append(append(append(
		both("metro", "pop", topology.Internet, 3),
		both("metro", "region", topology.Internet, 40)...),
		both("metro", "zone", topology.Internet, 5)...),
		both("pop", "region", topology.Backbone, 25)...),
		both("zone", "region", topology.Backbone, 11)...))
	require.NoError(t, err)
	return n
}

func both(from, to string, kind topology.LinkKind, oneWayMs float64) []topology.Link {
	return topology.Link{From: from, To: to, Kind: kind, OneWay: time.Duration(oneWayMs * float64(ms))}.Both()
}

// oneObject asks for one object of 100,000 bytes over and over, always on new connections.
func oneObject() workload.Workload {
	return workload.Workload{
		Head:    workload.Head{Name: "site", Client: transport.Connection{NewShare: 1, BitsPerSecond: 100e6}},
		Demand:  workload.Poisson{RequestsPerSecond: 0.5, Objects: 1},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 100_000, MaxBytes: 100_000}, Origin: workload.ServiceTime{Mean: 7 * time.Millisecond}},
	}
}

// star is a region with PoPs around it, each beside a metro of its own.
func star(t testing.TB, pops int, backboneMs float64) (n *topology.Network, ids []string) {
	t.Helper()
	nodes := []topology.Node{{ID: "region", Kind: topology.Region}, {ID: "exchange", Kind: topology.Exchange}}
	links := both("region", "exchange", topology.Internet, 25)
	for i := range pops {
		pop, metro := fmt.Sprintf("pop-%d", i), fmt.Sprintf("metro-%d", i)
		ids = append(ids, pop)
		nodes = append(nodes, topology.Node{ID: pop, Kind: topology.PoP}, topology.Node{ID: metro, Kind: topology.Metro, Users: 1})
		links = append(links, both(metro, pop, topology.Internet, 5)...)
		links = append(links, both(metro, "exchange", topology.Internet, 25)...)
		links = append(links, both(pop, "exchange", topology.Internet, 25)...)
		links = append(links, both(pop, "region", topology.Backbone, backboneMs)...)
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	return n, ids
}

// accessWorld is a metro behind an access link, 20 ms from a region.
func accessWorld(t testing.TB) *topology.Network {
	t.Helper()
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1},
		{ID: "town", Kind: topology.Exchange},
		{ID: "region", Kind: topology.Region},
	}, append(both("metro", "town", topology.Access, 5), both("town", "region", topology.Internet, 20)...))
	require.NoError(t, err)
	return n
}

// shooter is the preset of that name with the simplest market: everybody plays at the site that the routing rule names.
func shooter() workload.Workload {
	return workload.Change(workload.CompetitiveFPS(), func(m *workload.Matched) { m.Market = workload.Market{} })
}
