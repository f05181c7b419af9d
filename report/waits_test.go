package report_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

func TestAWaitThatIsCutOffIsNoMeasuredWait(t *testing.T) {
	c := &edgewise.Comparison{Level: 0.95, Planned: 10, Replications: 10, WarmUp: 2 * time.Minute, Duration: 10 * time.Minute, RelativeError: 0.0078}
	for i, ms := range []float64{3000, 716e3} { // as a sketch keeps 720 s
		w := edgewise.WorkloadResult{Name: "game", Kind: "matched", Figures: edgewise.Figures{
			figure("response", "p50", estimate(45, 0.1)), figure("response", "mean", estimate(45, 0.1)),
			figure("lobby_wait", "mean", estimate(ms/2, 200)), figure("lobby_wait", "p95", estimate(ms, 200)),
		}}
		if i > 0 {
			for n := range w.Figures {
				d := estimate(w.Figures[n].Value-c.Placements[0].Workloads[0].Figures[n].Value, 200)
				w.Figures[n].Difference = &d
			}
		}
		c.Placements = append(c.Placements, edgewise.PlacementResult{Name: []string{"region", "zone"}[i], Workloads: []edgewise.WorkloadResult{w}})
	}
	var b bytes.Buffer
	require.NoError(t, report.WriteMarkdown(&b, c))
	require.Contains(t, b.String(), "| region | 1.50 ± 0.20 | 3.00 ± 0.20 |")
	require.Contains(t, b.String(), "| zone | 358.00 ± 0.20<br/>+356.50 ± 0.20 | ≥ 720 |")
	require.Contains(t, b.String(), "≥ 720 s: at the end of the run, when they still wait.")

	verdicts, err := report.Verdicts(c, report.Margins{})
	require.NoError(t, err)
	last := verdicts[len(verdicts)-1]
	require.Equal(t, "wait for a match", last.Figure)
	require.Equal(t, "worse +356.50 s", last.String(), "and not +23 767 %")
}

func TestAChangeOfManyTimesIsAFactor(t *testing.T) {
	c := chosen(candidate{"overrun", 1300, 0.01, 0.0001, 0.5}, candidate{"slow", 1099, 0.01, 0.0001, 0.5})
	verdicts, err := report.Verdicts(c, report.Margins{})
	require.NoError(t, err)
	require.Equal(t, "worse ×13", verdicts[0].String())
	slow := verdicts[len(verdicts)/2]
	require.Equal(t, "slow", slow.Placement)
	require.Equal(t, "worse +999.0 %", slow.String())
}
