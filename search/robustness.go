package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
)

// moved is by which part what is given is moved, to see what depends on it.
const moved = 0.2

// Robustness says what the surrogate would choose if what is given were other than it is. Nothing of it is simulated.
type Robustness struct {
	// Variations is how many times the search was made again, each time with the demand of every metro and the delays to every site
	// moved, each on its own by up to Part up or down.
	Variations int     `json:"variations"`
	Part       float64 `json:"part"`
	// WithPrices says that prices were moved, too: what is best depends on them.
	WithPrices bool `json:"with_prices,omitempty"`
	// Same is the share of them in which the same sites are the best, Sites how often each is among the best, the most frequent
	// first.
	Same  float64  `json:"same"`
	Sites []Chosen `json:"sites"`
	// Tornado says what each input does to the objective of the sites that are the best as things are, and to what is the best.
	Tornado []Moved `json:"tornado"`
	// AsRouted says that users went to the sites that the routing rule sends them to as things are, also where delays were moved: so it is where
	// alternatives are compiled.
	AsRouted bool `json:"as_routed,omitempty"`
	// AsRuled says that players were where the routing rule sends them, also those of games that choose their sites: games were not run again.
	AsRuled bool `json:"as_ruled,omitempty"`
	// OfFront says that the search has two objectives: Same is the share in which the front is made of the same alternatives, a site is
	// chosen where an alternative of the front has it, and the tornado is of the first objective at the end of the front that is best by it.
	OfFront bool `json:"of_front,omitempty"`
}

// Chosen says how often a site is among the best.
type Chosen struct {
	Site  string  `json:"site"`
	Share float64 `json:"share"`
	// IsBest says that it is as things are.
	IsBest bool `json:"is_best"`
}

// Moved says what one input does.
type Moved struct {
	Input string `json:"input"`
	// Low and High are the objective with the input a fifth less and a fifth more.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// IfLow and IfHigh are the sites that are the best then, absent where they are the same.
	IfLow  []string `json:"if_low,omitempty"`
	IfHigh []string `json:"if_high,omitempty"`
}

// variations returns how many times the search is made again.
func (e *Exploration) variations() int {
	switch n := e.problem.Variations; {
	case n < 0, e.space.samplesEach():
		return 0
	case n > 0:
		return n
	case e.space.near == nil, e.space.ranksByMoney():
		return defaultVariations / 4
	case e.space.near.users*len(e.space.plans) > 20_000:
		return defaultVariations / 4 // each takes its time
	}
	return defaultVariations
}

// vary makes the search again and again.
func (e *Exploration) vary(ctx context.Context) (*Robustness, error) {
	n := e.variations()
	if n == 0 {
		return nil, nil
	}
	r := &Robustness{
		Variations: n, Part: moved, AsRouted: e.space.near == nil, WithPrices: e.space.usesMoney(), AsRuled: e.games != "", OfFront: len(e.problem.objectives) == 2,
	}
	best, _, err := e.bestIf(ctx, factors{}, nil)
	if err != nil {
		return nil, err
	}
	found, err := inParallel(ctx, e.space.workers(), n, func(i int) ([][]int, error) {
		sets, _, err := e.bestIf(ctx, e.draw(i), nil)
		return sets, err
	})
	if err != nil {
		return nil, err
	}
	times := make([]int, len(e.problem.Candidates))
	same := 0
	for _, sets := range found {
		if sameSets(sets, best) {
			same++
		}
		for i := range times {
			if areIn(i, sets) {
				times[i]++
			}
		}
	}
	r.Same = float64(same) / float64(n)
	for i, t := range times {
		if t > 0 || areIn(i, best) {
			r.Sites = append(r.Sites, Chosen{e.problem.Candidates[i].Site, float64(t) / float64(n), areIn(i, best)})
		}
	}
	slices.SortStableFunc(r.Sites, func(a, b Chosen) int { return cmp.Compare(b.Share, a.Share) })
	r.Tornado, err = e.tornado(ctx, best)
	return r, err
}

// areIn reports whether one of some sets has a candidate.
func areIn(candidate int, sets [][]int) bool {
	return slices.ContainsFunc(sets, func(set []int) bool { return slices.Contains(set, candidate) })
}

func sameSets(a, b [][]int) bool { return slices.EqualFunc(a, b, slices.Equal[[]int]) }

// draw moves all that is given by chance: each metro's demand, and the delays to each site.
func (e *Exploration) draw(variation int) factors {
	f := factors{demand: map[string]float64{}, site: map[string]float64{}, price: map[string]float64{}}
	by := func(name string, what string) float64 {
		stream := random.New(e.problem.study.Seed, uint64(variation), random.Entity(name), purpose.Named(what))
		return 1 - moved + float64(2*moved*stream.Float64())
	}
	for _, m := range e.problem.study.Network.OfKind(topology.Metro) {
		id := e.problem.study.Network.At(m).ID
		f.demand[id] = by(id, "demand of a metro, moved")
	}
	for _, site := range e.siteIDs() {
		f.site[site] = by(site, "delays to a site, moved")
		f.price[site] = by(site, "prices at a site, moved")
	}
	return f
}

// siteIDs returns the ids of all sites that are fixed or can be chosen.
func (e *Exploration) siteIDs() []string {
	sites := e.problem.Fixed.AllSites()
	for i := range e.problem.Candidates {
		sites = append(sites, e.problem.Candidates[i].Site)
	}
	return sites
}

// bestIf returns the best set with what is given moved or, of two objectives, those on the front, by the first; and the objective of a set
// of the caller's, if any.
func (e *Exploration) bestIf(ctx context.Context, f factors, of []int) (best [][]int, value float64, err error) {
	sp, err := e.space.moved(f)
	if err != nil {
		return nil, 0, err
	}
	one := *sp.prepared
	one.study.Workers = 1 // others are under way
	sp.prepared = &one
	found, err := sp.explore(ctx, 1)
	if err != nil {
		return nil, 0, err
	}
	ranked := firstOf(found.ranked, found.nearly)
	if len(sp.objectives) == 1 && len(ranked) > 1 {
		ranked = ranked[:1]
	}
	for _, s := range ranked {
		best = append(best, s.set)
	}
	if of == nil {
		return best, 0, nil
	}
	scores, err := sp.scoreAll(ctx, [][]int{of})
	if err != nil {
		return nil, 0, err
	}
	return best, scores[0].values[0], nil
}

// firstOf returns the first list that is not empty.
func firstOf(lists ...[]scored) []scored {
	for _, list := range lists {
		if len(list) > 0 {
			return list
		}
	}
	return nil
}

// mostMetros is of how many metros the demand is moved on its own: those with the largest.
const mostMetros = 6

// tornado moves one input after another, and looks at the first of the best.
func (e *Exploration) tornado(ctx context.Context, sets [][]int) ([]Moved, error) {
	if len(sets) == 0 {
		return nil, nil
	}
	best := sets[0]
	type input struct {
		name string
		of   func(factor float64) factors
	}
	inputs := []input{
		{"all delays between places", func(x float64) factors { return factors{delay: x} }},
		{"the last mile", func(x float64) factors { return factors{mile: x} }},
	}
	sites := e.sites(best)
	for _, site := range e.space.fixedSites() {
		if !slices.Contains(sites, site) {
			sites = append(sites, site)
		}
	}
	for _, site := range sites[:min(len(sites), 12)] {
		inputs = append(inputs, input{"delays to " + site, func(x float64) factors { return factors{site: map[string]float64{site: x}} }})
		if e.space.usesMoney() {
			inputs = append(inputs, input{"prices at " + site, func(x float64) factors { return factors{price: map[string]float64{site: x}} }})
		}
	}
	for _, m := range e.largestMetros() {
		inputs = append(inputs, input{"demand of " + m.Label(), func(x float64) factors { return factors{demand: map[string]float64{m.ID: x}} }})
	}
	rows, err := inParallel(ctx, e.space.workers(), len(inputs), func(i int) (Moved, error) {
		row := Moved{Input: inputs[i].name}
		for _, end := range []struct {
			factor float64
			value  *float64
			sites  *[]string
		}{{1 - moved, &row.Low, &row.IfLow}, {1 + moved, &row.High, &row.IfHigh}} {
			now, value, err := e.bestIf(ctx, inputs[i].of(end.factor), best)
			if err != nil {
				return row, err
			}
			*end.value = value
			if len(now) > 0 && !slices.Equal(now[0], best) {
				*end.sites = e.sites(now[0])
			}
		}
		return row, nil
	})
	slices.SortStableFunc(rows, func(a, b Moved) int { return cmp.Compare(math.Abs(b.High-b.Low), math.Abs(a.High-a.Low)) })
	return rows, err
}

// fixedSites returns the fixed sites that serve the users of the objective.
func (sp *space) fixedSites() []string {
	if sp.role == "" {
		return nil
	}
	return sp.fixedOf(sp.leading(sp.role), sp.role)
}

// largestMetros returns the metros with most users of the objective's workload.
func (e *Exploration) largestMetros() (largest []topology.Node) {
	net := e.problem.study.Network
	w := &e.problem.study.Workloads[e.problem.objectives[0].number]
	weight := func(n topology.Node) float64 {
		if len(w.Metros) > 0 && !slices.Contains(w.Metros, n.ID) {
			return 0
		}
		if u, ok := w.UsersOf(n.ID); ok {
			return u.Weight
		}
		return n.Users
	}
	for _, m := range net.OfKind(topology.Metro) {
		if n := net.At(m); weight(n) > 0 {
			largest = append(largest, n)
		}
	}
	slices.SortStableFunc(largest, func(a, b topology.Node) int { return cmp.Compare(weight(b), weight(a)) })
	return largest[:min(mostMetros, len(largest))]
}

// inParallel does something for each number, on so many workers, and returns what came of it in their order.
func inParallel[T any](ctx context.Context, workers, n int, do func(int) (T, error)) ([]T, error) {
	all, errs := make([]T, n), make([]error, n)
	numbers := make(chan int)
	var pool sync.WaitGroup
	for range min(workers, n) {
		pool.Go(func() {
			for i := range numbers {
				if ctx.Err() == nil {
					all[i], errs[i] = do(i)
				}
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	pool.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("variation %d: %w", i, err)
		}
	}
	return all, ctx.Err()
}
