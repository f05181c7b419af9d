package report

import (
	"fmt"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
)

// playersCurves are the distributions of games that are drawn besides their updates, and what the share on the axis is of.
var playersCurves = []struct {
	metric sim.Metric
	title  string
	of     string
}{
	{sim.WorstRTT, "worst player of a match", "full matches within"},
	{sim.PlayerDisplay, "from input to display", "players within"},
}

// WorstPlayers draws which share of the full matches has its worst player within which round trip, and which share of the players
// sees what they do within which time, a panel for each game and one of the two, one line a placement. A workload of "" selects
// all games; an unknown one is an error, as is a comparison without distributions.
func WorstPlayers(c *edgewise.Comparison, workload string) (*Picture, error) {
	names, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("worst players: %w", err)
	}
	p := &Picture{title: c.Title, subtitle: "Matches and players by placement, " + basis(c)}
	for _, name := range names {
		for _, of := range playersCurves {
			if !hasSamples(c, name, of.metric) {
				continue
			}
			drawn, err := latencyPicture(c, name, of.metric.String(), cumulative)
			if err != nil {
				return nil, fmt.Errorf("worst players: %w", err)
			}
			for _, panel := range drawn.panels {
				if plot, ok := panel.(*plotPanel); ok {
					plot.title = name + ": " + of.title
					plot.plot.Y.Label.Text = of.of
				}
				p.panels = append(p.panels, panel)
			}
		}
	}
	if len(p.panels) == 0 {
		p.panels = []panel{notice{c.Title, "No full match begins in the recorded time."}}
	}
	p.crowd()
	p.caption = worstPlayersCaption(c)
	return p, nil
}

// worstPlayersCaption says whom the lines are of.
func worstPlayersCaption(c *edgewise.Comparison) string {
	s := "One replication: no confidence intervals."
	if c.Replications > 1 {
		s = fmt.Sprintf("Bands and ±: %s %% confidence intervals over replications, bands point by point.", percentOf(c.Level))
	}
	s += " Worst players are those of the matches that start full. Times from input to display are each player's median in a match, of all who wanted to play"
	if hasIdle(c) {
		s += ": who played in none is within no time"
	}
	return s + "."
}

// hasSamples reports whether some placement has a distribution of a metric of a workload.
func hasSamples(c *edgewise.Comparison, workload string, metric sim.Metric) bool {
	for i := range c.Placements {
		if w := workloadOf(&c.Placements[i], workload); w != nil {
			if m := distributionOf(w, metric.String()); m != nil && m.Pooled.Count() > 0 {
				return true
			}
		}
	}
	return false
}

// hasWorstPlayers reports whether there is a full match.
func hasWorstPlayers(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool {
		f, ok := w.Figures.Find(sim.WorstRTT.String(), "p50")
		return ok && f.HasValue()
	})
}

func worstPlayers(c *edgewise.Comparison) (*Picture, error) { return WorstPlayers(c, "") }
