package report

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// MissRatios is what a picture of miss-ratio curves shows.
type MissRatios struct {
	// Title heads the picture, for example the name of the trace.
	Title string
	// Unit is what capacities count.
	Unit cache.Unit
	// OfBytes draws the share of the bytes that miss instead of that of the requests.
	OfBytes bool
	// Lines are drawn in this order, the baseline first.
	Lines []MissRatioLine
	// Bound is what an infinite cache does.
	Bound cache.Result
}

// A MissRatioLine is one curve.
type MissRatioLine struct {
	Name string
	// Points has at least one point, with different capacities in any order.
	Points []cache.Point
}

// MissRatioCurves draws miss ratios by capacity, on a logarithmic axis, with the share that misses in any
// cache, because it is asked for the first time. It fails without lines and where a line has no points.
func MissRatioCurves(m MissRatios) (*Picture, error) {
	if len(m.Lines) == 0 {
		return nil, errors.New("miss-ratio curves: there are no lines; at least one is needed")
	}
	ratio, what := cache.Result.RequestMissRatio, "requests"
	if m.OfBytes {
		ratio, what = cache.Result.ByteMissRatio, "bytes"
	}
	p := look.NewPlot()
	p.X.Tick.Marker = capacityTicks{m.Unit}
	p.X.Label.Text = "capacity, " + m.Unit.String()
	p.Y.Tick.Marker = look.PercentTicks()
	p.Y.Label.Text = "share of " + what + " that miss"
	p.Y.Min, p.Y.Max = 0, 1

	shown := &plotPanel{title: "Misses by capacity", plot: p}
	low, high := math.Inf(1), math.Inf(-1)
	var lines lineSymbols
	for i, l := range m.Lines {
		if len(l.Points) == 0 {
			return nil, fmt.Errorf("miss-ratio curves: line %q has no points", l.Name)
		}
		points := slices.Clone(l.Points)
		slices.SortFunc(points, func(a, b cache.Point) int { return int(min(max(a.Capacity-b.Capacity, -1), 1)) })
		xys := make(plotter.XYs, len(points))
		for j, point := range points {
			if point.Capacity < 1 {
				return nil, fmt.Errorf("miss-ratio curves: line %q has a capacity of %d; it must be at least 1", l.Name, point.Capacity)
			}
			xys[j] = plotter.XY{X: math.Log10(float64(point.Capacity)), Y: ratio(point.Result)}
		}
		low, high = min(low, xys[0].X), max(high, xys[len(xys)-1].X)
		line, err := plotter.NewLine(xys)
		if err != nil {
			return nil, fmt.Errorf("miss-ratio curves: line %q: %w", l.Name, err)
		}
		line.LineStyle = look.Line(i)
		lines = append(lines, line)
		shown.key.entries = append(shown.key.entries, keyEntry{style: line.LineStyle, symbol: symbolOf(i), name: l.Name})
		shown.names = append(shown.names, lineName{name: l.Name, number: i, dotted: true, path: pathOf(line)})
	}
	low, high = capacityRange(low, high)
	p.X.Min, p.X.Max = low, high
	p.Add(gridOf(p))

	bound := ratio(m.Bound)
	floor, err := plotter.NewLine(plotter.XYs{{X: low, Y: bound}, {X: high, Y: bound}})
	if err != nil {
		return nil, fmt.Errorf("miss-ratio curves: bound: %w", err)
	}
	floor.LineStyle = draw.LineStyle{Color: look.Faint, Width: vg.Points(1), Dashes: []vg.Length{1.5, 2}}
	p.Add(floor)
	for _, line := range lines {
		p.Add(line)
	}
	p.Add(lines)
	shown.key.entries = append(shown.key.entries, keyEntry{style: floor.LineStyle, name: "any cache: first requests",
		remark: strconv.FormatFloat(100*bound, 'f', 1, 64) + " % miss however large it is"})
	return &Picture{
		title: m.Title,
		subtitle: fmt.Sprintf("Miss ratio by cache capacity, %s requests for %s %s", count(m.Bound.Requests),
			count(m.Bound.Misses), words.Plural(m.Bound.Misses, "object")),
		panels:  []panel{shown},
		caption: "Every request counts, first requests included; an object enters the cache at the moment it misses.",
	}, nil
}

// capacityRange returns the axis for capacities from low to high, log10: from one round number to another, so
// that both ends can be labelled.
func capacityRange(low, high float64) (from, to float64) {
	const rounding = 1e-9
	round := func(x float64, up bool) float64 {
		decade := math.Floor(x + rounding)
		digit := math.Pow(10, x-decade)
		if up {
			return decade + float64(math.Log10(math.Ceil(digit-rounding)))
		}
		return decade + float64(math.Log10(max(1, math.Floor(digit+rounding))))
	}
	from, to = round(low, false), round(high, true)
	if to-from < math.Log10(1.5) { // one capacity, or nearly
		from, to = max(0, round(from-0.3, false)), round(to+0.3, true)
	}
	return from, to
}

// capacityTicks marks a log10 axis of capacities and labels its ends, as far as there is room.
type capacityTicks struct{ unit cache.Unit }

// Ticks implements plot.Ticker.
func (t capacityTicks) Ticks(low, high float64) []plot.Tick {
	const rounding = 1e-9
	var ticks []plot.Tick
	for decade := int(math.Floor(low)); decade <= int(math.Ceil(high)); decade++ {
		for digit := 1; digit <= 9; digit++ {
			size := float64(digit) * math.Pow10(decade)
			at := math.Log10(size)
			if at < low-rounding || at > high+rounding || size < 1 {
				continue
			}
			tick := plot.Tick{Value: at}
			if digit == 1 || high-low <= 4 && (digit == 2 || digit == 5) {
				tick.Label = t.label(size)
			}
			ticks = append(ticks, tick)
		}
	}
	for _, end := range []int{0, len(ticks) - 1} {
		if end >= 0 && roomFor(ticks, end, 0.08*(high-low)) {
			ticks[end].Label = t.label(math.Pow(10, ticks[end].Value))
		}
	}
	return ticks
}

// roomFor reports whether no other tick nearer than that to the i-th has a label.
func roomFor(ticks []plot.Tick, i int, nearer float64) bool {
	for j, tick := range ticks {
		if j != i && tick.Label != "" && math.Abs(tick.Value-ticks[i].Value) < nearer {
			return false
		}
	}
	return true
}

// label writes a round capacity with a metric prefix.
func (t capacityTicks) label(size float64) string {
	prefixes := []string{"", "k", "M", "G", "T", "P"}
	if t.unit == cache.Bytes {
		prefixes = []string{" B", " kB", " MB", " GB", " TB", " PB"}
	}
	i := 0
	for size >= 1000 && i < len(prefixes)-1 {
		size /= 1000
		i++
	}
	return strconv.FormatFloat(size, 'g', 6, 64) + prefixes[i]
}

// pathOf returns the path of a line on a canvas.
func pathOf(line *plotter.Line) func(draw.Canvas, *plot.Plot) []vg.Point {
	return func(c draw.Canvas, p *plot.Plot) []vg.Point {
		x, y := p.Transforms(&c)
		path := make([]vg.Point, len(line.XYs))
		for i, at := range line.XYs {
			path[i] = vg.Point{X: x(at.X), Y: y(at.Y)}
		}
		return path
	}
}

// count writes a number in groups of three digits.
func count(n int64) string { return number(float64(n), 0) }
