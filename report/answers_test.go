package report_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// estimate returns one with an interval of half the width.
func estimate(value, half float64) stats.Estimate {
	return stats.Estimate{Value: value, Low: value - half, High: value + half, N: 10}
}

// A candidate is a placement of a small comparison: its mean time to first byte, the share that failed, and half the interval
// of how far that is from the baseline's 1 %.
type candidate struct {
	name                 string
	mean, failed, unsure float64
	within               float64
}

// chosen returns a comparison of candidates against a region of 100 ms.
func chosen(all ...candidate) *edgewise.Comparison {
	c := &edgewise.Comparison{Title: "Chosen", Level: 0.95, Planned: 10, Replications: 10}
	for i, of := range append([]candidate{{"region", 100, 0.01, 0, 0.5}}, all...) {
		figures := edgewise.Figures{
			figure("ttfb", "p50", estimate(of.mean, 0.2)), figure("ttfb", "mean", estimate(of.mean, 0.2)), {Label: withinLabel("ttfb", 50*time.Millisecond), Estimate: estimate(of.within, 0.001)},
			figure("failed", "share", estimate(of.failed, 0.001)),
		}
		if i > 0 {
			for n, base := range []float64{100, 100, 0.5, 0.01} {
				half := []float64{0.1, 0.1, 0.001, of.unsure}[n]
				d := estimate(figures[n].Value-base, half)
				figures[n].Difference = &d
			}
		}
		c.Placements = append(c.Placements, edgewise.PlacementResult{
			Name: of.name, Workloads: []edgewise.WorkloadResult{{Name: "api", Kind: "computed", Figures: figures}},
		})
	}
	return c
}

func answersTo(t *testing.T, c *edgewise.Comparison) string {
	t.Helper()
	answers, err := report.Answers(c, report.Margins{})
	require.NoError(t, err)
	require.Len(t, answers, 1)
	return answers[0]
}

func TestAHarmThatIsUndecidedKeepsAPlacementFromBeingBest(t *testing.T) {
	answer := answersTo(t, chosen(
		candidate{"anycast", 90, 0.015, 0.004, 0.6}, candidate{"PoPs", 80, 0.017, 0.0001, 0.8},
	))
	require.Equal(t, "api: no placement is shown to be better than region by its mean time to first byte (TTFB) without serving fewer. "+
		"Faster, but serving fewer: PoPs (mean −20.0 %, failed requests +0.7 pp; of all within 50 ms 80 %, under region 50 %). "+
		"Faster, but undecided whether it serves fewer: anycast (mean −10.0 %, failed requests +0.5 pp undecided; of all within 50 ms 60 %, under region 50 %).", answer)
}

func TestFasterPlacementsAreNamedBesideTheBest(t *testing.T) {
	answer := answersTo(t, chosen(
		candidate{"zones", 90, 0.01, 0.0001, 0.6}, candidate{"PoPs", 80, 0.017, 0.0001, 0.8}, candidate{"slower PoPs", 95, 0.017, 0.0001, 0.8},
	))
	require.Contains(t, answer, "zones is best: its mean time to first byte (TTFB) is 90.00 ± 0.20 ms")
	require.Contains(t, answer, "Faster, but serving fewer: PoPs (mean 80.00 ± 0.20 ms, failed requests +0.7 pp; of all within 50 ms 80 %, under zones 60 %).")
	require.NotContains(t, answer, "slower PoPs")
	answer = answersTo(t, chosen(candidate{"PoPs", 80, 0.017, 0.0001, 0}))
	require.Contains(t, answer, "of all within 50 ms 0 %, under region 50 %")
}

func TestAnOverloadedPlacementIsNeverBest(t *testing.T) {
	c := chosen(candidate{"zones", 90, 0.01, 0.0001, 0.6}, candidate{"narrow", 50, 0.01, 0.0001, 0.9})
	c.Placements[2].Loads = []sim.Load{{From: "a", To: "b", Offered: 80.1e6, Capacity: 1e6}}
	answer := answersTo(t, c)
	require.Contains(t, answer, "zones is best")
	require.Contains(t, answer, "Faster by its figures, but overloaded: narrow (mean 50.00 ± 0.20 ms, link a -> b: 80.1 Mbit/s over 1 Mbit/s: a load of 8010 %;")
	var screen bytes.Buffer
	require.NoError(t, report.WriteScreen(&screen, c, report.Layout{}))
	require.Contains(t, screen.String(), "Overloaded: narrow: link a -> b: 80.1 Mbit/s over 1 Mbit/s: a load of 8010 %; it cannot carry what is asked for, and the figures are as if it could.")
	require.NotContains(t, screen.String(), "grow with the length")

	alone := chosen(candidate{"narrow", 50, 0.01, 0.0001, 0.9})
	alone.Placements[1].Loads = c.Placements[2].Loads
	require.Contains(t, answersTo(t, alone), "no placement is shown to be better than region by its mean time to first byte (TTFB). Faster by its figures, but overloaded: narrow")

	c.Placements[2].Loads = []sim.Load{{Workload: "another", Site: "s", Offered: 3, Capacity: 1}}
	require.Contains(t, answersTo(t, c), "narrow is best", "the servers of another workload are none of its own")
	c.Placements[2].Loads[0].Workload = "api"
	require.Contains(t, answersTo(t, c), "zones is best")
	screen.Reset()
	require.NoError(t, report.WriteScreen(&screen, c, report.Layout{}))
	require.Contains(t, screen.String(), "a load of 300 %; its figures grow with the length of the run.")
}

func TestALaterLastByteIsSaidOfTheBest(t *testing.T) {
	c := chosen(candidate{"zones", 90, 0.01, 0.0001, 0.6})
	for i, last := range []float64{1000, 1223} {
		w := &c.Placements[i].Workloads[0]
		f := figure("ttlb", "mean", estimate(last, 1))
		if i > 0 {
			d := estimate(223, 5)
			f.Difference = &d
		}
		w.Figures = append(w.Figures, f)
	}
	require.Contains(t, answersTo(t, c), "But its last byte comes later: +223.0 ms (+22.3 %).")
	unsure := estimate(223, 400)
	w := &c.Placements[1].Workloads[0]
	w.Figures[len(w.Figures)-1].Difference = &unsure
	require.NotContains(t, answersTo(t, c), "last byte")
}
