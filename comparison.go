package edgewise

import (
	"time"

	"github.com/edgewise-sim/edgewise/sim"
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
	// Elapsed is how long before Start the study began of which a [Window] was run, 0 of a whole one. Instants of the window are since the start of its runs.
	Elapsed time.Duration `json:"elapsed_ns,omitempty"`
	// WarmUps says how long each figure took to become steady.
	WarmUps []WarmUpFinding `json:"warm_up_found,omitempty"`
	// RelativeError bounds the relative error that the latency sketch adds to a quantile.
	RelativeError float64 `json:"sketch_relative_error"`
	// Sources are the data that the study rests on, with their dates.
	Sources []string `json:"sources,omitempty"`
	// Assumed lists the parameters that rest on an assumption instead of a source.
	Assumed []string `json:"assumed,omitempty"`
	// Warnings say what is odd about the inputs, but not wrong: see [Study].Warnings.
	Warnings []string `json:"warnings,omitempty"`
	// OwnParts names the parts of the study whose code is not of this module: see [Study.OwnParts].
	OwnParts []string `json:"own_parts,omitempty"`
	// Outputs are the study's own files of a report.
	Outputs []Output `json:"-"`
	// Sites are the sites that some placement uses, and the parents of their Local Zones; Metros are the users'
	// metros. Both are in the order of the network.
	Sites  []Place `json:"sites,omitempty"`
	Metros []Place `json:"metros,omitempty"`
	// Demand says how much is asked in the recorded time, against the mean of a day: of the workloads that follow a day.
	Demand []DemandLoad `json:"demand,omitempty"`
	// Sampled says which games are played in part.
	Sampled []Sampling `json:"sampled,omitempty"`
	// Failures are the sites that are down for a while.
	Failures []SiteFailure `json:"failures,omitempty"`
	// Drains are the sites whose users are sent elsewhere for a while.
	Drains []SiteDrain `json:"drains,omitempty"`
	// Changes are what else happens at a time of the runs.
	Changes []Change `json:"changes,omitempty"`
	// Expected says which expectations of the study hold.
	Expected []Expected `json:"expected,omitempty"`
	// Refused says which placements of the study are not compared, and why.
	Refused []Refusal `json:"refused,omitempty"`
	// Placements holds one result a placement, in the order of the study: of those that are not refused, of which the
	// first is the baseline.
	Placements []PlacementResult `json:"placements"`
}

// SinceStart returns when something happens at an instant of the runs, since the start of the study: of a [Window] its runs begin later.
func (c *Comparison) SinceStart(at time.Duration) time.Duration { return sinceStart(at, c.Elapsed) }

// A PlacementResult is what one placement does.
type PlacementResult struct {
	Name string `json:"name"`
	// Roles says what each site may do, in the order of the placement.
	Roles []SiteRole `json:"roles,omitempty"`
	// Copies says which caches keep what passes them, "down" or "edge"; "", and absent in JSON, is all of them.
	Copies string `json:"copies,omitempty"`
	// Loads says how much is asked of every set of servers and every link that has a limit. What comes from caches is
	// that of the runs, what is known before them is of the mean demand.
	Loads []sim.Load `json:"loads,omitempty"`
	// Links is what crossed links that are shared, in the order in which they were found.
	Links     []LinkResult     `json:"links,omitempty"`
	Workloads []WorkloadResult `json:"workloads"`
	// Bill is what the placement costs in a month; nil without [Study.Billing].
	Bill *Bill `json:"bill,omitempty"`

	err error // that there is no such placement
}

// A WorkloadResult is what one placement does to one workload.
type WorkloadResult struct {
	Name string `json:"name"`
	// Kind is that of the service: "cacheable", "computed" or "matched".
	Kind string `json:"kind"`
	// Figures holds the figures of all users, in the order of [Measures]. Which there are depends on the kind, on
	// the study (what failed is counted where something can fail), and on what happened: an outcome that no request
	// had has no figure.
	Figures Figures `json:"figures"`
	// Latency holds the distributions, the headline metric first.
	Latency []Distribution `json:"-"`
	// Series is the course over time, where every request is answered.
	Series Series `json:"-"`
	// Timeline is how all requests fared over the recorded time; it has no steps unless the study asks for it.
	Timeline Timeline `json:"-"`
	// Metros holds figures by user metro, in descending order of requests.
	Metros []MetroResult `json:"metros"`
	// Sites holds figures by site, of those that were asked for something, in the order of the network: users'
	// requests by the site that serves them, fetches by the cache that they reach, the load on the origin by the origin
	// that served it.
	Sites []SiteResult `json:"sites,omitempty"`
	// Occupancy is what a game has at each site hour by hour, in the order of the placement; Pairs is how players of two metros meet in
	// its matches. Both are nil for other workloads.
	Occupancy []SiteOccupancy `json:"occupancy,omitempty"`
	Pairs     []MetroPair     `json:"pairs,omitempty"`
	// Tails takes the slowest requests apart, all of them first; nil without [Study.Tails], and of games.
	Tails []Tail `json:"tails,omitempty"`

	err error // that there is no such workload
}

// A Distribution is that of one metric over the answered requests of a workload.
type Distribution struct {
	// Metric is "ttfb" or "ttlb" of requests, "response", "rtt", "player_rtt", "worst_rtt" or "lobby_wait" of a matched
	// service.
	Metric string
	// Pooled holds the latencies of all replications, PerReplication those of each: what the CDF
	// and its band over replications are drawn from. They are packed ([stats.Sketch.Packed]).
	Pooled         *stats.Sketch
	PerReplication []*stats.Sketch
	// Asked holds, by replication, how many latencies there would be if no request had failed and every player had
	// played; nil where all were answered. With it the CDF is that of all who asked, of whom those without an answer
	// wait for ever.
	Asked []uint64
}

// A MetroResult is what one placement does to the users of one metro.
type MetroResult struct {
	// ID is the metro's node id, Name its name for people.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Figures holds the number of requests, the headline metric and what failed.
	Figures Figures `json:"figures"`
	// Tails is as in [WorkloadResult].
	Tails []Tail `json:"tails,omitempty"`

	err error // that there is no such metro
}

// A SiteResult is what one site does under one placement.
type SiteResult struct {
	// ID is the site's node id, Name its name for people.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Figures holds the requests and bytes, the largest request rate, how busy servers were, players, hit ratios, the
	// load as an origin, and what failed.
	Figures Figures `json:"figures"`

	err error // that there is no such site
}

// Placement returns what a placement does. That it is unknown is said by what is asked of it, so that a figure can be
// looked up in one line: c.Placement("PoPs").Workload("site").Metric("ttfb").P(0.95).
func (c *Comparison) Placement(name string) *PlacementResult {
	var names []string
	for i := range c.Placements {
		if c.Placements[i].Name == name {
			return &c.Placements[i]
		}
		names = append(names, c.Placements[i].Name)
	}
	return &PlacementResult{err: unknown("placement", name, names)}
}

// Err returns the error of a placement that was looked up and does not exist.
func (p *PlacementResult) Err() error { return p.err }

// Workload returns what the placement does to a workload. That it is unknown is said by what is asked of it.
func (p *PlacementResult) Workload(name string) *WorkloadResult {
	if p.err != nil {
		return &WorkloadResult{err: p.err}
	}
	var names []string
	for i := range p.Workloads {
		if p.Workloads[i].Name == name {
			return &p.Workloads[i]
		}
		names = append(names, p.Workloads[i].Name)
	}
	return &WorkloadResult{err: unknown("workload", name, names)}
}

// Err returns the error of a workload that was looked up and does not exist.
func (w *WorkloadResult) Err() error { return w.err }

// Figure returns a figure of all users, as [Figures.Figure] does.
func (w *WorkloadResult) Figure(metric, statistic string) (Figure, error) {
	if w.err != nil {
		return Figure{}, w.err
	}
	return w.Figures.Figure(metric, statistic)
}

// Metric returns the figures of a metric, as [Figures.Metric] does.
func (w *WorkloadResult) Metric(name string) MetricFigures {
	return MetricFigures{name: name, all: w.Figures, err: w.err}
}

// Headline returns the figures of the metric that the workload is judged by: "ttfb", of downloads "ttlb", of games
// "response".
func (w *WorkloadResult) Headline() MetricFigures {
	for i := range w.Figures {
		if w.Figures[i].Q > 0 && w.Figures[i].Judged != "" {
			return w.Metric(w.Figures[i].Metric)
		}
	}
	return MetricFigures{all: w.Figures, err: w.err}
}

// Metro returns what the placement does to the users of a metro, by its node id. That it is unknown is said by what is
// asked of it.
func (w *WorkloadResult) Metro(id string) *MetroResult {
	if w.err != nil {
		return &MetroResult{err: w.err}
	}
	var ids []string
	for i := range w.Metros {
		if w.Metros[i].ID == id {
			return &w.Metros[i]
		}
		ids = append(ids, w.Metros[i].ID)
	}
	return &MetroResult{err: unknown("metro", id, ids)}
}

// Figure returns a figure of the metro's users, as [Figures.Figure] does.
func (m *MetroResult) Figure(metric, statistic string) (Figure, error) {
	if m.err != nil {
		return Figure{}, m.err
	}
	return m.Figures.Figure(metric, statistic)
}

// Metric returns the figures of a metric, as [Figures.Metric] does.
func (m *MetroResult) Metric(name string) MetricFigures {
	return MetricFigures{name: name, all: m.Figures, err: m.err}
}

// Site returns what a site does under the placement, by its node id. That it is unknown, or was asked for nothing, is
// said by what is asked of it.
func (w *WorkloadResult) Site(id string) *SiteResult {
	if w.err != nil {
		return &SiteResult{err: w.err}
	}
	var ids []string
	for i := range w.Sites {
		if w.Sites[i].ID == id {
			return &w.Sites[i]
		}
		ids = append(ids, w.Sites[i].ID)
	}
	return &SiteResult{err: unknown("site", id, ids)}
}

// Figure returns a figure of the site, as [Figures.Figure] does.
func (s *SiteResult) Figure(metric, statistic string) (Figure, error) {
	if s.err != nil {
		return Figure{}, s.err
	}
	return s.Figures.Figure(metric, statistic)
}
