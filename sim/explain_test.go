package sim

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// Whatever a request meets, its steps sum to what it waits for, and it ends as it does when nobody looks.
func TestStepsOfARequestSumToItsTime(t *testing.T) {
	d := workload.Poisson{RequestsPerSecond: 5, Objects: 20, ZipfExponent: .8}
	c := freshness.Control{MaxAge: freshness.For(2 * time.Second), StaleWhileRevalidate: freshness.For(time.Second), Validator: true, Changes: freshness.Changes{Mean: 5 * time.Second}}
	s, aged := agesThroughTiers(t, d, c)
	s.Duration = 12 * time.Second
	s.Failures = []Failure{{Site: "zone", At: 5 * time.Second, For: 2 * time.Second, Timeout: 300 * time.Millisecond}}
	aged = aged.Named("ages")
	queued := aged.Named("queued")
	queued.Sites = slices.Clone(aged.Sites)
	for i := range queued.Sites {
		queued.Sites[i].Servers = 1
	}
	cold := queued.Named("cold connections")
	cold.Upstream.AlwaysOpen = false
	lone := placement.RegionOnly("region").Named("region alone")
	met := make(map[Outcome]bool)
	for _, p := range []placement.Placement{aged, queued, cold, lone} {
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		var all []Sighting
		_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) { all = append(all, *is) })
		require.NoError(t, err)
		slices.SortFunc(all, func(a, b Sighting) int { return int(a.At - b.At) })
		for i, want := range all {
			e, err := plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, i+1)
			require.NoError(t, err)
			require.Equal(t, want, e.Sighting)
			require.Equal(t, i+1, e.Number)
			met[e.Outcome] = true
			if len(e.Steps) == 0 {
				require.Contains(t, []Outcome{Hit, Bypass}, e.Outcome)
				continue
			}
			sum := int64(0)
			for _, step := range e.Steps {
				require.GreaterOrEqual(t, step.Ns, int64(0))
				sum += step.Ns
			}
			require.Equal(t, e.WaitNs, sum, "%s, request %d: %v", p.Name, i+1, e.Steps)
		}
	}
	for _, o := range []Outcome{Hit, Stale, Revalidated, Miss, Bypass} {
		require.True(t, met[o], o.String())
	}
	plans, err := Compile(context.Background(), s, aged)
	require.NoError(t, err)
	_, err = plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, 1000)
	require.ErrorContains(t, err, "request 1000; want 1 to ")
}
