package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/batch"
	"github.com/edgewise-sim/edgewise/sweep"
)

// stepsASecond is about how fast a core is.
const stepsASecond = 3e6

// longestFirst sorts cells of some work so that those that a pilot finds to take longest come first: then workers end together.
// It refuses what is beyond bounds, unless that is forced.
func longestFirst(ctx context.Context, work batch.Work, cells []edgewise.Cell, force bool) error {
	var took func(edgewise.Cell) time.Duration
	var err error
	switch work := work.(type) {
	case *batch.Study:
		took, err = timesOfStudy(ctx, work.Study, cells, force)
	case *batch.Search:
		took, err = timesOfStudy(ctx, work.Study.Study, cells, force)
	case *batch.Sweep:
		took, err = timesOfSweep(ctx, work.Sweep, force)
	}
	if err != nil {
		return err
	}
	of := make(map[string]time.Duration)
	for _, c := range cells {
		if _, ok := of[c.Placement]; !ok {
			of[c.Placement] = took(c)
		}
	}
	slices.SortStableFunc(cells, func(a, b edgewise.Cell) int { return -cmp.Compare(of[a.Placement], of[b.Placement]) })
	return nil
}

// timesOfStudy returns about how long cells of a study take.
func timesOfStudy(ctx context.Context, study *edgewise.Study, cells []edgewise.Cell, force bool) (func(edgewise.Cell) time.Duration, error) {
	own := *study // a prediction of these cells, not of the study
	own.Placements, own.Until = nil, nil
	perPlacement := make(map[string]int)
	for _, c := range cells {
		perPlacement[c.Placement]++
	}
	for _, p := range study.Placements {
		if n := perPlacement[p.Name]; n > 0 {
			own.Placements = append(own.Placements, p)
			own.Replications = max(own.Replications, n)
		}
	}
	predicted := own.Predict()
	if !force {
		if err := checkBounds(&own, predicted); err != nil {
			return nil, &usageError{err}
		}
	}
	// A pilot that takes more than a fiftieth of the work is not worth the order that it finds.
	seconds := min(predicted.All.Steps()/stepsASecond/50, pilotBudget.Seconds())
	if budget := time.Duration(seconds * float64(time.Second)); budget > 0 {
		if err := own.Pilot(ctx, predicted, budget); err != nil {
			return nil, unlessStopped(ctx, err)
		}
	}
	took := make(map[string]time.Duration)
	for _, p := range predicted.Placements {
		took[p.Name] = p.Time
	}
	return func(c edgewise.Cell) time.Duration { return took[c.Placement] }, nil
}

// timesOfSweep returns about how long cells of a sweep take: the steps of a run at their point, each as long as a pilot of one point has
// it for the placement or, where that is not known, the same for all.
func timesOfSweep(ctx context.Context, of *sweep.Sweep, force bool) (func(edgewise.Cell) time.Duration, error) {
	predicted, err := predictSweep(ctx, of, force)
	if err != nil {
		return nil, err
	}
	steps := make([]float64, len(of.Points))
	for i := range of.Points {
		steps[i] = of.Points[i].Study.Work().Steps()
	}
	perStep, usual := make(map[string]float64), 1/stepsASecond
	if at := predicted.pilot; at != nil && at.Run.Steps() > 0 {
		sum := 0.0
		for _, p := range at.Placements {
			perStep[p.Name] = p.Time.Seconds() / at.Run.Steps()
			sum += perStep[p.Name]
		}
		usual = sum / float64(len(at.Placements))
	}
	return func(c edgewise.Cell) time.Duration {
		point, own, err := of.PointOf(c)
		if err != nil {
			return 0 // which running it will say
		}
		each, ok := perStep[own.Placement]
		if !ok {
			each = usual
		}
		return time.Duration(min(steps[point]*each, 1e9) * float64(time.Second))
	}, nil
}
