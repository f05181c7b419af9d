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
				w := shooter()
				w = workload.Change(w, func(m *workload.Matched) { m.TickHz, m.UpdateHz, m.TickTime, m.SampledUpdates = hz, hz*math.Pi/3, 0, 0 })
				w.Day = workload.Flat()
				w = w.WithPlayers(400)
				tally, err := t.game(ctx, w, t.seconds(20))
				return meanCause(tally, sim.TickWait, time.Millisecond), err
			},
		})
	}
	all = append(all, check{
		group: group, source: "Little's law", unit: "players", expected: 600,
		name: "players at any moment, 600 wanted",
		simulate: func(ctx context.Context, t trial) (float64, error) {
			w := shooter()
			w = w.WithPlayers(600)
			w = workload.Change(w, func(m *workload.Matched) { m.TickHz, m.UpdateHz, m.MatchPlayers, m.MinPlayers = 1, 0, 1, 1 })
			w.Day = workload.Flat()
			duration := t.seconds(1000)
			tally, err := t.game(ctx, w, duration)
			return float64(tally.Count(sim.Requests)) / duration.Seconds(), err
		},
	})
	session := measuredSessions
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
	return append(all, daily()...)
}

// measuredSessions is the law of 16,000 sessions of Counter-Strike (Chang and Feng).
var measuredSessions = workload.Weibull{Shape: 0.5, Scale: 20 * time.Minute}

// daily are checks of games that begin at some hour of a day that is not flat.
func daily() []check {
	const players = 20_000
	day, err := workload.Evening(2.5)
	var all []check
	for _, hour := range []int{3, 9, 15, 21} {
		all = append(all, check{
			group: "Games", source: "integral of rate(t-u) P(L>u), M_t/G/infinity", unit: "players",
			expected: underWay(players, day, measuredSessions, float64(hour)),
			name:     fmt.Sprintf("players of a day from peak to trough 2.5, 20,000 on the mean, at %d h", hour),
			simulate: func(ctx context.Context, t trial) (float64, error) {
				if err != nil {
					return 0, err
				}
				w := shooter().WithPlayers(players)
				w = workload.Change(w, func(s *workload.Sessions) { s.Length = measuredSessions })
				w = workload.Change(w, func(m *workload.Matched) { m.TickHz, m.UpdateHz, m.MatchPlayers, m.MinPlayers = 1, 0, 1, 1 })
				w.Day = day
				duration := max(t.seconds(5), time.Second)
				tally, err := t.gameAt(ctx, w, duration, time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC))
				return float64(tally.Count(sim.Requests)) / duration.Seconds(), err
			},
		})
	}
	return all
}

// underWay returns the expected number of sessions under way at an hour, of a mean of players over the day, by the
// midpoint rule.
func underWay(players float64, day workload.Profile, law workload.Weibull, hour float64) float64 {
	const du = 0.005 // hours
	sum := 0.0
	for u := du / 2; u < 400; u += du {
		sum += float64(day.At(math.Mod(hour-u+480, 24)) * math.Exp(-math.Pow(u/law.Scale.Hours(), law.Shape)) * du)
	}
	return players * sum / law.Mean().Hours()
}

func (t trial) game(ctx context.Context, w workload.Workload, duration time.Duration) (sim.Tally, error) {
	return t.gameAt(ctx, w, duration, time.Time{})
}

func (t trial) gameAt(ctx context.Context, w workload.Workload, duration time.Duration, start time.Time) (sim.Tally, error) {
	n, _, err := star(1, 0)
	if err != nil {
		return sim.Tally{}, err
	}
	return t.run(ctx, sim.Scenario{Network: n, Workloads: []workload.Workload{w}, Start: start, Duration: duration}, placement.RegionOnly("region"))
}

// sessions returns the mean length in minutes of sessions that begin, or of those found under way.
func (t trial) sessions(found bool) (float64, error) {
	n := t.scaled(40_000)
	w := shooter().WithPlayers(float64(n))
	w = workload.Change(w, func(s *workload.Sessions) { s.Length = measuredSessions })
	w.Day = workload.Flat()
	open, err := w.Open([]workload.Audience{{Metro: "metro", Users: 1}}, time.Time{}, t.seed^t.entity, t.replication)
	if err != nil {
		return 0, err
	}
	source, one := open(0), w.NewBatch(1)
	sum, count := 0.0, 0
	for count < n/2 {
		source.Draw(math.MaxInt64, &one)
		if (one.At[0] == 0) == found {
			sum += time.Duration(one.Stay[0]).Minutes()
			count++
		} else if found {
			break // no more were found
		}
	}
	return sum / float64(count), nil
}

// shooter is the preset with the simplest market: everybody plays at the nearest site.
func shooter() workload.Workload {
	return workload.Change(workload.CompetitiveFPS(), func(m *workload.Matched) { m.Market = workload.Market{} })
}
