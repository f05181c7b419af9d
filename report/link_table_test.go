package report_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/sim"
)

// linked is two APIs of a region that share a link, at a load of some 70 %, and servers; a PoP sends over a link of its own.
const linked = `
title: Links
warm_up: 5s
duration: 60s
check_warm_up: false
replications: 3
network:
  metros: {names: [los-angeles-us]}
  links:
    - {from: us-west-2, to: town-kennewick-us, mbit_per_second: 12, sharing: fifo}
    - {from: pop-lax, to: x-los-angeles-us, mbit_per_second: 100, sharing: ps}
workloads:
  - {name: big, preset: api-dynamic, requests_per_second: 60, response_size: 12KB, day: flat}
  - {name: small, preset: api-dynamic, requests_per_second: 60, response_size: 4KB, day: flat}
  - {name: site, preset: web-static, requests_per_second: 20, objects: 200, day: flat}
placements:
  - {name: PoP, origin: us-west-2, compute: {sites: us-west-2, servers: 4}, edge_caches: {sites: pop-lax, size: 64MiB}}
`

func TestLinksStandInTablesAndFiles(t *testing.T) {
	study, err := scenario.Parse("links.yaml", []byte(linked))
	require.NoError(t, err)
	c, err := study.Run(t.Context())
	require.NoError(t, err)
	links := c.Placements[0].Links
	require.Len(t, links, 2)
	require.Equal(t, []string{"us-west-2", "town-kennewick-us", "us-west-2", "fifo"}, append([]string{links[0].From, links[0].To}, append(links[0].Sites, links[0].Sharing)...))
	value := func(i int, statistic string) float64 {
		f, err := links[i].Figures.Figure("link", statistic)
		require.NoError(t, err)
		require.Equal(t, 3, f.N)
		return f.Value
	}
	const load = 60 * (12e3 + 4e3) * 8 / 12e6
	require.InEpsilon(t, load, value(0, "load"), .03)
	require.InEpsilon(t, value(0, "load"), value(0, "utilisation"), .01, "what came to it is sent, but at the ends of the time")
	require.Greater(t, value(0, "busiest step"), value(0, "utilisation"))
	require.LessOrEqual(t, value(0, "busiest step"), 1.)
	require.Positive(t, value(0, "mean wait"))
	parts := map[string]float64{}
	for _, w := range links[0].Workloads {
		f, err := w.Figures.Figure("link", "load")
		require.NoError(t, err)
		parts[w.Name] = f.Value
	}
	require.Len(t, parts, 2, "the site crosses the other link")
	require.InEpsilon(t, value(0, "load"), parts["big"]+parts["small"], 1e-9)
	require.InEpsilon(t, 3, parts["big"]/parts["small"], .05)

	var b bytes.Buffer
	require.NoError(t, report.WriteMarkdown(&b, c))
	require.Contains(t, b.String(), "### links that are shared")
	require.Contains(t, b.String(), "| placement, link | shared | Mbit/s | % busy | % busiest step | % load | wait, ms |")
	require.Contains(t, b.String(), "| · us-west-2 → town-kennewick-us | fifo | 12.0 | ")

	require.Contains(t, validJSON(t, c), `"sharing": "fifo"`)

	var rows []string
	for _, row := range table(t, "utilisation.csv", c) {
		rows = append(rows, strings.Join([]string{row["of"], row["workload"], row["site"], row["from"]}, " "))
		if row["of"] == "link" && row["workload"] == "" && row["from"] == "us-west-2" {
			for column, want := range map[string]float64{
				"mean": value(0, "utilisation"), "full": value(0, "utilisation"), "load": value(0, "load"), "busiest_step": value(0, "busiest step"), "wait_ms": value(0, "mean wait"),
			} {
				require.Equal(t, strconv.FormatFloat(want, 'g', -1, 64), row[column], column)
			}
		}
		if row["of"] == "servers" {
			busy, err := c.Placements[0].Workload(row["workload"]).Site("us-west-2").Figures.Figure("servers", "utilisation")
			require.NoError(t, err)
			require.Equal(t, strconv.FormatFloat(busy.Value, 'g', -1, 64), row["mean"])
			require.NotEmpty(t, row["busiest_step"])
			require.NotEmpty(t, row["full"])
		}
	}
	require.Equal(t, []string{
		"servers big us-west-2 ", "servers small us-west-2 ",
		"link  us-west-2 us-west-2", "link big us-west-2 us-west-2", "link small us-west-2 us-west-2", "link  pop-lax pop-lax", "link site pop-lax pop-lax",
	}, rows)
}

// launched is a link to a metro that a download fills as it comes out, from a region and a PoP, with a site that goes over it, too.
const launched = `
title: A download fills a peering
start: 2026-03-02T17:00:00Z
warm_up: 5s
duration: 60s
check_warm_up: false
replications: 2
network:
  metros: {names: [london-gb]}
  links: [{from: x-london-gb, to: london-gb, kind: access, mbit_per_second: 200, sharing: fifo, one_direction: true}]
workloads:
  - {name: site, preset: web-static, requests_per_second: 10, objects: 200, day: flat}
  - {name: api, preset: api-dynamic, requests_per_second: 30, response_size: 20KB, day: flat}
  - {name: download, kind: static, requests_per_second: 4, objects: 50, zipf_exponent: 0, sizes: {median: 4MB, ln_sd: 0, max: 4MB}, day: flat, begins: 30s}
placements:
  - {name: region, origin: eu-west-2, compute: eu-west-2}
  - {name: PoP, extends: region, edge_caches: {sites: pop-lhr, size: 1GiB}}
`

func TestALinkOfSeveralSitesStandsInFilesWithAllOfThem(t *testing.T) {
	study, err := scenario.Parse("launched.yaml", []byte(launched))
	require.NoError(t, err)
	c, err := study.Run(t.Context())
	require.NoError(t, err)
	var figures [2]map[string]float64
	for i, sites := range [][]string{{"eu-west-2"}, {"eu-west-2", "pop-lhr"}} {
		links := c.Placements[i].Links
		require.Len(t, links, 1)
		require.Equal(t, sites, links[0].Sites)
		require.Len(t, links[0].Workloads, 3)
		figures[i] = map[string]float64{}
		for _, statistic := range []string{"load", "utilisation", "busiest step", "bytes", "mean wait"} {
			f, err := links[0].Figures.Figure("link", statistic)
			require.NoError(t, err)
			figures[i][statistic] = f.Value
		}
	}
	// The link fills whoever sends: the same bytes cross it from two sites as from one.
	require.InEpsilon(t, figures[0]["bytes"], figures[1]["bytes"], 1e-9)
	require.InEpsilon(t, figures[0]["utilisation"], figures[1]["utilisation"], .01)
	require.InEpsilon(t, figures[0]["mean wait"], figures[1]["mean wait"], .1)
	require.Greater(t, figures[1]["mean wait"], 20.)
	require.Equal(t, 1., figures[1]["busiest step"])

	require.Contains(t, validJSON(t, c), `"eu-west-2",`)
	var senders []string
	for _, row := range table(t, "utilisation.csv", c) {
		if row["of"] == "link" && row["workload"] == "" {
			senders = append(senders, row["site"])
		}
	}
	require.Equal(t, []string{"eu-west-2", "eu-west-2 pop-lhr"}, senders)
}

func TestExplanationsCountTheWaitForALinkOnce(t *testing.T) {
	study, err := scenario.Parse("launched.yaml", []byte(launched))
	require.NoError(t, err)
	plans, err := sim.Compile(t.Context(), study.Scenario, study.Placements...)
	require.NoError(t, err)
	for workload, way := range []string{"pop-lhr: edge-cache: has it", "works on it"} {
		e, err := plans[1].Explain(t.Context(), 0, workload, 0, sim.Slowest, 0)
		require.NoError(t, err)
		x, sum, text := report.ExplanationOf("PoP", e, 0), 0., ""
		for _, step := range x.Steps {
			require.GreaterOrEqual(t, step.Ms, 0., step.What)
			sum += step.Ms
			text += step.Site + ": " + step.What + "\n"
		}
		require.InDelta(t, x.TTFBMs, sum, 1e-6)
		require.Contains(t, text, way)
		require.Equal(t, 1, strings.Count(text, "link queue: until links on the way to the user had sent what came before"))
	}
}

// 60 responses or so, of very different sizes, wait for one another now and then: 3.7 ms on average, and 7.3 by the interval to either side.
func TestFiguresOfLinksHaveNoIntervalsBelowZero(t *testing.T) {
	study, err := scenario.Parse("links.yaml", []byte(strings.Replace(linked, "requests_per_second: 20,", "requests_per_second: 1,", 1)))
	require.NoError(t, err)
	c, err := study.Run(t.Context())
	require.NoError(t, err)
	wait, err := c.Placements[0].Links[1].Figures.Figure("link", "mean wait")
	require.NoError(t, err)
	require.True(t, wait.HasInterval())
	require.Greater(t, wait.High, 2*wait.Value, "else it shows nothing")
	require.Zero(t, wait.Low)
}
