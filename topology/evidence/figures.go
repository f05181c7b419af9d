package evidence

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// Colours that people with any kind of colour vision tell apart (Okabe and Ito).
var (
	blue   = color.RGBA{R: 0, G: 114, B: 178, A: 255}
	orange = color.RGBA{R: 213, G: 94, B: 0, A: 255}
	green  = color.RGBA{R: 0, G: 158, B: 115, A: 255}
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
	low, high := math.Inf(1), 0.0
	for i := 0; i < len(samples); i += step {
		x, y := math.Max(0.1, samples[i].MeasuredMs), math.Max(0.1, samples[i].ModelMs)
		dots = append(dots, plotter.XY{X: x, Y: y})
		low, high = min(low, x, y), max(high, x, y)
	}
	p := plot.New()
	p.Title.Padding = vg.Points(6)
	p.Title.Text = title
	p.X.Label.Text, p.Y.Label.Text = "measured round trip, ms", "modelled round trip, ms"
	logarithmic(&p.X)
	logarithmic(&p.Y)
	scatter, err := plotter.NewScatter(dots)
	if err != nil {
		return nil, fmt.Errorf("scatter %q: %w", title, err)
	}
	faint := blue
	faint.R, faint.G, faint.B, faint.A = 0, 29, 45, 64 // alpha-premultiplied
	scatter.GlyphStyle = draw.GlyphStyle{Color: faint, Radius: vg.Points(1.2), Shape: draw.CircleGlyph{}}
	agreement, err := plotter.NewLine(plotter.XYs{{X: low, Y: low}, {X: high, Y: high}})
	if err != nil {
		return nil, fmt.Errorf("scatter %q: %w", title, err)
	}
	agreement.Color, agreement.Width = orange, vg.Points(1)
	p.Add(plotter.NewGrid(), scatter, agreement)
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
	p := plot.New()
	p.Title.Padding = vg.Points(6)
	p.Title.Text = title
	p.X.Label.Text, p.Y.Label.Text = "round trip, ms", "share of pairs"
	logarithmic(&p.X)
	p.Add(plotter.NewGrid())
	for _, curve := range []struct {
		name   string
		colour color.Color
		dashes []vg.Length
		ms     func(calibrate.Sample) float64
	}{
		{"measured", blue, nil, func(s calibrate.Sample) float64 { return s.MeasuredMs }},
		{"modelled", orange, []vg.Length{vg.Points(5), vg.Points(2)}, func(s calibrate.Sample) float64 { return s.ModelMs }},
	} {
		var ms []float64
		for _, s := range samples {
			ms = append(ms, math.Max(0.1, curve.ms(s)))
		}
		line, err := plotter.NewLine(steps(ms))
		if err != nil {
			return nil, fmt.Errorf("CDF %q: %w", title, err)
		}
		line.Color, line.Width, line.Dashes = curve.colour, vg.Points(1.5), curve.dashes
		p.Add(line)
		p.Legend.Add(curve.name, line)
	}
	place(&p.Legend, true, true)
	p.Y.Min, p.Y.Max = 0, 1
	return p, nil
}

// ErrorCDF draws the cumulative distribution of the absolute error of the three sets of a validation, in
// percent of the measured round trip, up to 100. It needs server cities.
func ErrorCDF(v *calibrate.Validation) (*plot.Plot, error) {
	if len(v.Cities) == 0 {
		return nil, fmt.Errorf("error CDF: no samples")
	}
	p := plot.New()
	p.Title.Padding = vg.Points(6)
	p.Title.Text = "Error of modelled round trips"
	p.X.Label.Text, p.Y.Label.Text = "absolute error, % of the measured round trip", "share of pairs"
	p.Add(plotter.NewGrid())
	for _, set := range []struct {
		name    string
		colour  color.Color
		dashes  []vg.Length
		samples []calibrate.Sample
	}{
		{"server cities", blue, nil, v.Cities},
		{"AWS regions", orange, []vg.Length{vg.Points(5), vg.Points(2)}, v.Regions},
		{"home users", green, []vg.Length{vg.Points(2), vg.Points(2)}, v.Access},
	} {
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
		line.Color, line.Width, line.Dashes = set.colour, vg.Points(1.5), set.dashes
		p.Add(line)
		p.Legend.Add(set.name, line)
	}
	place(&p.Legend, false, false)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 100, 0, 1
	return p, nil
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

// logarithmic makes an axis logarithmic.
func logarithmic(a *plot.Axis) {
	a.Scale = plot.LogScale{}
	a.Tick.Marker = plot.LogTicks{Prec: 4}
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
