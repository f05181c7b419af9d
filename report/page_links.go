package report

import (
	"cmp"
	"slices"

	"github.com/edgewise-sim/edgewise"
)

// A pageLink is a link that is shared, with what it carries by placement, of all workloads.
type pageLink struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Sharing is how its capacity is given to what crosses it, Mbit how much that is, in Mbit/s.
	Sharing string       `json:"sharing"`
	Mbit    rough        `json:"mbit"`
	Figures []pageFigure `json:"figures"`

	load float64 // of the placement that asks most of it
}

// linksOnPage is how many links the page has, those that are asked most of under some placement.
const linksOnPage = 12

// newPageLinks returns the links that are shared, and how many others there are.
func newPageLinks(c *edgewise.Comparison) (all []pageLink, others int) {
	var figures []edgewise.Figures
	for i := range c.Placements {
		for _, l := range c.Placements[i].Links {
			figures = append(figures, l.Figures)
		}
	}
	columns := columnsOf(figures, c.Duration, func(l *edgewise.Label) string { return l.SiteColumn })
	for i := range c.Placements {
		links := c.Placements[i].Links
		for k := range links {
			l := &links[k]
			n := slices.IndexFunc(all, func(o pageLink) bool { return o.From == l.From && o.To == l.To })
			if n < 0 {
				n = len(all)
				all = append(all, newPageLink(l, columns, len(c.Placements)))
			}
			of := &all[n]
			of.load = max(of.load, loadOf(l))
			for j := range columns {
				if f, ok := l.Figures.Find(columns[j].Metric, columns[j].Statistic); ok {
					of.Figures[j].Values[i] = roughly(f.Estimate, columns[j].factor())
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b pageLink) int { return cmp.Compare(b.load, a.load) })
	shown := min(linksOnPage, len(all))
	return all[:shown], len(all) - shown
}

// newPageLink returns a link with places for what it carries under so many placements.
func newPageLink(l *edgewise.LinkResult, columns []column, placements int) pageLink {
	of := pageLink{From: l.From, To: l.To, Sharing: l.Sharing, Mbit: rough(l.BitsPerSecond / 1e6)}
	for j := range columns {
		of.Figures = append(of.Figures, pageFigure{
			pageLabel: pageLabelOf(&columns[j]), Values: make([]roughEstimate, placements), Differences: make([]roughEstimate, placements),
		})
	}
	return of
}
