package topology

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// SpreadParts is the number of equal parts of a metro's users that a [Spread] tells apart.
const SpreadParts = 20

// A Spread says how far a metro's users live from its place: the mean great-circle distance of each twentieth of them, in
// km from 0 to [MaxSpreadKm], the nearest first. The zero value puts them all at the place itself.
//
// The network's way of a user begins at the metro's place: what lies before it is his way there, see [Spread.RTT].
type Spread [SpreadParts]float32

// MaxSpreadKm bounds the distance of users from their metro.
const MaxSpreadKm = 5000

// Around returns the spread of users who live evenly over a disc, at a mean distance in km.
func Around(meanKm float64) Spread {
	var s Spread
	// The mean distance from a disc's centre is two thirds of its radius, of those in the inner share of it that of a
	// disc of radius sqrt(share); before[i] is that of the first i parts, times their share.
	var before [SpreadParts + 1]float64
	for i := range before {
		share := float64(i) / SpreadParts
		before[i] = share * math.Sqrt(share)
	}
	for i := range s {
		s[i] = float32(float64(meanKm*SpreadParts) * (before[i+1] - before[i]))
	}
	return s
}

// MeanKm returns the mean distance.
func (s Spread) MeanKm() float64 {
	sum := 0.0
	for _, km := range s {
		sum += float64(km)
	}
	return sum / SpreadParts
}

// RTT returns what the way of a part's users, from 0 to SpreadParts-1, to their metro adds to a round trip: both ways
// over a cable of the public Internet as [DefaultDelayModel] has it, 15.1 microseconds a km, without a further hop.
//
// Nothing of it is in the last mile twice: a [Technology]'s times are those to the first router with a public address,
// where the line of the user ends, or what the line takes over whole ways, and the delays of the Internet were fitted between the places of measured
// users, not of their metros, and their targets. Assumed: that users reach the network at the metro's place and not at an exchange nearer to home, so that a site on their
// side of the metro is nearer than it seems.
func (s Spread) RTT(part int) time.Duration {
	m := DefaultDelayModel().Internet
	m.PerHop = 0
	return 2 * m.OneWay(float64(s[part]))
}

// Validate returns an error if a distance is out of range or less than the one before.
func (s Spread) Validate() error {
	last := float32(0)
	for i, km := range s {
		if !(km >= last && km <= MaxSpreadKm) {
			return invalid.New(fmt.Sprintf("[%d]", i), km, "a distance from %v to %v km, for the nearest come first", last, MaxSpreadKm)
		}
		last = km
	}
	return nil
}

// wantSpread says what ParseSpread takes.
const wantSpread = "the mean distance of users in km, or those of each twentieth of them, ascending and with blanks between, 0 to 5000"

// ParseSpread reads a spread: one mean distance in km, as [Around] takes it, or those of each twentieth, with blanks between.
// Nothing stands for the zero value.
func ParseSpread(written string) (Spread, error) {
	var s Spread
	fields := strings.Fields(written)
	if len(fields) == 0 {
		return s, nil
	}
	wrong := invalid.New("spread", strconv.Quote(written), wantSpread)
	if len(fields) != 1 && len(fields) != SpreadParts {
		return s, wrong
	}
	for i, f := range fields {
		km, err := strconv.ParseFloat(f, 32)
		if err != nil || !(km >= 0 && km <= MaxSpreadKm) {
			return s, wrong
		}
		s[i] = float32(km)
	}
	if len(fields) == 1 {
		s = Around(float64(s[0]))
	}
	if s.Validate() != nil {
		return s, wrong
	}
	return s, nil
}

// String writes a spread as [ParseSpread] reads it, the zero value as nothing.
func (s Spread) String() string {
	if s == (Spread{}) {
		return ""
	}
	fields := make([]string, SpreadParts)
	for i, km := range s {
		fields[i] = strconv.FormatFloat(float64(km), 'g', -1, 32)
	}
	return strings.Join(fields, " ")
}
