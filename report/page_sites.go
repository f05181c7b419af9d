package report

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
)

// pageSites are what sites do for a workload: a row a placement and site.
type pageSites struct {
	Columns []pageLabel   `json:"columns"`
	Rows    []pageSiteRow `json:"rows"`
	// LeftOut is, by placement, how many sites are not shown.
	LeftOut []int `json:"left_out"`
}

// A pageSiteRow is what a site does under a placement; a number is null where nothing was counted.
type pageSiteRow struct {
	Placement int     `json:"p"`
	Site      string  `json:"site"`
	Roles     string  `json:"roles"`
	Values    []rough `json:"v"`
}

// sitesOnPage is how many sites the page has of a placement and workload, those that are asked most.
const sitesOnPage = 40

// newPageSites returns what sites do, nil where none was asked for anything. Placements that are alike stand once.
func newPageSites(c *edgewise.Comparison, results []*edgewise.WorkloadResult) *pageSites {
	var all []edgewise.Figures
	kind := ""
	for _, w := range results {
		if w == nil {
			continue
		}
		kind = w.Kind
		for i := range w.Sites {
			all = append(all, w.Sites[i].Figures)
		}
	}
	columns := columnsOf(all, c.Duration, func(l *edgewise.Label) string { return l.SiteColumn })
	if len(columns) == 0 {
		return nil
	}
	nameUpdates(columns, kind)
	s := &pageSites{Rows: []pageSiteRow{}, LeftOut: make([]int, len(results))}
	for i := range columns {
		s.Columns = append(s.Columns, pageLabelOf(&columns[i]))
	}
	for k, w := range results {
		if w == nil {
			continue
		}
		sites := slices.Clone(w.Sites)
		slices.SortStableFunc(sites, func(a, b edgewise.SiteResult) int { return cmp.Compare(asked(&b), asked(&a)) })
		shown := sites[:min(sitesOnPage, len(sites))]
		s.LeftOut[k] = len(sites) - len(shown)
		for i := range shown {
			r := pageSiteRow{Placement: k, Site: siteName(&shown[i]), Roles: strings.ReplaceAll(rolesAt(c, c.Placements[k].Name, w, shown[i].ID), "\n", ", ")}
			for n := range columns {
				value := math.NaN()
				if f, ok := shown[i].Figures.Find(columns[n].Metric, columns[n].Statistic); ok && f.HasValue() {
					value = f.Value * columns[n].factor()
				}
				r.Values = append(r.Values, rough(value))
			}
			s.Rows = append(s.Rows, r)
		}
	}
	return s
}
