package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/stats"
)

// MissRatiosBySize draws which share of the requests the first caches of each placement missed by how large each of them is, with confidence
// intervals, a panel a workload. A line joins placements that differ in the size alone: with first caches at the same sites, of the same policy and admission. Workloads of
// which no line is left out. A workload of "" selects all; an unknown one is an error.
func MissRatiosBySize(c *edgewise.Comparison, workload string) (*Picture, error) {
	workloads, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("miss ratios by size: %w", err)
	}
	p := &Picture{title: c.Title, subtitle: "Misses by the size of each first cache, " + basis(c)}
	for _, name := range workloads {
		if curves := missCurvesOf(c, name); slices.ContainsFunc(curves, missCurve.isLine) {
			p.panels = append(p.panels, missesBySize(c, name, curves))
		}
	}
	if len(p.panels) == 0 {
		p.panels = []panel{notice{strings.Join(workloads, ", "), "No two placements differ in the size of their first caches alone."}}
		return p, nil
	}
	p.bound()
	p.caption = "A miss is a request that the first cache it met did not answer. Lines join placements whose first caches differ in size alone."
	if c.Replications > 1 {
		p.caption += fmt.Sprintf(" Whiskers: %s %% confidence intervals over replications.", percentOf(c.Level))
	}
	return p, nil
}

// A missCurve are placements whose first caches differ in size alone.
type missCurve struct {
	key, name string // of the policy and admission
	points    []missPoint
}

// A missPoint is a placement: its number, the size of each first cache in bytes, and the share that misses.
type missPoint struct {
	placement int
	bytes     int64
	missed    stats.Estimate
}

// isLine reports whether there are two sizes.
func (m missCurve) isLine() bool {
	return len(m.points) > 1 && m.points[0].bytes != m.points[len(m.points)-1].bytes
}

func missCurvesOf(c *edgewise.Comparison, workload string) (curves []missCurve) {
	for i := range c.Placements {
		w := workloadOf(&c.Placements[i], workload)
		if w == nil {
			continue
		}
		f, ok := w.Figures.Find("cache", "request hit ratio")
		size, key, name := firstCaches(&c.Placements[i], workload)
		if !ok || !f.HasValue() || size == 0 {
			continue
		}
		missed := f.Estimate
		missed.Value, missed.Low, missed.High = 1-f.Value, 1-f.High, 1-f.Low
		at := slices.IndexFunc(curves, func(m missCurve) bool { return m.key == key })
		if at < 0 {
			at, curves = len(curves), append(curves, missCurve{key: key, name: name})
		}
		curves[at].points = append(curves[at].points, missPoint{i, size, missed})
	}
	for _, m := range curves {
		slices.SortStableFunc(m.points, func(a, b missPoint) int { return cmp.Compare(a.bytes, b.bytes) })
	}
	return curves
}

// firstCaches returns the size of each of the first caches of a placement that a workload meets, 0 where they differ in it or there are none; what
// else they are; and what their policy is called.
func firstCaches(p *edgewise.PlacementResult, workload string) (bytes int64, key, name string) {
	var sites []string
	first, at := "", 0
	for i := range p.Roles {
		r := &p.Roles[i]
		if r.CacheBytes == 0 || len(r.Workloads) > 0 && !slices.Contains(r.Workloads, workload) || first != "" && r.Role != first {
			continue
		}
		if first == "" {
			at, first, bytes = i, r.Role, r.CacheBytes
		}
		if policy := strings.ToUpper(r.Policy); policy != "" {
			name = policy
		} else {
			name = "LRU"
		}
		if r.Admission != "" && r.Admission != "always" {
			name += " + " + r.Admission
		}
		if r.CacheBytes != bytes {
			return 0, "", ""
		}
		sites = append(sites, r.Site)
	}
	if first == "" {
		return 0, "", ""
	}
	slices.Sort(sites)
	return bytes, fmt.Sprint(first, name, p.Roles[at].Preload, sites), name
}

func missesBySize(c *edgewise.Comparison, workload string, curves []missCurve) *plotPanel {
	p := look.NewPlot()
	panel := &plotPanel{title: workload, plot: p}
	p.X.Label.Text, p.Y.Label.Text = "size of each cache", "requests that miss"
	p.X.Tick.Marker, p.Y.Tick.Marker = capacityTicks{cache.Bytes}, look.PercentTicks()
	low, high := math.Inf(1), math.Inf(-1)
	for _, m := range curves {
		for _, at := range m.points {
			x := math.Log10(float64(at.bytes))
			low, high = min(low, x), max(high, x)
		}
	}
	p.X.Min, p.X.Max = capacityRange(low-0.04, high+0.12)
	p.Y.Min, p.Y.Max = 0, 1
	p.Add(gridOf(p))
	p.Add(missMarks(curves))
	for _, m := range curves {
		for _, at := range m.points {
			panel.key.entries = append(panel.key.entries, keyEntry{placement: at.placement, style: look.Line(at.placement), symbol: symbolOf(at.placement), name: c.Placements[at.placement].Name})
		}
	}
	slices.SortStableFunc(panel.key.entries, func(a, b keyEntry) int { return a.placement - b.placement })
	return panel
}

// missMarks draw curves: the line, named at its end, and the placements on it with their intervals.
type missMarks []missCurve

// Plot implements plot.Plotter.
func (curves missMarks) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	name := look.Text(look.NoteSize, look.Faint)
	name.YAlign = text.YCenter
	var named []vg.Length
	for _, m := range curves {
		at := make(plotter.XYs, len(m.points))
		for i, point := range m.points {
			at[i] = plotter.XY{X: math.Log10(float64(point.bytes)), Y: point.missed.Value}
		}
		for i := 1; i < len(at); i++ {
			c.StrokeLine2(markStyle, x(at[i-1].X), y(at[i-1].Y), x(at[i].X), y(at[i].Y))
		}
		for i, point := range m.points {
			colour := look.Line(point.placement).Color
			if e := point.missed; e.HasInterval() {
				c.StrokeLine2(draw.LineStyle{Color: colour, Width: vg.Points(1.4)}, x(at[i].X), y(max(e.Low, p.Y.Min)), x(at[i].X), y(min(e.High, p.Y.Max)))
			}
			symbolOf(point.placement).draw(&c, vg.Point{X: x(at[i].X), Y: y(at[i].Y)}, colour)
		}
		if !m.isLine() {
			continue
		}
		last := at[len(at)-1]
		where := vg.Point{X: x(last.X) + 8, Y: y(last.Y)}
		if slices.ContainsFunc(named, func(other vg.Length) bool { return math.Abs(float64(other-where.Y)) < float64(look.NoteSize) }) {
			continue // it would be written over another name
		}
		named = append(named, where.Y)
		c.FillText(name, where, m.name)
	}
}

func hasMissRatios(c *edgewise.Comparison) bool {
	return slices.ContainsFunc(workloadNames(c), func(name string) bool { return slices.ContainsFunc(missCurvesOf(c, name), missCurve.isLine) })
}

func missRatiosBySize(c *edgewise.Comparison) (*Picture, error) { return MissRatiosBySize(c, "") }
