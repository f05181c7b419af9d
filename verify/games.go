package verify

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// games checks ticks, players and sessions.
func games() []check {
	const group = "Games"
	var all []check
	for _, hz := range []float64{20, 128} {
		all = append(all, check{
			group: group, source: "half a tick", unit: "ms", expected: 500 / hz,
			name: fmt.Sprintf("updates that keep no step with %g ticks a second: mean wait", hz),
			simulate: func(ctx context.Context, t trial) (float64, error) {
				w := workload.CompetitiveFPS()
				w.TickHz, w.UpdateHz, w.TickTime, w.SampledUpdates, w.Day = hz, hz*math.Pi/3, 0, 0, workload.Flat()
				w.ConcurrentPlayers = 400
				tally, err := t.game(ctx, w, t.seconds(20))
				return meanCause(tally, sim.TickWait, time.Millisecond), err
			},
		})
	}
	all = append(all, check{
		group: group, source: "Little's law", unit: "players", expected: 600,
		name: "players at any moment, 600 wanted",
		simulate: func(ctx context.Context, t trial) (float64, error) {
			w := workload.CompetitiveFPS()
			w.ConcurrentPlayers, w.TickHz, w.UpdateHz, w.MatchPlayers, w.MinPlayers, w.Day = 600, 1, 0, 1, 1, workload.Flat()
			duration := t.seconds(1000)
			tally, err := t.game(ctx, w, duration)
			return float64(tally.Count(sim.Requests)) / duration.Seconds(), err
		},
	})
	session := workload.CompetitiveFPS().Session
	mean := session.Mean().Minutes()
	second := math.Gamma(1+2/session.Shape) * session.Scale.Minutes() * session.Scale.Minutes()
	for _, row := range []struct {
		name, source string
		expected     float64
		found        bool
	}{
		{"length of sessions that begin: mean", "scale x Gamma(1 + 1/shape)", mean, false},
		{"what is left of sessions found under way: mean", "E[L^2] / 2E[L]", second / (2 * mean), true},
	} {
		all = append(all, check{
			group: group, name: row.name, source: row.source, unit: "min", expected: row.expected,
			simulate: func(_ context.Context, t trial) (float64, error) { return t.sessions(row.found) },
		})
	}
	return all
}

func (t trial) game(ctx context.Context, w workload.Gaming, duration time.Duration) (sim.Tally, error) {
	n, _, err := star(1, 0)
	if err != nil {
		return sim.Tally{}, err
	}
	return t.run(ctx, sim.Scenario{Network: n, Gaming: []workload.Gaming{w}, Duration: duration}, placement.RegionOnly("region"))
}

// sessions returns the mean length in minutes of sessions that begin, or of those found under way.
func (t trial) sessions(found bool) (float64, error) {
	w := workload.CompetitiveFPS()
	n := t.scaled(40_000)
	w.ConcurrentPlayers = float64(n)
	streams, err := w.Streams([]workload.Audience{{Metro: "metro", Users: 1}}, time.Time{}, t.seed^t.entity, t.replication)
	if err != nil {
		return 0, err
	}
	sum, count := 0.0, 0
	for count < n/2 {
		s := streams[0].Next()
		if (s.At == 0) == found {
			sum += time.Duration(s.LengthNs).Minutes()
			count++
		} else if found {
			break // no more were found
		}
	}
	return sum / float64(count), nil
}
