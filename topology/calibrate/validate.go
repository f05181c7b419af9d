package calibrate

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// A Sample is a measured round trip and what a model that did not know it says.
type Sample struct {
	From, To   Anchor
	Km         float64 // great circle
	MeasuredMs float64
	ModelMs    float64
	// Technology is that of the user, where From is one.
	Technology topology.Technology
	// User and Site name the ends where From is a user and To a site, Weight says what the user counts.
	User, Site string
	Weight     float64
	// RemoteKm is how far each end is from the nearest place that the model was fitted to.
	RemoteKm [2]float64
	// BothUnseen says that the model knew no round trip of either end; else it knew some of one.
	BothUnseen bool
}

// A Validation holds the samples of a cross-validation.
type Validation struct {
	Cities  []Sample // between server cities, public Internet
	Regions []Sample // between regions, a provider's backbone
	Access  []Sample // from homes to data centres, by users
	// Abroad holds the pairs of Cities again, with whole countries left out in place of cities.
	Abroad []Sample
	// Players are from the players of metros to sites, left out by blocks of five degrees and by sites where anything is fitted to them.
	Players []Sample
	// PlayersAbroad and AccessAbroad hold the ways of players and of homes again, by a model that saw nothing of their country:
	// no server, no region, no player and no home.
	PlayersAbroad, AccessAbroad []Sample
}

// A Deal says how a cross-validation is made: how the places are dealt.
type Deal struct {
	// Folds, at least 2, is the number of parts; Repeats, at least 1, how often the whole is done.
	Folds, Repeats int
	// Seed deals the places.
	Seed uint64
	// Progress, if set, is called after every fold.
	Progress func(done, total int)
}

// String returns for example "5 folds, 3 times, seed 1".
func (d Deal) String() string {
	return fmt.Sprintf("%d folds, %d times, seed %d", d.Folds, d.Repeats, d.Seed)
}

// CrossValidate says how far off a model is that was fitted by [Fit] to a part of the tables. The places
// are dealt at random into folds; the round trips of each fold's places are left out, the model is fitted
// to the rest, and then says what they are. Places are left out, not pairs: else every city would have
// been seen. The same is done with whole countries. It stops with the context's error when cancelled.
func CrossValidate(ctx context.Context, fabric *topology.Fabric, t *Tables, d Deal) (*Validation, error) {
	folds, repeats, seed := d.Folds, d.Repeats, d.Seed
	if err := invalid.First(
		invalid.Check(folds >= 2, "Folds", folds, "2 or more"),
		invalid.Check(repeats >= 1, "Repeats", repeats, "1 or more"),
	); err != nil {
		return nil, fmt.Errorf("cross-validation: %w", err)
	}
	finder, err := fabric.NewPathFinder(ground)
	if err != nil {
		return nil, err
	}
	v := new(Validation)
	countries := countriesOf(t.Cities, t.CityRTT)
	byCountry := min(folds, len(countries))
	if byCountry < 2 {
		byCountry = 0 // nothing is left of a world of one country
	}
	done, total := 0, repeats*(folds+byCountry)
	step := func() error {
		done++
		if d.Progress != nil {
			d.Progress(done, total)
		}
		return ctx.Err()
	}
	for r := range repeats {
		random := rand.New(rand.NewPCG(seed, uint64(r)))
		cityFold, regionFold := deal(random, len(t.Cities), t.CityRTT, folds), deal(random, len(t.Regions), t.RegionRTT, folds)
		for f := range folds {
			p, err := fitWithout(finder, t, cityFold, regionFold, f)
			if err != nil {
				return nil, err
			}
			v.Cities, err = p.samples(v.Cities, t.Cities, t.CityRTT, cityFold, f, internetClass)
			if err != nil {
				return nil, err
			}
			v.Regions, err = p.samples(v.Regions, t.Regions, t.RegionRTT, regionFold, f, backboneClass)
			if err != nil {
				return nil, err
			}
			if err := step(); err != nil {
				return nil, err
			}
		}
		countryFold := make(map[string]int)
		for k, i := range random.Perm(len(countries)) {
			countryFold[countries[i]] = k % max(1, byCountry)
		}
		cityFold, regionFold = foldsOf(t.Cities, countryFold), foldsOf(t.Regions, countryFold)
		for f := range byCountry {
			p, err := fitWithout(finder, t, cityFold, regionFold, f)
			if err != nil {
				return nil, err
			}
			if v.Abroad, err = p.samples(v.Abroad, t.Cities, t.CityRTT, cityFold, f, internetClass); err != nil {
				return nil, err
			}
			if err := step(); err != nil {
				return nil, err
			}
		}
	}
	whole, err := fit(finder, t)
	if err != nil {
		return nil, err
	}
	if v.Access, err = crossValidateHomes(finder, t, folds, repeats, seed); err != nil {
		return nil, err
	}
	if t.Transit == nil {
		v.Players, err = (&predictor{model: whole, finder: finder}).players(t.Players) // nothing is fitted to them
	} else {
		v.Players, err = crossValidatePlayers(ctx, finder, t, folds, seed)
	}
	if err != nil {
		return nil, err
	}
	if v.PlayersAbroad, v.AccessAbroad, err = crossValidateCountries(ctx, finder, t, folds, seed); err != nil {
		return nil, err
	}
	return v, nil
}

// A block is five degrees by five, whose players are left out together.
type block struct{ lat, lon int }

func blockOf(a Anchor) block {
	return block{int(math.Floor(a.LatDeg / 5)), int(math.Floor(a.LonDeg / 5))}
}

// siteParts is into how many parts the sites of players are dealt.
const siteParts = 3

// crossValidatePlayers leaves out players by blocks and, at the same time, sites: what is said of a player and a site is said
// by other players of other sites, and by a model that is fitted to no others.
func crossValidatePlayers(ctx context.Context, finder *topology.PathFinder, t *Tables, folds int, seed uint64) ([]Sample, error) {
	players := t.Players
	blocks, sites := make(map[block]int), make(map[string]int)
	for _, a := range players {
		blocks[blockOf(a.From)], sites[a.Site] = 0, 0
	}
	random := rand.New(rand.NewPCG(seed, 0))
	inOrder := slices.SortedFunc(maps.Keys(blocks), func(a, b block) int { return cmp.Or(cmp.Compare(a.lat, b.lat), cmp.Compare(a.lon, b.lon)) })
	for k, i := range random.Perm(len(inOrder)) {
		blocks[inOrder[i]] = k % folds
	}
	for k, site := range slices.Sorted(maps.Keys(sites)) {
		sites[site] = k % siteParts
	}
	var samples []Sample
	for f := range folds {
		for g := range siteParts {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			var seen, unseen []PlayerRTT
			for _, a := range players {
				switch inBlock, inSite := blocks[blockOf(a.From)] == f, sites[a.Site] == g; {
				case inBlock && inSite:
					unseen = append(unseen, a)
				case !inBlock && !inSite:
					seen = append(seen, a)
				}
			}
			part := *t
			part.Players = seen
			m, err := fit(finder, &part)
			if err != nil {
				return nil, err
			}
			said, err := (&predictor{model: m, finder: finder}).players(unseen)
			if err != nil {
				return nil, err
			}
			samples = append(samples, said...)
		}
	}
	return samples, nil
}

// fitWithout fits a model of ways between servers to the round trips that have no end in the fold.
func fitWithout(finder *topology.PathFinder, t *Tables, cityFold, regionFold []int, f int) (*predictor, error) {
	m, err := fitServers(finder, &Tables{
		Cities: t.Cities, CityRTT: known(t.CityRTT, cityFold, f),
		Regions: t.Regions, RegionRTT: known(t.RegionRTT, regionFold, f), Transit: t.Transit, Players: t.Players,
	})
	if err != nil {
		return nil, fmt.Errorf("cross-validation, fold %d: %w", f, err)
	}
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("cross-validation, fold %d: %w", f, err)
	}
	return &predictor{model: m, finder: finder}, nil
}

// countriesOf returns the countries of the places that have a pair, in alphabetical order.
func countriesOf(places []topology.Node, pairs []PairRTT) []string {
	seen := make(map[string]bool)
	for _, p := range pairs {
		seen[places[p.A].Country], seen[places[p.B].Country] = true, true
	}
	return slices.Sorted(maps.Keys(seen))
}

// foldsOf returns the fold of each place's country; a country that has none of its own is in no fold.
func foldsOf(places []topology.Node, of map[string]int) []int {
	fold := make([]int, len(places))
	for i, p := range places {
		fold[i] = -1
		if f, ok := of[p.Country]; ok {
			fold[i] = f
		}
	}
	return fold
}

// players returns the samples of players.
func (p *predictor) players(players []PlayerRTT) ([]Sample, error) {
	if len(players) == 0 {
		return nil, nil
	}
	lastMile := float64(topology.PlayersMix().MedianRTT().Seconds() * 1000)
	var samples []Sample
	for _, a := range players {
		s, err := p.sample(userClass, a.From, a.To)
		if err != nil {
			return nil, err
		}
		s.User, s.Site, s.Weight, s.MeasuredMs, s.BothUnseen = a.Metro, a.Site, a.Users, a.Ms, true
		s.ModelMs += lastMile
		samples = append(samples, s)
	}
	return samples, nil
}

// home returns the sample of a home.
func (p *predictor) home(a AccessRTT) (Sample, error) {
	s, err := p.sample(userClass, a.From, a.To)
	if err != nil {
		return Sample{}, err
	}
	s.User, s.Site, s.Weight, s.Technology, s.MeasuredMs, s.BothUnseen = a.User, a.Site, 1, a.Technology, a.Ms, true
	s.ModelMs += p.model.lastMileMs(a.Technology)
	return s, nil
}

// deal gives each of n places that have a pair a fold; all folds get as many, give or take one.
func deal(random *rand.Rand, n int, pairs []PairRTT, folds int) []int {
	measured := make([]bool, n)
	for _, p := range pairs {
		measured[p.A], measured[p.B] = true, true
	}
	fold := make([]int, n)
	next := 0
	for _, place := range random.Perm(n) {
		if measured[place] {
			fold[place] = next % folds
			next++
		}
	}
	return fold
}

// known returns the pairs with no end in the fold.
func known(pairs []PairRTT, fold []int, f int) []PairRTT {
	var rest []PairRTT
	for _, p := range pairs {
		if fold[p.A] != f && fold[p.B] != f {
			rest = append(rest, p)
		}
	}
	return rest
}

// A predictor says what a model makes of pairs of places.
type predictor struct {
	model  *Model
	finder *topology.PathFinder
	places map[Anchor]*place
}

// A place is what a predictor remembers of one.
type place struct {
	location *location
	end      topology.PathEnd
}

// rttMs returns the round trip between two places.
func (p *predictor) rttMs(c class, a, b Anchor) (float64, error) {
	from, err := p.at(a)
	if err != nil {
		return 0, err
	}
	to, err := p.at(b)
	if err != nil {
		return 0, err
	}
	path := 2 * p.finder.OneWay(from.end, to.end).Seconds() * 1000
	return p.model.rtt(c, from.location, to.location, path), nil
}

// sample returns what the model says of two places.
func (p *predictor) sample(c class, a, b Anchor) (Sample, error) {
	ms, err := p.rttMs(c, a, b)
	if err != nil {
		return Sample{}, err
	}
	s := Sample{From: a, To: b, Km: topology.DistanceKm(a.place(), b.place()), ModelMs: ms}
	s.RemoteKm = p.model.remoteKm(c, p.places[a].location, p.places[b].location)
	return s, nil
}

func (p *predictor) at(a Anchor) (*place, error) {
	if known, ok := p.places[a]; ok {
		return known, nil
	}
	end, err := p.finder.Locate(a.place())
	if err != nil {
		return nil, err
	}
	if p.places == nil {
		p.places = make(map[Anchor]*place)
	}
	p.places[a] = &place{location: p.model.locate(a), end: end}
	return p.places[a], nil
}

// samples adds those of the pairs that have an end in the fold.
func (p *predictor) samples(to []Sample, places []topology.Node, pairs []PairRTT, fold []int, f int, c class) ([]Sample, error) {
	for _, pair := range pairs {
		if fold[pair.A] != f && fold[pair.B] != f {
			continue
		}
		a, b := places[pair.A], places[pair.B]
		s, err := p.sample(c, Anchor{LatDeg: a.LatDeg, LonDeg: a.LonDeg, Country: a.Country}, Anchor{LatDeg: b.LatDeg, LonDeg: b.LonDeg, Country: b.Country})
		if err != nil {
			return nil, err
		}
		s.MeasuredMs, s.BothUnseen = pair.Ms, fold[pair.A] == f && fold[pair.B] == f
		to = append(to, s)
	}
	return to, nil
}

// An Accuracy sums up how far samples are off.
type Accuracy struct {
	N int
	// MedianMs is the median absolute error in ms, P90Ms its 90th percentile.
	MedianMs, P90Ms float64
	// MedianPercent and P90Percent are quantiles of the absolute error in percent of the measured.
	MedianPercent, P90Percent float64
	// BiasPercent is the median signed error in percent of the measured: above 0, the model is slow.
	BiasPercent float64
}

// AccuracyOf sums up samples. Of none, all figures are NaN.
func AccuracyOf(samples []Sample) Accuracy {
	var ms, percent, signed []float64
	for _, s := range samples {
		ms = append(ms, math.Abs(s.ModelMs-s.MeasuredMs))
		percent = append(percent, 100*math.Abs(s.ModelMs-s.MeasuredMs)/s.MeasuredMs)
		signed = append(signed, 100*(s.ModelMs-s.MeasuredMs)/s.MeasuredMs)
	}
	return Accuracy{
		N: len(samples), MedianMs: quantile(ms, 0.5), P90Ms: quantile(ms, 0.9),
		MedianPercent: quantile(percent, 0.5), P90Percent: quantile(percent, 0.9), BiasPercent: quantile(signed, 0.5),
	}
}

// Where returns the samples for which keep is true.
func Where(samples []Sample, keep func(Sample) bool) []Sample {
	var kept []Sample
	for _, s := range samples {
		if keep(s) {
			kept = append(kept, s)
		}
	}
	return kept
}
