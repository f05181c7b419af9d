package scenario_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/scenario"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := scenario.Schema()
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("scenario.schema.json", document))
	schema, err := c.Compile("scenario.schema.json")
	require.NoError(t, err)
	return schema
}

// asJSON returns what a YAML file holds as a validator of JSON sees it: keys that are merged stand in their mapping, and instants are text.
func asJSON(t *testing.T, text []byte) any {
	t.Helper()
	var doc yaml.Node
	require.NoError(t, yaml.Unmarshal(text, &doc))
	return plain(doc.Content[0])
}

func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.AliasNode:
		return plain(n.Alias)
	case yaml.SequenceNode:
		all := []any{}
		for _, item := range n.Content {
			all = append(all, plain(item))
		}
		return all
	case yaml.MappingNode:
		all := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Value == "<<" {
				for key, v := range plain(n.Content[i+1]).(map[string]any) {
					if _, own := all[key]; !own {
						all[key] = v
					}
				}
				continue
			}
			all[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return all
	}
	switch n.Tag {
	case "!!int", "!!float":
		if x, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return x
		}
	case "!!bool":
		return n.Value == "true"
	case "!!null":
		return nil
	}
	return n.Value
}

// scenariosInDocs returns the whole scenarios that the documentation and the tests show.
func scenariosInDocs(t *testing.T) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	for _, pattern := range []string{"../examples/*/*.yaml", "../examples/*/*/*.yaml"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			if !strings.Contains(file, "own-parts") { // which names parts that are not of edgewise
				all[file] = text
			}
		}
	}
	require.GreaterOrEqual(t, len(all), 8)
	fenced := regexp.MustCompile("(?s)```yaml\n(.*?)```")
	docs, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	for _, file := range docs {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for i, m := range fenced.FindAllSubmatch(text, -1) {
			if bytes.Contains(m[1], []byte("\nplacements:")) && bytes.Contains(m[1], []byte("workloads:")) && bytes.Contains(m[1], []byte("title:")) && !bytes.Contains(m[1], []byte("...")) {
				all[fmt.Sprintf("%s, %d", file, i)] = m[1]
			}
		}
	}
	return all
}

func TestEveryScenarioIsOfItsSchema(t *testing.T) {
	schema := compiledSchema(t)
	for name, text := range scenariosInDocs(t) {
		require.NoError(t, schema.Validate(asJSON(t, text)), name)
	}
	require.NoError(t, schema.Validate(asJSON(t, []byte(everyKind))))
	_, err := scenario.Parse("every.yaml", []byte(everyKind))
	require.NoError(t, err, "and of the reader")
}

// everyKind has values of every kind where there are several.
const everyKind = `
x-sizes: &sizes {median: 20kB, ln_sd: 1.5}
title: Every kind
start: 2026-03-02T18:00:00Z
warm_up: 0
duration: 1m
seed: 18446744073709551615
check_warm_up: false
replications: {min: 5, max: 20, until: {best_known: 95%, workload: site, by: p95, indifference: 1ms}}
network:
  metros: {weights: {London: 3, paris-fr: "2"}}
  access: {fiber: 0.5, wifi: .5, countries: {FR: {fiber: 1}}}
  links: [{from: london-gb, to: eu-west-2, kind: internet, one_way: 1.5ms, mbit_per_second: 10, sharing: ps, loss: 1e-3}]
workloads:
  - {kind: static, name: site, requests_per_second: 10, objects: 1_000, zipf_exponent: 0.8, sizes: *sizes, day: flat, deadlines: [20ms, 1s]}
  - name: classes
    kind: static
    requests_per_second: 5
    classes: [{requests: 1, objects: 100, zipf_exponent: 0.7, sizes: {median: 1 MiB, ln_sd: 1}}]
    day: {peak_to_trough: 2}
  - {name: api, preset: api-dynamic, peak_requests_per_second: 20, service: {mean: 5ms, law: exponential}, data: {calls: 1, probability: 0.5}}
  - {name: shooter, kind: gaming, preset: competitive-fps, concurrent_players: 50, session: {shape: 1, scale: 20m}, metros: London, begins: 20s, ends: 50s, flashes: [{at: 25s, rise: 1s, for: 1s, decay: 2s, factor: 3, metros: [London]}]}
placements:
  - {name: 1, origin: eu-west-2, compute: [eu-west-2], routing: nearest-rtt}
  - name: PoPs
    extends: 1
    edge_caches:
      - {sites: pop-lhr, size: 1GiB, policy: sieve, preload: steady}
      - {sites: [pop-cdg], size: 512MiB}
    routing: {weighted: {pop-lhr: 1, pop-cdg: 2}}
    upstream: {keep_alive: 30s, pool: 8, buffer: 128KiB, always_open: false}
    dynamic_via_pop: true
    dns: {ttls: [{for: 1m, share: 90%}], never: 10%}
    openings: [{site: pop-cdg, at: 5s, closes: 55s}]
  - name: tiers
    extends: 1
    tiers: [{name: edge-cache, sites: pop-lhr, size: 1GiB}, {name: second, sites: eu-west-1, size: 10GB}]
    routes: [{workloads: site, routing: {anycast: {misdirected: 0.1}}}]
  - {name: far, extends: 1, origin: eu-west-1}
failures: [{site: pop-lhr, at: 10s, for: 20s, check: {interval: 1s, threshold: 2}}, {sites: [pop-cdg], at: 10s, for: 2s, times: 2, every: 5s, check: {interval: 1s, threshold: 2}}, {provider: aws, at: 40s, for: 1s, check: {interval: 1s, threshold: 2}}]
drains: [{site: pop-lhr, at: 50s, for: 1s}]
slowdowns: [{site: eu-west-1, at: 50s, for: 1s, factor: 2.5}]
link_failures: [{between: [pop-lhr, x-london-gb], at: 50s, for: 1s, times: 2, every: 2s, convergence: 100ms, timeout: 1s}]
link_impairments: [{between: [pop-lhr, x-london-gb], at: 55s, for: 1s, adds: 2ms, loss_ratio: 0.001}]
timeline: {step: 5s, by: [metro, site], recovered_within: 10%}
`

func TestWrongScenariosAreNotOfTheSchema(t *testing.T) {
	schema := compiledSchema(t)
	for name, change := range map[string][2]string{
		"unknown key":               {"seed: 18446744073709551615", "sead: 1"},
		"key of another kind":       {"zipf_exponent: 0.8, ", "tick_hz: 64, "},
		"no name":                   {"name: shooter, ", ""},
		"no title":                  {"title: Every kind", "x-title: Every kind"},
		"number for a list":         {"replications: {min: 5, max: 20, until: {best_known: 95%, workload: site, by: p95, indifference: 1ms}}", "replications: [10]"},
		"word for a number":         {"requests_per_second: 10", "requests_per_second: many"},
		"time without a unit":       {"duration: 1m", "duration: 60"},
		"bits for bytes":            {"size: 10GB", "size: 10Gb"},
		"size without a unit":       {"size: 10GB", "size: 1000"},
		"share that is no per cent": {"best_known: 95%", "best_known: 0.95"},
		"unknown provider":          {"network:", "network:\n  provider: awz"},
		"unknown kind":              {"kind: static, name", "kind: statik, name"},
		"unknown preset":            {"preset: competitive-fps", "preset: competitive"},
		"preset of another kind":    {"kind: gaming, preset: competitive-fps", "kind: gaming, preset: web-static"},
		"neither kind nor preset":   {"name: api, preset: api-dynamic", "name: api"},
		"unknown rule":              {"routing: nearest-rtt", "routing: nearest"},
		"list for a mapping":        {"access: {fiber: 0.5, wifi: .5, countries: {FR: {fiber: 1}}}", "access: [fiber, wifi]"},
		"mapping for a text":        {"origin: eu-west-2,", "origin: {site: eu-west-2},"},
		"no truth":                  {"check_warm_up: false", "check_warm_up: maybe"},
		"no instant":                {"start: 2026-03-02T18:00:00Z", "start: Monday"},
		"failure without an end":    {"failures: [{site: pop-lhr, at: 10s, for: 20s,", "failures: [{site: pop-lhr, at: 10s,"},
		"fraction of a player":      {"objects: 1_000", "objects: 10.5"},
		"key of a cache elsewhere":  {"compute: [eu-west-2],", "compute: {sites: eu-west-2, size: 1GiB},"},
		"unknown law":               {"law: exponential", "law: normal"},
		"unknown country's access":  {"FR: {fiber: 1}", "FR: {fibre: 1}"},
		"no workloads":              {"workloads:\n", "x-workloads:\n"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, 1, strings.Count(everyKind, change[0]), "what is changed stands once")
			wrong := []byte(strings.Replace(everyKind, change[0], change[1], 1))
			require.Error(t, schema.Validate(asJSON(t, wrong)))
			_, err := scenario.Parse("wrong.yaml", wrong)
			require.Error(t, err, "nor does the reader take it")
		})
	}
}
