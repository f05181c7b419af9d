package sim

import (
	"errors"
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/event"
)

// A Result is what one run found, or what several runs of the same plan found together. It holds
// integers only: merging in any order gives the same bits.
type Result struct {
	// Placement is the placement's name, Replication the number of the run, the smallest of several.
	Placement   string
	Replication int
	Workloads   []WorkloadTally
	// Sites are the ids of the placement's sites, in the order of [WorkloadTally.Sites].
	Sites []string
	// Tiers are the placement's tiers of caches, in order from the user.
	Tiers []TierResult
	// Links are the links whose capacity is shared and that something can cross, in the order in which the plan has found them.
	Links []LinkTally
	// Fingerprint stands for the sequence of events at every site: who asks when for what, what arrives in a
	// cache, the messages between sites, what happens in a game. It changes when that history does, and not
	// with the number of cores or the way the sites were advanced. A wait that follows by arithmetic, such as
	// the queue of a site's own servers, is no event: two runs with the same fingerprint may differ in their
	// latencies.
	Fingerprint uint64
}

// A TierResult is how the caches of one tier fared.
type TierResult struct {
	// Name is the tier's name, for example "edge-cache".
	Name string
	// Fill is the content of its caches over time.
	Fill FillTimeline
}

// A WorkloadTally is what one workload met.
type WorkloadTally struct {
	Name string
	Kind Kind
	// Metros holds a tally a metro, in the order of the network's metros.
	Metros []Tally
	// Counters holds what is not known by metro: [OriginRequests] and [OriginBytes].
	Counters [NumCounters]uint64
	// Sites holds what each site did for the workload, in the order of [Result.Sites].
	Sites []SiteTally
	// Tiers is what a cacheable workload met at each tier of caches, in the order of [Result.Tiers]: at the first
	// its users' requests, at the others the fetches of caches before.
	Tiers []TierTally
	// Pairs is how players of two metros met in the matches of a game, in the order of the metros.
	Pairs []PairTally
	// Timeline is empty for games, which begin in their steady state.
	Timeline Timeline
	// Course is how all requests fared over the recorded time; nil where [Scenario.Timeline] does not ask for it.
	Course *Course
}

// Count returns a counter, of all metros.
func (w *WorkloadTally) Count(c Counter) uint64 {
	n := w.Counters[c]
	for m := range w.Metros {
		n += w.Metros[m].Counters[c]
	}
	return n
}

// Total returns the sum over all metros, and with it what is not known by metro.
func (w *WorkloadTally) Total() (Tally, error) {
	total := Tally{Counters: w.Counters}
	if len(w.Metros) == 0 {
		return total, nil
	}
	for _, m := range w.Metros[0].Metrics {
		total.Metrics = append(total.Metrics, MetricTally{Metric: m.Metric, Within: make([]uint64, len(m.Within))})
	}
	for m := range w.Metros {
		if err := total.Merge(&w.Metros[m]); err != nil {
			return Tally{}, err
		}
	}
	return total, nil
}

// Merge adds another result of the same plan. The replication number becomes the smaller of the two;
// fingerprints add up. After an error the result is as it was.
func (r *Result) Merge(o *Result) error {
	if err := r.matches(o); err != nil {
		return fmt.Errorf("sim: cannot merge a result of placement %q into one of %q: %w", o.Placement, r.Placement, err)
	}
	for i := range r.Workloads {
		a, b := &r.Workloads[i], &o.Workloads[i]
		for m := range a.Metros {
			if err := a.Metros[m].Merge(&b.Metros[m]); err != nil {
				return err
			}
		}
		add(a.Counters[:], b.Counters[:])
		mergeTiers(a.Tiers, b.Tiers)
		for n := range a.Sites {
			if err := a.Sites[n].merge(&b.Sites[n]); err != nil {
				return err
			}
		}
		a.Timeline.merge(&b.Timeline)
		a.Course.merge(b.Course)
		a.Pairs = MergePairs(a.Pairs, b.Pairs)
	}
	for i := range r.Tiers {
		r.Tiers[i].Fill.merge(&o.Tiers[i].Fill)
	}
	for i := range r.Links {
		r.Links[i].merge(&o.Links[i])
	}
	r.Replication = min(r.Replication, o.Replication)
	r.Fingerprint += o.Fingerprint
	return nil
}

// matches returns an error unless the other result can be of the same plan.
func (r *Result) matches(o *Result) error {
	if r.Placement != o.Placement {
		return errors.New("the placements differ")
	}
	if !slices.Equal(r.Sites, o.Sites) {
		return errors.New("the sites differ")
	}
	if !slices.EqualFunc(r.Links, o.Links, LinkTally.isOfTheSame) {
		return errors.New("the links differ")
	}
	if len(r.Workloads) != len(o.Workloads) {
		return fmt.Errorf("%d workloads; want %d", len(o.Workloads), len(r.Workloads))
	}
	for i := range r.Workloads {
		if err := r.Workloads[i].matches(&o.Workloads[i]); err != nil {
			return fmt.Errorf("workload %q: %w", o.Workloads[i].Name, err)
		}
	}
	if len(r.Tiers) != len(o.Tiers) {
		return fmt.Errorf("%d tiers; want %d", len(o.Tiers), len(r.Tiers))
	}
	for i := range r.Tiers {
		if r.Tiers[i].Name != o.Tiers[i].Name {
			return fmt.Errorf("tier %q; want %q", o.Tiers[i].Name, r.Tiers[i].Name)
		}
		if err := r.Tiers[i].Fill.matches(&o.Tiers[i].Fill); err != nil {
			return fmt.Errorf("tier %q: %w", r.Tiers[i].Name, err)
		}
	}
	return nil
}

// matches returns an error unless the other tally can be of the same workload.
func (w *WorkloadTally) matches(o *WorkloadTally) error {
	switch {
	case w.Name != o.Name:
		return fmt.Errorf("another name; want %q", w.Name)
	case w.Kind != o.Kind:
		return fmt.Errorf("kind %v; want %v", o.Kind, w.Kind)
	case len(w.Metros) != len(o.Metros):
		return fmt.Errorf("%d metros; want %d", len(o.Metros), len(w.Metros))
	case len(w.Sites) != len(o.Sites):
		return fmt.Errorf("%d sites; want %d", len(o.Sites), len(w.Sites))
	case len(w.Tiers) != len(o.Tiers):
		return fmt.Errorf("tallies of %d tiers; want %d", len(o.Tiers), len(w.Tiers))
	}
	for n := range w.Sites {
		if want, is := len(w.Sites[n].Tiers), len(o.Sites[n].Tiers); is != want {
			return fmt.Errorf("site %d: tallies of %d tiers; want %d", n, is, want)
		}
		if want, is := len(w.Sites[n].Hours), len(o.Sites[n].Hours); is != want {
			return fmt.Errorf("site %d: %d hours; want %d", n, is, want)
		}
		if err := w.Sites[n].Course.matches(o.Sites[n].Course); err != nil {
			return fmt.Errorf("site %d: %w", n, err)
		}
		if err := w.Sites[n].Tally.matches(&o.Sites[n].Tally); err != nil {
			return fmt.Errorf("site %d: %w", n, err)
		}
	}
	for m := range w.Metros {
		if err := w.Metros[m].matches(&o.Metros[m]); err != nil {
			return fmt.Errorf("metro %d: %w", m, err)
		}
	}
	for _, p := range o.Pairs {
		if p.First < 0 || p.Second < p.First || p.Second >= len(w.Metros) {
			return fmt.Errorf("a pair of the metros %d and %d; want two of %d in order", p.First, p.Second, len(w.Metros))
		}
	}
	if err := w.Course.matches(o.Course); err != nil {
		return err
	}
	return w.Timeline.matches(&o.Timeline)
}

// audit gathers what the sites counted, and checks that nothing was lost: every request has an outcome
// and a latency, its causes sum to the latency, and the bytes that a site received from another are
// those that this has sent it. A failure is a defect of the simulator; its results must not be used.
func (r *run) audit() error {
	var happened event.Fingerprint
	for i, k := range r.markets {
		for _, g := range k.games {
			for m := range g.metros {
				if err := sourceError(g.metros[m].sessions.source); err != nil {
					return err
				}
			}
		}
		if err := k.addUp(); err != nil {
			return err
		}
		happened.Merge(uint64(len(r.sites)+i), k.happened)
	}
	for i, s := range r.sites {
		if s.err != nil {
			return s.err
		}
		happened.Add(int64(i), 0, uint64(s.happened))
		for c := range s.clients {
			s.clients[c].addUp()
		}
		for _, p := range s.pools {
			if err := p.err(); err != nil {
				return err
			}
		}
	}
	for i, s := range r.apart {
		if s.err != nil {
			return s.err
		}
		happened.Add(int64(len(r.sites)+len(r.markets)+i), 0, uint64(s.happened))
	}
	for _, l := range r.links {
		if l.station != nil && l.station.Err() != nil {
			return fmt.Errorf("link %q -> %q: %w", l.tally.From, l.tally.To, l.station.Err())
		}
		tally := l.settle()
		if err := tally.checkCourse(&r.plan.scenario); err != nil {
			return fmt.Errorf("invariant broken: link %q -> %q: %w", tally.From, tally.To, err)
		}
		r.result.Links = append(r.result.Links, tally)
	}
	r.addTimelines()
	if err := r.addSites(); err != nil {
		return err
	}
	for _, part := range r.parts {
		if err := r.result.Workloads[part.workload].Metros[part.metro].Merge(&part.tally); err != nil {
			return err
		}
	}
	for _, g := range r.games {
		g.to.countUnseen(max(g.sample, 1))
	}
	r.result.Fingerprint = happened.Uint64()
	if err := r.balance(); err != nil {
		return err
	}
	for i := range r.result.Workloads {
		if err := r.result.Workloads[i].check(r.plan); err != nil {
			return err
		}
	}
	return nil
}

// addTimelines gathers the timelines of all sites.
func (r *run) addTimelines() {
	for _, s := range r.sites {
		for i, c := range s.timelines {
			if c != nil {
				r.result.Workloads[i].Timeline.merge(&Timeline{BatchNs: 1 << c.shift, Batches: c.batches})
			}
		}
		for _, t := range s.caches {
			t.addUp(&r.result.Tiers[t.number].Fill)
		}
	}
}

// addUp adds what the cache held over time, if anything was put into it.
func (t *tier) addUp(to *FillTimeline) {
	if !t.filled {
		return
	}
	to.merge(&FillTimeline{BatchNs: 1 << t.held.shift, CapacityBytes: t.config.CapacityBytes, UsedBytes: t.held.used})
}

func (w *WorkloadTally) check(p *Plan) error {
	for m := range w.Metros {
		if err := w.Metros[m].check(); err != nil {
			return fmt.Errorf("invariant broken: workload %q, metro %q: %w", w.Name, p.metros[m], err)
		}
	}
	for n := range w.Sites {
		if busy, all := w.Sites[n].Count(BusyUs), w.Sites[n].Count(ServerUs); busy > all {
			return fmt.Errorf("invariant broken: workload %q, site %q: servers were busy for %d us of %d", w.Name, p.sites[n].id, busy, all)
		}
	}
	var spilled, takenIn uint64
	for n := range w.Sites {
		spilled, takenIn = spilled+w.Sites[n].Count(Spilled), takenIn+w.Sites[n].Count(TakenIn)
	}
	if spilled != takenIn {
		return fmt.Errorf("invariant broken: workload %q: sites passed on %d requests, of which %d came to others", w.Name, spilled, takenIn)
	}
	if err := w.checkCourse(); err != nil {
		return fmt.Errorf("invariant broken: workload %q: %w", w.Name, err)
	}
	if !w.Kind.MeetsCaches() {
		return nil
	}
	total, err := w.Total()
	if err != nil {
		return err
	}
	if p.scenario.ages(&p.placement) {
		return w.checkFetches(p, &total)
	}
	// What the origin has answered may still have failed, on its way through a site that went down, or have come to clients who had given up.
	failed := total.Unanswered() + total.Count(Retries)
	asked, sent := w.Counters[OriginRequests], w.Counters[OriginBytes]
	misses, missed := total.Outcomes[Miss], total.OutcomeBytes[Miss]
	inParts := len(w.Tiers) > 0 && w.Tiers[firstTier].Count(TierFetchedBytes) > 0
	if inParts { // then a request has any number of fetches, of other bytes than it asks for
		misses, missed = w.Tiers[firstTier].Count(TierFetches), w.Tiers[firstTier].Count(TierFetchedBytes)
	}
	if len(w.Tiers) > 1 {
		// What no tier has comes from the origin, and so does what users ask it for themselves.
		n := misses + w.askedDirectly(p)
		for i := range w.Tiers[1:] {
			n -= w.Tiers[1+i].Count(TierHits)
		}
		inVain := int64(asked - n) // n is below 0 where many are fetched for who has given up, and upper tiers have them
		if !p.scenario.loses() && total.Outcomes[Rejected] == 0 && (inVain < 0 || inVain > int64(w.inVain(p, &total))) {
			return fmt.Errorf("invariant broken: workload %q: %d misses of all tiers, %d requests to the origin", w.Name, int64(n), asked)
		}
		return nil
	}
	// Without a tier in between, every miss is a fetch from the origin. An answer that is lost on its way may be asked for again.
	if len(p.scenario.LinkFailures) > 0 {
		if n := misses + total.Outcomes[Bypass]; n > asked {
			return fmt.Errorf("invariant broken: workload %q: %d misses, %d requests to the origin", w.Name, n, asked)
		}
		return nil
	}
	if n := misses + total.Outcomes[Bypass]; n != asked && (failed == 0 || !inParts && (n > asked || asked > n+failed)) {
		return fmt.Errorf("invariant broken: workload %q: %d misses, %d failed, %d requests to the origin", w.Name, n, failed, asked)
	}
	if n := missed + total.OutcomeBytes[Bypass]; n != sent && (failed == 0 || !inParts && n > sent) {
		return fmt.Errorf("invariant broken: workload %q: %d bytes missed, %d bytes from the origin", w.Name, n, sent)
	}
	return nil
}

// inVain returns how many requests the origin may have answered for clients who had given up.
func (w *WorkloadTally) inVain(p *Plan, total *Tally) uint64 {
	if !p.scenario.Workloads[p.workloadNumber(w.Name)].GivesUp() {
		return 0
	}
	return total.Unanswered() + total.Count(Retries)
}

// askedDirectly returns the requests of users who enter at an origin which it has answered, by an error or not.
func (w *WorkloadTally) askedDirectly(p *Plan) (n uint64) {
	for i := range w.Sites {
		if caches := p.sites[i].caches; len(caches) == 0 || caches[firstTier] == nil {
			n += w.Sites[i].Tally.Outcomes[Bypass] + w.Sites[i].Tally.Failures[OriginError]
		}
	}
	return n
}

// workloadNumber returns the number of a workload of the plan.
func (p *Plan) workloadNumber(name string) int {
	return slices.IndexFunc(p.workloads, func(o plannedWorkload) bool { return o.name == name })
}

// checkFetches reports what does not add up between the tiers of caches that age: each fetch of one is a request of the next,
// or of the origin, and each that began for a user is the end of one request.
func (w *WorkloadTally) checkFetches(p *Plan, total *Tally) error {
	number := p.workloadNumber(w.Name)
	var sent, met [maxTiers]uint64 // by the tier that is asked; the last is the origin
	for n := range w.Sites {
		for k := range w.Sites[n].Tiers {
			if hops := p.workloads[number].hops[n][k]; len(hops) > 0 {
				at := maxTiers - 1
				if hops[0].part != originPart {
					at = int(hops[0].part)
				}
				sent[at] += w.Sites[n].Tiers[k].Count(TierFetches)
				sent[maxTiers-1] += w.Sites[n].Tiers[k].Count(TierPassed)
			}
		}
	}
	for k := range w.Tiers {
		met[k] = w.Tiers[k].Count(TierRequests)
		if confirmed, all := w.Tiers[k].Count(TierConfirmed), w.Tiers[k].Count(TierFetches); confirmed > all {
			return fmt.Errorf("invariant broken: workload %q, tier %q: %d fetches, %d of them confirmed an object", w.Name, p.placement.Tiers[k].Name, all, confirmed)
		}
	}
	met[maxTiers-1] = w.Counters[OriginRequests] - min(w.askedDirectly(p), w.Counters[OriginRequests])
	if p.scenario.loses() {
		return nil // what is asked of a site that is down is not answered
	}
	for at := 1; at < maxTiers; at++ {
		if sent[at] > met[at] || met[at] > sent[at] && (at < maxTiers-1 || met[at] > sent[at]+w.inVain(p, total)) {
			return fmt.Errorf("invariant broken: workload %q: %d fetches, %d requests behind them (tier %d)", w.Name, sent[at], met[at], at)
		}
	}
	inParts := p.placement.SliceBytes > 0 // then a request may have several fetches
	for k := range w.Tiers[1:] {          // who asks a tier behind the first gets what it holds, or what a fetch brings, or both where that fails
		t := &w.Tiers[1+k]
		requests, hits, fetches := t.Count(TierRequests), t.Count(TierHits), t.Count(TierFetches)-t.Count(TierBackground)
		if hits > requests || requests > hits+fetches {
			return fmt.Errorf("invariant broken: workload %q, tier %q: %d requests, %d hits and %d fetches", w.Name, p.placement.Tiers[1+k].Name, requests, hits, fetches)
		}
	}
	began := w.Tiers[firstTier].Count(TierFetches) - w.Tiers[firstTier].Count(TierBackground)
	if n := total.Outcomes[Miss] + total.Outcomes[Revalidated]; n > began || !inParts && total.Outcomes[Stale] == 0 && total.Unanswered()+total.Count(Retries) == 0 && n != began {
		return fmt.Errorf("invariant broken: workload %q: %d requests that were fetched for, %d fetches", w.Name, n, began)
	}
	return nil
}

// maxTiers is one more than the tiers of a placement can be.
const maxTiers = 101

// check reports what does not add up.
func (t *Tally) check() error {
	var outcomes, bytes uint64
	for i := range t.Outcomes {
		outcomes += t.Outcomes[i]
		bytes += t.OutcomeBytes[i]
	}
	if outcomes != t.Counters[Requests] {
		return fmt.Errorf("%d requests, %d outcomes", t.Counters[Requests], outcomes)
	}
	if bytes != t.Counters[Bytes] {
		return fmt.Errorf("%d bytes, %d by outcome", t.Counters[Bytes], bytes)
	}
	if n := t.Metrics[0].Latency.Count(); n != t.Answered() {
		return fmt.Errorf("%d requests answered, %d latencies", t.Answered(), n)
	}
	var failures uint64
	for _, n := range t.Failures {
		failures += n
	}
	if failures != t.Unanswered() {
		return fmt.Errorf("%d requests failed, were rejected or not played, %d for a reason", t.Unanswered(), failures)
	}
	if t.Counters[LostSessions] > t.Counters[Sessions] {
		return fmt.Errorf("%d sessions, %d of them lost", t.Counters[Sessions], t.Counters[LostSessions])
	}
	if played := t.Metric(PlayerRTT); played != nil && played.Count() > t.Counters[Sessions] {
		return fmt.Errorf("%d sessions, %d have played", t.Counters[Sessions], played.Count())
	}
	if n := t.Counters[GaveUpSessions] + t.Counters[TurnedAwaySessions]; n > t.Counters[Sessions] {
		return fmt.Errorf("%d sessions, %d ended without a match or gave up waiting", t.Counters[Sessions], n)
	}
	if waiting, all := t.Counters[WaitingUs], t.Counters[PlayerUs]; waiting > all {
		return fmt.Errorf("players waited for %d us of %d", waiting, all)
	}
	for i := range t.Metrics {
		if n := t.Metrics[i].Latency.Invalid(); n != 0 {
			return fmt.Errorf("%d latencies of metric %v are negative", n, t.Metrics[i].Metric)
		}
	}
	var causes int64
	for _, ns := range t.Causes {
		causes += ns
	}
	if _, low := t.Metrics[0].Latency.SumNs(); low != uint64(causes) {
		return fmt.Errorf("latencies sum to %d ns, their causes to %d", low, causes)
	}
	var stages int64
	for _, ns := range t.Stages {
		stages += ns
	}
	if _, low := t.Metric(InputToDisplay).SumNs(); low != uint64(stages) {
		return fmt.Errorf("times from input to display sum to %d ns, their stages to %d", low, stages)
	}
	return nil
}
