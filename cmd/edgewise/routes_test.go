package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

const fourSites = `title: Four sites
duration: 5s
network: {metros: {names: [los-angeles-us]}}
workloads: [{name: site, preset: web-static}]
placements:
  - {name: pops, origin: us-west-2, compute: us-west-2-lax-1, edge_caches: {sites: [pop-lax, pop-den], size: 1MiB}}
`

func TestRoutesAreInOrderAndTheirPartsSum(t *testing.T) {
	file := scenarioFile(t, fourSites)
	code, out, errs := run(t, context.Background(), "routes", file, "los-angeles-us", "--format", "json")
	require.Zero(t, code, errs)
	var routes []siteRoute
	require.NoError(t, json.Unmarshal([]byte(out), &routes))
	require.Len(t, routes, 4)
	require.True(t, slices.IsSortedFunc(routes, func(a, b siteRoute) int { return int(1e6 * (a.RTTMs - b.RTTMs)) }))
	for _, r := range routes {
		require.InDelta(t, r.RTTMs, r.AccessMs+r.InternetMs+r.BackboneMs, 1e-6)
		for _, nodes := range [][]string{r.Links, r.Path} {
			require.Equal(t, "los-angeles-us", nodes[0])
			require.Equal(t, r.Site, nodes[len(nodes)-1])
		}
		require.False(t, r.Measured)
		sum := 0.0
		for _, s := range r.Stretches {
			sum += s.RTTMs
		}
		require.InDelta(t, r.RTTMs, sum, 1e-6)
	}
	zone := routes[slices.IndexFunc(routes, func(r siteRoute) bool { return r.Site == "us-west-2-lax-1" })]
	require.Equal(t, "us-west-2", zone.Parent)
	require.Greater(t, zone.ParentRTTMs, 10.0, "light needs 13 ms to Oregon and back")

	code, out, _ = run(t, context.Background(), "routes", file, "los-angeles-us", "--format", "csv")
	require.Zero(t, code)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 5)
	require.Equal(t, routes[3].Site, rows[4][0])

	code, out, _ = run(t, context.Background(), "routes", file, "los-angeles-us")
	require.Zero(t, code)
	require.Contains(t, out, "los-angeles-us > x-los-angeles-us > ")
	require.NotContains(t, out, "measured")
}

func TestListingsFitTheTerminal(t *testing.T) {
	path := strings.Repeat("x-somewhere-far-us > ", 12) + "end"
	rows := []table.Row{
		{"site", "kind", "rtt", "access", "internet", "backbone", "by", "to parent", "path"},
		{"us-west-2-lax-1", "local-zone", "12.3", "1.2", "11.1", "0.0", "measured", "22.5", path},
		{"eu-central-1-rec", "regional-edge-cache", "162.3", "1.2", "161.1", "0.0", "model", "0.4", path},
	}
	l := listing{title: "Round trips from somewhere, in ms", isLong: true}
	for _, width := range []int{80, 120, 400} {
		out := l.fitted(rows, width)
		for line := range strings.Lines(out) {
			require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), width, line)
		}
		for _, cell := range []string{"us-west-2-lax-1", "local-zone", "161.1", "measured", "22.5"} {
			require.Contains(t, out, cell, "width %d", width)
		}
		require.Equal(t, 2*12, strings.Count(out, "x-somewhere-far-us"), "whole words at width %d", width)
		require.Equal(t, width > 80, strings.HasPrefix(out, "┌"), "the frame where there is room")
	}
}

func TestMeasuredAndBackboneWaysAreMarked(t *testing.T) {
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "zone", Kind: topology.LocalZone, Parent: "region"},
		{ID: "region", Kind: topology.Region},
	}, slices.Concat(
		topology.Link{From: "metro", To: "zone", Kind: topology.Internet, OneWay: 5e6}.Both(),
		topology.Link{From: "metro", To: "region", Kind: topology.Internet, OneWay: 40e6}.Both(),
		topology.Link{From: "zone", To: "region", Kind: topology.Backbone, OneWay: 11e6}.Both()))
	require.NoError(t, err)
	n, err = n.With(topology.Change{Measured: []topology.MeasuredRTT{{From: "metro", To: "region", RTT: 6e6}}})
	require.NoError(t, err)
	routes, err := routesFrom(n, 0)
	require.NoError(t, err)
	require.Equal(t, "internet", routes[1].Stretches[0].Kind)
	require.InDelta(t, 10, routes[1].Stretches[0].RTTMs, 1e-9)
	require.True(t, routes[0].Stretches[0].Measured)
	for i := range routes {
		require.Empty(t, routes[i].Stretches[0].Ways, "nothing is corrected")
		routes[i].Stretches = nil
	}
	require.Equal(t, []siteRoute{
		{Site: "region", Kind: "region", RTTMs: 6, InternetMs: 6, Measured: true, Links: []string{"metro", "region"}, Path: []string{"metro", "region"}},
		{Site: "zone", Kind: "local-zone", RTTMs: 10, InternetMs: 10, Links: []string{"metro", "zone"}, Path: []string{"metro", "zone"}, Parent: "region", ParentRTTMs: 22},
	}, routes)
}

func TestRoutesFromNowhereNameTheMetros(t *testing.T) {
	file := scenarioFile(t, fourSites)
	for _, metro := range []string{"paris-fr", "pop-lax"} {
		code, out, errs := run(t, context.Background(), "routes", file, metro)
		require.Equal(t, exitUsage, code)
		require.Empty(t, out)
		require.Contains(t, errs, "the scenario has los-angeles-us")
	}
	code, _, errs := run(t, context.Background(), "routes", file+"x", "los-angeles-us")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "no such file")
}

// Without a metro the ways between sites are shown, with the nodes that events of links name.
func TestWaysBetweenSitesAreShown(t *testing.T) {
	file := scenarioFile(t, strings.Replace(fourSites, "{name: site, preset: web-static}", "{name: site, preset: web-static}, {name: api, preset: api-dynamic}", 1))
	code, out, errs := run(t, context.Background(), "routes", file, "--format", "json")
	require.Zero(t, code, errs)
	var ways []betweenSites
	require.NoError(t, json.Unmarshal([]byte(out), &ways))
	var ends []string
	for _, w := range ways {
		ends = append(ends, w.From+" "+w.To+" "+strings.Join(w.For, ","))
		require.InDelta(t, w.RTTMs, w.BackboneMs+w.InternetMs, 1e-6)
		require.Equal(t, w.From, w.Path[0])
		require.Equal(t, w.To, w.Path[len(w.Path)-1])
		require.Nil(t, w.LinksBack)
	}
	require.Equal(t, []string{"pop-den us-west-2 fetch", "pop-lax us-west-2 fetch", "us-west-2-lax-1 us-west-2 call for data"}, ends)
	require.Contains(t, ways[1].Links, "aws:town-burbank-us")
	require.Equal(t, ways[1].Links, ways[1].Path, "light has the time")

	code, out, errs = run(t, context.Background(), "routes", file)
	require.Zero(t, code, errs)
	require.Contains(t, out, "pop-lax > aws:town-burbank-us > ")
	code, out, errs = run(t, context.Background(), "routes", file, "--format", "csv")
	require.Zero(t, code, errs)
	require.Contains(t, out, "pop-lax,us-west-2,fetch,")
}

// The ways of routes and those of rtt --explain are the same, whole and cut: they come from one place.
func TestRoutesAndExplainedRoundTripsTellTheSameWays(t *testing.T) {
	const oneSite = `title: One site
duration: 5s
network: {metros: {names: [dubai-ae, mumbai-in, paris-fr]}CUT}
workloads: [{name: site, preset: web-static}]
placements: [{name: region, origin: eu-central-1}]
`
	metro := func(id string) topology.Node {
		all := catalog.Metros()
		return all[slices.IndexFunc(all, func(n topology.Node) bool { return n.ID == id })]
	}
	sites := catalog.AllSites("aws")
	region := sites[slices.IndexFunc(sites, func(n topology.Node) bool { return n.ID == "eu-central-1" })]
	for _, cut := range []string{"", "red-sea", "MRS"} {
		file := scenarioFile(t, strings.Replace(oneSite, "CUT", map[bool]string{true: ", cut: " + cut}[cut != ""], 1))
		for _, id := range []string{"dubai-ae", "mumbai-in", "paris-fr"} {
			code, out, errs := run(t, context.Background(), "routes", file, id, "--format", "json")
			require.Zero(t, code, errs)
			var routes []siteRoute
			require.NoError(t, json.Unmarshal([]byte(out), &routes))
			m := metro(id)
			pair := fmt.Sprintf("id,a_lat,a_lon,b_lat,b_lon,a_country,b_country,tech\nx,%v,%v,%v,%v,%s,DE,fiber\n", m.LatDeg, m.LonDeg, region.LatDeg, region.LonDeg, m.Country)
			args := []string{"rtt", "--explain", "--format", "json"}
			if cut != "" {
				args = append(args, "--cut", cut)
			}
			code, out, errs = runWith(t, pair, args...)
			require.Zero(t, code, errs)
			var explained []explainedPair
			require.NoError(t, json.Unmarshal([]byte(out), &explained))
			internet := routes[0].Stretches[1]
			for k := range internet.Ways {
				if w := &internet.Ways[k]; w.By == "towns" {
					w.Over = w.Over[1 : len(w.Over)-1] // without the exchange and the site
				}
			}
			require.Equal(t, explained[0].Ways, internet.Ways, "%s, cut %s", id, cut)
			require.InDelta(t, explained[0].Correction, internet.Correction, 1e-9)
			require.InDelta(t, explained[0].Detour, internet.Detour, 1e-12)
			require.Equal(t, cut != "" && id != "paris-fr", internet.Detour > 1, "%s, cut %s", id, cut)
		}
	}
}
