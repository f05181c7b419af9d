package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/stats"
)

// many is a comparison of placements with long names, none alike.
func many(placements int) *edgewise.Comparison {
	f := fixture{title: "Many", workloads: []string{"cacheable", "matched"}, replications: 3, requests: 300}
	for i := range placements {
		f.placements = append(f.placements, fmt.Sprintf("placement %d of the western United States with a long name", i))
	}
	return made(f)
}

func TestNothingIsWiderThanTheScreen(t *testing.T) {
	comparisons := map[string]*edgewise.Comparison{"many": many(14), "sites": manySites(), "losers": oneLoses()}
	for name := range fixtures {
		comparisons[name] = fixtureNamed(name)
	}
	for name, c := range comparisons {
		for _, width := range []int{60, 80, 120, 200} {
			var b bytes.Buffer
			require.NoError(t, report.WriteScreen(&b, c, report.Layout{Width: width, Sites: true}))
			for _, line := range strings.Split(b.String(), "\n") {
				require.LessOrEqual(t, text.StringWidth(line), width, "%s: %s", name, line)
			}
		}
	}
}

func TestScreenBeginsWithTheAnswerAndEndsWithTheAssumptions(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.WriteScreen(&b, fixtureNamed("typical"), report.Layout{Width: 120}))
	at := -1
	for _, part := range []string{
		"Answers\n- game: Region + Local Zones + PoPs is best: its mean response time is ", "game: verdicts against Region only (us-west-2)\n",
		"game (matched): response time, ms\n", "Load in the recorded time", "seed 42", "last mile of home fibre: 4 ms",
	} {
		next := strings.Index(b.String(), part)
		require.Greater(t, next, at, part)
		at = next
	}
	require.NotContains(t, b.String(), "Wasserstein")
	require.NotContains(t, b.String(), "pairing")
}

func TestOnlyTheBestOfManyPlacementsAreShown(t *testing.T) {
	c := many(14)
	shown := func(l report.Layout) (n int, text string) {
		var b bytes.Buffer
		require.NoError(t, report.WriteScreen(&b, c, l))
		_, after, _ := strings.Cut(b.String(), "game (matched)")
		table, _, _ := strings.Cut(after, "└")
		return strings.Count(table, "│ placement") - 1, b.String()
	}
	n, text := shown(report.Layout{Width: 400})
	require.Equal(t, 11, n, "the baseline and ten")
	require.Contains(t, text, "The baseline and the best 10 of 13 other placements by mean response time; -v shows all")
	n, text = shown(report.Layout{Width: 400, All: true})
	require.Equal(t, 14, n)
	require.NotContains(t, text, "the best 10")
}

func TestPlacementsThatAreAlikeAreOneRow(t *testing.T) {
	c := fixtureNamed("typical")
	twin := c.Placements[1]
	twin.Name = "twin"
	c.Placements = append(c.Placements, twin)
	var b bytes.Buffer
	require.NoError(t, report.WriteMarkdown(&b, c))
	require.Equal(t, 5, strings.Count(b.String(), "| Region + PoPs<br/>= twin |"), "of latencies, and of the origin and last bytes of the site")
	require.NotContains(t, b.String(), "| twin |")
}

func TestManyPlacementsThatAreAlikeAreCountedInCellsAndNamedOnce(t *testing.T) {
	c := fixtureNamed("typical")
	for _, name := range []string{"twin", "triplet", "quadruplet"} {
		twin := c.Placements[0]
		twin.Name = name
		c.Placements = append(c.Placements, twin)
	}
	var b bytes.Buffer
	require.NoError(t, report.WriteScreen(&b, c, report.Layout{}))
	require.Contains(t, b.String(), "│ = 3 others ")
	require.Contains(t, b.String(), "Exactly like Region only (us-west-2): twin; triplet; quadruplet.\n")
	require.Contains(t, b.String(), "Exactly what Region only (us-west-2) does: twin; triplet; quadruplet.\n")
	require.NotContains(t, b.String(), "= twin")
}

func TestWhatSeveralWorkloadsAssumeStandsOnce(t *testing.T) {
	c := fixtureNamed("typical")
	c.Assumed = []string{
		"roads: straight", "game: a tick of 8 ms", "web site: 5 ms of work", "web site: peak at 21 h", "API: 5 ms of work", "game: peak at 21 h", "API: peak at 21 h",
	}
	var b bytes.Buffer
	require.NoError(t, report.WriteScreen(&b, c, report.Layout{}))
	require.Contains(t, b.String(), "- roads: straight\n- game: a tick of 8 ms\n- web site, API: 5 ms of work\n- all workloads: peak at 21 h\n\n")
}

func TestWhatIsLackingIsSaidOnceAndOfWhom(t *testing.T) {
	c := fixtureNamed("typical")
	few := stats.Estimate{Unsupported: "9 values: 0.09 beyond the quantile, 100 needed"}
	for i := range c.Placements {
		w := &c.Placements[i].Workloads[2]
		for n := range w.Figures {
			switch f := &w.Figures[n]; {
			case f.Metric == "ttfb" && (f.Statistic == "p99" || f.Statistic == "p95"):
				f.Estimate, f.Difference = few, nil
			case f.Metric == "ttfb" && f.Statistic == "mean" && i == 1:
				f.Estimate, f.Difference = stats.Estimate{Value: 50, Low: 50, High: 50, N: 10, Unsupported: "only replication 1 counted anything: no interval"}, nil
			}
		}
	}
	var b bytes.Buffer
	require.NoError(t, report.WriteScreen(&b, c, report.Layout{}))
	require.Equal(t, 1, strings.Count(b.String(), "\np95 n/a, p99 n/a: 9 values: 0.09 beyond the quantile, 100 needed.\n"))
	require.Equal(t, 1, strings.Count(b.String(), "\nmean of Region + PoPs: only replication 1 counted anything: no interval.\n"))
}
