package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// The pair of a run is the run of the scenario without what happens, to the bit, and the run itself is as it is alone.
func TestThePairOfARunIsThatWithoutWhatHappens(t *testing.T) {
	n, pops := star(t, 3, 5)
	w := workload.Workload{
		Head: workload.Head{Name: "site"}, Demand: workload.Poisson{RequestsPerSecond: 50, Objects: 100, ZipfExponent: 1}, Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 100, MaxBytes: 100}},
	}
	calm := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 5 * time.Second, Duration: 60 * time.Second, Seed: 1, Timeline: &Steps{Step: time.Second, ByMetro: true, BySite: true}}
	s := calm
	s.Workloads = []workload.Workload{w}
	s.Workloads[0].Flashes = []workload.Flash{{At: 30 * time.Second, For: 5 * time.Second, Factor: 3}}
	s.Failures = []Failure{{Site: pops[0], At: 20 * time.Second, For: 5 * time.Second, Timeout: 10 * time.Millisecond}}
	s.Purges = []Purge{{At: 50 * time.Second}}
	p := placement.RegionOnly("region").WithPoPs(1000, pops...)
	alone, err := Run(context.Background(), Job{Scenario: s, Placement: p, Replication: 2})
	require.NoError(t, err)
	without, err := Run(context.Background(), Job{Scenario: calm, Placement: p, Replication: 2})
	require.NoError(t, err)
	paired := *s.Timeline
	paired.Paired = true
	s.Timeline = &paired
	both, err := Run(context.Background(), Job{Scenario: s, Placement: p, Replication: 2})
	require.NoError(t, err)
	without.Workloads[0].Course.Metros = nil
	requireSameCourse(t, without.Workloads[0].Course, both.Workloads[0].Course.Undisturbed)
	require.NotEqual(t, alone.Workloads[0].Course.sum().Outcomes, without.Workloads[0].Course.sum().Outcomes)
	for i := range both.Workloads[0].Sites {
		requireSameCourse(t, without.Workloads[0].Sites[i].Course, both.Workloads[0].Sites[i].Course.Undisturbed)
		both.Workloads[0].Sites[i].Course.Undisturbed = nil
	}
	// It goes through its encoding, and merges.
	data, err := both.Workloads[0].Course.MarshalBinary()
	require.NoError(t, err)
	var again Course
	require.NoError(t, again.UnmarshalBinary(data))
	requireSameCourse(t, both.Workloads[0].Course, &again)
	require.NoError(t, again.Merge(both.Workloads[0].Course))
	require.Equal(t, 2*without.Workloads[0].Course.sum().Outcomes[Hit], again.Undisturbed.sum().Outcomes[Hit])
	require.ErrorContains(t, again.Merge(alone.Workloads[0].Course), "one has a course without what happens, the other none")
	both.Workloads[0].Course.Undisturbed = nil
	requireSameCourse(t, alone.Workloads[0].Course, both.Workloads[0].Course)
}
