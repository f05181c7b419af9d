package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// detours is a metro whose users reach PoP a over x1 in 5 ms and over x2 in 10, b in 30 and the region in 40; from a it is 25 ms to the
// region, over b 30. A zone is 5 ms from them, and as far from the region as a.
func detours(t testing.TB) *topology.Network {
	t.Helper()
	var links []topology.Link
	for _, l := range [][]topology.Link{
		both("metro", "x1", topology.Internet, 2), both("x1", "a", topology.Internet, 3), both("metro", "x2", topology.Internet, 6),
		both("x2", "a", topology.Internet, 4), both("metro", "b", topology.Internet, 30), both("metro", "region", topology.Internet, 40),
		both("a", "region", topology.Backbone, 25), both("a", "b", topology.Backbone, 10), both("b", "region", topology.Backbone, 20),
		both("metro", "zone", topology.Internet, 5), both("zone", "region", topology.Backbone, 25), both("zone", "b", topology.Backbone, 10),
	} {
		links = append(links, l...)
	}
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "x1", Kind: topology.Exchange}, {ID: "x2", Kind: topology.Exchange},
		{ID: "a", Kind: topology.PoP}, {ID: "zone", Kind: topology.LocalZone, Parent: "region"}, {ID: "b", Kind: topology.PoP}, {ID: "region", Kind: topology.Region},
	}, links)
	require.NoError(t, err)
	return n
}

// detoured asks for objects at instants in seconds, over connections that are open.
func detoured(t testing.TB, objects []uint32, seconds ...float64) Scenario {
	t.Helper()
	w := oneObject()
	w.Client.NewShare, w.Client.BitsPerSecond = 0, 0
	d := timed{object: objects}
	for _, at := range seconds {
		d.at = append(d.at, time.Duration(at*1e6+0.5)*time.Microsecond)
	}
	w.Demand = d
	return Scenario{Network: detours(t), Workloads: []workload.Workload{w}, Duration: time.Minute, Seed: 4}
}

func cachesAt(pops ...string) placement.Placement {
	return placement.RegionOnly("region").WithPoPs(1<<20, pops...).WithUpstream(open)
}

// The link x1 - a is down from 10 s to 20 s, and routes lead around it from 12 s to 22 s. Who asks at 9.9949 s passes it at 9.9969 s, and the
// answer at 9.9999 s; of who asks 0.2 ms later the answer is lost, of who asks at 9.998 s the request. Who asks at 11.998 s comes to the
// link when routes have just changed. The link a - region is down from 30 s to 40 s, with routes around it from 33 s to 43 s: who asks at
// 29.99 s asks the region before, whose answer would leave at 30.027 s; the cache gives up a second after it has asked.
func TestALinkThatFailsIsThatOfHand(t *testing.T) {
	s := detoured(t, []uint32{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 1, 3, 4},
		1, 5, 9.9949, 9.9951, 9.998, 11.9979, 11.998, 12, 21.9, 22, 29.99, 31, 33, 34, 42.99, 43)
	s.LinkFailures = []LinkFailure{
		{Between: [2]string{"a", "x1"}, At: 10 * time.Second, For: 10 * time.Second, Convergence: 2 * time.Second, Timeout: 1500 * time.Millisecond},
		{Between: [2]string{"a", "region"}, At: 30 * time.Second, For: 10 * time.Second, Convergence: 3 * time.Second, Timeout: time.Second},
	}
	want := `1s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
5s HIT 10ms, propagation 10ms
9.9949s HIT 10ms, propagation 10ms
9.9951s ERROR (link down) 1.5s
9.998s ERROR (link down) 1.5s
11.9979s ERROR (link down) 1.5s
11.998s HIT 10ms, propagation 10ms
12s HIT 20ms, propagation 20ms
21.9s HIT 20ms, propagation 20ms
22s HIT 10ms, propagation 10ms
29.99s ERROR (next tier down) 1.01s
31s ERROR (next tier down) 1.01s
33s MISS 77ms, propagation 10ms, service 7ms, upstream 60ms
34s HIT 10ms, propagation 10ms
42.99s MISS 77ms, propagation 10ms, service 7ms, upstream 60ms
43s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
`
	require.Equal(t, want, inOrder(journeys(t, s, cachesAt("a"))))

	// The origin's servers are asked by message.
	p := cachesAt("a")
	for i := range p.Sites {
		p.Sites[i].Servers = 100
	}
	require.Equal(t, want, inOrder(journeys(t, s, p)))
}

// Both ways to a fail from 10 s to 20 s, with routes from 11 s to 21 s: users go to b, or, where there is no other, ask in vain.
func TestASiteThatLinksCutOffIsLeft(t *testing.T) {
	s := detoured(t, []uint32{0, 0, 0, 0, 0, 0}, 1, 10.5, 11, 20.5, 20.999, 21)
	for _, x := range []string{"x1", "x2"} {
		s.LinkFailures = append(s.LinkFailures, LinkFailure{Between: [2]string{x, "a"}, At: 10 * time.Second, For: 10 * time.Second, Convergence: time.Second, Timeout: time.Second})
	}
	require.Equal(t, `1s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
10.5s ERROR (link down) 1s
11s MISS 107ms, propagation 60ms, service 7ms, upstream 40ms
20.5s HIT 60ms, propagation 60ms
20.999s HIT 60ms, propagation 60ms
21s HIT 10ms, propagation 10ms
`, inOrder(journeys(t, s, cachesAt("a", "b"))))
	s.Network = withoutLink(t, s.Network, "a", "b")
	s.Network = withoutLink(t, s.Network, "b", "metro")
	require.Equal(t, `1s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
10.5s ERROR (link down) 1s
11s ERROR (link down) 1s
20.5s ERROR (link down) 1s
20.999s ERROR (link down) 1s
21s HIT 10ms, propagation 10ms
`, inOrder(journeys(t, s, cachesAt("a"))))
}

func withoutLink(t testing.TB, n *topology.Network, a, b string) *topology.Network {
	t.Helper()
	n, err := n.With(topology.Change{CutLinks: [][2]string{{a, b}}})
	require.NoError(t, err)
	return n
}

// A computer at the zone calls the region for data twice, one call after the other, of 1 ms each. The way is lost from 10 s to 11 s, and around it
// takes 30 ms: who asks at 9.97 s comes to the region at 10 s, of which the answer is lost; the call is made again a second later.
func TestCallsForDataTakeAnotherWay(t *testing.T) {
	s := detoured(t, []uint32{0, 0, 0, 0}, 1, 9.97, 10.5, 11)
	w := &s.Workloads[0]
	w.Service = workload.Computed{Work: workload.ServiceTime{}, Data: workload.DataCalls{Home: "region", Calls: 2, Probability: 1, Service: workload.ServiceTime{Mean: time.Millisecond}}}
	s.LinkFailures = []LinkFailure{{Between: [2]string{"region", "zone"}, At: 10 * time.Second, For: 10 * time.Second, Convergence: time.Second, Timeout: time.Second}}
	p := placement.Placement{Name: "at the zone", Sites: []placement.Assignment{{Site: "zone", Role: placement.Compute}}}
	// Who asks at 9.97 s calls at 9.975 s; the answer would leave at 10.001 s and is lost. At 10.975 s there is no other way yet, at
	// 11.505 s there is.
	want := `1s BYPASS 112ms, propagation 10ms, service 2ms, upstream 100ms
9.97s ERROR (data home down) 1.01s
10.5s BYPASS 1.132s, propagation 10ms, service 2ms, upstream 120ms, timeout 1s
11s BYPASS 132ms, propagation 10ms, service 2ms, upstream 120ms
`
	require.Equal(t, want, inOrder(journeys(t, s, p)))
	w.Service = workload.Computed{Data: workload.DataCalls{Home: "region", Calls: 2, Probability: 1, Waits: true, Service: workload.ServiceTime{Mean: time.Millisecond}}}
	require.Contains(t, journeys(t, s, p), "9.97s BYPASS 1.157s, propagation 10ms, service 2ms, upstream 120ms, timeout 1.025s") // made again at 11 s
}

func TestALinkThatIsImpairedIsThatOfHand(t *testing.T) {
	s := detoured(t, []uint32{0, 0, 0, 0, 1}, 1, 9.999, 10, 20, 20.5)
	s.LinkImpairments = []LinkImpairment{
		{Between: [2]string{"x1", "a"}, At: 10 * time.Second, For: 10 * time.Second, Adds: 20 * time.Millisecond}, // longer than over x2, and yet
		{Between: [2]string{"region", "a"}, At: 20 * time.Second, For: 10 * time.Second, Adds: time.Millisecond},
	}
	require.Equal(t, `1s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
9.999s HIT 10ms, propagation 10ms
10s HIT 50ms, propagation 50ms
20s HIT 10ms, propagation 10ms
20.5s MISS 69ms, propagation 10ms, service 7ms, upstream 52ms
`, inOrder(journeys(t, s, cachesAt("a"))))
}

// A link that fails, is slow or loses packets all the time is as if the network were so.
func TestWhatLastsIsAsIfTheNetworkWereSo(t *testing.T) {
	s := detoured(t, nil)
	w := oneObject()
	w.Demand = workload.Poisson{RequestsPerSecond: 50, Objects: 20, ZipfExponent: 0.8}
	s.Workloads[0] = w
	const whole = 2 * time.Minute
	p := cachesAt("a", "b")
	changed := func(from, to string, change func(*topology.Link)) *topology.Network {
		var set []topology.Link
		for _, l := range s.Network.Links() {
			if joins([2]string{from, to}, &l) {
				change(&l)
				set = append(set, l)
			}
		}
		n, err := s.Network.With(topology.Change{SetLinks: set})
		require.NoError(t, err)
		return n
	}
	for name, of := range map[string]struct {
		event func(*Scenario)
		n     *topology.Network
	}{
		"without x1 - a": {func(s *Scenario) {
			s.LinkFailures = []LinkFailure{{Between: [2]string{"x1", "a"}, For: whole, Convergence: 1}}
		}, withoutLink(t, s.Network, "x1", "a")},
		"without a - region": {func(s *Scenario) {
			s.LinkFailures = []LinkFailure{{Between: [2]string{"a", "region"}, For: whole, Convergence: 1}}
		}, withoutLink(t, s.Network, "a", "region")},
		"slow": {func(s *Scenario) {
			s.LinkImpairments = []LinkImpairment{{Between: [2]string{"x1", "a"}, For: whole, Adds: 4 * time.Millisecond}}
		}, changed("x1", "a", func(l *topology.Link) { l.OneWay += 4 * time.Millisecond })},
		"lossy": {func(s *Scenario) {
			s.LinkImpairments = []LinkImpairment{{Between: [2]string{"x1", "a"}, For: whole, LossRatio: 0.02}}
		}, changed("x1", "a", func(l *topology.Link) { l.Loss = 0.02 })},
		"lossy between sites": {func(s *Scenario) {
			s.LinkImpairments = []LinkImpairment{{Between: [2]string{"a", "region"}, For: whole, LossRatio: 0.02}}
		}, changed("a", "region", func(l *topology.Link) { l.Loss = 0.02 })},
	} {
		usual := runOne(t, s, p)
		failing := s
		of.event(&failing)
		got := runOne(t, failing, p)
		other := s
		other.Network = of.n
		want := runOne(t, other, p)
		require.NotEqual(t, usual.Workloads[0].Metros, want.Workloads[0].Metros, name)
		require.Equal(t, want.Workloads[0].Metros, got.Workloads[0].Metros, name)
		require.Equal(t, want.Workloads[0].Tiers, got.Workloads[0].Tiers, name)
	}
}

// eventfulLinks has links fail and be slow under everything that asks over them: caches by message, computers and clients who try again.
func eventfulLinks(t testing.TB) (Scenario, placement.Placement) {
	t.Helper()
	s := detoured(t, nil)
	w := oneObject()
	w.Demand = workload.Poisson{RequestsPerSecond: 300, Objects: 2000, ZipfExponent: 0.6}
	s.Workloads[0] = w
	s.Workloads = append(s.Workloads, workload.Workload{
		Head: workload.Head{Name: "api", Client: transport.Connection{NewShare: 0.2}}, Demand: workload.Poisson{RequestsPerSecond: 100},
		Service: workload.Computed{
			ResponseBytes: 5000, Work: workload.ServiceTime{Mean: 3 * time.Millisecond},
			Data: workload.DataCalls{Home: "region", Calls: 2, Probability: 0.5, Waits: true, Service: workload.ServiceTime{Mean: time.Millisecond}},
		},
	})
	s.Failures = []Failure{{Site: "a", At: 40 * time.Second, For: 5 * time.Second, Detection: time.Second}}
	s.LinkFailures = []LinkFailure{
		{Between: [2]string{"x1", "a"}, At: 5 * time.Second, For: 5 * time.Second, Convergence: 2 * time.Second},
		{Between: [2]string{"a", "region"}, At: 8 * time.Second, For: 10 * time.Second, Convergence: 3 * time.Second, Timeout: time.Second},
		{Between: [2]string{"a", "b"}, At: 15 * time.Second, For: 3 * time.Second, Convergence: time.Second},
		{Between: [2]string{"a", "x2"}, At: 9 * time.Second, For: 5 * time.Second, Convergence: time.Second},
		{Between: [2]string{"zone", "region"}, At: 10 * time.Second, For: 20 * time.Second, Convergence: 4 * time.Second},
		{Between: [2]string{"zone", "metro"}, At: 30 * time.Second, For: 20 * time.Second, Convergence: 4 * time.Second},
		{Between: [2]string{"b", "region"}, At: 38 * time.Second, For: 5 * time.Second, Convergence: time.Second},
	}
	s.LinkImpairments = []LinkImpairment{
		{Between: [2]string{"metro", "x1"}, At: 20 * time.Second, For: 10 * time.Second, Adds: 3 * time.Millisecond, LossRatio: 0.01},
		{Between: [2]string{"a", "region"}, At: 25 * time.Second, For: 10 * time.Second, Adds: 3 * time.Millisecond},
		{Between: [2]string{"zone", "region"}, At: 1 * time.Second, For: 5 * time.Second, LossRatio: 0.05},
	}
	p := cachesAt("a", "b")
	for i := range p.Sites {
		p.Sites[i].Servers = 50
	}
	p.Sites = append(p.Sites, placement.Assignment{Site: "zone", Role: placement.Compute, Servers: 4})
	p.DNS = &placement.DNS{TTLs: []placement.TTL{{For: 2 * time.Second, Share: 1}}}
	return s, p
}

func TestLinkEventsDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	s, p := eventfulLinks(t)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	requireSameHoweverAdvanced(t, plans[0])
	r := runOne(t, s, p)
	for i, least := range []uint64{100, 10} {
		total, err := r.Workloads[i].Total()
		require.NoError(t, err)
		require.Greater(t, total.Failures[LinkDown], least)
		require.Greater(t, total.Answered(), 50*least)
	}
}

func TestEventsOfLinksThatCannotBeAreNamed(t *testing.T) {
	link, at := [2]string{"x1", "a"}, time.Second
	for want, change := range map[string]func(*Scenario){
		"LinkFailures[0].Between is x1 - x2; want two nodes of the network that a link joins; x1 is joined to a, metro": func(s *Scenario) { s.LinkFailures = []LinkFailure{{Between: [2]string{"x1", "x2"}, For: 1}} },
		"LinkFailures[0].Between is x - a; want two nodes of the network that a link joins; none joins x to any":        func(s *Scenario) { s.LinkFailures = []LinkFailure{{Between: [2]string{"x", "a"}, For: 1}} },
		"LinkFailures[0].At is -1ns":          func(s *Scenario) { s.LinkFailures = []LinkFailure{{Between: link, At: -1, For: 1}} },
		"LinkFailures[0].For is 0s":           func(s *Scenario) { s.LinkFailures = []LinkFailure{{Between: link}} },
		"LinkFailures[0].Convergence is -1ns": func(s *Scenario) { s.LinkFailures = []LinkFailure{{Between: link, For: 1, Convergence: -1}} },
		"LinkFailures[0].Timeout is -1ns":     func(s *Scenario) { s.LinkFailures = []LinkFailure{{Between: link, For: 1, Timeout: -1}} },
		"LinkFailures[1].At is 11s": func(s *Scenario) {
			s.LinkFailures = []LinkFailure{{Between: link, At: at, For: 10 * at, Convergence: at}, {Between: [2]string{"a", "x1"}, At: 11 * at, For: at}}
		},
		"LinkImpairments[0].Adds is 0s":     func(s *Scenario) { s.LinkImpairments = []LinkImpairment{{Between: link, For: 1}} },
		"LinkImpairments[0].Adds is -1ns":   func(s *Scenario) { s.LinkImpairments = []LinkImpairment{{Between: link, For: 1, Adds: -1}} },
		"LinkImpairments[0].LossRatio is 1": func(s *Scenario) { s.LinkImpairments = []LinkImpairment{{Between: link, For: 1, LossRatio: 1}} },
		"LinkImpairments[1].At is 2s": func(s *Scenario) {
			s.LinkImpairments = []LinkImpairment{{Between: link, At: at, For: 10 * at, Adds: 1}, {Between: link, At: 2 * at, For: at, Adds: 1}}
		},
	} {
		s := detoured(t, []uint32{0}, 1)
		change(&s)
		require.ErrorContains(t, s.Validate(), want)
	}
}

// Ways that are taken in turn are told apart by a byte.
func TestMoreWaysThanCanBeToldApartAreRefused(t *testing.T) {
	s := detoured(t, []uint32{0}, 1)
	for i := range maxHops {
		s.LinkImpairments = append(s.LinkImpairments, LinkImpairment{
			Between: [2]string{"a", "region"}, At: time.Duration(i) * time.Second, For: time.Second, Adds: time.Duration(1+i) * time.Millisecond,
		})
	}
	_, err := Compile(context.Background(), s, cachesAt("a"))
	require.ErrorContains(t, err, "256 ways are taken in turn as links fail or are impaired; want 255 at most")
	s.LinkImpairments = s.LinkImpairments[1:]
	_, err = Compile(context.Background(), s, cachesAt("a"))
	require.NoError(t, err)
}

// Of caches that have a tier's objects among them each counts once, over however many ways it is asked in turn.
func TestACacheCountsOnceOverHoweverManyWays(t *testing.T) {
	s := detoured(t, []uint32{0}, 1)
	s.LinkImpairments = []LinkImpairment{{Between: [2]string{"a", "region"}, At: time.Second, For: time.Second, Adds: time.Millisecond}}
	p := cachesAt("a")
	p.Tiers = append(p.Tiers, placement.Tier{Name: "second", Choice: placement.HashedCache, Caches: []placement.Cache{{Site: "b", CapacityBytes: 1 << 20}, {Site: "region", CapacityBytes: 1 << 20}}})
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	hops := plans[0].workloads[0].hops[plans[0].number("a")][0]
	var sites []string
	for _, h := range hops {
		sites = append(sites, plans[0].sites[h.to].id)
	}
	require.Equal(t, []string{"b", "region", "region"}, sites)
	require.Equal(t, []int{0, 1}, plans[0].partsOf(hops, 0))
	require.Equal(t, []int{0}, plans[0].partsOf(hops[1:], 0), "no hop but the first says how many")
}
