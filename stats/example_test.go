package stats_test

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/stats"
)

// Two placements, three replications of the same users each: what do the sketches support?
func Example() {
	var region, edge []*stats.Sketch
	for replication := range 3 {
		region, edge = append(region, new(stats.Sketch)), append(edge, new(stats.Sketch))
		for user := range 1000 {
			distance := time.Duration(user+10*replication) * 50 * time.Microsecond
			region[replication].Record(int64(20*time.Millisecond + distance))
			edge[replication].Record(int64(5*time.Millisecond + distance/2))
		}
	}
	show := func(name string, e stats.Estimate) {
		if e.Unsupported != "" {
			fmt.Printf("%-22s %s\n", name, e.Unsupported)
			return
		}
		fmt.Printf("%-22s %.1f ms [%.1f, %.1f]\n", name, e.Value, e.Low, e.High)
	}
	show("region p95", stats.QuantileMs(region, 0.95, 0.95))
	show("edge p95", stats.QuantileMs(edge, 0.95, 0.95))
	show("edge minus region p95", stats.QuantileDifferenceMs(edge, region, 0.95, 0.95))
	show("edge p99.9", stats.QuantileMs(edge, 0.999, 0.95))
	// Output:
	// region p95             68.0 ms [66.7, 69.2]
	// edge p95               29.0 ms [28.4, 29.6]
	// edge minus region p95  -39.0 ms [-39.6, -38.4]
	// edge p99.9             3000 values: 3 beyond the quantile, 100 needed
}

// Three figures of a placement against the baseline: which differences are real, which matter?
func ExampleJudge() {
	difference := func(value, halfWidth float64) stats.Estimate {
		return stats.Estimate{Value: value, Low: value - halfWidth, High: value + halfWidth, N: 10}
	}
	answers, err := stats.Judge([]stats.Question{
		{Name: "p50 ms", Difference: difference(-12.6, 0.4), Level: 0.95, Margin: 1},
		{Name: "p99 ms", Difference: difference(-8, 50), Level: 0.95, Margin: 1},
		{Name: "mean of the API, ms", Difference: difference(0.2, 0.3), Level: 0.95, Margin: 1},
		{Name: "hit ratio", Difference: difference(0.13, 0.01), Level: 0.95, Margin: 0.005, MoreIsBetter: true},
	}, 0.95)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range answers {
		fmt.Printf("%-20s %s\n", a.Question.Name, a.Verdict)
	}
	// Output:
	// p50 ms               better
	// p99 ms               undecided
	// mean of the API, ms  no difference that matters
	// hit ratio            better
}
