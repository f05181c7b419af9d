package sim

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// solo is a game of one player a match, who plays until the session of an exponential length ends.
func solo(t *testing.T, players float64, market workload.Market) Scenario {
	t.Helper()
	w := workload.Workload{
		Head:   workload.Head{Name: "game"},
		Demand: workload.Sessions{ConcurrentPlayers: players, Length: workload.Weibull{Shape: 1, Scale: 10 * time.Minute}},
		Service: workload.Matched{
			MatchPlayers: 1, MatchLength: 1000 * time.Hour, TickHz: 0.1, SampledMatches: 1e-4, Market: market,
		},
	}
	return Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, WarmUp: 2 * time.Hour, Duration: 900 * time.Hour, Seed: 5}
}

// inZone is a placement with so many servers in the zone alone.
func inZone(servers int) placement.Placement {
	return placement.Placement{Name: "zone", Sites: []placement.Assignment{{Site: "zone", Role: placement.Compute, Servers: servers}}}
}

func TestPlayersWithoutALobbyAreBlockedAsErlangSays(t *testing.T) {
	// Erlang B for ten servers: 0.078741 where work for seven is offered, 0.121661 where it is for eight.
	for _, c := range []struct{ offered, blocked float64 }{{7, 0.078741}, {8, 0.121661}} {
		t.Run(fmt.Sprint(c.offered), func(t *testing.T) {
			s := solo(t, c.offered, workload.Market{Full: workload.TurnAway})
			blocked := replicate(t, s, inZone(10), func(r *Result) float64 {
				tally := &r.Workloads[0].Metros[0]
				return float64(tally.Count(TurnedAwaySessions)) / float64(tally.Count(Sessions))
			})
			requireInside(t, blocked, c.blocked, 0.04)
		})
	}
}

func TestPlayersWaitForAServerAsErlangSays(t *testing.T) {
	// M/M/10 with work for eight: P(wait) by Erlang C is 0.409180, and the mean wait P(wait)/(10-8) of a session of ten minutes.
	s := solo(t, 8, workload.Market{PlaysInFull: true})
	runs := replications(t, s, inZone(10))
	wait := runs.mean(func(r *Result) float64 {
		return r.Workloads[0].Metros[0].Metric(FirstWait).MeanNs() / 1e9
	})
	requireInside(t, wait, erlangC(10, 8)/2*600, 0.15)
	waits := runs.mean(func(r *Result) float64 {
		all := r.Workloads[0].Metros[0].Metric(FirstWait)
		return 1 - all.CDF(1)
	})
	requireInside(t, waits, erlangC(10, 8), 0.08)
}

// erlangC returns the probability of waiting of M/M/c.
func erlangC(servers int, offered float64) float64 {
	blocked := 1.0
	for c := 1; c <= servers; c++ {
		blocked = offered * blocked / (float64(c) + offered*blocked)
	}
	return blocked / (1 - offered/float64(servers)*(1-blocked))
}

// duels is a game of two players a match that come as a Poisson process, one every half minute on the mean, and stay for longer than
// the run lasts.
func duels(t *testing.T, market workload.Market) Scenario {
	t.Helper()
	w := workload.Workload{
		Head:   workload.Head{Name: "game"},
		Demand: workload.Sessions{ConcurrentPlayers: 60, Length: workload.Weibull{Shape: 100, Scale: 30 * time.Minute}},
		Service: workload.Matched{
			MatchPlayers: 2, MinPlayers: 2, MatchLength: 1000 * time.Hour, TickHz: 0.1, SampledMatches: 1e-4, Market: market,
		},
	}
	return Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, WarmUp: time.Hour, Duration: 200 * time.Hour, Seed: 3}
}

func TestWaitsForAnOpponentAreThoseOfAlternatingArrivals(t *testing.T) {
	// Players come at a rate r and are matched two by two: one waits until the next one comes, exponentially with a mean of 1/r,
	// the next one not at all. So the mean is 1/(2r), half of them do not wait, and who waits does so for longer than x with
	// the probability exp(-rx).
	s := duels(t, workload.Market{})
	sessions := s.Workloads[0].Demand.(workload.Sessions)
	perSecond := sessions.PerSecond()
	runs := replications(t, s, inZone(0))
	mean := runs.mean(func(r *Result) float64 {
		return r.Workloads[0].Metros[0].Metric(FirstWait).MeanNs() / 1e9
	})
	requireInside(t, mean, 1/(2*perSecond), 0.02)
	long := runs.mean(func(r *Result) float64 {
		return 1 - r.Workloads[0].Metros[0].Metric(FirstWait).CDF(int64(60*time.Second))
	})
	requireInside(t, long, 0.5*math.Exp(-60*perSecond), 0.06)
}

func TestOpponentsWhoGiveUpAreTooFewByHalfACycle(t *testing.T) {
	// Who waits gives up after T. A cycle begins with somebody who waits, and ends with an opponent, of the probability 1-q, or without
	// one, q = exp(-rT). So of the 2-q players of a cycle q give up; their wait is T.
	s := duels(t, workload.Market{GiveUp: 40 * time.Second})
	sessions := s.Workloads[0].Demand.(workload.Sessions)
	q := math.Exp(-40 * sessions.PerSecond())
	gaveUp := replicate(t, s, inZone(0), func(r *Result) float64 {
		tally := &r.Workloads[0].Metros[0]
		require.Equal(t, int64(40*time.Second), tally.Metric(GaveUpWait).MinNs())
		require.Equal(t, int64(40*time.Second), tally.Metric(GaveUpWait).MaxNs())
		return float64(tally.Count(GaveUpSessions)) / float64(tally.Count(GaveUpSessions)+tally.Metric(FirstWait).Count())
	})
	requireInside(t, gaveUp, q/(2-q), 0.03)
}

func TestTwoTownsWaitTwiceAsLongUntilTheyMeet(t *testing.T) {
	// Two towns with a site each, 10 ms from their own and 80 ms from the other's. As long as 50 ms is all that they accept, each is a
	// queue of half the rate: the mean wait is 1/r, not 1/(2r). Where they accept 100 ms it is 1/(2r) again, and half of the matches
	// are of both towns: their two players are at 10 and 80 ms.
	s := duels(t, workload.Market{})
	s.Network = twoTowns(t, 5, 40)
	p := placement.Placement{Name: "both", Sites: []placement.Assignment{{Site: "east", Role: placement.Compute}, {Site: "west", Role: placement.Compute}}}
	perSecond := s.Workloads[0].Demand.(workload.Sessions).PerSecond()
	for _, c := range []struct {
		limit     time.Duration
		want, far float64
	}{{50 * time.Millisecond, 1 / perSecond, 0}, {100 * time.Millisecond, 1 / (2 * perSecond), 0.25}} {
		s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) {
			m.Market = workload.Market{Choice: workload.LowestMean, Ladder: []workload.Rung{{Limit: c.limit}}}
		})
		var far []float64
		wait := replicate(t, s, p, func(r *Result) float64 {
			total, err := r.Workloads[0].Total()
			require.NoError(t, err)
			far = append(far, 1-total.Metric(PlayerRTT).CDF(int64(50*time.Millisecond)))
			return total.Metric(FirstWait).MeanNs() / 1e9
		})
		requireInside(t, wait, c.want, 0.03)
		require.InDelta(t, c.far, stats.MeanOf(far, 0.99).Value, 0.01)
	}
}

// twoTowns are east and west, each with a region so many ms from it and from the other, one way.
func twoTowns(t testing.TB, near, far float64) *topology.Network {
	t.Helper()
	n, err := topology.New([]topology.Node{
		{ID: "eastern", Kind: topology.Metro, Users: 1}, {ID: "western", Kind: topology.Metro, Users: 1},
		{ID: "east", Kind: topology.Region}, {ID: "west", Kind: topology.Region},
	}, slices.Concat(both("eastern", "east", topology.Internet, near), both("western", "west", topology.Internet, near),
		both("eastern", "west", topology.Internet, far), both("western", "east", topology.Internet, far)))
	require.NoError(t, err)
	return n
}

func TestPlayersOfAMarketAreThoseOfLittlesLaw(t *testing.T) {
	// Sessions a second times their mean length is how many are there, whoever is asked.
	s := duels(t, workload.Market{Choice: workload.LowestMean})
	s.Workloads[0] = workload.Change(s.Workloads[0], func(d *workload.Sessions) { d.Length.Shape = 0.5 })
	players := replicate(t, s, inZone(0), func(r *Result) float64 {
		return float64(r.Workloads[0].Metros[0].Count(PlayerUs)) / float64(s.Duration.Microseconds())
	})
	requireInside(t, players, 60, 0.05)
}

func TestPlayersByHourFollowTheDayAsInfinitelyManyServersDo(t *testing.T) {
	// M_t/G/infinity: the mean at each instant is the integral of rate(t-u) P(L > u).
	day, err := workload.Evening(2.5)
	require.NoError(t, err)
	s := duels(t, workload.Market{Choice: workload.LowestMean})
	s.WarmUp, s.Duration = 0, 24*time.Hour
	s.Workloads[0].Day = day
	s.Workloads[0] = workload.Change(s.Workloads[0], func(d *workload.Sessions) { d.ConcurrentPlayers = 500 })
	s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) { m.MatchLength = 10 * time.Minute })
	people := []workload.Audience{{Metro: "metro", Users: 1}}
	loads, err := s.Workloads[0].LoadsOverDay(people, s.Start, 24*12)
	require.NoError(t, err)
	for _, hour := range []int{3, 9, 15, 21} {
		want := 0.0
		for k := range 12 {
			want += (loads[hour*12+k][0] + loads[(hour*12+k+1)%(24*12)][0]) / 24 * 500
		}
		found := replicate(t, s, inZone(0), func(r *Result) float64 {
			return float64(r.Workloads[0].Sites[0].Hours[hour].PlayerUs) / 3600e6
		})
		requireInside(t, found, want, 0.06)
	}
}

func TestMarketsAreTheSameOnAnyNumberOfCores(t *testing.T) {
	s, p := wholeMarket(t)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	want, err := plans[0].RunOn(context.Background(), 0, 1, nil)
	require.NoError(t, err)
	for _, workers := range []int{2, 3, 7} {
		got, err := plans[0].RunOn(context.Background(), 0, workers, nil)
		require.NoError(t, err)
		requireSame(t, want, got)
	}
}

// wholeMarket is two games with all that a market has, which share cores at two zones and a region that is elastic, one of which fails.
func wholeMarket(t testing.TB) (Scenario, placement.Placement) {
	t.Helper()
	n, zones := alikeZones(t, 3)
	game := workload.Workload{
		Head:   workload.Head{Name: "game", Deadlines: []time.Duration{35 * time.Millisecond}},
		Demand: workload.Sessions{ConcurrentPlayers: 300, Length: workload.Weibull{Shape: 0.7, Scale: 20 * time.Minute}},
		Service: workload.Matched{
			MatchPlayers: 6, MinPlayers: 4, LobbyTimeout: 30 * time.Second, MatchLength: 8 * time.Minute, TickHz: 2, MatchesPerServer: 2,
			TickTime: 3 * time.Millisecond, TickTimePerPlayer: time.Millisecond,
			Market: workload.Market{
				Choice: workload.LowestMean, Full: workload.Overflow, GiveUp: 2 * time.Minute, Backfill: 3 * time.Minute, Reconnect: 0.5,
				Ladder:  []workload.Rung{{Limit: 25 * time.Millisecond}, {After: 20 * time.Second, Limit: 100 * time.Millisecond}},
				Parties: []float64{0.6, 0.3, 0.1}, Login: workload.Calls{Count: 2}, Start: workload.Calls{Count: 1},
				Skill: workload.Skill{SD: 300, Bands: []workload.Band{{Width: 200}, {After: 10 * time.Second, Width: 500}}},
			},
		},
	}
	duel := workload.Change(game.Named("duel"), func(m *workload.Matched) {
		m.MatchPlayers, m.MinPlayers, m.MatchesPerServer, m.CoresPerMatch = 3, 2, 0, 0.25
		m.Market.Choice, m.Market.Relax = workload.MinMax, workload.Newest
	})
	p := placement.Placement{Name: "shared", Sites: []placement.Assignment{
		{Site: zones[0], Role: placement.Compute, Cores: 10}, {Site: zones[1], Role: placement.Compute, Cores: 6},
		{Site: "region", Role: placement.Compute, Cores: 2, Elastic: true, ElasticDelay: 40 * time.Second},
	}}
	return Scenario{
		Network: n, Workloads: []workload.Workload{game, duel}, WarmUp: 10 * time.Minute, Duration: 70 * time.Minute, Seed: 8,
		Failures: []Failure{{Site: zones[1], At: 40 * time.Minute, For: 10 * time.Minute, Detection: 30 * time.Second, Redirection: 30 * time.Second}},
	}, p
}

func TestAMarketLosesNeitherMatchesNorPlayers(t *testing.T) {
	s, p := wholeMarket(t)
	r := runOne(t, s, p)
	for i := range r.Workloads {
		w := &r.Workloads[i]
		total, err := w.Total()
		require.NoError(t, err)
		require.Equal(t, total.Count(Requests), total.Outcomes[Played]+total.Outcomes[NotPlayed])
		// The books by site say in all what those by metro do.
		var sites Tally
		var matchUs, hours uint64
		for n := range w.Sites {
			require.NoError(t, sites.Merge(&w.Sites[n].Tally))
			matchUs += w.Sites[n].Count(MatchUs)
			for _, h := range w.Sites[n].Hours {
				hours += h.MatchUs
			}
		}
		sites.Counters[UnseenSessions] = total.Counters[UnseenSessions] // known by metro alone
		require.Equal(t, total.Counters, sites.Counters)
		require.Equal(t, total.Outcomes, sites.Outcomes)
		require.Equal(t, total.Failures, sites.Failures)
		require.Equal(t, matchUs, hours)
		for _, c := range []Counter{GaveUpSessions, Reconnected, Overflowed, LostSessions, Sessions} {
			require.Positive(t, total.Count(c), "%s: %s", w.Name, c)
		}
		for _, c := range []SiteCounter{RentedUs, Backfilled, SkillSpread} {
			n := uint64(0)
			for k := range w.Sites {
				n += w.Sites[k].Count(c)
			}
			require.Positive(t, n, "%s: %s", w.Name, c)
		}
		// Nobody who has played has not waited, and nobody waits who has not come.
		require.LessOrEqual(t, total.Metric(FirstWait).Count()+total.Metric(GaveUpWait).Count(), total.Count(Sessions))
		require.LessOrEqual(t, total.Metric(PlayerRTT).Count(), total.Count(Sessions))
		// What players wanted to send in the recorded time is what they would have sent if they had always played: that of the time of
		// all of them, and of what those had left who went before their time.
		require.Positive(t, total.Failures[GaveUp])
	}
	// The play that is wanted does not depend on who can be served.
	wanted := func(p placement.Placement, s Scenario) (all []uint64) {
		for _, w := range runOne(t, s, p).Workloads {
			total, err := w.Total()
			require.NoError(t, err)
			all = append(all, total.Count(Requests))
		}
		return all
	}
	few := p
	few.Sites = slices.Clone(p.Sites)
	few.Sites[0].Cores, few.Sites[1].Cores, few.Sites[2].Elastic, few.Sites[2].ElasticDelay = 1, 1, false, 0
	plenty := p
	plenty.Sites = []placement.Assignment{{Site: "region", Role: placement.Compute}}
	calm := s
	calm.Failures = nil
	require.Equal(t, wanted(plenty, calm), wanted(few, calm))
	require.Equal(t, wanted(plenty, calm), wanted(p, s))
}

// bigMarket is a shooter for 60 metros with a site each in nine of them, on a line of 60 ms.
func bigMarket(t testing.TB, players float64, length time.Duration) (Scenario, placement.Placement) {
	t.Helper()
	var nodes []topology.Node
	var links []topology.Link
	p := placement.Placement{Name: "nine"}
	const metros = 60
	for i := range metros {
		m, e := fmt.Sprint("metro", i), fmt.Sprint("town", i)
		nodes = append(nodes, topology.Node{ID: m, Kind: topology.Metro, Users: float64(1 + i%7), Access: topology.AccessMix{}.OrDefault()}, topology.Node{ID: e, Kind: topology.Exchange})
		links = append(links, both(m, e, topology.Access, 0.1)...)
		if i > 0 {
			links = append(links, both(fmt.Sprint("town", i-1), e, topology.Internet, 0.5)...)
		}
		if i%7 == 3 {
			site := fmt.Sprint("site", i)
			nodes = append(nodes, topology.Node{ID: site, Kind: topology.Region})
			links = append(links, both(e, site, topology.Internet, 0.5)...)
			p.Sites = append(p.Sites, placement.Assignment{Site: site, Role: placement.Compute})
		}
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	w := workload.CompetitiveFPS().WithPlayers(players)
	w = workload.Change(w, func(m *workload.Matched) {
		m.Market = workload.Market{
			Choice: workload.LowestMean, Full: workload.Overflow, GiveUp: 5 * time.Minute,
			Ladder: []workload.Rung{
				{Limit: 50 * time.Millisecond}, {After: 20 * time.Second, Limit: 100 * time.Millisecond}, {After: time.Minute, Limit: 200 * time.Millisecond},
			},
			Parties: []float64{0.6, 0.2, 0.1, 0.05, 0.05},
			Skill:   workload.Skill{SD: 300, Bands: []workload.Band{{Width: 300}, {After: 30 * time.Second, Width: 900}}},
		}
	})
	return Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: length, Seed: 1}, p
}

func TestASampleOfMatchesSaysWhatAllDo(t *testing.T) {
	// One match of eight is played, whole. What the market knows is of all matches, to the bit; what updates meet is the same within the
	// sample's own interval, and what is not played keeps its part of the whole.
	//
	// Each of N matches is played with the probability p, whatever the others are. So the part that is played of what all do has a relative
	// variance of (1-p)/p * (1+c^2)/N, where c is the coefficient of variation of the matches' work, and the mean over what is
	// played one of (1-p)/p * d^2 (1+c^2)/N, where d is that of the mean of a match.
	s, p := bigMarket(t, 1500, time.Hour)
	s.Workloads[0].Deadlines = []time.Duration{35 * time.Millisecond, 60 * time.Millisecond}
	s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) { m.SampledUpdates, m.Display = 0.001, workload.Display{} })
	matches := 0.
	total := func(s Scenario, replication int) Tally {
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		r, err := plans[0].Run(context.Background(), replication)
		require.NoError(t, err)
		sum, err := r.Workloads[0].Total()
		require.NoError(t, err)
		matches = 0
		for i := range r.Workloads[0].Sites {
			matches += float64(r.Workloads[0].Sites[i].Count(Matches))
		}
		return sum
	}
	const part, replications = 0.125, 8
	sampled := s
	sampled.Workloads = []workload.Workload{workload.Change(s.Workloads[0], func(m *workload.Matched) { m.SampledMatches = part })}
	var means, shares, missed, parts []float64
	for replication := range replications {
		all, some := total(s, replication), total(sampled, replication)
		for _, m := range []Metric{PlayerRTT, WorstRTT, LobbyWait, FirstWait, GaveUpWait} {
			require.Equal(t, all.Metric(m), some.Metric(m), m.String())
		}
		for _, c := range []Counter{Sessions, PlayerUs, WaitingUs, GaveUpSessions} {
			require.Equal(t, all.Count(c), some.Count(c), c.String())
		}
		means = append(means, some.Metric(Response).MeanNs()/all.Metric(Response).MeanNs()-1)
		share := func(t *Tally) float64 { return float64(t.Within(Response)[1]) / float64(t.Count(Requests)) }
		shares = append(shares, share(&some)-share(&all))
		missed = append(missed, float64(some.Outcomes[NotPlayed])/float64(some.Count(Requests))-float64(all.Outcomes[NotPlayed])/float64(all.Count(Requests)))
		parts = append(parts, float64(some.Outcomes[Played])/float64(all.Outcomes[Played])/part-1)
	}
	// Matches of up to 35 min of which an hour has a part last for anything from nothing to all of it, with c^2 of 1/3 at most.
	one := math.Sqrt((1 - part) / part * (1 + 1./3) / matches)
	t.Logf("%v matches: standard error %.4f", matches, one)
	for name, c := range map[string]struct {
		found []float64
		error float64 // the standard error of one replication: matches differ by a fifth in the mean, and less in the shares
	}{
		"mean":        {means, 0.2 * one},
		"within":      {shares, 0.07 * one},
		"not playing": {missed, 0.01 * one},
		"played":      {parts, one},
	} {
		e := stats.MeanOf(c.found, 0.99)
		t.Logf("%s: %.5f ± %.5f, for %.5f", name, e.Value, e.HalfWidth(), c.error)
		require.InDelta(t, 0, e.Value, 3*c.error/math.Sqrt(replications), name)
	}
}
