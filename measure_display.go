package edgewise

import (
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// The tables of games, besides that of players and matches.
const (
	// DisplayTable has what players of a game see, from input to display.
	DisplayTable = "from input to display"
	// FairnessTable has how alike the players of a match are.
	FairnessTable = "fairness of matches"
)

// displayLeavesOut says what the model of what players see leaves out that may decide.
func displayLeavesOut(game *workload.Matched) (all []string) {
	add := func(is bool, text string) {
		if is {
			all = append(all, text)
		}
	}
	add(game.Line.JitterTime == 0, "jitter is drawn for each update on its own")
	add(game.Line.Loss > 0, "a burst of losses is on the way there or on the way back, as a coin falls")
	add(!game.FollowsDisplay(), "nothing is known of the players' machines: times end where the answer has come")
	add(!game.Peers.IsZero(), "all players have the same machine, and the frames of two begin together; how often a prediction is right is not known: every late input counts as rolled back")
	add(game.FollowsDisplay() && game.Peers.IsZero(), "all players have the same machine; matches on a core tick at phases by chance, and are worked off in turn")
	add(game.Cloud.BitsPerSecond > 0, "all players receive a video at the same rate, and no frame of it is lost")
	return all
}

// A seen metric is one of what the players of a game see, and which of its statistics are figures.
type seen struct {
	metric    sim.Metric
	quantiles []float64
	// byMetro are those that are made by metro; columns the titles of those that are shown, in the table.
	byMetro []string
	table   string
	columns map[string]string
	within  bool // shares within deadlines, which are judged where they are shown
}

var fewQuantiles = []float64{0.5, 0.95}

// seenMetrics are those metrics, in the order in which they are shown. [sim.Felt] has figures of its own.
var seenMetrics = []seen{
	{metric: sim.InputToDisplay, quantiles: quantiles, byMetro: []string{"p50", "p95"}, within: true},
	{metric: sim.PlayerDisplay, quantiles: fewQuantiles, byMetro: []string{"p50"}, within: true,
		table: DisplayTable, columns: map[string]string{"p50": "display p50", "p95": "display p95"}},
	{metric: sim.PlayerDisplayP95, quantiles: fewQuantiles, within: true},
	{metric: sim.PlayerRTTP95, quantiles: fewQuantiles, within: true},
	{metric: sim.PlayerJitter, quantiles: fewQuantiles, byMetro: []string{"p50"}, table: DisplayTable, columns: map[string]string{"p50": "jitter p50"}},
	{metric: sim.Rewind, quantiles: fewQuantiles},
	{metric: sim.MatchSpread, quantiles: quantiles, within: true, table: FairnessTable, columns: map[string]string{"p50": "spread p50", "p95": "spread p95"}},
	{metric: sim.PeekersAdvantage, quantiles: quantiles, byMetro: []string{"p50"},
		table: FairnessTable, columns: map[string]string{"p50": "peeker's advantage p50", "p95": "peeker's advantage p95"}},
}

// isSeen reports whether a metric is one of those, or the latency by which play is judged.
func isSeen(metric sim.Metric) bool {
	return metric == sim.Felt || slices.ContainsFunc(seenMetrics, func(s seen) bool { return s.metric == metric })
}

// sampledIn returns a condition for figures of a metric: that there are samples.
func sampledIn(metric sim.Metric) func(*Tallies) bool {
	return func(t *Tallies) bool { return t.Metric(metric).Count() > 0 }
}

// measures returns the figures of the metric.
func (s *seen) measures() (all []Measure) {
	for _, p := range s.quantiles {
		all = append(all, quantileOf(s.metric, p))
	}
	all = append(all, meanOf(s.metric))
	if s.within {
		all = append(all, Measure{
			Label: Label{Metric: s.metric.String(), Statistic: "within", Unit: "share", Better: More},
			Of:    within{metric: s.metric}, ByMetro: s.metric == sim.PlayerDisplay,
		})
	}
	if s.metric == sim.InputToDisplay {
		all = append(all, Measure{
			Label: Label{Metric: s.metric.String(), Statistic: "Wasserstein distance from the baseline", Unit: "ms"}, Of: distance{sample(s.metric)},
		})
	}
	for i := range all {
		m := &all[i]
		m.Kinds, m.Where = games, sampledIn(s.metric)
		m.ByMetro = m.ByMetro || slices.Contains(s.byMetro, m.Statistic)
		if title := s.columns[m.Statistic]; title != "" {
			m.Table, m.Column = s.table, title
		}
		if m.Statistic == "within" && whose[s.metric] != "" {
			m.Table = s.table
		}
	}
	return all
}

// seenByPlayers returns what the players of games see, from input to display.
func seenByPlayers() (all []Measure) {
	for i := range seenMetrics {
		all = append(all, seenMetrics[i].measures()...)
	}
	all = append(all, jain())
	all = append(all, stages()...)
	all = append(all, predicted()...)
	all = append(all, ofPeers()...)
	all = append(all, ofUpdates()...)
	return append(all, qualities()...)
}

// jain returns Jain's index of the round trips of a match's players, on the mean: 1 where all are alike, 1/n where one of n has
// all of it.
func jain() Measure {
	return Measure{
		Label: Label{Metric: "match", Statistic: "Jain's index", Unit: "share", Better: More, Shown: Shown{Table: FairnessTable, Column: "Jain's index"}},
		Of: ShareOf(func(t *Tallies) stats.Ratio {
			return ratio(t.Count(sim.JainPpm), 1e6*t.Metric(sim.MatchSpread).Count())
		}),
		Kinds: games, Where: sampledIn(sim.MatchSpread),
	}
}

// followed makes the mean of some stages of the updates that are followed to the screen, in ms.
func followed(of ...sim.Stage) Source {
	return RatioOf(func(t *Tallies) stats.Ratio {
		sum := int64(0)
		for _, s := range of {
			sum += t.Stages[s]
		}
		return ratio(uint64(sum), t.Metric(sim.InputToDisplay).Count())
	}, msPerNs)
}

// stages takes the mean time from input to display apart.
func stages() (all []Measure) {
	for s := range sim.NumStages {
		all = append(all, Measure{
			Label: Label{Metric: "display breakdown", Statistic: s.String(), Unit: "ms", Better: Less},
			Of:    followed(s), Kinds: games, Where: func(t *Tallies) bool { return t.Stages[s] != 0 }, OrAtBaseline: true,
		})
	}
	return all
}

// predicted returns what client prediction does: when a player sees an own move, and how much later the server's word on it is
// shown, which may correct it.
func predicted() []Measure {
	at := func(statistic string, of Source) Measure {
		return Measure{
			Label: Label{Metric: "prediction", Statistic: statistic, Unit: "ms", Better: Less, Shown: Shown{Table: DisplayTable, Column: statistic}},
			Of:    of, Kinds: games, Where: sampledIn(sim.InputToDisplay), onlyPredicted: true,
		}
	}
	return []Measure{
		at("own moves", followed(sim.InputStage, sim.FrameStage, sim.RenderStage, sim.ScreenStage)),
		at("correction", followed(sim.ResponseStage, sim.BufferStage)),
	}
}

// ofUpdates returns which part of the updates was lost, came too late to be shown, or met a server that did not keep up.
func ofUpdates() []Measure {
	share := func(statistic, column string, of ...sim.Counter) Measure {
		sum := func(t *Tallies) (n uint64) {
			for _, c := range of {
				n += t.Count(c)
			}
			return n
		}
		m := Measure{
			Label: Label{Metric: "updates", Statistic: statistic, Unit: "share", Better: Less},
			Of: ShareOf(func(t *Tallies) stats.Ratio {
				return ratio(min(sum(t), t.Outcomes[sim.Played]), t.Outcomes[sim.Played])
			}),
			Kinds: games, Where: happened(sum), OrAtBaseline: true, ByMetro: true, BySite: true,
		}
		if column != "" {
			m.Table, m.Column, m.SiteColumn = DisplayTable, column, column
		}
		return m
	}
	return []Measure{
		share("lost", "", sim.LostUpdates),
		share("late", "", sim.LateUpdates),
		share("lost or late", "lost or late", sim.LostUpdates, sim.LateUpdates),
		share("tick overrun", "tick overrun", sim.OverrunUpdates),
	}
}

// qualities returns how well a game plays, as its maker has said: of all who wanted to play, for those who do not have a quality
// of 0 and are in no class.
func qualities() []Measure {
	return []Measure{
		{Label: Label{Metric: "quality", Statistic: "mean", Unit: "share", Better: More, Judged: "quality of play", Shown: Shown{Table: DisplayTable, Column: "quality"}},
			Of:    ShareOf(func(t *Tallies) stats.Ratio { return ratio(t.Count(sim.QualityPpm), 1e6*asked(sim.Felt, t.Tally)) }),
			Kinds: games, Where: happened(counter(sim.QualityPpm)), OrAtBaseline: true, ByMetro: true},
		{Label: Label{Metric: "quality", Statistic: "class", Unit: "share"},
			Of: classes{}, Kinds: games, Where: sampledIn(sim.Felt), OrAtBaseline: true, ByMetro: true},
	}
}

// classes stands in the table for the shares of all classes of quality of a workload.
type classes struct{}

func (classes) ratio(*Tallies) stats.Ratio          { return stats.Ratio{} }
func (classes) sampled() (sim.Metric, bool)         { return 0, false }
func (classes) figure(int, *pairing) (Figure, bool) { return Figure{}, false }
func (classes) replicates(int, *pairing) []float64  { return nil }

// rows returns the row of each class.
func (classes) rows(row *Measure, of []workload.QualityClass) (all []Measure) {
	for i := range of {
		m := *row
		m.Statistic = row.Statistic + " " + of[i].Name
		m.Table, m.Column = DisplayTable, of[i].Name
		m.Of = ShareOf(func(t *Tallies) stats.Ratio {
			n := t.Within(sim.Felt)[i]
			if i > 0 {
				n -= t.Within(sim.Felt)[i-1]
			}
			return ratio(n, asked(sim.Felt, t.Tally))
		})
		all = append(all, m)
	}
	return all
}

// deadlinesOf returns the deadlines of a metric.
func (w *described) deadlinesOf(metric sim.Metric) []time.Duration {
	switch metric {
	case sim.InputToDisplay, sim.PlayerDisplay, sim.PlayerDisplayP95:
		return w.game.Display.Deadlines
	}
	return w.deadlines
}

// isLeftOut reports whether a figure is of something that the game of a workload does not have.
func (m *Measure) isLeftOut(w *described) bool {
	return m.onlyPredicted && !w.game.Display.Prediction || m.onlyPeers && w.game.Peers.IsZero()
}

// askedOfPlay returns how many samples a metric of what players see would have if every player had played: each session without a
// match counts as one that is played, and of updates as many stand for those that were not played as for those that were.
func askedOfPlay(metric sim.Metric, t *sim.Tally) uint64 {
	n := t.Metric(metric).Count()
	switch metric {
	case sim.MatchSpread, sim.PeekersAdvantage:
		return n
	case sim.InputToDisplay:
		missing := t.Unanswered()
		if played := t.Answered(); played > 0 && n > 0 {
			missing = uint64(float64(float64(missing)*(float64(n)/float64(played))) + 0.5)
		}
		return n + missing
	}
	return n + t.Count(sim.UnseenSessions)
}
