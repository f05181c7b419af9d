package sim

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// sharedNodes is fourNodes with a link that is shared, of 8 Mbit/s, so that 100,000 bytes take 100 ms.
func sharedNodes(t testing.TB, from, to string, how topology.Sharing) *topology.Network {
	t.Helper()
	n := fourNodes(t)
	nodes, links := n.AllNodes(), n.Links()
	for i := range links {
		if l := &links[i]; l.From == from && l.To == to {
			l.CapacityBitsPerSecond, l.Sharing = 8e6, how
		}
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	return n
}

// answersOf asks for objects of 100,000 bytes over connections that are open, at instants in ms.
func answersOf(objects []uint32, ms ...int64) workload.Workload {
	d := timed{object: objects}
	for _, at := range ms {
		d.at = append(d.at, time.Duration(at)*time.Millisecond)
	}
	return workload.Workload{
		Head: workload.Head{Name: "site", Client: transport.Connection{Idle: transport.KeepWindow}}, Demand: d,
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 100_000, MaxBytes: 100_000}},
	}
}

// sightings returns TTFB, TTLB and the wait for links of every request, in ns, by the instants at which they were asked, in ms.
func sightings(t testing.TB, s Scenario, p placement.Placement) (map[int64][3]int64, *Result) {
	t.Helper()
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	all := make(map[int64][3]int64)
	r, err := plans[0].Watch(context.Background(), 0, func(is *Sighting) {
		all[is.At/ms] = [3]int64{is.TTFB, is.TTLB, is.Causes[LinkQueue]}
		sum := int64(0)
		for _, ns := range is.Causes {
			sum += ns
		}
		require.Equal(t, is.TTFB, sum, "causes sum to the time to the first byte")
	})
	require.NoError(t, err)
	return all, r
}

func TestAnswersShareALinkToTheNanosecond(t *testing.T) {
	objects := []uint32{0, 1, 2, 3}
	// They come to the link at 40, 70, 80 and 540 ms.
	w := answersOf(objects, 0, 30, 40, 500)
	for how, want := range map[topology.Sharing]map[int64][3]int64{
		// One after the other: until 140, 240, 340 and 640.
		topology.FirstCome: {0: {80 * ms, 180 * ms, 0}, 30: {150 * ms, 250 * ms, 70 * ms}, 40: {240 * ms, 340 * ms, 160 * ms}, 500: {80 * ms, 180 * ms, 0}},
		// The first alone until 70, then two, from 80 on three: until 275, 335, 340 and 640.
		topology.EqualParts: {0: {80 * ms, 315 * ms, 0}, 30: {80 * ms, 345 * ms, 0}, 40: {80 * ms, 340 * ms, 0}, 500: {80 * ms, 180 * ms, 0}},
	} {
		s := Scenario{Network: sharedNodes(t, "region", "metro", how), Workloads: []workload.Workload{w}, Duration: 600 * time.Millisecond, Seed: 1}
		got, r := sightings(t, s, placement.RegionOnly("region"))
		require.Equal(t, want, got, "%v", how)
		require.Len(t, r.Links, 1)
		waited := uint64(230 * ms)
		if how == topology.EqualParts {
			waited = uint64((235 + 265 + 260 - 3*100) * ms)
		}
		require.Equal(t, LinkTally{
			From: "region", To: "metro", Sites: []string{"region"}, Sharing: how.String(), BitsPerSecond: 8e6,
			Workloads: []LinkUse{{Responses: 4, Bytes: 400_000, WaitedNs: waited}},
			// 300 ms of work from 40 ms on, and from 540 ms on until the end.
			BusyUs: 360_000, TotalUs: 600_000, PeakBusyUs: r.Links[0].PeakBusyUs, StepUs: r.Links[0].StepUs,
		}, r.Links[0])
		require.Equal(t, r.Links[0].StepUs, r.Links[0].PeakBusyUs, "300 ms in one go are longer than a step")
	}
}

func TestExplainedAnswersSayHowLongLinksHaveSentThem(t *testing.T) {
	// As in TestAnswersShareALinkToTheNanosecond.
	for how, want := range map[topology.Sharing][3]int64{topology.FirstCome: {100 * ms, 100 * ms, 100 * ms}, topology.EqualParts: {235 * ms, 265 * ms, 260 * ms}} {
		s := Scenario{Network: sharedNodes(t, "region", "metro", how), Workloads: []workload.Workload{answersOf([]uint32{0, 1, 2, 3}, 0, 30, 40, 500)}, Duration: 600 * time.Millisecond, Seed: 1}
		plans, err := Compile(context.Background(), s, placement.RegionOnly("region"))
		require.NoError(t, err)
		for i, ns := range want {
			e, err := plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, i+1)
			require.NoError(t, err)
			require.Equal(t, ns, e.TTLB-e.TTFB, "%v, request %d", how, i+1)
			require.Equal(t, []Step{
				{Text: "window on the way to the user: it holds any answer, as of a connection that keeps its window"},
				{Ns: ns, Text: "links: until those on the way to the user that others share had sent the other bytes"},
			}, e.Rest, "%v, request %d", how, i+1)
		}
	}
}

func TestFetchesShareALinkToTheNanosecond(t *testing.T) {
	// Misses of a PoP 3 ms away, whose questions reach the region at 28, 58 and 68 ms. The first object is asked for again at 133 ms.
	w := answersOf([]uint32{0, 1, 2, 0}, 0, 30, 40, 130)
	for how, want := range map[topology.Sharing]map[int64][3]int64{
		// One after the other: until 128, 228 and 328.
		topology.FirstCome: {0: {56 * ms, 156 * ms, 0}, 30: {126 * ms, 226 * ms, 70 * ms}, 40: {216 * ms, 316 * ms, 160 * ms}, 130: {6 * ms, 26 * ms, 0}},
		// The first alone until 58, then two, from 68 on three: until 263, 323 and 328.
		topology.EqualParts: {0: {56 * ms, 291 * ms, 0}, 30: {56 * ms, 321 * ms, 0}, 40: {56 * ms, 316 * ms, 0}, 130: {6 * ms, 161 * ms, 0}},
	} {
		s := Scenario{Network: sharedNodes(t, "region", "pop", how), Workloads: []workload.Workload{w}, Duration: 400 * time.Millisecond, Seed: 1}
		p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open)
		got, r := sightings(t, s, p)
		require.Equal(t, want, got, "%v", how)
		tally := &r.Workloads[0].Metros[0]
		require.Equal(t, []uint64{3, 1}, []uint64{tally.Outcomes[Miss], tally.Outcomes[DelayedHit]}, "%v", how)
		require.Equal(t, "region", r.Links[0].From)
		require.Equal(t, uint64(300_000), r.Links[0].Workloads[0].Bytes)
	}
}

// An answer over a link that all share in equal parts comes to a PoP with its last byte, at 153 ms, and says that its first was there at 53. A user of the PoP has had that since; behind
// a link that is shared, too, the PoP sends from 153 ms on: what would have crossed that before is known no more.
func TestFetchesThatComeWithTheirLastByteToTheNanosecond(t *testing.T) {
	for isBehind, want := range map[bool][3]int64{false: {56 * ms, 156 * ms, 0}, true: {156 * ms, 256 * ms, 0}} {
		n := sharedNodes(t, "region", "pop", topology.EqualParts)
		if isBehind {
			nodes, links := n.AllNodes(), n.Links()
			for i := range links {
				if l := &links[i]; l.From == "pop" && l.To == "metro" {
					l.CapacityBitsPerSecond, l.Sharing = 8e6, topology.FirstCome
				}
			}
			var err error
			n, err = topology.New(nodes, links)
			require.NoError(t, err)
		}
		s := Scenario{Network: n, Workloads: []workload.Workload{answersOf([]uint32{0}, 0)}, Duration: 400 * time.Millisecond, Seed: 1}
		got, _ := sightings(t, s, placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open))
		require.Equal(t, want, got[0], "behind a link: %v", isBehind)
	}
}

func TestAnOverloadedLinkGrowsByWhatIsTooMuch(t *testing.T) {
	// Every 80 ms what takes 100: each waits 20 ms longer than the one before, and 2.5 of 12.5 a second are too many.
	var at []int64
	objects := make([]uint32, 500)
	for i := range objects {
		at = append(at, int64(i)*80)
	}
	s := Scenario{Network: sharedNodes(t, "region", "metro", topology.FirstCome), Workloads: []workload.Workload{answersOf(objects, at...)}, Duration: 40 * time.Second, Seed: 1}
	got, r := sightings(t, s, placement.RegionOnly("region"))
	require.Len(t, got, 500)
	for i := range at {
		require.Equal(t, int64(i)*20*ms, got[at[i]][2])
	}
	require.Equal(t, r.Links[0].TotalUs-40_000, r.Links[0].BusyUs, "from the first answer on")

	// Where all share it nobody waits for the first byte, and the last of all is over it when it would be else.
	s.Network = sharedNodes(t, "region", "metro", topology.EqualParts)
	shared, ps := sightings(t, s, placement.RegionOnly("region"))
	most, last := int64(0), int64(0)
	for at, times := range shared {
		require.Equal(t, 80*ms, times[0])
		most = max(most, at*ms+times[1])
	}
	for at, times := range got {
		last = max(last, at*ms+times[1])
	}
	require.InDelta(t, last, most, 500, "what is shared is rounded by 1/256 ns at each arrival and departure")
	require.Equal(t, r.Links[0].BusyUs, ps.Links[0].BusyUs)
}

// linkedWorld is busyWorld without its game, with links that are shared wherever sites send, some one behind the other; and sites fail.
func linkedWorld(t testing.TB) (Scenario, placement.Placement) {
	t.Helper()
	s, p := busyScenario(t)
	s.Workloads = s.Workloads[:2]
	nodes, links := s.Network.AllNodes(), s.Network.Links()
	for i := range 5 {
		links = append(links, both(fmt.Sprintf("pop-%d", i), fmt.Sprintf("metro-%d", i), topology.Internet, 1)...)
	}
	for i := range links {
		l := &links[i]
		share := func(mbit float64, how topology.Sharing) { l.CapacityBitsPerSecond, l.Sharing = mbit*1e6, how }
		switch {
		case l.From == "zone" && l.To == "exchange":
			share(30, topology.FirstCome)
		case l.From == "pop-4" && l.To == "metro-4":
			share(3000, topology.FirstCome)
		case l.From == "pop-3" && l.To == "metro-3":
			share(2500, topology.EqualParts)
		case l.From == "region" && l.To == "mid":
			share(3000, topology.FirstCome)
		case l.From == "mid" && l.To == "pop-3", l.From == "mid" && l.To == "pop-2":
			share(800, topology.EqualParts)
		case l.From == "mid" && l.To == "pop-1":
			share(800, topology.FirstCome)
		}
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	s.Network = n
	s.Failures = []Failure{
		{Site: "mid", At: 2500 * time.Millisecond, For: 400 * time.Millisecond, Timeout: 90 * time.Millisecond},
		{Site: "region", At: 3 * time.Second, For: 700 * time.Millisecond, Timeout: 90 * time.Millisecond},
		{Site: "pop-4", At: 4 * time.Second, For: 400 * time.Millisecond, Detection: 100 * time.Millisecond, Timeout: 90 * time.Millisecond},
	}
	return s, p
}

func TestSharedLinksDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	s, p := linkedWorld(t)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	requireSameHoweverAdvanced(t, plans[0])
	r := runOne(t, s, p)
	require.Len(t, r.Links, 7)
	var waits int64
	for i := range r.Workloads {
		total, err := r.Workloads[i].Total()
		require.NoError(t, err)
		waits += total.Causes[LinkQueue]
	}
	require.Positive(t, waits)
	for _, l := range r.Links {
		require.Positive(t, l.BusyUs, "%s -> %s", l.From, l.To)
		require.LessOrEqual(t, l.BusyUs, l.TotalUs)
	}
}

func TestLinkLoadsBeforeARunAreThoseThatItFindsOut(t *testing.T) {
	s, p := linkedWorld(t)
	s.Failures, s.WarmUp, s.Duration = nil, 0, 30*time.Second
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: 200, Objects: 20_000, ZipfExponent: .8} // no link is full
	s.Workloads[0].Service = workload.Cacheable{Sizes: workload.Sizes{LnMean: 13, LnSD: .5}}            // no file of a hundred times the mean
	s.Workloads[1] = s.Workloads[1].WithRequestsPerSecond(150)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	before, err := plans[0].LinkLoads()
	require.NoError(t, err)
	after := plans[0].LoadsOf(runOne(t, s, p))
	var known []string
	for _, l := range before {
		n := slices.IndexFunc(after, l.IsOfTheSame)
		require.GreaterOrEqual(t, n, 0, l)
		require.Equal(t, l.Sharing, after[n].Sharing)
		require.Equal(t, l.Capacity, after[n].Capacity)
		require.InEpsilon(t, l.Offered, after[n].Offered, .05, l)
		known = append(known, l.From+" "+l.To)
	}
	require.ElementsMatch(t, []string{"pop-3 metro-3", "pop-4 metro-4", "zone exchange"}, known, "what caches fetch is known after a run")

	// All of 30 requests a second for 10,000 bytes are 2.4 Mbit/s; where the capacity is not shared, too.
	for how, sharing := range map[topology.Sharing]string{topology.FirstCome: "fifo", topology.Unshared: ""} {
		api := workload.Workload{Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: 30}, Service: workload.Computed{ResponseBytes: 10_000}}
		s := Scenario{Network: sharedNodes(t, "region", "metro", how), Workloads: []workload.Workload{api}, Duration: time.Minute}
		plans, err := Compile(context.Background(), s, placement.RegionOnly("region"))
		require.NoError(t, err)
		loads, err := plans[0].LinkLoads()
		require.NoError(t, err)
		require.Len(t, loads, 1)
		require.InEpsilon(t, 2.4e6, loads[0].Offered, 1e-9)
		loads[0].Offered = 0
		require.Equal(t, Load{From: "region", To: "metro", Sharing: sharing, Capacity: 8e6}, loads[0])
	}
}
