package topology

import "time"

// A SitePath is the way between two sites and back.
type SitePath struct {
	// There and Back are the one-way delays of both directions.
	There, Back time.Duration
	// BackBitsPerSecond is the least capacity on the way back, 0 if every link there is unlimited.
	BackBitsPerSecond float64
}

// RTT returns the round trip.
func (p SitePath) RTT() time.Duration { return p.There + p.Back }

// BetweenSites returns the way that servers of two sites take to each other, from and to being node indices: over
// the provider's backbone or, where that is missing or longer, the public Internet, never over a user's access
// line. It is an error if there is no such way in one of the directions.
func (n *Network) BetweenSites(from, to int) (SitePath, error) {
	const between = Private | 1<<Internet
	there, err := n.Routes([]int{from}, []int{to}, between)
	if err != nil {
		return SitePath{}, err
	}
	back, err := n.ReturnRoutes([]int{from}, []int{to}, between)
	if err != nil {
		return SitePath{}, err
	}
	return SitePath{there.OneWay(0, 0), back.OneWay(0, 0), back.BottleneckBitsPerSecond(0, 0)}, nil
}
