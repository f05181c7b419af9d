package placement

import (
	"cmp"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// Anycast is the rule that sends the users of a metro to the nearest site by round-trip time, except that a
// share of the internet providers of every metro leads to a worse one. Which ones do depends on the seed
// and the metro alone; a provider leads all its users to the same site at all times, until that is down.
type Anycast struct {
	// Misdirected is the share of internet providers whose users come to a worse site than the nearest, in
	// [0, 1]; the default is [DefaultMisdirected].
	Misdirected Fraction
}

// DefaultMisdirected is the share of clients that anycast sends to a site that is not the best for them:
// about 20 % (Calder et al., "Analyzing the performance of an anycast CDN", IMC 2015).
const DefaultMisdirected = 0.2

// ProvidersPerMetro is the number of internet providers that share the users of a metro. Assumed: ten of
// equal size.
const ProvidersPerMetro = 10

// NextWorse is the probability with which a misdirected provider misses one site more: it leads to the
// second best with the probability 1 - NextWorse, to the third with (1 - NextWorse) * NextWorse, and so
// on, the last taking what is left. Assumed.
const NextWorse = 0.5

// Validate returns an error where the share is not in [0, 1].
func (a Anycast) Validate(Placement, *topology.Network) error {
	return invalid.Range("Misdirected", a.Misdirected.Or(DefaultMisdirected), 0, 1)
}

// Shares gives every internet provider its site.
func (a Anycast) Shares(v View) []Share {
	ranked := make([]int, len(v.Sites))
	for i := range ranked {
		ranked[i] = i
	}
	slices.SortStableFunc(ranked, func(a, b int) int { return cmp.Compare(v.Sites[a].RTT, v.Sites[b].RTT) })
	nearest := v.NearestByRTT()
	shares := make([]Share, ProvidersPerMetro)
	for i := range shares {
		shares[i] = Share{nearest, uint64(i+1) * Everybody / ProvidersPerMetro}
		if site := ranked[a.rank(v, uint64(i))]; site != ranked[0] && !v.Sites[site].Away {
			shares[i].Site = site
		}
	}
	return shares
}

// rank draws the rank of the site to which an internet provider leads, 0 for the nearest.
func (a Anycast) rank(v View, provider uint64) int {
	draw := v.Draws.StreamAt(provider)
	if draw.Float64() >= a.Misdirected.Or(DefaultMisdirected) {
		return 0
	}
	missed := 1
	for missed < len(v.Sites)-1 && draw.Float64() < NextWorse {
		missed++
	}
	return min(missed, len(v.Sites)-1)
}
