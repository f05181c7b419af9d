package sim

import (
	"cmp"

	"github.com/edgewise-sim/edgewise/workload"
)

// A demandForCores is how many players of a game want to play, on the mean of the recorded time, and how many cores that takes, by
// site. A game that chooses its sites itself asks each for as much as it has of the cores.
type demandForCores struct {
	players []float64 // by site; of a game that chooses its sites all at the first
	cores   []float64
	total   float64 // players
}

// coresAt returns how many cores there are for games at a site; 0 where there are always enough, or can be.
func (p *Plan) coresAt(site int) int {
	a := p.sites[site].compute
	if a == nil || a.Elastic {
		return 0
	}
	return cmp.Or(a.Cores, a.Servers)
}

// playersOfGames returns what games ask of the cores of their sites, by workload; nil of others and of games whose players are not
// known. Sites are open that are in a phase of the recorded time.
func (p *Plan) playersOfGames(phase int) ([]*demandForCores, error) {
	all := make([]*demandForCores, len(p.workloads))
	for i := range p.workloads {
		w, planned := &p.scenario.Workloads[i], &p.workloads[i]
		game, ok := w.Service.(workload.Matched)
		if !ok {
			continue
		}
		mean, _, ok := w.DayMean()
		if !ok {
			continue
		}
		parts, err := w.MeanLoads(planned.audiences, p.scenario.Start.Add(p.scenario.WarmUp), p.scenario.Duration)
		if err != nil {
			return nil, err
		}
		d := &demandForCores{players: make([]float64, len(p.sites)), cores: make([]float64, len(p.sites))}
		for m, part := range parts {
			d.total += float64(mean * part)
			for k := range planned.entries[m] {
				e := &planned.entries[m][k]
				d.players[e.site] += float64(mean * part * e.share.inPhase(phase))
			}
		}
		perPlayer := game.Cores() / float64(game.MatchPlayers)
		if game.Market.Choice == workload.ByRouting {
			for s, players := range d.players {
				d.cores[s] = players * perPlayer
			}
		} else if limit := p.coresOf(planned); limit > 0 {
			for _, s := range planned.playedAt {
				d.cores[s] = d.total * perPlayer * float64(p.coresAt(s)) / float64(limit)
			}
		}
		all[i] = d
	}
	return all, nil
}

// coresOf returns how many cores the sites have together that a game chooses from, without those that stand in for others; 0 where
// there are always enough at one.
func (p *Plan) coresOf(planned *plannedWorkload) (cores int) {
	for _, s := range planned.playedAt {
		switch n := p.coresAt(s); {
		case p.sites[s].compute.Backup:
		case n == 0:
			return 0
		default:
			cores += n
		}
	}
	return cores
}

// addPlayers adds the players of a game who want to play and the seats for them: by site where the routing rule says who plays
// where, over all sites where the game chooses. Of cores that games share each has the part that it asks for.
func (p *Plan) addPlayers(all *loads, number int, games []*demandForCores) {
	of := games[number]
	if of == nil {
		return
	}
	planned, game := &p.workloads[number], p.scenario.Workloads[number].Service.(workload.Matched)
	seatsAt := func(s int) float64 {
		seats := float64(game.MatchesOn(p.coresAt(s)) * game.MatchPlayers)
		if p.sites[s].compute.Cores == 0 {
			return seats // servers of its own
		}
		sum := 0.0
		for _, other := range games {
			if other != nil {
				sum += other.cores[s]
			}
		}
		if sum == of.cores[s] || sum == 0 {
			return seats
		}
		return seats * of.cores[s] / sum
	}
	if game.Market.Choice != workload.ByRouting {
		if p.coresOf(planned) == 0 {
			return
		}
		one := Load{Workload: planned.name, Unit: Players, Offered: of.total}
		for _, s := range planned.playedAt {
			if !p.sites[s].compute.Backup {
				one.Capacity += seatsAt(s)
			}
		}
		all.add(one)
		return
	}
	for s, players := range of.players {
		if players > 0 && p.coresAt(s) > 0 {
			all.add(Load{Workload: planned.name, Site: p.sites[s].id, Unit: Players, Offered: players, Capacity: seatsAt(s)})
		}
	}
}
