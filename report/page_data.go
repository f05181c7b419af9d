package report

import (
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/search"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// pageData is what the script of the page draws from. Its numbers are rounded; what the page says in words is not made of it.
type pageData struct {
	Title      string          `json:"title"`
	Level      float64         `json:"level"`
	Placements []pagePlacement `json:"placements"`
	Sites      []pagePlace     `json:"sites"`
	Metros     []pagePlace     `json:"metros"`
	Workloads  []pageWorkload  `json:"workloads"`
	Bill       *pageBill       `json:"bill,omitempty"`
	Links      []pageLink      `json:"links,omitempty"`
	Events     []pageEvent     `json:"events,omitempty"`
	Search     *pageSearch     `json:"search,omitempty"`
	// OtherLinks is how many links are shared besides.
	OtherLinks int `json:"other_links,omitempty"`
	// Causes are those of latency, each in its place, which is that of its colour.
	Causes []string `json:"causes"`
	// RunSeconds is how long a run takes, WarmUpSeconds what of it is not recorded.
	RunSeconds    float64 `json:"run_s"`
	WarmUpSeconds float64 `json:"warm_up_s"`
	// BeginsSeconds is how long before its run the study began of which it is a window.
	BeginsSeconds float64 `json:"begins_s,omitempty"`
}

// A pagePlacement is a placement: its name, what it is in words, and its roles.
type pagePlacement struct {
	Name  string     `json:"name"`
	About string     `json:"about"`
	Roles []pageRole `json:"roles"`
}

// A pageRole is a role and the sites that have it, by their places in the list of sites.
type pageRole struct {
	Role      string   `json:"role"`
	Sites     []int    `json:"sites"`
	Workloads []string `json:"workloads,omitempty"`
}

// A pagePlace is a site or metro.
type pagePlace struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"`
	Lon  rough  `json:"lon"`
	Lat  rough  `json:"lat"`
}

// A pageWorkload is all that is known of a workload: lists by placement are in the order of the placements.
type pageWorkload struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Requests is what they are called, Metric the name of the headline metric and MetricTitle what it is called.
	Requests    string `json:"requests"`
	Metric      string `json:"metric"`
	MetricTitle string `json:"title"`
	// CausedTitle is what the metric is called that the causes sum to.
	CausedTitle string `json:"caused"`
	// Alike is, by placement, the first that does exactly the same.
	Alike   []int        `json:"alike"`
	Figures []pageFigure `json:"figures"`
	Curves  []pageCurves `json:"curves,omitempty"`
	Metros  *pageMetros  `json:"metros,omitempty"`
	Sites   *pageSites   `json:"sites,omitempty"`
	// Timeline follows all requests; where there is none, Series has the answered ones.
	Timeline *pageTimeline `json:"timeline,omitempty"`
	Series   *pageSeries   `json:"series,omitempty"`
	// Hours and Waits are of games.
	Hours *pageHours `json:"hours,omitempty"`
	Waits *pageWaits `json:"waits,omitempty"`
	// MissCurves are those of first caches by their size.
	MissCurves []pageMissCurve `json:"miss_curves,omitempty"`
}

// A pageFigure is a figure of all users, by placement.
type pageFigure struct {
	pageLabel
	Values      []roughEstimate `json:"v"`
	Differences []roughEstimate `json:"d"`
	// Verdicts are in words; empty where nothing is judged.
	Verdicts []string `json:"verdicts,omitempty"`
	// Lacks says why there is no number, or no interval.
	Lacks []string `json:"lacks,omitempty"`
}

// A pageLabel says what a figure is, in the unit in which it is shown.
type pageLabel struct {
	Metric    string `json:"metric"`
	Statistic string `json:"statistic"`
	Unit      string `json:"unit"`
	// Title is what the figure is called in its table, Table the name of that.
	Title  string  `json:"title"`
	Table  string  `json:"table,omitempty"`
	Q      float64 `json:"q,omitempty"`
	Within float64 `json:"within_ms,omitempty"`
	Better string  `json:"better,omitempty"`
}

// A pageEvent is something that happens at a time of the run: a site is down or drained, or one of [edgewise.Comparison].Changes. Site is
// the name of the site or of the workload.
type pageEvent struct {
	Kind   string  `json:"kind"`
	Site   string  `json:"site"`
	From   float64 `json:"from_s"`
	To     float64 `json:"to_s"`
	Noted  float64 `json:"noted_s"`
	InFull string  `json:"text"`
}

func newPageData(c *edgewise.Comparison, a *search.Answer) (*pageData, error) {
	ranks, err := rank(c)
	if err != nil {
		return nil, err
	}
	losers, err := WhoLoses(c, Margins{})
	if err != nil {
		return nil, err
	}
	d := &pageData{
		Title: c.Title, Level: c.Level, RunSeconds: (c.WarmUp + c.Duration).Seconds(), WarmUpSeconds: c.WarmUp.Seconds(), BeginsSeconds: c.Elapsed.Seconds(),
		Sites: pagePlaces(c.Sites), Metros: pagePlaces(c.Metros), Bill: newPageBill(c), Search: newPageSearch(a),
	}
	d.Links, d.OtherLinks = newPageLinks(c)
	for c := range sim.NumCauses {
		d.Causes = append(d.Causes, c.String())
	}
	for i := range c.Placements {
		p := &c.Placements[i]
		d.Placements = append(d.Placements, pagePlacement{Name: p.Name, About: placementInWords(c, p), Roles: pageRoles(c, p)})
	}
	for _, name := range workloadNames(c) {
		d.Workloads = append(d.Workloads, newPageWorkload(c, name, ranks, losers))
	}
	boundBands(d.Workloads)
	for i := range c.Failures {
		f := &c.Failures[i]
		d.Events = append(d.Events, pageEvent{
			Kind: "down", Site: sitesInWords(c, []string{f.Site}), From: f.At.Seconds(), To: (f.At + f.For).Seconds(),
			Noted: (f.At + min(f.For, f.Detection+f.Redirection)).Seconds(), InFull: failureInWords(c, f),
		})
	}
	for i := range c.Drains {
		e := &c.Drains[i]
		d.Events = append(d.Events, pageEvent{
			Kind: "drained", Site: sitesInWords(c, []string{e.Site}), From: e.At.Seconds(), To: (e.At + e.For).Seconds(),
			Noted: e.At.Seconds(), InFull: drainInWords(c, e),
		})
	}
	for i := range c.Changes {
		e := &c.Changes[i]
		d.Events = append(d.Events, pageEvent{
			Kind: e.Kind, Site: whereInWords(c, e), From: e.At.Seconds(), To: (e.At + lastsFor(e)).Seconds(), Noted: e.At.Seconds(), InFull: changeInWords(c, e),
		})
	}
	return d, nil
}

func pagePlaces(all []edgewise.Place) []pagePlace {
	places := make([]pagePlace, len(all))
	for i, p := range all {
		places[i] = pagePlace{ID: p.ID, Name: p.Name, Kind: kindInWords(p.Kind), Lon: rough(p.LonDeg), Lat: rough(p.LatDeg)}
	}
	return places
}

// pageRoles groups the sites of a placement by role and the workloads that it is for.
func pageRoles(c *edgewise.Comparison, p *edgewise.PlacementResult) (roles []pageRole) {
	roles = []pageRole{}
	places := make(map[string]int, len(c.Sites))
	for i := range c.Sites {
		places[c.Sites[i].ID] = i
	}
	for i := range p.Roles {
		r := &p.Roles[i]
		site, ok := places[r.Site]
		if !ok {
			continue
		}
		name := roleName(r)
		at := slices.IndexFunc(roles, func(o pageRole) bool { return o.Role == name && slices.Equal(o.Workloads, r.Workloads) })
		if at < 0 {
			at = len(roles)
			roles = append(roles, pageRole{Role: name, Workloads: r.Workloads})
		}
		roles[at].Sites = append(roles[at].Sites, site)
	}
	return roles
}

func newPageWorkload(c *edgewise.Comparison, name string, ranks *ranking, losers []Losers) pageWorkload {
	results := make([]*edgewise.WorkloadResult, len(c.Placements))
	w := pageWorkload{Name: name, Alike: make([]int, len(c.Placements))}
	for i := range c.Placements {
		results[i] = workloadOf(&c.Placements[i], name)
		if results[i] != nil && w.Kind == "" {
			w.Kind, w.Requests = results[i].Kind, requestsOf(results[i].Kind)
			w.Metric = results[i].Headline().Name()
			w.MetricTitle, w.CausedTitle = metricTitle(w.Metric), metricTitle(causedMetric(results[i]))
		}
		w.Alike[i] = i
	}
	for _, row := range ranks.rows(c, name) {
		places := placesOf(c, &row)
		for _, i := range places {
			w.Alike[i] = places[0]
		}
	}
	w.Figures = append(pageFigures(c, name, results, ranks), pageTails(results)...)
	w.Curves = newPageCurves(c, results)
	w.Metros = newPageMetros(c, name, w.Metric, results, losers)
	w.Sites = newPageSites(c, results)
	if w.Timeline = newPageTimeline(c, name, results, w.Alike); w.Timeline == nil {
		w.Series = newPageSeries(c, results, w.Alike)
	}
	w.Hours, w.Waits, w.MissCurves = newPageHours(c, results), newPageWaits(results), newPageMissCurves(c, name)
	return w
}

// pageFigures returns all figures of a workload that some placement has, but what is a difference itself.
func pageFigures(c *edgewise.Comparison, workload string, results []*edgewise.WorkloadResult, ranks *ranking) []pageFigure {
	var all []edgewise.Figures
	for _, w := range results {
		if w != nil {
			all = append(all, w.Figures)
		}
	}
	columns := columnsOf(all, c.Duration, func(l *edgewise.Label) string {
		if l.Column != "" {
			return l.Column
		}
		return l.Name()
	})
	figures := make([]pageFigure, 0, len(columns))
	for i := range columns {
		col := &columns[i]
		f := pageFigure{pageLabel: pageLabelOf(col), Values: make([]roughEstimate, len(results)), Differences: make([]roughEstimate, len(results))}
		verdicts, lacks := make([]string, len(results)), make([]string, len(results))
		for k, w := range results {
			if w == nil {
				continue
			}
			of, ok := w.Figures.Find(col.Metric, col.Statistic)
			if !ok {
				continue
			}
			f.Values[k], f.Differences[k], lacks[k] = roughly(of.Estimate, col.factor()), roughlyIf(of.Difference, col.factor()), of.Unsupported
			for _, v := range ranks.verdicts[[2]string{c.Placements[k].Name, workload}] {
				if v.Metric == col.Metric && v.Statistic == col.Statistic {
					verdicts[k] = verdictInWords(v.Verdict)
				}
			}
		}
		if !isOfOne(&edgewise.Figure{Label: col.Label}) {
			continue
		}
		if slices.ContainsFunc(verdicts, func(v string) bool { return v != "" }) {
			f.Verdicts = verdicts
		}
		if slices.ContainsFunc(lacks, func(v string) bool { return v != "" }) {
			f.Lacks = lacks
		}
		figures = append(figures, f)
	}
	return figures
}

// pageLabelOf says what a column holds.
func pageLabelOf(c *column) pageLabel {
	return pageLabel{
		Metric: c.Metric, Statistic: c.Statistic, Unit: c.shownUnit(), Title: c.title, Table: c.Table, Q: c.Q,
		Within: float64(c.Deadline) / 1e6, Better: c.Better.String(),
	}
}

// shownUnit is the unit in which a figure is shown, to which [column.factor] leads.
func (c *column) shownUnit() string {
	switch {
	case c.Unit == "share":
		return "%"
	case c.Unit == "bytes":
		return "MB" + c.by()
	case c.Unit == "requests":
		if c.recorded > 0 {
			return "a second"
		}
	case c.isWait():
		return "s"
	}
	return c.Unit
}

// verdictInWords is what a verdict is called where there is little room.
func verdictInWords(v stats.Verdict) string {
	if v == stats.Same {
		return "same"
	}
	return string(v)
}
