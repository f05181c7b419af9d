package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
)

// lacks says what the best alternative lacks, as the surrogate sees it: whom it serves worst, what one more site would add, and what all
// candidates together would come to.
func (e *Exploration) lacks(ctx context.Context, a *Answer) (all []string, err error) {
	f := e.problem.objectives[0]
	if !f.isKnown || f.isMoney || len(a.Alternatives) == 0 {
		return nil, nil
	}
	best := e.setOf(&a.Alternatives[0])
	expected, err := e.space.expectation(ctx, e.problem.placed(best), f)
	if err != nil {
		return nil, err
	}
	if worst := e.worstMetros(expected, f); worst != "" {
		all = append(all, worst)
	}
	var more [][]int
	for i := range e.problem.Candidates {
		if !slices.Contains(best, i) {
			more = append(more, sorted(append(slices.Clone(best), i)))
		}
	}
	if len(more) == 0 {
		return all, nil
	}
	scores, err := e.scoreAll(ctx, more)
	if err != nil {
		return nil, err
	}
	first := 0
	for i := range scores {
		if e.space.cost(0, scores[i].values[0]) < e.space.cost(0, scores[first].values[0]) {
			first = i
		}
	}
	added := e.problem.nameOf(difference(scores[first].set, best))
	aside := ""
	if len(e.problem.Constraints) > 0 {
		aside = ", constraints aside"
	}
	all = append(all, fmt.Sprintf("one more site would bring %s from %s to %s at best (%s)%s", f.measure.Name(), f.write(expected.value), f.write(scores[first].values[0]), added, aside))
	whole := make([]int, len(e.problem.Candidates))
	for i := range whole {
		whole[i] = i
	}
	scores, err = e.scoreAll(ctx, [][]int{whole})
	if err != nil {
		return nil, err
	}
	return append(all, fmt.Sprintf("all %d candidates together would come to %s", len(whole), f.write(scores[0].values[0]))), nil
}

// scoreAll returns what to expect of sets as finalists are looked at: with the markets of games run, where that was done of them.
func (e *Exploration) scoreAll(ctx context.Context, sets [][]int) ([]scored, error) {
	if e.sampled > 0 {
		return e.space.compile(ctx, sets)
	}
	return e.space.scoreAll(ctx, sets)
}

// worstMetros names the metros that are served worst.
func (e *Exploration) worstMetros(x *expectation, f *figure) string {
	metros := e.metros()
	var order []int
	for m, value := range x.metros {
		if !math.IsNaN(value) {
			order = append(order, m)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if f.base.Better == edgewise.More {
			return cmp.Compare(x.metros[a], x.metros[b])
		}
		return cmp.Compare(x.metros[b], x.metros[a])
	})
	var worst []string
	for _, m := range order[:min(3, len(order))] {
		worst = append(worst, fmt.Sprintf("%s %s (from %s)", metros[m], f.write(x.metros[m]), x.sites[m]))
	}
	if len(worst) == 0 {
		return ""
	}
	return "served worst: " + strings.Join(worst, ", ")
}
