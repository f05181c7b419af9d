package search

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// A center is users of whom the one who is worst off counts (Hakimi, Operations Research 12, 1964: the p-center). Costs are those of a
// [sum], of all ranks that a set can open to a user.
type center struct {
	users, options, most int
	costs                []float64 // at [option*users+user]
	fixed                []float64 // by user; infinite where nothing is open in any case
}

func centerOf(n *nearest, s *sum, most int) *center {
	c := &center{users: n.users, options: n.options, most: most, costs: make([]float64, len(n.rank)), fixed: make([]float64, n.users)}
	for u := range n.users {
		c.fixed[u] = math.Inf(1)
		if int(n.fixed[u]) < s.width-1 {
			c.fixed[u] = float64(s.values[u*s.width+int(n.fixed[u])])
		}
		for o := range n.options {
			c.costs[o*n.users+u] = float64(s.values[u*s.width+int(n.rank[o*n.users+u])])
		}
	}
	return c
}

// bound returns a cost that no set of at most so many options is below: the least at which it cannot be shown that one more user than
// there are options would each need an option of his own. It lets users go to whichever open option is best for them, which is never worse
// than what they do. (After Hochbaum and Shmoys, Mathematics of Operations Research 10, 1985, whose bound is of this kind.)
func (c *center) bound() float64 {
	levels := slices.Concat(c.costs, c.fixed)
	slices.Sort(levels)
	levels = slices.Compact(levels)
	n := sort.Search(len(levels), func(i int) bool { return !c.isTooLow(levels[i]) })
	if n == len(levels) {
		return math.Inf(1)
	}
	return levels[n]
}

// isTooLow reports whether it is sure that no set keeps all users at a cost or below.
func (c *center) isTooLow(level float64) bool {
	var alone []int // users who need an option
	within := make([][]int, c.users)
	for u := range c.users {
		if c.fixed[u] <= level {
			continue
		}
		for o := range c.options {
			if c.costs[o*c.users+u] <= level {
				within[u] = append(within[u], o)
			}
		}
		if len(within[u]) == 0 {
			return true
		}
		alone = append(alone, u)
	}
	slices.SortStableFunc(alone, func(a, b int) int { return cmp.Compare(len(within[a]), len(within[b])) })
	taken := make([]bool, c.options)
	needed := 0
	for _, u := range alone {
		if slices.ContainsFunc(within[u], func(o int) bool { return taken[o] }) {
			continue
		}
		for _, o := range within[u] {
			taken[o] = true
		}
		if needed++; needed > c.most {
			return true
		}
	}
	return false
}
