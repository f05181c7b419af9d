package sim

import "time"

// A SiteTally is what one site did for one workload. It holds integers only, so merging tallies in any order gives
// the same bits.
type SiteTally struct {
	// Tally is what the users met that the site serves, without distributions.
	Tally Tally
	// MidTier is what the fetches of other sites met here.
	MidTier TierTally
	// PeakRequests is the largest number of requests that reached the site in one batch of [Course.BatchNs], of
	// those that were answered while the run recorded; 0 for games.
	PeakRequests uint64
}

func (t *SiteTally) merge(o *SiteTally) error {
	t.MidTier.merge(&o.MidTier)
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
			if w.kind == Static {
				to.Sites[n].MidTier.merge(&s.midTallies[w.index])
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
	return nil
}

// peak returns the most requests of a batch that begins at an instant or later.
func (c *course) peak(from time.Duration) (most uint64) {
	first := (int64(from) + 1<<c.shift - 1) >> c.shift
	for _, b := range c.batches[min(first, int64(len(c.batches))):] {
		most = max(most, b.Requests)
	}
	return most
}
