package search

import (
	"context"
	"math"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement/tariff"
)

// bound returns what no alternative is better than in an objective, in its unit, where the best that is known is so good; NaN where that is
// not known. Constraints only make it worse, so that they are left out, but for the number of candidates.
func (sp *space) bound(ctx context.Context, objective int, best float64) (float64, error) {
	f := sp.objectives[objective]
	if sp.near == nil {
		return sp.looseBound(ctx, objective, best)
	}
	t := &sp.tables[objective]
	sign := 1.0
	if f.better == edgewise.More {
		sign = -1
	}
	switch {
	case t.money != nil && sign > 0:
		weights := make([]float64, len(sp.objectives))
		weights[objective] = 1
		return sp.weighedBound(ctx, weights, best)
	case t.money != nil:
		return math.NaN(), nil
	case t.isWorst:
		bound := centerOf(sp.near, &t.sums[0], sp.Most).bound()
		if t.base.Deadline > 0 {
			bound = -bound // of shares the table has the negative, so that the largest is the worst
		}
		return bound, nil
	case t.base.Q == 0:
		return sign * medianOf(sp.near, &t.sums[0], sign, sp.Most).bound(ctx, sign*best), nil
	case sign < 0:
		return math.NaN(), nil
	}
	return leastLevel(t.levels, t.base.Q, func(level int) float64 {
		return -medianOf(sp.near, &t.sums[level], -1, sp.Most).relaxed(ctx, -t.base.Q)
	}), nil
}

// leastLevel returns the least of some levels that a quantile may be at, as far as the most of the users who may be within a level are known.
func leastLevel(levels []float64, q float64, most func(level int) float64) float64 {
	low, high := 0, len(levels)-1
	for low < high {
		if middle := (low + high) / 2; most(middle) < q {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return levels[max(low-1, 0)]
}

// weighedBound returns what the costs of the objectives, each times a weight, come to at least.
func (sp *space) weighedBound(ctx context.Context, weights []float64, known float64) (float64, error) {
	f, err := sp.facilityOf(weights, true)
	if err != nil {
		return 0, err
	}
	bound := f.bound(ctx, known)
	for k, weight := range weights {
		if weight == 0 || sp.tables[k].money == nil || sp.study.Billing.Plan == tariff.PayAsYouGo {
			continue
		}
		fee := sp.study.Billing.Book.LeastFee()
		if math.IsInf(fee, 1) {
			continue
		}
		// A plan may take the place of all that is by use.
		if f, err = sp.facilityOf(weights, false); err != nil {
			return 0, err
		}
		f.constant += float64(weight * fee)
		bound = math.Min(bound, f.bound(ctx, known))
	}
	return bound, nil
}
