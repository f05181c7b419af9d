package topology

import "time"

// lightKmPerSecond is the speed of light in vacuum, the bound of every signal by whatever way.
const lightKmPerSecond = 299_792.458

// placeErrorKm is how far two places may be nearer to each other than their coordinates say. Assumed: those of sites
// and metros are of the middle of a city, either up to 50 km off.
const placeErrorKm = 100

// LightRTT returns the least round trip between two places that nature allows: light in vacuum on the great circle,
// less 100 km because the coordinates are those of cities (assumed).
func LightRTT(a, b Place) time.Duration {
	km := DistanceKm(a, b) - placeErrorKm
	if km <= 0 {
		return 0
	}
	return time.Duration(2 * km / lightKmPerSecond * float64(time.Second))
}

// LightRTT returns [LightRTT] of the places of two nodes, 0 where one has no place. A node of an own graph without
// coordinates stands at 0, 0, where nobody is.
func (n *Network) LightRTT(from, to int) time.Duration {
	a, b := n.nodes[from].place(), n.nodes[to].place()
	if a == (Place{}) || b == (Place{}) {
		return 0
	}
	return LightRTT(a, b)
}
