package workload

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Market says how the players of a game are brought together over all its sites: who may play with whom, where a match
// is played, and what becomes of players whom nobody can serve. The zero value leaves each player to the site that the
// placement's routing rule names, where the players wait for each other and for a server for as long as it takes.
type Market struct {
	// Choice is how the site of a match is chosen.
	Choice SiteChoice
	// Ladder says how long the way to a match may be, by how long one has waited: the largest round trip, with the last mile and
	// the median of its jitter, of every player. The first rung begins at 0; limits rise with the wait. None stands for no
	// limit. Of [Peers] it is the round trip between two players.
	Ladder []Rung
	// MaxRTT is the largest round trip that a player accepts, however long the wait; 0 means any.
	MaxRTT time.Duration
	// Relax says whose wait counts for the rungs, the bands and the lobby's timeout.
	Relax Relax
	// Parties are the shares of the parties by size: Parties[0] of players who come alone, Parties[1] of pairs, and so
	// on; they sum to 1. A party comes from one metro, plays in one match and leaves as one. None means that everybody comes
	// alone.
	Parties []float64
	// Skill is how able players are, and how alike those of a match must be.
	Skill Skill
	// Full says what a party does while the sites of its choice are full.
	Full WhenFull
	// GiveUp is the wait after which players give up and go; 0 means that they wait for as long as they had wanted to play.
	GiveUp time.Duration
	// Backfill is how long after its start a match takes players into seats that are empty; 0 means that it takes none.
	Backfill time.Duration
	// PlaysInFull says that a session lasts for its length from its first match on, the wait before it on top. Otherwise the
	// wait is a part of it.
	PlaysInFull bool
	// Login are the calls to the home of the data that a player makes before the first request for a match, from the site that
	// the routing rule names; Start those that a match makes before its first tick. Both are a part of the wait.
	Login, Start Calls
	// Reconnect is the share of the players whom a failure has cut off that come back once they are redirected, in [0, 1].
	Reconnect float64
}

// A SiteChoice is a rule by which the site of a match is chosen among those that all its players accept.
type SiteChoice uint8

// The rules. Where two sites are alike, the first in the order of the placement is chosen.
const (
	// ByRouting keeps every player at the site that the placement's routing rule names: one lobby a site.
	ByRouting SiteChoice = iota
	// LowestMean takes the site with the lowest mean round trip of the match's players.
	LowestMean
	// MinMax takes the site whose farthest player has the lowest round trip.
	MinMax
	// Host takes the site that is nearest, by round trip, to the player who has waited longest.
	Host
	// FewestEmptySeats takes the site with the least room left, by cores: it fills one site after the other, and leaves those
	// for last that always have enough.
	FewestEmptySeats
	numSiteChoices
)

var siteChoiceNames = [numSiteChoices]string{"routing", "lowest-mean", "min-max", "host", "fewest-empty-seats"}

// String returns the rule's name, for example "lowest-mean".
func (c SiteChoice) String() string { return nameOf(siteChoiceNames[:], c) }

// ParseSiteChoice returns the rule of a name. The error lists the names there are.
func ParseSiteChoice(name string) (SiteChoice, error) {
	return parseName[SiteChoice]("site choice", siteChoiceNames[:], name)
}

// Relax says whose wait counts where a rule relaxes with the wait.
type Relax uint8

// Whose wait counts.
const (
	// Each player accepts what that player's own wait allows.
	Each Relax = iota
	// Newest lets the wait of the player who came last count for the whole match, as FlexMatch does by default.
	Newest
	// Oldest lets the wait of the player who came first count for the whole match.
	Oldest
	numRelax
)

var relaxNames = [numRelax]string{"each", "newest", "oldest"}

// String returns the name, for example "newest".
func (r Relax) String() string { return nameOf(relaxNames[:], r) }

// ParseRelax returns whose wait counts, by name. The error lists the names there are.
func ParseRelax(name string) (Relax, error) {
	return parseName[Relax]("relax", relaxNames[:], name)
}

// WhenFull says what a party does while the sites of its choice are full.
type WhenFull uint8

// What a party does.
const (
	// Wait for a server at the site that is chosen without regard to how full it is.
	Wait WhenFull = iota
	// Overflow to the site that comes next by the rule of choice, and wait where all that the party accepts are full.
	Overflow
	// TurnAway lets a party go at once that comes while all the sites it would ever accept are full, and
	// overflows otherwise.
	TurnAway
	numWhenFull
)

var whenFullNames = [numWhenFull]string{"wait", "overflow", "turn-away"}

// String returns the name, for example "overflow".
func (f WhenFull) String() string { return nameOf(whenFullNames[:], f) }

// ParseWhenFull returns what a party does, by name. The error lists the names there are.
func ParseWhenFull(name string) (WhenFull, error) {
	return parseName[WhenFull]("when full", whenFullNames[:], name)
}

// nameOf returns the name of a number.
func nameOf[T ~uint8](names []string, n T) string {
	if int(n) >= len(names) {
		return fmt.Sprintf("%T(%d)", n, uint8(n))
	}
	return names[n]
}

// parseName returns the number of a name.
func parseName[T ~uint8](what string, names []string, name string) (T, error) {
	i := slices.Index(names, name)
	if i < 0 {
		return 0, invalid.New(what, name, "one of %s", strings.Join(names, ", "))
	}
	return T(i), nil
}

// A Rung is a limit that holds from a wait on.
type Rung struct {
	After time.Duration // the wait, 0 to 1000h
	Limit time.Duration // the largest round trip, more than 0
}

// A Skill is the law of how able players are: a normal law, with the rating of chess in mind.
type Skill struct {
	// SD is the standard deviation, in points, 0 to 1e6; 0 means that all are alike.
	SD float64
	// Bands are the largest difference within a match, by the wait. The first begins at 0; they widen with the wait. None
	// stands for any difference. The rating of a party is the mean of its players'.
	Bands []Band
}

// A Band is a largest difference of skill that holds from a wait on.
type Band struct {
	After time.Duration // the wait, 0 to 1000h
	Width float64       // in points, more than 0
}

// Calls are calls to the home of the data, one after the other.
type Calls struct {
	Count   int         // 0 to 1000
	Service ServiceTime // the work of each at the home
}

// Validate names the first field that is out of range.
func (c Calls) Validate() error {
	return invalid.First(
		invalid.Range("Count", c.Count, 0, 1000),
		invalid.In("Service", c.Service.Validate()),
	)
}

// gameLadder is the ladder of presets: the limits of the example in the documentation of Amazon GameLift (create a player latency policy);
// when it climbs is assumed.
func gameLadder() []Rung {
	return []Rung{
		{Limit: 50 * time.Millisecond}, {After: 20 * time.Second, Limit: 100 * time.Millisecond}, {After: time.Minute, Limit: 200 * time.Millisecond},
	}
}

// matchmaking is the market of presets: one over all sites, with the lowest mean round trip (what GameLift does by default), which
// overflows to the next site, and which players leave after 5 min, GameLift's usual timeout of a request.
func matchmaking(parties ...float64) Market {
	return Market{Choice: LowestMean, Ladder: gameLadder(), Full: Overflow, GiveUp: 5 * time.Minute, Parties: parties, Reconnect: 0.8}
}

// assumedMarket is what presets assume of the market of a game.
func assumedMarket(m Market) []Assumption {
	all := []Assumption{{"Service.Market.Ladder", "players accept 50 ms at first, 100 ms after 20 s, 200 ms after 1 min"}}
	if len(m.Ladder) == 0 {
		all = nil
	}
	if len(m.Parties) > 0 {
		all = append(all, Assumption{"Service.Market.Parties", fmt.Sprintf("%.0f %% of the parties are players alone, the largest are of %d", 100*m.Parties[0], len(m.Parties))})
	}
	return append(all,
		Assumption{"Service.Market.GiveUp", fmt.Sprintf("players give up after %v", m.GiveUp)},
		Assumption{"Service.Market.Reconnect", fmt.Sprintf("%.0f %% of the players whom a failure cuts off come back", 100*m.Reconnect)})
}

// MaxParty is the largest number of players of a party.
const MaxParty = 16

// MaxSteps is the largest number of rungs of a ladder, and of bands.
const MaxSteps = 16

// validate names the first field that is out of range, in a game of so many players a match.
func (m *Market) validate(players int) error {
	errs := []error{
		invalid.Check(m.Choice < numSiteChoices, "Choice", m.Choice, strings.Join(siteChoiceNames[:], ", ")),
		invalid.Check(m.Relax < numRelax, "Relax", m.Relax, strings.Join(relaxNames[:], ", ")),
		invalid.Check(m.Full < numWhenFull, "Full", m.Full, strings.Join(whenFullNames[:], ", ")),
		invalid.Check(m.MaxRTT >= 0 && m.MaxRTT <= time.Hour, "MaxRTT", m.MaxRTT, "0 (any) to 1h"),
		invalid.Check(m.GiveUp >= 0 && m.GiveUp <= longestWait, "GiveUp", m.GiveUp, "0 (never) to 1000h"),
		invalid.Check(m.Backfill >= 0 && m.Backfill <= longestWait, "Backfill", m.Backfill, "0 (none) to 1000h"),
		invalid.Range("Reconnect", m.Reconnect, 0, 1),
		invalid.In("Login", m.Login.Validate()),
		invalid.In("Start", m.Start.Validate()),
		m.validateLadder(),
		m.validateParties(players),
		invalid.In("Skill", m.Skill.validate()),
	}
	if m.Choice == ByRouting {
		errs = append(errs,
			invalid.Check(m.Full != Overflow, "Full", m.Full, "wait or turn-away, or another choice of sites: by routing there is one site for each player"))
	}
	return invalid.First(errs...)
}

const longestWait = 1000 * time.Hour

func (m *Market) validateLadder() error {
	if len(m.Ladder) > MaxSteps {
		return invalid.New("Ladder", len(m.Ladder), "%d rungs at most", MaxSteps)
	}
	for i, r := range m.Ladder {
		field := func(name string) string { return fmt.Sprintf("Ladder[%d].%s", i, name) }
		switch {
		case i == 0 && r.After != 0:
			return invalid.New(field("After"), r.After, "0s: the first rung holds from the start")
		case i > 0 && (r.After <= m.Ladder[i-1].After || r.After > longestWait):
			return invalid.New(field("After"), r.After, "more than the rung before, %v, and 1000h at most", m.Ladder[i-1].After)
		case r.Limit <= 0 || r.Limit > time.Hour:
			return invalid.New(field("Limit"), r.Limit, "more than 0, 1h at most")
		case i > 0 && r.Limit <= m.Ladder[i-1].Limit:
			return invalid.New(field("Limit"), r.Limit, "more than the rung before, %v: a ladder does not shrink", m.Ladder[i-1].Limit)
		case m.MaxRTT > 0 && r.Limit > m.MaxRTT:
			return invalid.New(field("Limit"), r.Limit, "%v at most, the largest round trip that a player accepts", m.MaxRTT)
		case m.GiveUp > 0 && r.After >= m.GiveUp:
			return invalid.New(field("After"), r.After, "less than %v, when players give up", m.GiveUp)
		}
	}
	return nil
}

func (m *Market) validateParties(players int) error {
	if len(m.Parties) == 0 {
		return nil
	}
	most := min(players, MaxParty)
	if len(m.Parties) > most {
		return invalid.New("Parties", fmt.Sprintf("parties of %d", len(m.Parties)), "parties of %d at most: a match has %d players, and a party %d at most", most, players, MaxParty)
	}
	sum := 0.0
	for i, share := range m.Parties {
		if !(share >= 0 && share <= 1) {
			return invalid.New(fmt.Sprintf("Parties[%d]", i), share, "0 to 1")
		}
		sum += share
	}
	if m.Parties[len(m.Parties)-1] == 0 || sum < 1-1e-9 || sum > 1+1e-9 {
		return invalid.New("Parties", m.Parties, "shares that sum to 1, the last more than 0")
	}
	return nil
}

func (s *Skill) validate() error {
	if !(s.SD >= 0 && s.SD <= 1e6) {
		return invalid.New("SD", s.SD, "0 to 1e6 points")
	}
	if len(s.Bands) > 0 && s.SD == 0 {
		return invalid.New("Bands", s.Bands, "none: all players are alike, for SD is 0")
	}
	if len(s.Bands) > MaxSteps {
		return invalid.New("Bands", len(s.Bands), "%d at most", MaxSteps)
	}
	for i, b := range s.Bands {
		field := func(name string) string { return fmt.Sprintf("Bands[%d].%s", i, name) }
		switch {
		case i == 0 && b.After != 0:
			return invalid.New(field("After"), b.After, "0s: the first band holds from the start")
		case i > 0 && (b.After <= s.Bands[i-1].After || b.After > longestWait):
			return invalid.New(field("After"), b.After, "more than the band before, %v, and 1000h at most", s.Bands[i-1].After)
		case !(b.Width > 0 && b.Width <= 1e9):
			return invalid.New(field("Width"), b.Width, "more than 0 points, 1e9 at most")
		case i > 0 && b.Width <= s.Bands[i-1].Width:
			return invalid.New(field("Width"), b.Width, "more than the band before, %v: bands widen", s.Bands[i-1].Width)
		}
	}
	return nil
}

// MeanParty returns the mean number of players of a party.
func (m *Market) MeanParty() float64 {
	if len(m.Parties) == 0 {
		return 1
	}
	mean := 0.0
	for i, share := range m.Parties {
		mean += float64(share * float64(i+1))
	}
	return mean
}
