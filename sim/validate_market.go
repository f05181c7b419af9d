package sim

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// validateMarkets names what a valid placement says of games and that cannot be, or has no effect.
func (s *Scenario) validateMarkets(p placement.Placement) error {
	var errs []error
	for i := range p.Sites {
		a := &p.Sites[i]
		if a.Role != placement.Compute {
			continue
		}
		field := func(name string) string { return fmt.Sprintf("Sites[%d].%s", i, name) }
		games, fights := 0, 0
		for k := range s.Workloads {
			w := &s.Workloads[k]
			game, ok := w.Service.(workload.Matched)
			if !ok || !a.Serves(w.Name) {
				continue
			}
			if !game.Peers.IsZero() {
				fights++
				continue
			}
			games++
			for _, cores := range []struct {
				name   string
				number int
			}{{"Cores", a.Cores}, {"Servers", a.Servers}} {
				if cores.number > 0 && !(cores.name == "Servers" && a.Cores > 0) && game.MatchesOn(cores.number) == 0 {
					errs = append(errs, invalid.New(field(cores.name), cores.number, "%.3g or more: a match of game %q takes as many", game.Cores(), w.Name))
				}
			}
		}
		if games == 0 {
			errs = append(errs,
				invalid.Check(a.Cores == 0, field("Cores"), a.Cores, "0: the site serves no game, and others have servers"),
				invalid.Check(!a.Elastic, field("Elastic"), a.Elastic, "false: the site serves no game"),
				invalid.Check(a.Servers == 0 || fights == 0 || s.servesOthers(a), field("Servers"), a.Servers, "0: no server plays a game whose players exchange their inputs directly (Peers)"))
		} else if a.Cores > 0 && a.Servers > 0 && !s.servesOthers(a) {
			errs = append(errs, invalid.New(field("Servers"), a.Servers, "0 beside Cores, which the games share"))
		}
		if a.Elastic && a.Cores == 0 && a.Servers == 0 {
			errs = append(errs, invalid.New(field("Elastic"), true, "false, or Cores: without a number there are always enough"))
		}
	}
	for i, r := range p.Routes {
		for k, name := range r.Workloads {
			n := slices.IndexFunc(s.Workloads, func(w workload.Workload) bool { return w.Name == name })
			if n < 0 {
				continue
			}
			if game, ok := s.Workloads[n].Service.(workload.Matched); ok && game.Market.Choice != workload.ByRouting {
				errs = append(errs, invalid.New(fmt.Sprintf("Routes[%d].Workloads[%d]", i, k), name, "another workload: this game chooses its sites itself (%s), and no route would have an effect", game.Market.Choice))
			}
		}
	}
	return invalid.First(errs...)
}

// servesOthers reports whether a site that computes serves a workload that is no game.
func (s *Scenario) servesOthers(a *placement.Assignment) bool {
	return slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool {
		kind := KindOf(w.Service)
		return kind != Matched && kind.Role() == a.Role && a.Serves(w.Name)
	})
}
