package sim

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// onWays says what events of links did to the ways of the requests of a placement, one a line.
func onWays(t testing.TB, s Scenario, p placement.Placement, requests int) string {
	t.Helper()
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	var b strings.Builder
	for number := range requests {
		e, err := plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, number+1)
		require.NoError(t, err)
		fmt.Fprintf(&b, "%v %v", time.Duration(e.At), e.Outcome)
		for _, l := range e.Links {
			what := [...]string{"around", "lost on", "over"}[l.What]
			between := [2]string{}
			if l.Failure != nil {
				between = l.Failure.Between
			} else {
				between = l.Impairment.Between
			}
			fmt.Fprintf(&b, "; %s: %s %s-%s", strings.Join(l.Path, " "), what, between[0], between[1])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestTheWayAroundAFailedLinkIsTold(t *testing.T) {
	s := detoured(t, []uint32{0, 0, 0, 0, 0, 1, 2, 3, 4}, 1, 9.9951, 11, 13, 22, 29.99, 33, 43, 51)
	s.LinkFailures = []LinkFailure{
		{Between: [2]string{"a", "x1"}, At: 10 * time.Second, For: 10 * time.Second, Convergence: 2 * time.Second, Timeout: 1500 * time.Millisecond},
		{Between: [2]string{"a", "region"}, At: 30 * time.Second, For: 10 * time.Second, Convergence: 3 * time.Second, Timeout: time.Second},
	}
	s.LinkImpairments = []LinkImpairment{{Between: [2]string{"a", "region"}, At: 50 * time.Second, For: 5 * time.Second, Adds: time.Millisecond}}
	require.Equal(t, `1s MISS
9.9951s ERROR; metro x1 a: lost on a-x1
11s ERROR; metro x1 a: lost on a-x1
13s HIT; metro x2 a: around a-x1
22s HIT
29.99s ERROR; a region: lost on a-region
33s MISS; a b region: around a-region
43s MISS
51s MISS; a region: over a-region
`, onWays(t, s, cachesAt("a"), 9))

	// The calls of a computer for data.
	s = detoured(t, []uint32{0, 0, 0}, 1, 12, 32)
	s.LinkFailures = []LinkFailure{{Between: [2]string{"region", "zone"}, At: 10 * time.Second, For: 10 * time.Second, Convergence: time.Second, Timeout: time.Second}}
	s.Workloads[0].Service = workload.Computed{Data: workload.DataCalls{Home: "region", Calls: 2, Probability: 1, Service: workload.ServiceTime{Mean: time.Millisecond}}}
	require.Equal(t, `1s BYPASS
12s BYPASS; zone b region: around region-zone
32s BYPASS
`, onWays(t, s, placement.Placement{Name: "at the zone", Sites: []placement.Assignment{{Site: "zone", Role: placement.Compute}}}, 3))
}

// A request that is passed on is told from one that calls for data, step by step, and nobody who looks changes how it ends.
func TestARequestThatIsPassedOnIsExplained(t *testing.T) {
	s, p := spillWorld(t, placement.Pool{Servers: 1, Queue: placement.AtMost(0), Spill: toNearest()}, placement.Pool{Servers: 1, Queue: placement.AtMost(1)},
		workload.ServiceTime{Mean: 20 * time.Millisecond}, 1.2)
	s.Duration = 3 * time.Second
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	var all []Sighting
	_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) { all = append(all, *is) })
	require.NoError(t, err)
	passed, rejected := 0, 0
	for i := range all {
		e, err := plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, i+1)
		require.NoError(t, err)
		if !strings.HasPrefix(e.Steps[0].Text, "has no room") {
			require.Zero(t, e.Causes[Upstream])
			continue
		}
		sum := int64(0)
		var texts []string
		for _, step := range e.Steps {
			sum += step.Ns
			texts = append(texts, fmt.Sprintf("%v %s %s", time.Duration(step.Ns), step.Site, step.Text))
		}
		text := strings.Join(texts, "; ")
		require.Equal(t, e.WaitNs, sum, text)
		require.True(t, strings.HasPrefix(text, "0s zone has no room for it: "), text)
		require.Contains(t, text, "11ms region on the way from zone, which passes it on")
		if e.Outcome == Bypass {
			passed++
			require.Contains(t, text, "20ms region works on it; 11ms zone on the way back from region, with the answer")
		} else {
			rejected++
			require.Contains(t, text, "11ms zone on the way back from region, with the word that it has no room either")
		}
	}
	require.Greater(t, passed, 10)
	require.Greater(t, rejected, 3)
}
