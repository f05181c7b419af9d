package report_test

import (
	"bytes"
	"encoding/csv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

func TestNoCellOfAComparisonIsAFormula(t *testing.T) {
	c := made(fixture{title: "x", placements: []string{"=base", "+other"}, workloads: []string{"cacheable"}, replications: 4, requests: 2000})
	c.Placements[0].Workloads[0].Name = "@site"
	f := figure("ttfb", "mean", stats.Estimate{Value: 1, N: 1})
	f.Metric, f.Statistic, f.Unit, f.Unsupported = "=metric", "=tier hit ratio", "=unit", "=why"
	c.Placements[0].Workloads[0].Figures = edgewise.Figures{f}
	c.Refused = []edgewise.Refusal{{Placement: "-refused", Loads: []sim.Load{{Workload: "=work", Site: "=site"}}}}
	var b bytes.Buffer
	require.NoError(t, report.WriteCSV(&b, c))
	rows, err := csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	for _, row := range rows {
		for _, cell := range row {
			require.NotRegexp(t, `^[=+@]|^-[a-z]`, cell, row)
		}
	}
	require.Equal(t, []string{"'-refused", "'=work"}, rows[len(rows)-1][:2])
}
