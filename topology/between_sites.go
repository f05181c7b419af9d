package topology

import "time"

// A SitePath is the way between two sites and back.
type SitePath struct {
	// There and Back are the one-way delays of both directions.
	There, Back time.Duration
	// BackNarrowest is the link with the least capacity on the way back, the zero value if every link there is
	// unlimited.
	BackNarrowest Link
	// Loss is the probability that an exchange over the way loses a packet, there or back, BackLoss that of a packet on the way back.
	Loss, BackLoss float64
	// BackLinks are the links on the way back in the order in which they are passed, nil where no link of the network has a [Sharing],
	// but for [Network.BetweenSitesInFull].
	BackLinks []Link
	// ThereLinks are the links on the way there, of [Network.BetweenSitesInFull] alone.
	ThereLinks []Link
	// Stretches are those of the way there, see [Routes.Stretches], of [Network.BetweenSitesInFull] alone.
	Stretches []Stretch
}

// RTT returns the round trip.
func (p SitePath) RTT() time.Duration { return p.There + p.Back }

// BetweenSites returns the ways that servers of some sites take to another one, and back; all are node indices: over
// the provider's backbone or, where that is missing or longer, the public Internet, never over a user's access
// line. It is an error if there is no such way in one of the directions, and names the first pair that lacks it.
//
// The search goes by the delays of the links. What is shortest by these may not be so any more when a [Correction] knows
// what the whole way takes: then the backbone alone and the Internet alone are looked at, too, and the way with the
// least round trip is taken.
func (n *Network) BetweenSites(from []int, to int) ([]SitePath, error) {
	return n.betweenSites(from, to, false)
}

// BetweenSitesInFull is [Network.BetweenSites] with the links of all ways.
func (n *Network) BetweenSitesInFull(from []int, to int) ([]SitePath, error) {
	return n.betweenSites(from, to, true)
}

func (n *Network) betweenSites(from []int, to int, inFull bool) ([]SitePath, error) {
	shortest, err := n.sitePaths(from, to, Private|1<<Internet, inFull)
	if err != nil || n.correction == nil {
		return shortest, err
	}
	for _, over := range []LinkKinds{Private, 1 << Internet} {
		paths, err := n.sitePaths(from, to, over, inFull)
		for i := range from {
			if err == nil {
				shortest[i] = shorter(shortest[i], paths[i])
			} else if path, err := n.sitePaths(from[i:i+1], to, over, inFull); err == nil { // others may lack it
				shortest[i] = shorter(shortest[i], path[0])
			}
		}
	}
	return shortest, nil
}

// shorter returns the path with the least round trip, the first if they are alike.
func shorter(a, b SitePath) SitePath {
	if b.RTT() < a.RTT() {
		return b
	}
	return a
}

// sitePaths returns the ways over links of some kinds.
func (n *Network) sitePaths(from []int, to int, over LinkKinds, inFull bool) ([]SitePath, error) {
	there, err := n.Routes(from, []int{to}, over)
	if err != nil {
		return nil, err
	}
	back, err := there.Back()
	if err != nil {
		return nil, err
	}
	paths, hasShared := make([]SitePath, len(from)), n.HasShared()
	for i := range from {
		narrowest := back.Narrowest(i, 0)
		narrowest.From, narrowest.To = narrowest.To, narrowest.From // a path back is listed from its end
		paths[i] = SitePath{There: there.OneWay(i, 0), Back: back.OneWay(i, 0), BackNarrowest: narrowest, BackLoss: back.Loss(i, 0)}
		paths[i].Loss = 1 - float64((1-there.Loss(i, 0))*(1-paths[i].BackLoss))
		if hasShared || inFull {
			paths[i].BackLinks = back.Returning(i, 0)
		}
		if inFull {
			paths[i].ThereLinks, paths[i].Stretches = there.Links(i, 0), there.Stretches(i, 0)
		}
	}
	return paths, nil
}
