package sim

import (
	"slices"

	"github.com/edgewise-sim/edgewise/placement"
)

// spareCores are the cores of a site that a pool of servers has while no match is on them: see [placement.Pool]. Games are played before
// requests are served, so that it is known when matches come and go.
type spareCores struct {
	least, cores int
	moves        []coreMove // to come
}

// A coreMove is how many cores have matches from an instant on.
type coreMove struct {
	at   int64
	busy int
}

// note notes how many cores have matches now.
func (p *corePool) note(now int64) {
	if last := len(p.moves) - 1; last >= 0 && p.moves[last].at == now {
		p.moves[last].busy = p.busy
		return
	}
	p.moves = append(p.moves, coreMove{now, p.busy})
}

// takeSpare gives a pool all cores of its site, as long as there are no matches.
func (p *pool) takeSpare(at *placement.Assignment) {
	p.spare = &spareCores{least: p.count, cores: at.Cores}
	p.scaling = &scaling{Scale: placement.Scale{Most: p.count + at.Cores}, steps: newUsage(p.end)}
	p.count += at.Cores
	p.isRented = true // nothing is
}

// followCores lets pools have the cores that matches leave.
func (r *run) followCores() {
	for i, s := range r.sites {
		of := r.pools[i]
		for _, p := range s.pools {
			if p.spare != nil && of != nil {
				p.spare.moves = of.moves
				s.awaitCores(p)
			}
		}
	}
}

// awaitCores has a pool told when the cores with matches change next.
func (s *site) awaitCores(p *pool) {
	if moves := p.spare.moves; len(moves) > 0 && moves[0].at < p.end {
		m := s.send(s.id, moves[0].at)
		m.kind, m.token = coresMove, p.number
	}
}

// moveCores gives a pool the cores that have no match from an instant on.
func (s *site) moveCores(p *pool, now int64) {
	of := p.spare
	s.setServers(p, now, of.least+of.cores-of.moves[0].busy)
	of.moves = of.moves[1:]
	s.awaitCores(p)
}

// coresTaken returns how many cores of each site that others may have when no match is on them games are expected to take on the mean of the recorded
// time, as far as they say how many players to expect.
func (p *Plan) coresTaken() ([]float64, error) {
	taken := make([]float64, len(p.sites))
	hasSpare := func(at *plannedSite) bool {
		return at.compute != nil && slices.ContainsFunc(at.compute.Pools, func(o placement.Pool) bool { return o.SpareCores })
	}
	if !slices.ContainsFunc(p.sites, func(at plannedSite) bool { return hasSpare(&at) }) {
		return taken, nil
	}
	games, err := p.playersOfGames(len(p.phases) - 1)
	if err != nil {
		return nil, err
	}
	for s := range p.sites {
		if !hasSpare(&p.sites[s]) {
			continue
		}
		for _, of := range games {
			if of != nil {
				taken[s] += of.cores[s]
			}
		}
		taken[s] = min(taken[s], float64(p.sites[s].compute.Cores))
	}
	return taken, nil
}
