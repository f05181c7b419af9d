package sim

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/stats"
)

// The metrics of cacheable and computed workloads, and those of matched ones, as indices into
// [Tally.Latency]. The first is the headline.
const (
	TTFB = 0 // time to first byte, as the user sees it
	TTLB = 1 // time to last byte, as the user sees it

	Response  = 0 // from a player's update to the snapshot that shows it
	RTT       = 1 // network round trip of an update
	WorstRTT  = 2 // base RTT of the worst player of a match, one sample a match
	LobbyWait = 3 // wait for a match, one sample a player and match
)

// A Tally is what the requests of one workload from one metro met. It holds integers only, so merging
// tallies in any order gives the same bits.
type Tally struct {
	// Requests counts requests, or players' updates; Bytes what they delivered.
	Requests, Bytes uint64
	// Outcomes and OutcomeBytes take Requests and Bytes apart.
	Outcomes, OutcomeBytes [NumOutcomes]uint64
	// Latency holds one sketch a metric of the workload's kind, of the requests that were answered.
	Latency []stats.Sketch
	// Within counts, metric by metric, the samples within each deadline of the workload, exactly:
	// deadline d of metric m is at m*len(deadlines)+d. A request that failed is within none.
	Within []uint64
	// Causes takes the sum of the headline latency apart, in ns.
	Causes [NumCauses]int64
	// Failures takes the requests apart that ended as [Failed]; FailedNs sums, in ns, how long their
	// users waited in vain.
	Failures [NumReasons]uint64
	FailedNs uint64
	// Sessions counts the players' sessions of a matched workload that the recorded time has a part of, and
	// LostSessions those of them that a failure cut off or did not let begin.
	Sessions, LostSessions uint64
}

// A TierTally is what the fetches of one cacheable workload met at a tier of caches behind the first.
type TierTally struct {
	// Requests counts the fetches that reached the tier, Bytes the sizes of their objects.
	Requests, Bytes uint64
	// Hits and HitBytes count those of them that it answered from a cache, or that joined a fetch of the same
	// object that was under way.
	Hits, HitBytes uint64
}

func (t *TierTally) merge(o *TierTally) {
	t.Requests += o.Requests
	t.Bytes += o.Bytes
	t.Hits += o.Hits
	t.HitBytes += o.HitBytes
}

func newTally(kind Kind, deadlines int) Tally {
	metrics := len(kinds[kind].metrics)
	return Tally{Latency: make([]stats.Sketch, metrics), Within: make([]uint64, metrics*deadlines)}
}

// record adds one latency of a metric.
func (t *Tally) record(metric int, ns int64, deadlines []int64) {
	t.Latency[metric].Record(ns)
	within := t.within(metric, len(deadlines))
	for i, deadline := range deadlines {
		if ns <= deadline {
			within[i]++
		}
	}
}

// within returns the counters of a metric's deadlines.
func (t *Tally) within(metric, deadlines int) []uint64 {
	return t.Within[metric*deadlines:][:deadlines:deadlines]
}

// fail records a request that ended as [Failed] when its user had waited for so many ns.
func (t *Tally) fail(why Reason, waited int64) {
	t.Outcomes[Failed]++
	t.Failures[why]++
	t.FailedNs += uint64(waited)
}

// Answered returns the number of requests that did not fail: those that have a latency.
func (t *Tally) Answered() uint64 { return t.Requests - t.Outcomes[Failed] }

// matches returns an error unless the other tally can be of the same workload.
func (t *Tally) matches(o *Tally) error {
	if len(t.Latency) != len(o.Latency) || len(t.Within) != len(o.Within) {
		return fmt.Errorf("sim: tallies of different workloads: %d and %d metrics, %d and %d deadline counters",
			len(t.Latency), len(o.Latency), len(t.Within), len(o.Within))
	}
	return nil
}

// Merge adds another tally of the same workload. After an error the tally is as it was.
func (t *Tally) Merge(o *Tally) error {
	if err := t.matches(o); err != nil {
		return err
	}
	t.Requests += o.Requests
	t.Bytes += o.Bytes
	for i := range t.Outcomes {
		t.Outcomes[i] += o.Outcomes[i]
		t.OutcomeBytes[i] += o.OutcomeBytes[i]
	}
	for i := range t.Latency {
		t.Latency[i].Merge(&o.Latency[i])
	}
	for i := range t.Within {
		t.Within[i] += o.Within[i]
	}
	for i := range t.Causes {
		t.Causes[i] += o.Causes[i]
	}
	for i := range t.Failures {
		t.Failures[i] += o.Failures[i]
	}
	t.FailedNs += o.FailedNs
	t.Sessions += o.Sessions
	t.LostSessions += o.LostSessions
	return nil
}
