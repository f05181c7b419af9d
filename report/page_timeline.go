package report

import (
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// A pageTimeline is how all requests of a workload, answered or not, fared over the recorded time: a line a figure.
type pageTimeline struct {
	StepSeconds float64            `json:"step_s"`
	Lines       []pageTimelineLine `json:"lines"`
}

// A pageTimelineLine is a figure by placement and step.
type pageTimelineLine struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Unit  string `json:"unit"`
	// IsUsual says that it is shown unless another is chosen.
	IsUsual bool `json:"usual,omitempty"`
	// By holds a course a placement; null where a placement has none, or does what one before it does.
	By []*pageCourse `json:"by"`
}

// A pageCourse holds values and their intervals, null where there is none.
type pageCourse struct {
	// At are the steps of the values, where they are not all: see mostPageSteps.
	At     []int   `json:"at,omitempty"`
	Values []rough `json:"v"`
	Low    []rough `json:"low,omitempty"`
	High   []rough `json:"high,omitempty"`
}

// mostPageSteps is how many steps of a line the page has at most. Of more, the lowest and the highest of each of half as many
// stretches are kept, so that no peak is lost.
const mostPageSteps = 240

// newPageTimeline returns the course of a workload, nil where nobody asked for it. alike are the first placements that do the same.
// Lines that are 0 throughout are left out.
func newPageTimeline(c *edgewise.Comparison, workload string, results []*edgewise.WorkloadResult, alike []int) *pageTimeline {
	t := new(pageTimeline)
	var names []string
	for _, w := range results {
		if w == nil || w.Timeline.Steps == 0 {
			continue
		}
		t.StepSeconds = w.Timeline.Step.Seconds()
		for _, l := range w.Timeline.Lines {
			if !slices.Contains(names, l.Name) {
				names = append(names, l.Name)
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	for _, name := range names {
		line := pageTimelineLine{Name: name, By: make([]*pageCourse, len(results)), IsUsual: isUsualOverTime(c, workload, name)}
		anything := false
		for i, w := range results {
			if w == nil {
				continue
			}
			of := w.Timeline.Line(name)
			if of == nil {
				continue
			}
			scale := 1.0
			line.Title, line.Unit, scale = overTime(of, w)
			anything = anything || slices.ContainsFunc(of.Values, isMore)
			if alike[i] == i {
				line.By[i] = newPageCourse(of.Values, scale)
			}
		}
		if anything {
			t.Lines = append(t.Lines, line)
		}
	}
	return t
}

// overTime returns what a line over time is called, in which unit it is shown, and the factor that leads to that.
func overTime(l *edgewise.TimelineLine, w *edgewise.WorkloadResult) (title, unit string, scale float64) {
	switch l.Name {
	case "requests":
		title = "requests"
	case "waiting":
		title = "requests that wait for servers"
	case "failed":
		title = "failed"
		if rejects := w.Timeline.Line("rejected"); rejects != nil && slices.ContainsFunc(rejects.Values, isMore) {
			title = "failed, without those rejected"
		}
	case "mean", "p50", "p95", "p99":
		title = metricTitle(w.Headline().Name()) + ", " + l.Name
	case "origin requests":
		title = "requests to origins"
	case "origin bytes":
		return "bytes from origins", "MB a second", 1e-6
	case "updates":
		title = "updates that are played"
	case "lost":
		title = "updates lost on the way"
	case "utilisation":
		title = "utilisation of servers"
	case "players waiting":
		title = "players who wait for a match"
	default:
		title = l.Name
	}
	switch l.Unit {
	case "share":
		return title, "%", 100
	case "requests", "players", "servers", "cores":
		return title, "", 1
	}
	return title, l.Unit, 1
}

// isMore reports whether there is anything of what is counted.
func isMore(e stats.Estimate) bool { return e.HasValue() && e.Value > 0 }

// isUsualOverTime reports whether a line is among those that are looked at first: how many ask and fail, the p95, or the mean where
// there are too few for it, what caches hit and origins are asked, how busy servers are, who plays and waits.
func isUsualOverTime(c *edgewise.Comparison, workload, line string) bool {
	switch line {
	case "requests", "failed", "rejected", "hits", "origin requests", "utilisation", "servers", "cores", "players", "players waiting":
		return true
	case "p95":
		return !lacksValues(c, workload, "p95")
	case "mean":
		return lacksValues(c, workload, "p95")
	}
	return false
}

func newPageCourse(values []stats.Estimate, scale float64) *pageCourse {
	of := new(pageCourse)
	steps := stepsToDraw(values)
	if len(steps) < len(values) {
		of.At = steps
	}
	anyInterval := false
	for _, k := range steps {
		e := values[k].Scaled(scale)
		value, low, high := math.NaN(), math.NaN(), math.NaN()
		if e.HasValue() {
			value = e.Value
		}
		if e.HasInterval() {
			low, high, anyInterval = e.Low, e.High, true
		}
		of.Values, of.Low, of.High = append(of.Values, rough(value)), append(of.Low, rough(low)), append(of.High, rough(high))
	}
	if !anyInterval {
		of.Low, of.High = nil, nil
	}
	return of
}

// stepsToDraw returns which steps of a line are kept: all, or of each stretch the lowest and the highest, in their order.
func stepsToDraw(values []stats.Estimate) (steps []int) {
	stretches := mostPageSteps / 2
	if len(values) <= mostPageSteps {
		stretches = len(values)
	}
	for s := range stretches {
		from, to := s*len(values)/stretches, (s+1)*len(values)/stretches
		low, high := from, from
		for k := from; k < to; k++ {
			if e := values[k]; e.HasValue() {
				if !values[low].HasValue() || e.Value < values[low].Value {
					low = k
				}
				if !values[high].HasValue() || e.Value > values[high].Value {
					high = k
				}
			}
		}
		steps = append(steps, min(low, high))
		if low != high {
			steps = append(steps, max(low, high))
		}
	}
	return steps
}

// mostPageBands is how many values over time have their intervals on the page; where there are more, they are in series.csv alone.
const mostPageBands = 40_000

// boundBands leaves the intervals of all lines over time out where they would make the page too large.
func boundBands(workloads []pageWorkload) {
	count := 0
	each := func(do func(*pageCourse)) {
		for i := range workloads {
			if t := workloads[i].Timeline; t != nil {
				for _, l := range t.Lines {
					for _, of := range l.By {
						if of != nil {
							do(of)
						}
					}
				}
			}
		}
	}
	each(func(of *pageCourse) { count += len(of.Low) })
	if count > mostPageBands {
		each(func(of *pageCourse) { of.Low, of.High = nil, nil })
	}
}
