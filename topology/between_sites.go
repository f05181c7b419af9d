package topology

import "time"

// A SitePath is the way between two sites and back.
type SitePath struct {
	// There and Back are the one-way delays of both directions.
	There, Back time.Duration
	// BackNarrowest is the link with the least capacity on the way back, the zero value if every link there is
	// unlimited.
	BackNarrowest Link
}

// RTT returns the round trip.
func (p SitePath) RTT() time.Duration { return p.There + p.Back }

// BetweenSites returns the way that servers of two sites take to each other, from and to being node indices: over
// the provider's backbone or, where that is missing or longer, the public Internet, never over a user's access
// line. It is an error if there is no such way in one of the directions.
//
// The search goes by the delays of the links. What is shortest by these may not be so any more when a [Correction] knows
// what the whole way takes: then the backbone alone and the Internet alone are looked at, too, and the way with the
// least round trip is taken.
func (n *Network) BetweenSites(from, to int) (SitePath, error) {
	symmetric := n.symmetric()
	shortest, err := n.sitePath(from, to, Private|1<<Internet, symmetric)
	if err != nil || n.correction == nil {
		return shortest, err
	}
	for _, over := range []LinkKinds{Private, 1 << Internet} {
		// One of the two may be missing.
		if path, err := n.sitePath(from, to, over, symmetric); err == nil && path.RTT() < shortest.RTT() {
			shortest = path
		}
	}
	return shortest, nil
}

// sitePath returns the way over links of some kinds. Where every link has its twin the way back is the way there.
func (n *Network) sitePath(from, to int, over LinkKinds, symmetric bool) (SitePath, error) {
	there, err := n.Routes([]int{from}, []int{to}, over)
	if err != nil {
		return SitePath{}, err
	}
	back := there
	if !symmetric {
		if back, err = n.reversed().Routes([]int{from}, []int{to}, over); err != nil {
			return SitePath{}, err
		}
	}
	narrowest := back.Narrowest(0, 0)
	narrowest.From, narrowest.To = narrowest.To, narrowest.From // a path back is listed from its end
	return SitePath{there.OneWay(0, 0), back.OneWay(0, 0), narrowest}, nil
}
