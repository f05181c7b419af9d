package sim

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// waitsLonger returns the probability that work of unit size finds more than x of n periodic streams of work of unit size, with
// random phases in a period d: the queue n*D/D/1 (Roberts and Virtamo, "The superposition of periodic cell arrival streams in an
// ATM multiplexer", 1991).
func waitsLonger(x float64, n int, d float64) float64 {
	sum := 0.0
	for k := int(math.Floor(x)) + 1; k <= n; k++ {
		choose, _ := math.Lgamma(float64(n + 1))
		a, _ := math.Lgamma(float64(k + 1))
		b, _ := math.Lgamma(float64(n - k + 1))
		over := (float64(k) - x) / d
		sum += math.Exp(choose-a-b) * math.Pow(over, float64(k)) * math.Pow(1-over, float64(n-k)) * (d - float64(n) + x) / (d - float64(k) + x)
	}
	return sum
}

func TestMatchesThatShareACoreWaitAsPeriodicStreams(t *testing.T) {
	const work, draws = 1000, 100_000
	for _, c := range []struct {
		others int
		period int64
	}{{1, 3000}, {2, 3340}, {5, 8000}, {20, 25_000}} {
		var core coreShare
		sum := 0.0
		longer := map[float64]int{0.5: 0, 1.5: 0, 3: 0}
		for i := range draws {
			period, wait := core.of(c.period, work, c.others, int64(c.others)*work, random.Key(i))
			if period != c.period {
				require.Equal(t, c.period, period)
			}
			sum += float64(wait)
			for x := range longer {
				if float64(wait) > x*work {
					longer[x]++
				}
			}
		}
		d := float64(c.period) / work
		mean := 0.0
		for x := 0.005; x < float64(c.others); x += 0.01 {
			mean += 0.01 * waitsLonger(x, c.others, d)
		}
		require.InEpsilon(t, mean, sum/draws/work, 0.02, "%+v", c)
		for x, n := range longer {
			want := waitsLonger(x, c.others, d)
			require.InDelta(t, want, float64(n)/draws, 5*math.Sqrt(want/draws)+1e-3, "%+v, longer than %v", c, x)
		}
	}
	// One other: the wait is 1 - x where the other began x before, of d.
	require.InDelta(t, 0.5/3, waitsLonger(0.5, 1, 3), 1e-12)
	// Many streams are a Poisson process: they wait as M/D/1 has it at rho = 0.8, two times the work.
	var core coreShare
	sum := 0.0
	const few = 400 // each sorts them all
	for i := range few {
		_, wait := core.of(10_000*work, work, 7999, 7999*work, random.Key(i))
		sum += float64(wait)
	}
	require.InDelta(t, 0.8/(2*(1-0.8)), sum/few/work, 0.4, "three standard errors")
}

func TestACoreWithTooMuchWorkTicksWhenAllIsDone(t *testing.T) {
	// Riot's budget: 2.34 ms of 7.8125 a match. Three fit a core, four do not: they tick every 9.36 ms.
	tick, work := int64(7_812_500), int64(2_340_000)
	var core coreShare
	period, _ := core.of(tick, work, 2, 2*work, 1)
	require.Equal(t, tick, period)
	period, wait := core.of(tick, work, 3, 3*work, 1)
	require.Equal(t, 4*work, period)
	require.Zero(t, wait)
	period, _ = core.of(tick, 10_000_000, 0, 0, 1)
	require.Equal(t, int64(10_000_000), period, "a match too heavy for its own core")
	period, wait = core.of(tick, work, 0, 0, 1)
	require.Equal(t, tick, period)
	require.Zero(t, wait)
}

// playFor plays a match of so many players with all updates at random phases, and returns what they saw.
func playFor(t testing.TB, m workload.Matched, players int, s stretch, duration time.Duration) *Tally {
	t.Helper()
	w := workload.Workload{Service: m}
	planned := newPlannedWorkload(&w)
	planned.kind = Matched
	game, err := newRules(&m, &planned, nil)
	require.NoError(t, err)
	tally := planned.newTally()
	a := arena{
		rules: game, ways: [][]playerWay{{{there: 5 * ms, back: 6 * ms}}}, data: make([]dataCalls, 1),
		tallyOf: func(int, uint32) *Tally { return &tally },
	}
	s.players = int32(players)
	match := &playedMatch{key: 5, end: int64(duration), spans: []stretch{s}}
	for i := range players {
		match.seats = append(match.seats, seat{
			player: newPlayer(nil, 0, random.Key(1000+i), 0, int64(m.UpdatePeriod())), until: int64(duration),
		})
	}
	require.NoError(t, a.play(context.Background(), match))
	require.NoError(t, tally.check())
	return &tally
}

func TestTheWaitForATickIsUniform(t *testing.T) {
	// Updates that keep no step with the ticks wait for anything from nothing to a whole tick.
	m := workload.Matched{MatchPlayers: 10, TickHz: 64, UpdateHz: 20 * math.Pi}
	tally := playFor(t, m, 10, stretch{}, 5*time.Minute)
	response, tick := tally.Metric(Response), 1e9/64
	require.InEpsilon(t, tick/2, response.MeanNs()-11e6, 0.005)
	for _, p := range []float64{0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99} {
		require.InDelta(t, 11e6+p*tick, response.QuantileNs(p), 0.01*tick, "p%v", 100*p)
	}
	require.Equal(t, int64(11e6), response.MinNs()/1e5*1e5)
	require.LessOrEqual(t, response.MaxNs(), int64(11e6+tick)+1)
}

func TestTicksOverrunAtTheComputedLoad(t *testing.T) {
	// 100 us and 10 us a pair: 44 players need 9.46 ms of 10, 45 players 9.9, 46 players 10.35: the ticks come every 10.35 ms.
	m := workload.Matched{MatchPlayers: 50, TickHz: 100, UpdateHz: 10 * math.Pi, TickTimePerPair: 10 * time.Microsecond}
	for players, period := range map[int]float64{44: 10, 45: 10, 46: 10.35, 50: 12.25} {
		tally := playFor(t, m, players, stretch{}, time.Minute)
		n := float64(tally.Count(Requests))
		require.InEpsilon(t, period/2, float64(tally.Causes[TickWait])/n/1e6, 0.01, "%d players", players)
		require.Equal(t, period > 10, tally.Count(OverrunUpdates) > 0)
		if period > 10 {
			require.Equal(t, tally.Count(Requests), tally.Count(OverrunUpdates), "all of them")
		}
		require.InEpsilon(t, float64(m.TickWork(players)), float64(tally.Causes[Service])/n, 1e-9)
	}
}

func TestMatchesSlowEachOtherOnACore(t *testing.T) {
	m := workload.Matched{MatchPlayers: 10, TickHz: 128, UpdateHz: 10 * math.Pi, TickTime: 2340 * time.Microsecond}
	busy := int64(128 * 2_340_000) // ns a second, of one match
	alone := playFor(t, m, 10, stretch{}, time.Minute)
	require.Zero(t, alone.Causes[Queue])
	beside := playFor(t, m, 10, stretch{beside: 2, busyNs: 2 * busy}, time.Minute)
	require.Zero(t, beside.Count(OverrunUpdates))
	n := float64(beside.Count(Requests))
	require.LessOrEqual(t, float64(beside.Causes[Queue])/n, 2*2.34e6, "the work of both at most")
	full := playFor(t, m, 10, stretch{beside: 3, busyNs: 3 * busy}, time.Minute)
	require.Equal(t, full.Count(Requests), full.Count(OverrunUpdates))
	require.InEpsilon(t, 9.36/2, float64(full.Causes[TickWait])/float64(full.Count(Requests))/1e6, 0.01)
}
