package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise"
)

// mostSites is how many sites of a placement a table by site shows.
const mostSites = 15

// WriteSites writes a table by site for a terminal: for every workload a row a placement and site, those with the most
// requests first and 15 at most, with all figures that the comparison has by site. Shares are in percent, bytes in MB.
func WriteSites(w io.Writer, c *edgewise.Comparison) error {
	return writeSites(w, c, "%s\n", renderText)
}

// WriteSitesMarkdown writes the tables of [WriteSites] as Markdown.
func WriteSitesMarkdown(w io.Writer, c *edgewise.Comparison) error {
	return writeSites(w, c, "### %s\n\n", renderMarkdown)
}

func writeSites(w io.Writer, c *edgewise.Comparison, heading string, render func(table.Writer) string) error {
	workloads, err := selectWorkloads(c, "")
	if err != nil {
		return fmt.Errorf("table by site: %w", err)
	}
	var out strings.Builder
	for _, name := range workloads {
		if t := siteTable(rowsOf(c, name)); t != nil {
			fmt.Fprintf(&out, heading, t.title)
			out.WriteString(render(t.writer()) + "\n\n")
		}
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("write table by site: %w", err)
	}
	return nil
}

// siteTable returns the table of one workload, nil where no site was asked for anything.
func siteTable(rows []tableRow) *comparisonTable {
	t := &comparisonTable{title: rows[0].workload.Name + ": by site", columns: []string{"placement", "site"}}
	var columns []edgewise.Label
	for _, r := range rows {
		for _, site := range r.workload.Sites {
			for _, f := range site.Figures {
				if f.HasValue() && f.Value != 0 && !slices.ContainsFunc(columns, func(o edgewise.Label) bool { return o.Metric == f.Metric && o.Statistic == f.Statistic }) {
					columns = append(columns, f.Label)
				}
			}
		}
	}
	for _, l := range columns {
		t.columns = append(t.columns, siteColumn(l))
	}
	for _, r := range rows {
		sites := slices.Clone(r.workload.Sites)
		slices.SortStableFunc(sites, func(a, b edgewise.SiteResult) int { return cmp.Compare(requestsAt(&b), requestsAt(&a)) })
		name := r.placement
		for _, site := range sites[:min(len(sites), mostSites)] {
			cells := []string{name, site.ID}
			for _, l := range columns {
				cell := ""
				if f, ok := site.Figures.Find(l.Metric, l.Statistic); ok && f.HasValue() {
					value := f.Value * siteFactor(l)
					cell = number(value, decimalsFor(value, 0))
				}
				cells = append(cells, cell)
			}
			t.rows = append(t.rows, cells)
			name = ""
		}
		if more := len(sites) - mostSites; more > 0 {
			t.rows = append(t.rows, append([]string{"", fmt.Sprintf("and %d others", more)}, make([]string, len(columns))...))
		}
	}
	if len(t.rows) == 0 {
		return nil
	}
	return t
}

// requestsAt returns how many requests a site has served to users.
func requestsAt(s *edgewise.SiteResult) float64 {
	f, _ := s.Figures.Find("requests", "count")
	return f.Value
}

// siteFactor turns a figure into the unit of its column.
func siteFactor(l edgewise.Label) float64 {
	switch l.Unit {
	case "share":
		return 100
	case "bytes":
		return 1e-6
	}
	return 1
}

// siteColumn returns what a figure is called in a table by site.
func siteColumn(l edgewise.Label) string {
	name := l.Metric + " " + l.Statistic
	switch {
	case l.Metric == "requests" && l.Statistic == "count":
		name = "requests"
	case l.Unit == "share":
		name = "% " + strings.TrimSuffix(name, " share")
	case l.Unit == "bytes":
		name += ", MB"
	case l.Metric == "peak":
		name = "peak requests/s"
	}
	return name
}
