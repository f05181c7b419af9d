package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// crossed compiles a placement and says which events concern it.
func crossed(t testing.TB, s Scenario, p placement.Placement) LinkCrossings {
	t.Helper()
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	return plans[0].LinkCrossings()
}

// Users go to a over x1, and over x2 while x1 - a is down; a asks the region. Nobody takes the ways to b, to the zone or between those.
func TestEventsOfLinksThatNoWayCrossesAreFound(t *testing.T) {
	s := detoured(t, []uint32{0}, 1)
	fails := func(a, b string, at time.Duration) {
		s.LinkFailures = append(s.LinkFailures, LinkFailure{Between: [2]string{a, b}, At: at, For: 10 * time.Second, Convergence: time.Second})
	}
	fails("a", "x1", 10*time.Second)
	fails("metro", "x2", 10*time.Second) // as long as nobody goes over x2, but who would if this were up
	fails("x2", "a", 30*time.Second)
	fails("region", "a", 30*time.Second)
	fails("a", "b", 35*time.Second) // over which the way to the region leads then
	fails("region", "metro", 20*time.Second)
	slow := func(a, b string, at time.Duration) {
		s.LinkImpairments = append(s.LinkImpairments, LinkImpairment{Between: [2]string{a, b}, At: at, For: time.Second, Adds: time.Millisecond})
	}
	slow("x1", "metro", 5*time.Second)
	slow("x1", "metro", 15*time.Second) // when all go to b
	slow("b", "metro", 15*time.Second)
	slow("b", "region", 25*time.Second)
	slow("zone", "region", 25*time.Second)
	found := crossed(t, s, cachesAt("a", "b"))
	require.Equal(t, []bool{true, true, false, true, true, false}, found.Failures)
	require.Equal(t, []bool{true, false, true, false, false}, found.Impairments)
	require.Equal(t, map[string][]string{
		"a": {"b", "region", "x1"}, "b": {"a", "metro", "region"}, "metro": {"b", "x1"}, "region": {"a", "b"}, "x1": {"a", "metro"}, "x2": {}, "zone": {},
	}, found.Joined)
	s.LinkFailures[4].At = 45 * time.Second
	require.False(t, crossed(t, s, cachesAt("a", "b")).Failures[4])
	// Where the region serves all, the way of its users alone counts.
	found = crossed(t, s, placement.RegionOnly("region"))
	require.Equal(t, []bool{false, false, false, false, false, true}, found.Failures)
	require.Equal(t, make([]bool, 5), found.Impairments)
	require.Equal(t, LinkCrossings{}, crossed(t, detoured(t, []uint32{0}, 1), cachesAt("a")), "there are none")
}

// Calls for data go to a home that no placement has as a site, and to a backup while that may not answer.
func TestCallsForDataCrossLinks(t *testing.T) {
	s := detoured(t, []uint32{0}, 1)
	s.Workloads[0].Service = workload.Computed{Data: workload.DataCalls{Home: "b", Calls: 1, Probability: 1, Service: workload.ServiceTime{Mean: time.Millisecond}}}
	for _, l := range [][2]string{{"zone", "b"}, {"zone", "region"}} {
		s.LinkFailures = append(s.LinkFailures, LinkFailure{Between: l, At: time.Second, For: 10 * time.Second, Convergence: time.Second})
	}
	p := placement.Placement{Name: "at the zone", Sites: []placement.Assignment{{Site: "zone", Role: placement.Compute}, {Site: "region", Role: placement.Compute, Backup: true}}}
	// Around zone - b the way leads over the region.
	require.Equal(t, []bool{true, true}, crossed(t, s, p).Failures)
	s.LinkFailures[1].At = 30 * time.Second
	require.Equal(t, []bool{true, false}, crossed(t, s, p).Failures)
	s.Failures = []Failure{{Site: "b", At: 30 * time.Second, For: 5 * time.Second}}
	require.Equal(t, []bool{true, true}, crossed(t, s, p).Failures, "the backup is asked")
}

// Users of a metro in which nobody lives take no way.
func TestNobodyCrossesNoLink(t *testing.T) {
	s := detoured(t, []uint32{0}, 1)
	links := append(both("other", "x2", topology.Internet, 1), both("other", "region", topology.Internet, 9)...)
	n, err := topology.New(append(s.Network.AllNodes(), topology.Node{ID: "other", Kind: topology.Metro}), append(s.Network.Links(), links...))
	require.NoError(t, err)
	s.Network = n
	s.LinkFailures = []LinkFailure{{Between: [2]string{"other", "x2"}, At: time.Second, For: 10 * time.Second}}
	require.Equal(t, []bool{false}, crossed(t, s, cachesAt("a")).Failures)
}
