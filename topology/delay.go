package topology

import (
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// SpeedOfLightKmPerMs is the speed of light in vacuum: 299.792458 km in a millisecond.
const SpeedOfLightKmPerMs = 299.792458

// A PathModel turns the length of one link into its one-way delay:
//
//	delay = per hop + inflation x km / (fibre speed x c)
//
// Inflation says how much longer the cable is than the great circle; the delay per hop stands for
// switching and for the detours that do not grow with the distance.
type PathModel struct {
	// Inflation is cable length over great-circle length, at least 1 in the real world; in (0, 100].
	Inflation float64
	// FiberSpeed is the speed of light in fibre as a share of its speed in vacuum, in (0, 1].
	FiberSpeed float64
	// PerHop is the fixed one-way delay of a link, in [0, 1s].
	PerHop time.Duration
}

// OneWay returns the one-way delay of a link of the given length in kilometres, rounded to a
// microsecond: so that the last bits of a sine, which differ between processors, do not show.
func (m PathModel) OneWay(km float64) time.Duration {
	us := math.Round(float64(m.Inflation*km) / float64(m.FiberSpeed*SpeedOfLightKmPerMs) * 1000)
	return m.PerHop + time.Duration(us)*time.Microsecond
}

// Validate returns an error if a parameter is out of range.
func (m PathModel) Validate() error {
	return invalid.First(
		invalid.Check(m.Inflation > 0 && m.Inflation <= 100, "Inflation", m.Inflation, "a factor above 0, 100 at most"),
		invalid.Check(m.FiberSpeed > 0 && m.FiberSpeed <= 1, "FiberSpeed", m.FiberSpeed, "a share of the speed of light above 0, 1 at most"),
		invalid.Check(m.PerHop >= 0 && m.PerHop <= time.Second, "PerHop", m.PerHop, "0 to 1s"),
	)
}

// A DelayModel gives the delay of links that were not measured. The public Internet and a provider's
// backbone have models of their own: a backbone takes fewer detours.
type DelayModel struct {
	Internet PathModel
	Backbone PathModel
	// Correction sharpens the delay of a whole path by what was measured between places nearby; nil
	// means none. See [github.com/edgewise-sim/edgewise/topology/calibrate].
	Correction Correction
}

// A Correction knows how measured delays differ from those of the paths through a network: a source of delays of
// your own. Hand it in as [DelayModel.Correction], or put it on a network with [Network.WithCorrection]. It must
// not change while a network uses it, and may be asked by several goroutines at a time.
type Correction interface {
	// Locate prepares a place for many calls of RTT.
	Locate(n Node) Location
}

// A Location is a place that a [Correction] has prepared.
type Location interface {
	// RTT returns the round trip to another location of the same Correction, given the round trip of
	// the path that links of one kind make between the two. It is the same in both directions, at
	// least 0, and grows with path.
	RTT(kind LinkKind, to Location, path time.Duration) time.Duration
}

// DefaultDelayModel returns a model of two numbers a kind, without correction. The catalog's networks
// use a sharper one, see [github.com/edgewise-sim/edgewise/topology/calibrate].
//
// Internet links run at 1.4 times the great circle at 0.68 c and cost 0.75 ms a hop, both then scaled
// by 1.10: the values that fit 14,516 measured round trips between 171 server cities best (pings of
// WonderNetwork, July 2020) on the union of the Internet Topology Zoo. Backbone links are 0.944 of
// that, which is the ratio that 253 round trips between AWS regions show (cloudping.co, July 2025).
func DefaultDelayModel() DelayModel {
	return DelayModel{
		Internet: PathModel{Inflation: 1.54, FiberSpeed: 0.68, PerHop: 825 * time.Microsecond},
		Backbone: PathModel{Inflation: 1.454, FiberSpeed: 0.68, PerHop: 779 * time.Microsecond},
	}
}

// Validate returns an error that names the model and the parameter out of range.
func (m DelayModel) Validate() error {
	return invalid.First(invalid.In("Internet", m.Internet.Validate()), invalid.In("Backbone", m.Backbone.Validate()))
}

// Of returns the model of a kind of link; access links have none, see [AccessMix].
func (m DelayModel) Of(kind LinkKind) (PathModel, error) {
	switch kind {
	case Internet:
		return m.Internet, nil
	case Backbone:
		return m.Backbone, nil
	}
	return PathModel{}, invalid.New("kind of link with a delay by distance", kind, "internet or backbone")
}
