package topology_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func nodes(ids ...string) []topology.Node {
	var all []topology.Node
	for _, id := range ids {
		all = append(all, topology.Node{ID: id, Kind: topology.Exchange})
	}
	return all
}

func TestBadInputNamesTheOffender(t *testing.T) {
	ab := topology.Link{From: "a", To: "b", Kind: topology.Internet, OneWay: time.Millisecond}
	with := func(change func(l *topology.Link)) []topology.Link {
		l := ab
		change(&l)
		return []topology.Link{l}
	}
	one := func(n topology.Node) []topology.Node { return append(nodes("a", "b"), n) }
	mixed := topology.AccessMix{topology.Fiber: 0.5}
	cases := map[string]struct {
		nodes []topology.Node
		links []topology.Link
		want  []string
	}{
		"no nodes":         {nil, nil, []string{"nodes is empty"}},
		"empty id":         {one(topology.Node{Name: "Nowhere"}), nil, []string{"node 2", "Nowhere", `ID is ""`}},
		"duplicate id":     {nodes("a", "b", "a"), nil, []string{"node 2", "ID is a", "node 0"}},
		"unknown kind":     {one(topology.Node{ID: "c", Kind: 99}), nil, []string{`"c"`, "NodeKind(99)"}},
		"latitude":         {one(topology.Node{ID: "c", LatDeg: 91}), nil, []string{`"c"`, "LatDeg is 91", "-90 to 90"}},
		"latitude NaN":     {one(topology.Node{ID: "c", LatDeg: math.NaN()}), nil, []string{`"c"`, "LatDeg is NaN"}},
		"longitude":        {one(topology.Node{ID: "c", LonDeg: -181}), nil, []string{`"c"`, "LonDeg is -181"}},
		"users":            {one(topology.Node{ID: "c", Users: -1}), nil, []string{`"c"`, "Users is -1"}},
		"mix":              {one(topology.Node{ID: "c", Access: mixed}), nil, []string{`"c"`, "sum to 0.5"}},
		"zone alone":       {one(topology.Node{ID: "c", Kind: topology.LocalZone}), nil, []string{`"c"`, "want the ID of the region that a local-zone"}},
		"unknown parent":   {one(topology.Node{ID: "c", Kind: topology.LocalZone, Parent: "z"}), nil, []string{`"c"`, "Parent is z"}},
		"parent no region": {one(topology.Node{ID: "c", Kind: topology.WavelengthZone, Parent: "a"}), nil, []string{`"c"`, "Parent is a", "of kind exchange"}},
		"unknown from":     {nodes("b"), []topology.Link{ab}, []string{`"a" -> "b"`, "From is a"}},
		"unknown to":       {nodes("a"), []topology.Link{ab}, []string{"To is b"}},
		"negative delay":   {nodes("a", "b"), with(func(l *topology.Link) { l.OneWay = -1 }), []string{`"a" -> "b"`, "OneWay is -1ns"}},
		"endless delay":    {nodes("a", "b"), with(func(l *topology.Link) { l.OneWay = 2 * time.Hour }), []string{"OneWay is 2h"}},
		"negative jitter":  {nodes("a", "b"), with(func(l *topology.Link) { l.Jitter = -1 }), []string{"Jitter is -1ns"}},
		"NaN capacity":     {nodes("a", "b"), with(func(l *topology.Link) { l.CapacityBitsPerSecond = math.NaN() }), []string{"CapacityBitsPerSecond is NaN"}},
		"NaN loss":         {nodes("a", "b"), with(func(l *topology.Link) { l.Loss = math.NaN() }), []string{"Loss is NaN"}},
		"certain loss":     {nodes("a", "b"), with(func(l *topology.Link) { l.Loss = 1 }), []string{"Loss is 1", "below 1"}},
		"unknown link":     {nodes("a", "b"), with(func(l *topology.Link) { l.Kind = 7 }), []string{"Kind is 7"}},
		"loop":             {nodes("a"), with(func(l *topology.Link) { l.To = "a" }), []string{"another node than From"}},
		"twice":            {nodes("a", "b"), []topology.Link{ab, ab}, []string{`"a" -> "b" (internet)`, "twice"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			n, err := topology.New(c.nodes, c.links)
			require.Error(t, err)
			require.Nil(t, n)
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
}

func TestTheNetworkKeepsItsOwnCopies(t *testing.T) {
	all := nodes("a", "b")
	links := topology.Link{From: "a", To: "b", Kind: topology.Internet, OneWay: time.Millisecond}.Both()
	n, err := topology.New(all, links)
	require.NoError(t, err)
	all[0].ID, links[0].OneWay = "changed", time.Hour
	n.AllNodes()[1].ID, n.Links()[1].OneWay = "changed", time.Hour
	require.Equal(t, "a", n.At(0).ID)
	require.Equal(t, "b", n.At(1).ID)
	require.Equal(t, time.Millisecond, n.Links()[0].OneWay)
	require.Equal(t, time.Millisecond, n.Links()[1].OneWay)
}

func TestNodesAreFoundByIDAndByKind(t *testing.T) {
	n, err := topology.New([]topology.Node{
		{ID: "la", Kind: topology.Metro, Name: "Los Angeles"}, {ID: "zone", Kind: topology.LocalZone, Parent: "west"},
		{ID: "west", Kind: topology.Region}, {ID: "x", Kind: topology.Exchange}, {ID: "ny", Kind: topology.Metro},
	}, nil)
	require.NoError(t, err)
	i, ok := n.Index("west")
	require.True(t, ok)
	require.Equal(t, 2, i)
	_, ok = n.Index("east")
	require.False(t, ok)
	require.Equal(t, []int{0, 4}, n.OfKind(topology.Metro))
	require.Empty(t, n.OfKind(topology.PoP))
	require.Equal(t, []int{1, 2}, n.Sites())
	require.Equal(t, "Los Angeles", n.At(0).Label())
	require.Equal(t, "ny", n.At(4).Label())
}

func TestKindsHaveNamesThatParse(t *testing.T) {
	for k := topology.Metro; k <= topology.Exchange; k++ {
		got, err := topology.ParseNodeKind(k.String())
		require.NoError(t, err)
		require.Equal(t, k, got)
	}
	for k := topology.Access; k <= topology.Backbone; k++ {
		got, err := topology.ParseLinkKind(k.String())
		require.NoError(t, err)
		require.Equal(t, k, got)
	}
	_, err := topology.ParseNodeKind("zone")
	require.ErrorContains(t, err, "local-zone")
	_, err = topology.ParseLinkKind("fibre")
	require.ErrorContains(t, err, "backbone")
	require.Equal(t, "access+internet", topology.Public.String())
	require.Equal(t, "backbone", topology.Private.String())
	require.Equal(t, "none", topology.LinkKinds(0).String())
}
