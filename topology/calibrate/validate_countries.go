package calibrate

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/edgewise-sim/edgewise/topology"
)

// crossValidateCountries leaves out all that was measured in a country: its servers, regions, players and homes. What is said of its
// players and homes is said by the rest of the world.
func crossValidateCountries(ctx context.Context, finder *topology.PathFinder, t *Tables, folds int, seed uint64) (players, homes []Sample, err error) {
	fold := make(map[string]int)
	for _, a := range t.Players {
		fold[a.From.Country] = 0
	}
	for _, a := range t.Access {
		fold[a.From.Country] = 0
	}
	countries := slices.Sorted(maps.Keys(fold))
	if len(countries) < 2 {
		return nil, nil, nil // there is no rest of the world
	}
	folds = min(folds, len(countries))
	for k, i := range rand.New(rand.NewPCG(seed, 0)).Perm(len(countries)) {
		fold[countries[i]] = k % folds
	}
	cityFold, regionFold := foldsOf(t.Cities, fold), foldsOf(t.Regions, fold)
	for f := range folds {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		part := *t
		part.CityRTT, part.RegionRTT = known(t.CityRTT, cityFold, f), known(t.RegionRTT, regionFold, f)
		part.Players, part.Access = nil, nil
		var unseenPlayers []PlayerRTT
		var unseenHomes []AccessRTT
		for _, a := range t.Players {
			if fold[a.From.Country] == f {
				unseenPlayers = append(unseenPlayers, a)
			} else {
				part.Players = append(part.Players, a)
			}
		}
		for _, a := range t.Access {
			if fold[a.From.Country] == f {
				unseenHomes = append(unseenHomes, a)
			} else {
				part.Access = append(part.Access, a)
			}
		}
		m, err := fit(finder, &part)
		if err != nil {
			return nil, nil, fmt.Errorf("cross-validation by country, fold %d: %w", f, err)
		}
		p := &predictor{model: m, finder: finder}
		said, err := p.players(unseenPlayers)
		if err != nil {
			return nil, nil, err
		}
		players = append(players, said...)
		for _, a := range unseenHomes {
			s, err := p.home(a)
			if err != nil {
				return nil, nil, err
			}
			homes = append(homes, s)
		}
	}
	return players, homes, nil
}
