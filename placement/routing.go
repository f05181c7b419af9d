package placement

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
)

// A Routing is a rule by which the users of a metro find a site, among the candidates that can serve them.
// [NearestRTT], [NearestDistance], [Anycast], [Weighted] and [Pinned] are such rules; any type with these
// methods is one. A rule is asked before a run begins and at every failure, never by request.
type Routing interface {
	// Validate returns an error that names the first parameter which is out of range, for a placement in a
	// network.
	Validate(p Placement, n *topology.Network) error
	// Shares says who goes where: the first share takes the users up to its end, each further one those from
	// the end before it up to its own, and the last ends at [Everybody]. It must depend on nothing but the
	// rule and the view.
	Shares(v View) []Share
}

// A SiteNamer is a rule that has parameters for single sites, as [Weighted] and [Pinned] have. Every site it
// names must be one where users can enter. As [Placement.Routing], it also steers the workloads that compute
// if it names a site that computes.
type SiteNamer interface {
	// NamedSites returns the ids of the sites that the rule names, in the order of its parameters.
	NamedSites() []string
}

// A View is what a routing rule sees: a metro and the sites among which its users are to be shared. It is to
// be read only, and only while the rule is asked.
type View struct {
	// Metro is the id of the metro; Place is where it lies.
	Metro string
	Place topology.Place
	// Sites are the candidates in the order of the placement; one or more are not away.
	Sites []Candidate
	// Draws addresses random numbers of the metro: the same under every placement, for every workload and
	// in every replication.
	Draws random.Key
}

// A Candidate is a site that can serve users.
type Candidate struct {
	// Site is the id of the site.
	Site string
	Kind topology.NodeKind
	// Place is where the site lies.
	Place topology.Place
	// RTT is the round trip from the metro over the public internet, with the links' median last mile.
	RTT time.Duration
	// Away says that the site is known to be down: users whom a rule sends there nevertheless wait in vain.
	Away bool
}

// Km returns the great-circle distance from the metro to a candidate, given by its index.
func (v View) Km(site int) float64 { return topology.DistanceKm(v.Place, v.Sites[site].Place) }

// Everybody is the number of users whom a [View] shares. They stand in a row, as many for each internet
// provider or other group as belong to it, and keep their places.
const Everybody = 1 << 32

// A Share sends some of a metro's users to a site.
type Share struct {
	// Site is the index of a candidate of the [View].
	Site int
	// UpTo is where the share ends in the row of all users: 1 to [Everybody], not below the end before it.
	UpTo uint64
}

// all sends everybody to one site.
func all(site int) []Share { return []Share{{Site: site, UpTo: Everybody}} }

// nearest returns the candidate that is least far, of those not away; ties go to the first.
func (v View) nearest(far func(site int) float64) int {
	best := -1
	var least float64
	for i := range v.Sites {
		if v.Sites[i].Away {
			continue
		}
		if f := far(i); best < 0 || f < least {
			best, least = i, f
		}
	}
	return best
}

// NearestByRTT returns the index of the candidate with the least round trip of those that are not away; ties
// go to the first. It returns -1 where all are away.
func (v View) NearestByRTT() int {
	return v.nearest(func(i int) float64 { return float64(v.Sites[i].RTT) })
}

// CheckShares returns an error where shares are not as [Routing] asks for.
func (v View) CheckShares(shares []Share) error {
	from := uint64(0)
	for i, s := range shares {
		if s.Site < 0 || s.Site >= len(v.Sites) {
			return fmt.Errorf("share %d is of site %d; want 0 to %d", i, s.Site, len(v.Sites)-1)
		}
		if s.UpTo < from || s.UpTo > Everybody {
			return fmt.Errorf("share %d ends at %d; want %d to %d", i, s.UpTo, from, uint64(Everybody))
		}
		from = s.UpTo
	}
	if from != Everybody {
		return fmt.Errorf("the shares end at %d; want %d: everybody", from, uint64(Everybody))
	}
	return nil
}

// rule returns the rule itself, or the one that stands where none is given.
func rule(r Routing) Routing {
	if r == nil {
		return NearestRTT{}
	}
	return r
}
