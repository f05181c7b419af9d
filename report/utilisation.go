package report

import (
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
)

// hasUtilisation reports whether there are links that are shared, or sites with a number of servers.
func hasUtilisation(c *edgewise.Comparison) bool {
	return slices.ContainsFunc(c.Placements, func(p edgewise.PlacementResult) bool { return len(p.Links) > 0 }) ||
		anyWorkload(c, func(w *edgewise.WorkloadResult) bool {
			return slices.ContainsFunc(w.Sites, func(s edgewise.SiteResult) bool { return slices.ContainsFunc(s.Figures, isUtilisation) })
		})
}

// utilisationTable has a row for the servers that a workload finds at a site, one for a link that is shared, and one for each workload
// that crosses it.
func utilisationTable(c *edgewise.Comparison) (*dataTable, error) {
	return &dataTable{
		columns: slices.Concat(texts("placement"), wholes("placement_number"), texts("workload", "of", "site", "from", "to", "sharing"),
			numbersOf("mean", "low", "high", "busiest_step", "full", "load", "wait_ms")),
		rows: func(row func([]cell)) {
			for i := range c.Placements {
				p := &c.Placements[i]
				var of rowMaker
				write := func(where []cell, all edgewise.Figures, metric, full string) {
					find := func(statistic string) edgewise.Figure {
						f, _ := all.Find(metric, statistic)
						return f
					}
					cells := of.add([]cell{textCell(p.Name), wholeCell(i)}, where...)
					cells = append(cells, estimateCells(find("utilisation").Estimate)...)
					for _, statistic := range []string{"busiest step", full, "load", "mean wait"} {
						f := find(statistic)
						cells = append(cells, numberCell(f.Value, f.HasValue()))
					}
					row(cells)
				}
				for k := range p.Workloads {
					w := &p.Workloads[k]
					for _, s := range w.Sites {
						if slices.ContainsFunc(s.Figures, isUtilisation) {
							write([]cell{textCell(w.Name), textCell("servers"), textCell(s.ID), textCell(""), textCell(""), textCell("")}, s.Figures, "servers", "full")
						}
					}
				}
				for _, l := range p.Links {
					at := func(workload string) []cell {
						return []cell{textCell(workload), textCell("link"), textCell(strings.Join(l.Sites, " ")), textCell(l.From), textCell(l.To), textCell(l.Sharing)}
					}
					write(at(""), l.Figures, "link", "utilisation") // while it sends it is full
					for _, w := range l.Workloads {
						write(at(w.Name), w.Figures, "link", "")
					}
				}
			}
		},
	}, nil
}
