package sim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// stepsOf returns the steps of a request by its number, in words, which must sum to what they explain.
func stepsOf(t *testing.T, s Scenario, p placement.Placement, number int) string {
	t.Helper()
	plans, err := Compile(t.Context(), s, p)
	require.NoError(t, err)
	e, err := plans[0].Explain(t.Context(), 0, 0, 0, ByNumber, number)
	require.NoError(t, err)
	var b strings.Builder
	sum := int64(0)
	fmt.Fprintf(&b, "%v at %s\n", e.Outcome, e.Site)
	for _, step := range slices.Concat(e.Tried, e.Steps) {
		site := step.Site
		if site != "" {
			site += ": "
		}
		fmt.Fprintf(&b, "%v %s%s\n", time.Duration(step.Ns), site, step.Text)
		sum += step.Ns
	}
	require.Equal(t, e.WaitNs, sum, b.String())
	return b.String()
}

// The zone is down from 10 s on, which is noticed 2 s later. Its one server works for 1 ms on each that comes before, and takes no second.
func TestEachTryIsExplained(t *testing.T) {
	patience := workload.Patience{Timeout: 500 * time.Millisecond, Retries: 2, Backoff: 100 * time.Millisecond, At: workload.NextSite}
	s, p := patientlyAt(t, patience, 1, 1.0005, 11.9)
	s.Workloads[0].Client.NewShare = 1
	p.Sites[2].Pools = []placement.Pool{{Servers: 1, Queue: placement.AtMost(0)}}
	s.Failures = []Failure{{Site: "zone", At: 10 * time.Second, For: 40 * time.Second, Detection: 2 * time.Second}}
	require.Equal(t, "BYPASS at zone\n1ms zone: works on it\n", stepsOf(t, s, p, 1))
	// The word that there is no room is there 10 ms after it was asked, the connection took 20.
	require.Equal(t, `BYPASS at region
20ms zone: a new connection, which the client leaves later
10ms zone: try 1: rejected, queue full
100ms the client waits before it asks again
0s region: asked again
1ms region: works on it
`, stepsOf(t, s, p, 2))
	require.Equal(t, `BYPASS at region
500ms zone: try 1: no answer until the timeout, site down
100ms the client waits before it asks again
0s region: asked again
1ms region: works on it
`, stepsOf(t, s, p, 3))
	s.Failures = append(s.Failures, Failure{Site: "region", At: 10 * time.Second, For: 40 * time.Second, Detection: time.Minute})
	require.Equal(t, `ERROR at region
500ms zone: try 1: no answer until the timeout, site down
100ms the client waits before it asks again
500ms region: try 2: no answer until the timeout, site down
100ms the client waits before it asks again
500ms region: try 3: no answer until the timeout, site down
`, stepsOf(t, s, p, 3))

	// Who gives up 9 ms after asking the zone, a round trip of 10 ms away, asks the region 10 ms after asking the zone.
	s, p = patientlyAt(t, workload.Patience{Timeout: 9 * time.Millisecond, Retries: 1, At: workload.NextSite}, 1)
	require.Equal(t, `ERROR at region
9ms zone: try 1: no answer until the timeout
1ms the client waits until there could be an answer
160ms region: a new connection
9ms region: try 2: no answer until the timeout
`, stepsOf(t, s, p, 1))
}

// A cache goes on with the fetch of a client who has given up; who asks again joins it.
func TestATryThatJoinsItsOwnFetchIsExplained(t *testing.T) {
	s := detoured(t, []uint32{0}, 1)
	s.Workloads = []workload.Workload{workload.Change(s.Workloads[0], func(c *workload.Cacheable) {
		c.Patience = workload.Patience{Timeout: 50 * time.Millisecond, Retries: 2, Backoff: 10 * time.Millisecond}
	})}
	// 7 ms of work and 50 ms on the way.
	require.Equal(t, `HIT at a
50ms a: try 1: no answer until the timeout
10ms the client waits before it asks again
0s a: asked again
0s a: edge-cache: has it
`, stepsOf(t, s, cachesAt("a"), 1))
}

// In a storm of retries between two sites whose servers share themselves, or not, the steps of each request sum to its time, and none is less than nothing.
func TestStepsOfRequestsThatAreAskedAgainSumToTheirTimes(t *testing.T) {
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		pool := placement.Pool{Servers: 1, Queue: placement.AtMost(6), Discipline: d}
		s, p := spillWorld(t, pool, pool, workload.ServiceTime{Mean: 20 * time.Millisecond, Law: workload.ExponentialTime}, 1.9)
		s = patient(s, workload.Patience{Timeout: 150 * time.Millisecond, Retries: 3, Backoff: 20 * time.Millisecond, Jitter: .5, At: workload.NextSite})
		s.Duration = 2 * time.Second
		s.Failures = []Failure{{Site: "zone", At: time.Second, For: 300 * time.Millisecond}}
		plans, err := Compile(t.Context(), s, p)
		require.NoError(t, err)
		again, over := 0, 0
		for number := 20; number < 150; number += 5 {
			e, err := plans[0].Explain(t.Context(), 0, 0, 0, ByNumber, number)
			require.NoError(t, err)
			sum := int64(0)
			steps := slices.Concat(e.Tried, e.Steps)
			for _, step := range steps {
				require.GreaterOrEqual(t, step.Ns, int64(0), "%+v", steps)
				require.NotContains(t, step.Text, "calls for data")
				sum += step.Ns
			}
			require.Equal(t, e.WaitNs, sum, "request %d: %v %v", number, e.Outcome, steps)
			require.Equal(t, e.Tries > 1, len(e.Tried) > 0)
			if e.Tries > 1 {
				again++
				if e.Outcome.IsFailure() {
					over++
				}
			}
		}
		require.Positive(t, again-over)
		require.Positive(t, over)
	}
}
