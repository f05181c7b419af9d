package search

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// A median is the problem of the p-median: of the options so many are opened, and every user goes to the one that costs him least. Its
// best cost is no more than that of users who go to the nearest, whatever that costs them.
type median struct {
	users, options, most int
	// costs holds what an option costs a user at [option*users+user], fixed what the best of what is open in any case does.
	costs []float32
	fixed []float32
}

// medianOf returns the problem of a figure, times a sign.
func medianOf(n *nearest, s *sum, sign float64, most int) *median {
	m := &median{users: n.users, options: n.options, most: most, costs: make([]float32, len(n.rank)), fixed: make([]float32, n.users)}
	for u := range n.users {
		m.fixed[u] = float32(math.Inf(1))
		if int(n.fixed[u]) < s.width-1 {
			m.fixed[u] = float32(sign * float64(s.values[u*s.width+int(n.fixed[u])]))
		}
		for o := range n.options {
			m.costs[o*n.users+u] = float32(sign * float64(s.values[u*s.width+int(n.rank[o*n.users+u])]))
		}
	}
	return m
}

func (m *median) column(option int) []float32 {
	return m.costs[option*m.users : (option+1)*m.users]
}

// rounds of the subgradient method.
const rounds = 600

// bound returns a cost that none is below, where one that is known is as given.
func (m *median) bound(ctx context.Context, known float64) float64 {
	return math.Min(m.relaxed(ctx, known), known)
}

// relaxed returns a cost that none is below, by Lagrangian relaxation: that every user goes somewhere is not demanded but paid for, by
// prices that are moved against what they bring about, until they prove that nothing is below a target by more than a
// little (Cornuéjols, Fisher and Nemhauser, Location of Bank Accounts to Optimize Float, Management Science 23, 1977; Held, Wolfe and
// Crowder, Validation of Subgradient Optimization, Mathematical Programming 6, 1974). Above the target, it proves that none reaches it.
func (m *median) relaxed(ctx context.Context, target float64) float64 {
	prices := m.firstPrices()
	saved := make([]float64, m.options)
	order := make([]int, m.options)
	served := make([]int, m.users)
	best, step, since := math.Inf(-1), 1.0, 0
	for range rounds {
		if ctx.Err() != nil {
			break
		}
		value := m.relax(prices, saved, order, served)
		if value > best {
			best, since = value, 0
		} else if since++; since == 15 {
			step, since = step/2, 0
		}
		gap := target - value
		norm := 0.0
		for _, n := range served {
			norm += float64((1 - n) * (1 - n))
		}
		if norm == 0 || gap <= 1e-9*math.Abs(target) || step < 1e-4 {
			break
		}
		for u, n := range served {
			prices[u] += float64(step * 1.05 * gap / norm * float64(1-n))
			if float64(m.fixed[u]) < prices[u] {
				prices[u] = float64(m.fixed[u]) // more is never paid
			}
		}
	}
	return best
}

// firstPrices are what users pay at the second best option.
func (m *median) firstPrices() []float64 {
	prices := make([]float64, m.users)
	for u := range prices {
		first, second := float64(m.fixed[u]), math.Inf(1)
		for o := range m.options {
			c := float64(m.costs[o*m.users+u])
			switch {
			case c < first:
				first, second = c, first
			case c < second:
				second = c
			}
		}
		prices[u] = math.Min(second, float64(m.fixed[u]))
		if math.IsInf(prices[u], 1) {
			prices[u] = first
		}
	}
	return prices
}

// relax returns the value of the relaxed problem at some prices, and to how many open options each user goes in it.
func (m *median) relax(prices, saved []float64, order, served []int) float64 {
	value := 0.0
	for u, p := range prices {
		value += p
		served[u] = 0
		if c := float64(m.fixed[u]); c < p {
			value += c - p
			served[u] = 1
		}
	}
	for o := range saved {
		sum := 0.0
		for u, c := range m.column(o) {
			if d := float64(c) - prices[u]; d < 0 {
				sum += d
			}
		}
		saved[o], order[o] = sum, o
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case saved[a] < saved[b]:
			return -1
		case saved[a] > saved[b]:
			return 1
		}
		return a - b
	})
	for _, o := range order[:min(m.most, len(order))] {
		value += saved[o]
		for u, c := range m.column(o) {
			if float64(c) < prices[u] {
				served[u]++
			}
		}
	}
	return value
}

// A Median is what [PMedian] finds.
type Median struct {
	// Open are the options that are opened, in order; Cost is the sum over users of what the best of them costs.
	Open []int
	Cost float64
	// Bound is a cost that no choice is below.
	Bound float64
}

// PMedian opens p of some options so that the sum over users of what the best open option costs is as small as can be found:
// greedily, then by swaps, from several beginnings that a seed draws, until the bound is met. costs holds what an option costs a user, at
// [user][option]: all rows are equally long, and p is 1 to that length.
func PMedian(ctx context.Context, costs [][]float64, p int, seed uint64) (Median, error) {
	m, err := newMedian(costs, p)
	if err != nil {
		return Median{}, err
	}
	open := m.greedy()
	m.climb(open)
	best := slices.Clone(open)
	cost := m.cost(best)
	bound := m.bound(ctx, cost)
	draws := random.New(seed, 0, random.Entity("options"), purpose.Named("p-median"))
	for range 30 {
		if ctx.Err() != nil || cost-bound < 1e-6*math.Abs(cost) {
			break
		}
		// Some are exchanged by chance, and the best that swaps make of that is taken if it is better.
		open := slices.Clone(best)
		for range max(1, p/6) {
			if o := int(draws.Float64() * float64(m.options)); !slices.Contains(open, o) {
				open[int(draws.Float64()*float64(p))] = o
			}
		}
		m.climb(open)
		if c := m.cost(open); c < cost {
			best, cost = open, c
		}
	}
	slices.Sort(best)
	return Median{Open: best, Cost: cost, Bound: bound}, ctx.Err()
}

func (m *median) cost(open []int) float64 {
	sum := 0.0
	for u := range m.users {
		least := m.fixed[u]
		for _, o := range open {
			least = min(least, m.costs[o*m.users+u])
		}
		sum += float64(least)
	}
	return sum
}

// greedy opens the option that saves most, again and again.
func (m *median) greedy() (open []int) {
	now := slices.Clone(m.fixed)
	for len(open) < m.most {
		best, least := -1, math.Inf(1)
		for o := range m.options {
			if slices.Contains(open, o) {
				continue
			}
			sum := 0.0
			for u, c := range m.column(o) {
				sum += float64(min(c, now[u]))
			}
			if best < 0 || sum < least {
				best, least = o, sum
			}
		}
		open = append(open, best)
		for u, c := range m.column(best) {
			now[u] = min(now[u], c)
		}
	}
	return open
}

// climb makes the best swap for as long as there is one that saves something: for each option that may come in, one look at all users
// says what every one that may go for it costs (Whitaker, A Fast Algorithm for the Greedy Interchange for Large-Scale Clustering and Median
// Location Problems, INFOR 21, 1983).
func (m *median) climb(open []int) {
	first, second := make([]int, m.users), make([]float64, m.users)
	least := make([]float64, m.users)
	lost := make([]float64, len(open))
	for {
		for u := range m.users {
			first[u], least[u], second[u] = -1, float64(m.fixed[u]), float64(m.fixed[u])
			for k, o := range open {
				c := float64(m.costs[o*m.users+u])
				switch {
				case c < least[u]:
					first[u], second[u], least[u] = k, least[u], c
				case c < second[u]:
					second[u] = c
				}
			}
		}
		bestIn, bestOut, bestGain := -1, -1, 1e-9
		for o := range m.options {
			if slices.Contains(open, o) {
				continue
			}
			gain := 0.0
			clear(lost)
			for u, c := range m.column(o) {
				x := float64(c)
				if x < least[u] {
					gain += least[u] - x
				} else if first[u] >= 0 {
					lost[first[u]] += min(x, second[u]) - least[u]
				}
			}
			for k := range lost {
				if g := gain - lost[k]; g > bestGain {
					bestIn, bestOut, bestGain = o, k, g
				}
			}
		}
		if bestIn < 0 {
			return
		}
		open[bestOut] = bestIn
	}
}

func newMedian(costs [][]float64, p int) (*median, error) {
	if len(costs) == 0 || len(costs[0]) == 0 {
		return nil, fmt.Errorf("search: %w", invalid.New("costs", "empty", "one user and one option, or more"))
	}
	m := &median{users: len(costs), options: len(costs[0]), most: p, fixed: make([]float32, len(costs))}
	if p < 1 || p > m.options {
		return nil, fmt.Errorf("search: %w", invalid.New("p", p, "1 to %d, the number of options", m.options))
	}
	m.costs = make([]float32, m.users*m.options)
	for u, row := range costs {
		if len(row) != m.options {
			return nil, fmt.Errorf("search: %w", invalid.New(fmt.Sprintf("costs[%d]", u), fmt.Sprintf("%d options", len(row)), "%d, as the first user has", m.options))
		}
		m.fixed[u] = float32(math.Inf(1))
		for o, c := range row {
			if math.IsNaN(c) || math.IsInf(c, 0) {
				return nil, fmt.Errorf("search: %w", invalid.New(fmt.Sprintf("costs[%d][%d]", u, o), c, "a finite number"))
			}
			m.costs[o*m.users+u] = float32(c)
		}
	}
	return m, nil
}
