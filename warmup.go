package edgewise

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// A WarmUpFinding says how long one figure of one placement took to become steady. Games are not
// looked at: they begin in their steady state.
type WarmUpFinding struct {
	Placement string `json:"placement"`
	// Workload is empty for caches, which workloads share.
	Workload string `json:"workload,omitempty"`
	// Figure is "latency" (the mean of the headline), "hit ratio" or, of a tier, for example "edge caches" (their
	// content).
	Figure string `json:"figure"`
	// Found is the time from the start of the run after which the figure is steady; 0 also where Unchecked says
	// why that is not known.
	Found time.Duration `json:"found_ns"`
	// Bias is the mean over what was recorded minus the mean over its steady part, in ms or as a share, with
	// an interval at 99 %; nil where the figure was steady before recording began, and for caches.
	Bias *stats.Estimate `json:"bias,omitempty"`
	// Unsteady says what is wrong, and is empty where nothing is.
	Unsteady string `json:"unsteady,omitempty"`
	// Unchecked says why the figure could not be judged.
	Unchecked string `json:"unchecked,omitempty"`
	// Before is the time from the start of the run up to which the figure was looked at, where that is not
	// the whole run: a first event begins then, which moves the figure whatever came before.
	Before time.Duration `json:"before_ns,omitempty"`
}

// findingJSON keeps json from calling the methods of [WarmUpFinding] again.
type findingJSON WarmUpFinding

// MarshalJSON writes the finding; found_ns is null where the figure could not be followed.
func (f WarmUpFinding) MarshalJSON() ([]byte, error) {
	j := struct {
		findingJSON
		Found *time.Duration `json:"found_ns"`
	}{findingJSON: findingJSON(f)}
	if f.Found > 0 || f.Unchecked == "" {
		j.Found = &f.Found
	}
	return json.Marshal(j)
}

// A WarmUpError says that a study recorded what still depends on how its runs began: with caches empty
// and queues idle.
type WarmUpError struct {
	// Findings are those that are unsteady.
	Findings []WarmUpFinding
	// WarmUp is the warm-up there was and Needed the least that the findings ask for; Needed is 0 where
	// the runs are too short to tell.
	WarmUp, Needed time.Duration
	// Length is the warm-up and duration of a run, LengthNeeded the least that the findings ask for.
	Length, LengthNeeded time.Duration
	// EventNeeded is the earliest start of the first event that the findings of placements with
	// events ask for; 0 if none asks.
	EventNeeded time.Duration
	// CanPreload says that a placement with unsteady figures has caches that begin empty, Suffices that all figures will be
	// steady when they are preloaded: then no longer run is asked for.
	CanPreload, Suffices bool
}

// Error says what to do.
func (e *WarmUpError) Error() string {
	var b strings.Builder
	b.WriteString("refused, the runs have not warmed up:")
	for _, f := range e.Findings {
		fmt.Fprintf(&b, "\n  %s: %s: %s", strings.Trim(f.Placement+", "+f.Workload, ", "), f.Figure, f.Unsteady)
	}
	b.WriteString("\nremedies: ")
	if e.Suffices {
		b.WriteString("let caches begin in their steady state (preload: steady), ")
	} else {
		e.writeLengths(&b)
	}
	b.WriteString("or, if the question is about exactly these first minutes, turn the check off (check_warm_up: false)")
	return b.String()
}

// writeLengths says which longer runs are needed.
func (e *WarmUpError) writeLengths(b *strings.Builder) {
	if e.LengthNeeded > e.Length {
		fmt.Fprintf(b, "make warm_up + duration at least %v (it is %v), ", roundUp(e.LengthNeeded), e.Length)
	}
	if e.Needed > e.WarmUp {
		fmt.Fprintf(b, "make warm_up at least %v (it is %v), ", roundUp(e.Needed), e.WarmUp)
	}
	if e.EventNeeded > 0 {
		fmt.Fprintf(b, "let the first event (a failure, a purge, a flash crowd) begin at %v or later, so that it can be told from the warm-up, ", roundUp(e.EventNeeded))
	}
	if e.CanPreload {
		b.WriteString("let caches begin in their steady state (preload: steady), ")
	}
}

// roundUp returns a time that can be typed.
func roundUp(d time.Duration) time.Duration {
	step := time.Second
	if d > 10*time.Minute {
		step = time.Minute
	}
	return (d + step - 1) / step * step
}

// What a bias must exceed, surely, to be refused: as the default margins of verdicts, one per cent of
// a latency and half a percentage point of a share. Assumed.
const (
	latencyBias  = 0.01
	hitRatioBias = 0.005
	biasLevel    = 0.99
)

// findWarmUps judges every placement.
func (s *Study) findWarmUps(replications []*replication) []WarmUpFinding {
	var all []WarmUpFinding
	for p := range s.Placements {
		for w, d := range s.workloads() {
			if d.kind == sim.Matched {
				continue
			}
			hasHits := d.kind.MeetsCaches() && anyHits(replications, p, w)
			for _, figure := range timelineFigures {
				if figure.isOfHits && !hasHits {
					continue
				}
				f := s.findWarmUp(replications, p, w, figure)
				f.Before = s.firstEvent(p)
				f.Placement, f.Workload, f.Figure = s.Placements[p].Name, d.name, figure.name
				all = append(all, f)
			}
		}
		for t := range s.Placements[p].Tiers {
			if f, ok := s.findFilling(replications, p, t); ok {
				f.Placement, f.Figure, f.Before = s.Placements[p].Name, words.Caches(s.Placements[p].Tiers[t].Name), s.firstEvent(p)
				all = append(all, f)
			}
		}
	}
	return all
}

// anyHits reports whether any request of a workload was a hit.
func anyHits(replications []*replication, p, w int) bool {
	for _, r := range replications {
		if r.timelines[p].workloads[w].anyHits {
			return true
		}
	}
	return false
}

// A timelineFigure is a figure whose timeline can be judged. It is made of a batch of a timeline, which holds no more than that
// takes, and not of tallies as a [Measure] is: a row here needs what it counts in [sim.TimelineBatch].
type timelineFigure struct {
	name string
	// isOfHits leaves the figure out where nothing was hit.
	isOfHits bool
	of       func(sim.TimelineBatch) stats.Ratio
	// margin is the largest bias that does not matter, from the figure's mean; unit turns it into that of
	// results.
	margin func(mean float64) float64
	unit   float64
	// words says a value, in the unit of results, with its unit.
	words func(float64) string
}

var timelineFigures = []timelineFigure{
	{
		name:   "latency",
		of:     func(b sim.TimelineBatch) stats.Ratio { return ratio(b.SumNs, b.Requests) },
		margin: func(mean float64) float64 { return latencyBias * mean }, unit: msPerNs,
		words: func(ms float64) string { return fmt.Sprintf("%.3g ms", ms) },
	},
	{
		name: "hit ratio", isOfHits: true,
		of:     func(b sim.TimelineBatch) stats.Ratio { return ratio(b.Hits, b.Requests) },
		margin: func(float64) float64 { return hitRatioBias }, unit: 1,
		words: func(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) },
	},
}

// findWarmUp applies MSER-5 to the timeline of a figure, averaged over the replications. The cut alone does
// not condemn a run: the rule finds some cut in any noise. What was recorded before it must differ
// from what came after it, by more than matters and surely.
func (s *Study) findWarmUp(replications []*replication, p, w int, figure timelineFigure) (f WarmUpFinding) {
	event := s.firstEvent(p)
	batches, batchNs := s.batchesOf(replications, p, w, figure, event)
	first := int((int64(s.WarmUp) + batchNs - 1) / batchNs)
	if event > 0 && len(batches[0]) <= first {
		f.Unchecked = fmt.Sprintf("nothing was recorded before the first event, after %v", event)
		return f
	}
	series := make([]float64, 0)
	for i := range batches[0] {
		sum := sumOf(batches, i, i+1)
		if sum.Denominator == 0 {
			f.Unchecked = "too few requests to follow them over time"
			return f
		}
		series = append(series, float64(sum.Numerator)/float64(sum.Denominator))
	}
	found, err := stats.DetectWarmUp(series)
	var tooShort *stats.TooShortError
	if err != nil && !errors.As(err, &tooShort) {
		f.Unchecked = err.Error()
		return f
	}
	f.Found = time.Duration(int64(found.Delete) * batchNs)
	if found.Delete <= first {
		return f
	}
	recorded, steady := make([]stats.Ratio, len(batches)), make([]stats.Ratio, len(batches))
	for r := range batches {
		recorded[r] = sumOf(batches[r:r+1], first, len(series))
		steady[r] = sumOf(batches[r:r+1], found.Delete, len(series))
	}
	bias := stats.RatioDifferenceOf(recorded, steady, biasLevel)
	shown := bias.Scaled(figure.unit)
	f.Bias = &shown
	if !bias.HasInterval() {
		f.Unchecked = bias.Unsupported
		return f
	}
	settled := stats.RatioOf(steady, biasLevel)
	margin := figure.margin(settled.Value)
	if bias.Low <= margin && bias.High >= -margin {
		return f
	}
	of, recordedThen := fmt.Sprintf("run of %v", s.WarmUp+s.Duration), "what was recorded"
	if event > 0 {
		of, recordedThen = fmt.Sprintf("%v before the first event", event), "what was recorded until then"
	}
	f.Unsteady = fmt.Sprintf("steady only after %v of the %s", roundUp(f.Found), of)
	if tooShort != nil {
		f.Unsteady = fmt.Sprintf("still moving after %v, past the middle of the %s", roundUp(f.Found), of)
	}
	f.Unsteady += fmt.Sprintf("; the mean of %s is off by %s, the mean after it is %s", recordedThen, figure.words(shown.Value), figure.words(settled.Value*figure.unit))
	return f
}

// firstEvent returns when the first failure, drain, slowdown, error of an origin or purge begins that concerns a placement, a site of it opens or closes, or the load changes. It
// returns 0 where none does.
func (s *Study) firstEvent(p int) (first time.Duration) {
	for i := range s.Failures {
		if f := &s.Failures[i]; s.concerns(f, &s.Placements[p]) && (first == 0 || f.At < first) {
			first = max(f.At, 1) // 0 is none
		}
	}
	for i := range s.Drains {
		if d := &s.Drains[i]; s.depends(&s.Placements[p], d.Site) && (first == 0 || d.At < first) {
			first = max(d.At, 1)
		}
	}
	for _, d := range s.Slowdowns {
		if s.worksAt(&s.Placements[p], d.Site) && (first == 0 || d.At < first) {
			first = max(d.At, 1)
		}
	}
	for i := range s.LinkFailures {
		if at := s.LinkFailures[i].At; first == 0 || at < first {
			first = max(at, 1)
		}
	}
	for i := range s.LinkImpairments {
		if at := s.LinkImpairments[i].At; first == 0 || at < first {
			first = max(at, 1)
		}
	}
	for _, e := range s.OriginErrors {
		if isOrigin(&s.Placements[p], e.Site) && (first == 0 || e.At < first) {
			first = max(e.At, 1)
		}
	}
	for _, one := range s.Purges {
		if len(s.Placements[p].Tiers) > 0 && (first == 0 || one.At < first) {
			first = max(one.At, 1)
		}
	}
	for _, o := range s.Placements[p].Openings {
		for _, at := range []time.Duration{o.At, o.Closes} {
			if at > 0 && (first == 0 || at < first) {
				first = at
			}
		}
	}
	for _, at := range s.changesOfLoad() {
		if first == 0 || at < first {
			first = max(at, 1)
		}
	}
	return first
}

// changesOfLoad returns when workloads begin and end, and flash crowds begin: caches and servers are shared, so that each moves all.
func (s *Study) changesOfLoad() (all []time.Duration) {
	for i := range s.Workloads {
		w := &s.Workloads[i]
		for _, at := range []time.Duration{w.Begins, w.Ends} {
			if at > 0 {
				all = append(all, at)
			}
		}
		for k := range w.Flashes {
			all = append(all, w.Flashes[k].At)
		}
	}
	return all
}

// concerns reports whether a placement has the site of a failure, or a site that calls it: a Local Zone its parent,
// every compute site the home of a workload's data.
func (s *Study) concerns(f *sim.Failure, p *placement.Placement) bool {
	return slices.ContainsFunc(f.Sites(), func(site string) bool { return s.depends(p, site) })
}

// depends reports whether a placement uses a site, or a site of it the data of one.
func (s *Study) depends(p *placement.Placement, site string) bool {
	isHome := s.isHome(site)
	return p.Uses(site) || slices.ContainsFunc(p.Sites, func(a placement.Assignment) bool {
		i, ok := s.Network.Index(a.Site)
		return ok && a.Role == placement.Compute && (isHome || s.Network.At(i).Parent == site)
	})
}

// worksAt reports whether servers of a site work for a placement: it is an origin, computes, or is the home of data that others call for.
func (s *Study) worksAt(p *placement.Placement, site string) bool {
	does := func(a placement.Assignment) bool {
		return a.Site == site && (a.Role == placement.Origin || a.Role == placement.Compute)
	}
	return slices.ContainsFunc(p.Sites, does) || !p.Uses(site) && s.depends(p, site)
}

// isOrigin reports whether a site is an origin of a placement.
func isOrigin(p *placement.Placement, site string) bool {
	return slices.ContainsFunc(p.Sites, func(a placement.Assignment) bool { return a.Site == site && a.Role == placement.Origin })
}

// isHome reports whether a site is named as the home of a workload's data.
func (s *Study) isHome(site string) bool {
	return slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool { return w.DataCalls().Home == site })
}

// wholeBatches returns how many batches are over well before an event begins: the last of them may hold
// requests that a failure has cut off.
func wholeBatches(event time.Duration, batchNs int64) int {
	return max(int(int64(event)/batchNs)-1, 0)
}

// batchesOf returns the timeline of a figure by replication, in batches long enough that none is empty as
// long as there are enough of them to judge. Those from the first event on are left out, and those just
// before it that it has left without an answer.
func (s *Study) batchesOf(replications []*replication, p, w int, figure timelineFigure, event time.Duration) (batches [][]stats.Ratio, batchNs int64) {
	const enough = 50 // of DetectWarmUp
	for _, r := range replications {
		c := &r.timelines[p].workloads[w]
		batchNs = c.batchNs
		all := make([]stats.Ratio, 0, c.count)
		for b := range c.batches() {
			all = append(all, figure.of(b))
		}
		if event > 0 {
			all = all[:min(len(all), wholeBatches(event, batchNs))]
		}
		batches = append(batches, all)
	}
	for last := len(batches[0]) - 1; event > 0 && last >= 0 && sumOf(batches, last, last+1).Denominator == 0; last-- {
		for r := range batches {
			batches[r] = batches[r][:last]
		}
	}
	for len(batches[0]) >= 2*enough && anyEmpty(batches) {
		batchNs *= 2
		for r := range batches {
			half := make([]stats.Ratio, len(batches[r])/2)
			for i := range half {
				half[i] = sumOf(batches[r:r+1], 2*i, 2*i+2)
			}
			batches[r] = half
		}
	}
	return batches, batchNs
}

func anyEmpty(batches [][]stats.Ratio) bool {
	for i := range batches[0] {
		if sumOf(batches, i, i+1).Denominator == 0 {
			return true
		}
	}
	return false
}

// sumOf adds up the batches [from, to) of all replications given.
func sumOf(batches [][]stats.Ratio, from, to int) (sum stats.Ratio) {
	for _, of := range batches {
		for _, b := range of[min(from, len(of)):min(to, len(of))] {
			sum.Numerator += b.Numerator
			sum.Denominator += b.Denominator
		}
	}
	return sum
}

// findFilling applies the fill test to the caches of one tier, unless all of them begin in their steady state; ok is false
// where nothing was cached.
func (s *Study) findFilling(replications []*replication, p, tier int) (f WarmUpFinding, ok bool) {
	var used []float64
	var capacity float64
	var batchNs int64
	for _, r := range replications {
		c := &r.timelines[p].tiers[tier]
		if c.count == 0 {
			continue
		}
		if used == nil {
			used = make([]float64, c.count)
		}
		batchNs = c.batchNs
		capacity += float64(c.capacityBytes)
		for i, bytes := range c.usedBytes() {
			used[i] += float64(bytes)
		}
	}
	if used == nil {
		return f, false
	}
	if !slices.ContainsFunc(s.Placements[p].Tiers[tier].Caches, func(c placement.Cache) bool { return !c.Preload }) {
		return f, true // what still comes into them is asked for once, and found free space
	}
	event, length := s.firstEvent(p), s.WarmUp+s.Duration
	if event > 0 {
		// A cache that has been down is empty again.
		used, length = used[:min(len(used), wholeBatches(event, batchNs))], event
		if event <= s.WarmUp || len(used) == 0 {
			f.Unchecked = fmt.Sprintf("nothing was recorded before the first event, after %v", event)
			return f, true
		}
	}
	sample, filled := stats.CacheFilled(used, capacity)
	f.Found = time.Duration(int64(sample) * batchNs)
	if !filled {
		end := "at the end"
		if event > 0 {
			end = "when the first event begins"
		}
		f.Unsteady = fmt.Sprintf("still filling after %v of %v, and %.1f %% full %s",
			roundUp(f.Found), length, 100*used[len(used)-1]/math.Max(capacity, 1), end)
	}
	return f, true
}

// refusal returns the error of a study that has not warmed up, or nil. loads are those of its placements.
//
// A run that is too short shows how far it can be followed, not how long a warm-up would do. Where that can be known
// otherwise it is said at once: for queues by their loads, and caches that can be preloaded need no length at all.
func (s *Study) refusal(findings []WarmUpFinding, loads [][]sim.Load) error {
	e := &WarmUpError{WarmUp: s.WarmUp, Length: s.WarmUp + s.Duration, Suffices: true}
	for _, f := range findings {
		if f.Unsteady == "" {
			continue
		}
		e.Findings = append(e.Findings, f)
		of := s.placementNumber(f.Placement)
		queues := warmUpOf(loads[of])
		f.Found = max(f.Found, queues)
		e.Needed = max(e.Needed, f.Found)
		preloads := s.canPreload(f.Placement)
		e.CanPreload = e.CanPreload || preloads
		e.Suffices = e.Suffices && preloads && queues <= s.WarmUp && f.Before == 0 && preloadsExactly(&s.Placements[of])
		needed := 2 * f.Found
		if f.Bias == nil { // a cache must have filled in the first two thirds
			needed = f.Found*3/2 + 1 // two thirds themselves are not enough
		}
		switch {
		case f.Before > 0 && needed > f.Before:
			e.EventNeeded = max(e.EventNeeded, needed)
		case f.Before == 0 && (f.Bias == nil || needed > e.Length):
			e.LengthNeeded = max(e.LengthNeeded, needed)
		}
	}
	if len(e.Findings) == 0 {
		return nil
	}
	return e
}

// preloadsExactly reports whether what a preloaded cache begins with is its steady state: with others than LRU it is
// what LRU would hold.
func preloadsExactly(p *placement.Placement) bool {
	return !slices.ContainsFunc(p.Tiers, func(t placement.Tier) bool {
		return slices.ContainsFunc(t.Caches, func(c placement.Cache) bool {
			return c.NewPolicy != nil || c.NewAdmission != nil || c.Policy != "" && c.Policy != "lru" || c.Admission != "" && c.Admission != "always"
		})
	})
}

// canPreload reports whether a placement has caches that begin empty, and need not.
func (s *Study) canPreload(name string) bool {
	for i := range s.Workloads {
		if _, ok := s.Workloads[i].Demand.(workload.Popular); !ok && sim.KindOf(s.Workloads[i].Service).MeetsCaches() {
			return false
		}
	}
	return slices.ContainsFunc(s.Placements, func(p placement.Placement) bool {
		return p.Name == name && slices.ContainsFunc(p.Tiers, func(t placement.Tier) bool {
			return slices.ContainsFunc(t.Caches, func(c placement.Cache) bool { return !c.Preload })
		})
	})
}
