package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// gameAndAPI is a game and an API over [fourNodes], both at no cost but the way.
func gameAndAPI(t testing.TB) Scenario {
	t.Helper()
	game := workload.Workload{
		Head:    workload.Head{Name: "game"},
		Demand:  workload.Sessions{ConcurrentPlayers: 5, Length: workload.Weibull{Shape: 1, Scale: time.Hour}},
		Service: workload.Matched{MatchPlayers: 1, MatchLength: 10 * time.Hour, TickHz: 10},
	}
	api := workload.Workload{
		Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: 5}, Service: workload.Computed{ResponseBytes: 1},
	}
	return Scenario{
		Network: fourNodes(t), Workloads: []workload.Workload{api, game}, Duration: 20 * time.Second, Seed: 1,
	}
}

func TestEveryWorkloadHasItsSitesAndItsWayIn(t *testing.T) {
	s := gameAndAPI(t)
	region := placement.RegionOnly("region")
	zone := func(workloads ...string) placement.Assignment {
		return placement.Assignment{Site: "zone", Role: placement.Compute, Workloads: workloads}
	}
	pops := region.WithPoPs(1<<20, "pop").WithUpstream(open)
	routed := func(p placement.Placement, routes ...placement.Route) placement.Placement {
		p.Routes = routes
		return p
	}
	for _, c := range []struct {
		name      string
		p         placement.Placement
		api, game int64 // round trips
	}{
		{"all in the region", region, 80 * ms, 80 * ms},
		{"the game in the zone", region.With(zone("game")), 80 * ms, 10 * ms},
		{"the API in the zone", region.With(zone("api")), 10 * ms, 80 * ms},
		{"both in the zone", region.With(zone()), 10 * ms, 10 * ms},
		{"requests via the PoP", pops.ViaPoP(), 56 * ms, 80 * ms},
		{"the game via the PoP", routed(pops, placement.Route{Workloads: []string{"game"}, ViaPoP: true}), 80 * ms, 56 * ms},
		{"both via the PoP, by name", routed(pops, placement.Route{Workloads: []string{"game", "api"}, ViaPoP: true}), 56 * ms, 56 * ms},
		{"the API direct, by name", routed(pops, placement.Route{Workloads: []string{"api"}}).ViaPoP(), 80 * ms, 80 * ms},
		{"the API pinned to the region", routed(region.With(zone()),
			placement.Route{Workloads: []string{"api"}, Routing: placement.Pinned{{Metro: "metro", Site: "region"}}}), 80 * ms, 10 * ms},
		{"all that computes by weight", routed(region.With(zone()),
			placement.Route{Role: placement.Compute, Routing: placement.Weighted{{Site: "region", Weight: 1}}}), 80 * ms, 80 * ms},
		{"a rule of the role stands for a route without", routed(region.With(zone()).WithPoPs(1<<20, "pop").WithUpstream(open),
			placement.Route{Workloads: []string{"api"}, ViaPoP: true},
			placement.Route{Role: placement.Compute, Routing: placement.Weighted{{Site: "region", Weight: 1}}}), 56 * ms, 80 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := runOne(t, s, c.p)
			requireLatency(t, &r.Workloads[0].Metros[0], TTFB, c.api, c.api)
			requireLatency(t, &r.Workloads[1].Metros[0], RTT, c.game, c.game)
		})
	}
}

func TestPlacementsAreRefusedForWhatTheySayOfWorkloads(t *testing.T) {
	s := gameAndAPI(t)
	s.Workloads = append(s.Workloads, oneObject())
	region := placement.RegionOnly("region").WithPoPs(1<<20, "pop")
	route := func(r placement.Route) placement.Placement {
		p := region
		p.Routes = []placement.Route{r}
		return p
	}
	api := region
	api.Sites = []placement.Assignment{{Site: "region", Role: placement.Origin}, {Site: "region", Role: placement.Compute, Workloads: []string{"api"}}}
	for want, p := range map[string]placement.Placement{
		`no site has the role "compute" for workload "game"`:                 api,
		"Sites[2].Workloads[0] is site; want a workload that needs the ":     region.With(placement.Assignment{Site: "zone", Role: placement.Compute, Workloads: []string{"site"}}),
		"Routes[0].Workloads[0] is web; want a workload of the scenario":     route(placement.Route{Workloads: []string{"web"}, ViaPoP: true}),
		`Routes[0].ViaPoP is true; want false: the users of workload "site"`: route(placement.Route{Workloads: []string{"site"}, ViaPoP: true}),
		`Routes[0].Routing[0].Site is pop; want a site with the role "compu`: route(placement.Route{Workloads: []string{"api"}, Routing: placement.Weighted{{Site: "pop", Weight: 1}}}),
		`Routes[0].Routing[0].Site is region; want a site with the role "ed`: route(placement.Route{Workloads: []string{"site"}, Routing: placement.Weighted{{Site: "region", Weight: 1}}}),
	} {
		require.ErrorContains(t, s.ValidatePlacement(p), want)
	}
	s.Failures = []Failure{{Site: "pop", At: time.Second, For: time.Second}}
	require.ErrorContains(t, s.ValidatePlacement(route(placement.Route{Workloads: []string{"game"}, ViaPoP: true})), "false: a game cannot go via a site that fails (pop)")
	require.NoError(t, s.ValidatePlacement(region.ViaPoP()), "requests can")
}

func TestARuleForTheEdgeLeavesWhoComputesUnicast(t *testing.T) {
	s := gameAndAPI(t)
	p := placement.RegionOnly("region").WithLocalZones("zone").WithPoPs(1<<20, "pop")
	all := placement.Anycast{Misdirected: placement.FractionOf(1)}
	for _, c := range []struct {
		name   string
		rule   placement.Routing
		routes []placement.Route
		rtt    int64
	}{
		{"anycast", all, nil, 10 * ms},
		{"anycast for who computes, too", all, []placement.Route{{Role: placement.Compute, Routing: all}}, 80 * ms},
		{"weights of the edge alone", placement.Weighted{{Site: "pop", Weight: 1}}, nil, 10 * ms},
		{"a weight of a site that computes", placement.Weighted{{Site: "pop", Weight: 1}, {Site: "region", Weight: 1}}, nil, 80 * ms},
		{"a pin to a site that computes", placement.Pinned{{Metro: "metro", Site: "region"}}, nil, 80 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := p
			p.Routing, p.Routes = c.rule, c.routes
			r := runOne(t, s, p)
			requireLatency(t, &r.Workloads[0].Metros[0], TTFB, c.rtt, c.rtt)
			requireLatency(t, &r.Workloads[1].Metros[0], RTT, c.rtt, c.rtt)
		})
	}
}
