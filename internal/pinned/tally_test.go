package pinned_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
)

// This file alone knows the layout of results: what a field is called in the goldens must stay when it moves in Go.

// runKind is the kind of the records of runs. Their keys go on with placement, replication, workload and metro, the
// last two empty for what belongs to all of them.
const runKind = "run"

// kindWords are what the kinds of workloads were called.
var kindWords = map[sim.Kind]string{sim.Cacheable: "static", sim.Computed: "dynamic", sim.Matched: "gaming"}

// addRun adds the records of one run.
func (r records) addRun(s *edgewise.Study, result *sim.Result, withMetros bool) {
	run := r.at(runKind, result.Placement, result.Replication, "", "")
	run["fingerprint"] = fmt.Sprintf("%016x", result.Fingerprint)
	for i := range result.Tiers {
		putFill(run, tierWord(result, i), &result.Tiers[i].Fill)
	}
	deadlines := deadlinesOf(s)
	metros := s.Network.OfKind(topology.Metro)
	for i := range result.Workloads {
		w := &result.Workloads[i]
		all := r.at(runKind, result.Placement, result.Replication, w.Name, "")
		all["kind"] = kindWords[w.Kind]
		put(all, "origin requests", w.Counters[sim.OriginRequests])
		put(all, "origin bytes", w.Counters[sim.OriginBytes])
		for k := range w.Tiers {
			if k == 0 {
				continue // the outcomes say it
			}
			tier, word := &w.Tiers[k], tierWord(result, k)
			put(all, word+" requests", tier.Count(sim.TierRequests))
			put(all, word+" bytes", tier.Count(sim.TierBytes))
			put(all, word+" hits", tier.Count(sim.TierHits))
			put(all, word+" hit bytes", tier.Count(sim.TierHitBytes))
		}
		putCourse(all, &w.Timeline)
		putSites(all, w, result.Sites)
		digest := sha256.New()
		for m := range w.Metros {
			id := s.Network.At(metros[m]).ID
			tally := make(map[string]string)
			putTally(tally, w.Kind, &w.Metros[m], deadlines[w.Name])
			if len(tally) == 0 {
				continue // nobody in this metro
			}
			if withMetros {
				r[keyOf(runKind, result.Placement, result.Replication, w.Name, id)] = tally
			}
			digest.Write(records{id: tally}.text())
		}
		if withMetros {
			continue
		}
		all["metros"] = short(digest)
		total, err := w.Total()
		if err != nil {
			panic(err) // all are of the same workload
		}
		putTally(all, w.Kind, &total, deadlines[w.Name])
	}
}

// tierWord returns what a tier is called in the goldens.
func tierWord(r *sim.Result, tier int) string {
	if tier < 2 {
		return []string{"edge", "mid-tier"}[tier]
	}
	return r.Tiers[tier].Name
}

// deadlinesOf returns the deadlines of a study's workloads by name.
func deadlinesOf(s *edgewise.Study) map[string][]time.Duration {
	all := make(map[string][]time.Duration)
	for i := range s.Workloads {
		all[s.Workloads[i].Name] = s.Workloads[i].Deadlines
	}
	return all
}

func putTally(to map[string]string, kind sim.Kind, t *sim.Tally, deadlines []time.Duration) {
	put(to, "requests", t.Count(sim.Requests))
	put(to, "bytes", t.Count(sim.Bytes))
	for o := range sim.NumOutcomes {
		put(to, o.String(), t.Outcomes[o])
		put(to, o.String()+" bytes", t.OutcomeBytes[o])
	}
	for c := range sim.NumCauses {
		put(to, c.String()+" ns", t.Causes[c])
	}
	for why := range sim.NumReasons {
		put(to, why.String(), t.Failures[why])
	}
	put(to, "failed ns", t.Count(sim.FailedNs))
	put(to, "sessions", t.Count(sim.Sessions))
	put(to, "lost sessions", t.Count(sim.LostSessions))
	for c := sim.PlayerUs; kind == sim.Matched && c < sim.NumCounters; c++ {
		if name := c.String(); to[name] == "" && (c < sim.RollbackFrames || t.Count(c) > 0) {
			put(to, name, t.Count(c))
		}
	}
	for s := range sim.NumStages {
		put(to, s.String()+" stage ns", t.Stages[s])
	}
	for _, metric := range kind.Metrics() {
		name := metric.String()
		putSketch(to, name, t.Metric(metric))
		for d, n := range t.Within(metric) {
			if within := t.Within(metric); len(within) == len(deadlines) {
				put(to, name+" within "+deadlines[d].String(), n)
			} else {
				put(to, fmt.Sprintf("%s within its deadline %d", name, d), n)
			}
		}
	}
}

// putSites writes what a game had at its sites, hour by hour, and who met whom.
func putSites(to map[string]string, w *sim.WorkloadTally, ids []string) {
	if w.Kind != sim.Matched {
		return
	}
	for n := range w.Sites {
		site := &w.Sites[n]
		for c := range sim.NumSiteCounters {
			put(to, ids[n]+" "+c.String(), site.Count(c))
		}
		hours := sha256.New()
		for _, h := range site.Hours {
			fmt.Fprintf(hours, "%+v\n", h)
		}
		to[ids[n]+" hours"] = short(hours)
	}
	pairs := sha256.New()
	for _, p := range w.Pairs {
		fmt.Fprintf(pairs, "%+v\n", p)
	}
	to["pairs"] = short(pairs)
}

// putSketch writes what a sketch holds: some figures to be read, and a hash of all cells.
func putSketch(to map[string]string, name string, s *stats.Sketch) {
	if s.Count() == 0 {
		return
	}
	high, low := s.SumNs()
	put(to, name+" count", s.Count())
	put(to, name+" sum ns high", high)
	put(to, name+" sum ns", low)
	put(to, name+" min ns", s.MinNs())
	put(to, name+" max ns", s.MaxNs())
	for _, p := range []float64{0.5, 0.95, 0.99} {
		to[fmt.Sprintf("%s p%g ns", name, 100*p)] = strconv.FormatFloat(s.QuantileNs(p), 'g', -1, 64)
	}
	cells := sha256.New()
	for c := range s.Cells() {
		fmt.Fprintf(cells, "%d %d %d\n", c.LowNs, c.HighNs, c.Count)
	}
	to[name+" cells"] = short(cells)
}

func putCourse(to map[string]string, c *sim.Timeline) {
	if len(c.Batches) == 0 {
		return
	}
	var requests, ns, hits uint64
	batches := sha256.New()
	for _, b := range c.Batches {
		requests, ns, hits = requests+b.Requests, ns+b.SumNs, hits+b.Hits
		fmt.Fprintf(batches, "%d %d %d\n", b.Requests, b.SumNs, b.Hits)
	}
	put(to, "course batch ns", c.BatchNs)
	put(to, "course requests", requests)
	put(to, "course sum ns", ns)
	put(to, "course hits", hits)
	to["course batches"] = short(batches)
}

func putFill(to map[string]string, tier string, f *sim.FillTimeline) {
	if len(f.UsedBytes) == 0 {
		return
	}
	used := sha256.New()
	for _, bytes := range f.UsedBytes {
		fmt.Fprintln(used, bytes)
	}
	put(to, tier+" batch ns", f.BatchNs)
	put(to, tier+" capacity bytes", f.CapacityBytes)
	put(to, tier+" used bytes at the end", f.UsedBytes[len(f.UsedBytes)-1])
	to[tier+" used bytes"] = short(used)
}

// put writes a number that is not 0.
func put[T int64 | uint64](to map[string]string, name string, n T) {
	if n != 0 {
		to[name] = fmt.Sprint(n)
	}
}

// short returns enough of a hash to tell two apart.
func short(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:6]) }
