package workload_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
)

// underWay returns the expected number of sessions under way at an hour that go on for longer than so many hours, of an
// M_t/G/infinity system with a mean of players over the day: the integral of rate(hour-u) P(L > u + longer), by the
// midpoint rule.
func underWay(players float64, day workload.Profile, law workload.Weibull, hour, longer float64) float64 {
	const du = 0.002 // hours
	sum := 0.0
	for u := du / 2; u < 400; u += du {
		sum += day.At(math.Mod(hour-u+480, 24)) * math.Exp(-math.Pow((u+longer)/law.Scale.Hours(), law.Shape)) * du
	}
	return players * sum / law.Mean().Hours()
}

func TestSessionsBeginInTheStateOfTheirDay(t *testing.T) {
	day, err := workload.Evening(2.5)
	require.NoError(t, err)
	law := workload.Weibull{Shape: 0.5, Scale: 20 * time.Minute}
	w := workload.Change(workload.CompetitiveFPS(), func(s *workload.Sessions) { s.ConcurrentPlayers, s.Length = 20_000, law })
	w.Day = day
	// The numbers of players were integrated by somebody else.
	for _, at := range []struct {
		hour  int
		exact float64
	}{{21, 26_684}, {15, 17_249}, {3, 22_751}, {9, 13_316}} {
		require.InDelta(t, at.exact, underWay(20_000, day, law, float64(at.hour), 0), 1)
		const runs = 20
		longer := []float64{0, 0.1, 1, 6} // hours
		counts := make([]float64, len(longer))
		for replication := range runs {
			start := time.Date(2026, 3, 2, at.hour, 0, 0, 0, time.UTC)
			open, err := w.Open([]workload.Audience{city("a", 1)}, start, 1, uint64(replication))
			require.NoError(t, err)
			source, one := open(0), w.NewBatch(1)
			for source.Draw(1, &one); one.At[0] == 0; source.Draw(1, &one) {
				for i, hours := range longer {
					if float64(one.Stay[0]) > hours*float64(time.Hour) {
						counts[i]++
					}
				}
			}
		}
		for i, hours := range longer {
			exact := underWay(20_000, day, law, float64(at.hour), hours)
			require.InDelta(t, exact, counts[i]/runs, 4*math.Sqrt(exact/runs), "at %d h, longer than %v h: Poisson", at.hour, hours)
			require.InEpsilon(t, exact, counts[i]/runs, 0.01)
		}
	}
}
