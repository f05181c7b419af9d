package edgewise

import (
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// gamesLeaveOut says what the model of games leaves out that may decide.
const gamesLeaveOut = "the players of a metro play at one site, or wait for it while it is full; nobody joins a match that has begun; " +
	"jitter is drawn for each update on its own"

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
	}
}
