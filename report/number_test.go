package report

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func TestFiguresShowTheDigitsThatTheirIntervalCarries(t *testing.T) {
	around := func(value, half float64) stats.Estimate {
		return stats.Estimate{Value: value, Low: value - half, High: value + half, N: 10}
	}
	for _, c := range []struct {
		estimate stats.Estimate
		want     string
	}{
		{around(45.234, 0.317), "45.23 ± 0.32"},
		{around(45.234, 3.17), "45.2 ± 3.2"},
		{around(1234567.8, 4321), "1 234 568 ± 4321"},
		{around(1234.5, 12.3), "1234 ± 12"},
		{around(0.001234, 0.00012), "0.001 ± <0.001"},
		{around(-0.0001, 0.5), "0.00 ± 0.50"},
		{around(-12.3, 0.5), "−12.30 ± 0.50"},
		{around(12.5, 0), "12.5 ± 0"},
		{around(0, 0), "0 ± 0"},
		{stats.Estimate{Value: 0.995, Low: 0.97, High: 1, N: 10}, "0.995 [0.970, 1.000]"},
		{stats.Estimate{Value: 78.345, Low: 78.345, High: 78.345, N: 1, Unsupported: "one replication"}, "78.3"},
		{stats.Estimate{Unsupported: "too few"}, "n/a"},
		{around(422, 914).CutAt(0), "422 [0, 1336]?"},
		{around(422, 422), "422 [0, 844]?"},
		{around(422, 421), "422 ± 421"},
		{around(1e-5, 2e-5).CutAt(0), "0.000 ± <0.001"},
		{around(.002, .003).CutAt(0), "0.002 [0.000, 0.005]?"},
		{around(0, 3).CutAt(0), "0.0 [0.0, 3.0]"},
		{around(10, 15), "10 ± 15"}, // of money that another placement may cost more
	} {
		require.Equal(t, c.want, interval(c.estimate))
	}
	require.Equal(t, "+3.00 ± 0.50", signed(around(3, 0.5)))
	require.Equal(t, "−3.00 ± 0.50", signed(around(-3, 0.5)))
	require.Equal(t, "+3.0 ± 5.0", signed(around(3, 5)), "of a difference that is what an interval around 0 says")
	require.Equal(t, "0 ± 0", signed(around(0, 0)))
	require.Equal(t, "n/a", percentage(stats.Estimate{}))
	require.Equal(t, "81.20 ± 0.50 %", percentage(around(0.812, 0.005)))
}
