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
