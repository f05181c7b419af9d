package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

func TestTablesSayTheLoadOfTheRecordedTime(t *testing.T) {
	c := made(fixture{title: "peak", placements: []string{"region", "zones"}, workloads: []string{"matched"}, replications: 3, requests: 1000})
	c.Demand = []edgewise.DemandLoad{{Workload: c.Placements[0].Workloads[0].Name, Unit: "players", Recorded: 11308, Mean: 8020, Peak: 11400}}
	const words = "11,308 players expected in the recorded time, 141 % of the daily mean (8,020; peak 11,400)"
	for name, write := range map[string]func(*strings.Builder) error{
		"text":     func(b *strings.Builder) error { return report.WriteTable(b, c) },
		"markdown": func(b *strings.Builder) error { return report.WriteMarkdown(b, c) },
	} {
		var b strings.Builder
		require.NoError(t, write(&b), name)
		load, first := strings.Index(b.String(), words), strings.Index(b.String(), "region")
		require.GreaterOrEqual(t, load, 0, name)
		require.Less(t, load, first, "above the tables of the workload: %s", name)
	}
}
