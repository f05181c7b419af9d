package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// Servers of a site that opens at 100 s and closes at 300 s of 400 s, by hand. Two requests a second, at 100 ms and 600 ms, take 600 ms each of two servers, 5 ms away: 400 of them
// are 240 s of work. The last comes at 299.605 s, and until it ends at 300.205 s the servers are there. Both work for 100 ms of every 500 ms, the first time from 100.605 s on: 399 times.
func TestServersAreThereWhileTheirSiteIsOpen(t *testing.T) {
	nodes := []topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "zone", Kind: topology.Region}, {ID: "region", Kind: topology.Region}}
	links := append(topology.Link{From: "metro", To: "zone", Kind: topology.Internet, OneWay: 5 * time.Millisecond}.Both(),
		topology.Link{From: "metro", To: "region", Kind: topology.Internet, OneWay: 40 * time.Millisecond}.Both()...)
	links = append(links, topology.Link{From: "zone", To: "region", Kind: topology.Backbone, OneWay: 30 * time.Millisecond}.Both()...)
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	constant := workload.Workload{Head: workload.Head{Name: "api"}, Demand: clockwork{objects: 1}, Service: workload.Computed{Work: workload.ServiceTime{Mean: 600 * time.Millisecond, Law: workload.ConstantTime}}}
	s := Scenario{Network: n, Workloads: []workload.Workload{constant}, Duration: 400 * time.Second, Seed: 1, Timeline: &Steps{Step: 50 * time.Second, BySite: true}}
	scaled := placement.Pool{Servers: 2, Scale: placement.Scale{Most: 3, Target: 0.99}}
	for name, zone := range map[string]placement.Assignment{
		"servers of its own": {Site: "zone", Role: placement.Compute, Servers: 2},
		"a pool":             {Site: "zone", Role: placement.Compute, Pools: []placement.Pool{{Servers: 2}}},
		"shared":             {Site: "zone", Role: placement.Compute, Pools: []placement.Pool{{Servers: 2, Discipline: placement.SharedProcessor}}},
		"that might be more": {Site: "zone", Role: placement.Compute, Pools: []placement.Pool{scaled}},
	} {
		t.Run(name, func(t *testing.T) {
			p := placement.Placement{
				Name: "zone", Sites: []placement.Assignment{zone, {Site: "region", Role: placement.Compute}}, Routing: placement.NearestRTT{},
				Openings: []placement.Opening{{Site: "zone", At: 100 * time.Second, Closes: 300 * time.Second}},
			}
			r := runOne(t, s, p)
			at := &r.Workloads[0].Sites[r.site("zone")]
			require.EqualValues(t, 240_000_000, at.Count(BusyUs))
			require.EqualValues(t, 199_795_000, at.Count(AwayUs))
			require.EqualValues(t, 39_900_000, at.Count(FullUs))
			servers := uint64(2 * 200_205_000)
			if zone.Pools != nil && zone.Pools[0].Scale.Is() { // once closed there is the one that works on, for 205 ms
				servers = 2*200_000_000 + 205_000
			}
			require.EqualValues(t, servers, at.Count(ServerUs))
			for k, step := range at.Course.Steps() {
				require.Equal(t, k >= 2 && k <= 6, step.ServerUs > 0, "step %d", k)
			}
			require.Zero(t, at.Count(RentedUs))
		})
	}
	always := placement.Placement{Name: "zone", Sites: []placement.Assignment{{Site: "zone", Role: placement.Compute, Servers: 2}}, Routing: placement.NearestRTT{}}
	at := &runOne(t, s, always).Workloads[0].Sites[0]
	require.EqualValues(t, 800_000_000, at.Count(ServerUs))
	require.Zero(t, at.Count(AwayUs))
}
