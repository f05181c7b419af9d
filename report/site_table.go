package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// WriteSites writes for a terminal what every site does: a table a workload, with a block a placement and in it a row a
// site that was asked for something, those that were asked most first. What does not fit on a screen is summed up in a
// last row of the block; comparison.json and comparison.csv have all. The columns are the figures that are to be shown
// so ([edgewise.Shown]), each with half its confidence interval.
func WriteSites(w io.Writer, c *edgewise.Comparison) error {
	return writeSites(w, c, onScreen(Layout{All: true}))
}

// WriteSitesMarkdown writes the tables of [WriteSites] as Markdown.
func WriteSitesMarkdown(w io.Writer, c *edgewise.Comparison) error {
	return writeSites(markdownWriter{w}, c, asMarkdown())
}

func writeSites(w io.Writer, c *edgewise.Comparison, p *paper) error {
	if _, err := selectWorkloads(c, ""); err != nil {
		return fmt.Errorf("table by site: %w", err)
	}
	ranks, err := rank(c)
	if err != nil {
		return fmt.Errorf("table by site: %w", err)
	}
	p.sites(c, ranks)
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("write table by site: %w", err)
	}
	return nil
}

// sites writes the tables by site and explains them; nothing where there are none.
func (p *paper) sites(c *edgewise.Comparison, ranks *ranking) {
	any := false
	for _, name := range workloadNames(c) {
		rows, left := p.rowsShown(c, name, ranks)
		if t := siteTable(c, rows); t != nil {
			if left != "" {
				t.notes = append(t.notes, left)
			}
			p.grid(t)
			any = true
		}
	}
	if any {
		p.prose(siteLegend(c))
	}
}

// siteLegend explains the tables.
func siteLegend(c *edgewise.Comparison) string {
	s := "Requests are counted at the site that serves the users, the load on the origin at the origin that served it."
	isBounded := anyWorkload(c, func(w *edgewise.WorkloadResult) bool {
		return slices.ContainsFunc(w.Sites, func(s edgewise.SiteResult) bool { return slices.ContainsFunc(s.Figures, isUtilisation) })
	})
	if isBounded {
		s += " Busy: the share of the recorded time that servers worked, or matches were under way on them, but for that in which their site was down or not there."
	}
	return s
}

func isUtilisation(f edgewise.Figure) bool { return f.Metric == "servers" }

// sitesOnScreen is about how many sites a table shows, fewestSites how many of a placement at least.
const sitesOnScreen, fewestSites = 24, 3

// siteColumn is the width in characters at which names of placements are wrapped: the others take up to 100.
const siteColumn = 26

// siteTable returns the table of a workload, nil where no site was asked for anything.
func siteTable(c *edgewise.Comparison, rows []tableRow) *grid {
	var all []edgewise.Figures
	for _, r := range rows {
		for _, s := range r.workload.Sites {
			all = append(all, s.Figures)
		}
	}
	columns := columnsOf(all, c.Duration, func(l *edgewise.Label) string { return l.SiteColumn })
	if len(columns) == 0 {
		return nil
	}
	nameUpdates(columns, rows[0].workload.Kind)
	t := &grid{title: rows[0].workload.Name + ": by site", columns: []string{"placement, site", "roles"}, first: siteColumn, texts: 2}
	for i := range columns {
		t.columns = append(t.columns, columns[i].heading())
	}
	most := max(fewestSites, sitesOnScreen/len(rows))
	for _, r := range rows {
		t.rows = append(t.rows, append([]string{r.name(), ""}, make([]string, len(columns))...))
		sites := slices.Clone(r.workload.Sites)
		slices.SortStableFunc(sites, func(a, b edgewise.SiteResult) int { return cmp.Compare(asked(&b), asked(&a)) })
		if len(sites) == most+1 {
			most++ // the last row may as well be a site
		}
		shown := sites[:min(most, len(sites))]
		for _, s := range shown {
			t.rows = append(t.rows, append([]string{"· " + siteName(&s), rolesAt(c, r.placement, r.workload, s.ID)}, siteCells(s.Figures, columns)...))
		}
		if others := sites[len(shown):]; len(others) > 0 {
			t.rows = append(t.rows, append([]string{fmt.Sprintf("· and %d others", len(others)), ""}, sumCells(others, columns)...))
		}
	}
	return t
}

// nameUpdates calls the requests of games what they are: the updates that are recorded, of which players send more.
func nameUpdates(columns []column, kind string) {
	if kind != sim.Matched.String() {
		return
	}
	for i := range columns {
		if columns[i].Metric == "requests" {
			columns[i].title = "recorded updates"
		}
	}
}

// siteName returns the name of a site with its id, which scenarios know it by.
func siteName(s *edgewise.SiteResult) string {
	if s.Name == "" || s.Name == s.ID {
		return s.ID
	}
	return s.Name + " (" + s.ID + ")"
}

// rolesAt says what a site may do for a workload under a placement.
func rolesAt(c *edgewise.Comparison, name string, w *edgewise.WorkloadResult, site string) string {
	var roles []string
	kind, err := sim.ParseKind(w.Kind)
	isKnown := err == nil
	for _, r := range c.Placement(name).Roles {
		isFor := (len(r.Workloads) == 0 || slices.Contains(r.Workloads, w.Name)) && !(isKnown && isOfOthers(&r, kind))
		if role := roleName(&r); r.Site == site && isFor && !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	return strings.Join(roles, "\n")
}

// isOfOthers reports whether a role is of no use to workloads of a kind.
func isOfOthers(r *edgewise.SiteRole, kind sim.Kind) bool {
	switch isMain := r.Role == string(kind.Role()); {
	case r.Role == string(placement.Origin) || r.Role == string(placement.Compute):
		return !isMain
	case r.CacheBytes > 0:
		return !kind.MeetsCaches()
	}
	return false
}

// roleName returns what a role is called: "compute", "edge cache".
func roleName(r *edgewise.SiteRole) string {
	if r.CacheBytes > 0 {
		return words.Tier(r.Role)
	}
	return strings.ReplaceAll(r.Role, "-", " ")
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
