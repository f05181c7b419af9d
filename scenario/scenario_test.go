package scenario_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

const good = `title: A test
start: 2026-03-03T04:00:00Z
warm_up: 1m
duration: 10m
seed: 42
replications: 3
level: 0.9
network:
  provider: aws
  metros:
    names: [los-angeles-us, denver-us]
  access: {fiber: 0.5, lte: 0.5}
workloads:
  - name: shooter
    preset: competitive-fps
    concurrent_players: 100
    tick_hz: 64
  - name: site
    kind: static
    requests_per_second: 12.5
    objects: 1_000
    zipf_exponent: 0.8
    sizes: {median: 20KB, ln_sd: 1.5, max: 1GB}
    day: {peak_to_trough: 2}
    client: {handshake: quic, new_connections: 0.2, mbit_per_second: 20}
    origin_service: {mean: 5ms, law: exponential}
    deadlines: [20ms, 50ms]
  - name: api
    preset: api-dynamic
    response_size: 4KiB
    data: {probability: 0.25, calls: 2, service: 1ms}
    day: flat
placements:
  - name: region
    origin: {sites: us-west-2, servers: 50}
    compute: us-west-2
  - name: edge
    extends: region
    edge_caches: {sites: [pop-lax, pop-den], size: 256MiB, policy: lru, preload: steady}
    dynamic_via_pop: true
  - name: zone
    extends: region
    add: {compute: us-west-2-lax-1}
    routing: nearest-distance
`

func TestFlashCrowdsAndLaunchesMeanWhatTheySay(t *testing.T) {
	text := strings.Replace(good, "    zipf_exponent: 0.8", `    zipf_exponent: 0.8
    begins: 30s
    ends: 9m
    flashes: [{at: 2m, rise: 10s, for: 1m, decay: 30s, factor: 50, objects: [0, 2], metros: [Denver]}, {at: 5m, decay: 1m, factor: 2}]`, 1)
	s, err := scenario.Parse("test.yaml", []byte(text))
	require.NoError(t, err)
	site := s.Workloads[1]
	require.Equal(t, 30*time.Second, site.Begins)
	require.Equal(t, 9*time.Minute, site.Ends)
	require.Equal(t, []workload.Flash{
		{At: 2 * time.Minute, Rise: 10 * time.Second, For: time.Minute, Decay: 30 * time.Second, Factor: 50, Objects: []uint32{0, 2}, Metros: []string{"denver-us"}},
		{At: 5 * time.Minute, Decay: time.Minute, Factor: 2},
	}, site.Flashes)
}

func TestScenarioMeansWhatItSays(t *testing.T) {
	s, err := scenario.Parse("test.yaml", []byte(good))
	require.NoError(t, err)
	require.Equal(t, "A test", s.Title)
	require.Equal(t, time.Date(2026, time.March, 3, 4, 0, 0, 0, time.UTC), s.Start)
	require.Equal(t, time.Minute, s.WarmUp)
	require.False(t, s.SkipWarmUpCheck)
	require.Equal(t, 10*time.Minute, s.Duration)
	require.Equal(t, uint64(42), s.Seed)
	require.Equal(t, 3, s.Replications)
	require.Equal(t, 0.9, s.Level)

	require.Len(t, s.Workloads, 3)
	game := s.Workloads[0]
	players, match := game.Demand.(workload.Sessions), game.Service.(workload.Matched)
	require.Equal(t, "shooter", game.Name)
	require.Equal(t, 100.0, players.ConcurrentPlayers)
	require.Equal(t, 64.0, match.TickHz)
	require.Equal(t, workload.CompetitiveFPS().WithPlayers(100).Demand, game.Demand, "the preset's length")

	site := s.Workloads[1]
	asks, files := site.Demand.(workload.Poisson), site.Service.(workload.Cacheable)
	require.Equal(t, 12.5, asks.RequestsPerSecond)
	require.Equal(t, 1000, asks.Objects)
	require.InDelta(t, 9.9035, files.Sizes.LnMean, 1e-4)
	require.Equal(t, int64(1_000_000_000), files.Sizes.MaxBytes)
	require.Equal(t, transport.QUIC, site.Client.Handshake)
	require.Equal(t, 20e6, site.Client.BitsPerSecond)
	require.Equal(t, workload.ServiceTime{Mean: 5 * time.Millisecond, Law: workload.ExponentialTime}, files.Origin)
	require.Equal(t, []time.Duration{20 * time.Millisecond, 50 * time.Millisecond}, site.Deadlines)

	api := s.Workloads[2]
	calls := api.Service.(workload.Computed)
	require.Equal(t, int64(4096), calls.ResponseBytes)
	require.Equal(t, 2, calls.Data.Calls)
	require.Equal(t, workload.Flat(), api.Day)
	for _, a := range api.Assumed {
		require.NotContains(t, []string{"Service.ResponseBytes", "Service.Data", "Day"}, a.Field, "what the file sets is not assumed")
	}
	require.NotEmpty(t, api.Assumed, "what it leaves is")

	require.Len(t, s.Placements, 3)
	require.Equal(t, 50, s.Placements[1].Of(placement.Origin)[0].Servers, "inherited")
	require.Equal(t, []placement.Route{{Role: placement.Compute, ViaPoP: true}}, s.Placements[1].Routes)
	require.Equal(t, int64(256<<20), s.Placements[1].Caches(placement.EdgeCache)[1].CapacityBytes)
	require.True(t, s.Placements[1].Caches(placement.EdgeCache)[1].Preload)
	require.Len(t, s.Placements[2].Of(placement.Compute), 2)
	require.Equal(t, placement.NearestDistance{}, s.Placements[2].Routing)
	require.Empty(t, s.Placements[2].Routes)
	require.Empty(t, s.Placements[0].Tiers)
}

func TestReplicationsMayBeARule(t *testing.T) {
	s, err := scenario.Parse("test.yaml", []byte(change(t, "replications: 3", "replications: {min: 20, max: 80, until: {p99.9: 2%, workload: site}}")))
	require.NoError(t, err)
	require.Zero(t, s.Replications)
	require.Equal(t, &edgewise.Until{
		StoppingRule: stats.StoppingRule{RelativeError: 0.02, MinReplications: 20, MaxReplications: 80},
		Workload:     "site", Quantiles: []float64{0.999},
	}, s.Until)
	s, err = scenario.Parse("test.yaml", []byte(change(t, "replications: 3",
		"replications: {until: {best_known: 95%, workload: api, by: p95, indifference: 2ms}}")))
	require.NoError(t, err)
	require.Equal(t, &edgewise.Until{Workload: "api", BestKnown: 0.95, Quantiles: []float64{0.95}, Indifference: 2 * time.Millisecond}, s.Until)
}

func TestRoutingRulesAndFailures(t *testing.T) {
	for routing, want := range map[string]placement.Routing{
		"anycast":                          placement.Anycast{},
		"{anycast: {misdirected: 0.3}}":    placement.Anycast{Misdirected: placement.FractionOf(0.3)},
		"{anycast: {misdirected: 0}}":      placement.Anycast{Misdirected: placement.FractionOf(0)},
		"{weighted: {us-west-2-lax-1: 3}}": placement.Weighted{{Site: "us-west-2-lax-1", Weight: 3}},
		"{pinned: {denver-us: [us-west-2-lax-1, us-west-2]}}": placement.Pinned{
			{Metro: "denver-us", Site: "us-west-2-lax-1"}, {Metro: "denver-us", Site: "us-west-2"},
		},
	} {
		text := change(t, "routing: nearest-distance", "routing: "+routing) + "  - {name: heir, extends: zone}\n  - {name: own, extends: zone, routing: nearest-rtt}\n" +
			"failures: [{site: us-west-2-lax-1, at: 2m, for: 90s, detection: 30s, redirection: 10s, timeout: 2s}, {site: pop-den, at: 0s, for: 61s}]\n"
		s, err := scenario.Parse("test.yaml", []byte(text))
		require.NoError(t, err)
		for _, i := range []int{2, 3} {
			require.Equal(t, want, s.Placements[i].Routing)
		}
		require.Equal(t, placement.NearestRTT{}, s.Placements[4].Routing)
		require.Equal(t, []sim.Failure{
			{Site: "us-west-2-lax-1", At: 2 * time.Minute, For: 90 * time.Second, Detection: 30 * time.Second, Redirection: 10 * time.Second, Timeout: 2 * time.Second},
			{Site: "pop-den", For: 61 * time.Second},
		}, s.Failures)
		_, isAnycast := want.(placement.Anycast)
		require.Equal(t, isAnycast, slices.ContainsFunc(s.Assumed, func(a string) bool { return strings.HasPrefix(a, "anycast: ") }))
	}
}

func TestBackupsStandBesideTheSites(t *testing.T) {
	text := change(t, "origin: {sites: us-west-2, servers: 50}", "origin: {sites: us-west-2, backup: [us-east-1, us-east-2], servers: 50}")
	text = strings.Replace(text, "service: 1ms}", "service: 1ms, waits: true}", 1)
	text += "  - name: safe\n    extends: region\n    compute: {backup: us-east-1, servers: 2}\n" +
		"failures: [{site: us-west-2, at: 2m, for: 1m}]\n"
	s, err := scenario.Parse("test.yaml", []byte(text))
	require.NoError(t, err)
	origins := []placement.Assignment{
		{Site: "us-west-2", Role: placement.Origin, Servers: 50},
		{Site: "us-east-1", Role: placement.Origin, Servers: 50, Backup: true},
		{Site: "us-east-2", Role: placement.Origin, Servers: 50, Backup: true},
	}
	require.Equal(t, origins, s.Placements[0].Of(placement.Origin))
	require.Equal(t, origins, s.Placements[3].Of(placement.Origin))
	require.Equal(t, []placement.Assignment{
		{Site: "us-west-2", Role: placement.Compute, Servers: 2}, {Site: "us-east-1", Role: placement.Compute, Servers: 2, Backup: true},
	}, s.Placements[3].Of(placement.Compute))
	require.True(t, s.Workloads[2].Service.(workload.Computed).Data.Waits)
	require.NotEmpty(t, s.Network.At(mustIndex(t, s.Network, "us-east-2")).Name, "backups are in the network")
}

func TestTheHomeOfDataIsInTheNetwork(t *testing.T) {
	for _, home := range []string{"us-east-1", "us-west-2-las-1", "pop-iad"} {
		text := change(t, "data: {", "data: {home: "+home+", parallel: true, waits: true, ")
		text += "failures: [{site: " + home + ", at: 2m, for: 1m}]\n"
		s, err := scenario.Parse("test.yaml", []byte(text))
		require.NoError(t, err)
		require.Equal(t, workload.DataCalls{
			Home: home, Probability: 0.25, Calls: 2, Parallel: true, Service: workload.ServiceTime{Mean: time.Millisecond}, Waits: true,
		}, s.Workloads[2].DataCalls())
		require.Equal(t, home, s.Network.At(mustIndex(t, s.Network, home)).ID, "although no placement has it")
	}
}

func TestExtendingReplacesChangesOrAddsARole(t *testing.T) {
	text := change(t, "policy: lru", "backup: pop-sea, policy: lru") + `  - {name: moved, extends: edge, origin: us-east-1}
  - {name: larger, extends: edge, edge_caches: {size: 1GiB, policy: sieve}}
  - {name: elsewhere, extends: edge, edge_caches: {sites: pop-phx, size: 1MiB}}
  - {name: other backup, extends: larger, edge_caches: {backup: pop-phx}}
  - {name: more, extends: edge, add: {edge_caches: {sites: pop-phx, size: 1MiB}, compute: us-west-2-lax-1}}
  - {name: heir, extends: more}
`
	s, err := scenario.Parse("test.yaml", []byte(text))
	require.NoError(t, err)
	type pops map[string]placement.Cache
	cache := func(bytes int64, policy string, preload, backup bool) placement.Cache {
		return placement.Cache{CapacityBytes: bytes, Policy: policy, Preload: preload, Backup: backup}
	}
	edge := pops{"pop-lax": cache(256<<20, "lru", true, false), "pop-den": cache(256<<20, "lru", true, false), "pop-sea": cache(256<<20, "lru", true, true)}
	sieve := func(backup string) pops {
		return pops{"pop-lax": cache(1<<30, "sieve", true, false), "pop-den": cache(1<<30, "sieve", true, false), backup: cache(1<<30, "sieve", true, true)}
	}
	more := pops{"pop-phx": cache(1<<20, "", false, false)}
	maps.Copy(more, edge)
	for name, want := range map[string]struct {
		pops             pops
		origins, compute []string
	}{
		"edge":         {edge, []string{"us-west-2"}, []string{"us-west-2"}},
		"moved":        {edge, []string{"us-east-1"}, []string{"us-west-2"}},
		"larger":       {sieve("pop-sea"), []string{"us-west-2"}, []string{"us-west-2"}},
		"elsewhere":    {pops{"pop-phx": cache(1<<20, "", false, false)}, []string{"us-west-2"}, []string{"us-west-2"}},
		"other backup": {sieve("pop-phx"), []string{"us-west-2"}, []string{"us-west-2"}},
		"more":         {more, []string{"us-west-2"}, []string{"us-west-2", "us-west-2-lax-1"}},
		"heir":         {more, []string{"us-west-2"}, []string{"us-west-2", "us-west-2-lax-1"}},
	} {
		p := s.Placements[slices.IndexFunc(s.Placements, func(p placement.Placement) bool { return p.Name == name })]
		got := make(pops)
		for _, c := range p.Caches(placement.EdgeCache) {
			site := c.Site
			c.Site = ""
			got[site] = c
		}
		require.Equal(t, want.pops, got, name)
		for role, sites := range map[placement.Role][]string{placement.Origin: want.origins, placement.Compute: want.compute} {
			var ids []string
			for _, a := range p.Of(role) {
				ids = append(ids, a.Site)
			}
			require.Equal(t, sites, ids, name)
		}
	}
}

func TestWorkloadsHaveSitesAndRoutesOfTheirOwn(t *testing.T) {
	read := func(entries string) (placement.Placement, error) {
		s, err := scenario.Parse("test.yaml", []byte(good+entries))
		if err != nil {
			return placement.Placement{}, err
		}
		return s.Placements[len(s.Placements)-1], nil
	}
	for name, c := range map[string]struct {
		entries string
		want    func(*placement.Placement)
	}{
		"a role for one workload": {"  - {name: a, extends: region, add: {compute: {sites: us-west-2-lax-1, workloads: shooter}}}\n", func(p *placement.Placement) {
			p.Sites = append(p.Sites, placement.Assignment{Site: "us-west-2-lax-1", Role: placement.Compute, Workloads: []string{"shooter"}})
		}},
		"a role in parts": {"  - name: a\n    extends: region\n    compute:\n      - {sites: us-west-2, workloads: api, servers: 2}\n      - {sites: us-west-2-lax-1, workloads: [shooter]}\n", func(p *placement.Placement) {
			p.Sites = append(p.Sites[:1:1],
				placement.Assignment{Site: "us-west-2", Role: placement.Compute, Servers: 2, Workloads: []string{"api"}},
				placement.Assignment{Site: "us-west-2-lax-1", Role: placement.Compute, Workloads: []string{"shooter"}})
		}},
		"a tier in parts": {"  - {name: a, extends: edge, dynamic_via_pop: false, edge_caches: [{sites: pop-lax, size: 1MiB}, {sites: pop-den, size: 2MiB, policy: sieve}]}\n", func(p *placement.Placement) {
			p.Tiers = []placement.Tier{{Name: placement.EdgeCache, Caches: []placement.Cache{
				{Site: "pop-lax", CapacityBytes: 1 << 20}, {Site: "pop-den", CapacityBytes: 2 << 20, Policy: "sieve"},
			}}}
		}},
		"two routes": {"  - name: a\n    extends: edge\n    dynamic_via_pop: false\n    routes:\n      - {workloads: [api], routing: {pinned: {denver-us: us-west-2}}, via_pop: true}\n      - {role: edge_caches, routing: anycast}\n", func(p *placement.Placement) {
			p.Routes = []placement.Route{
				{Workloads: []string{"api"}, Routing: placement.Pinned{{Metro: "denver-us", Site: "us-west-2"}}, ViaPoP: true},
				{Role: placement.EdgeCache, Routing: placement.Anycast{}},
			}
		}},
		"inherited": {"  - {name: x, extends: edge, dynamic_via_pop: false, routes: [{role: compute, routing: nearest-distance}]}\n  - {name: a, extends: x}\n", func(p *placement.Placement) {
			p.Routes = []placement.Route{{Role: placement.Compute, Routing: placement.NearestDistance{}}}
		}},
		"none any more": {"  - {name: x, extends: edge, dynamic_via_pop: false, routes: [{role: compute, routing: nearest-distance}]}\n  - {name: a, extends: x, routes: []}\n", func(p *placement.Placement) {}},
	} {
		got, err := read(c.entries)
		require.NoError(t, err, name)
		base := "  - {name: a, extends: region}\n"
		if got.Tiers != nil {
			base = "  - {name: a, extends: edge, dynamic_via_pop: false}\n"
		}
		want, err := read(base)
		require.NoError(t, err)
		c.want(&want)
		require.Equal(t, want, got, name)
	}
	route := func(r string) string {
		return "  - {name: x, extends: edge, dynamic_via_pop: false, routes: [" + r + "]}\n"
	}
	for want, entries := range map[string]string{
		`placements[3].add.compute.workloads: is shooterr; want a workload that needs the role "compute"`:       "  - {name: x, extends: region, add: {compute: {sites: us-west-2-lax-1, workloads: shooterr}}}\n",
		`placements[3]: placement "x": no site has the role "compute" for workload "api"`:                       "  - {name: x, extends: region, compute: {sites: us-west-2, workloads: shooter}}\n",
		`placements[3].compute[0]: the key "sites" is missing`:                                                  "  - {name: x, extends: region, compute: [{servers: 2}]}\n",
		`placements[3].edge_caches[1]: has no size`:                                                             "  - {name: x, extends: region, edge_caches: [{sites: pop-lax, size: 1MiB}, {sites: pop-den}]}\n",
		`placements[3].compute[1].sites: is us-west-2 as compute; want another role`:                            "  - {name: x, extends: region, compute: [{sites: us-west-2, servers: 2}, {sites: us-west-2}]}\n",
		`placements[3].dynamic_via_pop: is true; want false: there is no tier`:                                  "  - {name: x, extends: region, dynamic_via_pop: true}\n",
		`placements[1].dynamic_via_pop: stands beside a route of the role compute; want via_pop there`:          "  - {name: x, extends: edge, routes: [{role: compute, via_pop: true}]}\n",
		`placements[3].routes[0]: is empty; want the name of a workload or more, or a role`:                     route("{via_pop: true}"),
		`placements[3].routes[0].role: is compute; want none beside workloads`:                                  route("{role: compute, workloads: api, via_pop: true}"),
		`placements[3].routes[0].role: is origin; want compute or edge-cache`:                                   route("{role: origin, routing: anycast}"),
		`placements[3].routes[0]: is missing; want a routing rule, or a way via a PoP`:                          route("{role: compute}"),
		`placements[3].routes[1].role: is compute; want a role that routes[0] does not have`:                    route("{role: compute, via_pop: true}, {role: compute, routing: anycast}"),
		`placements[3].routes[1].workloads: is api; want a workload that no route has yet`:                      route("{workloads: api, via_pop: true}, {workloads: api, routing: anycast}"),
		`placements[3].routes[0].workloads: is apis; want a workload of the scenario`:                           route("{workloads: apis, via_pop: true}"),
		`placements[3].routes[0].via_pop: is true; want false: the users of workload "site" enter at`:           route("{workloads: site, via_pop: true}"),
		`placements[3].routes[0].via_pop: is true; want false: users enter at the caches themselves`:            route("{role: edge_caches, via_pop: true}"),
		`placements[3].routes[0].routing.weighted.pop-lax: is pop-lax; want a site with the role "compute" for`: route("{workloads: api, routing: {weighted: {pop-lax: 1}}}"),
		`placements[3].routes[0].routing.weighted.pop-lax: is pop-lax; want a site with the role "compute"`:     route("{role: compute, routing: {weighted: {pop-lax: 1}}}"),
		`placements[3].routes[0].routing.anycast.misdirected: is 2; want 0 to 1`:                                route("{role: compute, routing: {anycast: {misdirected: 2}}}"),
		`placements[3].routes[0].routing: names 0 rules; want one`:                                              route("{role: compute, routing: {}, via_pop: true}"),
		`placements[3].routes[0].routing: is "near"; want one of nearest-rtt`:                                   route("{role: compute, routing: near}"),
		`placements[3].routing.weighted.rec-us-west-2: is rec-us-west-2; want a site at which users enter`:      "  - {name: x, extends: edge, mid_tier_caches: {sites: rec-us-west-2, size: 1MiB}, routing: {weighted: {rec-us-west-2: 1}}}\n",
	} {
		_, err := read(entries)
		require.ErrorContains(t, err, want)
	}
}

func TestTiersAreAListOfAnyDepth(t *testing.T) {
	read := func(entries string) ([]placement.Tier, error) {
		s, err := scenario.Parse("test.yaml", []byte(strings.Replace(good, "    dynamic_via_pop: true\n", "", 1)+entries))
		if err != nil {
			return nil, err
		}
		return s.Placements[len(s.Placements)-1].Tiers, nil
	}
	tier := func(name, site string, bytes int64) placement.Tier {
		return placement.Tier{Name: name, Caches: []placement.Cache{{Site: site, CapacityBytes: bytes}}}
	}
	deep := `  - name: deep
    extends: region
    tiers:
      - {name: town, sites: pop-lax, size: 1MiB}
      - {name: land, sites: rec-us-west-2, size: 2MiB}
`
	for name, c := range map[string]struct {
		entries string
		want    []placement.Tier
	}{
		"a list": {deep, []placement.Tier{tier("town", "pop-lax", 1<<20), tier("land", "rec-us-west-2", 2<<20)}},
		"another order, and one changed": {deep + "  - {name: heir, extends: deep, tiers: [{name: land, size: 4MiB}, {name: town}]}\n",
			[]placement.Tier{tier("land", "rec-us-west-2", 4<<20), tier("town", "pop-lax", 1<<20)}},
		"one goes": {deep + "  - {name: heir, extends: deep, tiers: [{name: town}]}\n", []placement.Tier{tier("town", "pop-lax", 1<<20)}},
		"one comes": {deep + "  - {name: heir, extends: deep, tiers: [{name: town}, {name: new, sites: pop-den, size: 3MiB}]}\n",
			[]placement.Tier{tier("town", "pop-lax", 1<<20), tier("new", "pop-den", 3<<20)}},
		"the usual tiers, in any order": {"  - {name: usual, extends: region, mid_tier_caches: {sites: rec-us-west-2, size: 2MiB}, edge_caches: {sites: pop-lax, size: 1MiB}}\n",
			[]placement.Tier{tier("edge-cache", "pop-lax", 1<<20), tier("mid-tier-cache", "rec-us-west-2", 2<<20)}},
		"one added": {"  - {name: a, extends: region, edge_caches: {sites: pop-lax, size: 1MiB}}\n  - {name: b, extends: a, add: {origin_shield: {sites: rec-us-west-2, size: 2MiB}}}\n",
			[]placement.Tier{tier("edge-cache", "pop-lax", 1<<20), tier("origin-shield", "rec-us-west-2", 2<<20)}},
		"one added to a list": {deep + "  - {name: heir, extends: deep, add: {tiers: [{name: town, sites: pop-den, size: 1MiB}]}}\n",
			[]placement.Tier{{Name: "town", Caches: []placement.Cache{{Site: "pop-lax", CapacityBytes: 1 << 20}, {Site: "pop-den", CapacityBytes: 1 << 20}}}, tier("land", "rec-us-west-2", 2<<20)}},
	} {
		got, err := read(c.entries)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	for want, entries := range map[string]string{
		`test.yaml:44: placements[3].tiers[0]: the key "name" is missing`:                                "  - {name: x, extends: region, tiers: [{sites: pop-lax, size: 1MiB}]}\n",
		`placements[3].tiers[0]: is "pop-lax"; want a mapping with "name"`:                               "  - {name: x, extends: region, tiers: [pop-lax]}\n",
		`placements[3].tiers[0]: the key "sites" is missing`:                                             "  - {name: x, extends: region, tiers: [{name: a, size: 1MiB}]}\n",
		`placements[3].tiers[0]: has no size`:                                                            "  - {name: x, extends: region, tiers: [{name: a, sites: pop-lax}]}\n",
		`placements[3].tiers: is empty`:                                                                  "  - {name: x, extends: region, tiers: []}\n",
		`placements[3].tiers[1].name: is "a", as is that of a tier above`:                                "  - {name: x, extends: region, tiers: [{name: a, sites: pop-lax, size: 1B}, {name: a, sites: pop-den, size: 1B}]}\n",
		`placements[3].edge_caches: stands beside tiers`:                                                 "  - {name: x, extends: region, edge_caches: {sites: pop-lax, size: 1B}, tiers: [{name: a, sites: pop-lax, size: 1B}]}\n",
		`placements[3].tiers[0].name: is "compute"; want a name, and not that of another role`:           "  - {name: x, extends: region, tiers: [{name: compute, sites: pop-lax, size: 1B}]}\n",
		`placements[3].edge_caches.skip_in_origin_region: is true; want false: users enter at the first`: "  - {name: x, extends: region, edge_caches: {sites: pop-lax, size: 1B, skip_in_origin_region: true}}\n",
		`placements[3].tiers[1].origins: is pop-lax; want an origin of the placement`:                    "  - {name: x, extends: region, tiers: [{name: a, sites: pop-lax, size: 1B}, {name: b, sites: pop-den, size: 1B, origins: pop-lax}]}\n",
		`placements[3].mid_tier_caches: is "mid-tier-cache"; want a tier before it`:                      "  - {name: x, extends: region, mid_tier_caches: {sites: rec-us-west-2, size: 1B}}\n",
	} {
		_, err := read(entries)
		require.ErrorContains(t, err, want)
	}
}

func mustIndex(t *testing.T, n *topology.Network, id string) int {
	t.Helper()
	i, ok := n.Index(id)
	require.True(t, ok, id)
	return i
}

func TestExamplesParse(t *testing.T) {
	files, err := filepath.Glob("../examples/*/scenario.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		_, err := scenario.Load(f)
		require.NoError(t, err)
	}
}

// change replaces a text that must occur in the good scenario.
func change(t testing.TB, from, to string) string {
	t.Helper()
	require.Contains(t, good, from)
	return strings.Replace(good, from, to, 1)
}

func TestKindsAndPresetsMayBeAliases(t *testing.T) {
	text := change(t, "preset: competitive-fps", "preset: &preset competitive-fps")
	text = strings.Replace(text, "  - name: site\n", "  - {name: second, preset: *preset}\n  - name: site\n", 1)
	text = strings.Replace(text, "kind: static", "kind: &kind static", 1)
	text = strings.Replace(text, "  - name: api\n", "  - {name: other, kind: *kind, requests_per_second: 1, objects: 10, sizes: {median: 1KB}}\n  - name: api\n", 1)
	s, err := scenario.Parse("test.yaml", []byte(text))
	require.NoError(t, err)
	require.Equal(t, workload.CompetitiveFPS().Service, s.Workloads[1].Service)
	require.Equal(t, 10, s.Workloads[3].Demand.(workload.Poisson).Objects)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("title: x\nduration: 1m\nnetwork: {}\nworkloads: []\nplacements: []"))
	f.Add([]byte(good + "  - {name: t, extends: region, tiers: [{name: a, sites: pop-lax, size: 1MiB, skip_in_origin_region: true, origins: [us-west-2]}, {name: b}]}\n"))
	f.Add([]byte(good + "  - {name: r, extends: edge, compute: [{sites: us-west-2, workloads: api}, {}], routes: [{role: edge_caches, routing: {pinned: {a: b}}}]}\n"))
	f.Add([]byte("&a [*a]"))
	f.Add([]byte("a: &x {b: *x}"))
	f.Add([]byte("{? [1]: 2}"))
	f.Add([]byte("workloads: [{preset: web-static, name: a, day: [1,2]}]"))
	for _, with := range []string{"weights: {istanbul-tr: 3, Ankara: .nan}", "file: demand.csv", "weights: {istanbul-tr: 3, Istanbul: 1}"} {
		f.Add([]byte("title: x\nduration: 1m\nnetwork: {metros: {" + with + "}, access: {countries: {TR: {fiber: 1}}}}\n" +
			"workloads: [{preset: competitive-fps, name: a, peak_players: 9, access: {lte: 1}, metros: {weights: {istanbul-tr: 1}}}, {preset: web-static, name: b, peak_requests_per_second: 7}]\n" +
			"placements: [{name: r, origin: eu-central-1, compute: eu-central-1}]"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := scenario.Parse("fuzz.yaml", data)
		if err != nil {
			require.Nil(t, s)
			require.Contains(t, err.Error(), "fuzz.yaml")
			return
		}
		require.NoError(t, s.Validate())
	})
}

func TestNamesOfCitiesStandWhereIDsDo(t *testing.T) {
	text := strings.Replace(good, "sites: [pop-lax, pop-den]", "sites: [Los Angeles, pop-den]", 1)
	text = strings.Replace(text, "data: {", "data: {home: boardman, ", 1)
	text = strings.Replace(text, "routing: nearest-distance", "routing: {pinned: {Denver: los angeles, LOS ANGELES: us-west-2}}", 1)
	text = strings.Replace(text, "network:\n", "network:\n  links: [{from: 'metro:Denver', to: 'pop:Denver', one_way: 3ms}]\n", 1)
	text = strings.Replace(text, "dynamic_via_pop: true", "routing: {weighted: {Denver: 1, Los Angeles: 3}}", 1)
	s, err := scenario.Parse("names.yaml", []byte(text))
	require.NoError(t, err)
	require.Equal(t, placement.Pinned{{Metro: "denver-us", Site: "us-west-2-lax-1"}, {Metro: "los-angeles-us", Site: "us-west-2"}}, s.Placements[2].Routing)
	require.Equal(t, placement.Weighted{{Site: "pop-den", Weight: 1}, {Site: "pop-lax", Weight: 3}}, s.Placements[1].Routing)
	require.Equal(t, "us-west-2", s.Workloads[2].DataCalls().Home)
	require.True(t, slices.ContainsFunc(s.Network.Links(), func(l topology.Link) bool {
		return l.From == "denver-us" && l.To == "pop-den" && l.OneWay == 3*time.Millisecond
	}))
}
