package sim

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// By hand: ticks at 0, 100, 200, ... ms, an update each 50 ms from 30 ms on, 2 ms of work. Up to 200 ms the way takes 5 ms there and 6 ms back, from
// then on 25 and 26. The link is reached 3 ms after an update is sent, and 4 ms after its answer has left; it is down from 83 ms to 200 ms.
//
// Sent at 30, 80 and 130: they come at 35, 85 and 135 and meet the ticks of 100, 100 and 200, whose answers leave at 102, 102 and 202. The first
// passes the link at 33 ms, its answer at 106 ms: lost. The second and the third come to it at 83 and 133 ms: lost. That of 180 comes at 183 ms:
// lost. Those of 230 and 280 come at 255 and 305 ms and meet the ticks of 300 and 400.
func TestUpdatesOnALinkThatFailsAreThoseOfHand(t *testing.T) {
	tally := ptr(newTally(Matched, 1))
	game := gameRules(t, workload.Matched{TickHz: 10, UpdateHz: 20, TickTime: 2 * time.Millisecond}, 80*ms)
	cut := func(from int64) []outage {
		return []outage{
			{side: onTheWayThere, from: from - 3*ms, to: 200*ms - 3*ms},
			{side: onTheWayBack, from: from - (5+4)*ms, to: 200*ms - (5+4)*ms}, // told as if what leaves then had been sent 5 ms before
		}
	}
	near, far := playerWay{there: 5 * ms, back: 6 * ms}, playerWay{there: 25 * ms, back: 26 * ms}
	play := func(from int64) {
		tally = ptr(newTally(Matched, 1))
		a := arena{
			rules: game, ways: [][]playerWay{{near}}, turns: [][][]playerTurn{{{{0, near, cut(from)}, {200 * ms, far, nil}}}}, data: make([]dataCalls, 1),
			tallyOf: func(int, uint32) *Tally { return tally },
		}
		require.NoError(t, a.play(context.Background(), &playedMatch{
			end: 300 * ms, spans: []stretch{{players: 1}}, seats: []seat{{player: player{phase: 30 * ms}, until: 300 * ms}},
		}))
		require.NoError(t, tally.check())
	}
	play(83 * ms)
	require.Equal(t, uint64(6), tally.Count(Requests))
	require.Equal(t, uint64(4), tally.Failures[LinkDown])
	requireLatency(t, tally, Response, (45+51+2)*ms, (95+51+2)*ms)
	require.Equal(t, (45+95)*ms, tally.Causes[TickWait])
	require.Equal(t, 2*51*ms, tally.Causes[Propagation])
	// Down from 107 ms on it loses no answer of the first two, which pass it at 106 ms.
	play(107 * ms)
	require.Equal(t, uint64(2), tally.Failures[LinkDown])
	require.Equal(t, (65+15+45+95)*ms, tally.Causes[TickWait])
	play(106 * ms)
	require.Equal(t, uint64(4), tally.Failures[LinkDown])
}

// zonesApart has a game at a zone, 5 ms from its players over x1 and 10 ms over x2, and at another, 20 ms from them.
func zonesApart(t testing.TB) (Scenario, placement.Placement) {
	t.Helper()
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "x1", Kind: topology.Exchange}, {ID: "x2", Kind: topology.Exchange},
		{ID: "zone", Kind: topology.LocalZone, Parent: "region"}, {ID: "other", Kind: topology.LocalZone, Parent: "region"}, {ID: "region", Kind: topology.Region},
	}, slices.Concat(
		both("metro", "x1", topology.Internet, 2), both("x1", "zone", topology.Internet, 3), both("metro", "x2", topology.Internet, 6), both("x2", "zone", topology.Internet, 4),
		both("metro", "other", topology.Internet, 20), both("metro", "region", topology.Internet, 40), both("zone", "region", topology.Backbone, 30), both("other", "region", topology.Backbone, 30),
	))
	require.NoError(t, err)
	w := shooter()
	return Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 20 * time.Second, Duration: 100 * time.Second, Seed: 7}, placement.Placement{
		Name: "zones", Sites: []placement.Assignment{{Site: "zone", Role: placement.Compute}, {Site: "other", Role: placement.Compute}},
	}
}

// A link that fails, is slow or loses packets all the time is to players as if the network were so.
func TestWhatLastsIsToPlayersAsIfTheNetworkWereSo(t *testing.T) {
	s, p := zonesApart(t)
	requireAsIfTheNetworkWereSo(t, s, p, [2]string{"x1", "zone"})
}

// requireAsIfTheNetworkWereSo asserts that an event of a link that lasts for all the run, of each kind, is to players as if the network were so, and that
// it changes something.
func requireAsIfTheNetworkWereSo(t *testing.T, s Scenario, p placement.Placement, link [2]string) {
	t.Helper()
	const whole = 3 * time.Minute
	changed := func(change func(*topology.Link)) *topology.Network {
		var set []topology.Link
		for _, l := range s.Network.Links() {
			if joins(link, &l) {
				change(&l)
				set = append(set, l)
			}
		}
		n, err := s.Network.With(topology.Change{SetLinks: set})
		require.NoError(t, err)
		return n
	}
	usual := runOne(t, s, p)
	for name, of := range map[string]struct {
		event func(*Scenario)
		n     *topology.Network
	}{
		"down": {func(s *Scenario) { s.LinkFailures = []LinkFailure{{Between: link, For: whole, Convergence: 1}} }, withoutLink(t, s.Network, link[0], link[1])},
		"slow": {func(s *Scenario) {
			s.LinkImpairments = []LinkImpairment{{Between: link, For: whole, Adds: 3 * time.Millisecond}}
		}, changed(func(l *topology.Link) { l.OneWay += 3 * time.Millisecond })},
		"lossy": {func(s *Scenario) { s.LinkImpairments = []LinkImpairment{{Between: link, For: whole, LossRatio: 0.02}} }, changed(func(l *topology.Link) { l.Loss = 0.02 })},
	} {
		failing := s
		of.event(&failing)
		got := runOne(t, failing, p)
		other := s
		other.Network = of.n
		want := runOne(t, other, p)
		require.False(t, reflect.DeepEqual(usual.Workloads[0].Metros, want.Workloads[0].Metros), name)
		require.True(t, reflect.DeepEqual(want.Workloads[0].Metros, got.Workloads[0].Metros), name) // too much to be printed
	}
}

// The link fails for 40 s of 100 s, and routes lead around it for 30 s of these and as long after: a tenth of the updates is lost, and three tenths
// take 20 ms in place of 10 on the way. What players do is the same, to the update.
func TestPlayersOnALinkThatFailsLoseUpdatesUntilRoutesConverge(t *testing.T) {
	s, p := zonesApart(t)
	usual, err := runOne(t, s, p).Workloads[0].Total()
	require.NoError(t, err)
	s.LinkFailures = []LinkFailure{{Between: [2]string{"zone", "x1"}, At: 50 * time.Second, For: 30 * time.Second, Convergence: 10 * time.Second}}
	r := runOne(t, s, p)
	total, err := r.Workloads[0].Total()
	require.NoError(t, err)
	played := total.Outcomes[Played]
	requests := usual.Outcomes[Played]
	require.Equal(t, requests, played+total.Failures[LinkDown])
	share := func(n float64) float64 { return n / float64(requests) }
	require.InDelta(t, 0.1, share(float64(total.Failures[LinkDown])), 0.01)
	around := float64(total.Causes[Propagation])/1e6/10 - float64(played) // each counts once more
	require.InDelta(t, 0.3, share(around), 0.02)

	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	requireSameHoweverAdvanced(t, plans[0])
	require.Equal(t, []bool{true}, plans[0].LinkCrossings().Failures)
}

// Both ways to the zone fail: the routing rule sends who comes elsewhere, and who plays there loses what is sent until a way is back. A matchmaker
// that goes by round trips does not know, and is refused.
func TestPlayersWhomLinksCutOff(t *testing.T) {
	s, p := zonesApart(t)
	for _, x := range []string{"x1", "x2"} {
		s.LinkFailures = append(s.LinkFailures, LinkFailure{Between: [2]string{x, "zone"}, At: 50 * time.Second, For: 30 * time.Second, Convergence: 10 * time.Second})
	}
	total, err := runOne(t, s, p).Workloads[0].Total()
	require.NoError(t, err)
	lost := float64(total.Failures[LinkDown]) / float64(total.Count(Requests))
	require.Greater(t, lost, 0.1)
	require.LessOrEqual(t, lost, 0.41)
	game := s.Workloads[0].Service.(workload.Matched)
	game.Market.Choice = workload.MinMax
	s.Workloads[0].Service = game
	_, err = Compile(context.Background(), s, p)
	require.ErrorContains(t, err, `metro "metro": LinkFailures[0].Between is [x1 zone]; want links without which players reach "zone"`)
}

// What is kept of a player's round trips counts from the least, be it that of a way which comes later.
func TestThePlayersLeastRoundTripIsOverAllWays(t *testing.T) {
	far, near := playerWay{there: 10 * ms, back: 10 * ms}, playerWay{there: 5 * ms, back: 5 * ms}
	p := sender{mile: 2 * ms}
	p.take(&far)
	require.Equal(t, 20*ms, p.leastOf(nil, 1), "of a way without a last mile of the player's own")
	p = sender{mile: 2 * ms}
	far.law, near.law = &accessLaw{}, &accessLaw{}
	p.take(&far)
	require.Equal(t, 22*ms, p.leastOf(nil, 1))
	turns := []playerTurn{{0, far, nil}, {1000 * ms, near, nil}, {2000 * ms, far, nil}}
	require.Equal(t, 12*ms, p.leastOf(turns, 1001*ms))
	require.Equal(t, 22*ms, p.leastOf(turns, 1000*ms), "before")
	p.send = 2000 * ms
	require.Equal(t, 22*ms, p.leastOf(turns, 3000*ms), "later")
}

// What is told by step of players whose way changes sums to what is told of the run, whatever happens to a link of theirs.
func TestStepsOfPlayersOnLinksThatChangeSumToTheRun(t *testing.T) {
	link := [2]string{"x1", "zone"}
	for name, change := range map[string]func(*Scenario){
		"down": func(s *Scenario) {
			s.LinkFailures = []LinkFailure{{Between: link, At: 40 * time.Second, For: 20 * time.Second, Convergence: 2 * time.Second}}
		},
		"slow": func(s *Scenario) {
			s.LinkImpairments = []LinkImpairment{{Between: link, At: 40 * time.Second, For: 20 * time.Second, Adds: 5 * time.Millisecond}}
		},
		"lossy": func(s *Scenario) {
			s.LinkImpairments = []LinkImpairment{{Between: link, At: 40 * time.Second, For: 20 * time.Second, LossRatio: .1}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, p := zonesApart(t)
			change(&s)
			without := runOne(t, s, p)
			s.Timeline = &Steps{Step: 7 * time.Second, ByMetro: true}
			with := runOne(t, s, p) // which checks the sums
			require.Equal(t, without.Workloads[0].Metros[0].Counters, with.Workloads[0].Metros[0].Counters)
			require.Equal(t, without.Workloads[0].Metros[0].Failures, with.Workloads[0].Metros[0].Failures)
		})
	}
}
