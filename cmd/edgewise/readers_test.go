package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
)

// readers is where files lie that users have.
const readers = "testdata/readers"

// rttsOf returns the round trips from a metro as routes prints them, site by site, in ms, and what it warns of.
func rttsOf(t *testing.T, scenario, metro string) (rtts map[string]string, warnings string) {
	t.Helper()
	code, out, errs := run(t, context.Background(), "routes", filepath.Join(readers, scenario), metro, "--format", "csv")
	require.Zero(t, code, errs)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	rtts = make(map[string]string)
	for _, row := range rows[1:] {
		rtts[row[0]] = row[2]
	}
	return rtts, errs
}

func TestFilesOfUsersAreReadRight(t *testing.T) {
	type rtts = map[string]string
	for _, c := range []struct {
		scenario, metro string
		want            rtts
		warnings        string
	}{
		// 30 ms measured and 10.854 ms of access: 10.494 at the metro's place, and the way there.
		{"quoted-csv/list.yaml", "los-angeles-us", rtts{"us-west-2": "40.867"}, ""},
		{"quoted-csv/spaces.yaml", "los-angeles-us", rtts{"us-west-2": "40.867"}, ""},
		{"quoted-csv/square.yaml", "los-angeles-us", rtts{"us-west-2": "40.867"}, ""},
		{"quoted-csv/sites.yaml", "los-angeles-us", rtts{"x1": "12.857"}, ""},
		{"cr-only/m.yaml", "los-angeles-us", rtts{"us-west-2": "40.867"}, ""},
		{"utf16/m.yaml", "los-angeles-us", rtts{"us-west-2": "40.867"}, ""},
		// 2 x (9 + 7) and 2 x (5 + 7) ms, whatever the model says.
		{"graphml-default/g.yaml", "m", rtts{"r": "32.000"}, ""},
		{"graphml-unknown-attribute/g.yaml", "m", rtts{"r": "24.000"}, `g.graphml: the delays of 2 edges are read from "delay_ms": one way, in ms`},
		{"graphml-networkx-bool/g.yaml", "m", rtts{"r": "24.000"}, ""},
		{"graphml-parallel-links/parallel.yaml", "m", rtts{"r": "20.000"}, "parallel.graphml: 1 of 3 edges are parallel to others: of each pair of nodes the fastest is taken (the first at line 13)"},
		{"graphml-parallel-links/both-ways.yaml", "m", rtts{"r": "24.000"}, "both-ways.graphml: 1 of 3 edges are parallel"},
		{"graphml-parallel-links/self-loop.yaml", "m", rtts{"r": "24.000"}, "self-loop.graphml: 1 of 3 edges lead from a node to itself: they are left out (the first at line 13)"},
		{"graphml-xml/latin1.yaml", "m", rtts{"r": "24.000"}, ""},
		{"graphml-xml/ascii.yaml", "m", rtts{"r": "24.000"}, ""},
		{"graphml-xml/port.yaml", "m", rtts{"r": "24.000"}, ""},
		// By the metro in the middle, not by the detour.
		{"graph-transit/g.yaml", "west", rtts{"east": "40.000"}, ""},
		{"graph-transit/all-metros.yaml", "West", rtts{"east": "40.000"}, ""},
		{"measured-impossible/micro.yaml", "los-angeles-us", rtts{"us-west-2": "30010.867"}, "micro.csv:2: the round trip los-angeles-us - us-west-2 is 30s, where the model says 31.3ms: is the unit that of the header"},
		// Own PoPs, none of the catalog: UK is GB, and a country left out is that of the place.
		{"own-sites-country/gb.yaml", "london-gb", rtts{"my-lon": "12.010", "eu-west-2": "12.018"}, ""},
		{"own-sites-country/none.yaml", "London", rtts{"my-lon": "12.010", "eu-west-2": "12.018"}, ""},
		{"own-sites-country/europe.yaml", "london-gb", rtts{"my-lon": "12.010", "eu-west-2": "12.018", "my-par": "19.714"}, ""},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			got, warnings := rttsOf(t, c.scenario, c.metro)
			require.Equal(t, c.want, got)
			if c.warnings == "" {
				require.Empty(t, warnings)
			} else {
				require.Contains(t, warnings, "edgewise: warning: "+c.warnings)
			}
		})
	}
	code, out, errs := run(t, context.Background(), "rtt", readers+"/quoted-csv/pairs.csv")
	require.Zero(t, code, errs)
	require.Equal(t, "id,pred_ms\nx,169.280\n", out)
}

func TestRoundTripsThatCannotBeAreRefused(t *testing.T) {
	for scenario, want := range map[string]string{
		"zero":    `zero.csv:2: column "us-west-2": value "0": want more than 0, or nothing, which means not measured`,
		"seconds": "seconds.csv:2: the round trip los-angeles-us - us-west-2 is 30µs; want 8.17ms or more, for light takes as long; is the unit that of the header",
	} {
		code, _, errs := run(t, context.Background(), "routes", filepath.Join(readers, "measured-impossible", scenario+".yaml"), "los-angeles-us")
		require.Equal(t, 2, code)
		require.Contains(t, errs, want)
		require.Equal(t, 1, strings.Count(errs, "\n"), "one problem: %s", errs)
	}
}

// A day with all its load around three in the morning, in the nights in which London changes its clocks. In spring the
// run has local 0:30 to 1:00 and 2:00 to 3:30, in autumn 1:30 to 2:00 and 1:00 to 3:00.
func TestLocalHoursAreKeptWhereClocksChange(t *testing.T) {
	for scenario, want := range map[string]float64{"spring": 24 * 0.5 * 3600 * (0.5 + 0.375), "autumn": 24 * 0.5 * 3600 * 0.5} {
		requests := runReaders(t, "daylight-saving/"+scenario+".yaml").Placements[0].Workloads[0].Figures
		f, ok := requests.Find("requests", "count")
		require.True(t, ok)
		require.InDelta(t, want, f.Value, 4*math.Sqrt(want/8), "the mean of 8 replications")
	}
}

func TestMergeKeysAreCarriedOut(t *testing.T) {
	c := runReaders(t, "yaml-merge-key/s.yaml")
	require.Len(t, c.Placements[0].Workloads, 2)
	for i, name := range []string{"api", "api2"} {
		w := c.Placements[0].Workloads[i]
		require.Equal(t, name, w.Name)
		f, _ := w.Figures.Find("requests", "count")
		require.InDelta(t, 400, f.Value, 4*math.Sqrt(400/2.0))
	}
}

func TestWarningsStandInTheReport(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	code, _, errs := run(t, context.Background(), "run", readers+"/graphml-unknown-attribute/g.yaml", "-q", "-r", "1", "-o", out)
	require.Zero(t, code, errs)
	const want = `g.graphml: the delays of 2 edges are read from "delay_ms": one way, in ms`
	require.Equal(t, "edgewise: warning: "+want+"\n", errs)
	var c edgewise.Comparison
	data, err := os.ReadFile(filepath.Join(out, "comparison.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &c))
	require.Equal(t, []string{want}, c.Warnings)
	summary, err := os.ReadFile(filepath.Join(out, "comparison.md"))
	require.NoError(t, err)
	require.Contains(t, string(summary), "- `"+want+"`\n")
	code, _, errs = run(t, context.Background(), "reproduce", out)
	require.Zero(t, code, "from elsewhere it says the same: %s", errs)
}

// runReaders runs a scenario and returns its comparison.
func runReaders(t *testing.T, scenario string) *edgewise.Comparison {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	code, _, errs := run(t, context.Background(), "run", filepath.Join(readers, scenario), "-q", "-o", out)
	require.Zero(t, code, errs)
	data, err := os.ReadFile(filepath.Join(out, "comparison.json"))
	require.NoError(t, err)
	var c edgewise.Comparison
	require.NoError(t, json.Unmarshal(data, &c))
	return &c
}
