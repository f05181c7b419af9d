package placement

import "github.com/edgewise-sim/edgewise/topology"

// NearestRTT is the rule that sends the users of a metro to the site with the least round-trip time. It is
// the default.
type NearestRTT struct{}

// Validate returns nil: the rule has no parameters.
func (NearestRTT) Validate(Placement, *topology.Network) error { return nil }

// Shares sends everybody to the nearest site by round-trip time.
func (NearestRTT) Shares(v View) []Share { return all(v.NearestByRTT()) }

// NearestDistance is the rule that sends the users of a metro to the site with the least great-circle
// distance, as DNS by location does.
type NearestDistance struct{}

// Validate returns nil: the rule has no parameters.
func (NearestDistance) Validate(Placement, *topology.Network) error { return nil }

// Shares sends everybody to the nearest site by distance.
func (NearestDistance) Shares(v View) []Share { return all(v.nearest(v.Km)) }
