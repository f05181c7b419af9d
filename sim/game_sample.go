package sim

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/workload"
)

// A GameSample is what a game comes to in short runs of its own, on other players than any replication has: parties, the ladder, the rule
// that chooses sites, and their cores are those of a run, and some of the updates are played.
type GameSample struct {
	// Tallies are what the game counted, as in runs: one of a game with as many players as a sample has, several of smaller ones.
	Tallies []*WorkloadTally
	// Sites are where most of each metro's players play, by metro; "" where nobody does.
	Sites []string
	// Recorded is the simulated time that was looked at, in each.
	Recorded time.Duration
}

const (
	// sampleReplication is the number of the first replication that samples of games are: no run has it, so that what a sample expects is not
	// what a run finds.
	sampleReplication = 1 << 30
	// samplePlayers is how many players there are together in all runs of a sample at least, of a game with an eighth of them or more.
	samplePlayers, mostSamples = 2000, 8
	// sampledUpdates is about how many updates of a game are played, from each player one in sampledPeriod, or a hundred a match where that
	// is less.
	sampledUpdates = 200_000
	sampledPeriod  = 5 * time.Second
)

// ChoosesSites reports whether it takes a run to know who plays where in a game, given by its number: where the game, and not the routing
// rule, chooses the site of a match, or players do not accept any site or go after a wait.
func (p *Plan) ChoosesSites(number int) bool {
	game, ok := p.scenario.Workloads[number].Service.(workload.Matched)
	return ok && (game.Market.Choice != workload.ByRouting || len(game.Market.Ladder) > 0 || game.Market.MaxRTT > 0 || game.Market.GiveUp > 0)
}

// SampleSpan returns for how long a game is sampled, from the beginning of the recorded time on: all of a short one, and where a game begins, ends or
// has flash crowds, else as long as three quarters of a match last, after as long in which those end that the start found under way.
func (p *Plan) SampleSpan(number int) (warmUp, recorded time.Duration) {
	s := &p.scenario
	game, ok := s.Workloads[number].Service.(workload.Matched)
	if half := game.MatchLength / 4 * 3; ok && half > 0 && s.WarmUp+s.Duration > 2*half && !s.gamesComeAndGo() {
		return half, half
	}
	return s.WarmUp, s.Duration
}

// gamesComeAndGo reports whether a game begins, ends or has a flash crowd at a time of the run.
func (s *Scenario) gamesComeAndGo() bool {
	for k := range s.Workloads {
		if w := &s.Workloads[k]; s.kind(k) == Matched && (w.Begins > 0 || w.Ends > 0 || len(w.Flashes) > 0) {
			return true
		}
	}
	return false
}

// SampleGame runs a game, given by its number, with those that share cores with it, for [Plan.SampleSpan]: once, or a few times where it has few
// players. The same plan gives the same sample. It returns the context's error when cancelled, and one for a workload that is no game.
func (p *Plan) SampleGame(ctx context.Context, number int) (*GameSample, error) {
	if p.workloads[number].kind != Matched {
		return nil, fmt.Errorf("sim: workload %q is no game", p.workloads[number].name)
	}
	short := *p
	short.scenario.WarmUp, short.scenario.Duration = p.SampleSpan(number)
	short.scenario.Start = p.scenario.Start.Add(p.scenario.WarmUp - short.scenario.WarmUp)
	short.scenario.Timeline = nil
	short.scenario.Workloads = slices.Clone(p.scenario.Workloads)
	for i := range short.workloads {
		if short.workloads[i].kind == Matched {
			short.scenario.Workloads[i] = thinned(short.scenario.Workloads[i], short.scenario.Duration)
		}
	}
	samples := 1
	if players, _, ok := p.scenario.Workloads[number].DayMean(); ok {
		samples = min(max(1, int(math.Ceil(samplePlayers/max(players, 1)))), mostSamples)
	}
	of := &GameSample{Recorded: short.scenario.Duration}
	played := make([][]uint64, len(p.metros)) // in us, by metro and site
	for m := range played {
		played[m] = make([]uint64, len(p.sites))
	}
	for n := range samples {
		tally, err := short.sampleOnce(ctx, number, sampleReplication+n, played)
		if err != nil {
			return nil, err
		}
		of.Tallies = append(of.Tallies, tally)
	}
	for m := range played {
		site, most := "", uint64(0)
		for s, us := range played[m] {
			if us > most {
				site, most = p.sites[s].id, us
			}
		}
		of.Sites = append(of.Sites, site)
	}
	return of, nil
}

// sampleOnce runs a game, and adds up for how long players are in matches, by metro and site.
func (p *Plan) sampleOnce(ctx context.Context, number, replication int, played [][]uint64) (*WorkloadTally, error) {
	r := &run{plan: p, ctx: ctx, rep: uint64(replication), result: p.newResult(replication)}
	var g *game
	for i := range p.workloads {
		if p.workloads[i].kind != Matched {
			continue
		}
		if err := r.addWorkload(i); err != nil {
			return nil, err
		}
		if i == number {
			g = r.games[len(r.games)-1]
		}
	}
	r.joinMarkets()
	r.markets = []*market{g.market}
	if err := r.runMarkets(1); err != nil {
		return nil, err
	}
	for s := range g.book.parts {
		for m, t := range g.book.parts[s] {
			if t != nil {
				played[m][s] += t.Count(PlayerUs) - t.Count(WaitingUs)
			}
		}
	}
	if err := g.market.addUp(); err != nil {
		return nil, err
	}
	g.to.countUnseen(max(g.sample, 1))
	return g.to, nil
}

// thinned returns a game of which about so many updates are played as a sample takes.
func thinned(w workload.Workload, recorded time.Duration) workload.Workload {
	return workload.Change(w, func(m *workload.Matched) {
		period := max(min(sampledPeriod, m.MatchLength/100), m.SendPeriod())
		m.SampledUpdates = max(min(1, m.SendPeriod().Seconds()/period.Seconds()), 1e-6)
		m.SampledMatches = 0
		players, _, _ := w.DayMean()
		if updates := players * recorded.Seconds() / period.Seconds(); updates > sampledUpdates {
			m.SampledMatches = 1 / math.Ceil(updates/sampledUpdates)
		}
	})
}
