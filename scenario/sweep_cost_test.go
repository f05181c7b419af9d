//go:build unix

package scenario_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
)

// BenchmarkSweep measures what a sweep of 60 points costs, and what its points cost as studies by themselves, each read from its file
// and run: the metric of-its-parts is the first over the second. Both are times of the processor, for machines are busy.
func BenchmarkSweep(b *testing.B) {
	for name, grid := range map[string]string{
		// A key that all placements meet: nothing is shared.
		"nothing shared": "grid: {workloads.api.service.mean: {from: 1ms, to: 60ms, steps: 60}}",
		// A key of one placement: the other runs once.
		"one placement": "grid: {placements.zone v1.5.compute.servers: {from: 8, to: 67, steps: 60, whole: true}}",
	} {
		b.Run(name, func(b *testing.B) {
			text := strings.NewReplacer("SWEEP", grid, "duration: 10s", "duration: 20m").Replace(sweptScenario)
			var whole, parts time.Duration
			spent := func() time.Duration {
				var u syscall.Rusage
				require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
				return time.Duration(u.Utime.Nano() + u.Stime.Nano())
			}
			for b.Loop() {
				begin := spent()
				s, _, err := scenario.ParseSweep("calls.yaml", []byte(text))
				require.NoError(b, err)
				require.Len(b, s.Points, 60)
				_, err = s.Run(b.Context(), nil)
				require.NoError(b, err)
				whole += spent() - begin
				for i := range s.Points {
					begin := spent()
					study, err := scenario.Parse("calls.yaml", s.Points[i].Text)
					require.NoError(b, err)
					_, err = study.Run(b.Context())
					require.NoError(b, err)
					parts += spent() - begin
				}
			}
			b.ReportMetric(whole.Seconds()/parts.Seconds(), "of-its-parts")
			b.ReportMetric(whole.Seconds()/float64(b.N), "sweep-s")
			b.ReportMetric(parts.Seconds()/float64(b.N), "parts-s")
		})
	}
}
