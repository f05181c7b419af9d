package search

import (
	"context"
	"math"
)

// A line says that no alternative's costs are below it: x of the first cost and y of the second add up to least or more.
type line struct{ x, y, least float64 }

// frontWeights are those of the first of two objectives, of which lines are drawn.
var frontWeights = []float64{0.1, 0.25, 0.5, 0.75, 0.9}

// boundFront finds out what no alternative is better than in either of two objectives, and lines that none is below.
func (sp *space) boundFront(ctx context.Context, f *finding) error {
	f.bounds = make([]float64, 2)
	ends := [2]*scored{&f.ranked[0], &f.ranked[len(f.ranked)-1]} // in the order of the first
	for k := range f.bounds {
		var err error
		if f.bounds[k], err = sp.bound(ctx, k, ends[k].values[k]); err != nil {
			return err
		}
	}
	for k := range f.bounds {
		if sp.near == nil || !sp.tables[k].addsUp() || math.IsNaN(f.bounds[k]) {
			return nil
		}
	}
	// Each cost counts by how far the ends of the front are apart.
	var sizes [2]float64
	for k := range sizes {
		sizes[k] = math.Max(math.Abs(ends[0].values[k]-ends[1].values[k]), 1e-6*math.Abs(ends[0].values[k]))
		if sizes[k] == 0 {
			return nil
		}
	}
	for _, w := range frontWeights {
		l := line{x: w / sizes[0], y: (1 - w) / sizes[1]}
		known := math.Inf(1)
		for i := range f.ranked {
			x, y := sp.cost(0, f.ranked[i].values[0]), sp.cost(1, f.ranked[i].values[1])
			known = math.Min(known, float64(l.x*x)+float64(l.y*y))
		}
		var err error
		if l.least, err = sp.weighedBound(ctx, []float64{l.x, l.y}, known); err != nil {
			return err
		}
		f.lines = append(f.lines, l)
	}
	return nil
}

// addsUp reports whether the figure is a sum over users, or a bill.
func (t *table) addsUp() bool { return t.money != nil || !t.isWorst && t.base.Q == 0 }

// covered returns which part of the area that any front could dominate one does: of all pairs of costs that are no worse than a corner, those
// that some alternative of it is as good as, by those that no bound says to be out of reach. It is NaN where there is no area.
func covered(front [][2]float64, corner, least [2]float64, lines []line) float64 {
	// The front goes from its best in the first cost to its best in the second.
	is := 0.0
	upTo := corner[1]
	for _, p := range front {
		if p[0] < corner[0] && p[1] < upTo {
			is += float64((corner[0] - p[0]) * (upTo - p[1]))
			upTo = p[1]
		}
	}
	const slices = 4096
	width := (corner[0] - least[0]) / slices
	may := 0.0
	for i := range slices {
		x := least[0] + float64(float64(i+1)*width) // where what may be is most
		y := least[1]
		for _, l := range lines {
			y = math.Max(y, (l.least-float64(l.x*x))/l.y)
		}
		may += float64(width * math.Max(0, corner[1]-y))
	}
	if !(may > 0) {
		return math.NaN()
	}
	return math.Min(1, is/may)
}
