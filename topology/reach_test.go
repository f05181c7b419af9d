package topology_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func TestReachCountsUsersByContinent(t *testing.T) {
	const ms = time.Millisecond
	dsl := topology.AccessMix{topology.DSL: 1}
	half := topology.DSL.MedianRTT() // of DSL users, half are below it
	var links []topology.Link
	for _, l := range []topology.Link{
		link("near", "x", topology.Access, half/2), link("far", "x", topology.Access, half/2),
		link("x", "s", topology.Internet, 5*ms), link("x", "s2", topology.Internet, 50*ms),
	} {
		links = append(links, l.Both()...)
	}
	n, err := topology.New([]topology.Node{
		{ID: "near", Kind: topology.Metro, Continent: "Asia", Users: 300, Access: dsl},
		{ID: "far", Kind: topology.Metro, Continent: "Africa", Users: 100, Access: dsl},
		{ID: "x", Kind: topology.Exchange}, {ID: "s", Kind: topology.PoP}, {ID: "s2", Kind: topology.PoP},
	}, links)
	require.NoError(t, err)
	got, err := n.Reach(n.OfKind(topology.Metro), n.Sites(), []time.Duration{ms, 10*ms + half, 10 * time.Second})
	require.NoError(t, err)
	require.Len(t, got, 3)
	for k, area := range []string{"Africa", "Asia", topology.World} {
		require.Equal(t, area, got[k].Area)
		require.Equal(t, []float64{100, 300, 400}[k], got[k].Users)
		require.Zero(t, got[k].Within[0])
		require.InDelta(t, 0.5, got[k].Within[1], 1e-3)
		require.InDelta(t, 1.0, got[k].Within[2], 1e-12)
	}
	_, err = n.Reach(n.OfKind(topology.Metro), nil, nil)
	require.ErrorContains(t, err, "sites is empty")
}

func TestSharesAreTheInverseOfQuantiles(t *testing.T) {
	for _, technology := range technologies() {
		var mix topology.AccessMix
		mix[technology] = 1
		for _, p := range []float64{0.3, 0.5, 0.9, 0.99} {
			rtt := technology.BaseRTT(p) + technology.JitterRTT(0.5)
			require.InDelta(t, p, mix.ShareWithin(rtt), 0.002, "%v", technology)
		}
		require.Zero(t, mix.ShareWithin(-time.Second))
		require.Equal(t, 1.0, mix.ShareWithin(time.Minute))
	}
}

func TestEndsAreOrderedByDelay(t *testing.T) {
	n := smallWorld(t)
	la, _ := n.Index("la")
	r, err := n.Routes([]int{la}, []int{4, 3, la}, topology.Public)
	require.NoError(t, err)
	require.Equal(t, []int{2, 1, 0}, r.Nearest(0))
}
