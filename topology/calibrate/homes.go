package calibrate

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/topology"
)

// homesFit is how what homes say of ways to a site is fitted: they are few, and each is one line, so they are heard where several agree.
// Chosen with the errors of players and of homes in sight.
var homesFit = userFit{
	offsetMs: 5,
	end:      effectFit{kernel: Kernel{NearKm: 1000, FarKm: 1000, CountryKm: 1000}}, // nothing: what a place has in common is said by players
	pair: effectFit{
		kernel: Kernel{Near: 0.02, NearKm: 1000, FarKm: 1000, CountryKm: 1000},
		noise:  0.05, robust: 0.3, rounds: 4,
	},
	site: Kernel{Near: 1, NearKm: 500, FarKm: 500, CountryKm: 500},
}

const (
	// homesShare is how much of the logarithm of what homes say counts, for players as well: nobody knows which of a model's users is which.
	// Of 0, 0.25, 0.5, 0.75 and 1 it is the one with the lowest error of players, in each of three deals, and next to the lowest of homes.
	homesShare = 0.5
	// homesPasses is how often last miles and surface are fitted to what the other leaves.
	homesPasses = 3
	// lastMileShrink is how many homes the median of first hops counts for, beside those of a technology. Assumed.
	lastMileShrink = 5
)

// linesOfHomes are the technologies whose lines take another time over whole ways than to their first hop, by more than two standard errors.
// Those of the others are left as they were measured.
var linesOfHomes = []topology.Technology{topology.Fiber, topology.DSL, topology.Starlink}

// A homeWay is a round trip of a home beside what a model says of it without the last mile.
type homeWay struct {
	AccessRTT
	user, site int // positions of both ends in a table
	pathMs     float64
}

// fitHomes fits what homes say of ways to a site besides what players say, and what a line takes over whole ways, in turns.
func (m *Model) fitHomes(finder *topology.PathFinder, access []AccessRTT) error {
	m.Homes, m.LastMilesMs = UserSurface{}, nil
	if len(access) == 0 {
		return nil
	}
	ways, table, err := m.waysOfHomes(finder, access)
	if err != nil {
		return err
	}
	m.Homes = *newUserSurface(&m.Trunks, table, homesFit)
	for pass := range homesPasses {
		if pass > 0 {
			m.LastMilesMs = m.lastMilesOf(ways)
		}
		for k, w := range ways {
			table.rtts[k] = userRTT{w.user, w.site, max(minPathMs, w.Ms-m.lastMileMs(w.Technology)), w.pathMs}
		}
		for _, weights := range m.Homes.PairWeights {
			clear(weights)
		}
		m.Homes.fitPairs(table.logs(homesFit.offsetMs), table.rtts, homesFit)
		for _, weights := range m.Homes.PairWeights {
			for k := range weights {
				weights[k] = round4(homesShare * weights[k])
			}
		}
	}
	return nil
}

// waysOfHomes returns the ways of homes by a model that has not heard them, and the places at their ends.
func (m *Model) waysOfHomes(finder *topology.PathFinder, access []AccessRTT) ([]homeWay, userTable, error) {
	var t userTable
	users, sites := make(map[string]int), make(map[Anchor]int)
	p := &predictor{model: m, finder: finder}
	ways := make([]homeWay, len(access))
	t.rtts = make([]userRTT, len(access))
	for i, a := range access {
		user, site := positionOf(users, a.User, &t.anchors, a.From), positionOf(sites, a.To, &t.sites, a.To)
		ms, err := p.rttMs(userClass, a.From, a.To)
		if err != nil {
			return nil, t, fmt.Errorf("home %s: %w", a.User, err)
		}
		ways[i] = homeWay{a, user, site, ms}
	}
	return ways, t, nil
}

// lastMilesOf returns what the lines of homes take over whole ways: the median of what they measured less what the model makes of the rest,
// drawn to the median of first hops where homes are few.
func (m *Model) lastMilesOf(ways []homeWay) map[string]float64 {
	users, sites := make([]userEnd, len(m.Homes.Anchors)), make([][]float64, len(m.Homes.Sites))
	for i, a := range m.Homes.Anchors {
		users[i] = m.Homes.asUser(a, m.Homes.shares[i])
	}
	for i, a := range m.Homes.Sites {
		sites[i] = m.Homes.asSite(a, m.Homes.siteShares[i])
	}
	ms := make(map[string]float64)
	for _, technology := range linesOfHomes {
		var left []float64
		homes := make(map[int]bool)
		for _, w := range ways {
			if w.Technology == technology {
				left = append(left, w.Ms-m.Homes.correct(w.pathMs, &users[w.user], sites[w.site]))
				homes[w.user] = true
			}
		}
		if len(left) > 0 {
			firstHop := float64(technology.FirstHopRTT().Seconds() * 1000)
			n := float64(len(homes))
			ms[technology.String()] = round4(firstHop + float64((quantile(left, 0.5)-firstHop)*n/(n+lastMileShrink)))
		}
	}
	return ms
}

// lastMileMs returns what a median line of a technology takes over whole ways, in ms.
func (m *Model) lastMileMs(technology topology.Technology) float64 {
	if ms, ok := m.LastMilesMs[technology.String()]; ok {
		return ms
	}
	return float64(technology.FirstHopRTT().Seconds() * 1000)
}
