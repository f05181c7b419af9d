package sim

import "time"

// A SiteTally is what one site did for one workload. It holds integers only, so merging tallies in any order gives
// the same bits.
type SiteTally struct {
	// Tally is what the users met that the site serves, without distributions.
	Tally Tally
	// Tiers is what was asked of the site's caches, by tier as in [WorkloadTally.Tiers].
	Tiers []TierTally
	// PeakRequests is the largest number of requests that reached the site in one batch of [Course.BatchNs], of
	// those that were answered while the run recorded; 0 for games.
	PeakRequests uint64
}

// IsIdle reports whether nobody has asked the site for anything.
func (t *SiteTally) IsIdle() bool {
	n := t.Tally.Count(Requests) + t.Tally.Count(Sessions)
	for i := range t.Tiers {
		n += t.Tiers[i].Count(TierRequests)
	}
	return n == 0
}

func (t *SiteTally) merge(o *SiteTally) error {
	mergeTiers(t.Tiers, o.Tiers)
	t.PeakRequests = max(t.PeakRequests, o.PeakRequests)
	return t.Tally.Merge(&o.Tally)
}

// withoutMetrics returns the tally without its distributions.
func (t *Tally) withoutMetrics() *Tally {
	plain := *t
	plain.Metrics = nil
	return &plain
}

// settleSites adds up the tallies by site. Every entry of a metro has a tally of its own: the first that of the
// result, as long as the parts of the others are not in it yet.
func (r *run) settleSites() error {
	for i := range r.plan.workloads {
		w, to := &r.plan.workloads[i], &r.result.Workloads[i]
		for m, entries := range w.entries {
			if len(entries) == 0 {
				continue
			}
			if err := to.Sites[entries[0].site].Tally.Merge(to.Metros[m].withoutMetrics()); err != nil {
				return err
			}
		}
		for n, s := range r.sites {
			if w.kind.MeetsCaches() {
				for _, t := range s.caches {
					to.Sites[n].Tiers[t.number].merge(&t.tallies[i])
				}
			}
			if s.courses != nil && s.courses[i] != nil {
				to.Sites[n].PeakRequests = s.courses[i].peak(r.plan.scenario.WarmUp)
			}
		}
	}
	for _, part := range r.parts {
		if err := r.result.Workloads[part.workload].Sites[part.site].Tally.Merge(part.tally.withoutMetrics()); err != nil {
			return err
		}
	}
	r.settleTiers()
	return nil
}

// settleTiers notes what users met at the first tier, and adds up each tier.
func (r *run) settleTiers() {
	for i := range r.result.Workloads {
		w := &r.result.Workloads[i]
		for n := range w.Sites {
			site := &w.Sites[n]
			if len(site.Tiers) > 0 && r.sites[n].edge != nil {
				site.Tiers[firstTier] = site.Tally.firstTier()
			}
			mergeTiers(w.Tiers, site.Tiers)
		}
	}
}

// firstTier returns what requests met at the caches where users enter.
func (t *Tally) firstTier() (met TierTally) {
	met.Counters[TierHits] = t.Outcomes[Hit] + t.Outcomes[DelayedHit]
	met.Counters[TierHitBytes] = t.OutcomeBytes[Hit] + t.OutcomeBytes[DelayedHit]
	met.Counters[TierRequests] = met.Counters[TierHits] + t.Outcomes[Miss] + t.Failures[NextTierDown]
	met.Counters[TierBytes] = met.Counters[TierHitBytes] + t.OutcomeBytes[Miss]
	return met
}

// peak returns the most requests of a batch that begins at an instant or later.
func (c *course) peak(from time.Duration) (most uint64) {
	first := (int64(from) + 1<<c.shift - 1) >> c.shift
	for _, b := range c.batches[min(first, int64(len(c.batches))):] {
		most = max(most, b.Requests)
	}
	return most
}
