package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// PoP a is 3 ms from the users and 25 ms from the origin, whose 7 ms of work take 21 ms on what reaches it from 10 s to 20 s: what is asked for from
// 9.972 s on, before 19.972 s. One server is asked for two objects at once, and works on the second afterwards.
func TestSlowOriginsWorkAsMuchLongerAsTheyShould(t *testing.T) {
	w := oneObject()
	w.Client.NewShare, w.Client.BitsPerSecond = 0, 0
	w.Demand = timed{
		at: []time.Duration{
			9971999999, 9972 * time.Millisecond, 12 * time.Second, 15 * time.Second, 15 * time.Second, 19971999999, 19972 * time.Millisecond,
		},
		object: []uint32{0, 1, 0, 2, 3, 4, 5},
	}
	s := Scenario{
		Network: threePoPs(t, 1), Workloads: []workload.Workload{w}, Duration: 40 * time.Second, Seed: 4,
		Slowdowns: []Slowdown{{Site: "region", At: 10 * time.Second, For: 10 * time.Second, Factor: 3}},
	}
	want := `9.971999999s MISS 63ms, propagation 6ms, service 7ms, upstream 50ms
9.972s MISS 77ms, propagation 6ms, service 21ms, upstream 50ms
12s HIT 6ms, propagation 6ms
15s MISS 77ms, propagation 6ms, service 21ms, upstream 50ms
15s MISS 77ms, propagation 6ms, service 21ms, upstream 50ms
19.971999999s MISS 77ms, propagation 6ms, service 21ms, upstream 50ms
19.972s MISS 63ms, propagation 6ms, service 7ms, upstream 50ms
`
	p := popABC(placement.NearestRTT{})
	require.Equal(t, want, inOrder(journeys(t, s, p)))
	p.Sites[0].Servers = 1 // the region's, as an origin
	second := "15s MISS 77ms, propagation 6ms, service 21ms, upstream 50ms\n"
	queued := strings.NewReplacer(second+second, second+"15s MISS 98ms, propagation 6ms, queue 21ms, service 21ms, upstream 50ms\n",
		"9.972s MISS 77ms, propagation 6ms,", "9.972s MISS 83.999999ms, propagation 6ms, queue 6.999999ms,", // it comes 1 ns after the one before
		"19.972s MISS 63ms, propagation 6ms,", "19.972s MISS 83.999999ms, propagation 6ms, queue 20.999999ms,").Replace(want)
	require.Equal(t, placement.Origin, p.Sites[0].Role)
	require.Equal(t, queued, inOrder(journeys(t, s, p)))

	// Users who enter at the origin itself, 40 ms away, meet it as slow.
	got := journeys(t, s, placement.RegionOnly("region"))
	require.Contains(t, got, "9.972s BYPASS 101ms, propagation 80ms, service 21ms\n")
	require.Contains(t, got, "19.972s BYPASS 87ms, propagation 80ms, service 7ms\n")
}

// A Local Zone 5 ms from the users computes for 4 ms and makes two calls, one after the other, 2 ms of work each, to its parent 11 ms away. Where the parent
// is slow by 10 a call takes 42 ms in place of 24; where the zone is, its own work takes 40 ms.
func TestSlowComputersAndHomesOfDataWorkAsMuchLongerAsTheyShould(t *testing.T) {
	of := func(site string, servers int) string {
		s := withData(t, workload.DataCalls{Calls: 2})
		s.Slowdowns = []Slowdown{{Site: site, At: 100 * time.Second, For: 200 * time.Second, Factor: 10}}
		p := computedAt("zone").With(placement.Assignment{Site: "west", Role: placement.Compute, Backup: true, Servers: servers})
		var at []string
		for _, line := range strings.Split(inOrder(journeys(t, s, p)), "\n") {
			if line == "" {
				continue
			}
			when, rest, _ := strings.Cut(line, " ")
			d, err := time.ParseDuration(when)
			require.NoError(t, err)
			if d < 99*time.Second || d > 301*time.Second {
				require.Equal(t, "BYPASS 62ms, propagation 10ms, service 8ms, upstream 44ms", rest)
			} else if d > 101*time.Second && d < 299*time.Second {
				at = append(at, rest)
			}
		}
		require.NotEmpty(t, at)
		for _, one := range at {
			require.Equal(t, at[0], one, "they come one by one")
		}
		return at[0]
	}
	require.Equal(t, "BYPASS 98ms, propagation 10ms, service 44ms, upstream 44ms", of("west", 0))
	require.Equal(t, "BYPASS 98ms, propagation 10ms, service 44ms, upstream 44ms", of("west", 1000), "by message")
	require.Equal(t, "BYPASS 98ms, propagation 10ms, service 44ms, upstream 44ms", of("zone", 0))
}

func TestSlowdownsThatCannotBeAreNamed(t *testing.T) {
	for want, d := range map[string]Slowdown{
		"Slowdowns[0].Site is moon; want a site":        {Site: "moon", For: 1, Factor: 2},
		"Slowdowns[0].For is 0s; want 1ns":              {Site: "region", Factor: 2},
		"Slowdowns[0].At is -1ns; want 0s":              {Site: "region", At: -1, For: 1, Factor: 2},
		"Slowdowns[0].Factor is 0; want more than 1":    {Site: "region", For: 1},
		"Slowdowns[0].Factor is 1001; want more than 1": {Site: "region", For: 1, Factor: 1001},
	} {
		s := Scenario{Network: threePoPs(t, 1), Workloads: []workload.Workload{oneObject()}, Duration: 1, Slowdowns: []Slowdown{d}}
		require.ErrorContains(t, s.Validate(), want)
	}
	s := Scenario{Network: threePoPs(t, 1), Workloads: []workload.Workload{oneObject()}, Duration: 1}
	s.Slowdowns = []Slowdown{{Site: "region", At: 5, For: 5, Factor: 2}, {Site: "region", At: 9, For: 5, Factor: 3}}
	require.ErrorContains(t, s.Validate(), `Slowdowns[1].At is 9ns; want an instant at which "region" is as fast as ever`)
}
