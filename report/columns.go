package report

import (
	"slices"

	"github.com/edgewise-sim/edgewise"
)

// A column is a figure in a table.
type column struct {
	edgewise.Label
	title string
	bytes byteUnit
}

// A byteUnit is that of the bytes in a table.
type byteUnit struct {
	name   string
	factor float64
}

var megabytes, gigabytes = byteUnit{"MB", 1e-6}, byteUnit{"GB", 1e-9}

// columnsOf returns the columns that figures of several placements or sites make: those with a title. They stand in the
// order of the figures, of which some may be missing here or there.
func columnsOf(all []edgewise.Figures, bytes byteUnit, title func(*edgewise.Label) string) (columns []column) {
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
				columns = slices.Insert(columns, at, column{*label, text, bytes})
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
		return c.title + " " + c.bytes.name
	case c.Unit == "ms" && c.Table != edgewise.LatencyTable:
		return c.title + ", ms"
	}
	return c.title
}

// factor turns a figure into the unit of the heading.
func (c *column) factor() float64 {
	switch c.Unit {
	case "share":
		return 100
	case "bytes":
		return c.bytes.factor
	}
	return 1
}
