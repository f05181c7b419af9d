package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/stats"
)

// oneLoses is a comparison in which all users together and one metro gain, another loses, a third cannot tell, and in the
// fourth more requests fail.
func oneLoses() *edgewise.Comparison {
	around := func(value, half float64) stats.Estimate {
		return stats.Estimate{Value: value, Low: value - half, High: value + half, N: 10}
	}
	figures := func(requests, mean, difference, half, failed float64) edgewise.Figures {
		all := edgewise.Figures{
			figure("requests", "count", around(requests, 1)), figure("ttfb", "p50", around(mean, 0.1)), figure("ttfb", "mean", around(mean, 0.1)),
			figure("failed", "share", around(failed, 0)),
		}
		d, f := around(difference, half), around(failed, 0.001)
		all[1].Difference, all[2].Difference, all[3].Difference = &d, &d, &f
		return all
	}
	placed := func(name string, by float64) edgewise.PlacementResult {
		w := edgewise.WorkloadResult{Name: "api", Kind: "computed", Figures: figures(1000, 60-8*by, -8*by, 0.1, 0)}
		for _, m := range []struct {
			id, name                                string
			requests, mean, difference, half, fails float64
		}{
			{"lax", "Los Angeles", 600, 60, -20, 0.1, 0}, {"sfo", "San Francisco", 240, 60, 2.2, 0.1, 0},
			{"sea", "Seattle", 100, 60, 1, 5, 0}, {"den", "Denver", 60, 60, -3, 0.1, 0.05},
		} {
			w.Metros = append(w.Metros, edgewise.MetroResult{ID: m.id, Name: m.name, Figures: figures(m.requests, m.mean+m.difference*by, m.difference*by, m.half, m.fails*by)})
		}
		return edgewise.PlacementResult{Name: name, Workloads: []edgewise.WorkloadResult{w}}
	}
	return &edgewise.Comparison{
		Title: "One loses", Level: 0.95, Planned: 10, Replications: 10,
		Placements: []edgewise.PlacementResult{placed("region", 0), placed("zones", 1)},
	}
}

func TestWhoLosesIsSaidEverywhere(t *testing.T) {
	c := oneLoses()
	losers, err := report.WhoLoses(c, report.Margins{})
	require.NoError(t, err)
	require.Len(t, losers, 1)
	l := losers[0]
	require.Equal(t, 4, l.Metros)
	require.Equal(t, 2, l.WorseMetros)
	require.InDelta(t, 0.30, l.WorseShare, 1e-12, "San Francisco 24 %, Denver 6 %")
	require.Equal(t, 1, l.UndecidedMetros, "Seattle")
	require.InDelta(t, 0.10, l.UndecidedShare, 1e-12)
	require.Equal(t, 1, l.BetterMetros, "Denver is faster for those that are answered, which does not count")
	require.InDelta(t, 0.60, l.BetterShare, 1e-12)
	const sentence = "zones, api: worse in at least 2 of 4 metros with 30 % of the requests: Denver (failed requests +5.0 pp), San Francisco (+2.20 ms)" +
		"; undecided in 1 more that moves to the worse, with 10 %."
	require.Equal(t, sentence, l.String())

	var screen, markdown, table, text bytes.Buffer
	require.NoError(t, report.WriteScreen(&screen, c, report.Layout{Width: 260}))
	require.Contains(t, screen.String(), sentence)
	require.Contains(t, screen.String(), "But at least 30 % of the requests, in 2 of 4 metros, are worse off: Denver (failed requests +5.0 pp), San Francisco (+2.20 ms); undecided in 1 more")
	require.NoError(t, report.WriteVerdictsMarkdown(&markdown, c, report.Margins{}))
	require.Contains(t, markdown.String(), "| zones | api | San Francisco | mean | 24.0 | 60.00 ± 0.10 | +2.20 ± 0.10 ms |")

	require.NoError(t, report.WriteCSV(&table, c))
	rows, err := csv.NewReader(&table).ReadAll()
	require.NoError(t, err)
	verdicts := map[string]string{}
	for _, row := range rows[1:] {
		verdicts[strings.Join([]string{row[0], row[2], row[3], row[4]}, " ")] = row[21]
	}
	require.Equal(t, "better", verdicts["zones all ttfb mean"])
	require.Equal(t, "worse", verdicts["zones sfo ttfb mean"])
	require.Equal(t, "undecided", verdicts["zones sea ttfb mean"])
	require.Equal(t, "worse", verdicts["zones den failed share"])
	require.Empty(t, verdicts["zones sfo ttfb p50"], "not judged by metro")
	require.Empty(t, verdicts["region all ttfb mean"])

	require.NoError(t, report.WriteJSON(&text, c))
	var read struct {
		WhoLoses []struct {
			WorseShare float64 `json:"worse_share"`
			Worse      []struct{ ID, Figure string }
		} `json:"who_loses"`
	}
	require.NoError(t, json.Unmarshal(text.Bytes(), &read))
	require.Len(t, read.WhoLoses, 1)
	require.InDelta(t, 0.30, read.WhoLoses[0].WorseShare, 1e-12)
	require.Equal(t, []struct{ ID, Figure string }{{"den", "failed requests"}, {"sfo", "mean"}}, read.WhoLoses[0].Worse)
}

func TestAlikeLosersAreOneRow(t *testing.T) {
	c := oneLoses()
	twin := c.Placements[1]
	twin.Name = "twin"
	c.Placements = append(c.Placements, twin)
	var b bytes.Buffer
	require.NoError(t, report.WriteVerdictsMarkdown(&b, c, report.Margins{}))
	require.Equal(t, 1, strings.Count(b.String(), "| zones<br/>= twin | api | Denver |"))
	require.NotContains(t, b.String(), "| twin |")
}

func TestWhereNobodyLosesNothingIsSaid(t *testing.T) {
	losers, err := report.WhoLoses(fixtureNamed("no cache"), report.Margins{})
	require.NoError(t, err)
	require.Len(t, losers, 1)
	require.Empty(t, losers[0].String())
	require.Equal(t, 1, losers[0].BetterMetros)
	_, err = report.WhoLoses(nil, report.Margins{})
	require.ErrorContains(t, err, "no placements")
}

func TestAHarmfulPlacementIsNeverBest(t *testing.T) {
	c := oneLoses()
	zones := &c.Placements[1].Workloads[0]
	failed := stats.Estimate{Value: 0.03, Low: 0.029, High: 0.031, N: 10}
	zones.Figures[3].Estimate, zones.Figures[3].Difference = failed, &failed
	answers, err := report.Answers(c, report.Margins{})
	require.NoError(t, err)
	const none = "api: no placement is shown to be better than region by its mean time to first byte (TTFB)"
	require.Equal(t, []string{none + " without serving fewer. Faster, but serving fewer: zones (mean −13.3 %, failed requests +3.0 pp)."}, answers)
	failed = stats.Estimate{Value: 0.3, Low: 0.29, High: 0.31, N: 10}
	zones.Figures[3].Estimate, zones.Figures[3].Difference = failed, &failed
	answers, err = report.Answers(c, report.Margins{})
	require.NoError(t, err)
	require.Equal(t, []string{none + ". Worse: zones (failed requests +30.0 pp)."}, answers, "so few are served that their latency is no answer")
}

func TestMorePlacementsHideNoLosers(t *testing.T) {
	c := oneLoses()
	metro := &c.Placements[1].Workloads[0].Metros[1]
	metro.Figures[2].Difference = &stats.Estimate{Value: 2.2, Low: 1.2, High: 3.2, N: 10} // p = 0.0008: enough for one of 5 questions, not of 205
	few, err := report.WhoLoses(c, report.Margins{})
	require.NoError(t, err)
	for i := range 40 {
		other := c.Placements[1]
		other.Name = fmt.Sprintf("zones %d", i)
		c.Placements = append(c.Placements, other)
	}
	more, err := report.WhoLoses(c, report.Margins{})
	require.NoError(t, err)
	require.Len(t, more, 41)
	require.Equal(t, 2, few[0].WorseMetros)
	require.Equal(t, few[0], more[0])
}

func TestNothingAgainstNothingIsTheSame(t *testing.T) {
	c := oneLoses()
	none := stats.Estimate{N: 10}
	for i := range c.Placements {
		w := &c.Placements[i].Workloads[0]
		w.Figures = append(w.Figures, figure("origin", "requests", none))
		w.Figures[len(w.Figures)-1].Difference = &none
	}
	verdicts, err := report.Verdicts(c, report.Margins{})
	require.NoError(t, err)
	last := verdicts[len(verdicts)-1]
	require.Equal(t, "origin requests", last.Figure)
	require.Equal(t, stats.Same, last.Verdict)
	require.Equal(t, "same", last.String())
}

func TestAllMetrosHaveAllOfTheRequests(t *testing.T) {
	c := oneLoses()
	slower := estimate(5, 0.1)
	for i := range c.Placements {
		metros := c.Placements[i].Workloads[0].Metros
		for m, requests := range []float64{1, 1, 3, 1} { // the sum of these shares is less than 1 by rounding
			metros[m].Figures[0].Estimate = estimate(requests, 0)
			metros[m].Figures[2].Difference = &slower
		}
	}
	losers, err := report.WhoLoses(c, report.Margins{})
	require.NoError(t, err)
	require.Contains(t, losers[0].String(), "worse in 4 of 4 metros with 100 % of the requests")
}
