package calibrate

import (
	"math/rand/v2"

	"github.com/edgewise-sim/edgewise/topology"
)

// crossValidateHomes leaves out homes by folds from all that is fitted to them: the user scale, what they say of ways to a site, and what their
// lines take. Servers, regions and players stay.
func crossValidateHomes(finder *topology.PathFinder, t *Tables, folds, repeats int, seed uint64) ([]Sample, error) {
	if len(t.Access) == 0 {
		return nil, nil
	}
	user := make(map[string]int)
	for _, a := range t.Access {
		if _, ok := user[a.User]; !ok {
			user[a.User] = len(user)
		}
	}
	unheard := make(map[float64]*Model) // by user scale, which comes in hundredths: most folds have the same
	plain, err := fitServers(finder, t)
	if err != nil {
		return nil, err
	}
	var samples []Sample
	for r := range repeats {
		order := rand.New(rand.NewPCG(seed, uint64(r))).Perm(len(user))
		for f := range folds {
			var seen, unseen []AccessRTT
			for _, a := range t.Access {
				if order[user[a.User]]%folds == f {
					unseen = append(unseen, a)
				} else {
					seen = append(seen, a)
				}
			}
			scale, err := fitUserScale(plain, finder, seen)
			if err != nil {
				return nil, err
			}
			if unheard[scale] == nil {
				m, err := fitServers(finder, t)
				if err != nil {
					return nil, err
				}
				m.UserScale = scale
				if err := m.fitPlayers(finder, t.Players); err != nil {
					return nil, err
				}
				unheard[scale] = m
			}
			m := *unheard[scale]
			if t.Transit != nil {
				if err := m.fitHomes(finder, seen); err != nil {
					return nil, err
				}
			}
			p := &predictor{model: &m, finder: finder}
			for _, a := range unseen {
				s, err := p.home(a)
				if err != nil {
					return nil, err
				}
				samples = append(samples, s)
			}
		}
	}
	return samples, nil
}
