package report

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// hasTimeline reports whether all requests were followed over time.
func hasTimeline(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return w.Timeline.Steps > 0 })
}

// timelineTable has a row a placement, workload, place and step of the recorded time: of all users, whose metro and site are empty, with
// intervals over the replications; of metros and sites, where they are asked for, without; and of links that are shared, of all workloads, without, where there are any.
func timelineTable(c *edgewise.Comparison) (*dataTable, error) {
	var names, columns []string
	column := func(name, unit string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
			columns = append(columns, columnOf(name, unit))
		}
	}
	eachWorkload(c, func(_ []cell, _ int, w *edgewise.WorkloadResult) {
		for _, l := range w.Timeline.Lines {
			column(l.Name, l.Unit)
		}
	})
	where := texts("metro", "site")
	if hasLinkTimeline(c) {
		where = texts("metro", "site", "link_from", "link_to")
		eachLinkTimeline(c, func(_ int, l *edgewise.LinkResult) {
			for _, line := range l.Timeline.Lines {
				column(line.Name, line.Unit)
			}
		})
	}
	t := &dataTable{columns: slices.Concat(ofWorkload(), where, numbersOf("from_s", "to_s"))}
	for _, name := range columns {
		t.columns = append(t.columns, numbersOf(name, name+"_low", name+"_high")...)
	}
	noLink := make([]cell, len(where)-2)
	for i := range noLink {
		noLink[i] = textCell("")
	}
	t.rows = func(row func([]cell)) {
		var of rowMaker
		eachWorkload(c, func(workload []cell, _ int, w *edgewise.WorkloadResult) {
			line := &w.Timeline
			step := func(k int) []cell {
				from := secondsSinceStart(c, c.WarmUp+time.Duration(k)*line.Step)
				return []cell{numberCell(from, true), numberCell(from+line.Seconds(k, c.Duration), true)}
			}
			for k := range line.Steps {
				cells := slices.Concat([]cell{textCell(""), textCell("")}, noLink, step(k))
				for _, name := range names {
					var e stats.Estimate
					if l := line.Line(name); l != nil {
						e = l.Values[k]
					}
					cells = append(cells, estimateCells(e)...)
				}
				row(of.add(workload, cells...))
			}
			for i, places := range [][]edgewise.PlaceTimeline{line.Metros, line.Sites} {
				for _, p := range places {
					at := []cell{textCell(p.ID), textCell("")}
					if i == 1 {
						slices.Reverse(at)
					}
					for k := range line.Steps {
						cells := slices.Concat(at, noLink, step(k))
						for _, name := range names {
							x := math.NaN()
							if n := slices.IndexFunc(p.Lines, func(l edgewise.PlaceLine) bool { return l.Name == name }); n >= 0 {
								x = p.Lines[n].Values[k]
							}
							cells = append(cells, numberCell(x, !math.IsNaN(x)), numberCell(0, false), numberCell(0, false))
						}
						row(of.add(workload, cells...))
					}
				}
			}
		})
		linkRowsOverTime(c, names, func(at, where []cell) { row(of.add(at, where...)) })
	}
	return t, nil
}

// columnOf returns the name of the column of a figure in a unit.
func columnOf(name, unit string) string {
	suffix := map[string]string{"a second": "per_second", "ms": "ms", "share": "share", "bytes a second": "per_second"}[unit]
	name = strings.NewReplacer(" ", "_", "-", "_").Replace(name)
	if suffix == "" {
		return name
	}
	return name + "_" + suffix
}
