package sim

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestInputToDisplayByHand(t *testing.T) {
	// 11 ms there and back and 2 ms of work, with a tick of 10 ms in step with the updates: each player's wait is the same
	// all the time. Besides 4 ms for the input, 0 to 8 for a frame, a buffer of 20, 3 to render and 5 for the screen.
	m := workload.Matched{
		MatchPlayers: 4, TickHz: 100, TickTime: 2 * time.Millisecond,
		Display: workload.Display{
			Input: 4 * time.Millisecond, FramesPerSecond: 125, Interpolation: 20 * time.Millisecond,
			Render: 3 * time.Millisecond, Screen: 5 * time.Millisecond,
			Deadlines: []time.Duration{55 * time.Millisecond, time.Second},
		},
	}
	tally := playFor(t, m, 4, stretch{}, 10*time.Minute)
	shown := tally.Metric(InputToDisplay)
	n := float64(shown.Count())
	require.InEpsilon(t, 4*600*100/25, n, 0.01, "one of 25 updates is followed")
	for stage, want := range map[Stage]float64{InputStage: 4, BufferStage: 20, RenderStage: 3, ScreenStage: 5, EncodeStage: 0, TransferStage: 0, DecodeStage: 0} {
		require.InDelta(t, want, float64(tally.Stages[stage])/n/1e6, 1e-9, "%v", stage)
	}
	require.InEpsilon(t, 4, float64(tally.Stages[FrameStage])/n/1e6, 0.02, "half a frame")
	require.InEpsilon(t, tally.Metric(Response).MeanNs(), float64(tally.Stages[ResponseStage])/n, 0.01)
	require.GreaterOrEqual(t, shown.MinNs(), (4+11+2+20+3+5)*ms)
	require.Less(t, shown.MaxNs(), (4+8+11+10+2+20+3+5)*ms)

	// Every player: the median is half a frame, p95 19/20 of one, above what is the same for all.
	median, p95 := tally.Metric(PlayerDisplay), tally.Metric(PlayerDisplayP95)
	require.Equal(t, uint64(4), median.Count())
	require.InDelta(t, 0.45*8, (p95.MeanNs()-median.MeanNs())/1e6, 0.15)
	require.InDelta(t, shown.MeanNs(), median.MeanNs(), 0.2e6)
	require.Equal(t, uint64(4), tally.Within(PlayerDisplay)[1])
	require.Equal(t, tally.Within(InputToDisplay)[1], shown.Count())
	require.Zero(t, tally.Metric(PlayerJitter).MaxNs(), "no jitter")
}

func TestTheBufferHidesJitter(t *testing.T) {
	// On the way back what is less than the buffer does not show, and what is more counts as late: half of all jitter is on
	// that way.
	m := workload.Matched{MatchPlayers: 1, TickHz: 30, Display: workload.Display{Interpolation: 10 * time.Millisecond}}
	w := workload.Workload{
		Head:    workload.Head{Name: "game"},
		Demand:  workload.Sessions{ConcurrentPlayers: 60, Length: workload.Weibull{Shape: 1, Scale: 100 * time.Hour}},
		Service: m,
	}
	w = workload.Change(w, func(m *workload.Matched) { m.MatchLength = time.Hour })
	s := Scenario{Network: onOneTechnology(t, topology.LTE, 20), Workloads: []workload.Workload{w}, Duration: 10 * time.Minute, Seed: 1}
	tally := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	beyond := 1 - jitterWithin(topology.LTE, 10)
	played := float64(tally.Outcomes[Played])
	require.InEpsilon(t, beyond/2, float64(tally.Count(LateUpdates))/played, 0.02)

	// What is left of the buffer: all of it where the jitter is on the way there, and the rest of it where it is on the way
	// back; a later update may overtake.
	left := 0.0
	const dx = 0.05
	for x := dx / 2; x < 10; x += dx {
		left += dx * (1 - lateAfter(topology.LTE, 30, x))
	}
	n := float64(tally.Metric(InputToDisplay).Count())
	require.InEpsilon(t, (10+left)/2, float64(tally.Stages[BufferStage])/n/1e6, 0.02)
}

func TestWithoutABufferNoUpdateIsLate(t *testing.T) {
	// What is shown as soon as it comes misses no picture, however much jitter it has had; with a buffer of a nanosecond half of all do.
	late := func(buffer time.Duration) (late, played float64) {
		m := workload.Matched{
			MatchPlayers: 1, TickHz: 30, MatchLength: time.Hour,
			Display: workload.Display{Interpolation: buffer, Render: time.Millisecond},
		}
		w := workload.Workload{
			Head: workload.Head{Name: "game"}, Service: m,
			Demand: workload.Sessions{ConcurrentPlayers: 20, Length: workload.Weibull{Shape: 1, Scale: 100 * time.Hour}},
		}
		s := Scenario{Network: onOneTechnology(t, topology.LTE, 20), Workloads: []workload.Workload{w}, Duration: time.Minute, Seed: 1}
		tally := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
		require.Positive(t, tally.Metric(PlayerJitter).MinNs(), "every player has jitter")
		return float64(tally.Count(LateUpdates)), float64(tally.Outcomes[Played])
	}
	none, _ := late(0)
	require.Zero(t, none)
	some, played := late(1)
	require.InDelta(t, 0.5, some/played, 0.02, "half of all jitter is on the way back")
}

func TestPicturesOfACloudTakeTheirBytes(t *testing.T) {
	// 30 Mbit/s at 60 frames are 62,500 bytes a frame: 10 ms at 50 Mbit/s, with a deviation of 10.5 %.
	m := workload.Matched{
		MatchPlayers: 1, TickHz: 60,
		Cloud: workload.Cloud{
			BitsPerSecond: 30e6, LineBitsPerSecond: 50e6,
			Capture: time.Millisecond, Encode: 6 * time.Millisecond, Decode: 4 * time.Millisecond,
		},
	}
	tally := playFor(t, m, 20, stretch{}, 30*time.Minute)
	shown := tally.Metric(InputToDisplay)
	n := float64(shown.Count())
	require.InDelta(t, 7, float64(tally.Stages[EncodeStage])/n/1e6, 1e-9)
	require.InDelta(t, 4, float64(tally.Stages[DecodeStage])/n/1e6, 1e-9)
	require.InDelta(t, 10, float64(tally.Stages[TransferStage])/n/1e6, 6*1.05/math.Sqrt(n))
	// Nothing else varies for a player, whose updates keep step with the ticks: the median is a frame of the mean size, and p95
	// one of 1.645 deviations more.
	require.InDelta(t, 1.645*1.05, (tally.Metric(PlayerDisplayP95).MeanNs()-tally.Metric(PlayerDisplay).MeanNs())/1e6, 0.05)
	require.Zero(t, tally.Metric(PeekersAdvantage).Count(), "nobody steps round a corner of a picture")
}

func TestEveryPlayerHasAJitter(t *testing.T) {
	// p99 - p50 of the round trips of each player are those of the line's law, as are the median and p95.
	w := shooter().WithPlayers(200)
	w = workload.Change(w, func(m *workload.Matched) { m.TickHz = 20 })
	s := Scenario{Network: onOneTechnology(t, topology.WiFi, 20), Workloads: []workload.Workload{w}, Duration: 30 * time.Minute, Seed: 1}
	tally := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	jitter := tally.Metric(PlayerJitter)
	require.Greater(t, jitter.Count(), uint64(200))
	want := ms64(topology.WiFi.JitterRTT(0.99) - topology.WiFi.JitterRTT(0.5))
	require.InEpsilon(t, want, jitter.QuantileNs(0.5)/1e6, 0.1)
	p95 := ms64(topology.WiFi.JitterRTT(0.95) - topology.WiFi.JitterRTT(0.5))
	require.InEpsilon(t, p95, (tally.Metric(PlayerRTTP95).MeanNs()-tally.Metric(PlayerRTT).MeanNs())/1e6, 0.1)
}

func TestExcessKeepsQuantiles(t *testing.T) {
	var x excess
	x.begin(20 * ms)
	stream := random.New(1, 2, 3, 4)
	var all []float64
	for range 20_000 {
		over := 5e6 * stream.Exp()
		all = append(all, 20e6+over)
		x.record(20*ms + int64(over))
	}
	slices.Sort(all)
	for _, p := range []float64{0.05, 0.5, 0.95, 0.99} {
		exact := all[int(p*float64(len(all)))]
		require.InDelta(t, exact, x.quantile(p), 0.03*(exact-20e6)+20_000)
	}
	for cell := range excessCells - 1 {
		require.Equal(t, cell, excessCell(excessEdge(cell)))
		require.Equal(t, cell, excessCell(excessEdge(cell+1)-1))
	}
	x.begin(0)
	x.record(-5)
	x.record(math.MaxInt64)
	require.Equal(t, uint32(2), x.total)
}

// wholeGame is a game with all that a game can have, of lines with jitter and loss.
func wholeGame() workload.Workload {
	w := shooter().WithPlayers(300)
	return workload.Change(w, func(m *workload.Matched) {
		m.TickHz, m.TickTimePerPair = 30, 20*time.Microsecond
		m.Line = workload.PlayerLine{JitterTime: 300 * time.Millisecond, Loss: 0.02, LossBurst: 3, InBurst: 0.8}
		m.Display = workload.Display{
			Input: 8 * time.Millisecond, FramesPerSecond: 60, Interpolation: 33 * time.Millisecond, Render: 5 * time.Millisecond, Screen: 4 * time.Millisecond,
			Prediction: true, LagCompensation: 100 * time.Millisecond, Deadlines: []time.Duration{100 * time.Millisecond, 150 * time.Millisecond},
		}
		m.Quality = workload.Quality{
			Of: workload.FeltDisplay, Half: 120 * time.Millisecond, Slope: 20 * time.Millisecond,
			Classes: []workload.QualityClass{{Name: "good", UpTo: 100 * time.Millisecond}, {Name: "fair", UpTo: 150 * time.Millisecond}},
		}
		m.Data = workload.DataCalls{Probability: 0.01, Calls: 1}
	})
}

func TestGamesWithEverythingGiveTheSameBitsOnAnyNumberOfCores(t *testing.T) {
	s := Scenario{Network: onOneTechnology(t, topology.LTE, 20), Workloads: []workload.Workload{wholeGame()}, Duration: 2 * time.Minute, Seed: 1}
	plans, err := Compile(context.Background(), s, placement.RegionOnly("region"))
	require.NoError(t, err)
	var first []byte
	for _, workers := range []int{1, 2, 7} {
		r, err := plans[0].RunOn(context.Background(), 3, workers, nil)
		require.NoError(t, err)
		data, err := r.MarshalBinary()
		require.NoError(t, err)
		if first == nil {
			first = data
			continue
		}
		require.Equal(t, first, data)
	}
	var back Result
	require.NoError(t, back.UnmarshalBinary(first))
	tally := &back.Workloads[0].Metros[0]
	require.Greater(t, tally.Metric(InputToDisplay).Count(), uint64(1000))
	require.Positive(t, tally.Stages[ResponseStage])
	require.NoError(t, s.ValidateResult(plans[0].Placement(), &back))
}

func TestSampledMatchesLeaveTheSharesOfPlayersAsTheyAre(t *testing.T) {
	// Of a site with few seats more than half of the sessions never play: of matches and sessions alike one of four
	// counts where one match of four is played.
	share := func(sampled float64) float64 {
		s := arcade(t, 6000)
		s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) {
			m.SampledMatches = sampled
			m.Display = workload.Display{Interpolation: 30 * time.Millisecond, Deadlines: []time.Duration{time.Second}}
		})
		zone := placement.Placement{Name: "zone", Sites: []placement.Assignment{{Site: "zone", Role: placement.Compute, Servers: 20}}}
		tally := &runOne(t, s, zone).Workloads[0].Metros[0]
		require.Equal(t, tally.Metric(PlayerDisplay).Count(), tally.Within(PlayerDisplay)[0])
		require.Positive(t, tally.Count(UnseenSessions))
		n := float64(tally.Metric(PlayerDisplay).Count())
		return n / (n + float64(tally.Count(UnseenSessions)))
	}
	require.InDelta(t, share(0), share(0.25), 0.06, "it would be 0.16 if all of those without a match counted")
}

func TestQualityIsThatOfWhoPlays(t *testing.T) {
	s := Scenario{Network: onOneTechnology(t, topology.LTE, 20), Workloads: []workload.Workload{wholeGame()}, Duration: 2 * time.Minute, Seed: 1}
	tally := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	felt := tally.Metric(Felt)
	require.Equal(t, tally.Metric(PlayerDisplay).Count(), felt.Count())
	require.Equal(t, tally.Within(PlayerDisplay), tally.Within(Felt), "the classes have the same bounds")
	// Between the curve at the mean and one: it is convex beyond the half, and concave before.
	mean := float64(tally.Count(QualityPpm)) / 1e6 / float64(felt.Count())
	game := s.Workloads[0].Service.(workload.Matched)
	sum := 0.0
	const n = 2000
	for i := range n {
		sum += game.Quality.At(time.Duration(felt.QuantileNs((float64(i) + 0.5) / n)))
	}
	require.InEpsilon(t, sum/n, mean, 0.005)
}

func TestNothingIsAllocatedForAnUpdate(t *testing.T) {
	w := wholeGame()
	m := w.Service.(workload.Matched)
	planned := newPlannedWorkload(&w)
	game, err := newRules(&m, &planned, nil)
	require.NoError(t, err)
	tally := planned.newTally()
	law, err := random.NewQuantiles(func(p float64) float64 { return float64(topology.LTE.JitterRTT(p)) })
	require.NoError(t, err)
	miles := &lastMiles{}
	miles.jitter[topology.LTE] = law
	a := arena{
		rules: game, ways: [][]playerWay{{{law: &accessLaw{miles: miles}, there: 5 * ms, back: 6 * ms, loss: 0.01}}},
		data: []dataCalls{{DataCalls: &workload.DataCalls{}}}, tallyOf: func(int, uint32) *Tally { return &tally },
	}
	match := &playedMatch{key: 5, end: int64(time.Minute), spans: []stretch{{players: 1, beside: 2, busyNs: 1e6}}, seats: []seat{
		{player: player{hasMile: true, tech: topology.LTE, key: 9}, until: int64(time.Minute)},
	}}
	play := func() { require.NoError(t, a.play(context.Background(), match)) }
	play() // sketches and scratch grow to what they need
	require.Less(t, testing.AllocsPerRun(5, play), 20., "of 1800 updates")
	require.Positive(t, tally.Count(LostUpdates))
	require.Positive(t, tally.Count(LateUpdates))
}

func TestMatchesAreComparedByTheirPlayers(t *testing.T) {
	// Half of the players are 10 ms away and half 80, both ways: matches of two have no spread or one of 70 ms, and an index of
	// Jain of 1 or 90^2 / (2 (100 + 6400)) = 0.623077.
	n, err := topology.New([]topology.Node{
		{ID: "near", Kind: topology.Metro, Users: 1}, {ID: "far", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region},
	}, append(both("near", "region", topology.Internet, 5), both("far", "region", topology.Internet, 40)...))
	require.NoError(t, err)
	w := shooter().WithPlayers(20_000)
	w = workload.Change(w, func(m *workload.Matched) {
		m.MatchPlayers, m.MinPlayers, m.SampledUpdates = 2, 2, 1e-5
		m.Display = workload.Display{FramesPerSecond: 60, Interpolation: 7812500, Prediction: true}
	})
	w.Day = workload.Flat()
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Second, Seed: 1}
	result := runOne(t, s, placement.RegionOnly("region"))
	total, err := result.Workloads[0].Total()
	require.NoError(t, err)
	spread := total.Metric(MatchSpread)
	matches := float64(spread.Count())
	require.Equal(t, total.Metric(WorstRTT).Count(), spread.Count(), "one a full match")
	require.Greater(t, matches, 5000.)
	mixed := spread.MeanNs() / 70e6
	require.InDelta(t, 0.5, mixed, 0.03)
	require.InDelta(t, 1-mixed*(1-8100./13000), float64(total.Count(JainPpm))/1e6/matches, 1e-6)

	// Each of the two gives the other an advantage: Riot's sum with the ways of both.
	peek := total.Metric(PeekersAdvantage)
	require.Equal(t, 2*spread.Count(), peek.Count())
	frame, tick := 1000./60, 1000./128
	require.InDelta(t, frame+tick+7.8125+10, float64(peek.MinNs())/1e6, 1e-4)
	require.InDelta(t, frame+tick+7.8125+80, float64(peek.MaxNs())/1e6, 1e-4)
}
