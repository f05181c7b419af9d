package stats

import (
	"cmp"
	"slices"
)

// Ranks returns the ranks of values, from 1; equal ones share the mean of theirs.
func Ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	ranks := make([]float64, len(values))
	for i := 0; i < len(order); {
		end := i
		for end+1 < len(order) && values[order[end+1]] == values[order[i]] {
			end++
		}
		for k := i; k <= end; k++ {
			ranks[order[k]] = float64(float64(i+end)/2) + 1
		}
		i = end + 1
	}
	return ranks
}
