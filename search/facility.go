package search

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// A facility is the problem of users who each go to an open site, where sites cost something by themselves and by who goes there: between
// least and most of the options are open, and those behind them, which are fixed, always. Costs are such that no alternative of the search
// costs less than the facility problem says.
type facility struct {
	users, least, most int
	options, fixed     []opening
	// constant is what all choices cost.
	constant float64
}

// An opening is a site: what it costs when it is open.
type opening struct {
	// always is paid in any case. Its servers cost least at least, however few use them, and no less than some and what is for each user.
	always, least, some float64
	goers               []goer
	// hasServers says that some of it is for servers whose number follows from who goes there.
	hasServers bool
}

// A goer is a user who may go to a site.
type goer struct {
	user int
	// cost is for him, work what servers cost for him beyond some.
	cost, work float64
	// must says that he goes nowhere else if the site is open: it is his nearest of all.
	must bool
}

// serverWeights are how the two costs of servers are weighed: they cost no less than either, so no less than any mean of the two.
var serverWeights = []float64{0, 0.25, 0.5, 0.75, 1}

// relax returns the least that a site adds at some prices that users pay for being served, and the weight at which that is so.
func (o *opening) relax(prices []float64) (value, weight float64) {
	value = math.Inf(-1)
	try := serverWeights
	if !o.hasServers {
		try = serverWeights[:1]
	}
	for _, w := range try {
		sum := o.always + float64(w*o.least) + float64((1-w)*o.some)
		for i := range o.goers {
			g := &o.goers[i]
			if d := g.cost + float64((1-w)*g.work) - prices[g.user]; d < 0 || g.must {
				sum += d
			}
		}
		if sum > value {
			value, weight = sum, w
		}
	}
	return value, weight
}

// serve counts whom a site serves in the relaxed problem.
func (o *opening) serve(prices, served []float64, weight float64) {
	for i := range o.goers {
		g := &o.goers[i]
		if g.must || g.cost+float64((1-weight)*g.work) < prices[g.user] {
			served[g.user]++
		}
	}
}

// bound returns a cost that no choice is below: Lagrangian relaxation as in [median.bound], here of sites with costs of their own.
func (f *facility) bound(ctx context.Context, known float64) float64 {
	prices := f.firstPrices()
	served := make([]float64, f.users)
	best, step, since := math.Inf(-1), 1.0, 0
	for range rounds {
		if ctx.Err() != nil {
			break
		}
		value := f.relax(prices, served)
		if value > best {
			best, since = value, 0
		} else if since++; since == 15 {
			step, since = step/2, 0
		}
		gap, norm := known-value, 0.0
		for _, n := range served {
			norm += float64((1 - n) * (1 - n))
		}
		if norm == 0 || gap <= 1e-9*math.Abs(known) || step < 1e-4 {
			break
		}
		for u, n := range served {
			prices[u] += float64(step * 1.05 * gap / norm * (1 - n))
		}
	}
	return math.Min(best, known)
}

// firstPrices are what users cost at the second best site.
func (f *facility) firstPrices() []float64 {
	first, second := slices.Repeat([]float64{math.Inf(1)}, f.users), slices.Repeat([]float64{math.Inf(1)}, f.users)
	for _, all := range [][]opening{f.options, f.fixed} {
		for i := range all {
			for _, g := range all[i].goers {
				switch c := g.cost + g.work; {
				case c < first[g.user]:
					first[g.user], second[g.user] = c, first[g.user]
				case c < second[g.user]:
					second[g.user] = c
				}
			}
		}
	}
	for u := range second {
		if math.IsInf(second[u], 1) {
			second[u] = first[u]
		}
		if math.IsInf(second[u], 1) {
			second[u] = 0 // nobody is there
		}
	}
	return second
}

// relax returns the value of the relaxed problem at some prices, and by how many sites each user is served in it.
func (f *facility) relax(prices, served []float64) float64 {
	clear(served)
	value := f.constant
	for _, p := range prices {
		value += p
	}
	for i := range f.fixed {
		v, weight := f.fixed[i].relax(prices)
		value += v
		f.fixed[i].serve(prices, served, weight)
	}
	type relaxed struct {
		option        int
		value, weight float64
	}
	all := make([]relaxed, len(f.options))
	for i := range f.options {
		v, weight := f.options[i].relax(prices)
		all[i] = relaxed{i, v, weight}
	}
	slices.SortFunc(all, func(a, b relaxed) int { return cmp.Or(cmp.Compare(a.value, b.value), a.option-b.option) })
	for i, o := range all[:min(f.most, len(all))] {
		if i >= f.least && o.value >= 0 {
			break
		}
		value += o.value
		f.options[o.option].serve(prices, served, o.weight)
	}
	return value
}
