package workload

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What is expected is what comes: the mean over seeds, of requests and players, in the evening, with a crowd in one metro, with a launch, and steady.
func TestWhatIsExpectedComes(t *testing.T) {
	day := evening()
	audiences := []Audience{{Metro: "a", Users: 3}, {Metro: "b", Users: 1, Zone: time.FixedZone("b", -8*3600)}}
	start := time.Date(2026, 3, 2, 17, 0, 0, 0, time.UTC)
	const length = 3 * time.Hour
	crowd := Flash{At: 30 * time.Minute, Rise: 10 * time.Minute, For: 20 * time.Minute, Decay: 10 * time.Minute, Factor: 5, Metros: []string{"b"}}
	requests, players := Poisson{RequestsPerSecond: 2}, Sessions{ConcurrentPlayers: 1500, Length: Weibull{Scale: 40 * time.Minute, Shape: 0.7}}
	for name, w := range map[string]Workload{
		"requests":         {Demand: requests},
		"crowd":            {Demand: requests, Head: Head{Flashes: []Flash{crowd}}},
		"launch":           {Demand: requests, Head: Head{Begins: 50 * time.Minute, Ends: 2 * time.Hour, Flashes: []Flash{crowd}}},
		"players":          {Demand: players},
		"players end":      {Demand: players, Head: Head{Ends: time.Hour}},
		"launch of a game": {Demand: players, Head: Head{Begins: time.Hour, Flashes: []Flash{crowd}}},
		"crowd of a game":  {Demand: players, Head: Head{Flashes: []Flash{crowd}}},
	} {
		for _, begun := range []State{OfTheDay, Steady} {
			of := APIDynamic()
			if _, ok := w.Demand.(Sessions); ok {
				of = CompetitiveFPS()
			}
			w.Name, w.Day, w.Service = name, day, of.Service
			e, err := w.ExpectedIn(begun, audiences, start, length)
			require.NoError(t, err)
			found, arrivals, stay, runs := 0.0, 0.0, 0.0, 12.0
			for seed := range uint64(runs) {
				open, err := w.OpenIn(begun, audiences, start, seed, 0)
				require.NoError(t, err)
				for i := range audiences {
					of := open(i)
					b := w.NewBatch(64)
					for last := int64(0); last < int64(length); {
						n := of.Draw(int64(length), &b)
						if n == 0 {
							break
						}
						for k, at := range b.At[:n] {
							if last = at; at >= int64(length) {
								break
							}
							if at == 0 && b.Stay != nil {
								found++
							} else {
								arrivals++
							}
							if b.Stay != nil {
								stay += math.Min(float64(b.Stay[k]), float64(int64(length)-at)) / 1e9
							}
						}
					}
				}
			}
			require.InDelta(t, e.Arrivals, arrivals/runs, 5*math.Sqrt(e.Arrivals/runs)+0.001*e.Arrivals, "%s %v", name, begun)
			require.InDelta(t, e.Found, found/runs, 5*math.Sqrt(e.Found/runs)+0.005*e.Found, "%s %v", name, begun)
			require.InEpsilon(t, 1+e.PlayerSeconds, 1+stay/runs, 0.02, "%s %v", name, begun)
		}
	}
}
