package sim

import (
	"fmt"
	"time"
)

// A SiteCounter is something that is counted of the servers and players of a site.
type SiteCounter uint8

// The counters of a site.
const (
	// BusyUs sums, in us over all servers, the recorded time in which they worked for the workload: each service from its start to its
	// end, cut off where recording begins or ends and where the site fails. Of games it sums the time of all matches.
	BusyUs SiteCounter = iota
	// ServerUs is what BusyUs would be if no server had ever been idle: the number of servers, or of the matches that
	// they can host at once, times the recorded time in which they were there. It is 0 where there are always enough.
	ServerUs
	// Matches counts the matches that start in recorded time, or were found under way at its start. Seats sums for how
	// many players they are made, SeatsTaken with how many they start.
	Matches
	Seats
	SeatsTaken
	// MatchUs sums, in us, the recorded time of all matches.
	MatchUs
	// SkillSpread sums, in thousandths of a point, the difference between the most and the least able party of each match that starts
	// in recorded time. Backfilled counts the players who joined a match that had begun.
	SkillSpread
	Backfilled
	// CoreUs sums, in us, the recorded time of all cores that host matches, RentedUs that of the cores, and of the servers that follow the
	// work, that are rented beyond the site's own. Where games share cores, each has a share by what its matches take.
	CoreUs
	RentedUs
	// FullUs sums, in us, the recorded time in which all servers of the site worked that the workload finds there, for it or for
	// others with which it shares them. Refused counts the jobs of the workload that they rejected, whoever asked.
	FullUs
	Refused
	// Spilled counts the questions by which the site has passed on requests of users that it had no room for, TakenIn those that came
	// here so: one a request and site that was asked.
	Spilled
	TakenIn
	// AwayUs is the recorded time, in us, in which limited servers were not there, for the site was down, had not opened, or had closed and ended what it had begun.
	AwayUs
	// NumSiteCounters is the number of counters of a site.
	NumSiteCounters
)

var siteCounterNames = [NumSiteCounters]string{"busy us", "server us", "matches", "seats", "seats taken", "match us", "skill spread", "backfilled", "core us", "rented us", "full us", "refused", "spilled", "taken in", "away us"}

// String returns the counter's name, for example "busy us".
func (c SiteCounter) String() string {
	if c >= NumSiteCounters {
		return fmt.Sprintf("counter(%d)", uint8(c))
	}
	return siteCounterNames[c]
}

// A SiteTally is what one site did for one workload. It holds integers only, so merging tallies in any order gives
// the same bits.
type SiteTally struct {
	// Tally is what the users met that the site serves, without distributions. Its [OriginRequests] and [OriginBytes]
	// are what the site has served as the origin, whoever asked.
	Tally Tally
	// Counters holds the counters of its servers and players; see [SiteTally.Count].
	Counters [NumSiteCounters]uint64
	// Tiers is what was asked of the site's caches, by tier as in [WorkloadTally.Tiers].
	Tiers []TierTally
	// PeakRequests is the largest number of requests that reached the site in one batch of [Timeline.BatchNs], of
	// those that were answered while the run recorded; 0 for games.
	PeakRequests uint64
	// PeakBusyUs is how long, in us over all servers, those that the workload finds at the site worked in the busiest step, for it or
	// for others; a step is as long as [Timeline.BatchNs]. Where the number of servers follows the work, the busiest step is that in which they
	// worked for the largest part of their time, and the value what those that there were on the mean would have worked. Of several runs it is the
	// largest.
	PeakBusyUs uint64
	// PeakPlayers is the largest number of players that were at the site at once while the run recorded.
	PeakPlayers uint64
	// Hours are what a game had at the site in each hour of recorded time; nil for other workloads.
	Hours []SiteHour
	// MatchCores is what a match of a game takes of a core, in millionths; 0 for other workloads.
	MatchCores uint64
	// SpilledTo counts, by site, the requests of users that the site has passed on and that were answered there; nil where it passes
	// none on.
	SpilledTo []uint64
	// Course is how those fared over the recorded time whom the site serves; nil where [Scenario.Timeline] does not ask for it by site.
	Course *Course
}

// CoresFor returns how many cores so many matches at once take.
func (t *SiteTally) CoresFor(matches uint64) uint64 {
	switch {
	case t.MatchCores == 0:
		return 0
	case t.MatchCores >= coreUnit:
		return matches * (t.MatchCores / coreUnit)
	}
	each := coreUnit / t.MatchCores
	return (matches + each - 1) / each
}

// A SiteHour is what a game had at a site in an hour.
type SiteHour struct {
	// PlayerUs and MatchUs sum, in us, the time of all players, those included who wait and whom the routing rule would send there,
	// and of all matches.
	PlayerUs uint64 `cbor:"player_us"`
	MatchUs  uint64 `cbor:"match_us"`
	// OverrunUs sums, in us, the time of all matches in which their core did not keep up with its ticks. It is known of all matches, not
	// only of those that are played ([workload.Matched].SampledMatches).
	OverrunUs uint64 `cbor:"overrun_us,omitempty"`
	// PeakMatches is the largest number of matches at once, MostMatches that which was not exceeded for 99.9 % of the hour; of several
	// runs the largest.
	PeakMatches uint64 `cbor:"peak_matches"`
	MostMatches uint64 `cbor:"most_matches"`
}

func (h *SiteHour) merge(o *SiteHour) {
	h.PlayerUs += o.PlayerUs
	h.MatchUs += o.MatchUs
	h.OverrunUs += o.OverrunUs
	h.PeakMatches = max(h.PeakMatches, o.PeakMatches)
	h.MostMatches = max(h.MostMatches, o.MostMatches)
}

// Count returns a counter.
func (t *SiteTally) Count(c SiteCounter) uint64 { return t.Counters[c] }

// AnsweredElsewhere returns how many requests of users the site has passed on and others have answered.
func (t *SiteTally) AnsweredElsewhere() (n uint64) {
	for _, to := range t.SpilledTo {
		n += to
	}
	return n
}

// fetched returns what the cache of users at the site has fetched.
func (t *SiteTally) fetched() (requests, bytes uint64) {
	if len(t.Tiers) > 0 && t.Tiers[firstTier].Count(TierFetchedBytes) > 0 {
		return t.Tiers[firstTier].Count(TierFetches), t.Tiers[firstTier].Count(TierFetchedBytes)
	}
	return t.Tally.Outcomes[Miss], t.Tally.OutcomeBytes[Miss]
}

// IsIdle reports whether nobody has asked the site for anything.
func (t *SiteTally) IsIdle() bool {
	n := t.Tally.Count(Requests) + t.Tally.Count(Sessions) + t.Tally.Count(OriginRequests) + t.Count(BusyUs) + t.Count(TakenIn)
	for i := range t.Tiers {
		n += t.Tiers[i].Count(TierRequests)
	}
	return n == 0
}

func (t *SiteTally) merge(o *SiteTally) error {
	mergeTiers(t.Tiers, o.Tiers)
	add(t.Counters[:], o.Counters[:])
	t.PeakRequests = max(t.PeakRequests, o.PeakRequests)
	t.PeakBusyUs = max(t.PeakBusyUs, o.PeakBusyUs)
	t.PeakPlayers = max(t.PeakPlayers, o.PeakPlayers)
	t.MatchCores = max(t.MatchCores, o.MatchCores)
	for i := range t.Hours {
		t.Hours[i].merge(&o.Hours[i])
	}
	if len(t.SpilledTo) < len(o.SpilledTo) {
		t.SpilledTo = append(t.SpilledTo, make([]uint64, len(o.SpilledTo)-len(t.SpilledTo))...)
	}
	for i, n := range o.SpilledTo {
		t.SpilledTo[i] += n
	}
	t.Course.merge(o.Course)
	return t.Tally.Merge(&o.Tally)
}

// withoutMetrics returns the tally without its distributions.
func (t *Tally) withoutMetrics() *Tally {
	plain := *t
	plain.Metrics = nil
	return &plain
}

// addSites adds up the tallies by site. Every entry of a metro has a tally of its own: the first that of the
// result, as long as the parts of the others are not in it yet.
func (r *run) addSites() error {
	for i := range r.plan.workloads {
		w, to := &r.plan.workloads[i], &r.result.Workloads[i]
		if w.kind == Matched {
			continue // its books have been settled
		}
		for m, entries := range w.entries {
			if len(entries) == 0 {
				continue
			}
			if err := to.Sites[entries[0].site].Tally.Merge(to.Metros[m].withoutMetrics()); err != nil {
				return err
			}
		}
		for n, s := range r.sites {
			s.settleOrigins(i, to)
			s.origins[i].settle(&to.Sites[n])
			s.computers[i].settle(&to.Sites[n])
			s.origins[i].settleCourse(to, n)
			s.computers[i].settleCourse(to, n)
			s.spills[i].settle(&to.Sites[n])
			if w.kind.MeetsCaches() {
				for _, t := range s.caches {
					to.Sites[n].Tiers[t.number].merge(&t.tallies[i])
				}
			}
			if s.timelines != nil && s.timelines[i] != nil {
				to.Sites[n].PeakRequests = s.timelines[i].peak(r.plan.scenario.WarmUp)
			}
		}
	}
	for _, part := range r.parts {
		if err := r.result.Workloads[part.workload].Sites[part.site].Tally.Merge(part.tally.withoutMetrics()); err != nil {
			return err
		}
	}
	r.addTiers()
	return nil
}

// addTiers notes what users met at the first tier, and adds up each tier.
func (r *run) addTiers() {
	for i := range r.result.Workloads {
		w := &r.result.Workloads[i]
		for n := range w.Sites {
			site := &w.Sites[n]
			if len(site.Tiers) > 0 && r.sites[n].edge != nil {
				met := site.Tally.firstTier()
				site.Tiers[firstTier].merge(&met)
			}
			for _, t := range r.sites[n].caches {
				if len(site.Tiers) > 0 && t.servers != nil && site.Tiers[t.number].Count(TierRequests) > 0 {
					t.servers.settle(&site.Tiers[t.number])
				}
			}
			mergeTiers(w.Tiers, site.Tiers)
		}
	}
}

// TiersOf returns what the users of a metro met at the first tier of caches; nothing where there is none. Fetches, which
// alone reach the others, are no metro's.
func (w *WorkloadTally) TiersOf(metro int) []TierTally {
	if len(w.Tiers) == 0 {
		return nil
	}
	return []TierTally{w.Metros[metro].firstTier()}
}

// firstTier returns what requests met at the caches where users enter.
func (t *Tally) firstTier() (met TierTally) {
	met.Counters[TierHits] = hitsOf(&t.Outcomes)
	met.Counters[TierHitBytes] = hitsOf(&t.OutcomeBytes)
	met.Counters[TierRequests] = met.Counters[TierHits] + missesOf(&t.Outcomes, &t.Failures)
	met.Counters[TierBytes] = met.Counters[TierHitBytes] + t.OutcomeBytes[Miss] + t.OutcomeBytes[Revalidated]
	return met
}

// hitsOf returns what the caches had where users enter, of requests or of bytes by outcome.
func hitsOf(of *[NumOutcomes]uint64) uint64 {
	return of[Hit] + of[DelayedHit] + of[Stale] + of[NegativeHit]
}

// missesOf returns how many requests these caches did not have.
func missesOf(outcomes *[NumOutcomes]uint64, failures *[NumReasons]uint64) uint64 {
	return outcomes[Miss] + outcomes[Revalidated] +
		failures[NextTierDown] + failures[ObjectChanged] + failures[OriginError] + failures[CachedError] + failures[OriginFull] + failures[QueueFull] + failures[Shed]
}

// peak returns the most requests of a batch that begins at an instant or later.
func (c *timeline) peak(from time.Duration) (most uint64) {
	first := (int64(from) + 1<<c.shift - 1) >> c.shift
	for _, b := range c.batches[min(first, int64(len(c.batches))):] {
		most = max(most, b.Requests)
	}
	return most
}
