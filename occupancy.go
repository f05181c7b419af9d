package edgewise

import (
	"time"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// A SiteOccupancy is what a game has at a site hour by hour.
type SiteOccupancy struct {
	// Site is the site's node id.
	Site string `json:"site"`
	// Hours are those of the recorded time, the last as long as it lasts.
	Hours []HourOccupancy `json:"hours"`
}

// An HourOccupancy is what a game has at a site in an hour.
type HourOccupancy struct {
	// From is when the hour begins (UTC).
	From time.Time `json:"from"`
	// Players and Matches are how many there are on the mean: players with those who wait for a match and whom the routing rule
	// would send there.
	Players stats.Estimate `json:"players"`
	Matches stats.Estimate `json:"matches"`
	// Most is how many matches there are at most for 99.9 % of the hour, on the mean over replications, and Cores how many
	// cores host them.
	Most  float64 `json:"most_matches"`
	Cores float64 `json:"cores"`
	// Overrun is the part of the matches' time in which their core did not keep up with its ticks, in [0, 1], over all matches and
	// replications; 0 where no match runs.
	Overrun float64 `json:"tick_overrun"`
}

// A MetroPair is how players of two metros meet in the matches of a game.
type MetroPair struct {
	// First and Second are the ids of the metros, which may be the same.
	First  string `json:"first"`
	Second string `json:"second"`
	// Share is the part of all pairs of players in a match that are of these metros.
	Share float64 `json:"share"`
	// FirstMs and SecondMs are the mean round trips of the players of the first and of the second metro to the site where they
	// meet, ApartMs the mean difference between the means of the two metros in a match.
	FirstMs  float64 `json:"first_ms"`
	SecondMs float64 `json:"second_ms"`
	ApartMs  float64 `json:"apart_ms"`
}

// A gameSummary is what is kept of a run of a game besides figures.
type gameSummary struct {
	hours      [][]sim.SiteHour // by site of the placement
	matchCores []uint64
	pairs      []sim.PairTally
}

// summariseGame keeps what a run of a game found hour by hour, and pair by pair; nil of other workloads.
func summariseGame(w *sim.WorkloadTally) *gameSummary {
	if w.Kind != sim.Matched {
		return nil
	}
	s := &gameSummary{pairs: w.Pairs}
	for i := range w.Sites {
		s.hours = append(s.hours, w.Sites[i].Hours)
		s.matchCores = append(s.matchCores, w.Sites[i].MatchCores)
	}
	return s
}

// occupancy returns what a game has at each site of a placement where somebody plays, hour by hour.
func (e *estimator) occupancy(runs []*summary) (all []SiteOccupancy) {
	if runs[0].game == nil {
		return nil
	}
	start, length := e.start, e.duration
	for n, hours := range runs[0].game.hours {
		site := SiteOccupancy{Site: e.network.At(int(runs[0].siteNodes[n])).ID}
		used := false
		for h := range hours {
			us := float64(min(time.Hour, length-time.Duration(h)*time.Hour).Microseconds())
			var players, matches []float64
			overrun, hosted := 0.0, 0.0
			o := HourOccupancy{From: start.Add(time.Duration(h) * time.Hour)}
			for _, run := range runs {
				at := &run.game.hours[n][h]
				players, matches = append(players, float64(at.PlayerUs)/us), append(matches, float64(at.MatchUs)/us)
				o.Most += float64(at.MostMatches) / float64(len(runs))
				tally := sim.SiteTally{MatchCores: run.game.matchCores[n]}
				o.Cores += float64(tally.CoresFor(at.MostMatches)) / float64(len(runs))
				overrun, hosted = overrun+float64(at.OverrunUs), hosted+float64(at.MatchUs)
				used = used || at.MatchUs > 0
			}
			if hosted > 0 {
				o.Overrun = overrun / hosted
			}
			o.Players, o.Matches = stats.MeanOf(players, e.level), stats.MeanOf(matches, e.level)
			site.Hours = append(site.Hours, o)
		}
		if used {
			all = append(all, site)
		}
	}
	return all
}

// pairs returns how players of two metros meet under a placement, over all runs, in the order of the metros.
func (e *estimator) pairs(runs []*summary) (all []MetroPair) {
	if runs[0].game == nil {
		return nil
	}
	var sum []sim.PairTally
	for _, run := range runs {
		sum = sim.MergePairs(sum, run.game.pairs)
	}
	total := 0.0
	for i := range sum {
		total += float64(sum[i].Pairs)
	}
	for i := range sum {
		p := &sum[i]
		n := float64(p.Pairs)
		all = append(all, MetroPair{
			First: e.metros[p.First].ID, Second: e.metros[p.Second].ID, Share: n / total,
			FirstMs: float64(p.FirstNs) / n * msPerNs, SecondMs: float64(p.SecondNs) / n * msPerNs, ApartMs: float64(p.ApartNs) / n * msPerNs,
		})
	}
	return all
}
