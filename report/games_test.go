package report_test

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

// crowded is a game of two hours at a region, and at a region and a zone with cores for twelve matches.
const crowded = `title: Crowded
start: 2026-03-03T03:00:00Z
duration: 2h
seed: 4
replications: 2
network: {metros: {names: [los-angeles-us, phoenix-us]}}
workloads:
  - name: duel
    preset: competitive-fps
    concurrent_players: 60
    session: {shape: 1, scale: 20m}
    match_players: 2
    match_length: 5m
    sampled_updates: 0.002
    market: {parties: [1], ladder: [{after: 0s, limit: 200ms}], full: overflow}
placements:
  - {name: region, compute: us-west-2}
  - name: zone
    compute: [us-west-2, {sites: us-west-2-lax-1, cores: 4}]
`

func crowdedComparison(t *testing.T) *edgewise.Comparison {
	t.Helper()
	study, err := scenario.Parse("crowded.yaml", []byte(crowded))
	require.NoError(t, err)
	c, err := study.Run(t.Context())
	require.NoError(t, err)
	return c
}

func TestGamesAreToldHourByHourAndPairByPair(t *testing.T) {
	c := crowdedComparison(t)
	rows := table(t, "occupancy.csv", c)
	require.Len(t, rows, 2+2*2, "one site and two sites, of two hours each")
	players := make(map[string]float64)
	for _, row := range rows {
		players[row["placement"]] += number(t, row["players"]) / 2
		require.LessOrEqual(t, number(t, row["matches"]), number(t, row["most_matches"]))
		require.InDelta(t, number(t, row["most_matches"])/3, number(t, row["cores"]), 1, "three matches a core")
		if row["site"] == "us-west-2-lax-1" {
			require.LessOrEqual(t, number(t, row["most_matches"]), 12., "cores for twelve")
			require.Greater(t, number(t, row["matches"]), 10., "they are full")
		}
	}
	require.Equal(t, "2026-03-03T03:00:00Z", rows[0]["from"])
	require.Equal(t, "2026-03-03T04:00:00Z", rows[1]["from"])
	for name, mean := range players {
		f, err := c.Placement(name).Workload("duel").Figure("players", "mean")
		require.NoError(t, err)
		require.InEpsilon(t, f.Value, mean, 1e-6, "over all sites and hours: %s", name)
	}

	share := make(map[string]float64)
	for _, row := range table(t, "pairs.csv", c) {
		share[row["placement"]] += number(t, row["share"])
		require.GreaterOrEqual(t, number(t, row["apart_ms"]), math.Abs(number(t, row["first_ms"])-number(t, row["second_ms"]))-1e-9, "the mean of a difference is no less than that of means")
	}
	require.InDelta(t, 1, share["region"], 1e-9)
	require.InDelta(t, 1, share["zone"], 1e-9)
}

func TestPicturesOfGamesShowSitesWaitsAndWorstPlayers(t *testing.T) {
	c := crowdedComparison(t)
	p, err := report.Occupancy(c, "")
	require.NoError(t, err)
	drawing := svg(t, p)
	require.Equal(t, 3, strings.Count(drawing, ">Boardman</text>"), "in the key of each placement, and at its line where there are two")
	require.Equal(t, 2, strings.Count(drawing, ">Los Angeles</text>"))
	require.Regexp(t, `>peak 1[01](\.\d+)?|12, for 99\.9 % 4 cores</text>`, drawing)
	for _, tick := range []string{"03:45", "04:15"} {
		require.Contains(t, drawing, ">"+tick+"</text>", "an axis of two hours has ticks")
	}
	require.Contains(t, drawing, "each hour from "+c.Start.Add(c.WarmUp).UTC().Format("15:04")+" UTC on.")

	p, err = report.WaitsAgainstSites(c, "duel")
	require.NoError(t, err)
	drawing = svg(t, p)
	require.Regexp(t, `>1 site, [\d.]+ s`, drawing)
	require.Regexp(t, `>2 sites, [\d.]+ s`, drawing)

	p, err = report.WorstPlayers(c, "duel")
	require.NoError(t, err)
	drawing = svg(t, p)
	require.Contains(t, drawing, ">duel: worst player of a match</text>")
	require.Contains(t, drawing, ">duel: from input to display</text>")
	require.Contains(t, drawing, ">full matches within</text>")
	require.Contains(t, strings.Join(strings.Fields(drawing), " "), "Worst players are those of the matches that start full.")

	for name, draw := range map[string]func(*edgewise.Comparison, string) (*report.Picture, error){
		"occupancy": report.Occupancy, "waits": report.WaitsAgainstSites, "worst players": report.WorstPlayers,
	} {
		_, err := draw(c, "nobody")
		require.ErrorContains(t, err, "nobody", name)
	}
}

// A site has one colour under all placements, also where those before it in the list have no match.
func TestSitesKeepTheirColours(t *testing.T) {
	c := crowdedComparison(t)
	blue := fmt.Sprintf("#%02X%02X%02X", rgbOf(look.Line(1).Color)...)
	both, err := report.Occupancy(c, "")
	require.NoError(t, err)
	require.Contains(t, svg(t, both), blue)
	w := &c.Placements[1].Workloads[0]
	w.Occupancy = slices.DeleteFunc(slices.Clone(w.Occupancy), func(s edgewise.SiteOccupancy) bool { return s.Site == "us-west-2" })
	require.Len(t, w.Occupancy, 1)
	alone, err := report.Occupancy(c, "")
	require.NoError(t, err)
	require.Contains(t, svg(t, alone), blue, "Los Angeles is the second site still")
}

// rgbOf returns a colour's parts of 255.
func rgbOf(c color.Color) (parts []any) {
	r, g, b, _ := c.RGBA()
	return []any{r >> 8, g >> 8, b >> 8}
}

func TestPicturesOfGamesAreLeftOutWithoutGames(t *testing.T) {
	c := made(fixture{title: "no game", placements: []string{"a", "b"}, workloads: []string{"cacheable"}, replications: 2, requests: 200})
	var names []string
	for _, o := range report.OutputsOf(c) {
		names = append(names, o.Name)
	}
	for _, name := range []string{"occupancy.csv", "pairs.csv", "occupancy.svg", "waits.svg", "worst_players.svg"} {
		require.NotContains(t, names, name)
	}
	names = nil
	for _, o := range report.OutputsOf(crowdedComparison(t)) {
		names = append(names, o.Name)
	}
	require.Subset(t, names, []string{"occupancy.csv", "pairs.csv", "occupancy.svg", "waits.svg", "worst_players.svg"})
}

func TestAnHourIsAsLongAsItLasts(t *testing.T) {
	c := crowdedComparison(t)
	hours := c.Placements[0].Workloads[0].Occupancy[0].Hours
	require.Len(t, hours, 2)
	require.Equal(t, time.Hour, hours[1].From.Sub(hours[0].From))
}
