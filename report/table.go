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
)

// WriteTable writes the comparison for a terminal. Each workload has a table with a row a placement:
// p50, p95, p99 and mean of the headline latency of the requests that were answered, the shares of all
// requests within deadlines and, where the study has failures, of those that failed, each with half its
// confidence interval; a second table has, for cacheable workloads, the load on the origin of every
// placement and, where there are caches, the hit ratios, with a mid-tier tier by tier, the mid-tier's of what reached
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
	if hasMidTier(c) {
		s = append(s, "Mid-tier hits are of what reached the mid-tier; origin offload is the share of requests served without the origin.")
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
	for i := range c.Placements {
		for _, w := range c.Placements[i].Workloads {
			if w.Sessions != nil && w.Sessions.Lost.Value > 0 {
				return true
			}
		}
	}
	return hasFailed(c)
}

// hasMidTier reports whether a mid-tier cache was asked for something.
func hasMidTier(c *edgewise.Comparison) bool {
	for i := range c.Placements {
		for _, w := range c.Placements[i].Workloads {
			if w.Cache != nil && w.Cache.MidTier != nil {
				return true
			}
		}
	}
	return false
}

// hasFailed reports whether a request failed, so that there are fewer latencies than requests.
func hasFailed(c *edgewise.Comparison) bool {
	for i := range c.Placements {
		for _, w := range c.Placements[i].Workloads {
			if w.Failed != nil && w.Failed.Requests.Value > 0 {
				return true
			}
		}
	}
	return false
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

// latencyTable returns the table of the headline latency, nil when the workload has none.
func latencyTable(rows []tableRow) *comparisonTable {
	headline := metricOf(rows[0].workload, "")
	if headline == nil {
		return nil
	}
	quantiles := tabled(headline.Quantiles)
	t := &comparisonTable{
		title:   fmt.Sprintf("%s (%s): %s, ms", rows[0].workload.Name, rows[0].workload.Kind, metricTitle(headline.Name)),
		columns: []string{"placement"},
	}
	for _, p := range quantiles {
		t.columns = append(t.columns, quantileName(p))
	}
	t.columns = append(t.columns, "mean")
	for _, d := range headline.Within {
		t.columns = append(t.columns, "% in "+duration(d.Deadline))
	}
	losses := lossColumns(rows)
	for _, l := range losses {
		t.columns = append(t.columns, l.title)
	}
	for _, r := range rows {
		cells := []string{r.placement}
		m := metricOf(r.workload, headline.Name)
		if m == nil {
			m = new(edgewise.MetricResult)
		}
		for _, p := range quantiles {
			f, _ := quantileOf(m.Quantiles, p)
			cells = append(cells, t.cell(quantileName(p), f, 1))
		}
		cells = append(cells, t.cell("mean", m.Mean, 1))
		for _, d := range headline.Within {
			cells = append(cells, t.cell("share in "+duration(d.Deadline), shareWithin(m, d.Deadline), 100))
		}
		for _, l := range losses {
			cells = append(cells, t.cell(l.title, l.of(r.workload), 100))
		}
		t.rows = append(t.rows, cells)
	}
	return t
}

// A lossColumn is a share of what failed.
type lossColumn struct {
	title string
	of    func(*edgewise.WorkloadResult) edgewise.Figure
}

// lossColumns returns the shares of what can fail: requests, and of games sessions, beside updates if some
// failed; none for a study without failures.
func lossColumns(rows []tableRow) []lossColumn {
	w := rows[0].workload
	var columns []lossColumn
	if w.Sessions != nil {
		columns = append(columns, lossColumn{"% sessions lost", func(w *edgewise.WorkloadResult) (f edgewise.Figure) {
			if w.Sessions != nil {
				f = w.Sessions.LostShare
			}
			return f
		}})
	}
	fails := func(r tableRow) bool { return r.workload.Failed != nil && r.workload.Failed.Share.Value > 0 }
	if w.Failed != nil && (w.Sessions == nil || slices.ContainsFunc(rows, fails)) {
		columns = append(columns, lossColumn{"% failed", func(w *edgewise.WorkloadResult) (f edgewise.Figure) {
			if w.Failed != nil {
				f = w.Failed.Share
			}
			return f
		}})
	}
	return columns
}

// originTable returns the table of hit ratios and of the load on the origin, nil for a workload with
// neither. The hit ratios are left out where no placement has a cache.
func originTable(rows []tableRow) *comparisonTable {
	cached, tiered, loaded := false, false, false
	for _, r := range rows {
		cached = cached || r.workload.Cache != nil
		tiered = tiered || r.workload.Cache != nil && r.workload.Cache.MidTier != nil
		loaded = loaded || r.workload.Origin != nil
	}
	if !cached && !loaded {
		return nil
	}
	t := &comparisonTable{title: rows[0].workload.Name + ": origin", columns: []string{"placement"}}
	if cached {
		t.title = rows[0].workload.Name + ": caches and origin"
		t.columns = append(t.columns, hitColumns(tiered)...)
	}
	t.columns = append(t.columns, "origin requests", "origin MB")
	for _, r := range rows {
		cells := []string{r.placement}
		if cache := r.workload.Cache; cache != nil {
			cells = append(cells, t.cell("hit ratio by requests", cache.RequestHitRatio, 100),
				t.cell("hit ratio by bytes", cache.ByteHitRatio, 100))
			if tiered {
				cells = append(cells, t.tierCells(cache)...)
			}
		} else if cached {
			cells = append(cells, "no cache")
			for range hitColumns(tiered)[1:] {
				cells = append(cells, "")
			}
		}
		if origin := r.workload.Origin; origin != nil {
			cells = append(cells, t.cell("origin requests", origin.Requests, 1), t.cell("origin bytes", origin.Bytes, 1e-6))
		}
		t.rows = append(t.rows, cells)
	}
	return t
}

// hitColumns returns the titles of the hit ratios, with those of a mid-tier where there is one.
func hitColumns(tiered bool) []string {
	if !tiered {
		return []string{"% hits by requests", "% hits by bytes"}
	}
	return []string{"% edge hits", "% edge byte hits", "% mid-tier hits", "% mid-tier byte hits", "% origin offload"}
}

// tierCells returns the hit ratios of the mid-tier and the origin offload.
func (t *comparisonTable) tierCells(cache *edgewise.CacheResult) []string {
	cells := []string{"no mid-tier", ""}
	if mid := cache.MidTier; mid != nil {
		cells = []string{t.cell("mid-tier hit ratio", mid.RequestHitRatio, 100), t.cell("mid-tier byte hit ratio", mid.ByteHitRatio, 100)}
	}
	return append(cells, t.cell("origin offload", cache.OriginOffload, 100))
}

// tabled returns the probabilities shown in a table: p50, p95 and p99, or what there is when the
// study asked for none of them. Exports hold all.
func tabled(quantiles []edgewise.QuantileResult) []float64 {
	var usual, all []float64
	for _, q := range quantiles {
		all = append(all, q.P)
		if q.P == 0.5 || q.P == 0.95 || q.P == 0.99 {
			usual = append(usual, q.P)
		}
	}
	if len(usual) == 0 {
		return all
	}
	return usual
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

// quantileName returns "p99.9" for 0.999.
func quantileName(p float64) string { return "p" + strconv.FormatFloat(100*p, 'g', 6, 64) }
