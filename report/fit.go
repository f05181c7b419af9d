package report

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/workload/fit"
)

// FitPicture draws a fit beside the trace that it is of: how many objects were asked for how often, what LRU caches miss, how much is new, how large
// objects are by popularity, and the day where there is one.
func FitPicture(f *fit.Fit, name string) (*Picture, error) {
	p := &Picture{
		title: name + ", and the workload that it is like",
		subtitle: fmt.Sprintf("%s requests for %s objects in %v; %s objects with a Zipf exponent of %.3g, %s %% of the requests for what is asked for once",
			number(float64(f.Requests), 0), number(float64(f.Objects), 0), f.Length.Round(time.Second),
			number(float64(f.Popularity.Objects), 0), f.ZipfExponent, strconv.FormatFloat(100*f.Once, 'f', 1, 64)),
		caption: "Misses are those of LRU caches that begin empty, over as many requests of each. By rank: classes of objects of like popularity, an octave each.",
	}
	p.panels = append(p.panels, frequencyPanel(f), missPanel(f), newPanel(f))
	if f.HasSizes {
		p.panels = append(p.panels, sizePanel(f))
	}
	if f.HasDay {
		p.panels = append(p.panels, dayPanel(f))
	}
	for _, why := range f.Doubts() {
		p.caption += " " + why
	}
	return p, nil
}

// decades marks the powers of ten of a log10 axis.
type decades struct{ unit func(float64) string }

// Ticks implements plot.Ticker.
func (d decades) Ticks(low, high float64) (ticks []plot.Tick) {
	for i := math.Ceil(low - 1e-9); i <= high+1e-9; i++ {
		label := number(math.Pow(10, i), 0)
		if d.unit != nil {
			label = d.unit(math.Pow(10, i))
		}
		ticks = append(ticks, plot.Tick{Value: i, Label: label})
	}
	return ticks
}

// A fitLine is one line of a panel: points that are joined.
type fitLine struct {
	name string
	xys  plotter.XYs
}

// fitPanel draws lines over axes; the first is the trace's.
func fitPanel(title, x, y string, xTicks, yTicks plot.Ticker, lines ...fitLine) *plotPanel {
	p := look.NewPlot()
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.X.Tick.Marker, p.Y.Tick.Marker = xTicks, yTicks
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	panel := &plotPanel{title: title, plot: p}
	var drawn []*plotter.Line
	for i, l := range lines {
		for _, xy := range l.xys {
			p.X.Min, p.X.Max = min(p.X.Min, xy.X), max(p.X.Max, xy.X)
			p.Y.Min, p.Y.Max = min(p.Y.Min, xy.Y), max(p.Y.Max, xy.Y)
		}
		style := look.Line(i)
		drawn = append(drawn, &plotter.Line{XYs: l.xys, LineStyle: style})
		entry := keyEntry{placement: i, style: style, name: l.name}
		if i == 0 {
			entry.style.Width, entry.symbol = 0, symbolOf(0)
		}
		panel.key.entries = append(panel.key.entries, entry)
	}
	p.Add(gridOf(p))
	for i, l := range drawn {
		if i > 0 && len(l.XYs) > 0 {
			p.Add(l)
		}
	}
	if len(drawn[0].XYs) > 0 {
		p.Add(dataDots{drawn[0]})
	}
	return panel
}

// dataDots draws all points of a line, without it.
type dataDots struct{ line *plotter.Line }

// Plot implements plot.Plotter.
func (d dataDots) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, xy := range d.line.XYs {
		mark{name: "", shape: circle}.drawSized(&c, vg.Point{X: x(xy.X), Y: y(xy.Y)}, d.line.Color, 2.2)
	}
}

// newPanel shows churn: what nobody asked for before becomes rare where objects stay, and does not where new ones come.
func newPanel(f *fit.Fit) *plotPanel {
	data, fitted := fitLine{name: "the trace"}, fitLine{name: "the fit"}
	if f.PerDay > 0 {
		fitted.name = fmt.Sprintf("the fit, a churn of %.3g %% a day", 100*f.PerDay)
	}
	for i, n := range f.News {
		at := 100 * (float64(i) + 0.5) / float64(len(f.News))
		data.xys = append(data.xys, plotter.XY{X: at, Y: 100 * n.Trace})
		fitted.xys = append(fitted.xys, plotter.XY{X: at, Y: 100 * n.Zipf})
	}
	p := fitPanel("How much is asked for that nobody asked for before", "requests of the trace so far, %", "% of the requests", plot.DefaultTicks{}, plot.DefaultTicks{}, data, fitted)
	p.plot.Y.Min, p.plot.X.Min, p.plot.X.Max = 0, 0, 100
	return p
}

func frequencyPanel(f *fit.Fit) *plotPanel {
	data, fitted := fitLine{name: "the trace"}, fitLine{name: "the fit"}
	for _, b := range f.Frequencies {
		at := math.Log10(math.Sqrt(float64(b.Least) * float64(b.Most)))
		width := float64(b.Most - b.Least + 1)
		if b.Objects > 0 {
			data.xys = append(data.xys, plotter.XY{X: at, Y: math.Log10(float64(b.Objects) / width)})
		}
		if b.Expected > 0.05 {
			fitted.xys = append(fitted.xys, plotter.XY{X: at, Y: math.Log10(b.Expected / width)})
		}
	}
	small := decades{func(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }}
	return fitPanel("How many objects are asked for how often", "requests for an object", "objects", decades{}, small, data, fitted)
}

func missPanel(f *fit.Fit) *plotPanel {
	data, zipf, ranks := fitLine{name: "the trace"}, fitLine{name: "one Zipf law"}, fitLine{name: "classes by rank"}
	for _, m := range f.Misses {
		x := math.Log10(float64(m.Capacity))
		data.xys = append(data.xys, plotter.XY{X: x, Y: m.Trace.Requests})
		zipf.xys = append(zipf.xys, plotter.XY{X: x, Y: m.Zipf.Requests})
		ranks.xys = append(ranks.xys, plotter.XY{X: x, Y: m.ByRank.Requests})
	}
	panel := fitPanel("What LRU caches miss", "capacity of the cache", "share of requests that miss", capacityTicks{cache.Bytes}, look.PercentTicks(), data, zipf, ranks)
	panel.plot.Y.Min, panel.plot.Y.Max = 0, 1
	for i, of := range []func(fit.Miss) fit.Ratios{fit.OfZipf, fit.OfRanks} {
		worst, mean := f.WorstMiss(of)
		panel.key.entries[i+1].remark = fmt.Sprintf("off by %.1f points on the mean, %.1f at worst", 100*mean, 100*worst)
	}
	return panel
}

func sizePanel(f *fit.Fit) *plotPanel {
	median, low, high, law := fitLine{name: "median of an octave of ranks"}, fitLine{name: "a deviation less"}, fitLine{name: "a deviation more"}, fitLine{name: "median of all"}
	for _, r := range f.Ranks {
		x := math.Log10(math.Sqrt(float64(r.First) * float64(r.Last)))
		at := func(deviations float64) plotter.XY {
			return plotter.XY{X: x, Y: (r.Sizes.LnMean + float64(deviations*r.Sizes.LnSD)) / math.Ln10}
		}
		median.xys, low.xys, high.xys = append(median.xys, at(0)), append(low.xys, at(-1)), append(high.xys, at(1))
		law.xys = append(law.xys, plotter.XY{X: x, Y: f.Sizes.LnMean / math.Ln10})
	}
	ticks := decades{func(x float64) string { return capacityTicks{cache.Bytes}.label(x) }}
	panel := fitPanel("How large objects are, by popularity", "rank, the most popular first", "size", decades{}, ticks, median, law, low, high)
	panel.key.entries[0].remark = fmt.Sprintf("rank correlation of requests and size %.2f", f.SizeByRank)
	panel.key.entries[1].remark = fmt.Sprintf("lognormal, deviation %.2f; off by %.0f points at worst", f.Sizes.LnSD, 100*f.Sizes.Distance)
	return panel
}

func dayPanel(f *fit.Fit) *plotPanel {
	data, day := fitLine{name: "the trace"}, fitLine{name: "the workload"}
	for h, load := range f.Day {
		data.xys = append(data.xys, plotter.XY{X: float64(h) + 0.5, Y: load})
		day.xys = append(day.xys, plotter.XY{X: float64(h), Y: load}, plotter.XY{X: float64(h) + 1, Y: load})
	}
	panel := fitPanel("The day", "hour", "load, mean 1", roundTicks{}, roundTicks{}, data, day)
	panel.plot.Y.Min = 0
	return panel
}
