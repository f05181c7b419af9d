package edgewise

import (
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// ofPeers returns what players meet who exchange their inputs directly: when their own moves show, which part of the other's inputs
// came after the frame that it was for, how many frames were played anew then, and for which part the game stood still.
func ofPeers() []Measure {
	played := func(t *Tallies) bool { return t.Outcomes[sim.Played] > 0 }
	share := func(statistic, column string, of sim.Counter) Measure {
		return Measure{
			Label: Label{Metric: "rollback", Statistic: statistic, Unit: "share", Better: Less, Shown: Shown{Table: DisplayTable, Column: column}},
			Of:    ShareOf(func(t *Tallies) stats.Ratio { return ratio(t.Count(of), t.Outcomes[sim.Played]) }),
			Kinds: games, Where: played, ByMetro: true, onlyPeers: true,
		}
	}
	return []Measure{
		{
			Label: Label{Metric: "rollback", Statistic: "own moves", Unit: "ms", Better: Less, Shown: Shown{Table: DisplayTable, Column: "own moves"}},
			Of: RatioOf(func(t *Tallies) stats.Ratio {
				own := t.Stages[sim.InputStage] + t.Stages[sim.FrameStage] + t.Stages[sim.RenderStage] + t.Stages[sim.ScreenStage]
				return ratio(uint64(own)+t.Count(sim.HeldNs), t.Metric(sim.InputToDisplay).Count())
			}, msPerNs),
			Kinds: games, Where: sampledIn(sim.InputToDisplay), onlyPeers: true,
		},
		share("share", "rolled back", sim.LateUpdates),
		{
			Label: Label{Metric: "rollback", Statistic: "frames", Unit: "frames", Better: Less, Shown: Shown{Table: DisplayTable, Column: "frames back"}},
			Of:    RatioOf(func(t *Tallies) stats.Ratio { return ratio(t.Count(sim.RollbackFrames), t.Count(sim.LateUpdates)) }, 1),
			Kinds: games, Where: happened(counter(sim.LateUpdates)), ByMetro: true, onlyPeers: true,
		},
		share("stood still", "stood still", sim.StalledUpdates),
	}
}
