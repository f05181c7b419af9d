package report_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
)

// BenchmarkDistributions writes distributions.csv of four placements with a workload each.
func BenchmarkDistributions(b *testing.B) {
	c := fixtureNamed("typical")
	for _, o := range report.OutputsOf(c) {
		if o.Name != "distributions.csv" {
			continue
		}
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, o.Write(io.Discard, c))
		}
	}
}
