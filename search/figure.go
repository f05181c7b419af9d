package search

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Figure names a figure of a comparison: what a search makes small or large, or holds within bounds.
type Figure struct {
	// Workload is whose figure it is; it may be empty where the study has one workload.
	Workload string
	// By is the metric and the statistic, for example "player_rtt within 50ms", "ttfb p95" or that of an own measure. Without a
	// metric, as in "p95", it is that of the metric by which the workload is judged. Behind "worst metro " it is the
	// figure of the metro that has the worst: of a mean, a quantile or a share within a deadline. "bill" is what the placement costs in
	// a month, of all workloads, where the study has prices ([edgewise.Study].Billing).
	By string
}

// A figure is one that a study has.
type figure struct {
	Figure
	measure edgewise.Measure
	// base is the figure of which measure is that of the worst metro, else the same.
	base   edgewise.Measure
	number int // of the workload
	// metric is that of the latency, of which the figure is a mean, a quantile or a share within a deadline; isKnown says that it
	// is one of these, which the surrogate knows.
	metric  sim.Metric
	isKnown bool
	isWorst bool
	// needsSample says that it is known by samples of a game alone.
	needsSample bool
	// isMoney says that it is the whole bill, of no workload.
	isMoney bool
	better  edgewise.Direction
}

// resolve finds a figure in a study, and adds a measure to it where it is of the worst metro. The error is an [invalid.Field].
func resolve(study *edgewise.Study, f Figure) (*figure, error) {
	if f.Workload == "" && len(study.Workloads) == 1 {
		f.Workload = study.Workloads[0].Name
	}
	if isMoney(f.By) {
		if f.Workload == "" && len(study.Workloads) > 0 {
			f.Workload = study.Workloads[0].Name // whose it is does not matter
		}
		return moneyOf(study, f)
	}
	found := &figure{Figure: f, number: -1}
	var names []string
	for i := range study.Workloads {
		names = append(names, study.Workloads[i].Name)
		if study.Workloads[i].Name == f.Workload {
			found.number = i
		}
	}
	if found.number < 0 {
		return nil, invalid.New("Workload", fmt.Sprintf("%q", f.Workload), "one of %s", strings.Join(names, ", "))
	}
	all, err := study.MeasuresOf(f.Workload)
	if err != nil {
		return nil, err
	}
	name, isWorst := strings.CutPrefix(f.By, edgewise.WorstMetro+" ")
	i := slices.IndexFunc(all, func(m edgewise.Measure) bool { return m.IsCalled(name) })
	if i < 0 {
		i = slices.IndexFunc(all, func(m edgewise.Measure) bool { return m.IsCalled(study.HeadlineOf(f.Workload) + " " + name) })
	}
	if i < 0 && strings.Contains(" "+name, " within ") {
		return nil, invalid.New("By", fmt.Sprintf("%q", f.By), "%s", deadlinesInWords(&study.Workloads[found.number]))
	}
	if i < 0 {
		bill := ""
		if study.Billing != nil {
			bill = "bill, or "
		}
		return nil, invalid.New("By", fmt.Sprintf("%q", f.By), "%sa figure of workload %q: %s", bill, f.Workload, listed(all, study.HeadlineOf(f.Workload)))
	}
	found.measure, found.base, found.isWorst = all[i], all[i], isWorst
	found.better = found.measure.Better
	found.metric, err = sim.ParseMetric(found.measure.Metric)
	if game, ok := study.Workloads[found.number].Service.(workload.Matched); ok && !game.Peers.IsZero() {
		return nil, invalid.New("By", fmt.Sprintf("%q", f.By), "a figure of another workload: the players of %q exchange their inputs directly, and no site is on their way", f.Workload)
	}
	found.isKnown = err == nil && (found.measure.Statistic == "mean" || found.measure.Q > 0 || found.measure.Deadline > 0)
	if isOwn := slices.ContainsFunc(study.Measures, func(m edgewise.Measure) bool { return m.Name() == found.measure.Name() }); !isOwn {
		_, isGame := study.Workloads[found.number].Service.(workload.Matched)
		found.needsSample = isGame && !(found.isKnown && hasClosedForm(found.metric))
		found.isKnown = found.isKnown || found.needsSample
	}
	if isWorst {
		found.base = found.measure
		if found.measure, err = edgewise.WorstMetroOf(found.base); err != nil {
			return nil, invalid.New("By", fmt.Sprintf("%q", f.By), "a mean, a quantile or a share within a deadline of a latency behind %q", edgewise.WorstMetro)
		}
		if !slices.ContainsFunc(study.Measures, func(m edgewise.Measure) bool { return m.Name() == found.measure.Name() }) {
			study.Measures = append(study.Measures, found.measure)
		}
	}
	return found, nil
}

// deadlinesInWords says within which times shares of a workload are counted, and how another one comes to be.
func deadlinesInWords(w *workload.Workload) string {
	var all []string
	for _, d := range w.Deadlines {
		all = append(all, words.Duration(d))
	}
	there := "it has no deadlines"
	if len(all) > 0 {
		there = "its deadlines are " + strings.Join(all, ", ")
	}
	return fmt.Sprintf("a share that workload %q counts: %s; another one stands in its list deadlines, for example deadlines: [40ms]", w.Name, there)
}

// listed returns the names of figures that have a direction: of metrics other than the headline the metric alone, with one of its
// statistics.
func listed(all []edgewise.Measure, headline string) string {
	var names, metrics []string
	for _, m := range all {
		if m.Better == edgewise.Neither || m.Metric == "breakdown" {
			continue
		}
		if m.Metric == headline || !slices.Contains(metrics, m.Metric) {
			names = append(names, m.Name())
		}
		metrics = append(metrics, m.Metric)
	}
	return strings.Join(names, ", ") + " and other statistics of these, as comparison.csv has them"
}

// write returns a value of the figure for people, with its unit.
func (f *figure) write(value float64) string {
	switch unit := f.measure.Unit; {
	case math.IsNaN(value):
		return "unknown"
	case unit == "share":
		return fmt.Sprintf("%.1f %%", 100*value)
	case unit == "ms":
		return fmt.Sprintf("%.1f ms", value)
	default:
		return fmt.Sprintf("%s %s", humanize.CommafWithDigits(value, 2), unit)
	}
}
