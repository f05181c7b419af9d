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

// fightsOverLinks is players of two metros, 50 ms from each other over x1, of which the east has the first 10, and 70 ms over x2; the region is elsewhere.
func fightsOverLinks(t *testing.T) (Scenario, placement.Placement) {
	t.Helper()
	n, err := topology.New([]topology.Node{
		{ID: "east", Kind: topology.Metro, Users: 1}, {ID: "west", Kind: topology.Metro, Users: 1}, {ID: "x1", Kind: topology.Exchange}, {ID: "x2", Kind: topology.Exchange},
		{ID: "region", Kind: topology.Region},
	}, slices.Concat(
		both("east", "x1", topology.Internet, 10), both("x1", "west", topology.Internet, 40), both("east", "x2", topology.Internet, 30), both("x2", "west", topology.Internet, 40),
		both("east", "region", topology.Internet, 100), both("west", "region", topology.Internet, 100),
	))
	require.NoError(t, err)
	s := fights(t, n, workload.Peers{InputDelay: 0, Rollback: 8}, oneEach(0))
	s.Duration = time.Minute
	return s, placement.RegionOnly("region")
}

// The link x1 - west is down from 20 s to 40 s, and routes lead over x2 from 24 s to 44 s. A packet of the east comes to it 10 ms after it was sent, one of the
// west at once. Of the inputs, a frame of 20 ms each, those of 4 s are lost, 200; those of 20 s take 70 ms, four frames in place of three.
func TestInputsOnALinkThatFailsAreThoseOfHand(t *testing.T) {
	s, p := fightsOverLinks(t)
	usual := runOne(t, s, p)
	s.LinkFailures = []LinkFailure{{Between: [2]string{"west", "x1"}, At: 20 * time.Second, For: 20 * time.Second, Convergence: 4 * time.Second}}
	s.Timeline = &Steps{Step: 10 * time.Second} // whose sums must be those of the run
	r := runOne(t, s, p)
	for m := range r.Workloads[0].Metros {
		tally := &r.Workloads[0].Metros[m]
		all := usual.Workloads[0].Metros[m].Outcomes[Played]
		require.Equal(t, all, tally.Count(Requests))
		require.Equal(t, uint64(200), tally.Failures[LinkDown])
		require.Equal(t, all-200, tally.Outcomes[Played])
		require.Equal(t, int64(all-200-1000)*50*ms+1000*70*ms, tally.Causes[Propagation])
		require.Equal(t, (all-200-1000)*3+1000*4, tally.Count(RollbackFrames))
		requireLatency(t, tally, Response, 60*ms, 80*ms)
		requireLatency(t, tally, RTT, 100*ms, 140*ms)
		requireLatency(t, tally, PlayerRTT, 100*ms, 100*ms)
	}
	steps := r.Workloads[0].Course.Steps() // the east has sent some before 20 s
	require.Equal(t, uint64(400), steps[1].Failures[LinkDown]+steps[2].Failures[LinkDown])

	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	require.Equal(t, []bool{true}, plans[0].LinkCrossings().Failures)
	turns := plans[0].workloads[0].peerTurns
	east, west := &turns.of[0][1][turns.condition[0]], &turns.of[1][0][turns.condition[0]]
	for at, isLost := range map[int64]bool{19990*ms - 1: false, 19990 * ms: true, 23990*ms - 1: true, 23990 * ms: false} {
		require.Equal(t, isLost, east.loses(at), at)
		require.Equal(t, isLost, west.loses(at+10*ms), at)
	}
	again, err := plans[0].RunOn(context.Background(), 0, 3, nil)
	require.NoError(t, err)
	require.Equal(t, r, again)
}

// Without x2 all is lost for as long as routing finds no way, until 44 s; in the meantime neither player leaves.
func TestInputsAreLostWhereThereIsNoWay(t *testing.T) {
	s, p := fightsOverLinks(t)
	s.Network = withoutLink(t, s.Network, "x2", "east")
	usual := runOne(t, s, p)
	s.LinkFailures = []LinkFailure{{Between: [2]string{"west", "x1"}, At: 20 * time.Second, For: 20 * time.Second, Convergence: 4 * time.Second}}
	r := runOne(t, s, p)
	for m := range r.Workloads[0].Metros {
		tally := &r.Workloads[0].Metros[m]
		// Those of the east that would come to the link up to 10 ms before routing notices are sent up to 10 ms earlier.
		require.InDelta(t, 24*50, float64(tally.Failures[LinkDown]), 1)
		require.Equal(t, usual.Workloads[0].Metros[m].Outcomes[Played], tally.Outcomes[Played]+tally.Failures[LinkDown])
		requireLatency(t, tally, Response, 60*ms, 60*ms)
	}
}

// A link that fails, is slow or loses packets all the time is to players as if the network were so.
func TestWhatLastsIsToPeersAsIfTheNetworkWereSo(t *testing.T) {
	s, p := fightsOverLinks(t)
	s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) { m.Line = workload.PlayerLine{Loss: 0.01} })
	requireAsIfTheNetworkWereSo(t, s, p, [2]string{"x1", "west"})
}
