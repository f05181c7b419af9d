package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise"
)

// hasLinkTimeline reports whether some link was followed over time.
func hasLinkTimeline(c *edgewise.Comparison) bool {
	return slices.ContainsFunc(c.Placements, func(p edgewise.PlacementResult) bool {
		return slices.ContainsFunc(p.Links, func(l edgewise.LinkResult) bool { return l.Timeline != nil })
	})
}

// eachLinkTimeline calls a function with every link that was followed over time, and its placement by its number.
func eachLinkTimeline(c *edgewise.Comparison, do func(placement int, l *edgewise.LinkResult)) {
	for i := range c.Placements {
		links := c.Placements[i].Links
		for k := range links {
			if links[k].Timeline != nil {
				do(i, &links[k])
			}
		}
	}
}

// linksDrawn is how many links have panels: the fullest in some step.
const linksDrawn = 4

// A drawnLink is a link as all placements have it, and how full it is in its fullest step.
type drawnLink struct {
	from, to string
	fullest  float64
}

// drawnLinks returns the links that carry something, the fullest first.
func drawnLinks(c *edgewise.Comparison) (all []drawnLink) {
	eachLinkTimeline(c, func(_ int, l *edgewise.LinkResult) {
		busy := l.Timeline.Line("utilisation")
		if len(busy) == 0 || slices.Max(busy) == 0 {
			return
		}
		n := slices.IndexFunc(all, func(o drawnLink) bool { return o.from == l.From && o.to == l.To })
		if n < 0 {
			n = len(all)
			all = append(all, drawnLink{from: l.From, to: l.To})
		}
		all[n].fullest = max(all[n].fullest, slices.Max(busy))
	})
	slices.SortStableFunc(all, func(a, b drawnLink) int { return cmp.Compare(b.fullest, a.fullest) })
	return all
}

// linkPanels draws how full the fullest links are over time, and how many responses wait for them, and says so; nothing where there are none.
func linkPanels(c *edgewise.Comparison) (panels []panel, words string) {
	_, in := courseAxis(c)
	all := drawnLinks(c)
	for _, of := range all[:min(linksDrawn, len(all))] {
		for _, figure := range []struct {
			name, label string
			scale       float64
		}{{"utilisation", "utilisation, %", 100}, {"waiting", "responses waiting", 1}} {
			var lines courses
			eachLinkTimeline(c, func(placement int, l *edgewise.LinkResult) {
				if l.From != of.from || l.To != of.to {
					return
				}
				drawn := newCourse(c, placement)
				for k, y := range l.Timeline.Line(figure.name) {
					at := in(c.WarmUp + time.Duration((float64(k)+0.5)*float64(l.Timeline.Step)))
					y *= figure.scale
					drawn.points = append(drawn.points, coursePoint{at, y, y, y})
				}
				lines = append(lines, drawn)
			})
			if !lines.isZero() {
				panels = append(panels, coursePanel(c, of.from+" → "+of.to+": "+figure.label, figure.label, c.WarmUp, lines)...)
			}
		}
	}
	switch n := len(all); {
	case n > linksDrawn:
		words = fmt.Sprintf(" Of links, of all workloads: the %d fullest of %d that are shared; the others are in series.csv.", linksDrawn, n)
	case n > 0:
		words = " Of links that are shared, of all workloads."
	}
	return panels, words
}

// linkRowsOverTime writes a row a placement, link that was followed and step: figures by their names in the order of columns, without intervals.
func linkRowsOverTime(c *edgewise.Comparison, names []string, write func(at, where []cell)) {
	eachLinkTimeline(c, func(placement int, l *edgewise.LinkResult) {
		at := []cell{textCell(c.Placements[placement].Name), wholeCell(placement), textCell(""), textCell("")}
		t := l.Timeline
		for k := range t.Steps {
			from := secondsSinceStart(c, c.WarmUp+time.Duration(k)*t.Step)
			length := min(t.Step, c.Duration-time.Duration(k)*t.Step).Seconds()
			where := []cell{textCell(""), textCell(""), textCell(l.From), textCell(l.To), numberCell(from, true), numberCell(from+length, true)}
			for _, name := range names {
				x := math.NaN()
				if values := t.Line(name); values != nil {
					x = values[k]
				}
				where = append(where, numberCell(x, !math.IsNaN(x)), numberCell(0, false), numberCell(0, false))
			}
			write(at, where)
		}
	})
}
