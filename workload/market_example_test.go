package workload_test

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/workload"
)

// A market says how the players of a game are brought together: here as in a GameLift queue with a ladder of limits, for parties of up to two.
func ExampleMarket() {
	duel := workload.Change(workload.CompetitiveFPS().Named("duel"), func(m *workload.Matched) {
		m.MatchPlayers, m.MinPlayers = 2, 2
		m.Market = workload.Market{
			Choice: workload.LowestMean,
			Ladder: []workload.Rung{
				{Limit: 50 * time.Millisecond},
				{After: 20 * time.Second, Limit: 100 * time.Millisecond},
			},
			Parties: []float64{0.9, 0.1},
			Full:    workload.Overflow,
			GiveUp:  2 * time.Minute,
		}
	})
	fmt.Println(duel.Validate())

	// A ladder does not shrink.
	duel = workload.Change(duel, func(m *workload.Matched) { m.Market.Ladder[1].Limit = 40 * time.Millisecond })
	fmt.Println(duel.Validate())
	// Output:
	// <nil>
	// workload "duel": Service.Market.Ladder[1].Limit is 40ms; want more than the rung before, 50ms: a ladder does not shrink
}
