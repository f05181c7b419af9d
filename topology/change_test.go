package topology_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func TestChangesMakeANewNetwork(t *testing.T) {
	const ms = time.Millisecond
	n := smallWorld(t, link("x-la", "region", topology.Internet, 20*ms), link("region", "x-la", topology.Internet, 20*ms))
	before := route(t, n, "la", "region", topology.Public).OneWay(0, 0)
	require.Equal(t, 20*ms, before)
	cases := map[string]struct {
		change topology.Change
		want   time.Duration
		path   []string
	}{
		"a town burns":    {topology.Change{CutNodes: []string{"town"}}, 25 * ms, []string{"la", "x-la", "region"}},
		"a cable is cut":  {topology.Change{CutLinks: [][2]string{{"region", "town"}}}, 25 * ms, []string{"la", "x-la", "region"}},
		"a link improves": {topology.Change{SetLinks: []topology.Link{link("x-la", "town", topology.Internet, 2*ms)}}, 14 * ms, []string{"la", "x-la", "town", "region"}},
		"a link is added": {topology.Change{SetLinks: []topology.Link{link("la", "region", topology.Access, ms)}}, ms, []string{"la", "region"}},
		"a measurement": {topology.Change{Measured: []topology.MeasuredRTT{{From: "la", To: "region", RTT: 60 * ms}}}, 35 * ms,
			[]string{"la", "x-la", "town", "region"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			changed, err := n.With(c.change)
			require.NoError(t, err)
			r := route(t, changed, "la", "region", topology.Public)
			require.Equal(t, c.want, r.OneWay(0, 0))
			require.Equal(t, c.path, pathIDs(changed, r))
			require.Equal(t, before, route(t, n, "la", "region", topology.Public).OneWay(0, 0), "the old network stays")
		})
	}
}

func TestMeasuredRTTsReplaceAllButAccessAndAreMarked(t *testing.T) {
	const ms = time.Millisecond
	n, err := smallWorld(t).With(topology.Change{Measured: []topology.MeasuredRTT{
		{From: "la", To: "region", RTT: 60 * ms}, {From: "pop", To: "region", RTT: 7 * ms}, {From: "region", To: "pop", RTT: 9 * ms},
	}})
	require.NoError(t, err)
	r := route(t, n, "la", "region", topology.AnyKind)
	access, internet, backbone := r.Parts(0, 0)
	require.Equal(t, 5*ms, access)
	require.Equal(t, 30*ms, internet+backbone)
	require.Equal(t, 30*ms/7, internet, "in the proportion of the model: 1 to 6")
	require.True(t, r.Measured(0, 0))
	sum := time.Duration(0)
	for _, l := range r.Links(0, 0) {
		sum += l.OneWay
	}
	require.Equal(t, r.OneWay(0, 0), sum)
	require.Equal(t, 35*ms, route(t, n, "region", "la", topology.Public).OneWay(0, 0), "both directions")
	require.Equal(t, 3500*time.Microsecond, route(t, n, "pop", "region", topology.Private).OneWay(0, 0))
	require.Equal(t, 4500*time.Microsecond, route(t, n, "region", "pop", topology.Private).OneWay(0, 0), "but where the other is given")
	require.False(t, route(t, n, "la", "pop", topology.Public).Measured(0, 0))
	again, err := n.With(topology.Change{})
	require.NoError(t, err)
	require.True(t, route(t, again, "la", "region", topology.Public).Measured(0, 0), "a change keeps earlier measurements")
}

func TestMeasuredLinksAreMarked(t *testing.T) {
	l := link("x-la", "pop", topology.Internet, 3*time.Millisecond)
	l.Measured = true
	n, err := smallWorld(t).With(topology.Change{SetLinks: l.Both()})
	require.NoError(t, err)
	require.True(t, route(t, n, "la", "pop", topology.Public).Measured(0, 0))
	require.False(t, route(t, n, "la", "region", topology.Public).Measured(0, 0))
}

func TestBadChangesNameTheOffender(t *testing.T) {
	for want, c := range map[string]topology.Change{
		`CutNodes[0] is z`:        {CutNodes: []string{"z"}},
		`CutLinks[0][1] is z`:     {CutLinks: [][2]string{{"la", "z"}}},
		`CutLinks[0] is la - reg`: {CutLinks: [][2]string{{"la", "region"}}},
		`"la" -> "z"`:             {SetLinks: []topology.Link{link("la", "z", topology.Access, 0)}},
		`Measured[0].From is z`:   {Measured: []topology.MeasuredRTT{{From: "z", To: "la"}}},
		`Measured[0].To is z`:     {Measured: []topology.MeasuredRTT{{From: "la", To: "z"}}},
		`want 0 to 2h`:            {Measured: []topology.MeasuredRTT{{From: "la", To: "pop", RTT: -1}}},
		`Measured[1].To is pop`:   {Measured: []topology.MeasuredRTT{{From: "la", To: "pop"}, {From: "la", To: "pop"}}},
	} {
		_, err := smallWorld(t).With(c)
		require.ErrorContains(t, err, want)
	}
}

// halving is a correction that halves every path.
type halving struct{}

func (halving) Locate(topology.Node) topology.Location { return halving{} }

func (halving) RTT(_ topology.LinkKind, _ topology.Location, path time.Duration) time.Duration {
	return path / 2
}

func TestCorrectionsChangePartsAndLinksAlike(t *testing.T) {
	all := towns(0, 5, 10, 15, 20, 25, 30, 35)
	for i := range all {
		all[i].LatDeg = float64(i * i) // no two ways are as long
	}
	f, err := topology.NewFabric(all, [][2]string{
		{"a", "b"}, {"b", "c"}, {"c", "d"}, {"d", "e"}, {"e", "f"}, {"f", "g"}, {"g", "h"}})
	require.NoError(t, err)
	metros := []topology.Node{{ID: "m", Kind: topology.Metro}}
	sites := []topology.Node{{ID: "s", Kind: topology.Region, LonDeg: 35}}
	plain, err := f.Network(testModel(), metros, sites)
	require.NoError(t, err)
	model := testModel()
	model.Correction = halving{}
	corrected, err := f.Network(model, metros, sites)
	require.NoError(t, err)
	access, internet, _ := route(t, plain, "m", "s", topology.Public).Parts(0, 0)
	r := route(t, corrected, "m", "s", topology.Public)
	gotAccess, gotInternet, _ := r.Parts(0, 0)
	require.Equal(t, access, gotAccess)
	require.Equal(t, internet/2, gotInternet)
	require.Equal(t, access+internet/2, r.OneWay(0, 0))
	sum := time.Duration(0)
	for _, l := range r.Links(0, 0) {
		sum += l.OneWay
	}
	require.Equal(t, r.OneWay(0, 0), sum)
	path := pathIDs(corrected, r)
	cut, err := corrected.With(topology.Change{CutNodes: path[2 : len(path)-1]})
	require.NoError(t, err)
	require.Greater(t, route(t, cut, "m", "s", topology.Public).OneWay(0, 0), r.OneWay(0, 0), "a detour is corrected too")
	measured, err := corrected.With(topology.Change{Measured: []topology.MeasuredRTT{{From: "m", To: "s", RTT: time.Second}}})
	require.NoError(t, err)
	require.Equal(t, time.Second/2, route(t, measured, "m", "s", topology.Public).OneWay(0, 0)-access)
}

// flat is a correction that says the same of every path.
type flat struct{}

func (flat) Locate(topology.Node) topology.Location { return flat{} }

func (flat) RTT(topology.LinkKind, topology.Location, time.Duration) time.Duration {
	return 100 * time.Millisecond
}

func TestADetourTakesLongerInProportion(t *testing.T) {
	all := towns(0, 5, 10, 15, 20, 25, 30, 35)
	for i := range all {
		all[i].LatDeg = float64(i * i)
	}
	f, err := topology.NewFabric(all, [][2]string{
		{"a", "b"}, {"b", "c"}, {"c", "d"}, {"d", "e"}, {"e", "f"}, {"f", "g"}, {"g", "h"}})
	require.NoError(t, err)
	metros := []topology.Node{{ID: "m", Kind: topology.Metro}}
	sites := []topology.Node{{ID: "s", Kind: topology.Region, LonDeg: 35}}
	model := testModel()
	plain, err := f.Network(model, metros, sites)
	require.NoError(t, err)
	model.Correction = flat{}
	corrected, err := f.Network(model, metros, sites)
	require.NoError(t, err)
	internet := func(n *topology.Network) float64 {
		_, d, _ := route(t, n, "m", "s", topology.Public).Parts(0, 0)
		return d.Seconds()
	}
	require.InDelta(t, 0.05, internet(corrected), 1e-9)
	path := pathIDs(plain, route(t, plain, "m", "s", topology.Public))
	change := topology.Change{CutNodes: path[2 : len(path)-1]}
	cutPlain, err := plain.With(change)
	require.NoError(t, err)
	cut, err := corrected.With(change)
	require.NoError(t, err)
	require.Greater(t, internet(cutPlain), internet(plain)*1.001)
	require.InDelta(t, 0.05*internet(cutPlain)/internet(plain), internet(cut), 2e-6)
	// A change made to what is changed already is compared with the network as it was at first.
	again, err := cut.With(topology.Change{SetLinks: []topology.Link{{From: "a", To: "b", Kind: topology.Internet, OneWay: time.Hour / 2}}})
	require.NoError(t, err)
	plainAgain, err := cutPlain.With(topology.Change{SetLinks: []topology.Link{{From: "a", To: "b", Kind: topology.Internet, OneWay: time.Hour / 2}}})
	require.NoError(t, err)
	require.InDelta(t, 0.05*internet(plainAgain)/internet(plain), internet(again), 2e-6)
	// The ways back are those of the same network.
	m, _ := cut.Index("m")
	site, _ := cut.Index("s")
	there, err := cut.Routes([]int{m}, []int{site}, topology.Public)
	require.NoError(t, err)
	back, err := there.Back()
	require.NoError(t, err)
	require.Equal(t, route(t, cut, "m", "s", topology.Public).OneWay(0, 0), back.OneWay(0, 0))
}
