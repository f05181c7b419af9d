package calibrate

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// A Field is a full table of round trips from users to sites, measured and modelled: what sites are chosen from by the model,
// and judged by on what was measured.
type Field struct {
	Sites []string
	// Weights says what each user counts, 0 or more.
	Weights []float64
	// MeasuredMs and ModelMs are by user, then by site.
	MeasuredMs, ModelMs [][]float64
}

// A Regret is what is lost by choosing a number of sites by the model in place of by what was measured. Users take the nearest
// site of those that are chosen.
type Regret struct {
	// Count is the number of sites of a set, Sets how many sets of it there are.
	Count, Sets int
	// Chosen has the least mean round trip by the model, Best by what was measured.
	Chosen, Best []string
	// ChosenMs and BestMs are the mean measured round trips of the two, over users by their weight.
	ChosenMs, BestMs float64
	// Lost50 and Lost100 are the shares of users, in points, that the set with the most users within 50 and 100 ms by the
	// model has fewer within them, measured, than the best set has.
	Lost50, Lost100 float64
	// Rank is Spearman's correlation between the mean round trips of all sets, modelled and measured; NaN for fewer than 3.
	Rank float64
}

// LostMs returns how much longer the mean round trip is than that of the best set, 0 or more.
func (r Regret) LostMs() float64 { return r.ChosenMs - r.BestMs }

// A SetRTT holds the mean round trips of a set of sites over users by their weight.
type SetRTT struct{ MeasuredMs, ModelMs float64 }

// FieldOf makes the largest full table of samples that name user and site: sites are taken in the order of how many users have
// them, as long as the users who have all of them, times the sites, become more. Samples of the same pair count by their mean. It
// is nil if no user has two sites.
func FieldOf(samples []Sample) *Field {
	type sum struct{ measured, model, n float64 }
	cells := make(map[[2]string]sum)
	weight := make(map[string]float64)
	var users, sites []string
	count := make(map[string]int)
	for _, s := range samples {
		if _, ok := weight[s.User]; !ok {
			users = append(users, s.User)
			weight[s.User] = s.Weight
		}
		key := [2]string{s.User, s.Site}
		c, ok := cells[key]
		if !ok {
			if count[s.Site] == 0 {
				sites = append(sites, s.Site)
			}
			count[s.Site]++
		}
		cells[key] = sum{c.measured + s.MeasuredMs, c.model + s.ModelMs, c.n + 1}
	}
	slices.SortFunc(sites, func(a, b string) int { return cmp.Or(-cmp.Compare(count[a], count[b]), cmp.Compare(a, b)) })
	has := func(user string, sites []string) bool {
		return !slices.ContainsFunc(sites, func(s string) bool { _, ok := cells[[2]string{user, s}]; return !ok })
	}
	best, most := 0, 0
	for n := 2; n <= len(sites); n++ {
		whole := 0
		for _, u := range users {
			if has(u, sites[:n]) {
				whole++
			}
		}
		if whole*n > most {
			best, most = n, whole*n
		}
	}
	if best == 0 {
		return nil
	}
	f := &Field{Sites: sites[:best]}
	for _, u := range users {
		if !has(u, f.Sites) {
			continue
		}
		measured, model := make([]float64, best), make([]float64, best)
		for j, s := range f.Sites {
			c := cells[[2]string{u, s}]
			measured[j], model[j] = c.measured/c.n, c.model/c.n
		}
		f.Weights = append(f.Weights, weight[u])
		f.MeasuredMs, f.ModelMs = append(f.MeasuredMs, measured), append(f.ModelMs, model)
	}
	return f
}

// Regrets judges the choice of 1 to most sites, of as many as there are at most.
func (f *Field) Regrets(most int) []Regret {
	var all []Regret
	for count := 1; count <= min(most, len(f.Sites)); count++ {
		all = append(all, f.regret(count))
	}
	return all
}

// Sets returns the mean round trips of all sets of a number of sites.
func (f *Field) Sets(count int) []SetRTT {
	var all []SetRTT
	for _, set := range combinations(len(f.Sites), count) {
		measured, model := f.judge(set)
		all = append(all, SetRTT{measured.meanMs, model.meanMs})
	}
	return all
}

// A judgement is what a set of sites gives to users.
type judgement struct{ meanMs, within50, within100 float64 }

// judge returns what a set of sites gives by what was measured and by the model.
func (f *Field) judge(set []int) (measured, model judgement) {
	total := 0.0
	for u, weight := range f.Weights {
		measured.add(weight, nearest(f.MeasuredMs[u], set))
		model.add(weight, nearest(f.ModelMs[u], set))
		total += weight
	}
	return measured.over(total), model.over(total)
}

func (j *judgement) add(weight, ms float64) {
	j.meanMs += float64(weight * ms)
	if ms <= 50 {
		j.within50 += weight
	}
	if ms <= 100 {
		j.within100 += weight
	}
}

func (j judgement) over(total float64) judgement {
	return judgement{j.meanMs / total, j.within50 / total, j.within100 / total}
}

// nearest returns the least of the round trips to the sites of a set.
func nearest(ms []float64, set []int) float64 {
	least := math.Inf(1)
	for _, s := range set {
		least = min(least, ms[s])
	}
	return least
}

func (f *Field) regret(count int) Regret {
	sets := combinations(len(f.Sites), count)
	measured, model := make([]judgement, len(sets)), make([]judgement, len(sets))
	for k, set := range sets {
		measured[k], model[k] = f.judge(set)
	}
	// best returns the set with the least of a figure, the first of equals.
	best := func(of []judgement, figure func(judgement) float64) int {
		least := 0
		for k := range of {
			if figure(of[k]) < figure(of[least]) {
				least = k
			}
		}
		return least
	}
	mean := func(j judgement) float64 { return j.meanMs }
	chosen, least := best(model, mean), best(measured, mean)
	lost := func(figure func(judgement) float64) float64 {
		return 100 * (figure(measured[best(model, figure)]) - figure(measured[best(measured, figure)]))
	}
	r := Regret{
		Count: count, Sets: len(sets), Chosen: f.names(sets[chosen]), Best: f.names(sets[least]),
		ChosenMs: measured[chosen].meanMs, BestMs: measured[least].meanMs,
		Lost50:  lost(func(j judgement) float64 { return -j.within50 }),
		Lost100: lost(func(j judgement) float64 { return -j.within100 }),
		Rank:    math.NaN(),
	}
	if len(sets) >= 3 {
		r.Rank = stat.Correlation(ranks(measured, mean), ranks(model, mean), nil)
	}
	return r
}

func (f *Field) names(set []int) []string {
	names := make([]string, len(set))
	for k, s := range set {
		names[k] = f.Sites[s]
	}
	return names
}

// ranks returns the place of each figure among all, equals sharing the mean of theirs.
func ranks(of []judgement, figure func(judgement) float64) []float64 {
	order := make([]int, len(of))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(figure(of[a]), figure(of[b])) })
	rank := make([]float64, len(of))
	for first := 0; first < len(order); {
		end := first + 1
		for end < len(order) && figure(of[order[end]]) == figure(of[order[first]]) {
			end++
		}
		for _, k := range order[first:end] {
			rank[k] = float64(first+end-1) / 2
		}
		first = end
	}
	return rank
}

// combinations returns all sets of count of the numbers below n, in alphabetical order.
func combinations(n, count int) (all [][]int) {
	set := make([]int, 0, count)
	var extend func(from int)
	extend = func(from int) {
		if len(set) == count {
			all = append(all, slices.Clone(set))
			return
		}
		for k := from; k <= n-(count-len(set)); k++ {
			set = append(set, k)
			extend(k + 1)
			set = set[:len(set)-1]
		}
	}
	extend(0)
	return all
}
