package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// WriteTable writes the comparison for a terminal. Each workload has tables with a row a placement, of the figures that
// are to be shown so ([edgewise.Shown]), each with half its confidence interval: p50, p95, p99 and mean of the headline
// latency of the requests that were answered, the shares of all requests within deadlines and, where the study has
// failures, of those that failed; for cacheable workloads the load on the origin and, where there are caches, the hit
// ratios, with several tiers tier by tier, those behind the first of what reached it, and with the share of requests
// served without the origin (offload); and own measures. Of more than 50 placements the baseline and the best are shown. Placements that are refused stand above the tables. Below a figure stands its paired difference from the baseline,
// the first placement.
func WriteTable(w io.Writer, c *edgewise.Comparison) error {
	return writeTables(w, c, "", "%s\n", renderText)
}

// WriteMarkdown writes the tables of [WriteTable] as Markdown.
func WriteMarkdown(w io.Writer, c *edgewise.Comparison) error {
	return writeTables(markdownWriter{w}, c, "- ", "### %s\n\n", renderMarkdown)
}

func writeTables(w io.Writer, c *edgewise.Comparison, mark, heading string, render func(table.Writer) string) error {
	workloads, err := selectWorkloads(c, "")
	if err != nil {
		return fmt.Errorf("comparison table: %w", err)
	}
	var out strings.Builder
	out.WriteString(refusals(c, mark))
	shown, leftOut := few(c, mostListed)
	for _, name := range workloads {
		rows := rowsOf(shown, name)
		for _, t := range placementTables(rows) {
			t.write(&out, heading, render)
		}
	}
	out.WriteString(legend(c) + "\n" + leftOutNote(leftOut))
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("write comparison table: %w", err)
	}
	return nil
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
	return "Latencies of games are of updates that were played; shares within a deadline are of all that players wanted to " +
		"send, those not playing included. players in: of all players, by the median RTT of the session, who never played " +
		"in none. matches in: of the matches that start full, by the worst player. Waits for a match are also of those " +
		"who gave up or still wait, cut off at the end of the run."
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

// A tableRow is what one placement does to the workload of a table.
type tableRow struct {
	placement string
	workload  *edgewise.WorkloadResult
}

func rowsOf(c *edgewise.Comparison, workload string) []tableRow {
	var rows []tableRow
	for i := range c.Placements {
		if w := workloadOf(&c.Placements[i], workload); w != nil {
			rows = append(rows, tableRow{c.Placements[i].Name, w})
		}
	}
	return rows
}

// A comparisonTable is one table in the making.
type comparisonTable struct {
	title   string
	columns []string
	rows    [][]string
	notes   []string
	// first is the width in characters at which the first column is wrapped.
	first int
}

// cells returns the figures of a row; a figure that the row does not have is an empty cell.
func (t *comparisonTable) cells(all edgewise.Figures, columns []column) (cells []string) {
	for i := range columns {
		c := &columns[i]
		f, ok := all.Find(c.Metric, c.Statistic)
		if !ok {
			cells = append(cells, "")
			continue
		}
		cells = append(cells, t.cell(c.heading(), f, c.factor()))
	}
	return cells
}

// placementTables returns the tables of a workload with a row a placement, that of latencies first.
func placementTables(rows []tableRow) (tables []*comparisonTable) {
	var all []edgewise.Figures
	for _, r := range rows {
		all = append(all, r.workload.Figures)
	}
	columns := columnsOf(all, megabytes, func(l *edgewise.Label) string { return l.Column })
	columns = slices.DeleteFunc(columns, func(c column) bool { return isBeside(&c, columns, all) })
	names := []string{edgewise.LatencyTable}
	for _, c := range columns {
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

// isBeside reports whether a column stands beside what matters more and has nothing to say: of games sessions are lost,
// and updates that fail are rare.
func isBeside(c *column, columns []column, all []edgewise.Figures) bool {
	return c.Metric == "failed" &&
		slices.ContainsFunc(columns, func(o column) bool { return o.Metric == "sessions" }) &&
		!slices.ContainsFunc(all, func(of edgewise.Figures) bool { f, _ := of.Find(c.Metric, c.Statistic); return f.Value > 0 })
}

func placementTable(rows []tableRow, name string, columns []column) *comparisonTable {
	t := &comparisonTable{title: tableTitle(rows[0].workload, name, columns), columns: []string{"placement"}, first: placementColumn}
	for i := range columns {
		t.columns = append(t.columns, columns[i].heading())
	}
	for _, r := range rows {
		cells := t.cells(r.workload.Figures, columns)
		for i := range columns {
			if isFirst := i == 0 || columns[i-1].Metric != columns[i].Metric; isFirst && cells[i] == "" {
				cells[i] = noCaches(r.workload, &columns[i])
			}
		}
		t.rows = append(t.rows, append([]string{r.placement}, cells...))
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
	case name == "":
		name = "own measures"
	}
	return w.Name + ": " + name
}

// cell returns a figure, times factor, with its difference from the baseline on a second line. What
// the data could not carry goes into a note.
func (t *comparisonTable) cell(what string, f edgewise.Figure, factor float64) string {
	if !f.HasValue() && f.Unsupported != "" {
		note := fmt.Sprintf("%s %s: %s.", what, absent, f.Unsupported)
		if !slices.Contains(t.notes, note) {
			t.notes = append(t.notes, note)
		}
	}
	s := interval(f.Scaled(factor))
	if f.Difference != nil && f.Difference.HasValue() {
		s += "\n" + signed(f.Difference.Scaled(factor))
	}
	return s
}

// placementColumn is the width in characters at which placement names are wrapped.
const placementColumn = 30

// write writes the table under its title, and its notes.
func (t *comparisonTable) write(out *strings.Builder, heading string, render func(table.Writer) string) {
	fmt.Fprintf(out, heading, t.title)
	out.WriteString(render(t.writer()) + "\n")
	for _, note := range t.notes {
		out.WriteString(note + "\n")
	}
	out.WriteString("\n")
}

func (t *comparisonTable) writer() table.Writer {
	w := table.NewWriter()
	header := table.Row{}
	columns := []table.ColumnConfig{{Number: 1, WidthMax: t.first, WidthMaxEnforcer: text.WrapSoft}}
	for i, name := range t.columns {
		header = append(header, name)
		if i > 0 {
			columns = append(columns, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	w.AppendHeader(header)
	w.SetColumnConfigs(columns)
	for _, cells := range t.rows {
		row := table.Row{}
		for _, cell := range cells {
			row = append(row, cell)
		}
		w.AppendRow(row)
	}
	return w
}

// renderText renders a table for a terminal.
func renderText(t table.Writer) string {
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	return t.Render()
}

// renderMarkdown renders a table as Markdown and ends it with an empty line, without which the next
// line would be taken for a row.
func renderMarkdown(t table.Writer) string { return t.RenderMarkdown() + "\n" }
