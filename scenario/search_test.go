package scenario_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/search"
)

const searching = `title: t
duration: 20s
network: {metros: {countries: [DE, FR], top: 6}}
prices: default
bill: {instance: t3.medium}
workloads:
  - {name: shooter, preset: competitive-fps, concurrent_players: 500, sampled_updates: 0.01}
placements:
  - {name: Frankfurt, compute: eu-central-1}
  - {name: and Dublin, extends: Frankfurt, add: {compute: eu-west-1}}
search:
  fixed: and Dublin
  candidates:
    compute: {sites: ["continent:Europe", "country:PL"], servers: 50}
  choose: {at_least: 1, at_most: 2}
  objective: {workload: shooter, by: worst metro player_rtt p95, better: less, matters: 2ms}
  constraints:
    - {by: player_rtt within 50ms, at_least: 60%}
    - {by: response mean, at_most: 90ms}
    - {by: bill, at_most: 20_000}
  countries: [France, PL]
  most_providers: 1
  within_capacity: true
  simulated: 6
  confidence: 90%
  replications: {min: 4, max: 12}
  variations: 0
`

func TestASearchIsRead(t *testing.T) {
	p, _, err := scenario.Reader{}.ParseSearch("s.yaml", []byte(searching))
	require.NoError(t, err)
	require.Equal(t, "and Dublin", p.Fixed.Name)
	require.Equal(t, "Frankfurt", p.Study.Placements[0].Name)
	var sites []string
	for _, c := range p.Candidates {
		sites = append(sites, c.Site)
		require.Equal(t, 50, c.Servers)
	}
	require.Contains(t, sites, "eu-west-3")
	require.Contains(t, sites, "eu-central-1-waw-1")
	require.NotContains(t, sites, "eu-central-1", "it is fixed")
	require.NotContains(t, sites, "eu-west-1", "it is fixed")
	require.Equal(t, []int{1, 2}, []int{p.Least, p.Most})
	require.Equal(t, []search.Objective{{Figure: search.Figure{Workload: "shooter", By: "worst metro player_rtt p95"}, Better: edgewise.Less, Matters: 2}}, p.Objectives)
	require.Len(t, p.Constraints, 3)
	require.Equal(t, 0.6, p.Constraints[0].AtLeast)
	require.Equal(t, 90.0, p.Constraints[1].AtMost)
	require.Equal(t, 20_000.0, p.Constraints[2].AtMost)
	require.Equal(t, []string{"FR", "PL"}, p.Countries)
	require.Equal(t, 1, p.MostProviders)
	require.True(t, p.WithinCapacity)
	require.Equal(t, 6, p.Simulated)
	require.Equal(t, 0.9, p.Confidence)
	require.Equal(t, []int{4, 12, -1}, []int{p.MinReplications, p.MaxReplications, p.Variations})
	// The same file is a study of its placements.
	study, err := scenario.Parse("s.yaml", []byte(searching))
	require.NoError(t, err)
	require.Len(t, study.Placements, 2)
}

func TestAScenarioWithoutSearchIsNone(t *testing.T) {
	text, _, _ := strings.Cut(searching, "search:")
	_, _, err := scenario.Reader{}.ParseSearch("s.yaml", []byte(text))
	require.ErrorContains(t, err, `s.yaml: has no key "search"; want one that says which sites may be chosen`)
}

func TestMistakesInASearchAreNamedByLine(t *testing.T) {
	for name, test := range map[string]struct{ old, new, want string }{
		"more than candidates":         {"at_most: 2}", "at_most: 99}", "s.yaml:15: search.choose.at_most: is 99; want 1 to "},
		"fewer at most than least":     {"at_least: 1", "at_least: 3", "s.yaml:15: search.choose.at_least: is 3; want 0 to 2"},
		"choose nothing":               {"choose: {at_least: 1, at_most: 2}", "choose: 0", "s.yaml:15: search.choose: is 0; want 1 or more"},
		"an unknown site":              {"country:PL", "atlantis", "s.yaml:14: search.candidates.compute.sites[1]: "},
		"an unknown placement":         {"fixed: and Dublin", "fixed: Paris", `s.yaml:12: search.fixed: is "Paris"; want the name of a placement`},
		"an unknown workload":          {"workload: shooter, by", "workload: web, by", `s.yaml:16: search.objective.workload: is "web"; want one of shooter`},
		"a deadline that is not there": {"by: worst metro player_rtt p95", "by: player_rtt within 40ms", `s.yaml:16: search.objective.by: is "player_rtt within 40ms"; want a share that workload "shooter" counts: its deadlines are 20 ms, 35 ms, 50 ms; another one stands in its list deadlines, for example deadlines: [40ms]`},
		"a figure that is not there":   {"by: worst metro player_rtt p95", "by: ttfb p95", `s.yaml:16: search.objective.by: is "ttfb p95"; want bill, or a figure of workload "shooter"`},
		"no figure":                    {"by: worst metro player_rtt p95, ", "", `s.yaml:16: search.objective: the key "by" is missing`},
		"no unit":                      {"at_least: 60%", "at_least: lots", `s.yaml:18: search.constraints[0].at_least: is "lots"; want a share in per cent, a time with its unit, or a number`},
		"a share of a latency":         {"at_most: 90ms", "at_most: 90%", `s.yaml:19: search.constraints[1].at_most: is "90%" of a latency; want a time with its unit`},
		"a number of a latency":        {"at_most: 90ms", "at_most: 90", `s.yaml:19: search.constraints[1].at_most: is "90" of a latency; want a time with its unit`},
		"a time of a share":            {"at_least: 60%", "at_least: 60ms", `s.yaml:18: search.constraints[0].at_least: is "60ms" of a share; want per cent`},
		"a number of a share":          {"at_least: 60%", "at_least: 0.6", `s.yaml:18: search.constraints[0].at_least: is "0.6" of a share; want per cent`},
		"a time of money":              {"at_most: 20_000", "at_most: 40ms", `s.yaml:20: search.constraints[2].at_most: is "40ms" of a figure in USD; want a number`},
		"a share of money":             {"at_most: 20_000", "at_most: 40%", `s.yaml:20: search.constraints[2].at_most: is "40%" of a figure in USD; want a number`},
		"a share that matters":         {"matters: 2ms", "matters: 2%", `s.yaml:16: search.objective.matters: is "2%" of a latency; want a time with its unit`},
		"less than nothing":            {"at_most: 20_000", "at_most: -1", `s.yaml:20: search.constraints[2].at_most: is -1; want 0 or more: bill total is never less`},
		"bounds at odds":               {"at_least: 60%}", "at_least: 60%, at_most: 50%}", "s.yaml:18: search.constraints[0].at_least: is 0.6; want 0.5 at most"},
		"a constraint without bound":   {"at_most: 90ms", "workload: shooter", "s.yaml:19: search.constraints[1]"},
		"a country without site":       {"[France, PL]", "[Peru]", `s.yaml:21: search.countries[0]: is "PE"; want a country that a candidate is in`},
		"no country":                   {"[France, PL]", "[Atlantis]", `s.yaml:21: search.countries[0]: is "Atlantis"; want a country`},
		"too many countries":           {"[France, PL]", "[FR, PL, IT]", "s.yaml:21: search.countries: is "},
		"an unknown key":               {"simulated: 6", "simulate: 6", "s.yaml:24: search.simulate: unknown key; want one of fixed, candidates, choose"},
		"a guess":                      {"confidence: 90%", "confidence: 30%", "s.yaml:25: search.confidence: is 0.3; want more than 0.5"},
		"more first than in all":       {"max: 12", "max: 3", "s.yaml:26: search.replications.max: is 3; want 0 (100), or 4 or more"},
		"a backup":                     {`servers: 50}`, `backup: eu-west-2}`, "s.yaml:14: search.candidates.compute: has backups"},
		"an origin":                    {"compute: {sites", "origin: {sites", "s.yaml:14: search.candidates.origin: is a role that is not chosen"},
		"money without prices":         {"prices: default\nbill: {instance: t3.medium}\n", "", `search.constraints[2].by: is "bill"; want prices`},
		"replications of a study":      {"duration: 20s", "duration: 20s\nreplications: 3", "s.yaml:3: replications: stands beside search"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, searching, test.old)
			_, _, err := scenario.Reader{}.ParseSearch("s.yaml", []byte(strings.Replace(searching, test.old, test.new, 1)))
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestTheBestIsRankedByAnyFigure(t *testing.T) {
	text, _, _ := strings.Cut(searching, "search:")
	with := func(until string) (*edgewise.Study, error) {
		return scenario.Parse("s.yaml", []byte(text+"replications: {min: 3, until: {best_known: 95%, workload: shooter, "+until+"}}\n"))
	}
	study, err := with("by: player_rtt within 50ms, matters: 1%")
	require.NoError(t, err)
	require.Equal(t, "player_rtt within 50ms", study.Until.By)
	require.Equal(t, 0.01, study.Until.Matters)
	for until, want := range map[string]string{
		"by: player_rtt within 50ms":                                 `s.yaml:11: replications.until: the key "matters" is missing`,
		"by: player_rtt within 51ms, matters: 1%":                    `s.yaml:11: replications.until.by: is "player_rtt within 51ms"; want one of`,
		"by: players mean, matters: 1":                               `s.yaml:11: replications.until.better: is `,
		"by: player_rtt within 50ms, matters: 1ms":                   `s.yaml:11: replications.until.matters: is "1ms" of a share; want per cent`,
		"by: player_rtt p95, matters: 1%":                            `s.yaml:11: replications.until.matters: is "1%" of a latency; want a time with its unit`,
		"by: bill, matters: 5ms":                                     `s.yaml:11: replications.until.matters: is "5ms" of a figure in USD; want a number`,
		"by: p95, matters: 1ms":                                      `s.yaml:11: replications.until.matters: goes with a figure of a name in by only`,
		"by: player_rtt within 50ms, matters: 1%, indifference: 1ms": `s.yaml:11: replications.until.indifference: is for the latency alone`,
		"by: player_rtt within 50ms, matters: 1%, better: sideways":  `s.yaml:11: replications.until.better: is "sideways"; want less or more`,
	} {
		_, err := with(until)
		require.ErrorContains(t, err, want, until)
	}
}

// TestNoMoreProvidersAreChosenThanMayBe has a region of AWS that is fixed and, in the very cities of the users, sites of two others. What the
// search chooses is held against a simulation of every pair, of which those with too many providers are struck out by hand.
func TestNoMoreProvidersAreChosenThanMayBe(t *testing.T) {
	const text = `title: providers
duration: 10s
network: {metros: {names: [warsaw-pl, madrid-es]}, sites: sites.csv}
workloads: [{name: shooter, preset: competitive-fps, concurrent_players: 200, sampled_updates: 0.01}]
placements: [{name: Ireland, compute: eu-west-1}]
search:
  candidates: {compute: [colo-waw, host-mad, eu-central-1, eu-west-3]}
  choose: 2
  most_providers: MOST
  objective: {by: player_rtt mean}
`
	sites := []scenario.File{{Name: "sites.csv", Data: []byte("id,kind,lat_deg,lon_deg,provider\ncolo-waw,region,52.2,21.0,colo\nhost-mad,region,40.4,-3.7,host\n")}}
	problemOf := func(most string) *search.Problem {
		problem, err := scenario.Reader{}.ParseSearchFrom("s.yaml", []byte(strings.Replace(text, "MOST", most, 1)), sites)
		require.NoError(t, err)
		return problem
	}
	pairs := []struct {
		sites     []string
		providers int // with AWS, of the fixed region
	}{
		{[]string{"colo-waw", "host-mad"}, 3}, {[]string{"colo-waw", "eu-central-1"}, 2}, {[]string{"colo-waw", "eu-west-3"}, 2},
		{[]string{"host-mad", "eu-central-1"}, 2}, {[]string{"host-mad", "eu-west-3"}, 2}, {[]string{"eu-central-1", "eu-west-3"}, 1},
	}
	study := *problemOf("3").Study
	study.Replications = 5
	for _, pair := range pairs {
		of := study.Placements[0]
		for _, site := range pair.sites {
			of = of.With(placement.Assignment{Site: site, Role: placement.Compute})
		}
		study.Placements = append(study.Placements, of.Named(strings.Join(pair.sites, ", ")))
	}
	truth, err := study.Run(t.Context())
	require.NoError(t, err)
	for most := 1; most <= 3; most++ {
		var want []string
		least := math.Inf(1)
		for i, pair := range pairs {
			mean, err := truth.Placements[i+1].Workloads[0].Metric("player_rtt").Mean()
			require.NoError(t, err)
			if pair.providers <= most && mean.Value < least {
				want, least = pair.sites, mean.Value
			}
		}
		found, err := search.Explore(t.Context(), problemOf(strconv.Itoa(most)))
		require.NoError(t, err)
		best := found.Study().Placements[1]
		require.ElementsMatch(t, append([]string{"eu-west-1"}, want...), best.AllSites(), "at most %d", most)
	}
}
