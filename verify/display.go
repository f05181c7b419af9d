package verify

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// seen checks what players see, from input to display.
func seen() (all []check) {
	const group = "Input to display"
	for _, c := range []struct{ fps, hz, oneWayMs, expected float64 }{
		{60, 128, 17.5, 67.29}, {144, 128, 17.5, 57.57}, {60, 64, 17.5, 82.92}, {60, 128, 5, 42.29}, {60, 128, 35, 102.29},
	} {
		all = append(all, check{
			group: group, source: "Riot's sum for VALORANT", unit: "ms", expected: c.expected, tolerance: 0.01,
			name: fmt.Sprintf("peeker's advantage with %g frames and %g ticks a second, %g ms each way", c.fps, c.hz, c.oneWayMs),
			simulate: func(ctx context.Context, t trial) (float64, error) {
				w := bareGame(2)
				w = workload.Change(w, func(m *workload.Matched) {
					m.TickHz, m.UpdateHz = c.hz, 1
					m.Display = workload.Display{FramesPerSecond: c.fps, Interpolation: time.Duration(1e9 / c.hz), Prediction: true}
				})
				tally, err := t.apart(ctx, w, time.Duration(c.oneWayMs*1e6), t.seconds(20))
				return tally.Metric(sim.PeekersAdvantage).MeanNs() / 1e6, err
			},
		})
	}
	return append(all,
		check{
			group: group, source: "Gilbert (1960): the mean loss", expected: 0.05,
			name: "updates lost in bursts of 5 on the mean, 5 % in all",
			simulate: func(ctx context.Context, t trial) (float64, error) {
				w := bareGame(1)
				w = workload.Change(w, func(m *workload.Matched) { m.TickHz, m.Line = 20, workload.PlayerLine{Loss: 0.05, LossBurst: 5} })
				tally, err := t.apart(ctx, w, 10*time.Millisecond, t.seconds(60))
				return float64(tally.Count(sim.LostUpdates)) / float64(tally.Outcomes[sim.Played]), err
			},
		},
		check{
			group: group, source: "half of the work of a tick, which is longer than its period", unit: "ms", expected: 12.25 / 2,
			name: "50 players, 10 us a pair, 100 ticks a second: mean wait for a tick",
			simulate: func(ctx context.Context, t trial) (float64, error) {
				w := bareGame(50).WithPlayers(2000)
				w = workload.Change(w, func(m *workload.Matched) {
					m.TickHz, m.UpdateHz, m.TickTimePerPair = 100, 2*math.Pi, t.slowed(10*time.Microsecond)
				})
				w = workload.Change(w, func(s *workload.Sessions) { s.Length.Scale = 1000 * time.Hour })
				tally, err := t.apart(ctx, w, 10*time.Millisecond, t.seconds(20))
				return meanCause(tally, sim.TickWait, time.Millisecond), err
			},
		},
	)
}

// bareGame is a game of matches of so many players, of which nothing is said but that.
func bareGame(players int) workload.Workload {
	return workload.Workload{
		Head:    workload.Head{Name: "game"},
		Demand:  workload.Sessions{ConcurrentPlayers: 200, Length: workload.Weibull{Shape: 1, Scale: time.Hour}},
		Service: workload.Matched{MatchPlayers: players, MinPlayers: players, MatchLength: 30 * time.Minute, TickHz: 1},
	}
}

// apart runs a game of players who are so far from the region, one way.
func (t trial) apart(ctx context.Context, w workload.Workload, oneWay, duration time.Duration) (sim.Tally, error) {
	n, err := topology.New(
		[]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region}},
		topology.Link{From: "metro", To: "region", Kind: topology.Internet, OneWay: oneWay}.Both())
	if err != nil {
		return sim.Tally{}, err
	}
	return t.run(ctx, sim.Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: duration}, placement.RegionOnly("region"))
}
