package sim

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestWhatComesFromALinkThatAllShareSharesTheNextToTheNanosecond(t *testing.T) {
	// lastMile, where what the PoP sends crosses a link of 8 Mbit/s that all share before the last one, of 16, so that 100,000 bytes take 100 ms and 50. The PoP's
	// answers leave at 19, 305 and 335 ms; of those asked for at 300 and 330 the first has 30 ms of its link alone, and they are over it at 475 and 505. First bytes
	// come to the last link 3 ms after they leave, and that of the region, which is asked at 290, at 332.
	for how, want := range map[topology.Sharing][2]map[int64][3]int64{
		// From 22 to 72, 308 to 358, the region's to 408, and the last to 458.
		topology.FirstCome: {{0: {24 * ms, 124 * ms, 0}, 300: {10 * ms, 180 * ms, 0}, 330: {80 * ms, 180 * ms, 70 * ms}}, {290: {70 * ms, 120 * ms, 26 * ms}}},
		// The first alone until 332, two until 338, three until 407, two until 455.
		topology.EqualParts: {{0: {24 * ms, 124 * ms, 0}, 300: {10 * ms, 180 * ms, 0}, 330: {10 * ms, 180 * ms, 0}}, {290: {44 * ms, 167 * ms, 0}}},
	} {
		n := lastMile(t, how)
		links := n.Links()
		for i := range links {
			switch l := &links[i]; {
			case l.From == "pop" && l.To == "exchange":
				l.CapacityBitsPerSecond, l.Sharing = 8e6, topology.EqualParts
			case l.To == "metro":
				l.CapacityBitsPerSecond = 16e6
			}
		}
		n, err := topology.New(n.AllNodes(), links)
		require.NoError(t, err)
		s := Scenario{Network: n, Workloads: []workload.Workload{answersOf([]uint32{0, 0, 0}, 0, 300, 330), apiOf(290)}, Duration: 900 * time.Millisecond, Seed: 1}
		p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open)
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		got, r := watchTwo(t, plans[0])
		require.Equal(t, want, got, "%v", how)
		require.Len(t, r.Links, 2)
		for _, l := range r.Links {
			require.Equal(t, map[string]uint64{"metro": 4, "exchange": 3}[l.To], l.Sum().Responses)
		}
		requireSame(t, runOne(t, s, p), advanceBy(t, plans[0], func(r *run) { advanceGlobally(t, r) }))

		// Who does not wait for ever has first bytes in time, however long the rest takes.
		s.Workloads[0] = patientOf(s.Workloads[0], workload.Patience{Timeout: 80 * time.Millisecond, Retries: 1})
		plans, err = Compile(context.Background(), s, p)
		require.NoError(t, err)
		got, _ = watchTwo(t, plans[0])
		require.Equal(t, want, got, "%v", how)
	}
}

// chain is a metro behind three links, a PoP before them, and a region behind two links of the PoP; on both ways all share some of them.
func chain(t testing.TB) (Scenario, placement.Placement) {
	t.Helper()
	links := slices.Concat(both("pop", "a", topology.Internet, 1), both("a", "b", topology.Internet, .5), both("b", "metro", topology.Internet, .7),
		both("region", "c", topology.Internet, 3), both("c", "pop", topology.Internet, 4), both("metro", "region", topology.Internet, 90))
	set := func(from string, mbit float64, how topology.Sharing) {
		for i := range links {
			if l := &links[i]; l.From == from && slices.Contains([]string{"pop a", "a b", "b metro", "region c", "c pop"}, l.From+" "+l.To) {
				l.CapacityBitsPerSecond, l.Sharing = mbit*1e6, how
			}
		}
	}
	set("pop", 150, topology.EqualParts)
	set("a", 170, topology.FirstCome)
	set("b", 160, topology.EqualParts)
	set("region", 60, topology.EqualParts)
	set("c", 70, topology.FirstCome)
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "a", Kind: topology.Exchange}, {ID: "b", Kind: topology.Exchange}, {ID: "c", Kind: topology.Exchange},
		{ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region},
	}, links)
	require.NoError(t, err)
	w := answersOf(nil)
	w.Demand = workload.Poisson{RequestsPerSecond: 130, Objects: 3000, ZipfExponent: .9}
	w = patientOf(w, workload.Patience{Timeout: 60 * time.Millisecond, Retries: 1})
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 10 * time.Second, Seed: 5}
	return s, placement.RegionOnly("region").WithPoPs(50<<20, "pop").WithUpstream(open)
}

func TestLinksThatAllShareBeforeOthersAreTheSameOnTheirOwn(t *testing.T) {
	// All of them on their own; and those alone that are not the first of their way.
	s, p := chain(t)
	for _, first := range []bool{true, false} {
		plans, err := Compile(context.Background(), s, p, p)
		require.NoError(t, err)
		apart := plans[1]
		for n := range apart.links {
			apart.links[n].isApart = first || apart.links[n].From != "pop" && apart.links[n].From != "region"
		}
		want, err := plans[0].Run(context.Background(), 0)
		require.NoError(t, err)
		got, err := apart.Run(context.Background(), 0)
		require.NoError(t, err)
		require.Len(t, got.Links, 5)
		total, err := want.Workloads[0].Total()
		require.NoError(t, err)
		for _, n := range []uint64{total.Outcomes[Hit], total.Outcomes[Miss], total.Count(Retries), uint64(total.Causes[LinkQueue])} {
			require.Positive(t, n)
		}
		want.Links, got.Links, want.Fingerprint, got.Fingerprint = nil, nil, 0, 0
		requireSame(t, want, got)
		requireSameHoweverAdvanced(t, apart)
	}
}

func TestAFailureMeetsWhatHasNotLeftALinkThatAllShare(t *testing.T) {
	// A link that sends one after the other stands between the PoP's, which all share, and the last one of two sites. What is asked for at 300 and 310 ms leaves
	// the PoP at 305 and 405, as that one is free: the PoP fails at 350, so that the second is lost, and of the first all goes on.
	n := lastMile(t, topology.FirstCome)
	nodes, links := n.AllNodes(), slices.DeleteFunc(n.Links(), func(l topology.Link) bool {
		return l.From == "pop" && l.To == "exchange" || l.From == "exchange" && l.To == "pop"
	})
	nodes = append(nodes, topology.Node{ID: "u", Kind: topology.Exchange})
	links = append(links, slices.Concat(both("pop", "u", topology.Internet, 1), both("u", "exchange", topology.Internet, 2))...)
	for i := range links {
		switch l := &links[i]; {
		case l.From == "pop" && l.To == "u":
			l.CapacityBitsPerSecond, l.Sharing = 8e6, topology.EqualParts
		case l.From == "u" && l.To == "exchange":
			l.CapacityBitsPerSecond, l.Sharing = 8e6, topology.FirstCome
		}
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	s := Scenario{Network: n, Workloads: []workload.Workload{answersOf([]uint32{0, 0, 0}, 0, 300, 310), apiOf(700)}, Duration: 900 * time.Millisecond, Seed: 1}
	s.Failures = []Failure{{Site: "pop", At: 350 * time.Millisecond, For: 10 * time.Millisecond, Detection: time.Second, Timeout: time.Second}}
	plans, err := Compile(context.Background(), s, placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open))
	require.NoError(t, err)
	got := make(map[int64][2]int64)
	r, err := plans[0].Watch(context.Background(), 0, func(is *Sighting) {
		if got[is.At/ms] = [2]int64{is.TTFB, is.TTLB}; is.Outcome == Failed {
			got[is.At/ms] = [2]int64{-int64(is.Reason), is.TTFB}
		}
	})
	require.NoError(t, err)
	// Over the first link two share it from 315 on: the first is over it at 495.
	require.Equal(t, map[int64][2]int64{0: {24 * ms, 124 * ms}, 300: {10 * ms, (495 + 5 - 300) * ms}, 310: {-int64(SiteDown), 1000 * ms}, 700: {44 * ms, 144 * ms}}, got)
	require.Len(t, r.Links, 3)
}
