package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise"
)

// linksOnScreen is how many links a table shows of a placement, of those that were asked most of.
const linksOnScreen = 12

// links writes the table of links that are shared and explains it; nothing where there are none.
func (p *paper) links(c *edgewise.Comparison, shown map[string]bool) {
	var all []edgewise.Figures
	for i := range c.Placements {
		for _, l := range c.Placements[i].Links {
			all = append(all, l.Figures)
		}
	}
	if len(all) == 0 {
		return
	}
	columns := columnsOf(all, c.Duration, func(l *edgewise.Label) string { return l.SiteColumn })
	t := &grid{title: "links that are shared", columns: []string{"placement, link", "shared", "Mbit/s"}, first: siteColumn, texts: 2}
	for i := range columns {
		t.columns = append(t.columns, columns[i].heading())
	}
	for i := range c.Placements {
		r := &c.Placements[i]
		if len(r.Links) == 0 || shown != nil && !shown[r.Name] {
			continue
		}
		t.rows = append(t.rows, append([]string{r.Name}, make([]string, len(columns)+2)...))
		links := slices.Clone(r.Links)
		slices.SortStableFunc(links, func(a, b edgewise.LinkResult) int { return cmp.Compare(loadOf(&b), loadOf(&a)) })
		for _, l := range links[:min(linksOnScreen, len(links))] {
			mbit := l.BitsPerSecond / 1e6
			t.rows = append(t.rows, append([]string{"· " + l.From + " → " + l.To, l.Sharing, number(mbit, decimalsFor(mbit, 0))}, siteCells(l.Figures, columns)...))
		}
		if others := len(links) - linksOnScreen; others > 0 {
			t.notes = append(t.notes, fmt.Sprintf("%s: %d other links, of which less is asked, are in comparison.json and utilisation.csv.", r.Name, others))
		}
	}
	p.gap()
	p.grid(t)
	p.prose("Load: what came to a link by what it can carry. Busy: the share of the recorded time in which it sent, and of its busiest step, of which a run has 200 to 399. " +
		"Wait: how much longer than alone a response took over the link, before its first byte (fifo) or its last (ps).")
}

// loadOf returns the load of a link.
func loadOf(l *edgewise.LinkResult) float64 {
	f, _ := l.Figures.Find("link", "load")
	return f.Value
}
