package report

import (
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// A column is a figure in a table.
type column struct {
	edgewise.Label
	title string
	// recorded is the time in which things were counted: tables show them by second. 0 shows the count.
	recorded time.Duration
	// run is how long a run takes, warm-up included: no wait is longer. 0 where that is not known.
	run time.Duration
}

// columnsOf returns the columns that figures of several placements or sites make: those with a title. They stand in the
// order of the figures, of which some may be missing here or there.
func columnsOf(all []edgewise.Figures, recorded time.Duration, title func(*edgewise.Label) string) (columns []column) {
	for _, figures := range all {
		next := 0
		for i := range figures {
			label := &figures[i].Label
			text := title(label)
			if text == "" {
				continue
			}
			at := slices.IndexFunc(columns, func(c column) bool { return c.Metric == label.Metric && c.Statistic == label.Statistic })
			if at < 0 {
				at = next
				columns = slices.Insert(columns, at, column{Label: *label, title: text, recorded: recorded})
			}
			next = at + 1
		}
	}
	return columns
}

// heading returns the title with the unit, where the title does not say it. The table of latencies is in ms.
func (c *column) heading() string {
	switch {
	case c.Unit == "share":
		return "% " + c.title
	case c.Unit == "bytes":
		return c.title + " MB" + c.by()
	case c.Unit == "requests":
		return c.title + c.by()
	case c.isWait():
		return c.title + ", s"
	case c.Unit == "ms" && c.Table != edgewise.LatencyTable && c.Table != edgewise.LastByteTable:
		return c.title + ", ms"
	}
	return c.title
}

// by says that a count is shown by second.
func (c *column) by() string {
	if c.recorded > 0 {
		return "/s"
	}
	return ""
}

// isWait reports whether the figure is a wait for a match, which is shown in seconds.
func (c *column) isWait() bool { return c.Unit == "ms" && isWait(c.Metric) }

// isWait reports whether a metric, given by its name, is a wait for a match.
func isWait(name string) bool {
	metric, err := sim.ParseMetric(name)
	return err == nil && metric.IsWait()
}

// isCutOff reports whether a figure of a wait lies at the end of the run, as far as sketches tell: it would be longer.
func (c *column) isCutOff(f *edgewise.Figure) bool {
	return c.isWait() && c.run > 0 && f.HasValue() && f.Value*1e6 >= (1-2*stats.RelativeError)*float64(c.run)
}

// factor turns a figure into the unit of the heading.
func (c *column) factor() float64 {
	seconds := 1.0
	if c.recorded > 0 {
		seconds = c.recorded.Seconds()
	}
	switch {
	case c.Unit == "share":
		return 100
	case c.Unit == "bytes":
		return 1e-6 / seconds
	case c.Unit == "requests":
		return 1 / seconds
	case c.isWait():
		return 1e-3
	}
	return 1
}
