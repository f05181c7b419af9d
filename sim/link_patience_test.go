package sim

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestWhoHasTheFirstByteInTimeWaitsForTheRestOverALink(t *testing.T) {
	// The first bytes leave at once over a link that all share, and the last ones 195 to 265 ms later; clients are 80 ms away, there and back.
	w := patientOf(answersOf([]uint32{0, 1, 2, 3}, 0, 30, 40, 500), workload.Patience{Timeout: 100 * time.Millisecond, Retries: 2})
	s := Scenario{Network: sharedNodes(t, "region", "metro", topology.EqualParts), Workloads: []workload.Workload{w}, Duration: 600 * time.Millisecond, Seed: 1}
	got, r := sightings(t, s, placement.RegionOnly("region"))
	require.Equal(t, map[int64][3]int64{0: {80 * ms, 315 * ms, 0}, 30: {80 * ms, 345 * ms, 0}, 40: {80 * ms, 340 * ms, 0}, 500: {80 * ms, 180 * ms, 0}}, got)
	require.Zero(t, r.Workloads[0].Metros[0].Count(Retries))

	// A site that fails meanwhile has sent the first byte.
	s.Failures = []Failure{{Site: "region", At: 90 * time.Millisecond, For: 5 * time.Millisecond, Detection: time.Second, Timeout: 100 * time.Millisecond}}
	got, r = sightings(t, s, placement.RegionOnly("region"))
	require.Equal(t, map[int64][3]int64{0: {80 * ms, 315 * ms, 0}, 30: {80 * ms, 345 * ms, 0}, 40: {80 * ms, 340 * ms, 0}, 500: {80 * ms, 180 * ms, 0}}, got)
	require.Zero(t, r.Workloads[0].Metros[0].Count(Retries))

	// Nobody has it in time who gives up before it could be there.
	s.Workloads[0] = patientOf(w, workload.Patience{Timeout: 79 * time.Millisecond, Retries: 2})
	r = runOne(t, s, placement.RegionOnly("region"))
	require.Equal(t, []uint64{4, 8}, []uint64{r.Workloads[0].Metros[0].Failures[TimedOut], r.Workloads[0].Metros[0].Count(Retries)})
}

func TestWhoGivesUpBehindALinkOfTwoSitesAsksAgainToTheNanosecond(t *testing.T) {
	// As in TestTwoSitesShareALinkToTheNanosecond; of what the region sends to who asks at 40 and 50 ms the first byte comes to the link at 82 and 92 ms.
	for _, c := range []struct {
		how     topology.Sharing
		timeout time.Duration
		want    map[int64][3]int64
		retries uint64
	}{
		// The PoP's until 122, the region's until 222 and 322. Who has waited for 160 ms at 210 asks again: that comes to the link at 252, behind what nobody
		// waits for any more.
		{topology.FirstCome, 160 * time.Millisecond, map[int64][3]int64{40: {84 * ms, 184 * ms, 40 * ms}, 50: {274 * ms, 374 * ms, 70 * ms}}, 1},
		// What comes at the very end is in time.
		{topology.FirstCome, 174 * time.Millisecond, map[int64][3]int64{40: {84 * ms, 184 * ms, 40 * ms}, 50: {174 * ms, 274 * ms, 130 * ms}}, 0},
		// One nanosecond less: asked again at 224 ms, there at 266.
		{topology.FirstCome, 174*time.Millisecond - 1, map[int64][3]int64{40: {84 * ms, 184 * ms, 40 * ms}, 50: {274 * ms, 374 * ms, 56*ms + 1}}, 1},
		// The PoP's alone until 82, two until 92, three until 197, two until 317, one until 322: first bytes wait for nobody, and last ones are waited for.
		{topology.EqualParts, 44 * time.Millisecond, map[int64][3]int64{40: {44 * ms, 279 * ms, 0}, 50: {44 * ms, 274 * ms, 0}}, 0},
	} {
		api := patientOf(apiOf(40, 50), workload.Patience{Timeout: c.timeout, Retries: 1})
		s := Scenario{Network: lastMile(t, c.how), Workloads: []workload.Workload{answersOf([]uint32{0}, 0), api}, Duration: 900 * time.Millisecond, Seed: 1}
		p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open)
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		got, r := watchTwo(t, plans[0])
		require.Equal(t, c.want, got[1], "%v %v", c.how, c.timeout)
		require.Equal(t, c.retries, r.Workloads[1].Metros[0].Count(Retries))
		require.Equal(t, 2+c.retries, r.Links[0].Workloads[1].Responses, "what nobody waits for crosses the link, too")
		requireSame(t, runOne(t, s, p), advanceBy(t, plans[0], func(r *run) { advanceGlobally(t, r) }))
	}
}

func TestATryBehindALinkOfTwoSitesMeetsTheFailureOfItsSite(t *testing.T) {
	// The PoP's answer crosses the link from 22 ms on until 122. The region works on what is asked for at 40 from 62 on until 82; its first byte would be there
	// 84 ms after it was asked for, 1 ms too late. What is asked again at 123 is worked on from 145 on, when the region fails at 150: that is given up 60 ms after
	// it was asked.
	api := patientOf(apiOf(40), workload.Patience{Timeout: 83 * time.Millisecond, Retries: 1})
	api = workload.Change(api, func(c *workload.Computed) { c.Work.Mean = 20 * time.Millisecond })
	s := Scenario{Network: lastMile(t, topology.FirstCome), Workloads: []workload.Workload{answersOf([]uint32{0}, 0), api}, Duration: 900 * time.Millisecond, Seed: 1}
	s.Failures = []Failure{{Site: "region", At: 150 * time.Millisecond, For: 50 * time.Millisecond, Detection: time.Second, Timeout: 60 * time.Millisecond}}
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open)
	for i := range p.Sites {
		if p.Sites[i].Role == placement.Compute {
			p.Sites[i].Pools = []placement.Pool{{Servers: 1, Discipline: placement.SharedProcessor}}
		}
	}
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	var failed []Sighting
	r, err := plans[0].Watch(context.Background(), 0, func(is *Sighting) {
		if is.Workload == 1 {
			failed = append(failed, *is)
		}
	})
	require.NoError(t, err)
	require.Len(t, failed, 1)
	require.Equal(t, []any{Failed, SiteDown, 143 * ms, 2}, []any{failed[0].Outcome, failed[0].Reason, failed[0].TTFB, failed[0].Tries})
	require.Equal(t, uint64(1), r.Links[0].Workloads[1].Responses)
}

// nearAndFar is a metro 2 ms behind an exchange, over a link of 8 Mbit/s that is shared, so that 100,000 bytes take 100 ms: a zone is 3 ms from the exchange, a
// region 20.
func nearAndFar(t testing.TB, how topology.Sharing) (*topology.Network, placement.Placement) {
	t.Helper()
	links := slices.Concat(both("metro", "exchange", topology.Internet, 2), both("exchange", "region", topology.Internet, 20), both("exchange", "zone", topology.Internet, 3))
	links[1].CapacityBitsPerSecond, links[1].Sharing = 8e6, how
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "exchange", Kind: topology.Exchange}, {ID: "region", Kind: topology.Region}, {ID: "zone", Kind: topology.LocalZone, Parent: "region"},
	}, links)
	require.NoError(t, err)
	return n, placement.RegionOnly("region").WithLocalZones("zone")
}

func TestWhoGivesUpBehindALinkOfTwoSitesAsksTheNextToTheNanosecond(t *testing.T) {
	// The zone's answers come to the link at 8, 38 and 58 ms, and cross it until 108, 208 and 308. Who asks at 50 has nothing 131 ms later, at 181, and asks the
	// region: what that sends comes to the link at 223, waits until 308, and its first byte is there at 310. It takes a connection of two round trips besides,
	// over which the window grows until all is there.
	network, p := nearAndFar(t, topology.FirstCome)
	client := transport.Connection{Idle: transport.KeepWindow, BitsPerSecond: 8e6}.Transfer()
	takes := client.Time(100_000, 44*ms, true)
	for _, c := range []struct {
		timeout time.Duration
		want    [3]int64 // of who asks at 50 ms
		retries uint64
	}{
		{131 * time.Millisecond, [3]int64{(260 + 88) * ms, (260+88)*ms + takes, 85 * ms}, 1},
		{160 * time.Millisecond, [3]int64{160 * ms, 260 * ms, 150 * ms}, 0}, // at the very end
		{160*time.Millisecond - 1, [3]int64{(260 + 88) * ms, (260+88)*ms + takes, 56*ms + 1}, 1},
	} {
		api := patientOf(apiOf(0, 30, 50), workload.Patience{Timeout: c.timeout, Retries: 1, At: workload.NextSite})
		s := Scenario{Network: network, Workloads: []workload.Workload{api}, Duration: 900 * time.Millisecond, Seed: 1}
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		got, r := watchTwo(t, plans[0])
		require.Equal(t, map[int64][3]int64{0: {10 * ms, 110 * ms, 0}, 30: {80 * ms, 180 * ms, 70 * ms}, 50: c.want}, got[0], "%v", c.timeout)
		require.Equal(t, c.retries, r.Workloads[0].Metros[0].Count(Retries))
		requireSame(t, runOne(t, s, p), advanceBy(t, plans[0], func(r *run) { advanceGlobally(t, r) }))
	}

	// Nobody is answered in time; the region is asked when the request is at the zone, at the earliest.
	api := patientOf(apiOf(0), workload.Patience{Timeout: 3 * time.Millisecond, Retries: 1, At: workload.NextSite})
	s := Scenario{Network: network, Workloads: []workload.Workload{api}, Duration: 900 * time.Millisecond, Seed: 1}
	r := runOne(t, s, p)
	require.Equal(t, []uint64{1, 1, 2}, []uint64{r.Workloads[0].Metros[0].Failures[TimedOut], r.Workloads[0].Metros[0].Count(Retries), r.Links[0].Workloads[0].Responses})
}

// impatient returns a scenario whose links to users are slower, and whose clients do not wait for ever: those of files ask the same site again, those of what
// is computed the next.
func impatient(t testing.TB, s Scenario) Scenario {
	t.Helper()
	links := s.Network.Links()
	for i := range links {
		if l := &links[i]; strings.HasPrefix(l.To, "metro") {
			l.CapacityBitsPerSecond /= 8
		} else if l.From == "zone" {
			l.CapacityBitsPerSecond *= 2
		}
	}
	n, err := topology.New(s.Network.AllNodes(), links)
	require.NoError(t, err)
	s.Network, s.Workloads = n, slices.Clone(s.Workloads)
	s.Workloads[0] = patientOf(s.Workloads[0], workload.Patience{Timeout: 100 * time.Millisecond, Retries: 2, Backoff: 5 * time.Millisecond, Jitter: .5})
	s.Workloads[1] = patientOf(s.Workloads[1].WithRequestsPerSecond(200), workload.Patience{Timeout: 85 * time.Millisecond, Retries: 1, Jitter: .5, Backoff: 3 * time.Millisecond, At: workload.NextSite})
	return s
}

// overPools returns a placement whose answers between sites do not wait for one another: over one connection nobody would get any in time.
func overPools(p placement.Placement) placement.Placement {
	return p.WithUpstream(transport.Upstream{Pool: 32})
}

func TestClientsBehindALinkOfOneSiteGiveUpAsIfItWereOnItsOwn(t *testing.T) {
	s, p := linkedWorld(t)
	s, p = impatient(t, s), overPools(p)
	s.Failures = nil                      // what has left the site is not lost with it
	s.LinkImpairments = []LinkImpairment{ // after which what is asked again is there sooner
		{Between: [2]string{"pop-4", "metro-4"}, At: 2500 * time.Millisecond, For: time.Second, Adds: 45 * time.Millisecond},
		{Between: [2]string{"pop-3", "metro-3"}, At: 3500 * time.Millisecond, For: 200 * time.Millisecond, Adds: 48 * time.Millisecond},
	}
	for at, timeout := range []time.Duration{workload.SameSite: 95 * time.Millisecond, workload.NextSite: 80 * time.Millisecond} {
		at := workload.RetrySite(at)
		if at == workload.NextSite {
			s.LinkImpairments = nil
		}
		s.Workloads[1] = workload.Change(s.Workloads[1], func(c *workload.Computed) { c.Patience.At, c.Patience.Timeout = at, timeout })
		apart, want, got := runApart(t, s, p)
		for i := range want.Workloads {
			total, err := want.Workloads[i].Total()
			require.NoError(t, err)
			for _, n := range []uint64{total.Failures[TimedOut], total.Count(Retries), uint64(total.Causes[LinkQueue])} {
				require.Positive(t, n, "%s %v %v %v", want.Workloads[i].Name, total.Failures, total.Count(Retries), total.Causes)
			}
		}
		want.Links, got.Links, want.Fingerprint, got.Fingerprint = nil, nil, 0, 0
		requireSame(t, want, got)
		requireSameHoweverAdvanced(t, apart)
	}
}

func TestClientsBehindLinksOfSeveralSitesDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	s, p := metroWorld(t)
	s, p = impatient(t, s), overPools(p)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	requireSameHoweverAdvanced(t, plans[0])
	r := runOne(t, s, p)
	for i := range r.Workloads {
		total, err := r.Workloads[i].Total()
		require.NoError(t, err)
		for _, n := range []uint64{total.Failures[TimedOut], total.Failures[SiteDown], total.Count(Retries), uint64(total.Causes[LinkQueue]), uint64(total.Causes[Timeout])} {
			require.Positive(t, n, "%s %v", r.Workloads[i].Name, total.Failures)
		}
	}
}
