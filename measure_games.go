package edgewise

import (
	"time"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// gamesLeaveOut says what the model of games leaves out that may decide.
const gamesLeaveOut = "a party is of one metro, and a match has no teams; the matchmaker knows every player's round trip"

// notPlaying returns the share of the play that was wanted and did not happen, as a whole and by reason.
func notPlaying() []Measure {
	missed := func(t *Tallies) uint64 { return t.Outcomes[sim.NotPlayed] }
	all := []Measure{{
		Label: Label{Metric: "not playing", Statistic: "share", Unit: "share", Better: Less, Judged: "not playing",
			Shown: Shown{Table: LatencyTable, Column: "not playing", SiteColumn: "not playing"}},
		Of: ofRequests(missed), Kinds: games, ByMetro: true, BySite: true,
	}}
	for _, why := range waits {
		of := func(t *Tallies) uint64 { return t.Failures[why] }
		all = append(all, Measure{
			Label: Label{Metric: "not playing", Statistic: why.String(), Unit: "share", Better: Less},
			Of:    ofRequests(of), Kinds: games, Where: happened(of), BySite: true,
		})
	}
	return all
}

// playersOf makes a number of players, on the mean over the recorded time, of the time that all of them summed up.
func playersOf(c sim.Counter) Source {
	return RatioOf(func(t *Tallies) stats.Ratio { return ratio(t.Count(c), uint64(t.Duration)) }, nsPerUs)
}

// matches returns how many players matches have.
func matches() []Measure {
	begun := func(t *Tallies) bool { return t.overSites(sim.Matches) > 0 }
	return []Measure{
		{Label: Label{Metric: "match", Statistic: "count", Unit: "matches"},
			Of: CountOf(func(t *Tallies) uint64 { return t.overSites(sim.Matches) }), Kinds: games, BySite: true},
		{Label: Label{Metric: "match", Statistic: "players", Unit: "players", Better: More,
			Shown: Shown{Table: PlayersTable, Column: "players a match", SiteColumn: "players a match"}},
			Of: RatioOf(func(t *Tallies) stats.Ratio {
				return ratio(t.Count(sim.PlayerUs)-t.Count(sim.WaitingUs), t.overSites(sim.MatchUs))
			}, 1), Kinds: games, Where: func(t *Tallies) bool { return t.overSites(sim.MatchUs) > 0 }, BySite: true},
		{Label: Label{Metric: "match", Statistic: "fill", Unit: "share", Better: More,
			Shown: Shown{Table: PlayersTable, Column: "seats taken", SiteColumn: "seats taken"}},
			Of: ShareOf(func(t *Tallies) stats.Ratio {
				return ratio(t.overSites(sim.SeatsTaken), t.overSites(sim.Seats))
			}), Kinds: games, Where: begun, BySite: true},
		{Label: Label{Metric: "match", Statistic: "full", Unit: "share", Better: More},
			Of: ShareOf(func(t *Tallies) stats.Ratio {
				return ratio(t.Metric(sim.WorstRTT).Count(), t.overSites(sim.Matches))
			}), Kinds: games, Where: begun},
	}
}

// MarketTable has how players come to their matches, and which servers that takes.
const MarketTable = "market and servers"

// marketFigures returns how players come to their matches, who does not, and which servers that takes.
func marketFigures() []Measure {
	ofSessions := func(c sim.Counter, name, judged string) Measure {
		return Measure{
			Label: Label{Metric: "sessions", Statistic: name + " share", Unit: "share", Better: Less, Judged: judged,
				Shown: Shown{Table: MarketTable, Column: name}},
			Of:    ShareOf(func(t *Tallies) stats.Ratio { return ratio(t.Count(c), t.Count(sim.Sessions)) }),
			Kinds: games, Where: happened(counter(c)), OrAtBaseline: true, ByMetro: true,
		}
	}
	isLimited := func(t *Tallies) bool { return t.overSites(sim.RentedUs) > 0 }
	return []Measure{
		ofSessions(sim.GaveUpSessions, "gave up", "players who gave up"),
		ofSessions(sim.TurnedAwaySessions, "turned away", "players turned away"),
		{Label: Label{Metric: "sessions", Statistic: "reconnected", Unit: "sessions"},
			Of: CountOf(counter(sim.Reconnected)), Kinds: games, OnlyWithFailures: true, Where: happened(counter(sim.Reconnected))},
		{Label: Label{Metric: "match", Statistic: "overflowed seats", Unit: "share", Better: Less,
			Shown: Shown{Table: MarketTable, Column: "overflowed", SiteColumn: "overflowed"}},
			Of: ShareOf(func(t *Tallies) stats.Ratio { return ratio(t.Count(sim.Overflowed), t.overSites(sim.SeatsTaken)) }), Kinds: games,
			Where: happened(counter(sim.Overflowed)), OrAtBaseline: true, BySite: true},
		{Label: Label{Metric: "match", Statistic: "backfilled players", Unit: "players"},
			Of: RatioOf(func(t *Tallies) stats.Ratio { return ratio(t.overSites(sim.Backfilled), t.overSites(sim.Matches)) }, 1), Kinds: games,
			Where: func(t *Tallies) bool { return t.overSites(sim.Backfilled) > 0 }, OrAtBaseline: true, BySite: true},
		{Label: Label{Metric: "match", Statistic: "skill spread", Unit: "points", Better: Less,
			Shown: Shown{Table: MarketTable, Column: "skill spread, points", SiteColumn: "skill spread"}},
			Of: RatioOf(func(t *Tallies) stats.Ratio { return ratio(t.overSites(sim.SkillSpread), t.overSites(sim.Matches)) }, 1e-3), Kinds: games,
			Where: func(t *Tallies) bool { return t.overSites(sim.SkillSpread) > 0 }, OrAtBaseline: true, BySite: true},
		{Label: Label{Metric: "cores", Statistic: "mean", Unit: "cores",
			Shown: Shown{Table: MarketTable, Column: "cores busy", SiteColumn: "cores busy"}},
			Of: coresOf(sim.CoreUs), Kinds: games, Where: func(t *Tallies) bool { return t.overSites(sim.CoreUs) > 0 }, BySite: true},
		{Label: Label{Metric: "cores", Statistic: "rented", Unit: "cores",
			Shown: Shown{Table: MarketTable, Column: "cores rented", SiteColumn: "cores rented"}},
			Of: coresOf(sim.RentedUs), Kinds: games, Where: isLimited, OrAtBaseline: true, BySite: true},
		{Label: Label{Metric: "cores", Statistic: "for 99.9 % of the peak hour", Unit: "cores", Better: Less,
			Shown: Shown{Table: MarketTable, Column: "cores for 99.9 %", SiteColumn: "cores for 99.9 %"}},
			Of: CountOf(overTallies(coresAtPeak)), Kinds: games, Where: hasMatches, BySite: true},
		{Label: Label{Metric: "cores", Statistic: "for 99.9 % by Erlang B", Unit: "cores", Better: Less,
			Shown: Shown{Table: MarketTable, Column: "by Erlang B", SiteColumn: "by Erlang B"}},
			Of: CountOf(overTallies(coresByErlang)), Kinds: games, Where: hasMatches, BySite: true},
	}
}

// coresOf makes a number of cores, on the mean over the recorded time, of the time that all of them summed up.
func coresOf(c sim.SiteCounter) Source {
	return RatioOf(func(t *Tallies) stats.Ratio { return ratio(t.overSites(c), uint64(t.Duration)) }, nsPerUs)
}

func hasMatches(t *Tallies) bool { return t.overSites(sim.MatchUs) > 0 }

// overTallies makes a figure of a site one of all sites together where it is not made by site.
func overTallies(of func(*sim.SiteTally, time.Duration) uint64) func(*Tallies) uint64 {
	return func(t *Tallies) (sum uint64) {
		if t.Site != nil {
			return of(t.Site, t.Duration)
		}
		for i := range t.Workload.Sites {
			sum += of(&t.Workload.Sites[i], t.Duration)
		}
		return sum
	}
}

// coresAtPeak returns how many cores it takes to host all matches for 99.9 % of the hour that has most.
func coresAtPeak(s *sim.SiteTally, _ time.Duration) (cores uint64) {
	for i := range s.Hours {
		cores = max(cores, s.CoresFor(s.Hours[i].MostMatches))
	}
	return cores
}

// coresByErlang returns how many cores Erlang's formula gives for the matches of the busiest hour, so that one match of a thousand is
// blocked: matches that begin independently of each other, and go where there is no room.
func coresByErlang(s *sim.SiteTally, recorded time.Duration) uint64 {
	most := 0.0
	for i := range s.Hours {
		length := min(time.Hour, recorded-time.Duration(i)*time.Hour)
		most = max(most, float64(s.Hours[i].MatchUs)/float64(length.Microseconds()))
	}
	return s.CoresFor(uint64(stats.ErlangServers(most, 0.001)))
}

// overSites returns a counter of the site that the figure is made of, or of all sites together.
func (t *Tallies) overSites(c sim.SiteCounter) (n uint64) {
	if t.Site != nil {
		return t.Site.Count(c)
	}
	for i := range t.Workload.Sites {
		n += t.Workload.Sites[i].Count(c)
	}
	return n
}

// whose says of which part of players or matches the shares within a deadline are.
var whose = map[sim.Metric]string{sim.PlayerRTT: "players", sim.WorstRTT: "matches", sim.PlayerDisplay: "players shown"}

// showPlayers shows the figure of a game's players in their table, and lets the wait for a match be judged.
func (m *Measure) showPlayers() {
	show := func(title string) { m.Table, m.Column = PlayersTable, title }
	switch [2]string{m.Metric, m.Statistic} {
	case [2]string{sim.PlayerRTT.String(), "p50"}:
		show("RTT p50")
	case [2]string{sim.PlayerRTT.String(), "p95"}:
		show("RTT p95")
	case [2]string{sim.LobbyWait.String(), "mean"}:
		show("wait for a match")
		m.Judged = "wait for a match"
	case [2]string{sim.LobbyWait.String(), "p95"}:
		show("wait p95")
	case [2]string{sim.FirstWait.String(), "mean"}:
		m.Table, m.Column = MarketTable, "first wait"
		m.ByMetro = true
	case [2]string{sim.FirstWait.String(), "p95"}:
		m.Table, m.Column = MarketTable, "first wait p95"
	case [2]string{sim.GaveUpWait.String(), "mean"}:
		m.Table, m.Column = MarketTable, "wait of who gave up"
	}
}
