package edgewise

import (
	"slices"

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
				Of:         restOf(func(t *Tallies) stats.Ratio { return ratio(leftToOrigin(t), met(t)) }),
				Kinds:      cacheable, Where: cached},
			{Label: Label{Metric: "origin offload", Statistic: "by bytes", Unit: "share", Better: More},
				Of:    restOf(func(t *Tallies) stats.Ratio { return ratio(t.Count(sim.OriginBytes), t.Count(sim.Bytes)) }),
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
