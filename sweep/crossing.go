package sweep

import (
	"cmp"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/stats"
)

// An Order says which of two is less.
type Order string

// The orders.
const (
	// FirstLess says that the first has the lesser figure at all points, surely at one at least; so says the level of all points together.
	FirstLess Order = "less"
	// FirstMore says that it has the greater one.
	FirstMore Order = "more"
	// Crosses says that the order changes.
	Crosses Order = "crosses"
	// Alike says that no point shows a difference that is surely one.
	Alike Order = "no difference shown"
)

// A Crossing says where two placements change order along the key: where their paired difference is 0.
type Crossing struct {
	Watch
	// Metro is the id of the metro of the users, empty for all of them.
	Metro string
	// First and Second are the placements. Order says whether First has less or more than Second at all points, or whether they
	// cross.
	First, Second string
	Order         Order
	// ShownAt are those of the Points values of the key at which the difference by itself is surely one, in ascending order: Order is of all together,
	// and may be shown at some alone. With one replication there are no intervals, and none.
	ShownAt []float64
	Points  int
	// Places are where they cross, in ascending order.
	Places []Place
}

// IsShownEverywhere reports whether the difference is surely one at every value of the key by itself.
func (c *Crossing) IsShownEverywhere() bool { return len(c.ShownAt) == c.Points }

// A Target says where a figure of a placement reaches a value along the key.
type Target struct {
	Watch
	Metro     string
	Placement string
	// Order is of the figure and the value.
	Order  Order
	Places []Place
}

// A Place is where a line through points is 0.
type Place struct {
	// At is the value of the key, between two points by a straight line between them, in the logarithm of the key where its axis is
	// logarithmic.
	At float64
	// Low and High are the interval: all values of the key about At at which the difference, with its own interval, may be 0
	// (Fieller's theorem, J. Roy. Statist. Soc. B 16, 1954). LowOpen and HighOpen say that it goes on beyond the points, so that
	// Low or High is only the first or the last of them.
	Low, High         float64
	LowOpen, HighOpen bool
	// HasInterval is false with one replication.
	HasInterval bool
	// Rises says that the first is less below, and more above.
	Rises bool
}

// IsSure reports whether the interval ends on both sides within the points.
func (p Place) IsSure() bool { return p.HasInterval && !p.LowOpen && !p.HighOpen }

// A curve is a quantity along the key, with one value a replication at each point.
type curve struct {
	x []float64 // ascending, as drawn
	y [][]float64
}

// mostPairs is for how many placements all pairs are asked; for more, and by metro, each is held against the baseline alone.
const mostPairs = 6

func (r *Result) crossings() (all []Crossing) {
	placements := r.Placements()
	for _, w := range r.Watched {
		ask := func(metro string, first, second string) {
			c := r.curveOf(func(p *PointResult) []float64 {
				a, okA := p.Figure(first, w, metro)
				b, okB := p.Figure(second, w, metro)
				if !okA || !okB || len(a.Replicates) != len(b.Replicates) {
					return nil
				}
				return less(a.Replicates, b.Replicates)
			})
			if len(c.x) < 2 {
				return
			}
			of := Crossing{Watch: w, Metro: metro, First: first, Second: second}
			of.Order, of.Places = c.zeros(r.Level)
			of.ShownAt, of.Points = c.shownAt(r.Level), len(c.x)
			r.asKeys(of.ShownAt)
			r.asValues(of.Places)
			all = append(all, of)
		}
		for i, second := range placements {
			for k, first := range placements {
				if k > i && (i == 0 || len(placements) <= mostPairs) {
					ask("", first, second)
				}
			}
		}
		for _, m := range r.Metros(w) {
			for _, first := range placements[min(1, len(placements)):] {
				ask(m.ID, first, placements[0])
			}
		}
	}
	return all
}

func (r *Result) targets() (all []Target) {
	for _, w := range r.Watched {
		if w.Reaches == nil {
			continue
		}
		ask := func(metro, placement string) {
			c := r.curveOf(func(p *PointResult) []float64 {
				f, ok := p.Figure(placement, w, metro)
				if !ok {
					return nil
				}
				return less(f.Replicates, slices.Repeat([]float64{*w.Reaches}, len(f.Replicates)))
			})
			if len(c.x) < 2 {
				return
			}
			of := Target{Watch: w, Metro: metro, Placement: placement}
			of.Order, of.Places = c.zeros(r.Level)
			r.asValues(of.Places)
			all = append(all, of)
		}
		for _, placement := range r.Placements() {
			ask("", placement)
			for _, m := range r.Metros(w) {
				ask(m.ID, placement)
			}
		}
	}
	return all
}

// less returns the differences of values.
func less(a, b []float64) []float64 {
	all := make([]float64, len(a))
	for i := range a {
		all[i] = a[i] - b[i]
	}
	return all
}

// curveOf makes a curve over the points at which there are replicates: as many as at most of them, where some have fewer.
func (r *Result) curveOf(at func(*PointResult) []float64) curve {
	type point struct {
		x float64
		y []float64
	}
	var points []point
	for i := range r.Points {
		if y := at(&r.Points[i]); len(y) > 0 {
			points = append(points, point{r.Axis(r.Points[i].Values[0].Number), y})
		}
	}
	slices.SortStableFunc(points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
	points = slices.CompactFunc(points, func(a, b point) bool { return a.x == b.x })
	fewest := math.MaxInt
	for _, p := range points {
		fewest = min(fewest, len(p.y)) // users are the same replication by replication
	}
	var c curve
	for _, p := range points {
		c.x, c.y = append(c.x, p.x), append(c.y, recentred(p.y, fewest))
	}
	return c
}

// recentred returns the first values, about the mean of all.
func recentred(y []float64, n int) []float64 {
	if len(y) == n {
		return y
	}
	mean, of := 0.0, 0.0
	for i, v := range y {
		mean += v / float64(len(y))
		if i < n {
			of += v / float64(n)
		}
	}
	few := slices.Clone(y[:n])
	for i := range few {
		few[i] += mean - of
	}
	return few
}

// Axis returns where a value of the first key is on its axis, which may be logarithmic.
func (r *Result) Axis(x float64) float64 {
	if r.Keys[0].IsLog {
		return math.Log10(x)
	}
	return x
}

// asValues turns places on the axis into values of the key.
func (r *Result) asValues(places []Place) {
	if !r.Keys[0].IsLog {
		return
	}
	for i := range places {
		p := &places[i]
		p.At, p.Low, p.High = math.Pow(10, p.At), math.Pow(10, p.Low), math.Pow(10, p.High)
	}
}

// asKeys turns points of the axis into values of the key.
func (r *Result) asKeys(x []float64) {
	for i := range x {
		if r.Keys[0].IsLog {
			x[i] = math.Pow(10, x[i])
		}
	}
}

// shownAt returns the points at which the curve is not 0 by its own interval.
func (c *curve) shownAt(level float64) (x []float64) {
	for i, y := range c.y {
		if e := stats.MeanOf(y, level); e.HasInterval() && (e.High < 0 || e.Low > 0) {
			x = append(x, c.x[i])
		}
	}
	return x
}

// zeros finds where the mean of a curve changes its sign, each with its interval.
func (c *curve) zeros(level float64) (Order, []Place) {
	means := make([]float64, len(c.x))
	isLess, isMore := false, false // surely
	// Of many points one may show a difference by chance: all of them together hold at the level (Bonferroni).
	together := 1 - (1-level)/float64(len(c.x))
	for i, y := range c.y {
		e := stats.MeanOf(y, together)
		means[i] = e.Value
		isLess = isLess || e.HasInterval() && e.High < 0
		isMore = isMore || e.HasInterval() && e.Low > 0
	}
	var places []Place
	last := -1 // the last point that is not 0
	for i, m := range means {
		if m == 0 {
			continue
		}
		if last >= 0 && (m > 0) != (means[last] > 0) {
			places = append(places, c.place(means, last, i, level))
		}
		last = i
	}
	switch {
	case last < 0 || len(c.y[0]) > 1 && !isLess && !isMore:
		return Alike, nil
	case len(places) > 0:
		return Crosses, places
	case means[last] < 0:
		return FirstLess, nil
	}
	return FirstMore, nil
}

// place returns the zero between two points that are not 0, all points between which are.
func (c *curve) place(means []float64, low, high int, level float64) Place {
	p := Place{Rises: means[high] > 0, HasInterval: len(c.y[0]) > 1}
	segment := low
	if high == low+1 {
		u := means[low] / (means[low] - means[high])
		p.At = c.x[low] + float64(u*(c.x[high]-c.x[low]))
	} else {
		p.At = (c.x[low+1] + c.x[high-1]) / 2
		segment = low + (high-low)/2 - 1
		for segment < len(c.x)-2 && c.x[segment+1] < p.At {
			segment++
		}
	}
	p.Low, p.High = p.At, p.At
	if !p.HasInterval {
		return p
	}
	p.High, p.HighOpen = c.edge(segment, p.At, level, +1)
	p.Low, p.LowOpen = c.edge(segment, p.At, level, -1)
	return p
}

// edge goes from a place in one direction, to where the difference is surely not 0 any more; open where it is not before the
// last point.
func (c *curve) edge(segment int, from, level float64, direction int) (x float64, open bool) {
	for ; segment >= 0 && segment < len(c.x)-1; segment += direction {
		a, b := c.x[segment], c.x[segment+1]
		q := c.excess(segment, level)
		best, found := 0.0, false
		for _, u := range q.roots() {
			x := a + float64(u*(b-a))
			isAhead := u >= 0 && u <= 1 && (x-from)*float64(direction) >= 0
			// Beyond the root the excess is above 0.
			if isAhead && q.slope(u)*float64(direction) > 0 && (!found || (best-x)*float64(direction) > 0) {
				best, found = x, true
			}
		}
		if found {
			return best, false
		}
	}
	if direction > 0 {
		return c.x[len(c.x)-1], true
	}
	return c.x[0], true
}

// A quadratic is a + b u + c u^2.
type quadratic struct{ a, b, c float64 }

// excess returns, along a segment from 0 to 1, the square of the mean less that of half its interval: where it is above 0, the
// difference is surely not 0.
func (c *curve) excess(segment int, level float64) quadratic {
	y, z := c.y[segment], c.y[segment+1]
	n := float64(len(y))
	var my, mz float64
	for i := range y {
		my += y[i] / n
		mz += z[i] / n
	}
	var yy, yz, zz float64
	for i := range y {
		dy, dz := y[i]-my, z[i]-mz
		yy += float64(dy * dy)
		yz += float64(dy * dz)
		zz += float64(dz * dz)
	}
	t := stats.StudentT(level, len(y)-1)
	k := t * t / (n * (n - 1))
	d := mz - my
	return quadratic{
		a: float64(my*my) - float64(k*yy),
		b: float64(2*my*d) - float64(2*k*(yz-yy)),
		c: float64(d*d) - float64(k*(yy-2*yz+zz)),
	}
}

func (q quadratic) slope(u float64) float64 { return q.b + float64(2*q.c*u) }

// roots returns where the quadratic is 0.
func (q quadratic) roots() []float64 {
	if q.c == 0 {
		if q.b == 0 {
			return nil
		}
		return []float64{-q.a / q.b}
	}
	d := float64(q.b*q.b) - float64(4*q.a*q.c)
	if d < 0 {
		return nil
	}
	// Without cancellation: the larger root first.
	r := -(q.b + math.Copysign(math.Sqrt(d), q.b)) / 2
	if r == 0 {
		return []float64{0}
	}
	return []float64{r / q.c, q.a / r}
}
