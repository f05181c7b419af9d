package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// A Result is what a sweep has found.
type Result struct {
	// Title is the sweep's, Design how its points lie, Keys what differs between them, Watched what was looked at.
	Title   string
	Design  Design
	Keys    []Key
	Watched []Watch
	// Level is that of the intervals, each by itself.
	Level float64
	// Points are the sweep's, in its order.
	Points []PointResult
	// Crossings say where two placements change order along the key, Targets where a figure reaches its value. They are of a
	// sweep over one key of numbers, or over several together.
	Crossings []Crossing
	Targets   []Target
	// Influences say how much each key of numbers moves each figure, of a sweep over two or more that are not one after another.
	Influences []Influence

	placements []string // of the studies
}

// A PointResult is what one point has found.
type PointResult struct {
	Values []Value
	// Comparison is that of the point's study, without its distributions; nil where Refused says why there is none.
	Comparison *edgewise.Comparison
	Refused    string
	// Missing counts the cells of the point that have not run.
	Missing int
}

// CompareKept makes the result from what a store has of the cells, as [edgewise.Study.CompareKept] does of a study: each point is
// compared as its study alone would be. When cells are missing it returns a [*edgewise.MissingError] for the first round and
// the first point that lack some, and the result with what the points have; nil if none has anything. A point that is refused,
// because it is overloaded or has not warmed up, stands in the result with the reason; if all are, that is the error.
func (s *Sweep) CompareKept(ctx context.Context, from edgewise.Store) (*Result, error) {
	l, err := s.lay()
	if err != nil {
		return nil, err
	}
	watched := s.Watched()
	r := s.newResult()
	errs := make([]error, len(s.Points))
	var missing *edgewise.MissingError
	for i := range s.Points {
		study := s.study(i)
		study.Replicated = isWatched(watched)
		c, err := study.CompareKept(ctx, &pointStore{s, l, i, from})
		var lacks *edgewise.MissingError
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case isRefusal(err):
			errs[i] = err
		case errors.As(err, &lacks):
			if named := s.at(l, i, lacks).(*edgewise.MissingError); missing == nil || named.Round < missing.Round {
				missing = named
			} else if named.Round == missing.Round {
				missing.Cells = union(missing.Cells, named.Cells)
			}
		case err != nil:
			return nil, s.at(l, i, err)
		}
		r.add(s.Points[i].Values, c, errs[i])
		if lacks != nil {
			r.Points[i].Missing = len(lacks.Cells)
		}
	}
	switch {
	case r.isEmpty() && missing != nil:
		return nil, missing
	case r.isEmpty():
		return nil, s.allRefused(errs)
	}
	r.conclude()
	if missing != nil {
		return r, missing
	}
	return r, nil
}

func (s *Sweep) newResult() *Result {
	r := &Result{Title: s.Title, Design: s.Design, Keys: s.Keys, Watched: s.Watched(), Level: levelOf(s.Points[0].Study)}
	for i := range s.Points {
		for _, p := range s.Points[i].Study.Placements {
			if !slices.Contains(r.placements, p.Name) {
				r.placements = append(r.placements, p.Name)
			}
		}
	}
	return r
}

// add adds a point: its comparison, or why there is none.
func (r *Result) add(values []Value, c *edgewise.Comparison, why error) {
	of := PointResult{Values: values, Comparison: c}
	if why != nil {
		of.Comparison, of.Refused = nil, why.Error()
	}
	if of.Comparison != nil {
		forgetDistributions(c)
	}
	r.Points = append(r.Points, of)
}

// isEmpty reports whether no point has a comparison.
func (r *Result) isEmpty() bool {
	return !slices.ContainsFunc(r.Points, func(p PointResult) bool { return p.Comparison != nil })
}

// isWatched says which figures keep what each replication says.
func isWatched(watched []Watch) func(edgewise.Label) bool {
	return func(label edgewise.Label) bool {
		return slices.ContainsFunc(watched, func(w Watch) bool { return w.Metric == label.Metric && w.Statistic == label.Statistic })
	}
}

// union adds cells that a list does not have.
func union(cells, more []edgewise.Cell) []edgewise.Cell {
	has := make(map[edgewise.Cell]bool)
	for _, c := range cells {
		has[c] = true
	}
	for _, c := range more {
		if !has[c] {
			cells = append(cells, c)
		}
	}
	return cells
}

// forgetDistributions lets go of what takes most memory, and no table of a sweep has.
func forgetDistributions(c *edgewise.Comparison) {
	for p := range c.Placements {
		for w := range c.Placements[p].Workloads {
			c.Placements[p].Workloads[w].Latency = nil
		}
	}
}

func levelOf(s *edgewise.Study) float64 {
	if s.Level == 0 {
		return 0.95
	}
	return s.Level
}

// conclude asks the questions of the sweep.
func (r *Result) conclude() {
	if r.isLine() {
		r.Crossings, r.Targets = r.crossings(), r.targets()
		return
	}
	r.Influences = r.influences()
}

// isLine reports whether the points lie on a line, along the first key.
func (r *Result) isLine() bool {
	return r.Keys[0].IsNumber && (len(r.Keys) == 1 || r.Design == Zip)
}

// Placements returns the names of the placements that are compared at some point, in the order of the studies: the first is the
// baseline, but at points where it is refused.
func (r *Result) Placements() (names []string) {
	for _, name := range r.placements {
		if slices.ContainsFunc(r.Points, func(p PointResult) bool { return p.has(name) }) {
			names = append(names, name)
		}
	}
	return names
}

// has reports whether a placement is compared at the point.
func (p *PointResult) has(placement string) bool {
	return p.Comparison != nil && slices.ContainsFunc(p.Comparison.Placements, func(of edgewise.PlacementResult) bool { return of.Name == placement })
}

// Difference returns the paired difference of a placement's figure from that of another placement, of all users; false where there is
// none, as at points where the other is not the baseline.
func (p *PointResult) Difference(placement, from string, w Watch) (stats.Estimate, bool) {
	f, ok := p.Figure(placement, w, "")
	if !ok || f.Difference == nil || p.Comparison.Placements[0].Name != from {
		return stats.Estimate{}, false
	}
	return *f.Difference, f.Difference.HasValue()
}

// Figure returns a figure of a placement at a point, of all users or of a metro, given by its id; false where there is none.
func (p *PointResult) Figure(placement string, w Watch, metro string) (edgewise.Figure, bool) {
	if p.Comparison == nil {
		return edgewise.Figure{}, false
	}
	of := p.Comparison.Placement(placement).Workload(w.Workload)
	if of.Err() != nil {
		return edgewise.Figure{}, false
	}
	figures := of.Figures
	if metro != "" {
		figures = of.Metro(metro).Figures
	}
	f, ok := figures.Find(w.Metric, w.Statistic)
	return f, ok && f.HasValue()
}

// Metros returns the metros that a watch looks at, besides all users: those of the first point that has any.
func (r *Result) Metros(w Watch) []edgewise.Place {
	if !w.ByMetro {
		return nil
	}
	for _, p := range r.Points {
		if p.Comparison != nil {
			return p.Comparison.Metros
		}
	}
	return nil
}

// Why says why a point has no comparison.
func (p *PointResult) Why() string {
	if p.Refused != "" {
		return p.Refused
	}
	return fmt.Sprintf("%d cells have not run", p.Missing)
}
