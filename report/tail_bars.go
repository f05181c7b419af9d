package report

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
)

// TailBars draws what the slowest requests waited for: one panel a workload, a group of bars a placement, a bar for all requests and for
// those above each quantile, of parts by cause that sum to their mean time to the first byte. A workload of "" selects all; an
// unknown one is an error. A comparison without tails ([edgewise.Study].Tails) gives a page that says so.
func TailBars(c *edgewise.Comparison, workload string) (*Picture, error) {
	workloads, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("tails: %w", err)
	}
	p := &Picture{title: c.Title, subtitle: "Mean time to the first byte by cause, of the slowest requests"}
	more, causes := 0, make(map[string]bool)
	for _, name := range workloads {
		panel := tailPanel{title: name}
		for i := range c.Placements {
			if w := workloadOf(&c.Placements[i], name); w != nil && len(w.Tails) > 0 {
				group := tailGroup{name: c.Placements[i].Name}
				for k := range w.Tails {
					group.bars = append(group.bars, tailBar{aboveInWords(&w.Tails[k]), &w.Tails[k]})
				}
				panel.groups = append(panel.groups, group)
			}
		}
		if left := len(panel.groups) - mostTailGroups; left > 0 {
			panel.groups = panel.groups[:mostTailGroups]
			more = max(more, left)
		}
		if len(panel.groups) > 0 {
			p.panels = append(p.panels, panel)
			for _, cause := range causesOf(c, name) {
				causes[cause] = true
			}
		}
	}
	if len(p.panels) == 0 {
		p.panels = []panel{notice{strings.Join(workloads, ", "), "The slowest requests have not been taken apart, or none was answered."}}
		return p, nil
	}
	p.panels = append(p.panels, causeKey(causes))
	p.bound()
	p.caption = "The first replication alone, above its own quantiles. The parts of a bar sum to its length."
	if more > 0 {
		p.caption += fmt.Sprintf(" The first %d placements; %s in %s.", mostTailGroups, countOf(more, "more is", "more are"), tailsFile)
	}
	return p, nil
}

// A tailPanel holds the bars of one workload.
type tailPanel struct {
	title  string
	groups []tailGroup
}

// A tailGroup is one placement with a bar for each of its tails, or one metro with a bar for each placement.
type tailGroup struct {
	name string
	bars []tailBar
}

type tailBar struct {
	label string
	tail  *edgewise.Tail
}

// mostTailGroups is how many placements have bars.
const mostTailGroups = 12

const (
	tailBarHeight  = 11 * vg.Length(1)
	tailBarStep    = tailBarHeight + 3
	tailGroupGap   = 12 * vg.Length(1)
	tailMarkWidth  = 62 * vg.Length(1)
	tailValueWidth = 66 * vg.Length(1)
)

func (p tailPanel) barsHeight() (sum vg.Length) {
	for i := range p.groups {
		sum += vg.Length(tailBarStep*vg.Length(len(p.groups[i].bars))) + tailGroupGap
	}
	return sum
}

func (p tailPanel) height() vg.Length {
	return panelTitleHeight + p.barsHeight() + hitAxisHeight
}

func (p tailPanel) draw(c draw.Canvas) {
	longest := 0.0
	for _, g := range p.groups {
		for _, b := range g.bars {
			longest = max(longest, b.tail.MeanMs(b.tail.SumNs))
		}
	}
	axes := look.NewPlot()
	axes.HideY()
	axes.X.Min, axes.X.Max, axes.Y.Min, axes.Y.Max = 0, max(1.02*longest, 1e-3), 0, 1
	axes.X.Tick.Marker = roundTicks{}
	axes.X.Label.Text = "mean time to the first byte, ms"
	axes.Add(gridOf(axes))
	data := drawFrame(c, p.title, axes, hitNameWidth+tailMarkWidth, tailValueWidth)
	name, note := look.Text(look.LabelSize, look.Ink), look.Text(look.NoteSize, look.Faint)
	width := data.Max.X - data.Min.X
	top := data.Max.Y - tailGroupGap/2
	for _, g := range p.groups {
		block(c, name, vg.Point{X: c.Min.X, Y: top}, wrapName(name, g.name, hitNameWidth-12, 3))
		for i, b := range g.bars {
			t := b.tail
			bottom := top - vg.Length(tailBarStep*vg.Length(i)) - tailBarHeight
			middle := bottom + tailBarHeight/2 + look.NoteSize*leading/2
			block(c, note, vg.Point{X: data.Min.X - tailMarkWidth, Y: middle}, []string{cutMiddle(note, b.label, tailMarkWidth-6)})
			block(c, note, vg.Point{X: c.Max.X - tailValueWidth + 8, Y: middle}, []string{tailMs(t, t.SumNs) + " ms"})
			x := data.Min.X
			for _, cause := range t.Causes {
				part := vg.Length(width * vg.Length(t.MeanMs(cause.SumNs)/axes.X.Max))
				c.SetColor(causeColour(cause.Cause))
				c.Fill(vg.Rectangle{Min: vg.Point{X: x, Y: bottom}, Max: vg.Point{X: x + part, Y: bottom + tailBarHeight}}.Path())
				x += part
			}
		}
		top -= vg.Length(tailBarStep*vg.Length(len(g.bars))) + tailGroupGap
	}
}
