package report_test

import (
	"fmt"
	"os"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/stats"
)

// A comparison usually comes from a study; here two placements are made up from three replications
// of a handful of latencies.
func Example() {
	region := []*stats.Sketch{evenly(60, 100), evenly(62, 104), evenly(58, 101)}
	zone := []*stats.Sketch{evenly(9, 30), evenly(10, 31), evenly(9, 32)}
	workload := func(own, baseline []*stats.Sketch) []edgewise.WorkloadResult {
		w := edgewise.WorkloadResult{Name: "shooter", Kind: "gaming", Latency: []edgewise.Distribution{
			{Metric: "response", Pooled: stats.Pool(own), PerReplication: own},
		}}
		for _, m := range edgewise.Measures() {
			if m.Metric != "response" || m.Judged == "" {
				continue
			}
			f := edgewise.Figure{Label: m.Label, Estimate: stats.MeanMs(own, 0.95)}
			difference := stats.MeanDifferenceMs(own, baseline, 0.95)
			if m.Q > 0 {
				f.Estimate, difference = stats.QuantileMs(own, m.Q, 0.95), stats.QuantileDifferenceMs(own, baseline, m.Q, 0.95)
			}
			if baseline != nil {
				f.Difference = &difference
			}
			w.Figures = append(w.Figures, f)
		}
		return []edgewise.WorkloadResult{w}
	}
	c := &edgewise.Comparison{
		Title: "A game in Los Angeles", Level: 0.95, Planned: 3, Replications: 3, Duration: time.Hour, RelativeError: stats.RelativeError,
		Placements: []edgewise.PlacementResult{
			{Name: "us-west-2", Workloads: workload(region, nil)},
			{Name: "+ Los Angeles Local Zone", Workloads: workload(zone, region)},
		},
	}
	if err := report.WriteTable(os.Stdout, c); err != nil {
		fmt.Println(err)
	}
	// report.WriteAll("out", c) would write the table, the plots and the exports into a directory.

	// Output:
	// shooter (gaming): response time, ms
	// ┌──────────────────────────┬─────────────┬─────────────┬─────┬─────────────┐
	// │ placement                │         p50 │         p95 │ p99 │        mean │
	// ├──────────────────────────┼─────────────┼─────────────┼─────┼─────────────┤
	// │ us-west-2                │  80.8 ± 4.7 │  99.5 ± 5.1 │ n/a │  80.8 ± 4.7 │
	// │ + Los Angeles Local Zone │  20.1 ± 1.4 │  29.9 ± 2.4 │ n/a │  20.2 ± 1.4 │
	// │                          │ −60.7 ± 4.4 │ −69.7 ± 5.1 │     │ −60.7 ± 4.4 │
	// └──────────────────────────┴─────────────┴─────────────┴─────┴─────────────┘
	// p99 n/a: 3000 values: 30 beyond the quantile, 100 needed.
	//
	// ± is half the 95 % confidence interval over 3 replications. Second lines: difference from us-west-2, paired on the same users. Quantiles are kept within 0.78 %.
}

// evenly returns a sketch of 1000 latencies spread evenly between two milliseconds.
func evenly(lowMs, highMs int) *stats.Sketch {
	s := new(stats.Sketch)
	for i := range 1000 {
		s.Record(int64(lowMs)*1e6 + int64(highMs-lowMs)*1e3*int64(i))
	}
	return s
}
