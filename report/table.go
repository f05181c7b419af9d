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

// WriteTable writes the comparison for a terminal. Each workload has a table with a row a placement:
// p50, p95, p99 and mean of the headline latency of the requests that were answered, the shares of all
// requests within deadlines and, where the study has failures, of those that failed, each with half its
// confidence interval; a second table has, for cacheable workloads, the load on the origin of every
// placement and, where there are caches, the hit ratios, with several tiers tier by tier, those behind the first of what reached
// it, and with the share of requests served without the origin (offload). Below a figure stands its paired difference
// from the baseline, the first placement.
func WriteTable(w io.Writer, c *edgewise.Comparison) error {
	return writeTables(w, c, "%s\n", renderText)
}

// WriteMarkdown writes the tables of [WriteTable] as Markdown.
func WriteMarkdown(w io.Writer, c *edgewise.Comparison) error {
	return writeTables(w, c, "### %s\n\n", renderMarkdown)
}

func writeTables(w io.Writer, c *edgewise.Comparison, heading string, render func(table.Writer) string) error {
	workloads, err := selectWorkloads(c, "")
	if err != nil {
		return fmt.Errorf("comparison table: %w", err)
	}
	var out strings.Builder
	for _, name := range workloads {
		rows := rowsOf(c, name)
		for _, t := range []*comparisonTable{latencyTable(rows), originTable(rows)} {
			if t == nil {
				continue
			}
			fmt.Fprintf(&out, heading, t.title)
			out.WriteString(render(t.writer()) + "\n")
			for _, note := range t.notes {
				out.WriteString(note + "\n")
			}
			out.WriteString("\n")
		}
	}
	out.WriteString(legend(c) + "\n")
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
	if hasFailures(c) {
		s = append(s, "Latencies are of answered requests; a failed one is within no deadline. "+
			"So a placement that answers what another does not can look slower: look at the share that failed.")
	}
	return strings.Join(s, " ")
}

// hasFailures reports whether a request failed or a session was lost.
func hasFailures(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return valueOf(w, "sessions", "lost") > 0 }) || hasFailed(c)
}

// hasFailed reports whether a request failed, so that there are fewer latencies than requests.
func hasFailed(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool { return valueOf(w, "failed", "count") > 0 })
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
}

// A column is a figure in a table, times a factor.
type column struct {
	title, metric, statistic string
	// note names the figure where it could not be made.
	note   string
	factor float64
}

// cells returns the figures of a row; a figure that the row does not have is an empty cell.
func (t *comparisonTable) cells(w *edgewise.WorkloadResult, columns []column) (cells []string) {
	for _, c := range columns {
		f, ok := w.Figures.Find(c.metric, c.statistic)
		if !ok {
			cells = append(cells, "")
			continue
		}
		cells = append(cells, t.cell(c.note, f, c.factor))
	}
	return cells
}

// latencyTable returns the table of what is judged of the headline latency, and of what failed; nil when the workload
// has none.
func latencyTable(rows []tableRow) *comparisonTable {
	headline := rows[0].workload.Headline().Name()
	if headline == "" {
		return nil
	}
	t := &comparisonTable{
		title:   fmt.Sprintf("%s (%s): %s, ms", rows[0].workload.Name, rows[0].workload.Kind, metricTitle(headline)),
		columns: []string{"placement"},
	}
	var columns []column
	for _, f := range rows[0].workload.Figures {
		switch {
		case f.Metric != headline || f.Judged == "":
		case f.Deadline > 0:
			deadline := words.Duration(f.Deadline)
			columns = append(columns, column{"% in " + deadline, f.Metric, f.Statistic, "share in " + deadline, 100})
		default:
			columns = append(columns, column{f.Statistic, f.Metric, f.Statistic, f.Statistic, 1})
		}
	}
	columns = append(columns, lossColumns(rows)...)
	for _, c := range columns {
		t.columns = append(t.columns, c.title)
	}
	for _, r := range rows {
		t.rows = append(t.rows, append([]string{r.placement}, t.cells(r.workload, columns)...))
	}
	return t
}

// lossColumns returns the shares of what can fail: requests, and of games sessions, beside updates if some
// failed; none for a study without failures.
func lossColumns(rows []tableRow) (columns []column) {
	w := rows[0].workload
	if has(w, "sessions") {
		columns = append(columns, column{"% sessions lost", "sessions", "lost share", "% sessions lost", 100})
	}
	fails := func(r tableRow) bool { return valueOf(r.workload, "failed", "share") > 0 }
	if has(w, "failed") && (!has(w, "sessions") || slices.ContainsFunc(rows, fails)) {
		columns = append(columns, column{"% failed", "failed", "share", "% failed", 100})
	}
	return columns
}

// originTable returns the table of hit ratios and of the load on the origin, nil for a workload with
// neither. The hit ratios are left out where no placement has a cache.
func originTable(rows []tableRow) *comparisonTable {
	cached := slices.ContainsFunc(rows, func(r tableRow) bool { return has(r.workload, "cache") })
	var results []*edgewise.WorkloadResult
	for _, r := range rows {
		results = append(results, r.workload)
	}
	behind := tiersBehind(results...)
	loaded := slices.ContainsFunc(rows, func(r tableRow) bool { return has(r.workload, "origin") })
	if !cached && !loaded {
		return nil
	}
	t := &comparisonTable{title: rows[0].workload.Name + ": origin", columns: []string{"placement"}}
	load := []column{
		{"origin requests", "origin", "requests", "origin requests", 1},
		{"origin MB", "origin", "bytes", "origin bytes", 1e-6},
	}
	type tierColumns struct {
		columns      []column
		metric, none string // what a placement without the tier has in the first column
	}
	var parts []tierColumns
	var hits []column
	if cached {
		t.title = rows[0].workload.Name + ": caches and origin"
		hits = []column{
			{"% hits by requests", "cache", "request hit ratio", "hit ratio by requests", 100},
			{"% hits by bytes", "cache", "byte hit ratio", "hit ratio by bytes", 100},
		}
	}
	if len(behind) > 0 {
		hits[0].title, hits[1].title = "% edge hits", "% edge byte hits"
		load = append([]column{{"% origin offload", "origin offload", "by requests", "origin offload", 100}}, load...)
	}
	parts = append(parts, tierColumns{hits, "cache", "no cache"})
	for _, tier := range behind {
		name := shortTier(tier)
		parts = append(parts, tierColumns{[]column{
			{"% " + name + " hits", tier, "request hit ratio", name + " hit ratio", 100},
			{"% " + name + " byte hits", tier, "byte hit ratio", name + " byte hit ratio", 100},
		}, tier, "no " + name})
	}
	parts = append(parts, tierColumns{columns: load})
	for _, part := range parts {
		for _, c := range part.columns {
			t.columns = append(t.columns, c.title)
		}
	}
	for _, r := range rows {
		cells := []string{r.placement}
		for _, part := range parts {
			own := t.cells(r.workload, part.columns)
			if len(own) > 0 && part.metric != "" && !has(r.workload, part.metric) && (part.metric == "cache" || has(r.workload, "cache")) {
				own[0] = part.none
			}
			cells = append(cells, own...)
		}
		t.rows = append(t.rows, cells)
	}
	return t
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

func (t *comparisonTable) writer() table.Writer {
	w := table.NewWriter()
	header := table.Row{}
	columns := []table.ColumnConfig{{Number: 1, WidthMax: placementColumn, WidthMaxEnforcer: text.WrapSoft}}
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
