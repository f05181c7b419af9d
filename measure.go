package edgewise

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Measure is one figure of a comparison: what it is called, how it is made of what the runs counted, and where
// it is shown. Tables, files, verdicts and pairing follow from it. A study may add its own in [Study.Measures].
type Measure struct {
	Label
	// Of makes the figure: [CountOf], [ShareOf], [RatioOf], [MeanMsOf] or [QuantileMsOf].
	Of Source
	// Kinds are the kinds of workloads that have the figure; none means all.
	Kinds []sim.Kind
	// OnlyWithFailures leaves the figure out of studies in which no site fails, no origin answers errors and no servers reject
	// requests.
	OnlyWithFailures bool
	// Where, if set, leaves the figure out unless it returns true for some run of the placement.
	Where func(*Tallies) bool
	// OrAtBaseline shows the figure also where Where holds for the baseline only: what has gone is of interest.
	OrAtBaseline bool
	// onlyPredicted leaves the figure out of games without client prediction, onlyPeers out of those that a server plays.
	onlyPredicted, onlyPeers bool
	// ByMetro makes the figure for every metro too, BySite for every site that was asked for something. [MeanMsOf] and
	// [QuantileMsOf] make none by site, where distributions are not known.
	ByMetro, BySite bool
	// AmongTiers is where the figure is shown in a study that has further tiers of caches, if not as in others.
	AmongTiers Shown
}

// A Label says what a figure is.
type Label struct {
	// Metric and Statistic name the figure together, for example "ttfb" and "p95", or "origin offload" and "by
	// requests".
	Metric    string
	Statistic string
	// Unit is "share" (between 0 and 1), "ms", "requests", "bytes", "sessions", "players", or what an own measure counts.
	Unit string
	// Q is the probability of a quantile, for example 0.95; 0 for other statistics.
	Q float64
	// Deadline is that of a share within a deadline; 0 for other statistics.
	Deadline time.Duration
	// Better says which way is better.
	Better Direction
	// Judged is what the figure is called in verdicts, for example "origin requests"; empty if it is not judged.
	// All verdicts of a study hold together, so that every judged figure makes the others harder to establish.
	Judged string
	Shown
}

// Name returns the metric and the statistic, for example "ttfb p95": no two figures of a workload have the same.
func (l Label) Name() string { return l.Metric + " " + l.Statistic }

// IsCalled reports whether a name is that of the figure; blanks do not count, so that "player_rtt within 50ms" is one.
func (l Label) IsCalled(name string) bool {
	return strings.ReplaceAll(l.Name(), " ", "") == strings.ReplaceAll(name, " ", "")
}

// A Shown says where people find a figure, beside the files, and under which title; an empty title is in none of its
// kind. A title says what is counted: "%" is put before a share, "MB" or "GB"
// behind bytes, which are shown so.
type Shown struct {
	// Column is the title in a table with a row a placement, and Table the name of that table: [LatencyTable],
	// [OriginTable] or another, which then is a table of its own, by default of own measures. An own figure that is
	// judged is in a table, under the name it has in verdicts if it has no title.
	Table, Column string
	// SiteColumn is the title in the table with a row a site, of figures that are made by site.
	SiteColumn string
	// Bar is the name in the picture of hit ratios, of shares.
	Bar string
}

// The tables of every comparison.
const (
	// LatencyTable has the headline latency, what failed and what was not played, in ms where nothing else is said.
	LatencyTable = "latency"
	// LastByteTable has the time to the last byte, in ms, of workloads that are judged by the first.
	LastByteTable = "time to last byte"
	// PlayersTable has what players, lobbies and matches of games are like.
	PlayersTable = "players and matches"
	// OriginTable has the hit ratios and the load on the origin.
	OriginTable = "caches and origin"
	// FreshnessTable has the hits of objects that age, how old they are and how many of them are stale.
	FreshnessTable = "freshness"
	// ServersTable has how much more the busiest server of a cache has to do than the mean.
	ServersTable = "busiest server of a cache, times the mean"
)

// A Direction says which way a figure is better.
type Direction uint8

// The directions.
const (
	// Neither is better: the figure describes.
	Neither Direction = iota
	// Less is better, as of latencies, failures and costs.
	Less
	// More is better, as of hit ratios and shares within a deadline.
	More
	numDirections
)

var directionNames = [numDirections]string{"", "less", "more"}

// String returns "less", "more", or nothing for [Neither].
func (d Direction) String() string {
	if d >= numDirections {
		return fmt.Sprintf("direction(%d)", uint8(d))
	}
	return directionNames[d]
}

// measures are all figures of a workload that is judged by the first byte, measuresOfLastByte of one that is by the last.
var measures, measuresOfLastByte = measuresJudgedBy(workload.FirstByte), measuresJudgedBy(workload.LastByte)

// measuresJudgedBy returns all figures of a comparison, one a row, in the order in which they are shown.
func measuresJudgedBy(judged workload.Byte) []Measure {
	return slices.Concat(
		[]Measure{
			{Label: Label{Metric: "requests", Statistic: "count", Unit: "requests", Shown: Shown{SiteColumn: "requests"}},
				Of: CountOf(counter(sim.Requests)), ByMetro: true, BySite: true},
			{Label: Label{Metric: "bytes", Statistic: "delivered", Unit: "bytes", Shown: Shown{SiteColumn: "delivered"}},
				Of: CountOf(counter(sim.Bytes)), Where: happened(counter(sim.Bytes)), BySite: true},
			{Label: Label{Metric: "peak", Statistic: "request rate", Unit: "requests per second", Shown: Shown{SiteColumn: "peak/s"}},
				Of:    RatioOf(peakRate, 1e9),
				Where: func(t *Tallies) bool { return t.Site != nil && t.Site.PeakRequests > 0 }, BySite: true},
			{Label: Label{Metric: "servers", Statistic: "utilisation", Unit: "share", Shown: Shown{SiteColumn: "busy"}},
				Of:    ShareOf(func(t *Tallies) stats.Ratio { return ratio(t.ofSite(sim.BusyUs), t.ofSite(sim.ServerUs)) }),
				Where: func(t *Tallies) bool { return t.ofSite(sim.ServerUs) > 0 }, BySite: true},
			{Label: Label{Metric: "servers", Statistic: "busiest step", Unit: "share"},
				Of: ShareOf(busiestStep), Where: func(t *Tallies) bool { return t.ofSite(sim.ServerUs) > 0 }, BySite: true},
			{Label: Label{Metric: "servers", Statistic: "full", Unit: "share"},
				Of: ShareOf(func(t *Tallies) stats.Ratio {
					return ratio(t.ofSite(sim.FullUs), t.thereUs())
				}),
				Where: func(t *Tallies) bool { return t.ofSite(sim.ServerUs) > 0 }, BySite: true},
			{Label: Label{Metric: "servers", Statistic: "mean", Unit: "servers", Shown: Shown{SiteColumn: "servers"}},
				Of: RatioOf(func(t *Tallies) stats.Ratio {
					return ratio(t.ofSite(sim.ServerUs), uint64(t.Duration.Microseconds()))
				}, 1),
				Where: func(t *Tallies) bool { return t.ofSite(sim.RentedUs) > 0 && t.Workload.Kind != sim.Matched }, BySite: true},
			{Label: Label{Metric: "spilled", Statistic: "share", Unit: "share", Shown: Shown{SiteColumn: "spilled"}},
				Of: ofRequests(spilledFrom), Where: happened(spilledFrom), BySite: true},
			{Label: Label{Metric: "spilled", Statistic: "taken in", Unit: "requests", Shown: Shown{SiteColumn: "taken in"}},
				Of: CountOf(takenIn), Where: happened(takenIn), BySite: true},
			{Label: Label{Metric: "players", Statistic: "mean", Unit: "players", Shown: Shown{Table: PlayersTable, Column: "players", SiteColumn: "players"}},
				Of: playersOf(sim.PlayerUs), Kinds: games, Where: happened(counter(sim.PlayerUs)), ByMetro: true, BySite: true},
			{Label: Label{Metric: "players", Statistic: "waiting", Unit: "players", Better: Less},
				Of: playersOf(sim.WaitingUs), Kinds: games, Where: happened(counter(sim.PlayerUs)), ByMetro: true, BySite: true},
			{Label: Label{Metric: "players", Statistic: "peak", Unit: "players", Shown: Shown{SiteColumn: "peak players"}},
				Of: CountOf(peakPlayers), Kinds: games, Where: happened(peakPlayers), BySite: true},
		},
		notPlaying(),
		latencies(judged),
		matches(),
		seenByPlayers(),
		marketFigures(),
		outcomes(),
		[]Measure{
			{Label: Label{Metric: "failed", Statistic: "count", Unit: "requests", Better: Less},
				Of: CountOf(failed), OnlyWithFailures: true},
			{Label: Label{Metric: "failed", Statistic: "share", Unit: "share", Better: Less, Judged: "failed requests",
				Shown: Shown{Table: LatencyTable, Column: "failed", SiteColumn: "failed"}},
				Of: ofRequests(failed), OnlyWithFailures: true, ByMetro: true, BySite: true},
			{Label: Label{Metric: "failed", Statistic: "mean time to error", Unit: "ms"},
				Of:               RatioOf(func(t *Tallies) stats.Ratio { return ratio(t.Count(sim.FailedNs), gaveUp(t)) }, msPerNs),
				OnlyWithFailures: true},
		},
		reasons(),
		[]Measure{
			{Label: Label{Metric: "retries", Statistic: "per request", Unit: "requests", Better: Less},
				Of: RatioOf(func(t *Tallies) stats.Ratio { return ratio(t.Count(sim.Retries), t.Count(sim.Requests)) }, 1), Where: happened(counter(sim.Retries))},
			{Label: Label{Metric: "sessions", Statistic: "count", Unit: "sessions"},
				Of: CountOf(counter(sim.Sessions)), Kinds: games, ByMetro: true, BySite: true},
			{Label: Label{Metric: "sessions", Statistic: "lost", Unit: "sessions", Better: Less},
				Of: CountOf(counter(sim.LostSessions)), Kinds: games, OnlyWithFailures: true},
			{Label: Label{Metric: "sessions", Statistic: "lost share", Unit: "share", Better: Less, Judged: "lost sessions",
				Shown: Shown{Table: LatencyTable, Column: "sessions lost", SiteColumn: "sessions lost"}},
				Of:    ShareOf(func(t *Tallies) stats.Ratio { return ratio(t.Count(sim.LostSessions), t.Count(sim.Sessions)) }),
				Kinds: games, OnlyWithFailures: true, ByMetro: true, BySite: true},

			{Label: Label{Metric: "cache", Statistic: "request hit ratio", Unit: "share", Better: More, Judged: "request hit ratio",
				Shown: Shown{Table: OriginTable, Column: "hits by requests", SiteColumn: "hits", Bar: "requests"}},
				AmongTiers: Shown{Table: OriginTable, Column: "edge hits", SiteColumn: "edge hits", Bar: "edge requests"},
				Of:         ShareOf(func(t *Tallies) stats.Ratio { return ratio(hits(&t.Outcomes), met(t)) }),
				Kinds:      cacheable, Where: cached, BySite: true},
			{Label: Label{Metric: "cache", Statistic: "byte hit ratio", Unit: "share", Better: More,
				Shown: Shown{Table: OriginTable, Column: "hits by bytes", Bar: "bytes"}},
				AmongTiers: Shown{Table: OriginTable, Column: "edge byte hits", Bar: "edge bytes"},
				Of:         ShareOf(func(t *Tallies) stats.Ratio { return ratio(hits(&t.OutcomeBytes), t.Count(sim.Bytes)) }),
				Kinds:      cacheable, Where: cached, BySite: true},
			{Label: Label{Metric: "cache", Statistic: "joined a fetch", Unit: "share"},
				Of: ShareOf(func(t *Tallies) stats.Ratio {
					return ratio(t.Outcomes[sim.DelayedHit], hits(&t.Outcomes)+t.Outcomes[sim.Miss]+t.Outcomes[sim.Revalidated])
				}),
				Kinds: cacheable, Where: cached},
		},
		lifetimes(),
		[]Measure{
			{Label: Label{Statistic: "requests", Unit: "requests", Shown: Shown{SiteColumn: "requests"}},
				Of: behind{source: countAt(sim.TierRequests)}, Kinds: cacheable, BySite: true},
			{Label: Label{Statistic: "request hit ratio", Unit: "share", Better: More,
				Shown: Shown{Table: OriginTable, Column: "hits", SiteColumn: "hits", Bar: "requests"}},
				Of: behind{source: shareAt(sim.TierHits, sim.TierRequests)}, Kinds: cacheable, BySite: true},
			{Label: Label{Statistic: "byte hit ratio", Unit: "share", Better: More, Shown: Shown{Table: OriginTable, Column: "byte hits", Bar: "bytes"}},
				Of: behind{source: shareAt(sim.TierHitBytes, sim.TierBytes)}, Kinds: cacheable, BySite: true},
			{Label: Label{Metric: "origin offload", Statistic: "by requests", Unit: "share", Better: More},
				AmongTiers: Shown{Table: OriginTable, Column: "origin offload", Bar: "origin offload"},
				Of:         ShareOf(func(t *Tallies) stats.Ratio { return ratio(without(t.Answered(), t.Count(sim.OriginRequests)), met(t)) }),
				Kinds:      cacheable, Where: cached},
			{Label: Label{Metric: "origin offload", Statistic: "by bytes", Unit: "share", Better: More},
				Of: ShareOf(func(t *Tallies) stats.Ratio {
					return ratio(without(t.Count(sim.Bytes), t.Count(sim.OriginBytes)), t.Count(sim.Bytes))
				}),
				Kinds: cacheable, Where: cached},
			{Label: Label{Metric: "origin", Statistic: "requests", Unit: "requests", Better: Less, Judged: "origin requests",
				Shown: Shown{Table: OriginTable, Column: "origin requests", SiteColumn: "origin requests"}},
				Of: CountOf(counter(sim.OriginRequests)), Kinds: cacheable, Where: servesAsOrigin, BySite: true},
			{Label: Label{Metric: "origin", Statistic: "bytes", Unit: "bytes", Better: Less, Judged: "origin bytes",
				Shown: Shown{Table: OriginTable, Column: "origin", SiteColumn: "origin"}},
				Of: CountOf(counter(sim.OriginBytes)), Kinds: cacheable, Where: servesAsOrigin, BySite: true},
		},
		serverLoads(),
		breakdown(),
	)
}

// serverLoads returns how much more than the mean the most loaded server serves, of caches of several servers apart.
func serverLoads() []Measure {
	first := func(t *Tallies) (met sim.TierTally) {
		if len(t.Tiers) > 0 {
			met = t.Tiers[0]
		}
		return met
	}
	byRequests, byBytes := timesAt(sim.TierMostServed, sim.TierServed), timesAt(sim.TierMostServedBytes, sim.TierServedBytes)
	hasServers := func(t *Tallies) bool { tier := first(t); return tier.Count(sim.TierServed) > 0 }
	requests := Label{Statistic: "imbalance by requests", Unit: "times the mean", Better: Less,
		Shown: Shown{Table: ServersTable, Column: "by requests", SiteColumn: "busiest server"}}
	bytes := Label{Statistic: "imbalance by bytes", Unit: "times the mean", Better: Less, Shown: Shown{Table: ServersTable, Column: "by bytes"}}
	all := []Measure{
		{Label: requests, AmongTiers: Shown{Table: ServersTable, Column: "edge by requests", SiteColumn: "edge busiest server"}, Of: byRequests(first), Where: hasServers},
		{Label: bytes, AmongTiers: Shown{Table: ServersTable, Column: "edge by bytes"}, Of: byBytes(first), Where: hasServers},
		{Label: requests, Of: behind{byRequests, sim.TierServed}}, {Label: bytes, Of: behind{byBytes, sim.TierServed}},
	}
	for i := range all {
		all[i].Kinds, all[i].BySite = cacheable, true
		if all[i].Where != nil {
			all[i].Metric = "cache"
		}
	}
	return all
}

// lifetimes returns the figures of objects that age.
func lifetimes() []Measure {
	logged := func(t *Tallies) uint64 { return hits(&t.Outcomes) + t.Outcomes[sim.Revalidated] }
	all := []Measure{
		{Label: Label{Metric: "cache", Statistic: "hit ratio of a log", Unit: "share", Better: More,
			Shown: Shown{Table: FreshnessTable, Column: "hits as logged"}},
			Of: ShareOf(func(t *Tallies) stats.Ratio { return ratio(logged(t), met(t)) }), BySite: true},
		{Label: Label{Metric: "cache", Statistic: "answered at once", Unit: "share", Better: More,
			Shown: Shown{Table: FreshnessTable, Column: "hits at once"}},
			Of: ShareOf(func(t *Tallies) stats.Ratio { return ratio(atOnce(t), met(t)) }), ByMetro: true, BySite: true},
		{Label: Label{Metric: "age", Statistic: "mean", Unit: "s", Better: Less, Shown: Shown{Table: FreshnessTable, Column: "mean age, s"}},
			Of: RatioOf(perAged(sim.AgeMs), secondsPerMs), Where: happened(counter(sim.AgedAnswers)), BySite: true},
		{Label: Label{Metric: "stale", Statistic: "share", Unit: "share", Better: Less, Shown: Shown{Table: FreshnessTable, Column: "stale"}},
			Of: ShareOf(perAged(sim.StaleAnswers)), Where: happened(counter(sim.AgedAnswers)), ByMetro: true, BySite: true},
		{Label: Label{Metric: "stale", Statistic: "mean beyond freshness", Unit: "s", Better: Less, Shown: Shown{Table: FreshnessTable, Column: "stale by, s"}},
			Of:    RatioOf(func(t *Tallies) stats.Ratio { return ratio(t.Count(sim.StaleMs), t.Count(sim.StaleAnswers)) }, secondsPerMs),
			Where: happened(counter(sim.StaleAnswers)), BySite: true},
		{Label: Label{Metric: "origin", Statistic: "not modified", Unit: "share", Shown: Shown{Table: FreshnessTable, Column: "304 from origin"}},
			Of:    ShareOf(func(t *Tallies) stats.Ratio { return ratio(t.Count(sim.OriginConfirmed), t.Count(sim.OriginRequests)) }),
			Where: happened(counter(sim.OriginConfirmed))},
	}
	for i := range all {
		all[i].Kinds = cacheable
		if all[i].Where == nil {
			all[i].Where = ages
		}
	}
	return all
}

// secondsPerMs turns sums of ms into s.
const secondsPerMs = 1e-3

var cacheable, games = []sim.Kind{sim.Cacheable}, []sim.Kind{sim.Matched}

// quantiles are the probabilities that every comparison shows.
var quantiles = []float64{0.5, 0.9, 0.95, 0.99, 0.999}

// metroQuantiles are those shown by metro, judgedQuantiles those judged.
var metroQuantiles, judgedQuantiles = []float64{0.5, 0.95}, []float64{0.5, 0.95, 0.99}

// latencies returns the figures of all metrics. Headlines, of requests one of two bytes, are judged and shown by metro.
func latencies(judged workload.Byte) (all []Measure) {
	for metric := range sim.NumMetrics {
		if isSeen(metric) {
			continue // see seenByPlayers
		}
		var kinds []sim.Kind
		headline := false
		for _, k := range sim.Kinds() {
			if slices.Contains(k.Metrics(), metric) {
				kinds, headline = append(kinds, k), headline || k.Headline(judged) == metric
			}
		}
		of := []Measure{}
		for _, p := range quantiles {
			m := quantileOf(metric, p)
			m.ByMetro = headline && slices.Contains(metroQuantiles, p)
			m.judge(headline && slices.Contains(judgedQuantiles, p))
			if metric == sim.TTLB && !headline && slices.Contains(judgedQuantiles, p) {
				m.Table, m.Column = LastByteTable, m.Statistic
			}
			of = append(of, m)
		}
		mean := meanOf(metric)
		mean.ByMetro = headline
		mean.judge(headline)
		if metric == sim.TTLB && !headline {
			mean.Table, mean.Column = LastByteTable, mean.Statistic
		}
		of = append(of, mean)
		if !metric.IsWait() { // deadlines are about latency
			m := Measure{
				Label:   Label{Metric: metric.String(), Statistic: "within", Unit: "share", Better: More},
				Of:      within{metric: metric, judged: headline},
				ByMetro: metric == sim.PlayerRTT,
			}
			if who := whose[metric]; who != "" {
				m.Table, m.Column, m.Judged = PlayersTable, who, who
			}
			of = append(of, m)
		}
		of = append(of, Measure{
			Label: Label{Metric: metric.String(), Statistic: "Wasserstein distance from the baseline", Unit: "ms"},
			Of:    distance{sample(metric)},
		})
		for i := range of {
			if metric == sim.TTLB && of[i].Judged != "" {
				of[i].Judged = "TTLB " + of[i].Judged // others are of the first byte
			}
			of[i].Kinds = kinds
			of[i].showPlayers()
			if metric == sim.FirstWait || metric == sim.GaveUpWait {
				of[i].Where = func(t *Tallies) bool { return t.Metric(metric).Count() > 0 }
			}
		}
		all = append(all, of...)
	}
	return all
}

func meanOf(metric sim.Metric) Measure {
	return Measure{Label: Label{Metric: metric.String(), Statistic: "mean", Unit: "ms", Better: Less}, Of: MeanMsOf(metric)}
}

func quantileOf(metric sim.Metric, p float64) Measure {
	return Measure{
		Label: Label{Metric: metric.String(), Statistic: words.Quantile(p), Unit: "ms", Q: p, Better: Less},
		Of:    QuantileMsOf(metric, p),
	}
}

// judge lets the figure be judged under the name of its statistic, and shown beside the others that are.
func (m *Measure) judge(judged bool) {
	if judged {
		m.Judged = m.Statistic
		m.Table, m.Column = LatencyTable, m.Statistic
	}
}

// outcomes returns the share of requests by outcome.
func outcomes() (all []Measure) {
	for o := range sim.NumOutcomes {
		of := func(t *Tallies) uint64 { return t.Outcomes[o] }
		all = append(all, Measure{
			Label: Label{Metric: "outcome", Statistic: o.String(), Unit: "share"}, Of: ofRequests(of), Where: happened(of),
		})
	}
	return all
}

// failed counts the requests without an answer that is of use, those included that servers rejected.
func failed(t *Tallies) uint64 { return t.Outcomes[sim.Failed] + t.Outcomes[sim.Rejected] }

// gaveUp counts those of them for which their users waited.
func gaveUp(t *Tallies) uint64 { return t.Outcomes[sim.Failed] }

// waits are the reasons why updates are not played; the others are why requests fail.
var waits = []sim.Reason{sim.WaitsForPlayers, sim.WaitsForServer, sim.SessionLost, sim.LoggingIn, sim.GaveUp, sim.TurnedAway}

// reasons takes the share that failed apart.
func reasons() (all []Measure) {
	for why := range sim.NumReasons {
		if slices.Contains(waits, why) {
			continue
		}
		of := func(t *Tallies) uint64 { return t.Failures[why] }
		all = append(all, Measure{
			Label: Label{Metric: "failed", Statistic: why.String(), Unit: "share", Better: Less},
			Of:    ofRequests(of), OnlyWithFailures: true, Where: happened(of),
		})
	}
	return all
}

// breakdown takes the mean headline latency apart.
func breakdown() (all []Measure) {
	for c := range sim.NumCauses {
		all = append(all, Measure{
			Label: Label{Metric: "breakdown", Statistic: c.String(), Unit: "ms", Better: Less},
			Of:    RatioOf(func(t *Tallies) stats.Ratio { return ratio(uint64(t.Causes[c]), t.Answered()) }, msPerNs),
			Where: func(t *Tallies) bool { return t.Causes[c] != 0 }, OrAtBaseline: true,
		})
	}
	return all
}

// Measures returns the figures of a comparison in the order in which they are shown, as they are of workloads that are
// judged by the first byte. The rows of shares within a deadline stand for one figure a deadline of the workload, those
// without a metric for one figure a tier of caches behind the first.
func Measures() []Measure { return slices.Clone(measures) }

// MeasuresOf returns the figures of a workload, given by its name, in the order of results, own ones last: one for each of its
// deadlines and of the placements' tiers. The error lists the names there are.
func (s *Study) MeasuresOf(workload string) ([]Measure, error) {
	var names []string
	for _, d := range s.workloads() {
		if d.name == workload {
			return s.measuresOf(&d), nil
		}
		names = append(names, d.name)
	}
	return nil, unknown("workload", workload, names)
}

// HeadlineOf returns the metric by which a workload is judged, given by its name: "ttfb", of downloads "ttlb", of games
// "response"; "" where there is no such workload.
func (s *Study) HeadlineOf(workload string) string {
	for _, d := range s.workloads() {
		if d.name == workload {
			return d.headline.String()
		}
	}
	return ""
}

// measuresOf returns the figures of a workload.
func (s *Study) measuresOf(w *described) (all []Measure) {
	tiers := s.tiersBehind()
	rows := measures
	if w.headline == sim.TTLB {
		rows = measuresOfLastByte
	}
	for i, m := range slices.Concat(rows, s.Measures) {
		if i >= len(rows) {
			m.showOwn()
		}
		if len(tiers) > 0 && m.AmongTiers != (Shown{}) {
			m.Shown = m.AmongTiers
		}
		if !m.isOf(w) || m.isLeftOut(w) || m.OnlyWithFailures && !s.mayFail() {
			continue
		}
		switch each := m.Of.(type) {
		case within:
			all = append(all, each.deadlines(&m, w.deadlinesOf(each.metric))...)
		case classes:
			all = append(all, each.rows(&m, w.game.Quality.Classes)...)
		case behind:
			for _, name := range tiers {
				all = append(all, each.tier(m, name))
			}
		default:
			all = append(all, m)
		}
	}
	return all
}

// mayFail reports whether requests can fail: sites or links are down, or origins answer errors.
func (s *Study) mayFail() bool {
	if len(s.Failures)+len(s.LinkFailures)+len(s.OriginErrors) > 0 || slices.ContainsFunc(s.Placements, rejects) {
		return true
	}
	return slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool {
		if w.GivesUp() {
			return true
		}
		service, ok := w.Service.(workload.Cacheable)
		return ok && slices.ContainsFunc(service.Controls, func(c workload.Controlled) bool { return c.Status >= 500 })
	})
}

// rejects reports whether a placement has servers that reject what they have no room for.
func rejects(p placement.Placement) bool {
	return slices.ContainsFunc(p.Sites, func(a placement.Assignment) bool {
		return slices.ContainsFunc(a.Pools, func(p placement.Pool) bool { return p.Rejects() })
	})
}

// showOwn sees to it that an own figure which is judged is in a table.
func (m *Measure) showOwn() {
	if m.Judged == "" || m.Column != "" {
		return
	}
	m.Column = m.Judged
	if m.Unit != "share" && m.Unit != "bytes" && m.Unit != "ms" {
		m.Column += ", " + m.Unit
	}
}

// tiersBehind returns the names of all tiers of caches but the first ones of the placements.
func (s *Study) tiersBehind() (names []string) {
	for i := range s.Placements {
		for k, t := range s.Placements[i].Tiers {
			if k > 0 && !slices.Contains(names, t.Name) {
				names = append(names, t.Name)
			}
		}
	}
	return names
}

// isOf reports whether a workload has the figure.
func (m *Measure) isOf(w *described) bool {
	metric, ok := m.Of.sampled()
	return (len(m.Kinds) == 0 || slices.Contains(m.Kinds, w.kind)) && (!ok || slices.Contains(w.kind.Metrics(), metric))
}

// validateMeasures names the first own measure that cannot be shown.
func (s *Study) validateMeasures() error {
	seen := make(map[[2]string]bool)
	for _, m := range measures {
		seen[[2]string{m.Metric, m.Statistic}] = true
	}
	var errs []error
	for i, m := range s.Measures {
		refuse := func(field string, value any, want string, args ...any) {
			errs = append(errs, fmt.Errorf("edgewise: %w", invalid.New(fmt.Sprintf("Measures[%d].%s", i, field), value, want, args...)))
		}
		for _, name := range []struct{ field, value string }{{"Metric", m.Metric}, {"Statistic", m.Statistic}, {"Unit", m.Unit}} {
			if name.value == "" {
				refuse(name.field, "empty", "a name")
			}
		}
		if m.Of == nil {
			refuse("Of", "nil", "how the figure is made, such as ShareOf")
		}
		if m.Judged != "" && m.Better == Neither {
			refuse("Better", "Neither", "Less or More, for the figure is judged")
		}
		if m.Table != "" && m.Column == "" && m.Judged == "" {
			refuse("Table", m.Table, "none, for the figure has no Column")
		}
		if m.SiteColumn != "" && !m.BySite {
			refuse("SiteColumn", m.SiteColumn, "none, for the figure is not made BySite")
		}
		if m.BySite && m.Of != nil {
			if metric, ok := m.Of.sampled(); ok {
				refuse("BySite", true, "false, for the distribution of %v, of which the figure is made, is not known by site", metric)
			}
		}
		if m.Bar != "" && m.Unit != "share" {
			refuse("Bar", m.Bar, "none, for the figure is no share")
		}
		if q, ok := m.Of.(quantile); ok && !(q.p > 0 && q.p < 1) {
			refuse("Of", q.p, "a probability between 0 and 1")
		}
		name := [2]string{m.Metric, m.Statistic}
		if seen[name] {
			refuse("Statistic", m.Statistic, "a name that no other figure of %q has", m.Metric)
		}
		seen[name] = true
	}
	return invalid.First(errs...)
}
