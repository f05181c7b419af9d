package topology_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/path"

	"github.com/edgewise-sim/edgewise/topology"
)

func link(from, to string, kind topology.LinkKind, oneWay time.Duration) topology.Link {
	return topology.Link{From: from, To: to, Kind: kind, OneWay: oneWay}
}

// smallWorld is a metro with its exchange, a town, a PoP and a region. The PoP is nearer than the
// region, and the backbone from the PoP to the region is faster than the public way.
func smallWorld(t testing.TB, more ...topology.Link) *topology.Network {
	t.Helper()
	var links []topology.Link
	for _, l := range []topology.Link{
		link("la", "x-la", topology.Access, 5*time.Millisecond),
		link("x-la", "pop", topology.Internet, 1*time.Millisecond),
		link("x-la", "town", topology.Internet, 8*time.Millisecond),
		link("pop", "town", topology.Internet, 2*time.Millisecond),
		link("town", "region", topology.Internet, 7*time.Millisecond),
		link("pop", "region", topology.Backbone, 6*time.Millisecond),
	} {
		links = append(links, l.Both()...)
	}
	n, err := topology.New([]topology.Node{
		{ID: "la", Kind: topology.Metro}, {ID: "x-la", Kind: topology.Exchange, Stub: true},
		{ID: "town", Kind: topology.Exchange}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region},
	}, append(links, more...))
	require.NoError(t, err)
	return n
}

func route(t testing.TB, n *topology.Network, from, to string, over topology.LinkKinds) *topology.Routes {
	t.Helper()
	i, ok := n.Index(from)
	require.True(t, ok, from)
	j, ok := n.Index(to)
	require.True(t, ok, to)
	r, err := n.Routes([]int{i}, []int{j}, over)
	require.NoError(t, err)
	return r
}

func pathIDs(n *topology.Network, r *topology.Routes) []string {
	var ids []string
	for _, i := range r.Path(0, 0) {
		ids = append(ids, n.At(i).ID)
	}
	return ids
}

func TestRoutesAreHandComputable(t *testing.T) {
	const ms = time.Millisecond
	n := smallWorld(t)
	cases := map[string]struct {
		from, to                   string
		over                       topology.LinkKinds
		access, internet, backbone time.Duration
		path                       []string
	}{
		"to the PoP":                  {"la", "pop", topology.Public, 5 * ms, 1 * ms, 0, []string{"la", "x-la", "pop"}},
		"a server carries no transit": {"la", "region", topology.Public, 5 * ms, 15 * ms, 0, []string{"la", "x-la", "town", "region"}},
		"back to the user":            {"region", "la", topology.Public, 5 * ms, 15 * ms, 0, []string{"region", "town", "x-la", "la"}},
		"over the backbone":           {"pop", "region", topology.Private, 0, 0, 6 * ms, []string{"pop", "region"}},
		"over anything":               {"la", "region", topology.AnyKind, 5 * ms, 1 * ms, 6 * ms, []string{"la", "x-la", "pop", "region"}},
		"a stub carries no transit":   {"pop", "town", topology.Public, 0, 2 * ms, 0, []string{"pop", "town"}},
		"to itself":                   {"pop", "pop", topology.Public, 0, 0, 0, []string{"pop"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := route(t, n, c.from, c.to, c.over)
			access, internet, backbone := r.Parts(0, 0)
			require.Equal(t, []time.Duration{c.access, c.internet, c.backbone}, []time.Duration{access, internet, backbone})
			require.Equal(t, c.access+c.internet+c.backbone, r.OneWay(0, 0))
			require.Equal(t, 2*r.OneWay(0, 0), r.RTT(0, 0))
			require.Equal(t, c.path, pathIDs(n, r))
			require.Len(t, r.Links(0, 0), len(c.path)-1)
		})
	}
}

func TestCapacityJitterAndLossAddUpAlongARoute(t *testing.T) {
	n, err := topology.New(nodes("a", "b", "c", "d"), []topology.Link{
		{From: "a", To: "b", Kind: topology.Internet, CapacityBitsPerSecond: 2e9, Jitter: time.Millisecond, Loss: 0.5},
		{From: "b", To: "c", Kind: topology.Internet, CapacityBitsPerSecond: 1e9, Jitter: 2 * time.Millisecond, Loss: 0.5},
		{From: "c", To: "d", Kind: topology.Internet, Loss: 0.2},
	})
	require.NoError(t, err)
	r := route(t, n, "a", "d", topology.Public)
	require.Equal(t, 1e9, r.BottleneckBitsPerSecond(0, 0))
	require.Equal(t, 3*time.Millisecond, r.Jitter(0, 0))
	require.InDelta(t, 0.8, r.Loss(0, 0), 1e-12)
	require.Zero(t, route(t, n, "c", "d", topology.Public).BottleneckBitsPerSecond(0, 0), "unlimited")
}

func TestADisconnectedPairIsNamed(t *testing.T) {
	n := smallWorld(t)
	la, _ := n.Index("la")
	pop, _ := n.Index("pop")
	region, _ := n.Index("region")
	_, err := n.Routes([]int{pop, la}, []int{region}, topology.Private)
	require.EqualError(t, err, `routes: no route from "la" to "region" over backbone links: no such links join them, but with access+internet links there is a way`)
	_, err = n.Routes([]int{la}, []int{99}, topology.Public)
	require.ErrorContains(t, err, "node index is 99; want 0 to 4")
	_, err = n.Routes([]int{-1}, []int{la}, topology.Public)
	require.ErrorContains(t, err, "node index is -1")
}

func TestCuttingALinkChangesTheRoute(t *testing.T) {
	n := smallWorld(t, link("x-la", "region", topology.Internet, 20*time.Millisecond))
	require.Equal(t, []string{"la", "x-la", "town", "region"}, pathIDs(n, route(t, n, "la", "region", topology.Public)))
	var kept []topology.Link
	for _, l := range n.Links() {
		if l.From != "town" && l.To != "town" {
			kept = append(kept, l)
		}
	}
	cut, err := topology.New(n.AllNodes(), kept)
	require.NoError(t, err)
	r := route(t, cut, "la", "region", topology.Public)
	require.Equal(t, []string{"la", "x-la", "region"}, pathIDs(cut, r))
	require.Equal(t, 25*time.Millisecond, r.OneWay(0, 0))
}

// randomNetwork returns a connected network of exchanges with random delays.
func randomNetwork(t testing.TB, size, links int, seed uint64) *topology.Network {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	ids := make([]string, size)
	for i := range ids {
		ids[i] = strconv.Itoa(i)
	}
	seen := make(map[[2]int]bool)
	var all []topology.Link
	add := func(u, v int) {
		if u == v || seen[[2]int{u, v}] {
			return
		}
		seen[[2]int{u, v}] = true
		all = append(all, link(ids[u], ids[v], topology.Internet, time.Duration(r.IntN(1000))*time.Microsecond))
	}
	for i := range size {
		add(i, (i+1)%size)
	}
	for len(all) < links {
		add(r.IntN(size), r.IntN(size))
	}
	n, err := topology.New(nodes(ids...), all)
	require.NoError(t, err)
	return n
}

func TestRoutesAgreeWithGonum(t *testing.T) {
	for seed := range uint64(5) {
		n := randomNetwork(t, 120, 500, seed)
		all := n.OfKind(topology.Exchange)
		routes, err := n.Routes(all, all, topology.Public)
		require.NoError(t, err)
		for _, i := range all {
			shortest := path.DijkstraFrom(n.Node(int64(i)), n)
			for _, j := range all {
				require.InDelta(t, shortest.WeightTo(int64(j)), routes.OneWay(i, j).Seconds()*1000, 1e-9, "%d to %d", i, j)
				sum := time.Duration(0)
				for _, l := range routes.Links(i, j) {
					sum += l.OneWay
				}
				require.Equal(t, routes.OneWay(i, j), sum, "the links of a route sum to its delay")
			}
		}
	}
}

func TestGonumSeesTheFastestOfParallelLinks(t *testing.T) {
	n, err := topology.New(nodes("a", "b", "c"), []topology.Link{
		link("a", "b", topology.Internet, 3*time.Millisecond), link("a", "b", topology.Backbone, 2*time.Millisecond),
		link("b", "c", topology.Internet, time.Millisecond),
	})
	require.NoError(t, err)
	w, ok := n.Weight(0, 1)
	require.True(t, ok)
	require.Equal(t, 2.0, w)
	require.Equal(t, 2.0, n.WeightedEdge(0, 1).Weight())
	require.Equal(t, []graph.Node{n.Node(1)}, graph.NodesOf(n.From(0)))
	require.Equal(t, []graph.Node{n.Node(0)}, graph.NodesOf(n.To(1)))
	require.Nil(t, n.Edge(1, 0))
	require.Nil(t, n.Node(3))
	require.True(t, n.HasEdgeBetween(1, 0))
	require.False(t, n.HasEdgeFromTo(1, 0))
	w, ok = n.Weight(0, 2)
	require.False(t, ok)
	require.True(t, math.IsInf(w, 1))
	w, ok = n.Weight(2, 2)
	require.True(t, ok)
	require.Zero(t, w)
	require.Equal(t, 3, n.Nodes().Len())
}

// The ratio to gonum is what counts; run both together:
//
//	go test ./topology -run - -bench OneSource
func BenchmarkOneSource(b *testing.B) {
	n := randomNetwork(b, 2000, 10000, 1)
	all := n.OfKind(topology.Exchange)
	b.Run("edgewise", func(b *testing.B) {
		for b.Loop() {
			if _, err := n.Routes(all, all[:1], topology.Public); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("gonum", func(b *testing.B) {
		for b.Loop() {
			path.DijkstraFrom(n.Node(0), n)
		}
	})
}

func TestServersTakeTheBackboneOrWhatIsFaster(t *testing.T) {
	n := smallWorld(t)
	index := func(id string) int { i, ok := n.Index(id); require.True(t, ok); return i }
	between := func(n *topology.Network, from, to string) topology.SitePath {
		paths, err := n.BetweenSites([]int{index(from)}, index(to))
		require.NoError(t, err)
		return paths[0]
	}
	path := between(n, "pop", "region")
	require.Equal(t, route(t, n, "pop", "region", topology.Private).OneWay(0, 0), path.There)
	require.Equal(t, path.There+path.Back, path.RTT())

	slow := link("pop", "region", topology.Backbone, time.Second)
	slow.CapacityBitsPerSecond = 1e9
	detour, err := n.With(topology.Change{SetLinks: []topology.Link{slow}})
	require.NoError(t, err)
	path = between(detour, "pop", "region")
	require.Less(t, path.There, time.Second, "the Internet is faster")
	require.Zero(t, path.BackNarrowest)
	require.Equal(t, path.There, between(detour, "region", "pop").Back)
}
