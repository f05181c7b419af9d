package evidence

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// maxDots bounds the samples in a scatter plot: more make a file of many megabytes and no clearer
// picture.
const maxDots = 4000

// Scatter draws the modelled over the measured round trip of samples, on logarithmic axes in ms, with the
// line of agreement. Of many samples it shows every n-th. It needs at least one sample.
func Scatter(samples []calibrate.Sample, title string) (*plot.Plot, error) {
	if len(samples) == 0 {
		return nil, fmt.Errorf("scatter %q: no samples", title)
	}
	step := (len(samples) + maxDots - 1) / maxDots
	var dots plotter.XYs
	low, high := math.Inf(1), math.Inf(-1)
	for i := 0; i < len(samples); i += step {
		x, y := logMs(samples[i].MeasuredMs), logMs(samples[i].ModelMs)
		dots = append(dots, plotter.XY{X: x, Y: y})
		low, high = min(low, x, y), max(high, x, y)
	}
	p := newPlot(title)
	p.X.Label.Text, p.Y.Label.Text = "measured round trip, ms", "modelled round trip, ms"
	logarithmic(&p.X)
	logarithmic(&p.Y)
	scatter, err := plotter.NewScatter(dots)
	if err != nil {
		return nil, fmt.Errorf("scatter %q: %w", title, err)
	}
	scatter.GlyphStyle = draw.GlyphStyle{Color: look.Translucent(look.Line(1).Color, 0.25), Radius: vg.Points(1.2), Shape: draw.CircleGlyph{}}
	agreement, err := plotter.NewLine(plotter.XYs{{X: low, Y: low}, {X: high, Y: high}})
	if err != nil {
		return nil, fmt.Errorf("scatter %q: %w", title, err)
	}
	agreement.LineStyle = look.Line(2)
	agreement.Dashes = nil
	p.Add(grid(), scatter, agreement)
	p.Legend.Add("model = measurement", agreement)
	place(&p.Legend, true, true)
	p.X.Min, p.Y.Min, p.X.Max, p.Y.Max = low, low, high, high
	return p, nil
}

// DelayCDF draws the cumulative distributions of the measured and of the modelled round trips of the same
// samples, on a logarithmic axis in ms. It needs at least one sample.
func DelayCDF(samples []calibrate.Sample, title string) (*plot.Plot, error) {
	if len(samples) == 0 {
		return nil, fmt.Errorf("CDF %q: no samples", title)
	}
	p := newPlot(title)
	p.X.Label.Text, p.Y.Label.Text = "round trip, ms", "share of pairs"
	logarithmic(&p.X)
	p.Add(grid())
	for k, curve := range []struct {
		name string
		ms   func(calibrate.Sample) float64
	}{
		{"measured", func(s calibrate.Sample) float64 { return s.MeasuredMs }},
		{"modelled", func(s calibrate.Sample) float64 { return s.ModelMs }},
	} {
		var ms []float64
		for _, s := range samples {
			ms = append(ms, logMs(curve.ms(s)))
		}
		line, err := plotter.NewLine(steps(ms))
		if err != nil {
			return nil, fmt.Errorf("CDF %q: %w", title, err)
		}
		line.LineStyle = look.Line(k)
		p.Add(line)
		p.Legend.Add(curve.name, line)
	}
	place(&p.Legend, true, true)
	shares(&p.Y)
	return p, nil
}

// ErrorCDF draws the cumulative distribution of the absolute error of the three sets of a validation, in
// percent of the measured round trip, up to 100. It needs server cities.
func ErrorCDF(v *calibrate.Validation) (*plot.Plot, error) {
	if len(v.Cities) == 0 {
		return nil, fmt.Errorf("error CDF: no samples")
	}
	p := newPlot("Error of modelled round trips")
	p.X.Label.Text, p.Y.Label.Text = "absolute error, % of the measured round trip", "share of pairs"
	p.Add(grid())
	for k, set := range []struct {
		name    string
		samples []calibrate.Sample
	}{{"server cities", v.Cities}, {"AWS regions", v.Regions}, {"home users", v.Access}} {
		if len(set.samples) == 0 {
			continue
		}
		var percent []float64
		for _, s := range set.samples {
			percent = append(percent, 100*math.Abs(s.ModelMs-s.MeasuredMs)/s.MeasuredMs)
		}
		line, err := plotter.NewLine(steps(percent))
		if err != nil {
			return nil, fmt.Errorf("error CDF: %w", err)
		}
		line.LineStyle = look.Line(k)
		p.Add(line)
		p.Legend.Add(set.name, line)
	}
	place(&p.Legend, false, false)
	p.X.Min, p.X.Max = 0, 100
	p.X.Tick.Marker = roundTicks(p.X.Min, p.X.Max)
	shares(&p.Y)
	return p, nil
}

// roundTicks marks round numbers without decimals.
func roundTicks(low, high float64) (ticks plot.ConstantTicks) {
	for _, x := range look.RoundNumbers(low, high) {
		ticks = append(ticks, plot.Tick{Value: x, Label: strconv.FormatFloat(x, 'f', 0, 64)})
	}
	return ticks
}

// place puts a legend into a corner, clear of the frame.
func place(l *plot.Legend, left, top bool) {
	l.Left, l.Top = left, top
	l.Padding = vg.Points(3)
	l.XOffs, l.YOffs = vg.Points(-10), vg.Points(8)
	if left {
		l.XOffs = vg.Points(10)
	}
	if top {
		l.YOffs = vg.Points(-8)
	}
}

// newPlot returns an empty plot with a title.
func newPlot(title string) *plot.Plot {
	p := look.NewPlot()
	p.Title.Text, p.Title.Padding = title, vg.Points(8)
	p.Title.TextStyle.Color, p.Title.TextStyle.Font = look.Ink, look.Bold(look.Text(look.TitleSize, look.Ink)).Font
	p.X.Label.Padding, p.Y.Label.Padding = vg.Points(4), vg.Points(4)
	p.Legend.TextStyle.Color, p.Legend.TextStyle.Font = look.Ink, look.Text(look.LabelSize, look.Ink).Font
	return p
}

// grid returns the grid behind the data.
func grid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical, g.Horizontal = look.GridLine(), look.GridLine()
	return g
}

// logarithmic marks an axis of log10 milliseconds.
func logarithmic(a *plot.Axis) { a.Tick.Marker = look.LatencyTicks{} }

// logMs returns log10 of a round trip in milliseconds, of at least 0.1.
func logMs(ms float64) float64 { return math.Log10(math.Max(0.1, ms)) }

// shares marks an axis of shares from 0 to 1.
func shares(a *plot.Axis) {
	a.Min, a.Max = 0, 1
	a.Tick.Marker = look.PercentTicks()
}

// steps returns the cumulative distribution of values at 500 quantiles.
func steps(values []float64) plotter.XYs {
	sorted := slices.Sorted(slices.Values(values))
	const points = 500
	curve := make(plotter.XYs, 0, points+1)
	for k := range points + 1 {
		p := float64(k) / points
		curve = append(curve, plotter.XY{X: sorted[int(p*float64(len(sorted)-1))], Y: p})
	}
	return curve
}
