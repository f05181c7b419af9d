package workload

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/transport"
)

// Matched is the service of a real-time game. Players are grouped into matches. A match runs on one server of a
// compute site, which advances it tick by tick: an update that a player sends takes effect at the next tick after it
// arrives. It needs a demand of users who stay ([Staying]).
type Matched struct {
	// MatchPlayers is the number of players that a match is made for.
	MatchPlayers int
	// MatchLength is how long a match lasts; then its players queue for the next one. A match ends
	// early when all have left.
	MatchLength time.Duration
	// MinPlayers may start a match once the first of them has waited LobbyTimeout; 0 means 1.
	MinPlayers int
	// LobbyTimeout is the wait after which a match starts short of players.
	LobbyTimeout time.Duration
	// TickHz is the rate at which a server advances its match, UpdateHz the rate at which each
	// player sends updates; an UpdateHz of 0 means TickHz.
	TickHz, UpdateHz float64
	// TickTime is the server's work for one tick, TickTimePerPlayer what each player adds. A tick
	// whose work takes longer than the period delays the next one.
	TickTime, TickTimePerPlayer time.Duration
	// TickTimePerPair is what each pair of players adds, as where each looks for all others: n(n-1)/2 times for n players.
	TickTimePerPair time.Duration
	// MatchesPerServer is how many matches a server runs at once; it counts only where a placement
	// limits servers. 0 means 1.
	MatchesPerServer int
	// CoresPerMatch is what a match takes of the cores of a site that limits them: less than 1 where several run on a core; from 1
	// on whole cores, of its own. 0 means 1/MatchesPerServer.
	CoresPerMatch float64
	// Market says how players are brought together over all sites of the game.
	Market Market
	// Data says how often an update needs a call to the data's home before it counts. Its home is also that of the calls of the
	// Market.
	Data DataCalls
	// Line is how the players' lines change over time.
	Line PlayerLine
	// Peers says that two players exchange their inputs directly, and no server plays the match.
	Peers Peers
	// Display is what stands between input and picture at the player's own machine, Cloud what it takes to send pictures in
	// place of what is in them.
	Display Display
	Cloud   Cloud
	// Quality says how well the game plays at a latency.
	Quality Quality
	// SampledUpdates is the share of each player's updates that are simulated: every k-th, with k the
	// whole number nearest to 1/SampledUpdates. All players and matches are there, so that the
	// distributions stay unbiased and a big game costs less; counts are of the updates simulated. 0
	// means 1: all.
	SampledUpdates float64
	// SampledMatches is the share of the matches that are played: of k matches one, with k the whole number nearest to
	// 1/SampledMatches, chosen by a hash of its number. The market knows all of them: waits, seats, cores, round trips of
	// players and matches are of all; what updates meet is of those that are played, whole, so that it stays unbiased. 0 means 1: all.
	SampledMatches float64
}

// StartsShort reports whether so many players may start a match after LobbyTimeout.
func (m Matched) StartsShort(players int) bool { return players >= max(m.MinPlayers, 1) }

// mostPlayers bounds the players of a match.
const mostPlayers = 10_000

func (m Matched) validate(w *Workload) error {
	if _, ok := w.Demand.(Staying); w.Demand != nil && !ok {
		return invalid.New("Demand", typeOf(w.Demand), "a demand of users who stay, such as workload.Sessions, for a matched service (workload.Staying)")
	}
	return invalid.First(
		invalid.In("Service", m.Validate()),
		invalid.Check(w.Client == transport.Connection{}, "Client", w.Client, "the zero value: players keep their connection"),
	)
}

// Validate names the first field that is out of range.
func (m Matched) Validate() error {
	const long = longestWait
	most := m.MatchPlayers
	if most < 1 {
		most = mostPlayers // one mistake is enough
	}
	return invalid.First(
		invalid.Check(m.MatchLength >= time.Second && m.MatchLength <= long, "MatchLength", m.MatchLength, "1s to 1000h"),
		invalid.Check(m.LobbyTimeout >= 0 && m.LobbyTimeout <= long, "LobbyTimeout", m.LobbyTimeout, "0 to 1000h"),
		invalid.Check(m.UpdateHz == 0 || m.UpdateHz >= 0.1 && m.UpdateHz <= 10_000, "UpdateHz", m.UpdateHz, "0 (the tick rate) or 0.1 to 10000"),
		invalid.Check(m.SampledUpdates == 0 || m.SampledUpdates >= 1e-6 && m.SampledUpdates <= 1, "SampledUpdates", m.SampledUpdates, "0 (all) or 1e-6 to 1"),
		invalid.Check(m.TickTime >= 0 && m.TickTime <= time.Minute, "TickTime", m.TickTime, "0 to 1m"),
		invalid.Check(m.TickTimePerPlayer >= 0 && m.TickTimePerPlayer <= time.Minute, "TickTimePerPlayer", m.TickTimePerPlayer, "0 to 1m"),
		invalid.Check(m.TickTimePerPair >= 0 && m.TickTimePerPair <= time.Second, "TickTimePerPair", m.TickTimePerPair, "0 to 1s"),
		invalid.Range("MatchPlayers", m.MatchPlayers, 1, mostPlayers),
		invalid.Range("MinPlayers", m.MinPlayers, 0, most),
		invalid.Range("TickHz", m.TickHz, 0.1, 10_000),
		invalid.Range("MatchesPerServer", m.MatchesPerServer, 0, 1<<20),
		invalid.Check(m.SampledMatches == 0 || m.SampledMatches >= 1e-6 && m.SampledMatches <= 1, "SampledMatches", m.SampledMatches, "0 (all) or 1e-6 to 1"),
		invalid.Check(m.CoresPerMatch == 0 || m.CoresPerMatch >= 1e-4 && m.CoresPerMatch <= 1000, "CoresPerMatch", m.CoresPerMatch, "0 (1/MatchesPerServer) or 1e-4 to 1000"),
		invalid.Check(m.CoresPerMatch == 0 || m.MatchesPerServer == 0, "CoresPerMatch", m.CoresPerMatch, "0 beside MatchesPerServer, which says it too"),
		invalid.In("Market", m.Market.validate(most)),
		invalid.In("Data", m.Data.Validate()),
		invalid.In("Line", m.Line.Validate()),
		invalid.In("Display", m.Display.Validate()),
		invalid.In("Cloud", m.Cloud.Validate()),
		invalid.In("Quality", m.Quality.Validate()),
		m.validatePeers(),
		invalid.Check(len(m.Display.Deadlines) == 0 || m.FollowsDisplay(), "Display.Deadlines", m.Display.Deadlines, "none: without another part of Display, or Cloud, nothing is known of input to display, and they would be of nobody"),
		invalid.Check(!m.Display.Prediction || m.Cloud.BitsPerSecond == 0, "Display.Prediction", m.Display.Prediction, "false: pictures come as a video, and the player's machine has nothing to predict with"),
		invalid.Check(m.Quality.Of != FeltDisplay || m.FollowsDisplay(), "Quality.Of", m.Quality.Of, "rtt: without Display or Cloud nothing is known of input to display"),
	)
}

// TickPeriod returns the time between ticks of a match with so many players: the nominal period, or
// the server's work where that takes longer.
func (m Matched) TickPeriod(players int) time.Duration {
	return max(m.NominalPeriod(), m.TickWork(players))
}

// TickWork returns the server's work for one tick of a match with so many players.
func (m Matched) TickWork(players int) time.Duration {
	pairs := players * (players - 1) / 2
	return m.TickTime + time.Duration(players)*m.TickTimePerPlayer + time.Duration(pairs)*m.TickTimePerPair
}

// NominalPeriod returns the time between ticks of a server that keeps up.
func (m Matched) NominalPeriod() time.Duration { return time.Duration(1e9/m.TickHz + 0.5) }

// FollowsDisplay reports whether enough is known of the players' machines for figures from input to display.
func (m Matched) FollowsDisplay() bool { return !m.Display.IsZero() || m.Cloud != Cloud{} }

// Cores returns what a match takes of a site's cores.
func (m Matched) Cores() float64 {
	if m.CoresPerMatch > 0 {
		return m.CoresPerMatch
	}
	return 1 / float64(max(m.MatchesPerServer, 1))
}

// MatchesOn returns how many matches so many cores host at once.
func (m Matched) MatchesOn(cores int) int {
	if take := m.Cores(); take >= 1 {
		return cores / int(math.Ceil(take))
	}
	return cores * int(1/m.Cores()+1e-9)
}

// MatchesASample returns k where one match of k is played.
func (m Matched) MatchesASample() uint64 {
	if m.SampledMatches == 0 {
		return 1
	}
	return uint64(math.Round(1 / m.SampledMatches))
}

// UpdatePeriod returns the time between the simulated updates of a player.
func (m Matched) UpdatePeriod() time.Duration {
	return m.SendPeriod() * time.Duration(m.UpdatesASample())
}

// UpdatesASample returns k where every k-th update is simulated.
func (m Matched) UpdatesASample() int64 {
	if m.SampledUpdates == 0 {
		return 1
	}
	return int64(math.Round(1 / m.SampledUpdates))
}

// SendPeriod returns the time between all updates of a player, simulated or not.
func (m Matched) SendPeriod() time.Duration {
	hz := m.UpdateHz
	if hz == 0 {
		hz = m.TickHz
	}
	return time.Duration(1e9/hz + 0.5)
}
