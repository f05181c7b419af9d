package scenario_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/sweep"
)

const sweptScenario = `title: Calls
warm_up: 5s
duration: 10s
seed: 3
replications: 3
x-home: &home {home: eu-central-1, probability: 1, calls: 1}
network:
  metros: {names: [warsaw-pl, madrid-es]}
workloads:
  - {name: api, preset: api-dynamic, requests_per_second: 60, data: *home}
placements:
  - {name: region, compute: eu-central-1}
  - {name: zone v1.5, compute: {sites: [eu-central-1, eu-central-1-waw-1], servers: 8}}
sweep:
  SWEEP
`

func parseSwept(t testing.TB, text string) *sweep.Sweep {
	t.Helper()
	s, _, err := scenario.ParseSweep("calls.yaml", []byte(strings.Replace(sweptScenario, "SWEEP", text, 1)))
	require.NoError(t, err)
	return s
}

// encoded returns results of cells as bytes, headers included.
func encoded(t testing.TB, of *edgewise.Study) (all [][]byte) {
	t.Helper()
	cells, err := of.Cells()
	require.NoError(t, err)
	for _, c := range cells {
		r, err := of.RunCell(t.Context(), c)
		require.NoError(t, err)
		data, err := r.MarshalBinary()
		require.NoError(t, err)
		all = append(all, data)
	}
	return all
}

// A point of a sweep is the study of a file with its values: the scenario that the point writes, and the one that somebody types.
func TestAPointOfASweepIsTheSingleStudyToTheBit(t *testing.T) {
	s := parseSwept(t, "grid: {workloads.api.data.calls: [0, 2], placements.zone v1.5.compute.servers: [4, 8]}")
	require.Len(t, s.Points, 4)
	result, err := s.Run(t.Context(), nil)
	require.NoError(t, err)
	placements, run, err := s.Shared()
	require.NoError(t, err)
	require.Equal(t, 8, placements)
	require.Equal(t, 6, run, "the region has the same cells with 4 servers in the zone as with 8")

	typed := strings.NewReplacer("calls: 1}", "calls: 2}", "servers: 8", "servers: 4", "sweep:\n  SWEEP\n", "").Replace(sweptScenario)
	for i, text := range map[int]string{2: typed, 3: strings.Replace(typed, "servers: 4", "servers: 8", 1)} {
		single, err := scenario.Parse("calls.yaml", []byte(text))
		require.NoError(t, err)
		alone, err := single.Run(t.Context())
		require.NoError(t, err)
		for _, write := range []func(*bytes.Buffer, *edgewise.Comparison) error{
			func(b *bytes.Buffer, c *edgewise.Comparison) error { return report.WriteJSON(b, c) },
			func(b *bytes.Buffer, c *edgewise.Comparison) error { return report.WriteCSV(b, c) },
		} {
			var is, want bytes.Buffer
			require.NoError(t, write(&is, result.Points[i].Comparison))
			require.NoError(t, write(&want, alone))
			require.Equal(t, want.String(), is.String())
		}

		// What the point writes is a scenario of its own, of the same cells with the same headers.
		written, err := scenario.Parse("calls.yaml", s.Points[i].Text)
		require.NoError(t, err)
		require.Equal(t, encoded(t, written), encoded(t, s.Points[i].Study))
	}
}

// What an alias stands for is swept where the path leads, and nowhere else.
func TestASweepOfAnAliasChangesOnePlace(t *testing.T) {
	s := parseSwept(t, "grid: {workloads.api.data.calls: [0, 2]}")
	require.NotContains(t, string(s.Points[1].Text), "x-home")
	require.NotContains(t, string(s.Points[1].Text), "sweep")
	require.Contains(t, string(s.Points[1].Text), "data: {home: eu-central-1, probability: 1, calls: 2}")
}

func TestPointsOfASweepLieAsTheFileSays(t *testing.T) {
	values := func(s *sweep.Sweep) (all []string) {
		for i := range s.Points {
			var texts []string
			for _, v := range s.Points[i].Values {
				texts = append(texts, v.Text)
			}
			all = append(all, strings.Join(texts, " "))
		}
		return all
	}
	for text, want := range map[string][]string{
		"grid: {workloads.api.data.calls: [0, 1], duration: [10s, 20s]}":                      {"0 10s", "0 20s", "1 10s", "1 20s"},
		"zip: {workloads.api.data.calls: [0, 1], duration: [10s, 20s]}":                       {"0 10s", "1 20s"},
		"grid: {duration: {from: 10s, to: 1m30s, steps: 3}}":                                  {"10s", "50s", "1m30s"},
		"grid: {workloads.api.response_size: {from: 1KiB, to: 1MiB, steps: 3, scale: log}}":   {"1KiB", "32KiB", "1MiB"},
		"grid: {workloads.api.response_size: {from: 1MiB, to: 1GiB, steps: 5, scale: log}}":   {"1MiB", "5.65685MiB", "32MiB", "181.019MiB", "1GiB"},
		"grid: {workloads.api.requests_per_second: {from: 10, to: 25, steps: 3}}":             {"10", "17.5", "25"},
		"grid: {workloads.api.data.calls: {from: 1, to: 3, steps: 9, whole: true}}":           {"1", "2", "3"},
		"grid: {workloads.api.data.home: [eu-central-1, eu-west-1]}":                          {"eu-central-1", "eu-west-1"},
		"grid: {'placements[0].compute': [eu-central-1, [eu-central-1, eu-central-1-ham-1]]}": {"eu-central-1", "[eu-central-1, eu-central-1-ham-1]"},
		"grid: {workloads.api.client.new_connections: [0, 0.5]}":                              {"0", "0.5"},
	} {
		require.Equal(t, want, values(parseSwept(t, text)), text)
	}

	// A Latin hypercube has one point in each part of each range, and is the same every time.
	drawn := parseSwept(t, "{latin_hypercube: {workloads.api.data.calls: {from: 1, to: 10, whole: true}, workloads.api.requests_per_second: {from: 10, to: 110}}, points: 10}")
	require.Equal(t, values(drawn), values(parseSwept(t, "{latin_hypercube: {workloads.api.data.calls: {from: 1, to: 10, whole: true}, workloads.api.requests_per_second: {from: 10, to: 110}}, points: 10}")))
	parts := make(map[int]bool)
	for _, p := range drawn.Points {
		parts[int(p.Values[1].Number-10)/10] = true
	}
	require.Len(t, parts, 10)
}

func TestSweepsThatCannotBeAreRefusedByLine(t *testing.T) {
	for text, want := range map[string]string{
		"grid: {workloads.api.data.calls: [0, -1]}":                                                                  "calls.yaml:15: workloads[0].data.calls: is -1; want 0 to 1000 (point 2 of the sweep, workloads.api.data.calls: -1)",
		"grid: {workloads.api.data.calls: [0, 1.5]}":                                                                 `calls.yaml:15: workloads[0].data.calls: is "1.5"; want a whole number (point 2 of the sweep, workloads.api.data.calls: 1.5)`,
		"grid: {workloads.api.rps: [1, 2]}":                                                                          "calls.yaml:15: workloads[0].rps: unknown key; want one of",
		"grid: {workloads.apo.data.calls: [1, 2]}":                                                                   `calls.yaml:15: sweep.grid.workloads.apo.data.calls: goes on with "apo.data.calls" at the list in line 10; want one of api, or a number in brackets, [0] being the first`,
		"grid: {workloads.api.data.home.x: [1, 2]}":                                                                  `calls.yaml:15: sweep.grid.workloads.api.data.home.x: leads into workloads.api.data.home, which is "eu-central-1" in line 6 and has no key "x"; want a mapping there`,
		"grid: {seed: [1, 2]}":                                                                                       `calls.yaml:15: sweep.grid.seed: varies "seed"; want a key of network, workloads, placements or failures, or start, warm_up, duration or check_warm_up`,
		"grid: {duration: []}":                                                                                       "calls.yaml:15: sweep.grid.duration: is empty; want one value or more",
		"grid: {duration: {from: 10s, to: 5s, steps: 3}}":                                                            "calls.yaml:15: sweep.grid.duration: goes from 10s to 5s; want a greater number in the end",
		"grid: {duration: {from: 10s, to: 5, steps: 3}}":                                                             `goes from "10s" to "5"; want two numbers of one unit`,
		"grid: {duration: {from: 10s, to: 20s}}":                                                                     `calls.yaml:15: sweep.grid.duration: the key "steps" is missing`,
		"zip: {duration: [10s], workloads.api.data.calls: [1, 2]}":                                                   "calls.yaml:15: sweep.zip.workloads.api.data.calls: has 2 values, and duration has 1; want as many, for a zip takes one of each at a time",
		"{grid: {duration: [10s]}, zip: {warm_up: [1s]}}":                                                            "calls.yaml:15: sweep: has 2 of grid, zip and latin_hypercube; want one",
		"{grid: {duration: [10s]}, points: 3}":                                                                       "calls.yaml:15: sweep.points: goes with latin_hypercube alone",
		"latin_hypercube: {duration: {from: 10s, to: 20s}}":                                                          `the key "points" is missing`,
		"grid: {workloads.api.data: [{calls: 1}], workloads.api.data.calls: [1]}":                                    "calls.yaml:15: sweep.grid.workloads.api.data.calls: is a part of the key \"workloads.api.data\" in line 15, or has it as one; want keys that lie apart",
		"{grid: {duration: [10s]}, figures: [{workload: api, metric: ttfx, statistic: mean}]}":                       `calls.yaml:15: sweep.figures[0].metric: is "ttfx"; want one of`,
		"{grid: {duration: [10s]}, figures: [{workload: api, metric: ttfb, statistic: p98}]}":                        `calls.yaml:15: sweep.figures[0].statistic: is "p98"; want one of`,
		"grid: {duration: [10s, 20s, 10s]}":                                                                          "calls.yaml:15: sweep.grid.duration: has 10s twice: value 3 is value 1 again; want each once",
		"grid: {workloads.api.data.calls: [1, 01]}":                                                                  "has 01 twice: value 2 is value 1 again",
		"{grid: {duration: [10s]}, figures: [{workload: api, metric: ttfb, statistic: mean, reaches: 5%}]}":          `calls.yaml:15: sweep.figures[0].reaches: is "5%" of a latency; want a time with its unit, for example 80ms`,
		"{grid: {duration: [10s]}, figures: [{workload: api, metric: ttfb, statistic: mean, reaches: 5}]}":           `calls.yaml:15: sweep.figures[0].reaches: is "5" of a latency; want a time with its unit`,
		"{grid: {duration: [10s]}, figures: [{workload: api, metric: requests, statistic: count, reaches: 5s}]}":     `calls.yaml:15: sweep.figures[0].reaches: is "5s" of a figure in requests; want a number`,
		"{grid: {duration: [10s]}, figures: [{workload: api, metric: ttfb, statistic: within 50 ms, reaches: 5ms}]}": `calls.yaml:15: sweep.figures[0].reaches: is "5ms" of a share; want per cent`,
		"{grid: {duration: [10s]}, figures: [{workload: api, metric: bytes, statistic: delivered, reaches: 5ms}]}":   `calls.yaml:15: sweep.figures[0].reaches: is "5ms" of a figure in bytes; want a number`,
		"{grid: {duration: [10s]}, figures: [{workload: api, metric: outcome, statistic: MISS, by_metro: true}]}":    "sweep.figures[0]",
	} {
		_, _, err := scenario.ParseSweep("calls.yaml", []byte(strings.Replace(sweptScenario, "SWEEP", text, 1)))
		require.ErrorContains(t, err, want, text)
	}
	_, err := scenario.Parse("calls.yaml", []byte(strings.Replace(sweptScenario, "SWEEP", "grid: {duration: [10s]}", 1)))
	require.ErrorContains(t, err, "calls.yaml:15: sweep: says many studies, and one is wanted; want edgewise sweep (scenario.ParseSweep), or no such key")
	require.True(t, scenario.IsSweep([]byte(sweptScenario)))
	require.False(t, scenario.IsSweep([]byte("title: x")))
}

func FuzzSweep(f *testing.F) {
	for _, text := range []string{
		"grid: {workloads.api.data.calls: [0, 2]}", "zip: {duration: [1s, 2s]}", "latin_hypercube: {warm_up: {from: 1s, to: 2s}}\n  points: 3",
		"grid: {'placements[1].compute': [a, [b]]}", "figures: [{workload: api, reaches: 95%}]", "grid: {a: {from: 1, to: 2, steps: 1e9, scale: log}}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 300 || strings.Contains(text, "steps") && len(text) > 100 {
			return
		}
		s, _, err := scenario.ParseSweep("f.yaml", []byte(strings.Replace(sweptScenario, "SWEEP", text, 1)))
		if err == nil && len(s.Points) == 0 {
			t.Fatal("a sweep without points")
		}
	})
}
