package sweep

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/spatial/r1"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"
)

// GridOf lists the points of a grid, in each the number of the value of every key: the last key changes first.
func GridOf(values []int) ([][]int, error) {
	points := 1
	for _, n := range values {
		if n < 1 || points > MostPoints/n {
			return nil, fmt.Errorf("sweep: a grid of %v values; want %d points at most, and one value of every key at least", values, MostPoints)
		}
		points *= n
	}
	all := make([][]int, points)
	for i := range all {
		all[i] = make([]int, len(values))
		rest := i
		for k := len(values) - 1; k >= 0; k-- {
			all[i][k] = rest % values[k]
			rest /= values[k]
		}
	}
	return all, nil
}

// LatinHypercubeOf draws points of a Latin hypercube, each key between 0 and 1. The same seed gives the same points.
func LatinHypercubeOf(points, keys int, seed uint64) ([][]float64, error) {
	if points < 2 || points > MostPoints || keys < 1 {
		return nil, fmt.Errorf("sweep: a Latin hypercube of %d points and %d keys; want 2 to %d points, and a key at least", points, keys, MostPoints)
	}
	bounds := make([]r1.Interval, keys)
	for i := range bounds {
		bounds[i] = r1.Interval{Min: 0, Max: 1}
	}
	const stream = 0x5eed // apart from what else the seed may be used for
	source := rand.NewPCG(seed, stream)
	sampler := samplemv.LatinHypercube{Q: distmv.NewUniform(bounds, source), Src: source}
	batch := mat.NewDense(points, keys, nil)
	sampler.Sample(batch)
	all := make([][]float64, points)
	for i := range all {
		all[i] = mat.Row(nil, i, batch)
	}
	return all, nil
}
