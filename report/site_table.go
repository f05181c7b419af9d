package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// WriteSites writes for a terminal what every site does: a table a workload, with a block a placement and in it a row a
// site that was asked for something, those that were asked most first. What does not fit on a screen is summed up in a
// last row of the block; comparison.json and comparison.csv have all. The columns are the figures that are to be shown
// so ([edgewise.Shown]), each with half its confidence interval.
func WriteSites(w io.Writer, c *edgewise.Comparison) error {
	return writeSites(w, c, "%s\n", renderText)
}

// WriteSitesMarkdown writes the tables of [WriteSites] as Markdown.
func WriteSitesMarkdown(w io.Writer, c *edgewise.Comparison) error {
	return writeSites(markdownWriter{w}, c, "### %s\n\n", renderMarkdown)
}

func writeSites(w io.Writer, c *edgewise.Comparison, heading string, render func(table.Writer) string) error {
	workloads, err := selectWorkloads(c, "")
	if err != nil {
		return fmt.Errorf("table by site: %w", err)
	}
	var out strings.Builder
	shown, leftOut := few(c, mostListed)
	for _, name := range workloads {
		if t := siteTable(rowsOf(shown, name)); t != nil {
			t.write(&out, heading, render)
		}
	}
	if out.Len() > 0 {
		out.WriteString(siteLegend(c) + "\n" + leftOutNote(leftOut))
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("write table by site: %w", err)
	}
	return nil
}

// siteLegend explains the tables.
func siteLegend(c *edgewise.Comparison) string {
	s := "Requests are counted at the site that serves the users, the load on the origin at the origin that served it."
	isBounded := anyWorkload(c, func(w *edgewise.WorkloadResult) bool {
		return slices.ContainsFunc(w.Sites, func(s edgewise.SiteResult) bool { return slices.ContainsFunc(s.Figures, isUtilisation) })
	})
	if isBounded {
		s += " Busy: the share of the recorded time that servers worked, or matches were under way on them."
	}
	return s
}

func isUtilisation(f edgewise.Figure) bool { return f.Metric == "servers" }

// sitesOnScreen is about how many sites a table shows, fewestSites how many of a placement at least.
const sitesOnScreen, fewestSites = 24, 3

// siteColumn is the width in characters at which names of placements are wrapped: the others take up to 100.
const siteColumn = 22

// siteTable returns the table of a workload, nil where no site was asked for anything.
func siteTable(rows []tableRow) *comparisonTable {
	var all []edgewise.Figures
	for _, r := range rows {
		for _, s := range r.workload.Sites {
			all = append(all, s.Figures)
		}
	}
	columns := columnsOf(all, gigabytes, func(l *edgewise.Label) string { return l.SiteColumn })
	if len(columns) == 0 {
		return nil
	}
	t := &comparisonTable{title: rows[0].workload.Name + ": by site", columns: []string{"placement, site"}, first: siteColumn}
	for i := range columns {
		t.columns = append(t.columns, columns[i].heading())
	}
	most := max(fewestSites, sitesOnScreen/len(rows))
	for _, r := range rows {
		t.rows = append(t.rows, append([]string{r.placement}, make([]string, len(columns))...))
		sites := slices.Clone(r.workload.Sites)
		slices.SortStableFunc(sites, func(a, b edgewise.SiteResult) int { return cmp.Compare(asked(&b), asked(&a)) })
		if len(sites) == most+1 {
			most++ // the last row may as well be a site
		}
		shown := sites[:min(most, len(sites))]
		for _, s := range shown {
			t.rows = append(t.rows, append([]string{"· " + s.ID}, siteCells(s.Figures, columns)...))
		}
		if others := sites[len(shown):]; len(others) > 0 {
			t.rows = append(t.rows, append([]string{fmt.Sprintf("· and %d others", len(others))}, sumCells(others, columns)...))
		}
	}
	return t
}

// asked returns how much a site was asked for: by users, by caches and as an origin.
func asked(s *edgewise.SiteResult) (sum float64) {
	for _, f := range s.Figures {
		if f.SiteColumn != "" && f.Unit == "requests" {
			sum += f.Value
		}
	}
	return sum
}

// siteCells returns the figures of a site, empty where nothing was counted.
func siteCells(all edgewise.Figures, columns []column) (cells []string) {
	for i := range columns {
		c := &columns[i]
		f, ok := all.Find(c.Metric, c.Statistic)
		if isZero := f.Value == 0 && f.HalfWidth() == 0; !ok || isZero || !f.HasValue() {
			cells = append(cells, "")
			continue
		}
		cells = append(cells, interval(f.Scaled(c.factor())))
	}
	return cells
}

// sumCells returns the sums over sites of what can be added up.
func sumCells(sites []edgewise.SiteResult, columns []column) (cells []string) {
	for i := range columns {
		c := &columns[i]
		sum := stats.Estimate{N: 1}
		if c.Unit == "requests" || c.Unit == "bytes" {
			for _, s := range sites {
				f, _ := s.Figures.Find(c.Metric, c.Statistic)
				sum.Value += float64(f.Value * c.factor())
			}
		}
		text := ""
		if sum.Value != 0 {
			text = number(sum.Value, decimalsFor(sum.Value, 0))
		}
		cells = append(cells, text)
	}
	return cells
}
