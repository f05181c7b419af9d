package sim

import "github.com/edgewise-sim/edgewise/stats"

// A CourseStep is one step of a [Course]. It holds integers only: merging in any order gives the same bits.
type CourseStep struct {
	// Outcomes counts the requests by how they ended, Failures those that failed by the reason. Of games they are the updates that were played, and those
	// that failed for their data; what was missed without a match is in no step.
	Outcomes [NumOutcomes]uint64
	Failures [NumReasons]uint64
	// Bytes counts what was delivered. SumNs sums the headline latency of what was answered, in ns.
	Bytes, SumNs uint64
	// OriginRequests and OriginBytes count what origins served; in the course of a site, what it served as one.
	OriginRequests, OriginBytes uint64
	// PlayerUs sums, in us over all players of a game, the time that they were there, WaitingUs that in which they waited for a match.
	PlayerUs, WaitingUs uint64
	// BusyUs sums, in us over all servers, the time in which those worked that the workload finds at its sites, for it or for others with which it
	// shares them, and ServerUs that in which there were any: see [SiteTally.Counters]. Where there are always enough it is 0.
	BusyUs, ServerUs uint64
	// QueueUs sums, in us over all requests in the queues of those servers, whosever they are, the time in which they waited there in this step: also that of
	// requests whose clients have given up, which servers work for all the same. Where servers share themselves it is that of who is there and has none for himself. A metro has none.
	QueueUs uint64
	// LostUpdates counts players' updates that were lost on the way: see [Tally.Counters].
	LostUpdates uint64
	// Tiers count what reached each tier of caches and what it had, in the order of [Result.Tiers]. In the course of a metro there is
	// the first alone.
	Tiers []TierStep
	// Latency is the distribution of the headline latency of what was answered.
	Latency stats.Coarse
}

// A TierStep is what a tier of caches was asked for in a step, and what of it it had or joined a fetch for.
type TierStep struct{ Requests, Hits uint64 }

// Requests returns how many requests there were, answered or not.
func (s *CourseStep) Requests() (n uint64) {
	for _, k := range s.Outcomes {
		n += k
	}
	return n
}

// Unanswered returns how many requests had no answer.
func (s *CourseStep) Unanswered() uint64 {
	t := Tally{Outcomes: s.Outcomes}
	return t.Unanswered()
}

func (s *CourseStep) merge(o *CourseStep) {
	s.Bytes += o.Bytes
	s.SumNs += o.SumNs
	s.QueueUs += o.QueueUs
	s.OriginRequests += o.OriginRequests
	s.OriginBytes += o.OriginBytes
	s.PlayerUs += o.PlayerUs
	s.WaitingUs += o.WaitingUs
	s.BusyUs += o.BusyUs
	s.ServerUs += o.ServerUs
	s.LostUpdates += o.LostUpdates
	for i, n := range o.Outcomes {
		s.Outcomes[i] += n
	}
	for i, n := range o.Failures {
		s.Failures[i] += n
	}
	s.coverTiers(len(o.Tiers))
	for i := range o.Tiers {
		s.Tiers[i].Requests += o.Tiers[i].Requests
		s.Tiers[i].Hits += o.Tiers[i].Hits
	}
	s.Latency.Merge(&o.Latency)
}

// addLatencies adds latencies of answers.
func (s *CourseStep) addLatencies(all []int64) { s.SumNs += s.Latency.RecordAll(all) }

// firstTier returns what requests met at the caches where users enter, as [Tally.TiersOf] has it.
func (s *CourseStep) firstTier() TierStep {
	hits := hitsOf(&s.Outcomes)
	return TierStep{Requests: hits + missesOf(&s.Outcomes, &s.Failures), Hits: hits}
}

// countFirstTier notes what users met at the caches where they enter.
func (s *CourseStep) countFirstTier() {
	if met := s.firstTier(); met.Requests > 0 {
		s.coverTiers(1)
		s.Tiers[firstTier] = met
	}
}

// coverTiers makes room for so many tiers.
func (s *CourseStep) coverTiers(count int) {
	if len(s.Tiers) < count {
		s.Tiers = append(s.Tiers, make([]TierStep, count-len(s.Tiers))...)
	}
}

// reset makes it an empty one, which keeps its room.
func (s *CourseStep) reset() {
	tiers, latency := s.Tiers, s.Latency
	clear(tiers)
	latency.Reset()
	*s = CourseStep{Tiers: tiers, Latency: latency}
}
