package edgewise

import (
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

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
