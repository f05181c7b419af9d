package sim

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// What a middle serves since its fetch has failed is stale at the edge, too, whatever it is confirmed by: the way there and back, 72 ms, and the
// timeout of the middle.
func TestWhatAnUpperTierServesSinceItsFetchFailedIsStale(t *testing.T) {
	c := freshness.Control{MaxAge: freshness.For(2 * time.Second), StaleIfError: freshness.For(10 * time.Second), Validator: true}
	s, p := agesThroughTiers(t, askedAt(0, 5, 7), c)
	p.Tiers[0].Freshness, p.Tiers[1].Freshness = &freshness.Rules{}, &freshness.Rules{}
	s.Failures = []Failure{{Site: "region", At: 3 * time.Second, For: 20 * time.Second, Timeout: time.Second}}
	const want = `0s MISS 150ms, propagation 6ms, service 50ms, upstream 94ms
5s STALE 1.078s, propagation 6ms, upstream 72ms, timeout 1s
7s STALE 1.078s, propagation 6ms, upstream 72ms, timeout 1s
`
	require.Equal(t, want, journeys(t, s, p))
	r := runOf(t, s, p)
	total, err := r.Workloads[0].Total()
	require.NoError(t, err)
	require.EqualValues(t, 2, total.Count(StaleAnswers), "the age of what the middle holds comes along")
	require.EqualValues(t, 2, total.Count(StaleWaited))
	require.EqualValues(t, 2, r.Workloads[0].Tiers[1].Count(TierHits), "it serves what it holds")

	// By an error the wait is the origin's work, and an edge that has nothing gets the object: a miss of what is stale.
	s.Failures, s.OriginErrors = nil, []OriginErrors{{Site: "region", At: 3 * time.Second, For: 20 * time.Second}}
	require.Equal(t, `0s MISS 150ms, propagation 6ms, service 50ms, upstream 94ms
5s STALE 150ms, propagation 6ms, service 50ms, upstream 94ms
7s STALE 150ms, propagation 6ms, service 50ms, upstream 94ms
`, journeys(t, s, p))
	s.OriginErrors[0].At = time.Second
	d := timed{at: []time.Duration{0, 500 * time.Millisecond, 5 * time.Second}, object: []uint32{0, 1, 0}}
	s.Workloads[0].Demand, p.Tiers[0].Caches[0].CapacityBytes = d, 1500 // the second object pushes the first out
	require.Equal(t, `0s MISS 150ms, propagation 6ms, service 50ms, upstream 94ms
500ms MISS 150ms, propagation 6ms, service 50ms, upstream 94ms
5s MISS 150ms, propagation 6ms, service 50ms, upstream 94ms
`, journeys(t, s, p))
	total, err = runOf(t, s, p).Workloads[0].Total()
	require.NoError(t, err)
	require.EqualValues(t, 1, total.Count(StaleAnswers))
}

// A miss whose fetch joins another at the middle waits there for that: the first is in the middle at 39 ms and its answer at 111 ms, the second
// at 49 ms.
func TestTheWaitForTheFetchOfAnotherIsACauseAtEveryTier(t *testing.T) {
	s, p := agesThroughTiers(t, askedAt(0, .01), freshness.Control{MaxAge: freshness.For(time.Hour)})
	p.Tiers[0].Freshness.Collapse = freshness.CollapseNone
	require.Equal(t, `0s MISS 150ms, propagation 6ms, service 50ms, upstream 94ms
10ms MISS 140ms, propagation 6ms, upstream 72ms, collapse wait 62ms
`, journeys(t, s, p))
	// So it is where nothing ages: from a second PoP, as far away.
	for _, ages := range []bool{false, true} {
		var links []topology.Link
		for _, l := range []struct {
			from, to string
			ms       float64
		}{{"pop", "mid", 10}, {"mid", "shield", 20}, {"shield", "region", 40}} {
			links = append(links, both(l.from, l.to, topology.Backbone, l.ms)...)
		}
		links = append(links, both("second", "mid", topology.Backbone, 15)...)
		links = append(links, both("metro", "pop", topology.Internet, 3)...)
		links = append(links, both("town", "second", topology.Internet, 3)...)
		for _, to := range []string{"pop", "second", "mid", "shield", "region"} {
			for _, from := range []string{"metro", "town"} {
				if from == "metro" && to != "pop" || from == "town" && to != "second" {
					links = append(links, both(from, to, topology.Internet, 90)...)
				}
			}
		}
		n, err := topology.New([]topology.Node{
			{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "town", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "second", Kind: topology.PoP},
			{ID: "mid", Kind: topology.RegionalEdgeCache}, {ID: "shield", Kind: topology.RegionalEdgeCache}, {ID: "region", Kind: topology.Region},
		}, links)
		require.NoError(t, err)
		s.Network = n
		s.Workloads[0].Demand = askedAt(0)
		service := s.Workloads[0].Service.(workload.Cacheable)
		if !ages {
			service.Controls = nil
		}
		s.Workloads[0].Service = service
		p := placement.RegionOnly("region").WithPoPs(1<<30, "pop", "second").WithMidTier(1<<30, "mid").WithUpstream(open).Named("tiers")
		if ages {
			p.Tiers[0].Freshness = &freshness.Rules{}
		}
		// Both ask at once. The fetch of the first is in the middle at 13 ms, its answer at 183 ms; the second is there at 18 ms.
		require.Equal(t, `0s MISS 196ms, propagation 6ms, service 50ms, upstream 140ms
0s MISS 201ms, propagation 6ms, upstream 30ms, collapse wait 165ms
`, journeys(t, s, p))
	}
}

// What an answer has been waited for in vain is told beside all else that it says.
func TestAnswersTellWhatWasWaitedForInVain(t *testing.T) {
	m := message{says: [2]int64{1<<40 + 3, 1<<41 + 5}, service: 1<<42 + 7}
	m.addWaits(true, 1<<47+9)
	var f flight
	f.asked = 100
	f.waitedAbove(&m)
	require.True(t, f.joined)
	require.EqualValues(t, 1<<47+9, f.waitedInVain(100, unknown))
	require.Equal(t, reply{1<<40 + 3, 1<<41 + 5}, m.reply())
	require.EqualValues(t, 1<<42+7, m.service)
	m.says[0] = 1 << 48 // no room: it all counts as the way
	m.addWaits(false, 5)
	require.Zero(t, m.takeInVain())
	require.EqualValues(t, 1<<48, m.says[0])
}

// What is told of a request step by step names what stands in for a fetch that has failed, and whose fetch is waited for.
func TestStepsTellWhatStandsInAndWhoIsWaitedFor(t *testing.T) {
	steps := func(s Scenario, p placement.Placement, number int) (text string) {
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		e, err := plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, number)
		require.NoError(t, err)
		for _, step := range e.Steps {
			text += fmt.Sprintf("%v %s: %s\n", time.Duration(step.Ns), step.Site, step.Text)
		}
		return text
	}
	c := freshness.Control{MaxAge: freshness.For(2 * time.Second), StaleIfError: freshness.For(10 * time.Second), Validator: true}
	s, p := agesThroughTiers(t, askedAt(0, 5, 5.01), c)
	p.Tiers[0].Freshness, p.Tiers[1].Freshness = &freshness.Rules{}, &freshness.Rules{}
	s.Failures = []Failure{{Site: "region", At: 3 * time.Second, For: 20 * time.Second, Timeout: time.Second}}
	require.Equal(t, `0s pop: edge-cache: holds it, 5s old, stale by 3s: not served before it is confirmed or fetched anew, or that fails
36ms zone: on the way from pop, which asks whether it has changed
0s zone: middle: holds it, 5s old, stale by 3s: not served before it is confirmed or fetched anew, or that fails
11ms region: on the way from zone, which asks whether it has changed
989ms zone: no answer until the timeout
0s zone: middle: serves what it holds, since that has failed
36ms pop: on the way back from zone, not modified (304), by what is stale there
`, steps(s, p, 2))
	require.Equal(t, `0s pop: edge-cache: holds it, 5.01s old, stale by 3.01s: not served before it is confirmed or fetched anew, or that fails; another request has begun to fetch it, and it waits for that
1.062s : until its first byte is there
`, steps(s, p, 3))
}
