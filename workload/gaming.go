package workload

import (
	"math"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// A Gaming workload is a real-time game. Players arrive as a Poisson process, play matches for a
// heavy-tailed time and leave. A match runs on one server, which advances it tick by tick: an update
// that a player sends takes effect at the next tick after it arrives.
type Gaming struct {
	// Name tells the workload apart in results and addresses its random numbers.
	Name string
	// Metros are the ids of the metros whose users take part; empty means all.
	Metros []string
	// ConcurrentPlayers is the mean number of players over a day, of all metros together. Sessions
	// arrive at ConcurrentPlayers / mean session length (Little's law).
	ConcurrentPlayers float64
	// Session is the law of a session's length.
	Session Weibull
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
	// MatchesPerServer is how many matches a server runs at once; it counts only where a placement
	// limits servers. 0 means 1.
	MatchesPerServer int
	// Data says how often an update needs the data's home before it counts.
	Data DataCalls
	// SampledUpdates is the share of each player's updates that are simulated: every k-th, with k the
	// whole number nearest to 1/SampledUpdates. All players and matches are there, so that the
	// distributions stay unbiased and a big game costs less; counts are of the updates simulated. 0
	// means 1: all.
	SampledUpdates float64
	// Day is the shape of the load over local time; the zero value means [Flat].
	Day Profile
	// Deadlines are the latencies whose shares of updates are counted exactly.
	Deadlines []time.Duration
	// Assumed lists the parameters that a preset set by assumption.
	Assumed []Assumption
}

// Weibull is the law of a length of time. A shape below 1 has a heavy tail: the longer a player has
// stayed, the longer that player will still stay.
type Weibull struct {
	Shape float64
	Scale time.Duration
}

// Mean returns Scale * Gamma(1 + 1/Shape).
func (w Weibull) Mean() time.Duration {
	return time.Duration(min(w.meanNs(), century))
}

func (w Weibull) meanNs() float64 { return float64(w.Scale) * math.Gamma(1+1/w.Shape) }

// century is 100 years in ns.
const century = 100 * 365.25 * 24 * float64(time.Hour)

// Validate names the first field that is out of range.
func (w Weibull) Validate() error {
	if w.Scale <= 0 || w.Scale > 1000*time.Hour {
		return invalid.New("Scale", w.Scale, "more than 0, 1000h at most")
	}
	if err := invalid.Range("Shape", w.Shape, 0.1, 100); err != nil {
		return err
	}
	if mean := w.meanNs(); mean > century {
		return invalid.New("Scale", w.Scale, "a mean of 100 years at most; with a shape of %v it is %.3g", w.Shape, mean/century*100)
	}
	return nil
}

// draw returns one length.
func (w Weibull) draw(s *random.Stream) int64 {
	return lengthNs(float64(w.Scale) * math.Pow(s.Exp(), 1/w.Shape))
}

// drawResidual returns what is left of the length of a session found under way in a stationary system:
// a uniform share of a length drawn in proportion to length. (Length/Scale)^Shape of such a session is
// gamma distributed with shape 1 + 1/Shape.
func (w Weibull) drawResidual(s *random.Stream) int64 {
	g := distuv.Gamma{Alpha: 1 + 1/w.Shape, Beta: 1, Src: s}.Rand()
	return lengthNs(float64(w.Scale) * math.Pow(g, 1/w.Shape) * s.Float64())
}

// lengthNs holds a length within a century, so that sums with it cannot overflow.
func lengthNs(ns float64) int64 {
	return int64(min(ns, century))
}

// StartsShort reports whether so many players may start a match after LobbyTimeout.
func (g *Gaming) StartsShort(players int) bool { return players >= max(g.MinPlayers, 1) }

// Validate names the first field that is out of range.
func (g *Gaming) Validate() error {
	if g.Name == "" {
		return invalid.New("Name", `""`, "a name")
	}
	return inWorkload(g.Name, g.validate())
}

// mostPlayers bounds the players of a match.
const mostPlayers = 10_000

func (g *Gaming) validate() error {
	const long = 1000 * time.Hour
	most := g.MatchPlayers
	if most < 1 {
		most = mostPlayers // one mistake is enough
	}
	return invalid.First(
		invalid.Check(g.ConcurrentPlayers > 0 && g.ConcurrentPlayers <= 2e7, "ConcurrentPlayers", g.ConcurrentPlayers, "more than 0, 2e7 at most: each is held in memory"),
		invalid.Check(g.MatchLength >= time.Second && g.MatchLength <= long, "MatchLength", g.MatchLength, "1s to 1000h"),
		invalid.Check(g.LobbyTimeout >= 0 && g.LobbyTimeout <= long, "LobbyTimeout", g.LobbyTimeout, "0 to 1000h"),
		invalid.Check(g.UpdateHz == 0 || g.UpdateHz >= 0.1 && g.UpdateHz <= 10_000, "UpdateHz", g.UpdateHz, "0 (the tick rate) or 0.1 to 10000"),
		invalid.Check(g.SampledUpdates == 0 || g.SampledUpdates >= 1e-6 && g.SampledUpdates <= 1, "SampledUpdates", g.SampledUpdates, "0 (all) or 1e-6 to 1"),
		invalid.Check(g.TickTime >= 0 && g.TickTime <= time.Minute, "TickTime", g.TickTime, "0 to 1m"),
		invalid.Check(g.TickTimePerPlayer >= 0 && g.TickTimePerPlayer <= time.Minute, "TickTimePerPlayer", g.TickTimePerPlayer, "0 to 1m"),
		invalid.Range("MatchPlayers", g.MatchPlayers, 1, mostPlayers),
		invalid.Range("MinPlayers", g.MinPlayers, 0, most),
		invalid.Range("TickHz", g.TickHz, 0.1, 10_000),
		invalid.Range("MatchesPerServer", g.MatchesPerServer, 0, 1<<20),
		invalid.In("Session", g.Session.Validate()),
		invalid.In("Data", g.Data.Validate()),
		invalid.In("Day", dayOf(g.Day).Validate()),
		validateDeadlines(g.Deadlines),
	)
}

// TickPeriod returns the time between ticks of a match with so many players: the nominal period, or
// the server's work where that takes longer.
func (g *Gaming) TickPeriod(players int) time.Duration {
	return max(time.Duration(1e9/g.TickHz+0.5), g.TickWork(players))
}

// TickWork returns the server's work for one tick of a match with so many players.
func (g *Gaming) TickWork(players int) time.Duration {
	return g.TickTime + time.Duration(players)*g.TickTimePerPlayer
}

// UpdatePeriod returns the time between the simulated updates of a player.
func (g *Gaming) UpdatePeriod() time.Duration {
	return g.SendPeriod() * time.Duration(g.UpdatesASample())
}

// UpdatesASample returns k where every k-th update is simulated.
func (g *Gaming) UpdatesASample() int64 {
	if g.SampledUpdates == 0 {
		return 1
	}
	return int64(math.Round(1 / g.SampledUpdates))
}

// SendPeriod returns the time between all updates of a player, simulated or not.
func (g *Gaming) SendPeriod() time.Duration {
	hz := g.UpdateHz
	if hz == 0 {
		hz = g.TickHz
	}
	return time.Duration(1e9/hz + 0.5)
}

// A Session is one player's stay.
type Session struct {
	// At is when the player arrives, in ns since the start of the run; 0 for those found playing.
	At int64
	// LengthNs is how long the player stays from then on.
	LengthNs int64
	// Number counts the sessions of the metro from 0; it addresses the player's random numbers.
	Number uint64
}

// A SessionStream draws the sessions of one metro in order of time: first the players found playing
// when the run starts, then those who arrive.
type SessionStream struct {
	arrivals Arrivals
	lengths  random.Stream
	law      Weibull
	found    uint64
	number   uint64
}

// Streams returns one stream an audience, in their order. The number of players found at the start is
// Poisson with the mean of a stationary system (M/G/infinity) at the load of that hour, and what is left
// of their sessions is drawn from the stationary law; a game needs no warm-up for its sessions.
func (g *Gaming) Streams(audiences []Audience, start time.Time, seed, replication uint64) ([]SessionStream, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	shares, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	perSecond := g.ConcurrentPlayers / g.Session.Mean().Seconds()
	day := dayOf(g.Day)
	streams := make([]SessionStream, len(audiences))
	for i, a := range audiences {
		entity := purpose.EntityOf(g.Name, a.Metro)
		lengths := random.New(seed, replication, entity, purpose.Session)
		mean := g.ConcurrentPlayers * shares[i] * day.At(localHour(start, a.Zone))
		found := uint64(0)
		if mean > 0 {
			found = uint64(distuv.Poisson{Lambda: mean, Src: &lengths}.Rand())
		}
		streams[i] = SessionStream{
			arrivals: NewArrivals(random.New(seed, replication, entity, purpose.Arrival), perSecond*shares[i], day, start, a.Zone),
			lengths:  lengths,
			law:      g.Session,
			found:    found,
		}
	}
	return streams, nil
}

// Next returns the next session; its At is math.MaxInt64 when no more players come.
func (s *SessionStream) Next() Session {
	n := s.number
	s.number++
	if n < s.found {
		return Session{At: 0, LengthNs: s.law.drawResidual(&s.lengths), Number: n}
	}
	return Session{At: s.arrivals.Next(), LengthNs: s.law.draw(&s.lengths), Number: n}
}

func localHour(at time.Time, zone *time.Location) float64 {
	if zone == nil {
		zone = time.UTC
	}
	local := at.In(zone)
	return float64(local.Hour()) + float64(local.Minute())/60 + float64(local.Second())/3600
}
