package report

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sim"
)

// WaitsAgainstSites draws what further sites do to the wait for the first match: the mean wait of those who got one against the number of sites
// where somebody plays, a point a placement with its interval. A workload of "" selects all games; an unknown one is an error.
func WaitsAgainstSites(c *edgewise.Comparison, workload string) (*Picture, error) {
	names, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("waits against sites: %w", err)
	}
	p := &Picture{title: c.Title, subtitle: "Wait for the first match by number of sites, " + basis(c)}
	for _, name := range names {
		if panel := waitsPanel(c, name); panel != nil {
			p.panels = append(p.panels, panel)
		}
	}
	if len(p.panels) == 0 {
		p.panels = []panel{notice{strings.Join(names, ", "), "No game in which anybody begins to play in the recorded time."}}
		return p, nil
	}
	p.bound()
	p.caption = "Of the players who got a match, logging in included; who gave up is told beside."
	if c.Replications > 1 {
		p.caption += fmt.Sprintf(" Whiskers: %s %% confidence intervals over replications.", percentOf(c.Level))
	}
	return p, nil
}

// hasWaits reports whether there is more than one placement of a game in which somebody begins to play.
func hasWaits(c *edgewise.Comparison) bool {
	return isComparison(c) && anyWorkload(c, func(w *edgewise.WorkloadResult) bool {
		f, ok := w.Figures.Find(sim.FirstWait.String(), "mean")
		return ok && f.HasValue()
	})
}

func waitsPanel(c *edgewise.Comparison, name string) *plotPanel {
	p := look.NewPlot()
	p.X.Label.Text, p.Y.Label.Text = "sites", "mean wait, s"
	panel := &plotPanel{title: name, plot: p}
	var points waitPoints
	most, sites := 0.0, 0
	for i := range c.Placements {
		w := workloadOf(&c.Placements[i], name)
		if w == nil {
			continue
		}
		f, ok := w.Figures.Find(sim.FirstWait.String(), "mean")
		if !ok || !f.HasValue() {
			continue
		}
		e := f.Scaled(1e-3)
		at := waitPoint{sites: len(w.Occupancy), wait: e.Value, low: e.Value, high: e.Value, style: look.Line(i), symbol: symbolOf(i)}
		if e.HasInterval() {
			at.low, at.high = e.Low, e.High
		}
		points = append(points, at)
		most, sites = max(most, at.high), max(sites, at.sites)
		remark := fmt.Sprintf("%d %s, %.3g s", at.sites, words.Plural(at.sites, "site"), at.wait)
		if gone, ok := w.Figures.Find("sessions", "gave up share"); ok && gone.HasValue() {
			remark += fmt.Sprintf(", %.3g %% gave up", 100*gone.Value)
		}
		panel.key.entries = append(panel.key.entries, keyEntry{placement: i, style: at.style, symbol: at.symbol, name: c.Placements[i].Name, remark: remark})
	}
	if len(points) == 0 {
		return nil
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, float64(sites)+1, 0, max(most*1.08, 1e-3)
	p.X.Tick.Marker, p.Y.Tick.Marker = wholeTicks{}, roundTicks{}
	p.Add(gridOf(p), points)
	return panel
}

// A waitPoint is a placement.
type waitPoint struct {
	sites           int
	wait, low, high float64
	style           draw.LineStyle
	symbol          *symbol
}

// waitPoints are drawn with their whiskers; those of as many sites side by side.
type waitPoints []waitPoint

// Plot implements plot.Plotter.
func (all waitPoints) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	beside := make(map[int]int)
	for _, w := range all {
		at := vg.Point{X: x(float64(w.sites)) + vg.Length(9*beside[w.sites]), Y: y(w.wait)}
		beside[w.sites]++
		c.StrokeLine2(draw.LineStyle{Color: w.style.Color, Width: vg.Points(1.2)}, at.X, y(max(w.low, p.Y.Min)), at.X, y(w.high))
		w.symbol.draw(&c, at, w.style.Color)
	}
}

// wholeTicks are whole numbers.
type wholeTicks struct{}

// Ticks returns the ticks of an axis that counts.
func (wholeTicks) Ticks(from, to float64) (ticks []plot.Tick) {
	step := max(1, math.Ceil((to-from)/10))
	for at := math.Ceil(from/step) * step; at <= to; at += step {
		ticks = append(ticks, plot.Tick{Value: at, Label: fmt.Sprint(at)})
	}
	return ticks
}
