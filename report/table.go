package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sim"
)

// WriteTable writes the comparison as text of any width. Each workload has tables with a row a placement, of the figures that
// are to be shown so ([edgewise.Shown]), each with half its confidence interval: p50, p95, p99 and mean of the headline
// latency of the requests that were answered, the shares of all requests within deadlines and, where the study has
// failures, of those that failed; for cacheable workloads the time to the last byte, the load on the origin and, where
// there are caches, the hit ratios, with several tiers tier by tier, those behind the first of what reached it, and with the
// origin offload; and own measures. Below a figure stands its paired difference
// from the baseline, the first placement. Placements that are refused stand above
// the tables, above those of a workload how much is asked of it in the recorded time; placements that are alike have one row. What is counted is shown by second.
func WriteTable(w io.Writer, c *edgewise.Comparison) error {
	return writeTables(w, c, onScreen(Layout{All: true}))
}

// WriteMarkdown writes the tables of [WriteTable] as Markdown.
func WriteMarkdown(w io.Writer, c *edgewise.Comparison) error {
	return writeTables(markdownWriter{w}, c, asMarkdown())
}

func writeTables(w io.Writer, c *edgewise.Comparison, p *paper) error {
	if _, err := selectWorkloads(c, ""); err != nil {
		return fmt.Errorf("comparison table: %w", err)
	}
	ranks, err := rank(c)
	if err != nil {
		return err
	}
	p.refusals(c)
	p.tables(c, ranks)
	p.servers(c, nil)
	p.links(c, nil)
	if hasBill(c) {
		p.gap()
		p.bills(c, nil)
	}
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("write comparison table: %w", err)
	}
	return nil
}

// tables writes the tables of figures and explains them.
func (p *paper) tables(c *edgewise.Comparison, ranks *ranking) {
	for _, name := range workloadNames(c) {
		p.demand(c, name)
		rows, left := p.rowsShown(c, name, ranks)
		for i, t := range placementTables(rows, c.Duration, c.WarmUp+c.Duration) {
			if i == 0 {
				for _, r := range rows {
					t.notes = append(t.notes, r.alikeNote()...)
				}
				if left != "" {
					t.notes = append(t.notes, left)
				}
			}
			p.grid(t)
		}
		p.tails(c, name, rows)
	}
	p.prose(legend(c))
}

// legend explains the tables.
func legend(c *edgewise.Comparison) string {
	var s []string
	if c.Replications > 1 {
		s = append(s, fmt.Sprintf("± is half the %s %% confidence interval over %s.", percentOf(c.Level), basis(c)))
	} else {
		s = append(s, "One replication: no confidence intervals.")
	}
	if len(c.Placements) > 1 {
		s = append(s, fmt.Sprintf("Second lines: difference from %s, paired on the same users.", c.Placements[0].Name))
	}
	if note := tierNote(allTiersBehind(c)); note != "" {
		s = append(s, note)
	}
	if note := offloadNote(c); note != "" {
		s = append(s, note)
	}
	if len(c.OwnParts) > 0 {
		s = append(s, fmt.Sprintf("With parts that are not of edgewise: %s.", strings.Join(c.OwnParts, "; ")))
	}
	if c.RelativeError > 0 {
		s = append(s, fmt.Sprintf("Quantiles are kept within %s %%.", strconv.FormatFloat(100*c.RelativeError, 'g', 2, 64)))
	}
	if note := gamesNote(c); note != "" {
		s = append(s, note)
	}
	if hasFailures(c) {
		s = append(s, "Latencies are of answered requests; a failed one is within no deadline. "+
			"So a placement that answers what another does not can look slower: look at the share that failed.")
	}
	return strings.Join(s, " ")
}

// gamesNote says what the figures of games are of; nothing where there are none.
func gamesNote(c *edgewise.Comparison) string {
	if !anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return has(w, "not playing") }) {
		return ""
	}
	note := "Latencies of games are of updates that were played; shares within a deadline are of all that players wanted to " +
		"send, those not playing included. players in: of all players, by the median RTT of the session, who never played " +
		"in none. matches in: of the matches that start full, by the worst player. Waits for a match are also of those " +
		"who gave up or still wait, cut off at the end of the run."
	if anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return has(w, sim.PlayerDisplay.String()) }) {
		note += " players shown in, quality: of all players, by the median time from input to display in each match, or what the study judges by."
	}
	return note
}

// hasFailures reports whether a request failed or a session was lost.
func hasFailures(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return valueOf(w, "sessions", "lost") > 0 }) || hasFailed(c)
}

// hasFailed reports whether a request failed, so that there are fewer latencies than requests.
func hasFailed(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return valueOf(w, "failed", "count") > 0 })
}

// hasIdle reports whether players wanted to play and could not.
func hasIdle(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return valueOf(w, "not playing", "share") > 0 })
}

// cells returns the figures of a row; a figure that the row does not have is an empty cell.
func (t *grid) cells(of string, all edgewise.Figures, columns []column) (cells []string) {
	for i := range columns {
		c := &columns[i]
		f, ok := all.Find(c.Metric, c.Statistic)
		if !ok {
			cells = append(cells, "")
			continue
		}
		if c.isCutOff(&f) {
			cells = append(cells, t.cutOff(c))
			continue
		}
		cells = append(cells, t.cell(c.heading(), of, f, c.factor()))
	}
	return cells
}

// cutOff returns the cell of a wait that lies at the end of the run, and explains it once. There is no difference: both may be
// anything.
func (t *grid) cutOff(c *column) string {
	text := "≥ " + number(c.run.Seconds(), 0)
	if note := text + " s: at the end of the run, when they still wait."; !slices.Contains(t.notes, note) {
		t.notes = append(t.notes, note)
	}
	return text
}

// placementTables returns the tables of a workload with a row a placement, that of latencies first, of what was recorded in a
// part of a run.
func placementTables(rows []tableRow, recorded, run time.Duration) (tables []*grid) {
	var all []edgewise.Figures
	for _, r := range rows {
		all = append(all, r.workload.Figures)
	}
	columns := columnsOf(all, recorded, func(l *edgewise.Label) string { return l.Column })
	columns = slices.DeleteFunc(columns, func(c column) bool { return isBeside(&c, columns, all) })
	for i := range columns {
		columns[i].run = run
	}
	names := []string{edgewise.LatencyTable}
	for _, c := range columns {
		if c.Table == edgewise.LastByteTable && !bytesMatter(rows) {
			continue
		}
		if !slices.Contains(names, c.Table) {
			names = append(names, c.Table)
		}
	}
	for _, name := range names {
		of := slices.DeleteFunc(slices.Clone(columns), func(c column) bool { return c.Table != name })
		if len(of) > 0 {
			tables = append(tables, placementTable(rows, name, of))
		}
	}
	return tables
}

// bytesMatter reports whether the last byte comes so much later than the first, in some placement, that it is shown: by
// more than a tenth of the mean.
func bytesMatter(rows []tableRow) bool {
	return slices.ContainsFunc(rows, func(r tableRow) bool {
		return valueOf(r.workload, "ttlb", "mean") > 1.1*valueOf(r.workload, "ttfb", "mean")
	})
}

// isBeside reports whether a column stands beside what matters more and has nothing to say: of games sessions are lost,
// and updates that fail are rare.
func isBeside(c *column, columns []column, all []edgewise.Figures) bool {
	return c.Metric == "failed" &&
		slices.ContainsFunc(columns, func(o column) bool { return o.Metric == "sessions" }) &&
		!slices.ContainsFunc(all, func(of edgewise.Figures) bool { f, _ := of.Find(c.Metric, c.Statistic); return f.Value > 0 })
}

func placementTable(rows []tableRow, name string, columns []column) *grid {
	t := &grid{title: tableTitle(rows[0].workload, name, columns), columns: []string{"placement"}, first: placementColumn}
	for i := range columns {
		t.columns = append(t.columns, columns[i].heading())
	}
	for _, r := range rows {
		cells := t.cells(r.placement, r.workload.Figures, columns)
		for i := range columns {
			if isFirst := i == 0 || columns[i-1].Metric != columns[i].Metric; isFirst && cells[i] == "" {
				cells[i] = noCaches(r.workload, &columns[i])
			}
		}
		t.rows = append(t.rows, append([]string{r.name()}, cells...))
	}
	return t
}

// noCaches says in place of the first hit ratio of a tier that the placement has no such tier, once if it has none at
// all.
func noCaches(w *edgewise.WorkloadResult, c *column) string {
	switch {
	case c.Bar == "":
		return ""
	case c.Metric == "cache":
		return "no cache"
	case has(w, "cache"):
		return "no " + words.ShortTier(c.Metric)
	}
	return ""
}

func tableTitle(w *edgewise.WorkloadResult, name string, columns []column) string {
	isOfCaches := slices.ContainsFunc(columns, func(c column) bool { return c.Bar != "" })
	switch {
	case name == edgewise.LatencyTable:
		return fmt.Sprintf("%s (%s): %s, ms", w.Name, w.Kind, metricTitle(w.Headline().Name()))
	case name == edgewise.OriginTable && !isOfCaches:
		name = "origin"
	case name == edgewise.LastByteTable:
		name = metricTitle("ttlb") + ", ms"
	case name == "":
		name = "own measures"
	}
	return w.Name + ": " + name
}

// cell returns a figure, times factor, with its difference from the baseline on a second line. What
// the data could not carry goes into a note.
func (t *grid) cell(what, of string, f edgewise.Figure, factor float64) string {
	switch {
	case f.Unsupported == "" || f.HasValue() && f.N < 2: // the legend says that there is one replication
	case f.HasValue():
		t.lacks = append(t.lacks, lack{what, of, f.Unsupported})
	default:
		t.lacks = append(t.lacks, lack{what + " " + absent, of, f.Unsupported})
	}
	s := interval(f.Scaled(factor))
	if f.Difference != nil && f.Difference.HasValue() {
		s += "\n" + signed(f.Difference.Scaled(factor))
	}
	return s
}

// placementColumn is the width in characters at which placement names are wrapped.
const placementColumn = 30
