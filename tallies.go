package edgewise

import (
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// Tallies are what one run found of one workload: what a measure is made of. They must not be kept or changed.
type Tallies struct {
	// Tally holds the requests of all metros; of one where the figure is made by metro, and of those that one
	// site serves where it is made by site. By site there are no distributions: Metric and Within return nil.
	*sim.Tally
	// Tiers is what was asked of each tier of caches, in order from the user; where the figure is made by site, of
	// that site's; where it is made by metro, of the first tier alone, for fetches are no metro's. See [Tallies.Tier].
	Tiers []sim.TierTally
	// Site is what one site did, nil where the figure is not made by site.
	Site *sim.SiteTally
	// Workload holds the whole, all metros in the order of the network.
	Workload *sim.WorkloadTally
	// Duration is the simulated time that was recorded.
	Duration time.Duration
	// names are those of the tiers.
	names []string
}

// ofSite returns a counter of the site that the figure is made of, 0 where it is not made by site.
func (t *Tallies) ofSite(c sim.SiteCounter) uint64 {
	if t.Site == nil {
		return 0
	}
	return t.Site.Count(c)
}

// takenIn returns how many requests of other sites, which had no room, a site has been asked to answer.
func takenIn(t *Tallies) uint64 { return t.ofSite(sim.TakenIn) }

// spilledFrom returns how many requests others have answered for the site that the figure is made of, or for all sites.
func spilledFrom(t *Tallies) (n uint64) {
	if t.Site != nil {
		return t.Site.AnsweredElsewhere()
	}
	for i := range t.Workload.Sites {
		n += t.Workload.Sites[i].AnsweredElsewhere()
	}
	return n
}

// Tier returns what was asked of the tier of caches with a name, for example [placement.EdgeCache]: nothing where the
// placement has no such tier.
func (t *Tallies) Tier(name string) sim.TierTally {
	if i := slices.Index(t.names, name); i >= 0 && i < len(t.Tiers) {
		return t.Tiers[i]
	}
	return sim.TierTally{}
}

// hits returns the requests that a cache answered without a fetch of their own, or their bytes.
func hits(counts *[sim.NumOutcomes]uint64) uint64 {
	return counts[sim.Hit] + counts[sim.DelayedHit] + counts[sim.Stale] + counts[sim.NegativeHit]
}

// atOnce returns the requests that a cache answered without any wait for a fetch.
func atOnce(t *Tallies) uint64 {
	stale := t.Outcomes[sim.Stale]
	return t.Outcomes[sim.Hit] + stale - min(t.Count(sim.StaleWaited), stale) + t.Outcomes[sim.NegativeHit]
}

// ages reports whether a request met a cache that counts ages.
func ages(t *Tallies) bool {
	return t.Count(sim.AgedAnswers)+t.Outcomes[sim.NegativeHit]+t.Failures[sim.OriginError]+t.Failures[sim.CachedError] > 0
}

// perAged returns the mean, over the objects with a lifetime that users got, of what a counter sums.
func perAged(c sim.Counter) func(*Tallies) stats.Ratio {
	return func(t *Tallies) stats.Ratio { return ratio(t.Count(c), t.Count(sim.AgedAnswers)) }
}

// met counts the requests that met a site: whoever met none has met no cache. The few misses that were under way
// when their site went down are left out with them.
func met(t *Tallies) uint64 {
	return t.Count(sim.Requests) - t.Failures[sim.SiteDown] - t.Failures[sim.LinkDown]
}

// leftToOrigin counts the requests that no cache has taken off the origin: those that it has answered, by an error or not, those that it has rejected,
// and those that nobody further up has answered.
func leftToOrigin(t *Tallies) uint64 {
	return t.Count(sim.OriginRequests) + t.Failures[sim.NextTierDown] + t.Failures[sim.QueueFull] + t.Failures[sim.Shed]
}

// peakRate is the largest number of requests of a batch, by its length in ns.
func peakRate(t *Tallies) stats.Ratio {
	if t.Site == nil {
		return stats.Ratio{}
	}
	return ratio(t.Site.PeakRequests, uint64(t.Workload.Timeline.BatchNs))
}

func peakPlayers(t *Tallies) uint64 {
	if t.Site == nil {
		return 0
	}
	return t.Site.PeakPlayers
}

// servesAsOrigin leaves the load on the origin out of the figures of sites that are none.
func servesAsOrigin(t *Tallies) bool { return t.Site == nil || t.Count(sim.OriginRequests) > 0 }

// cached reports whether a request met a cache.
func cached(t *Tallies) bool {
	return hits(&t.Outcomes)+t.Outcomes[sim.Miss]+t.Outcomes[sim.Revalidated] > 0
}

func counter(c sim.Counter) func(*Tallies) uint64 {
	return func(t *Tallies) uint64 { return t.Count(c) }
}

func ratio(numerator, denominator uint64) stats.Ratio {
	return stats.Ratio{Numerator: numerator, Denominator: denominator}
}

// ofRequests returns the share of all requests that a counter counts.
func ofRequests(of func(*Tallies) uint64) Source {
	return ShareOf(func(t *Tallies) stats.Ratio { return ratio(of(t), t.Count(sim.Requests)) })
}

// happened returns a condition for a figure of what a counter counts.
func happened(of func(*Tallies) uint64) func(*Tallies) bool {
	return func(t *Tallies) bool { return of(t) > 0 }
}

// thereUs returns in how much of the recorded time a site was there, in us.
func (t *Tallies) thereUs() uint64 {
	recorded := uint64(max(t.Duration, 0).Microseconds())
	return recorded - min(recorded, t.ofSite(sim.AwayUs))
}

// busiestStep returns how long the servers that a workload finds at a site worked in the busiest step of recorded time, of what they could.
func busiestStep(t *Tallies) stats.Ratio {
	if t.Site == nil || t.Duration <= 0 {
		return stats.Ratio{}
	}
	there := t.thereUs()
	if there == 0 {
		return stats.Ratio{}
	}
	servers := (t.ofSite(sim.ServerUs) + there/2) / there
	return ratio(min(t.Site.PeakBusyUs*1000, servers*uint64(t.Workload.Timeline.BatchNs)), servers*uint64(t.Workload.Timeline.BatchNs))
}
