package scenario_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/scenario"
)

const pooled = `title: Pools
duration: 10s
network: {provider: aws, metros: {top: 3}}
workloads:
  - {kind: dynamic, name: api, requests_per_second: 10, response_size: 10kB, service: 10ms}
  - {kind: dynamic, name: render, requests_per_second: 1, response_size: 10kB, service: 10ms}
placements:
  - name: shared
    compute: {sites: us-east-1, servers: {count: 8, discipline: ps, queue: 0}}
  - name: classes
    extends: shared
    compute:
      servers: [{name: gpu, count: 2, workloads: [render]}, {name: cpu, count: 4, shed: 30ms}]
  - name: own
    extends: classes
    compute: {servers: 3}
`

func TestPoolsAreReadFromServers(t *testing.T) {
	s, err := scenario.Parse("pools.yaml", []byte(pooled))
	require.NoError(t, err)
	require.Equal(t, []placement.Pool{{Servers: 8, Discipline: placement.SharedProcessor, Queue: placement.AtMost(0)}}, s.Placements[0].Sites[0].Pools)
	require.Equal(t, []placement.Pool{{Name: "gpu", Servers: 2, Workloads: []string{"render"}}, {Name: "cpu", Servers: 4, Shed: 30 * time.Millisecond}}, s.Placements[1].Sites[0].Pools)
	require.Equal(t, placement.Assignment{Site: "us-east-1", Role: placement.Compute, Servers: 3}, s.Placements[2].Sites[0])
}

func TestPoolsThatCannotBeAreNamedWithTheirLine(t *testing.T) {
	for from, to := range map[string][2]string{
		"count: 8":            {"count: 0", "pools.yaml:9: placements[0].compute.servers.count: is 0; want 1 to 1048576"},
		"queue: 0":            {"queue: -1", "pools.yaml:9: placements[0].compute.servers.queue: is -1; want 0 to 1073741824"},
		"discipline: ps":      {"discipline: lifo", `pools.yaml:9: placements[0].compute.servers.discipline: is "lifo"; want fifo or ps`},
		"ps, queue: 0":        {"ps, shed: 1s", "pools.yaml:9: placements[0].compute.servers.shed: is 1s; want 0 where servers are shared by all at once: nobody waits"},
		"shed: 30ms":          {"shed: 3h", "pools.yaml:13: placements[1].compute.servers[1].shed: is 3h0m0s; want 0 to 1h"},
		"workloads: [render]": {"workloads: [rander]", "pools.yaml:13: placements[1].compute.servers[0].workloads: is "},
		"count: 8, ":          {"", `placements[0].compute.servers: the key "count" is missing`},
		"name: cpu":           {"name: gpu", "pools.yaml:13: placements[1].compute.servers[1].name: is \"gpu\"; want another name"},
		"servers: 3":          {"servers: []", "pools.yaml:16: placements[2].compute.servers: is empty; want a pool of servers or more, or a number"},
		"{servers: 3}":        {"{servers: [3]}", `pools.yaml:16: placements[2].compute.servers[0]: is "3"; want a mapping with "count"`},
	} {
		_, err := scenario.Parse("pools.yaml", []byte(strings.Replace(pooled, from, to[0], 1)))
		require.ErrorContains(t, err, to[1])
	}
}

const spilling = `title: Spill
duration: 10s
network: {provider: aws, metros: {top: 3}}
workloads:
  - {kind: dynamic, name: api, requests_per_second: 10, response_size: 10kB, service: 10ms}
placements:
  - name: one
    compute:
      sites: [us-east-1, us-west-2, eu-west-1]
      backup: [us-east-2]
      servers: {count: 8, queue: 0, spill: nearest}
  - name: two
    extends: one
    compute:
      servers:
        count: 8
        queue: 0
        spill: [us-east-2,
          us-west-2]
`

func TestSpillIsReadAsARuleOrAsSites(t *testing.T) {
	s, err := scenario.Parse("spill.yaml", []byte(spilling))
	require.NoError(t, err)
	require.Equal(t, placement.Spill{Rule: placement.SpillToNearest}, s.Placements[0].Sites[0].Pools[0].Spill)
	require.Equal(t, placement.Spill{Rule: placement.SpillToSites, To: []string{"us-east-2", "us-west-2"}}, s.Placements[1].Sites[0].Pools[0].Spill)
	s, err = scenario.Parse("spill.yaml", []byte(strings.Replace(spilling, "spill: nearest", "spill: backup", 1)))
	require.NoError(t, err)
	require.Equal(t, placement.Spill{Rule: placement.SpillToBackup}, s.Placements[0].Sites[0].Pools[0].Spill)
}

func TestSpillThatLeadsNowhereIsNamedWithItsLine(t *testing.T) {
	for from, to := range map[string][2]string{
		"[us-east-2,\n          us-west-2]": {"[us-west-2]", "spill.yaml:18: placements[1].compute.servers.spill[0]: is us-west-2; want another site: it leads in a circle"},
		"us-west-2]\n":                      {"us-east-2]\n", "spill.yaml:19: placements[1].compute.servers.spill[1]: is us-east-2; want a site that is not asked before"},
		"[us-east-2,\n":                     {"[ap-south-1,\n", "spill.yaml:18: placements[1].compute.servers.spill[0]: is ap-south-1; want a site that computes"},
		"spill: nearest":                    {"spill: anywhere", `spill.yaml:11: placements[0].compute.servers.spill: is "anywhere"; want nearest, backup or a list of sites`},
		"queue: 0, spill: nearest":          {"spill: nearest", "spill.yaml:11: placements[0].compute.servers.spill: is nearest; want none: the pool has room for all"},
		"      backup: [us-east-2]\n      servers: {count: 8, queue: 0, spill: nearest}": {"      servers: {count: 8, queue: 0, spill: backup}", "spill.yaml:10: placements[0].compute.servers.spill: is backup; want none: there is no such other site"},
	} {
		_, err := scenario.Parse("spill.yaml", []byte(strings.Replace(spilling, from, to[0], 1)))
		require.ErrorContains(t, err, to[1])
	}
}

const scaling = `title: Scale
duration: 10s
network: {provider: aws, metros: {top: 3}}
workloads:
  - {kind: dynamic, name: api, requests_per_second: 10, response_size: 10kB, service: 10ms}
placements:
  - name: follows
    compute:
      sites: us-west-2
      servers:
        count: 2
        scale: {most: 40, target: 0.6, every: 30s, delay: 10s, warm_up: 2m, step: 5, down_after: 10m}
`

func TestScaleIsReadFromServers(t *testing.T) {
	s, err := scenario.Parse("scale.yaml", []byte(scaling))
	require.NoError(t, err)
	require.Equal(t, placement.Scale{
		Most: 40, Target: .6, Every: 30 * time.Second, Delay: 10 * time.Second, WarmUp: 2 * time.Minute, Step: 5, DownAfter: 10 * time.Minute,
	}, s.Placements[0].Sites[0].Pools[0].Scale)
	s, err = scenario.Parse("scale.yaml", []byte(strings.Replace(scaling, ", every: 30s, delay: 10s, warm_up: 2m, step: 5, down_after: 10m", "", 1)))
	require.NoError(t, err)
	of := s.Placements[0].Sites[0].Pools[0].Scale
	require.Equal(t, []time.Duration{time.Minute, 15 * time.Minute}, []time.Duration{of.EveryOr(), of.DownAfterOr()})
}

func TestScaleThatCannotBeIsNamedWithItsLine(t *testing.T) {
	const at = "scale.yaml:12: placements[0].compute.servers.scale"
	for from, to := range map[string][2]string{
		"most: 40":         {"most: 2", at + ".most: is 2; want 3 to 1048576: more than there are at least"},
		"target: 0.6":      {"target: 0", at + ".target: is 0; want above 0, 1 at most"},
		"every: 30s":       {"every: 1ms", at + ".every: is 1ms; want 1s to 1h0m0s"},
		"delay: 10s":       {"delay: 2h", at + ".delay: is 2h0m0s; want 0s to 1h0m0s"},
		"warm_up: 2m":      {"warm_up: -1s", at + ".warm_up"},
		"step: 5":          {"step: -5", at + ".step: is -5; want 0 to 1048576"},
		"down_after: 10m":  {"down_after: 25h", at + ".down_after: is 25h0m0s; want 1s to 24h0m0s"},
		", target: 0.6":    {"", at + `: the key "target" is missing`},
		"count: 2":         {"count: 2\n        shed: 1s", "0 beside shed: how long a request will wait is not known while servers come and go"},
		"sites: us-west-2": {"sites: us-west-2-lax-1", "want 0: a local-zone has no elasticity, its capacity is what was ordered; a region has"},
	} {
		_, err := scenario.Parse("scale.yaml", []byte(strings.Replace(scaling, from, to[0], 1)))
		require.ErrorContains(t, err, to[1])
	}
}

func TestServersMayHaveTheCoresThatMatchesLeave(t *testing.T) {
	const text = `title: Shared
duration: 10s
network: {provider: aws, metros: {top: 3}}
workloads:
  - {kind: dynamic, name: api, requests_per_second: 10, response_size: 10kB, service: 10ms}
  - {name: shooter, preset: competitive-fps, concurrent_players: 100}
placements:
  - name: shared
    compute: {sites: us-east-1, cores: 16, servers: {count: 1, spare_cores: true, queue: 4}}
`
	s, err := scenario.Parse("shared.yaml", []byte(text))
	require.NoError(t, err)
	require.Equal(t, placement.Assignment{Site: "us-east-1", Role: placement.Compute, Cores: 16,
		Pools: []placement.Pool{{Servers: 1, SpareCores: true, Queue: placement.AtMost(4)}}}, s.Placements[0].Sites[0])
	for change, want := range map[string]string{
		"cores: 16, servers: {count: 1,|cores: 16, elastic: true, servers: {count: 1,": "rented ones are there for matches alone",
		"queue: 4|shed: 30ms":                    "no shed: how long a request will wait",
		"queue: 4|scale: {most: 9, target: 0.5}": "does not follow the work",
		"cores: 16, servers|servers":             "cores, on which games play",
	} {
		from, to, _ := strings.Cut(change, "|")
		_, err := scenario.Parse("shared.yaml", []byte(strings.Replace(text, from, to, 1)))
		require.ErrorContains(t, err, "shared.yaml:9: placements[0].compute.servers.spare_cores: is true; want false, or ")
		require.ErrorContains(t, err, want)
	}
}
