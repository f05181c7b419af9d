package report

import (
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// pageCurves are the distributions of one metric of a workload, by placement.
type pageCurves struct {
	Metric string `json:"metric"`
	Title  string `json:"title"`
	// Lines are null where nothing was recorded.
	Lines []*pageLine `json:"lines"`
}

// A pageLine is a distribution: which share of all requests is answered within which time, and its tail. Where a placement has
// that of one before it, it says of which.
type pageLine struct {
	SameAs *int `json:"same_as,omitempty"`
	// Answered is the share of all requests that was answered.
	Answered float64    `json:"answered,omitempty"`
	Within   *pageShape `json:"within,omitempty"`
	Tail     *pageShape `json:"tail,omitempty"`
}

// A pageShape holds points: times in ms, shares, and half the widths of their confidence intervals.
type pageShape struct {
	Ms     []rough `json:"ms"`
	Shares []rough `json:"p"`
	Halves []rough `json:"h,omitempty"`
}

// newPageCurves returns the distributions of all metrics; none of a comparison without.
func newPageCurves(c *edgewise.Comparison, results []*edgewise.WorkloadResult) (all []pageCurves) {
	var metrics []string
	for _, w := range results {
		if w == nil {
			continue
		}
		for _, m := range w.Latency {
			if !slices.Contains(metrics, m.Metric) {
				metrics = append(metrics, m.Metric)
			}
		}
	}
	for _, metric := range metrics {
		curves := pageCurves{Metric: metric, Title: metricTitle(metric), Lines: make([]*pageLine, len(results))}
		var drawn []curve
		for i, w := range results {
			if w == nil {
				continue
			}
			m := distributionOf(w, metric)
			if m == nil || m.Pooled.Count() == 0 {
				continue
			}
			cv := curve{placement: i, name: c.Placements[i].Name, metric: m, figures: w.Figures, pooled: m.Pooled}
			curves.Lines[i] = newPageLine(cv, drawn, c.Level)
			drawn = append(drawn, cv)
		}
		if len(drawn) > 0 {
			all = append(all, curves)
		}
	}
	return all
}

func newPageLine(cv curve, before []curve, level float64) *pageLine {
	for i := range before {
		if before[i].sameAs(&cv) {
			return &pageLine{SameAs: &before[i].placement}
		}
	}
	l := &pageLine{Answered: cv.answered(), Within: shapeOf(cv, cumulative, level)}
	if hasTail(&cv) {
		l.Tail = shapeOf(cv, tail, level)
	}
	return l
}

// shapeTolerance is how far a drawn line may be from the distribution, as a part of the height of the drawing.
const shapeTolerance = 0.002

// shapeOf returns the points of a line: those without which it would be another.
func shapeOf(cv curve, v view, level float64) *pageShape {
	l := newLine(cv, v)
	low, high := latencyRange(max(1, float64(cv.pooled.MinNs())), l.endNs)
	l.lay(low, high, level)
	height := func(p point) float64 {
		if v == cumulative {
			return p.share
		}
		return math.Log10(max(p.share, 1e-9)) / 4 // a tail has about four decades
	}
	s := new(pageShape)
	hasBand := len(cv.metric.PerReplication) > 1 && cv.pooled.Count() >= 2*stats.MinExceedances
	for _, p := range thinned(l.points, height) {
		s.Ms = append(s.Ms, rough(math.Pow(10, p.x)))
		s.Shares = append(s.Shares, rough(p.share))
		if hasBand {
			s.Halves = append(s.Halves, rough(max(p.high-p.share, p.share-p.low)))
		}
	}
	return s
}

// thinned leaves out the points that lie on the line through their neighbours, as far as can be seen (Douglas and Peucker 1973).
func thinned(points []point, height func(point) float64) []point {
	if len(points) < 3 {
		return points
	}
	keep := make([]bool, len(points))
	keep[0], keep[len(points)-1] = true, true
	parts := [][2]int{{0, len(points) - 1}}
	for len(parts) > 0 {
		first, last := parts[len(parts)-1][0], parts[len(parts)-1][1]
		parts = parts[:len(parts)-1]
		a, b := points[first], points[last]
		worst, at := shapeTolerance, -1
		for i := first + 1; i < last; i++ {
			share := 0.0
			if b.x > a.x {
				share = (points[i].x - a.x) / (b.x - a.x)
			}
			off := math.Abs(height(points[i]) - height(a) - float64(share*(height(b)-height(a))))
			if off > worst {
				worst, at = off, i
			}
		}
		if at > 0 {
			keep[at] = true
			parts = append(parts, [2]int{first, at}, [2]int{at, last})
		}
	}
	var kept []point
	for i, p := range points {
		if keep[i] {
			kept = append(kept, p)
		}
	}
	return kept
}
