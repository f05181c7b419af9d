package search

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

const (
	// mostTabulated and mostCompiled are how many alternatives are all looked at, by what one of them takes: some seconds in all.
	mostTabulated = 5e6
	mostCompiled  = 10_000
	// mostSampled is how many are where the market of each is run.
	mostSampled = 1000
	// mostBilled is how many are where every one is billed.
	mostBilled = 50_000
	// mostAgain, mostBilledAgain and mostCompiledAgain are the same where the search is made again and again, with what is given moved.
	mostAgain         = 20_000
	mostBilledAgain   = 1000
	mostCompiledAgain = 200
	// starts is how often a search by swaps begins anew.
	starts = 12
)

// A finding is what the surrogate has found.
type finding struct {
	// ranked are the best alternatives that keep the constraints, the best first; of two objectives the front, by the first.
	ranked []scored
	// nearly are those that miss the bounds by least, where none keeps them.
	nearly []scored
	// scored is how many alternatives were looked at, total how many there are.
	scored, total float64
	// bound is what no alternative is better than, in the unit of the objective; NaN where none is known. It is the value of
	// the best where all were looked at.
	bound float64
	// bounds are the same of both objectives, where there are two, and lines what their costs keep.
	bounds []float64
	lines  []line
	// isWhole says that all were looked at.
	isWhole bool
	// refused counts those that cannot be chosen at all.
	refused refusals
}

// explore looks for the best alternatives, as many as are kept.
func (sp *space) explore(ctx context.Context, kept int) (*finding, error) {
	total := count(len(sp.Candidates), sp.Least, sp.Most)
	limit := float64(mostTabulated)
	switch {
	case sp.near == nil && sp.isAgain:
		limit = mostCompiledAgain
	case sp.near == nil && sp.samplesEach():
		limit = mostSampled
	case sp.near == nil:
		limit = mostCompiled
	case sp.ranksByMoney() && sp.isAgain:
		limit = mostBilledAgain
	case sp.ranksByMoney():
		limit = mostBilled
	case sp.isAgain:
		limit = mostAgain
	}
	if total <= limit {
		return sp.exhaust(ctx, kept, total)
	}
	return sp.swap(ctx, kept, total)
}

// ranksByMoney reports whether an objective is the bill: then all alternatives are billed, else those that are among the best so far.
func (sp *space) ranksByMoney() bool {
	return slices.ContainsFunc(sp.objectives, func(f *figure) bool { return f.isMoney })
}

// A ranking keeps the best alternatives that it is shown.
type ranking struct {
	space *space
	kept  int
	best  []scored
	// nearly is as in a finding.
	nearly  []scored
	shown   float64
	refused refusals
}

// before orders alternatives: by the objectives, and where these are equal by their candidates.
func (sp *space) before(a, b *scored) int {
	for k := range sp.objectives {
		if c := cmp.Compare(sp.cost(k, a.values[k]), sp.cost(k, b.values[k])); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(a.set), len(b.set)), slices.Compare(a.set, b.set))
}

// show takes an alternative.
func (r *ranking) show(s scored) {
	r.shown++
	if s.broken != "" {
		switch {
		case math.IsInf(s.misses, 1):
			r.refused.add(s.broken, 1)
		case len(r.best) == 0:
			r.nearly = put(r.nearly, s, r.kept, r.space.nearer)
		}
		return
	}
	if len(r.space.objectives) == 2 {
		r.showFront(s)
		return
	}
	r.best = put(r.best, s, r.kept, r.space.before)
}

// put takes an alternative into a list of the first in an order, as many as are kept.
func put(all []scored, s scored, kept int, before func(a, b *scored) int) []scored {
	if len(all) == kept && before(&s, &all[kept-1]) >= 0 {
		return all
	}
	i, found := slices.BinarySearchFunc(all, s, func(a, b scored) int { return before(&a, &b) })
	if found {
		return all // a set that was shown before
	}
	all = slices.Insert(all, i, s)
	return all[:min(len(all), kept)]
}

// nearer orders alternatives that do not keep the bounds: by how much they miss them.
func (sp *space) nearer(a, b *scored) int {
	return cmp.Or(cmp.Compare(a.misses, b.misses), sp.before(a, b))
}

// showFront takes an alternative into the front if no other is as good in both objectives, and those out that it is as good as.
func (r *ranking) showFront(s scored) {
	x, y := r.space.cost(0, s.values[0]), r.space.cost(1, s.values[1])
	for i := range r.best {
		if r.space.cost(0, r.best[i].values[0]) <= x && r.space.cost(1, r.best[i].values[1]) <= y {
			return
		}
	}
	r.best = slices.DeleteFunc(r.best, func(o scored) bool {
		return r.space.cost(0, o.values[0]) >= x && r.space.cost(1, o.values[1]) >= y
	})
	i, _ := slices.BinarySearchFunc(r.best, s, func(a, b scored) int { return r.space.before(&a, &b) })
	r.best = slices.Insert(r.best, i, s)
}

// merge takes what another has been shown.
func (r *ranking) merge(o *ranking) {
	shown := r.shown + o.shown
	for why, sets := range o.refused {
		r.refused.add(why, sets)
	}
	for i := range o.best {
		r.show(o.best[i])
	}
	for i := range o.nearly {
		r.show(o.nearly[i])
	}
	r.shown = shown
}

// exhaust looks at all alternatives, on all workers.
func (sp *space) exhaust(ctx context.Context, kept int, total float64) (*finding, error) {
	all := &ranking{space: sp, kept: kept}
	if sp.near == nil {
		var sets [][]int
		near := &nearest{users: 0, options: len(sp.Candidates)}
		if sp.Least == 0 {
			sets = append(sets, nil)
		}
		near.each(max(sp.Least, 1), sp.Most, 0, near.options, func(set []int, _ []uint16) bool {
			sets = append(sets, slices.Clone(set))
			return true
		})
		scores, err := sp.compile(ctx, sets)
		if err != nil {
			return nil, err
		}
		for _, s := range scores {
			all.show(s)
		}
		return sp.found(all, total), nil
	}
	if sp.Least == 0 {
		best := make([]uint16, sp.near.users)
		sp.near.of(nil, best)
		all.show(sp.score(nil, best))
	}
	parts := make([]*ranking, len(sp.Candidates))
	firsts := make(chan int)
	var pool sync.WaitGroup
	for range sp.workers() {
		pool.Go(func() {
			for first := range firsts {
				parts[first] = sp.rankFrom(ctx, first, kept)
			}
		})
	}
	for first := range parts {
		firsts <- first
	}
	close(firsts)
	pool.Wait()
	for _, part := range parts {
		all.merge(part)
	}
	return sp.found(all, total), ctx.Err()
}

func (sp *space) workers() int {
	if sp.study.Workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return sp.study.Workers
}

// rankFrom ranks the alternatives whose first candidate is given.
func (sp *space) rankFrom(ctx context.Context, first, kept int) *ranking {
	r := &ranking{space: sp, kept: kept}
	isOne := len(sp.objectives) == 1 && sp.tables[0].money == nil
	seen := 0
	sp.near.each(max(sp.Least, 1), sp.Most, first, first+1, func(set []int, best []uint16) bool {
		if seen++; seen%4096 == 0 && ctx.Err() != nil {
			return false
		}
		// Most are not among the best, whatever else they are.
		if isOne && len(r.best) == kept && sp.tables[0].isBeyond(best, r.best[kept-1].values[0]) {
			r.shown++
			return true
		}
		r.show(sp.score(set, best))
		return true
	})
	return r
}

// found returns what was found by looking at all.
func (sp *space) found(r *ranking, total float64) *finding {
	f := &finding{ranked: r.best, nearly: r.nearly, scored: r.shown, total: total, bound: math.NaN(), isWhole: true, refused: r.refused}
	if len(r.best) > 0 {
		f.bound = r.best[0].values[0]
	}
	return f
}

// swap looks for good alternatives: greedily, one candidate after another, and then by putting another in the place of one
// for as long as that is better, from several beginnings. With two objectives it does so for several weights of them.
func (sp *space) swap(ctx context.Context, kept int, total float64) (*finding, error) {
	r := &ranking{space: sp, kept: kept}
	w := &swapper{space: sp, ranking: r, ctx: ctx, known: make(map[string]scored)}
	weights := []float64{1}
	if len(sp.objectives) == 2 {
		weights = []float64{1, 0.9, 0.75, 0.5, 0.25, 0.1, 0}
	}
	for _, weight := range weights {
		w.weight = weight
		begin, err := w.begin()
		if err != nil {
			return nil, err
		}
		for start := range starts {
			set := begin
			if start > 0 {
				set = w.shaken(begin, uint64(start))
			}
			if _, err := w.climb(set); err != nil {
				return nil, err
			}
			if (sp.near == nil || sp.isAgain) && start == 1 {
				break // that takes its time
			}
		}
	}
	f := &finding{ranked: r.best, nearly: r.nearly, scored: r.shown, total: total, bound: math.NaN(), refused: r.refused}
	if sp.isAgain || len(r.best) == 0 {
		return f, ctx.Err()
	}
	var err error
	if len(sp.objectives) == 2 {
		err = sp.boundFront(ctx, f)
	} else {
		f.bound, err = sp.bound(ctx, 0, r.best[0].values[0])
	}
	return f, cmp.Or(err, ctx.Err())
}

// A swapper improves alternatives by small steps.
type swapper struct {
	space   *space
	ranking *ranking
	ctx     context.Context
	known   map[string]scored
	// weight is that of the first of two objectives; sizes are what their costs are divided by.
	weight float64
	sizes  [2]float64
}

// begin returns a set to begin with.
func (w *swapper) begin() ([]int, error) {
	if w.space.near != nil || !w.space.isAgain {
		set, err := w.greedy()
		if err == nil {
			w.scale(set)
		}
		return set, err
	}
	w.scale(w.space.begin[0])
	set, _, err := w.best(w.space.begin)
	return set, err
}

// scale takes the size of both objectives at an alternative as one.
func (w *swapper) scale(set []int) {
	if len(w.space.objectives) < 2 || w.sizes != [2]float64{} {
		return
	}
	if s, err := w.score([][]int{set}); err == nil {
		for k := range w.sizes {
			w.sizes[k] = math.Max(math.Abs(s[0].values[k]), 1e-9)
		}
	}
}

// score returns what to expect of sets, each of which is in order.
func (w *swapper) score(sets [][]int) ([]scored, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	all := make([]scored, len(sets))
	var missing [][]int
	var where []int
	best := []uint16(nil)
	for i, set := range sets {
		if s, ok := w.known[keyOf(set)]; ok {
			all[i] = s
			continue
		}
		if w.space.near == nil {
			missing, where = append(missing, set), append(where, i)
			continue
		}
		if best == nil {
			best = make([]uint16, w.space.near.users)
		}
		w.space.near.of(set, best)
		all[i] = w.learn(w.space.score(set, best))
	}
	if missing == nil {
		return all, nil
	}
	scores, err := w.space.compile(w.ctx, missing)
	for k, s := range scores {
		all[where[k]] = w.learn(s)
	}
	return all, err
}

// mostKnown bounds the alternatives that are remembered.
const mostKnown = 1 << 20

func (w *swapper) learn(s scored) scored {
	if len(w.known) < mostKnown {
		w.known[keyOf(s.set)] = s
	}
	if n := len(s.set); n >= w.space.Least && n <= w.space.Most {
		w.ranking.show(s)
	}
	return s
}

func keyOf(set []int) string {
	key := make([]byte, 0, 2*len(set))
	for _, i := range set {
		key = append(key, byte(i), byte(i>>8))
	}
	return string(key)
}

// cost is what is made small. What does not keep the constraints costs more than all that does.
func (w *swapper) cost(s *scored) float64 {
	cost := w.space.cost(0, s.values[0])
	if len(w.space.objectives) == 2 && w.sizes != [2]float64{} {
		cost = float64(w.weight*cost/w.sizes[0]) + float64((1-w.weight)*w.space.cost(1, s.values[1])/w.sizes[1])
	}
	if s.broken != "" {
		cost += float64(1e6 * (1 + math.Abs(cost)) * (1 + math.Min(s.misses, 1e3)))
	}
	return cost
}

// greedy adds the best candidate again and again, until there are as many as may be or none makes it better.
func (w *swapper) greedy() ([]int, error) {
	var set []int
	last := math.Inf(1)
	for len(set) < w.space.Most {
		var sets [][]int
		for i := range w.space.Candidates {
			if !slices.Contains(set, i) {
				sets = append(sets, sorted(append(slices.Clone(set), i)))
			}
		}
		best, cost, err := w.best(sets)
		if err != nil {
			return nil, err
		}
		if len(set) >= w.space.Least && cost >= last {
			break
		}
		set, last = best, cost
	}
	return set, nil
}

func (w *swapper) best(sets [][]int) (best []int, cost float64, err error) {
	scores, err := w.score(sets)
	cost = math.Inf(1)
	for i := range scores {
		if c := w.cost(&scores[i]); best == nil || c < cost {
			best, cost = scores[i].set, c
		}
	}
	return best, cost, err
}

// climb makes the best step for as long as it is one up: another candidate in the place of one, one more, or one less.
func (w *swapper) climb(set []int) ([]int, error) {
	scores, err := w.score([][]int{set})
	if err != nil {
		return nil, err
	}
	last := w.cost(&scores[0])
	for {
		best, cost, err := w.best(w.neighbours(set))
		if err != nil {
			return nil, err
		}
		if best == nil || !(cost < last-float64(1e-12*math.Abs(last))) {
			return set, nil
		}
		set, last = best, cost
	}
}

func (w *swapper) neighbours(set []int) (all [][]int) {
	for i := range w.space.Candidates {
		if slices.Contains(set, i) {
			continue
		}
		for k := range set {
			other := slices.Clone(set)
			other[k] = i
			all = append(all, sorted(other))
		}
		if len(set) < w.space.Most {
			all = append(all, sorted(append(slices.Clone(set), i)))
		}
	}
	if len(set) > max(w.space.Least, 1) {
		for k := range set {
			all = append(all, slices.Delete(slices.Clone(set), k, k+1))
		}
	}
	return all
}

// shaken returns a set with a part of its candidates exchanged by chance.
func (w *swapper) shaken(set []int, start uint64) []int {
	draws := random.New(w.space.study.Seed, start, random.Entity("candidates"), purpose.Named("search"))
	other := slices.Clone(set)
	for range max(1, len(set)/2) {
		i := int(draws.Float64() * float64(len(w.space.Candidates)))
		if len(other) > 0 && !slices.Contains(other, i) {
			other[int(draws.Float64()*float64(len(other)))] = i
		}
	}
	return sorted(other)
}

func sorted(set []int) []int {
	slices.Sort(set)
	return set
}
