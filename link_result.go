package edgewise

import (
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// A LinkResult is what one placement sends over a link that is shared ([topology.Link.Sharing]), in recorded time.
type LinkResult struct {
	// From and To are the ends of the link, as the bytes go; Sites are the sites that send over it.
	From  string   `json:"from"`
	To    string   `json:"to"`
	Sites []string `json:"sites"`
	// Sharing is how its capacity is given to what crosses it: "fifo" or "ps".
	Sharing string `json:"sharing"`
	// BitsPerSecond is its capacity.
	BitsPerSecond float64 `json:"bits_per_second"`
	// Figures are those of the metric "link": the share of the time that it sent ("utilisation"), the same of its busiest step, of which
	// a run has 200 to 399 ("busiest step"), what was asked of it over what it can carry ("load"), how much longer than alone a response
	// took over it ("mean wait", in ms), and what came to it ("responses" and "bytes", on the mean of the runs). None has a difference.
	Figures Figures `json:"figures"`
	// Workloads has load, mean wait, responses and bytes of each workload that crosses the link.
	Workloads []LinkWorkload `json:"workloads"`
	// Timeline is the same over the recorded time; nil where [sim.Scenario].Timeline does not ask for it.
	Timeline *LinkTimeline `json:"timeline,omitempty"`
}

// A LinkWorkload is what one workload sends over a link.
type LinkWorkload struct {
	Name    string  `json:"name"`
	Figures Figures `json:"figures"`
}

// linkMetric is the metric of figures of links.
const linkMetric = "link"

// linksOf returns what a placement has sent over links, from what its runs have counted.
func (s *Study) linksOf(replications []*replication, placement int, level float64) (all []LinkResult, err error) {
	var runs [][]sim.LinkTally
	for _, r := range replications {
		runs = append(runs, r.links[placement])
	}
	for n := range runs[0] {
		of := &runs[0][n]
		l := LinkResult{From: of.From, To: of.To, Sites: of.Sites, Sharing: of.Sharing, BitsPerSecond: of.BitsPerSecond}
		overRuns := func(of func(*sim.LinkTally) stats.Ratio) (ratios []stats.Ratio) {
			for r := range runs {
				ratios = append(ratios, of(&runs[r][n]))
			}
			return ratios
		}
		l.Figures = Figures{
			linkFigure("utilisation", "busy", "share", stats.ShareOf(overRuns(func(t *sim.LinkTally) stats.Ratio { return ratio(t.BusyUs, t.TotalUs) }), level)),
			linkFigure("busiest step", "busiest step", "share", stats.ShareOf(overRuns(func(t *sim.LinkTally) stats.Ratio { return ratio(t.PeakBusyUs, t.StepUs) }), level)),
		}
		l.Figures = append(l.Figures, usesOf(overRuns, l.BitsPerSecond, level, (*sim.LinkTally).Sum)...)
		for w := range s.Workloads {
			figures := usesOf(overRuns, l.BitsPerSecond, level, func(t *sim.LinkTally) sim.LinkUse { return t.Workloads[w] })
			if f, _ := figures.Find(linkMetric, "responses"); f.Value > 0 {
				l.Workloads = append(l.Workloads, LinkWorkload{s.Workloads[w].Name, figures})
			}
		}
		tallies := make([]*sim.LinkTally, len(runs))
		for r := range runs {
			tallies[r] = &runs[r][n]
		}
		if l.Timeline, err = s.timelineOfLink(tallies); err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

// usesOf returns the figures of what crossed a link of so many bit/s, of one workload or of all.
func usesOf(overRuns func(func(*sim.LinkTally) stats.Ratio) []stats.Ratio, bitsPerSecond, level float64, use func(*sim.LinkTally) sim.LinkUse) Figures {
	count := func(of func(sim.LinkUse) uint64) stats.Estimate {
		return stats.RatioOf(overRuns(func(t *sim.LinkTally) stats.Ratio { return ratio(of(use(t)), 1) }), level)
	}
	return Figures{
		linkFigure("load", "load", "share", stats.RatioOf(overRuns(func(t *sim.LinkTally) stats.Ratio { return ratio(use(t).Bytes, t.TotalUs) }), level).Scaled(8e6/bitsPerSecond)),
		linkFigure("mean wait", "wait", "ms", stats.RatioOf(overRuns(func(t *sim.LinkTally) stats.Ratio { return ratio(use(t).WaitedNs, use(t).Responses) }), level).Scaled(msPerNs)),
		linkFigure("responses", "", "requests", count(func(u sim.LinkUse) uint64 { return u.Responses })),
		linkFigure("bytes", "", "bytes", count(func(u sim.LinkUse) uint64 { return u.Bytes })),
	}
}

// linkFigure is a figure of a link. None of them can be below 0.
func linkFigure(statistic, title, unit string, is stats.Estimate) Figure {
	return Figure{Label: Label{Metric: linkMetric, Statistic: statistic, Unit: unit, Shown: Shown{SiteColumn: title}}, Estimate: is.CutAt(0)}
}
