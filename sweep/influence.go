package sweep

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/edgewise-sim/edgewise/stats"
)

// An Influence says how much the keys move a figure of a placement, or its difference from the baseline.
type Influence struct {
	Watch
	Placement string
	// IsDifference says that it is of the paired difference from the baseline.
	IsDifference bool
	// Points is how many points it is made of.
	Points int
	// Fit is the share of the variance between points that straight lines in all keys explain, RankFit the same of ranks. Where it is
	// low the effects say little.
	Fit, RankFit float64
	// Effects are those of the keys, in their order.
	Effects []Effect
}

// An Effect is what one key does to a figure, all others held.
type Effect struct {
	// Key is the number of the key.
	Key int
	// Estimate is by how much the figure is greater at the highest value of the key than at the lowest, by least squares. Its interval
	// is Student's, over points or over replications, whichever is wider: what straight lines leave at the points, and what the users
	// that all points share make of a replication. N is the number of points.
	stats.Estimate
	// Rank is the correlation of ranks of the key and the figure, -1 to 1 (Spearman, American Journal of Psychology 15, 1904): it holds
	// for what rises or falls, straight or not. Where keys lie independently of each other, as in a grid, it is the standardised
	// coefficient of a regression of ranks, too, which else may be beyond 1.
	Rank float64
}

func (r *Result) influences() (all []Influence) {
	if slices.ContainsFunc(r.Keys, func(k Key) bool { return !k.IsNumber }) {
		return nil
	}
	placements := r.Placements()
	for _, w := range r.Watched {
		for i, placement := range placements {
			ask := func(isDifference bool) {
				var rows, replicates [][]float64
				var y []float64
				for k := range r.Points {
					p := &r.Points[k]
					f, ok := p.Figure(placement, w, "")
					value, each := f.Value, f.Replicates
					if isDifference {
						var d stats.Estimate
						d, ok = p.Difference(placement, placements[0], w)
						value = d.Value
						base, _ := p.Figure(placements[0], w, "")
						if len(each) != len(base.Replicates) {
							each = nil // not paired
						} else {
							each = less(each, base.Replicates)
						}
					}
					if !ok {
						continue
					}
					var row []float64
					for n, v := range p.Values {
						row = append(row, r.axisOf(n, v.Number))
					}
					rows, y, replicates = append(rows, row), append(y, value), append(replicates, each)
				}
				of := Influence{Watch: w, Placement: placement, IsDifference: isDifference, Points: len(y)}
				if of.regress(rows, y, replicates, r.Level) {
					all = append(all, of)
				}
			}
			ask(false)
			if i > 0 {
				ask(true)
			}
		}
	}
	return all
}

// axisOf returns where a value of a key is on its axis.
func (r *Result) axisOf(key int, x float64) float64 {
	if r.Keys[key].IsLog {
		return math.Log10(x)
	}
	return x
}

// regress fills in the effects of figures at points, of which each replication says something, too; false where there are too few
// points to tell them apart, or a key has one value.
func (of *Influence) regress(rows [][]float64, y []float64, replicates [][]float64, level float64) bool {
	if len(y) == 0 {
		return false
	}
	keys := len(rows[0])
	degrees := len(y) - keys - 1
	if degrees < 1 {
		return false
	}
	unit := mat.NewDense(len(y), keys, nil)
	ranks := mat.NewDense(len(y), keys, nil)
	for k := range keys {
		column := make([]float64, len(y))
		for i := range rows {
			column[i] = rows[i][k]
		}
		low, high := slices.Min(column), slices.Max(column)
		if low == high {
			return false
		}
		for i, x := range column {
			unit.Set(i, k, (x-low)/(high-low))
		}
		ranks.SetCol(k, standardised(stats.Ranks(column)))
	}
	coefficients, errors, fit, ok := leastSquares(unit, y)
	if !ok {
		return false
	}
	ofFigure := standardised(stats.Ranks(y))
	_, _, rankFit, isRanked := leastSquares(ranks, ofFigure) // not if the figure is the same at all points
	of.Fit, of.RankFit = fit, rankFit
	t := stats.StudentT(level, degrees)
	shared := spreadOver(replicates, unit, level)
	for k := range keys {
		half := float64(t * errors[k])
		if shared != nil {
			half = max(half, shared[k])
		}
		rank := 0.0
		if isRanked {
			rank = min(max(stat.Correlation(mat.Col(nil, k, ranks), ofFigure, nil), -1), 1) // rounding
		}
		of.Effects = append(of.Effects, Effect{
			Key:      k,
			Estimate: stats.Estimate{Value: coefficients[k], Low: coefficients[k] - half, High: coefficients[k] + half, N: len(y)},
			Rank:     rank,
		})
	}
	return true
}

// spreadOver returns half the widths of the intervals of the coefficients over replications, each of which is fitted by itself; nil where
// points have different replications, or fewer than two.
func spreadOver(replicates [][]float64, x *mat.Dense, level float64) []float64 {
	n, keys := x.Dims()
	runs := len(replicates[0])
	if runs < 2 || slices.ContainsFunc(replicates, func(at []float64) bool { return len(at) != runs }) {
		return nil
	}
	of := make([][]float64, keys) // coefficients by key and replication
	for r := range runs {
		y := make([]float64, n)
		for i := range y {
			y[i] = replicates[i][r]
		}
		coefficients, _, _, ok := leastSquares(x, y)
		if !ok {
			return nil
		}
		for k, c := range coefficients {
			of[k] = append(of[k], c)
		}
	}
	half := make([]float64, keys)
	for k := range half {
		half[k] = stats.MeanOf(of[k], level).HalfWidth()
	}
	return half
}

// leastSquares fits y by the columns of x and a constant. It returns the coefficients of the columns with their standard errors, and
// the share of the variance that they explain; 0 where y does not vary.
func leastSquares(x *mat.Dense, y []float64) (coefficients, errors []float64, fit float64, ok bool) {
	n, keys := x.Dims()
	design := mat.NewDense(n, keys+1, nil)
	for i := range n {
		design.Set(i, keys, 1)
		for k := range keys {
			design.Set(i, k, x.At(i, k))
		}
	}
	var qr mat.QR
	qr.Factorize(design)
	var solved mat.VecDense
	if err := qr.SolveVecTo(&solved, false, mat.NewVecDense(n, y)); err != nil {
		return nil, nil, 0, false // two keys move together
	}
	mean := 0.0
	for _, v := range y {
		mean += v / float64(n)
	}
	var fitted mat.VecDense
	fitted.MulVec(design, &solved)
	var residual, all float64
	for i, v := range y {
		e, d := v-fitted.AtVec(i), v-mean
		residual += float64(e * e)
		all += float64(d * d)
	}
	var inverse mat.Dense
	var normal mat.Dense
	normal.Mul(design.T(), design)
	if err := inverse.Inverse(&normal); err != nil {
		return nil, nil, 0, false
	}
	variance := residual / float64(n-keys-1)
	for k := range keys {
		coefficients = append(coefficients, solved.AtVec(k))
		errors = append(errors, math.Sqrt(max(0, float64(variance*inverse.At(k, k)))))
	}
	if all > 0 {
		fit = max(0, 1-residual/all)
	}
	return coefficients, errors, fit, true
}

// standardised returns values with the mean 0 and the variance 1; all 0 where they do not differ.
func standardised(values []float64) []float64 {
	n := float64(len(values))
	mean, squares := 0.0, 0.0
	for _, v := range values {
		mean += v / n
	}
	all := make([]float64, len(values))
	for i, v := range values {
		all[i] = v - mean
		squares += float64(all[i] * all[i])
	}
	if squares == 0 {
		return all
	}
	sd := math.Sqrt(squares / n)
	for i := range all {
		all[i] /= sd
	}
	return all
}
