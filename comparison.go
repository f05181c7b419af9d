package edgewise

import (
	"time"

	"github.com/edgewise-sim/edgewise/stats"
)

// A Comparison is the result of a [Study]: what every placement does to the same users and requests.
// The first placement is the baseline; every figure of another placement carries its paired
// difference from it.
type Comparison struct {
	// Title says what was studied; it heads reports and plots.
	Title string `json:"title"`
	// Level is the confidence level of every interval, for example 0.95.
	Level float64 `json:"level"`
	// Planned is the number of replications asked for; Replications the number that finished for
	// every placement and that the figures rest on. They differ only after a cancellation.
	Planned      int `json:"planned_replications"`
	Replications int `json:"replications"`
	// Stopping says why a study with an [Until] stopped; nil without one and after a cancellation.
	Stopping *Stopping `json:"stopping,omitempty"`
	// Seed is the root of all random streams.
	Seed uint64 `json:"seed"`
	// Start is the simulated time at which every run begins (UTC), Duration the simulated time that
	// was measured and WarmUp the simulated time before it that was simulated but not recorded.
	Start    time.Time     `json:"start"`
	Duration time.Duration `json:"duration_ns"`
	WarmUp   time.Duration `json:"warm_up_ns"`
	// WarmUps says how long each figure took to become steady.
	WarmUps []WarmUpFinding `json:"warm_up_found,omitempty"`
	// RelativeError bounds the relative error that the latency sketch adds to a quantile.
	RelativeError float64 `json:"sketch_relative_error"`
	// Sources are the data that the study rests on, with their dates.
	Sources []string `json:"sources,omitempty"`
	// Assumed lists the parameters that rest on an assumption instead of a source.
	Assumed []string `json:"assumed,omitempty"`
	// Placements holds one result a placement, in the order of the study.
	Placements []PlacementResult `json:"placements"`
}

// A PlacementResult is what one placement does.
type PlacementResult struct {
	Name      string           `json:"name"`
	Workloads []WorkloadResult `json:"workloads"`
}

// A WorkloadResult is what one placement does to one workload.
type WorkloadResult struct {
	Name string `json:"name"`
	// Kind is that of the service: "cacheable", "computed" or "matched".
	Kind string `json:"kind"`
	// Requests counts the requests or, of a matched service, player updates of one run, those that
	// failed included.
	Requests Figure `json:"requests"`
	// Latency holds the distributions, the headline metric first.
	Latency []MetricResult `json:"latency"`
	// Outcomes holds the share of requests by outcome, in the order HIT, DELAYED_HIT, MISS, ...;
	// outcomes that did not happen in any run of this placement are left out.
	Outcomes []OutcomeShare `json:"outcomes"`
	// Failed counts what was never answered, Sessions the players who were thrown out; nil where the study
	// has no failures, Sessions also where the workload is no game.
	Failed   *FailedResult   `json:"failed,omitempty"`
	Sessions *SessionsResult `json:"sessions,omitempty"`
	// Cache is nil where no request of this workload passes a cache.
	Cache *CacheResult `json:"cache,omitempty"`
	// Origin is the load on the origin of a cacheable workload, with or without caches; nil for other kinds.
	Origin *OriginResult `json:"origin,omitempty"`
	// Breakdown takes the mean headline latency apart; its parts sum to the mean.
	Breakdown []BreakdownPart `json:"breakdown"`
	// Metros holds the headline metric by user metro, in descending order of requests.
	Metros []MetroResult `json:"metros"`
}

// A Figure is an estimate with its confidence interval and, on every placement but the baseline, the
// paired difference (this placement minus the baseline) with the interval of the difference.
type Figure struct {
	stats.Estimate
	Difference *stats.Estimate `json:"difference,omitempty"`
	// VarianceReduction is how many times more replications the difference would need if the
	// placements did not meet the same users ([stats.VarianceReduction]). It is 0 where that is not
	// known: on the baseline, by metro, without intervals, and where all paired differences are alike.
	VarianceReduction float64 `json:"variance_reduction,omitempty"`
}

// A MetricResult is the distribution of one latency over the answered requests of a workload. All its
// figures are in milliseconds.
type MetricResult struct {
	// Name is "ttfb" or "ttlb" of requests, "response", "rtt", "worst_rtt" or "lobby_wait" of a matched service.
	Name      string           `json:"name"`
	Mean      Figure           `json:"mean_ms"`
	Quantiles []QuantileResult `json:"quantiles"`
	// Within holds the share of requests inside each deadline, counted exactly; a request that failed is
	// inside none.
	Within []DeadlineResult `json:"within"`
	// Wasserstein is the distance from the baseline's distribution: by how much the latency of a
	// request would have to be moved on average to turn one into the other ([stats.WassersteinMs]). It
	// is nil on the baseline and where one of the two has no requests.
	Wasserstein *stats.Estimate `json:"wasserstein_ms,omitempty"`
	// Pooled holds the latencies of all replications, PerReplication those of each: what the CDF
	// and its band over replications are drawn from.
	Pooled         *stats.Sketch   `json:"-"`
	PerReplication []*stats.Sketch `json:"-"`
	// Asked holds, by replication, how many latencies there would be if no request had failed; nil where
	// none failed. With it the CDF is that of all requests, of which those that failed take for ever.
	Asked []uint64 `json:"-"`
}

// A QuantileResult is one quantile of a latency.
type QuantileResult struct {
	// P is the probability, for example 0.99.
	P  float64 `json:"p"`
	At Figure  `json:"at_ms"`
}

// A DeadlineResult is the share of requests served within a deadline.
type DeadlineResult struct {
	Deadline time.Duration `json:"deadline_ns"`
	// Share is in [0, 1].
	Share Figure `json:"share"`
}

// An OutcomeShare is the share of requests that ended in one way.
type OutcomeShare struct {
	Outcome string `json:"outcome"`
	// Share is in [0, 1].
	Share Figure `json:"share"`
}

// A CacheResult says what the caches of a placement did for a workload. A hit is a request answered
// from the first cache it met, delayed hits (joined to a fetch in flight) included; requests that met no
// cache because their site was down do not count.
type CacheResult struct {
	// RequestHitRatio and ByteHitRatio are those of the edge, in [0, 1].
	RequestHitRatio Figure `json:"request_hit_ratio"`
	ByteHitRatio    Figure `json:"byte_hit_ratio"`
	// MidTier is nil where no fetch of an edge cache passes a mid-tier cache.
	MidTier *MidTierResult `json:"mid_tier,omitempty"`
	// OriginOffload is the share of requests, in [0, 1], that were answered without a request to the origin, by
	// whichever tier; ByteOriginOffload that of the bytes.
	OriginOffload     Figure `json:"origin_offload"`
	ByteOriginOffload Figure `json:"byte_origin_offload"`
}

// A MidTierResult says what the mid-tier caches did with the fetches of the edge caches that reached them,
// delayed hits included.
type MidTierResult struct {
	// RequestHitRatio and ByteHitRatio are of what reached the mid-tier, in [0, 1].
	RequestHitRatio Figure `json:"request_hit_ratio"`
	ByteHitRatio    Figure `json:"byte_hit_ratio"`
}

// An OriginResult is what the origin of a cacheable workload had to serve in one run: every request that
// met no cache and every fetch of a cache that missed.
type OriginResult struct {
	Requests Figure `json:"requests"`
	Bytes    Figure `json:"bytes"`
}

// A BreakdownPart is one cause of latency: "connect", "tls", "access", "propagation", "queue",
// "service", "upstream", "tick wait", "packet loss" or "timeout".
type BreakdownPart struct {
	Cause string `json:"cause"`
	Mean  Figure `json:"mean_ms"`
}

// A MetroResult is the headline latency of one user metro.
type MetroResult struct {
	// ID is the metro's node id, Name its name for people.
	ID       string `json:"id"`
	Name     string `json:"name"`
	Requests Figure `json:"requests"`
	// Failed is the share of its requests, of its sessions in games, that failed; nil where the study has no
	// failures.
	Failed *Figure          `json:"failed_share,omitempty"`
	Mean   Figure           `json:"mean_ms"`
	Quants []QuantileResult `json:"quantiles"`
}
