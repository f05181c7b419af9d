package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// lastMile is a metro behind an exchange, 2 ms away, over a link of 8 Mbit/s that is shared, so that 100,000 bytes take 100 ms: a region
// is 20 ms from the exchange, a PoP 3 ms, and 7 ms from the region.
func lastMile(t testing.TB, how topology.Sharing) *topology.Network {
	t.Helper()
	links := slices.Concat(both("metro", "exchange", topology.Internet, 2), both("exchange", "region", topology.Internet, 20),
		both("exchange", "pop", topology.Internet, 3), both("pop", "region", topology.Backbone, 7))
	links[1].CapacityBitsPerSecond, links[1].Sharing = 8e6, how
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "exchange", Kind: topology.Exchange}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region},
	}, links)
	require.NoError(t, err)
	return n
}

// apiOf asks for answers of 100,000 bytes that are computed, over connections that are open, at instants in ms.
func apiOf(ms ...int64) workload.Workload {
	w := answersOf(nil, ms...)
	w.Name, w.Service = "api", workload.Computed{ResponseBytes: 100_000}
	return w
}

func TestTwoSitesShareALinkToTheNanosecond(t *testing.T) {
	// What a PoP sends comes to the link 8 ms after it has been asked for, but the first, which it has asked the region for, 14 ms later; what the
	// region sends 42 ms after. So they come at 22 (PoP), 82 (region), 138 (PoP), 168 (both) and 708 ms (PoP).
	site, api := answersOf([]uint32{0, 0, 0, 0}, 0, 130, 160, 700), apiOf(40, 126)
	for how, want := range map[topology.Sharing][2]map[int64][3]int64{
		// One after the other: until 122, 222 and 322; then the region's, as it is the first site, until 422, then 522, and 808.
		topology.FirstCome: {
			{0: {24 * ms, 124 * ms, 0}, 130: {94 * ms, 194 * ms, 84 * ms}, 160: {264 * ms, 364 * ms, 254 * ms}, 700: {10 * ms, 110 * ms, 0}},
			{40: {84 * ms, 184 * ms, 40 * ms}, 126: {198 * ms, 298 * ms, 154 * ms}},
		},
		// The first alone until 82, then two until 138, three until 168, five until 178, four until 418, three until 502, two until 522.
		topology.EqualParts: {
			{0: {24 * ms, 180 * ms, 0}, 130: {10 * ms, 374 * ms, 0}, 160: {10 * ms, 364 * ms, 0}, 700: {10 * ms, 110 * ms, 0}},
			{40: {44 * ms, 380 * ms, 0}, 126: {44 * ms, 398 * ms, 0}},
		},
	} {
		s := Scenario{Network: lastMile(t, how), Workloads: []workload.Workload{site, api}, Duration: 900 * time.Millisecond, Seed: 1}
		p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open)
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		got, r := watchTwo(t, plans[0])
		require.Equal(t, want, got, "%v", how)
		require.Len(t, r.Links, 1)
		l := &r.Links[0]
		require.Equal(t, []string{"region", "pop"}, l.Sites)
		require.Equal(t, []uint64{4, 2, 400_000, 200_000}, []uint64{l.Workloads[0].Responses, l.Workloads[1].Responses, l.Workloads[0].Bytes, l.Workloads[1].Bytes})
		require.Equal(t, []uint64{500_000 + 100_000, 900_000}, []uint64{l.BusyUs, l.TotalUs})
		requireSame(t, runOne(t, s, p), advanceBy(t, plans[0], func(r *run) { advanceGlobally(t, r) }))
	}
}

// watchTwo runs a plan of two workloads, and returns of each request, by when it was asked in ms, its time to the first byte and to the last, and its wait for links.
func watchTwo(t *testing.T, plan *Plan) (got [2]map[int64][3]int64, r *Result) {
	t.Helper()
	got = [2]map[int64][3]int64{{}, {}}
	r, err := plan.Watch(context.Background(), 0, func(is *Sighting) {
		got[is.Workload][is.At/ms] = [3]int64{is.TTFB, is.TTLB, is.Causes[LinkQueue]}
	})
	require.NoError(t, err)
	return got, r
}

func TestWhatAPoPPassesOnSharesALinkWithWhatItSends(t *testing.T) {
	// The PoP's first answer crosses the link from 22 ms on until 122; what the region computes comes there through the PoP 22 ms after it was asked for.
	site, api := answersOf([]uint32{0}, 0), apiOf(90, 500)
	s := Scenario{Network: lastMile(t, topology.FirstCome), Workloads: []workload.Workload{site, api}, Duration: 900 * time.Millisecond, Seed: 1}
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open).ViaPoP()
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	got, r := watchTwo(t, plans[0])
	require.Equal(t, [2]map[int64][3]int64{{0: {24 * ms, 124 * ms, 0}}, {90: {34 * ms, 134 * ms, 10 * ms}, 500: {24 * ms, 124 * ms, 0}}}, got)
	require.Equal(t, []string{"region", "pop"}, r.Links[0].Sites)
	loads, err := plans[0].LinkLoads()
	require.NoError(t, err)
	require.Empty(t, loads, "nobody knows how often these are asked for")
}

func TestWhoGetsWhatHasLeftForALinkLeavesTheConnectionWhenTheSiteHasFailed(t *testing.T) {
	// A visit over HTTP/2 asks the region at 20 s over a new connection, two round trips of 44 ms. Three answers of the PoP come to the link at 20.008 s and take it until 20.308; the region's comes there at 20.042 but for the handshake, and so waits 266 ms. It leaves
	// at 20.110 s but for the link, and at 20.376 with what it has waited: who fails between these knows nothing of the connection any more.
	for name, of := range map[string]struct {
		failsAt   time.Duration
		handshake int64 // of what is asked for at 22 s
	}{
		"as it has left":            {20_111 * time.Millisecond, 88 * ms},
		"as it comes from the link": {20_370 * time.Millisecond, 88 * ms},
		"never":                     {24 * time.Second, 0},
	} {
		site, api := answersOf([]uint32{0, 0, 0, 0}, 0, 20_000, 20_000, 20_000), oneVisit(0, 20*second, 22*second)
		api.Name, api.Visits.Versions, api.Visits.IdleTimeout, api.Service = "api", workload.Versions{0, 1, 0}, 3*time.Second, workload.Computed{ResponseBytes: 100_000}
		s := Scenario{Network: lastMile(t, topology.FirstCome), Workloads: []workload.Workload{site, api}, Duration: 25 * time.Second, Seed: 1}
		s.Failures = []Failure{{Site: "region", At: of.failsAt, For: time.Millisecond, Timeout: time.Second}}
		all := slices.DeleteFunc(sighted(t, s, placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open)), func(is Sighting) bool { return is.Workload == 0 })
		require.Len(t, all, 2, name)
		require.Equal(t, [3]int64{398 * ms, 88 * ms, 266 * ms}, [3]int64{all[0].TTFB, all[0].Causes[Connect] + all[0].Causes[TLS], all[0].Causes[LinkQueue]}, name)
		require.Equal(t, of.handshake, all[1].Causes[Connect]+all[1].Causes[TLS], name)
	}
}

func TestWhatHasLeftForALinkOfSeveralSitesGoesOnWhenItsSiteFails(t *testing.T) {
	// What the region sends leaves at 62 ms and waits for the link until 122; the region fails at 70. What is asked for at 55 finds it down.
	site, api := answersOf([]uint32{0, 0, 0}, 0, 300, 310), apiOf(40, 55)
	s := Scenario{Network: lastMile(t, topology.FirstCome), Workloads: []workload.Workload{site, api}, Duration: 900 * time.Millisecond, Seed: 1}
	s.Failures = []Failure{
		{Site: "region", At: 70 * time.Millisecond, For: 10 * time.Millisecond, Detection: time.Second, Timeout: time.Second},
		{Site: "pop", At: 350 * time.Millisecond, For: 10 * time.Millisecond, Detection: time.Second, Timeout: time.Second},
	}
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	watch := func(plan *Plan) (got [2]map[int64]int64) {
		got = [2]map[int64]int64{{}, {}}
		_, err := plan.Watch(context.Background(), 0, func(is *Sighting) {
			if got[is.Workload][is.At/ms] = is.TTFB; is.Outcome == Failed {
				got[is.Workload][is.At/ms] = -int64(is.Reason)
			}
		})
		require.NoError(t, err)
		return got
	}
	down := -int64(SiteDown)
	// The PoP sends what it has at 305 and at 315, to which the link comes at 408.
	require.Equal(t, [2]map[int64]int64{{0: 24 * ms, 300: 10 * ms, 310: 100 * ms}, {40: 84 * ms, 55: down}}, watch(plans[0]))

	// Over a link of its own before that the PoP sends the second from 405 on, so that it is lost with the PoP.
	links := s.Network.Links()
	for i := range links {
		if l := &links[i]; l.From == "pop" && l.To == "exchange" {
			l.CapacityBitsPerSecond, l.Sharing = 8e6, topology.FirstCome
		}
	}
	s.Network, err = topology.New(s.Network.AllNodes(), links)
	require.NoError(t, err)
	plans, err = Compile(context.Background(), s, p)
	require.NoError(t, err)
	require.Equal(t, [2]map[int64]int64{{0: 24 * ms, 300: 10 * ms, 310: down}, {40: 84 * ms, 55: down}}, watch(plans[0]))
}

func TestTwoOriginsShareALinkToTheNanosecond(t *testing.T) {
	// A PoP 5 ms behind a link that answers of two origins cross, which are 20 and 10 ms before it. What is asked for at 0 comes to the link at 48 ms, and
	// what is asked for of the nearer origin at 12 at 40 ms.
	links := slices.Concat(both("metro", "pop", topology.Internet, 3), both("metro", "region", topology.Internet, 90), both("metro", "east", topology.Internet, 90), both("hub", "pop", topology.Internet, 5), both("hub", "region", topology.Internet, 20), both("hub", "east", topology.Internet, 10))
	for how, want := range map[topology.Sharing][2]map[int64][3]int64{
		// The nearer until 140, then the other until 240.
		topology.FirstCome: {{0: {148 * ms, 248 * ms, 92 * ms}}, {12: {36 * ms, 136 * ms, 0}}},
		// The nearer alone until 48, then both until 232.
		topology.EqualParts: {{0: {56 * ms, 248 * ms, 0}}, {12: {36 * ms, 228 * ms, 0}}},
	} {
		links[6].CapacityBitsPerSecond, links[6].Sharing = 8e6, how
		n, err := topology.New([]topology.Node{
			{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "hub", Kind: topology.Exchange}, {ID: "region", Kind: topology.Region}, {ID: "east", Kind: topology.Region},
		}, links)
		require.NoError(t, err)
		far, near := answersOf([]uint32{0}, 0), answersOf([]uint32{0}, 12)
		near.Name = "other"
		s := Scenario{Network: n, Workloads: []workload.Workload{far, near}, Duration: 300 * time.Millisecond, Seed: 1}
		p := placement.Placement{Name: "two", Sites: []placement.Assignment{
			{Site: "region", Role: placement.Origin, Workloads: []string{"site"}}, {Site: "east", Role: placement.Origin, Workloads: []string{"other"}},
		}}.WithPoPs(1<<20, "pop").WithUpstream(open)
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		got, r := watchTwo(t, plans[0])
		require.Equal(t, want, got, "%v", how)
		require.Equal(t, []string{"region", "east"}, r.Links[0].Sites)
		require.Equal(t, LinkUse{Responses: 2, Bytes: 200_000, WaitedNs: r.Links[0].Sum().WaitedNs}, r.Links[0].Sum())
		require.Equal(t, []uint64{200_000, 300_000}, []uint64{r.Links[0].BusyUs, r.Links[0].TotalUs})
		requireSame(t, runOne(t, s, p), advanceBy(t, plans[0], func(r *run) { advanceGlobally(t, r) }))
	}
}

// metroWorld is linkedWorld with each metro and its PoP behind an exchange of their own, and the links to some metros shared by all sites that send to
// their users.
func metroWorld(t testing.TB) (Scenario, placement.Placement) {
	t.Helper()
	s, p := linkedWorld(t)
	nodes := s.Network.AllNodes()
	links := slices.DeleteFunc(s.Network.Links(), func(l topology.Link) bool {
		return strings.HasPrefix(l.From, "metro-") || strings.HasPrefix(l.To, "metro-")
	})
	for i, how := range []topology.Sharing{topology.FirstCome, topology.EqualParts, topology.FirstCome, topology.Unshared, topology.FirstCome} {
		x, pop, metro := fmt.Sprintf("exchange-%d", i), fmt.Sprintf("pop-%d", i), fmt.Sprintf("metro-%d", i)
		nodes = append(nodes, topology.Node{ID: x, Kind: topology.Exchange})
		down := topology.Link{From: x, To: metro, Kind: topology.Internet, OneWay: time.Millisecond, CapacityBitsPerSecond: 1.2e9 * float64(i+1), Sharing: how}
		if how == topology.Unshared {
			down.CapacityBitsPerSecond = 0
		}
		links = append(links, down, topology.Link{From: metro, To: x, Kind: topology.Internet, OneWay: time.Millisecond})
		links = append(links, both(x, "exchange", topology.Internet, 2)...)
		links = append(links, both(x, pop, topology.Internet, float64(i)/4)...) // the first is at the exchange
	}
	for i := range links {
		if l := &links[i]; l.From == "pop-4" && l.To == "exchange-4" {
			l.CapacityBitsPerSecond, l.Sharing = 5e9, topology.FirstCome
		}
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	s.Network = n
	return s, p
}

func TestLinksOfSeveralSitesDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	s, p := metroWorld(t)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	requireSameHoweverAdvanced(t, plans[0])
	r := runOne(t, s, p)
	several := 0
	for _, l := range r.Links {
		require.Positive(t, l.BusyUs, "%s -> %s", l.From, l.To)
		require.LessOrEqual(t, l.BusyUs, l.TotalUs)
		if len(l.Sites) > 1 {
			several++
		}
	}
	require.Equal(t, 4, several)
}

// runApart runs a replication with links as they are, and with all of them advancing on their own, of which it returns the plan, too.
func runApart(t *testing.T, s Scenario, p placement.Placement) (apart *Plan, asTheyAre, onTheirOwn *Result) {
	t.Helper()
	plans, err := Compile(context.Background(), s, p, p)
	require.NoError(t, err)
	apart = plans[1]
	for n := range apart.links {
		apart.links[n].isApart = true
	}
	asTheyAre, err = plans[0].Run(context.Background(), 0)
	require.NoError(t, err)
	onTheirOwn, err = apart.Run(context.Background(), 0)
	require.NoError(t, err)
	return apart, asTheyAre, onTheirOwn
}

func TestALinkOfOneSiteIsTheSameOnItsOwn(t *testing.T) {
	// To the bit, but for the numbers of messages: where one site sends it does not matter where the link is.
	s, p := linkedWorld(t)
	s.Failures = nil // what has left the site is not lost with it
	for _, steps := range []*Steps{nil, {Step: 250 * time.Millisecond, ByMetro: true}} {
		s.Timeline = steps
		apart, want, got := runApart(t, s, p)
		require.Len(t, got.Links, 7)
		for i := range want.Links {
			// What is on its way to a link when recording begins or ends counts there later.
			require.InDelta(t, float64(want.Links[i].Sum().Bytes), float64(got.Links[i].Sum().Bytes), .02*float64(want.Links[i].Sum().Bytes)+2e6)
		}
		require.NotEqual(t, want.Fingerprint, got.Fingerprint)
		want.Links, got.Links, want.Fingerprint, got.Fingerprint = nil, nil, 0, 0
		requireSame(t, want, got)
		if steps != nil {
			requireSameHoweverAdvanced(t, apart)
		}
	}
}

func TestAnOverloadedLinkOfTwoSitesGrowsByWhatIsTooMuch(t *testing.T) {
	// Every 160 ms what takes 200, of two sites: each waits 40 ms longer than the one before of its site.
	var near, far []int64
	objects := make([]uint32, 200)
	for i := range objects {
		near, far = append(near, 100+int64(i)*160), append(far, 180-34+int64(i)*160)
	}
	api := apiOf(far...)
	s := Scenario{Network: lastMile(t, topology.FirstCome), Workloads: []workload.Workload{answersOf(append([]uint32{0}, objects...), append([]int64{0}, near...)...), api}, Duration: 40 * time.Second, Seed: 1}
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	waited := [2][]int64{}
	_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) {
		waited[is.Workload] = append(waited[is.Workload], is.Causes[LinkQueue])
	})
	require.NoError(t, err)
	// The first answer of all, a miss, is over the link at 122 ms; the PoP's next comes at 108, the region's at 188.
	require.Len(t, waited[0], 201)
	require.Len(t, waited[1], 200)
	for i := range objects {
		require.Equal(t, (14+40*int64(i))*ms, waited[0][i+1])
		require.Equal(t, (34+40*int64(i))*ms, waited[1][i])
	}
}

func TestLinksOfSeveralSitesAllocateNothingPerResponse(t *testing.T) {
	s, p := linkedWorld(t)
	s.Failures, s.WarmUp, s.Duration = nil, 0, 40*time.Second
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: 400, Objects: 20_000, ZipfExponent: .8}
	s.Workloads[0].Service = workload.Cacheable{Sizes: workload.Sizes{LnMean: 12, LnSD: .5}} // no link is full
	s.Workloads[1] = s.Workloads[1].WithRequestsPerSecond(150)
	allocations := func(isApart bool) float64 {
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		for n := range plans[0].links {
			plans[0].links[n].isApart = isApart
		}
		return testing.AllocsPerRun(1, func() {
			_, err := plans[0].Run(context.Background(), 0)
			require.NoError(t, err)
		})
	}
	require.InDelta(t, allocations(false), allocations(true), 300, "for 20,000 responses to sites")
}
