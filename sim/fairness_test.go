package sim

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestSharesOfPlayersAndOfMatchesFitEachOther(t *testing.T) {
	// Ten players with independent lines 2.08 ms from their site, as those of Los Angeles from its Local Zone: of the
	// players a share p has a median round trip within 35 ms, of the full matches p^10. With the mix of lines below
	// somebody else drew p = .874 and p^10 = .261; without the median of the jitter it would be .389.
	mix := topology.AccessMix{}.OrDefault()
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1, Access: mix},
		{ID: "town", Kind: topology.Exchange},
		{ID: "region", Kind: topology.Region},
	}, append(both("metro", "town", topology.Access, 0.01), both("town", "region", topology.Internet, 1.03)...))
	require.NoError(t, err)
	w := shooter().WithPlayers(40_000)
	w.Deadlines = []time.Duration{35 * time.Millisecond}
	w = workload.Change(w, func(m *workload.Matched) { m.SampledUpdates = 1e-5 })
	w.Day, w.Access = workload.Flat(), mix
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Second, Seed: 1}
	plan, err := Compile(context.Background(), s, placement.RegionOnly("region"))
	require.NoError(t, err)
	var players, fast, matches, fair float64
	for replication := range 4 {
		r, err := plan[0].Run(t.Context(), replication)
		require.NoError(t, err)
		tally := &r.Workloads[0].Metros[0]
		players, fast = players+float64(tally.Metric(PlayerRTT).Count()), fast+float64(tally.Within(PlayerRTT)[0])
		matches, fair = matches+float64(tally.Metric(WorstRTT).Count()), fair+float64(tally.Within(WorstRTT)[0])
	}
	p := fast / players
	require.InDelta(t, 0.874, p, 0.003)
	require.InDelta(t, 0.261, math.Pow(p, 10), 0.01)
	share := math.Pow(p, 10)
	require.InDelta(t, share, fair/matches, 4*math.Sqrt(share*(1-share)/matches)+0.004, "p^n")
}

// alikeZones is metros that all have the same round trip to every one of as many zones.
func alikeZones(t testing.TB, count int) (n *topology.Network, ids []string) {
	t.Helper()
	nodes := []topology.Node{{ID: "region", Kind: topology.Region}, {ID: "x", Kind: topology.Exchange}}
	links := both("region", "x", topology.Internet, 12)
	for i := range count {
		z, m, e := fmt.Sprint("zone", i), fmt.Sprint("metro", i), fmt.Sprint("e", i)
		ids = append(ids, z)
		nodes = append(nodes, topology.Node{ID: z, Kind: topology.LocalZone, Parent: "region"},
			topology.Node{ID: m, Kind: topology.Metro, Users: 1}, topology.Node{ID: e, Kind: topology.Exchange})
		links = append(links, both(m, e, topology.Access, 5)...)
		links = append(links, both(e, "x", topology.Internet, 0.001)...)
		links = append(links, both(z, "x", topology.Internet, 5)...)
		links = append(links, both(e, z, topology.Internet, 5)...)
		links = append(links, both(z, "region", topology.Backbone, 12)...)
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	return n, ids
}

func TestFairnessDoesNotImproveBySmallerMatches(t *testing.T) {
	// Everybody has the same round trip to every zone, so that eight zones instead of one change nothing but how many
	// players there are to choose from: matches start later or, where they may, short of players.
	n, zones := alikeZones(t, 8)
	w := shooter().WithPlayers(400)
	w.Day = workload.Flat()
	s := Scenario{Network: n, WarmUp: 2 * time.Hour, Duration: 100 * time.Hour, Seed: 1}
	type found struct{ worst, deviation, fair, fill, wait, idle, count float64 }
	of := func(sites int) (f found) {
		p := placement.Placement{Name: "zones"}
		for _, id := range zones[:sites] {
			p.Sites = append(p.Sites, placement.Assignment{Site: id, Role: placement.Compute})
		}
		r := runOne(t, s, p)
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		worst := total.Metric(WorstRTT)
		f.count = float64(worst.Count())
		f.worst, f.deviation = worst.MeanNs()/1e6, (worst.QuantileNs(0.84)-worst.QuantileNs(0.16))/2e6
		f.fair = float64(total.Within(WorstRTT)[1]) / f.count
		f.idle = float64(total.Outcomes[NotPlayed]) / float64(total.Count(Requests))
		f.wait = total.Metric(LobbyWait).MeanNs() / 1e9
		var seats, taken float64
		for i := range r.Workloads[0].Sites {
			seats += float64(r.Workloads[0].Sites[i].Count(Seats))
			taken += float64(r.Workloads[0].Sites[i].Count(SeatsTaken))
		}
		f.fill = taken / seats
		return f
	}
	for _, least := range []int{10, 9} {
		s.Workloads = []workload.Workload{workload.Change(w, func(m *workload.Matched) { m.SampledUpdates, m.MinPlayers = 1e-4, least })}
		one, eight := of(1), of(8)
		t.Logf("with %d players at least: one zone %+v, eight %+v", least, one, eight)
		require.Greater(t, eight.count, 500.)
		sd := math.Sqrt(one.deviation*one.deviation/one.count + eight.deviation*eight.deviation/eight.count)
		require.InDelta(t, one.worst, eight.worst, 4*sd, "ms, on the mean")
		require.InDelta(t, one.fair, eight.fair, 4*math.Sqrt(0.1*0.9/one.count+0.1*0.9/eight.count))
		require.Greater(t, eight.wait, 2*one.wait, "what it costs is there")
		require.Greater(t, eight.idle, 2*one.idle)
		if least < 10 {
			require.Less(t, eight.fill, one.fill-0.01)
		} else {
			require.Equal(t, 1., eight.fill)
		}
	}
}

func TestZonesThatAreAlikeChangeNothingInOneMarket(t *testing.T) {
	// Everybody has the same round trip to every zone. With one market over all of them further zones change nothing at all; with
	// cores that are scarce they change waits, and no round trip.
	n, zones := alikeZones(t, 8)
	w := shooter().WithPlayers(400)
	w.Day = workload.Flat()
	w = workload.Change(w, func(m *workload.Matched) {
		m.SampledUpdates = 1e-3
		m.Market.Choice, m.Market.Full = workload.LowestMean, workload.Overflow
	})
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 2 * time.Hour, Duration: 20 * time.Hour, Seed: 1}
	of := func(sites, servers int) Tally {
		p := placement.Placement{Name: "zones"}
		for _, id := range zones[:sites] {
			p.Sites = append(p.Sites, placement.Assignment{Site: id, Role: placement.Compute, Servers: servers})
		}
		total, err := runOne(t, s, p).Workloads[0].Total()
		require.NoError(t, err)
		return total
	}
	one, eight := of(1, 0), of(8, 0)
	// The ways are alike to a microsecond.
	for _, c := range []Counter{Requests, Sessions, PlayerUs, WaitingUs, Overflowed} {
		require.Equal(t, one.Count(c), eight.Count(c), c.String())
	}
	require.Equal(t, one.Outcomes, eight.Outcomes)
	require.Equal(t, one.Metric(LobbyWait), eight.Metric(LobbyWait))
	require.InEpsilon(t, one.Metric(RTT).MeanNs(), eight.Metric(RTT).MeanNs(), 1e-3)
	require.InEpsilon(t, one.Metric(WorstRTT).MeanNs(), eight.Metric(WorstRTT).MeanNs(), 1e-3)
	few, more := of(1, 12), of(2, 12) // 36 and 72 matches at once, of 40
	require.Greater(t, few.Metric(LobbyWait).MeanNs(), 2*more.Metric(LobbyWait).MeanNs())
	require.InEpsilon(t, one.Metric(WorstRTT).MeanNs(), few.Metric(WorstRTT).MeanNs(), 0.01)
	require.InEpsilon(t, one.Metric(WorstRTT).MeanNs(), more.Metric(WorstRTT).MeanNs(), 0.01)
	require.InEpsilon(t, one.Metric(PlayerRTT).MeanNs(), few.Metric(PlayerRTT).MeanNs(), 0.01)
}
