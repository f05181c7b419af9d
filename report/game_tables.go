package report

import (
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise"
)

// hasGames reports whether there is a game.
func hasGames(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return len(w.Occupancy) > 0 })
}

// hasPairs reports whether a match begins in the recorded time.
func hasPairs(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return len(w.Pairs) > 0 })
}

// occupancyTable has what games have at each site hour by hour: players and matches on the mean, with their intervals, and how many
// matches, and cores for them, there are at most for 99.9 % of the hour; and for what part of their time matches ticked too late.
func occupancyTable(c *edgewise.Comparison) (*dataTable, error) {
	return &dataTable{
		columns: slices.Concat(ofWorkload(), texts("site", "from"),
			numbersOf("players", "players_low", "players_high", "matches", "matches_low", "matches_high", "most_matches", "cores", "tick_overrun")),
		rows: func(row func([]cell)) {
			var of rowMaker
			eachWorkload(c, func(at []cell, _ int, w *edgewise.WorkloadResult) {
				for _, site := range w.Occupancy {
					for _, h := range site.Hours {
						cells := of.add(at, textCell(site.Site), textCell(h.From.UTC().Format(time.RFC3339)))
						cells = append(append(cells, estimateCells(h.Players)...), estimateCells(h.Matches)...)
						row(append(cells, numberCell(h.Most, true), numberCell(h.Cores, true), numberCell(h.Overrun, true)))
					}
				}
			})
		},
	}, nil
}

// pairsTable has how players of two metros meet in the matches of games.
func pairsTable(c *edgewise.Comparison) (*dataTable, error) {
	return &dataTable{
		columns: slices.Concat(ofWorkload(), texts("first", "second"), numbersOf("share", "first_ms", "second_ms", "apart_ms")),
		rows: func(row func([]cell)) {
			var of rowMaker
			eachWorkload(c, func(at []cell, _ int, w *edgewise.WorkloadResult) {
				for _, p := range w.Pairs {
					row(of.add(at, textCell(p.First), textCell(p.Second),
						numberCell(p.Share, true), numberCell(p.FirstMs, true), numberCell(p.SecondMs, true), numberCell(p.ApartMs, true)))
				}
			})
		},
	}, nil
}
