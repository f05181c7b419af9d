package report_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

// TestSweepJSONFollowsItsSchema has a line with crossings and targets, and a grid of two keys with influences and a point that is refused.
func TestSweepJSONFollowsItsSchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	for _, name := range []string{"comparison.schema.json", "sweep.schema.json"} {
		text, err := os.ReadFile("../docs/" + name)
		require.NoError(t, err)
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, c.AddResource("https://github.com/edgewise-sim/edgewise/docs/"+name, document))
	}
	schema, err := c.Compile("https://github.com/edgewise-sim/edgewise/docs/sweep.schema.json")
	require.NoError(t, err)
	const base = `title: Schema
warm_up: 5s
duration: 10s
replications: 3
network: {metros: {names: [warsaw-pl, madrid-es]}}
workloads: [{name: api, preset: api-dynamic, requests_per_second: 40, data: {home: eu-central-1, probability: 1, calls: 1}}]
placements:
  - {name: region, compute: {sites: eu-central-1, servers: 4}}
  - {name: zone, compute: [eu-central-1, eu-central-1-waw-1]}
`
	for sweep, spoil := range map[string]map[string]string{
		"sweep: {grid: {workloads.api.data.calls: [0, 1, 3]}, figures: [{workload: api, metric: ttfb, statistic: mean, by_metro: true, reaches: 90ms}]}\n": {
			`"design": "grid"`: `"design": "heap"`, `"order": "crosses"`: `"order": "maybe"`, `"rises": `: `"falls": `, `"point": 1,`: `"point": 0,`, `"replications": 3`: `"replications": "3"`,
		},
		"sweep: {grid: {workloads.api.data.calls: [0, 1, 2], workloads.api.requests_per_second: [20, 40, 4000]}}\n": {
			`"rank_correlation": `: `"rank_coefficient": `, `"refused": `: `"reason": `, `"r_squared": `: `"fit": `,
		},
	} {
		of, _, err := scenario.ParseSweep("s.yaml", []byte(base+sweep))
		require.NoError(t, err)
		if len(of.Keys) == 2 { // one that can never be steady
			for i := range of.Points {
				if of.Points[i].Values[1].Number > 100 {
					of.Points[i].Study.Placements = of.Points[i].Study.Placements[:1]
				}
			}
		}
		result, err := of.Run(t.Context(), nil)
		require.NoError(t, err)
		var text bytes.Buffer
		require.NoError(t, report.WriteSweepJSON(&text, result))
		validate := func(text []byte) error {
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			require.NoError(t, err)
			return schema.Validate(value)
		}
		require.NoError(t, validate(text.Bytes()))
		for from, to := range spoil {
			require.Contains(t, text.String(), from)
			require.Error(t, validate(bytes.Replace(text.Bytes(), []byte(from), []byte(to), 1)), to)
		}
	}
}
