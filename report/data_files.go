package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// A dataFile is a table of a report for other programs, as CSV and as Parquet: docs/analysis.md reads them.
type dataFile struct {
	// name is that of its files without the format, about says what it holds.
	name, about string
	where       func(*edgewise.Comparison) bool
	table       func(*edgewise.Comparison) (*dataTable, error)
}

// dataFiles are all of them, one a row.
var dataFiles = []dataFile{
	{"distributions", "the curves of the pictures, some 200 points each", nil, distributionTable},
	{"metros", "users' metros with coordinates, what each placement does to them", hasAnyMetros, metrosTable},
	{"sites", "sites with coordinates, what each placement lets them do", hasAnySites, sitesTable},
	{"utilisation", "how busy servers and shared links were, by site, link and workload", hasUtilisation, utilisationTable},
	{"replications", "every figure of all users, replication by replication", hasReplicates, replicationTable},
	{"series", "requests, latency and hits over the time of the runs", hasSeries, seriesTable},
	{"occupancy", "what games have at each site, hour by hour", hasGames, occupancyTable},
	{"pairs", "how players of two metros meet in matches", hasPairs, pairsTable},
}

// asCSV and asParquet return a table as an output.
func (d dataFile) asCSV() edgewise.Output {
	return edgewise.Output{Name: d.name + ".csv", About: d.about, Where: d.where, Write: d.written((*dataTable).writeCSV)}
}

func (d dataFile) asParquet() edgewise.Output {
	return edgewise.Output{Name: d.name + ".parquet", About: "the same for columnar tools", Where: d.where, Write: d.written((*dataTable).writeParquet)}
}

func (d dataFile) written(write func(*dataTable, io.Writer) error) func(io.Writer, *edgewise.Comparison) error {
	return func(w io.Writer, c *edgewise.Comparison) error {
		t, err := d.table(c)
		if err == nil {
			t.name = d.name
			err = write(t, w)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", d.name, err)
		}
		return nil
	}
}

func dataOutputs() (all []edgewise.Output) {
	for _, d := range dataFiles {
		all = append(all, d.asCSV())
	}
	return all
}

// ParquetOutputs returns the tables of a report as Parquet, compressed by zstd, for those who ask for them. Columns are in the order of
// their names.
func ParquetOutputs() (all []edgewise.Output) {
	for _, d := range dataFiles {
		all = append(all, d.asParquet())
	}
	return all
}

func hasAnyMetros(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return len(w.Metros) > 0 })
}

func hasAnySites(c *edgewise.Comparison) bool {
	return slices.ContainsFunc(c.Placements, func(p edgewise.PlacementResult) bool { return len(p.Roles) > 0 })
}

func hasReplicates(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool {
		return slices.ContainsFunc(w.Figures, func(f edgewise.Figure) bool { return len(f.Replicates) > 0 })
	})
}

func hasSeries(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return len(w.Series.Steps) > 0 || w.Timeline.Steps > 0 })
}

// eachWorkload calls a function with every workload under every placement, and the cells that say which: placement, its number in the
// study's order, 0 for the baseline, workload and kind.
func eachWorkload(c *edgewise.Comparison, do func(at []cell, placement int, w *edgewise.WorkloadResult)) {
	for i := range c.Placements {
		p := &c.Placements[i]
		for k := range p.Workloads {
			w := &p.Workloads[k]
			do([]cell{textCell(p.Name), wholeCell(i), textCell(w.Name), textCell(w.Kind)}, i, w)
		}
	}
}

// ofWorkload are the columns of those cells.
func ofWorkload() []dataColumn {
	return slices.Concat(texts("placement"), wholes("placement_number"), texts("workload", "kind"))
}

// A rowMaker puts cells behind those that say where a row belongs, always in the same memory: a row is written before the next is made.
type rowMaker []cell

func (m *rowMaker) add(at []cell, more ...cell) []cell {
	*m = append(append((*m)[:0], at...), more...)
	return *m
}

// distributionTable has the share of the requests that are answered within a latency, with its interval over replications: of all
// who asked, those who were not answered included.
func distributionTable(c *edgewise.Comparison) (*dataTable, error) {
	return &dataTable{
		columns: slices.Concat(ofWorkload(), texts("metric"), numbersOf("latency_ms", "share", "low", "high")),
		rows: func(row func([]cell)) {
			var of rowMaker
			eachWorkload(c, func(at []cell, placement int, w *edgewise.WorkloadResult) {
				for k := range w.Latency {
					d := &w.Latency[k]
					if d.Pooled.Count() == 0 {
						continue
					}
					l := newLine(curve{placement: placement, metric: d, figures: w.Figures, pooled: d.Pooled}, cumulative)
					ns := pointsOf(d.Pooled)
					halves := l.halfWidths(ns, c.Level)
					hasBounds := len(d.PerReplication) > 1
					for i, share := range l.shares(d.Pooled, ns, l.of) {
						row(of.add(at, textCell(d.Metric), numberCell(float64(ns[i])/1e6, true), numberCell(share, true),
							numberCell(max(0, share-halves[i]), hasBounds), numberCell(min(1, share+halves[i]), hasBounds)))
					}
				}
			})
		},
	}, nil
}

// pointsOf returns the latencies at which a distribution is told: its minimum, every half per cent of the body, the tail in steps of a
// tenth of a decade as far as [stats.MinExceedances] requests are slower, and its maximum.
func pointsOf(s *stats.Sketch) (ns []int64) {
	const body, tenth = 200, 1.2589254117941673 // 10^(1/10)
	shares := []float64{}
	for i := 1; i < body; i++ {
		shares = append(shares, float64(i)/body)
	}
	least := float64(stats.MinExceedances) / float64(s.Count())
	for slower := 1.0 / body / tenth; slower >= least; slower /= tenth {
		shares = append(shares, 1-slower)
	}
	ns = append(ns, s.MinNs())
	for _, at := range s.QuantilesNs(shares) {
		ns = append(ns, int64(at))
	}
	ns = append(ns, s.MaxNs())
	slices.Sort(ns)
	return slices.Compact(ns)
}

// metrosTable has a row a placement, workload and metro.
func metrosTable(c *edgewise.Comparison) (*dataTable, error) {
	verdicts, err := verdictsByMetro(c)
	if err != nil {
		return nil, err
	}
	places := placesByID(c.Metros)
	return &dataTable{
		columns: slices.Concat(ofWorkload(), texts("metro", "name", "country"), numbersOf("lat_deg", "lon_deg", "requests"), texts("metric"),
			numbersOf("mean_ms", "mean_low", "mean_high", "difference_ms", "difference_low", "difference_high", "p50_ms", "p95_ms", "failed_share"),
			texts("verdict")),
		rows: func(row func([]cell)) {
			var of rowMaker
			eachWorkload(c, func(at []cell, placement int, w *edgewise.WorkloadResult) {
				metric := w.Headline().Name()
				for k := range w.Metros {
					m := &w.Metros[k]
					place, isThere := places[m.ID]
					if !isThere {
						place = new(edgewise.Place)
					}
					find := func(metric, statistic string) cell {
						f, ok := m.Figures.Find(metric, statistic)
						return numberCell(f.Value, ok && f.HasValue())
					}
					mean, _ := m.Figures.Find(metric, "mean")
					difference := stats.Estimate{}
					if mean.Difference != nil {
						difference = *mean.Difference
					}
					cells := of.add(at, textCell(m.ID), textCell(m.Name), textCell(place.Country),
						numberCell(place.LatDeg, isThere), numberCell(place.LonDeg, isThere), find("requests", "count"), textCell(metric))
					cells = append(append(cells, estimateCells(mean.Estimate)...), estimateCells(difference)...)
					verdict := verdicts[judgedFigure{c.Placements[placement].Name, w.Name, m.ID, metric, "mean"}]
					row(append(cells, find(metric, "p50"), find(metric, "p95"), find("failed", "share"), textCell(string(verdict))))
				}
			})
		},
	}, nil
}

// verdictsByMetro returns what is shown of every judged figure of every metro; of a single placement nothing is.
func verdictsByMetro(c *edgewise.Comparison) (map[judgedFigure]stats.Verdict, error) {
	verdicts := make(map[judgedFigure]stats.Verdict)
	if len(c.Placements) < 2 {
		return verdicts, nil
	}
	all, err := MetroVerdicts(c, Margins{})
	for _, v := range all {
		verdicts[judgedFigure{v.Placement, v.Workload, v.MetroID, v.Metric, v.Statistic}] = v.Verdict
	}
	return verdicts, err
}

// placesByID returns places by their ids.
func placesByID(all []edgewise.Place) map[string]*edgewise.Place {
	places := make(map[string]*edgewise.Place, len(all))
	for i := range all {
		places[all[i].ID] = &all[i]
	}
	return places
}

// sitesTable has a row a placement, site and role.
func sitesTable(c *edgewise.Comparison) (*dataTable, error) {
	places := placesByID(c.Sites)
	return &dataTable{
		columns: slices.Concat(texts("placement"), wholes("placement_number"), texts("site", "name", "site_kind", "country", "provider", "parent"),
			numbersOf("lat_deg", "lon_deg"), texts("role", "workloads"), wholes("cache_bytes"), texts("policy", "admission"),
			wholes("preload", "servers", "backup")),
		rows: func(row func([]cell)) {
			for i := range c.Placements {
				p := &c.Placements[i]
				for _, r := range p.Roles {
					place, isThere := places[r.Site]
					if !isThere {
						place = new(edgewise.Place)
					}
					row([]cell{textCell(p.Name), wholeCell(i), textCell(r.Site), textCell(place.Name), textCell(place.Kind), textCell(place.Country),
						textCell(place.Provider), textCell(place.Parent), numberCell(place.LatDeg, isThere), numberCell(place.LonDeg, isThere),
						textCell(r.Role), textCell(strings.Join(r.Workloads, ";")), numberCell(float64(r.CacheBytes), r.CacheBytes > 0),
						textCell(r.Policy), textCell(r.Admission), truth(r.Preload), numberCell(float64(r.Servers), r.Servers > 0), truth(r.Backup)})
				}
			}
		},
	}, nil
}

// truth is 1 or 0.
func truth(is bool) cell {
	if is {
		return wholeCell(1)
	}
	return wholeCell(0)
}

// replicationTable has a row a placement, workload, figure and replication, which counts from 0: see [edgewise.Figure].Replicates.
func replicationTable(c *edgewise.Comparison) (*dataTable, error) {
	return &dataTable{
		columns: slices.Concat(ofWorkload(), texts("metric", "statistic", "unit"), wholes("replication"), numbersOf("value")),
		rows: func(row func([]cell)) {
			var of rowMaker
			eachWorkload(c, func(at []cell, _ int, w *edgewise.WorkloadResult) {
				for i := range w.Figures {
					f := &w.Figures[i]
					for r, value := range f.Replicates {
						row(of.add(at, textCell(f.Metric), textCell(f.Statistic), textCell(f.Unit), wholeCell(r), numberCell(value, true)))
					}
				}
			})
		},
	}, nil
}

// seriesTable has a row a placement, workload and step of time: its begin and end in seconds since the study began, warm-up included, whether it
// is recorded, 1, or of the warm-up, 0, and what happened in it on the mean of the replications.
//
// Where all requests were followed over time, that is what it has: see timelineTable.
func seriesTable(c *edgewise.Comparison) (*dataTable, error) {
	if hasTimeline(c) {
		return timelineTable(c)
	}
	return &dataTable{
		columns: slices.Concat(ofWorkload(), numbersOf("from_s", "to_s"), wholes("recorded"), numbersOf("requests_per_second", "mean_ms", "hit_share")),
		rows: func(row func([]cell)) {
			var of rowMaker
			eachWorkload(c, func(at []cell, _ int, w *edgewise.WorkloadResult) {
				step := w.Series.Step.Seconds()
				for i := range w.Series.Steps {
					s := &w.Series.Steps[i]
					from := secondsSinceStart(c, 0) + float64(float64(i)*step)
					recorded := 0
					if time.Duration(i)*w.Series.Step >= c.WarmUp {
						recorded = 1
					}
					isThere := s.Requests > 0
					row(of.add(at, numberCell(from, true), numberCell(from+step, true), wholeCell(recorded), numberCell(w.Series.PerSecond(s, c.Replications), true),
						numberCell(s.MeanMs(), isThere), numberCell(s.HitShare(), isThere && has(w, "cache"))))
				}
			})
		},
	}, nil
}

// secondsSinceStart returns when something happens at an instant of the runs, in seconds since the study began: as scenarios, pictures and explained requests
// tell times.
func secondsSinceStart(c *edgewise.Comparison, at time.Duration) float64 {
	return c.SinceStart(at).Seconds()
}
