package scenario_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/scenario"
)

const expecting = `title: Expecting
duration: 20s
check_warm_up: false
replications: 3
network: {metros: {names: [los-angeles-us]}}
workloads: [{name: site, preset: web-static, requests_per_second: 100, objects: 100, deadlines: 50ms}]
placements:
  - {name: region, origin: us-west-2}
  - {name: PoP, extends: region, edge_caches: {sites: pop-lax, size: 1MiB}}
expect:
  site.p50: < 10s
  site.within 50ms: at least 99.99%
  site.failed share: <= 0%
  region: {site.mean: "> 1ms", site.requests count: "> 100"}
`

func TestExpectationsAreMetOrNot(t *testing.T) {
	study, err := scenario.Parse("expecting.yaml", []byte(expecting))
	require.NoError(t, err)
	c, err := study.Run(t.Context())
	require.NoError(t, err)
	type result struct {
		under, figure string
		met           bool
	}
	var all []result
	for _, e := range c.Expected {
		all = append(all, result{e.Under, e.Metric + " " + e.Statistic + " " + e.Relation, e.Met})
	}
	require.Equal(t, []result{
		{"PoP", "ttfb p50 <", true}, {"PoP", "ttfb within 50 ms >=", false}, {"PoP", "failed share <=", true},
		{"region", "ttfb mean >", true}, {"region", "requests count >", true},
	}, all)
	unmet := c.Unmet()
	require.Len(t, unmet, 1)
	within, err := c.Placement("PoP").Workload("site").Metric("ttfb").Within(50e6)
	require.NoError(t, err)
	require.Equal(t, within.Estimate, unmet[0].Is)
	require.Equal(t, within.Low <= 0.9999 && within.High >= 0.9999, unmet[0].ByChance)
}

func TestExpectationsThatNothingCouldMeetAreRefused(t *testing.T) {
	for change, want := range map[string]string{
		"site.p50: < 10s|sight.p50: < 10s":                         `:11: expect.sight.p50: is of no workload; want one of site, a dot, and a figure, for example site.p95`,
		"site.p50: < 10s|site.p51: < 10s":                          `:11: expect.site.p51: is "p51"; want one of p50, `,
		"site.p50: < 10s|site.p50: 10s":                            `:11: expect.site.p50: is "10s"; want a relation and a bound`,
		"site.p50: < 10s|site.p50: < 10":                           `:11: expect.site.p50: is "10" of a latency; want a time with its unit`,
		"at least 99.99%|at least 0.9999":                          `:12: expect.site.within 50ms: is "0.9999" of a share; want per cent`,
		"region: {site.mean|regio: {site.mean":                     `:14: expect.regio.site.mean: is of the placement "regio"; want the name of one`,
		`site.requests count: "> 100"|site.requests count: "> 1s"`: `is "1s" of a figure in requests; want a number`,
	} {
		was, is, _ := strings.Cut(change, "|")
		require.Contains(t, expecting, was)
		_, err := scenario.Parse("expecting.yaml", []byte(strings.Replace(expecting, was, is, 1)))
		require.ErrorContains(t, err, want)
	}
	study, err := scenario.Parse("expecting.yaml", []byte(expecting))
	require.NoError(t, err)
	study.Expect = []edgewise.Expectation{{Workload: "site", Figure: "p95", Relation: "="}}
	require.ErrorContains(t, study.Validate(), `Expect[0].Relation is "="; want <, <=, > or >=`)
}
