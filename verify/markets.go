package verify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// markets checks who comes, waits, plays and goes in a game over all its sites.
func markets() []check {
	return slices.Concat(fullSites(), opponents())
}

const marketsGroup = "Markets"

// fullSites are checks of games of one player a match, who is a customer of a queue: the cores are its servers.
func fullSites() (all []check) {
	const session, cores = 10 * time.Minute, 10
	solo := func(t trial, offered float64, market workload.Market) workload.Workload {
		w := quietGame(1, market).WithPlayers(offered)
		length := t.slowed(session)
		return workload.Change(w, func(s *workload.Sessions) {
			// The rate of arrivals stays, also where sessions are too long on purpose.
			s.ConcurrentPlayers *= float64(length) / float64(session)
			s.Length = workload.Weibull{Shape: 1, Scale: length}
		})
	}
	for _, row := range []struct{ offered, expected float64 }{{7, 0.078741}, {8, 0.121661}} {
		all = append(all, check{
			group: marketsGroup, source: "Erlang B", expected: row.expected, tolerance: 5e-7,
			name: fmt.Sprintf("work for %g cores at a site of %d, no lobby: share of players turned away", row.offered, cores),
			simulate: func(ctx context.Context, t trial) (float64, error) {
				tally, err := t.market(ctx, solo(t, row.offered, workload.Market{Full: workload.TurnAway}), cores, t.seconds(300*3600))
				return float64(tally.Count(sim.TurnedAwaySessions)) / float64(tally.Count(sim.Sessions)), err
			},
		})
	}
	const offered = 8
	waiting := erlangC(cores, offered)
	for _, row := range []struct {
		name, unit string
		expected   float64
		of         func(*sim.Tally) float64
	}{
		{"share of players who wait", "", waiting, func(t *sim.Tally) float64 { return 1 - t.Metric(sim.FirstWait).CDF(1) }},
		{"mean wait", "min", waiting / (cores - offered) * session.Minutes(),
			func(t *sim.Tally) float64 { return t.Metric(sim.FirstWait).MeanNs() / float64(time.Minute) }},
	} {
		all = append(all, check{
			group: marketsGroup, source: "Erlang C", unit: row.unit, expected: row.expected,
			name: fmt.Sprintf("work for %d cores at a site of %d, players wait: %s", offered, cores, row.name),
			simulate: func(ctx context.Context, t trial) (float64, error) {
				tally, err := t.market(ctx, solo(t, offered, workload.Market{PlaysInFull: true}), cores, t.seconds(600*3600))
				return row.of(&tally), err
			},
		})
	}
	return all
}

// opponents are checks of games of two players a match, who come at random and stay long: one waits until the next comes.
func opponents() (all []check) {
	const perSecond, giveUp, long = 1.0 / 30, 40 * time.Second, time.Minute
	duel := func(t trial, market workload.Market) workload.Workload {
		const session = 30 * time.Minute
		market.GiveUp = t.slowed(market.GiveUp)
		w := quietGame(2, market)
		return workload.Change(w, func(s *workload.Sessions) {
			s.Length = workload.Weibull{Shape: 100, Scale: session}
			s.ConcurrentPlayers = perSecond * s.Length.Mean().Seconds() / (1 + t.broken.slower)
		})
	}
	firstWait := func(t *sim.Tally) float64 { return t.Metric(sim.FirstWait).MeanNs() / 1e9 }
	lost := math.Exp(-giveUp.Seconds() * perSecond)
	for _, row := range []struct {
		name, source, unit string
		expected           float64
		market             workload.Market
		of                 func(*sim.Tally) float64
	}{
		{"mean wait", "every other one waits, 1/rate", "s", 1 / (2 * perSecond), workload.Market{}, firstWait},
		{"share that waits for longer than 1 min", "exp(-rate x)/2", "", math.Exp(-long.Seconds()*perSecond) / 2, workload.Market{},
			func(t *sim.Tally) float64 { return 1 - t.Metric(sim.FirstWait).CDF(int64(long)) }},
		{"share that gives up after 40 s", "q/(2-q) with q = exp(-rate 40 s)", "", lost / (2 - lost), workload.Market{GiveUp: giveUp},
			func(t *sim.Tally) float64 {
				gone := t.Count(sim.GaveUpSessions)
				return float64(gone) / float64(gone+t.Metric(sim.FirstWait).Count())
			}},
	} {
		all = append(all, check{
			group: marketsGroup, source: row.source, unit: row.unit, expected: row.expected,
			name: "two players a match, one every 30 s: " + row.name,
			simulate: func(ctx context.Context, t trial) (float64, error) {
				tally, err := t.market(ctx, duel(t, row.market), 0, t.seconds(200*3600))
				return row.of(&tally), err
			},
		})
	}
	// Two towns with a site each, at 10 ms from their own and 80 ms from the other's.
	for _, row := range []struct {
		limit    time.Duration
		expected float64
		source   string
	}{
		{50 * time.Millisecond, 1 / perSecond, "a queue each, of half the rate"},
		{100 * time.Millisecond, 1 / (2 * perSecond), "one queue of all"},
	} {
		all = append(all, check{
			group: marketsGroup, source: row.source, unit: "s", expected: row.expected,
			name: fmt.Sprintf("two towns that are 80 ms apart and accept %v: mean wait for the other of two", row.limit),
			simulate: func(ctx context.Context, t trial) (float64, error) {
				n, p, err := twoTowns()
				if err != nil {
					return 0, err
				}
				w := duel(t, workload.Market{Choice: workload.LowestMean, Ladder: []workload.Rung{{Limit: row.limit}}})
				tally, err := t.run(ctx, longRun(n, w, t.seconds(200*3600)), p)
				return firstWait(&tally), err
			},
		})
	}
	return append(all, check{
		group: marketsGroup, source: "Little's law", unit: "players", expected: 60,
		name: "heavy-tailed sessions, 60 players wanted, two a match: players at any moment",
		simulate: func(ctx context.Context, t trial) (float64, error) {
			w := quietGame(2, workload.Market{Choice: workload.LowestMean}).WithPlayers(60)
			w = workload.Change(w, func(s *workload.Sessions) { s.Length = workload.Weibull{Shape: 0.5, Scale: 15 * time.Minute} })
			duration := t.seconds(200 * 3600)
			tally, err := t.market(ctx, w, 0, duration)
			return float64(tally.Count(sim.PlayerUs)) / float64(duration.Microseconds()), err
		},
	})
}

// quietGame is a game of so many players a match, which lasts for as long as they stay, and of whose updates hardly any are played.
func quietGame(players int, market workload.Market) workload.Workload {
	w := bareGame(players)
	return workload.Change(w, func(m *workload.Matched) {
		m.MatchLength, m.TickHz, m.SampledMatches, m.Market = 1000*time.Hour, 0.1, 1e-4, market
	})
}

// market runs a game at one site with so many cores, 0 for any number.
func (t trial) market(ctx context.Context, w workload.Workload, cores int, duration time.Duration) (sim.Tally, error) {
	n, _, err := star(1, 0)
	if err != nil {
		return sim.Tally{}, err
	}
	p := placement.RegionOnly("region")
	p.Sites[1].Cores = cores // of who computes
	return t.run(ctx, longRun(n, w, duration), p)
}

// longRun is a run that begins to record after two hours.
func longRun(n *topology.Network, w workload.Workload, duration time.Duration) sim.Scenario {
	return sim.Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 2 * time.Hour, Duration: duration}
}

// twoTowns are two metros, each with a region at 10 ms, both ways, and the other's at 80 ms.
func twoTowns() (*topology.Network, placement.Placement, error) {
	var nodes []topology.Node
	var links []topology.Link
	p := placement.Placement{Name: "both"}
	towns := []string{"east", "west"}
	for _, town := range towns {
		nodes = append(nodes, topology.Node{ID: town, Kind: topology.Metro, Users: 1}, topology.Node{ID: town + "-region", Kind: topology.Region})
		p.Sites = append(p.Sites, placement.Assignment{Site: town + "-region", Role: placement.Compute})
		for _, other := range towns {
			oneWay := 40 * time.Millisecond
			if town == other {
				oneWay = 5 * time.Millisecond
			}
			links = append(links, topology.Link{From: town, To: other + "-region", Kind: topology.Internet, OneWay: oneWay}.Both()...)
		}
	}
	n, err := topology.New(nodes, links)
	return n, p, err
}
