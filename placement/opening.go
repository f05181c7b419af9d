package placement

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// An Opening says from when on a site of a placement is there, and until when: nobody is sent to it before, and from then on who the routing rule sends to a
// site that has always been there. Its caches begin empty and its servers free. Closed, it is sent nobody any more: what it has begun it ends.
//
// Users who go by [Placement].DNS learn of both when their resolver asks anew; who has not learned that it closes is served there still.
type Opening struct {
	// Site is the id of a site of the placement that is no origin, and not the home of data that other sites call for.
	Site string
	// At is when it opens, since the start of the run, warm-up included; 0 lets it be there from the start.
	At time.Duration
	// Closes is when it closes for good; 0 lets it stay.
	Closes time.Duration
}

// IsOpen reports whether the site is there at an instant.
func (o Opening) IsOpen(at time.Duration) bool { return o.At <= at && (o.Closes == 0 || at < o.Closes) }

// mostOpening bounds the instants of openings: a run lasts so long at most, with its warm-up.
const mostOpening = 2 * 366 * 24 * time.Hour

// validateOpenings names the first opening that is out of range, or of no site of the placement.
func (p Placement) validateOpenings(n *topology.Network) error {
	for i, o := range p.Openings {
		at := fmt.Sprintf("Openings[%d]", i)
		_, ok := n.Index(o.Site)
		switch {
		case !ok || !p.Uses(o.Site):
			return invalid.In(at, invalid.New("Site", o.Site, "a site of the placement"))
		case slices.ContainsFunc(p.Openings[:i], func(other Opening) bool { return other.Site == o.Site }):
			return invalid.In(at, invalid.New("Site", o.Site, "another site: this one has an opening already"))
		case slices.ContainsFunc(p.Sites, func(a Assignment) bool { return a.Site == o.Site && a.Role == Origin }):
			return invalid.In(at, invalid.New("Site", o.Site, "a site that is no origin, for what it has would be nowhere else"))
		case o.At < 0 || o.At > mostOpening:
			return invalid.In(at, invalid.New("At", o.At, "0s to %v", mostOpening))
		case o.Closes < 0 || o.Closes > mostOpening:
			return invalid.In(at, invalid.New("Closes", o.Closes, "0s to %v", mostOpening))
		case o.At == 0 && o.Closes == 0:
			return invalid.In(at, invalid.New("At", o.At, "more than 0s, or an instant at which it closes: this one is always there"))
		case o.Closes > 0 && o.Closes <= o.At:
			return invalid.In(at, invalid.New("Closes", o.Closes, "more than %v, when it opens", o.At))
		}
		for k := range p.Tiers {
			t := &p.Tiers[k]
			if t.SkipInOriginRegion && slices.ContainsFunc(t.Caches, func(c Cache) bool { return c.Site == o.Site }) {
				return invalid.In(at, invalid.New("Site", o.Site, "a site without a cache of the tier %q, of which caches decide by the nearest whether they skip it", t.Name))
			}
		}
	}
	return nil
}
