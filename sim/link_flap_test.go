package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
)

// The link x1 - a is down for 2 s from 10 s, 15 s and 20 s on, and routes follow after a second: they lead around it from 11 s to 13 s, from 16 s
// to 18 s and from 21 s to 23 s. Who asks comes to the link after 2 ms; the answer is at its other end when it begins, 5 ms after.
func TestALinkThatFlapsIsThatOfHand(t *testing.T) {
	ask := func(convergence time.Duration) string {
		s := detoured(t, []uint32{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1, 9.9949, 9.9951, 10.5, 11, 12.5, 13, 14.9949, 14.998, 15.9979, 16.5, 18, 21.5)
		s.LinkFailures = []LinkFailure{{
			Between: [2]string{"a", "x1"}, At: 10 * time.Second, For: 2 * time.Second, Times: 3, Every: 5 * time.Second, Convergence: convergence, Timeout: time.Second,
		}}
		return inOrder(journeys(t, s, cachesAt("a")))
	}
	require.Equal(t, `1s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
9.9949s HIT 10ms, propagation 10ms
9.9951s ERROR (link down) 1s
10.5s ERROR (link down) 1s
11s HIT 20ms, propagation 20ms
12.5s HIT 20ms, propagation 20ms
13s HIT 10ms, propagation 10ms
14.9949s HIT 10ms, propagation 10ms
14.998s ERROR (link down) 1s
15.9979s ERROR (link down) 1s
16.5s HIT 20ms, propagation 20ms
18s HIT 10ms, propagation 10ms
21.5s HIT 20ms, propagation 20ms
`, ask(time.Second))
	// Routing takes no notice of what is over after 2 s.
	require.Equal(t, `1s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
9.9949s HIT 10ms, propagation 10ms
9.9951s ERROR (link down) 1s
10.5s ERROR (link down) 1s
11s ERROR (link down) 1s
12.5s HIT 10ms, propagation 10ms
13s HIT 10ms, propagation 10ms
14.9949s HIT 10ms, propagation 10ms
14.998s ERROR (link down) 1s
15.9979s ERROR (link down) 1s
16.5s ERROR (link down) 1s
18s HIT 10ms, propagation 10ms
21.5s ERROR (link down) 1s
`, ask(2*time.Second))
}

// Routes lead back before the link is down again, stay away where it is down again first, and take no notice of what is shorter than they take.
func TestRoutesAroundALinkThatFlaps(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		lasts, every, convergence time.Duration
		around, lost              []span
	}{
		{2 * s, 5 * s, s, []span{{11, 13}, {16, 18}, {21, 23}}, []span{{10, 11}, {15, 16}, {20, 21}}},
		{3 * s, 5 * s, 2 * s, []span{{12, 25}}, []span{{10, 12}}}, // back at 15, as it is down again
		{4 * s, 5 * s, 2 * s, []span{{12, 26}}, []span{{10, 12}}},
		{2 * s, 5 * s, 2 * s, nil, []span{{10, 12}, {15, 17}, {20, 22}}},
	} {
		f := LinkFailure{At: 10 * s, For: c.lasts, Times: 3, Every: c.every, Convergence: c.convergence}
		in := func(all []span) (ns []span) {
			for _, x := range all {
				ns = append(ns, span{x.from * int64(s), x.to * int64(s)})
			}
			return ns
		}
		require.Equal(t, in(c.around), f.around())
		require.Equal(t, in(c.lost), f.lost())
	}
	f := LinkFailure{At: 10 * s, For: 4 * s, Times: 3, Every: 5 * s, Convergence: 2 * s}
	require.Equal(t, []LinkDowntime{{10 * s, 4 * s, 12 * s, 26 * s}, {15 * s, 4 * s, 12 * s, 26 * s}, {20 * s, 4 * s, 12 * s, 26 * s}}, f.Downtimes())
	require.Equal(t, 26*s, f.Back())
	f.Convergence = 4 * s
	require.Equal(t, []LinkDowntime{{At: 10 * s, For: 4 * s}, {At: 15 * s, For: 4 * s}, {At: 20 * s, For: 4 * s}}, f.Downtimes())
	require.Equal(t, 24*s, f.Back())
}

// Of a link that is down for 3 s in 10, again and again, a share of 0.3 of the requests fails where routing takes no notice, of 0.1 where it
// leads around it after a second; while routes lead around it, 3 s in 10, requests take 20 ms.
func TestTheShareThatFailsOnALinkThatFlapsIsThatOfItsTimes(t *testing.T) {
	for convergence, want := range map[time.Duration][2]float64{4 * time.Second: {0.3, 0}, time.Second: {0.1, 0.3}} {
		s := detoured(t, nil)
		w := oneObject()
		w.Client.NewShare, w.Client.BitsPerSecond = 0, 0
		w.Demand = workload.Poisson{RequestsPerSecond: 500, Objects: 1}
		s.Workloads[0], s.WarmUp, s.Duration = w, 10*time.Second, 1000*time.Second
		s.LinkFailures = []LinkFailure{{
			Between: [2]string{"a", "x1"}, At: 5 * time.Second, For: 3 * time.Second, Times: 110, Every: 10 * time.Second, Convergence: convergence, Timeout: time.Second,
		}}
		total, err := runOne(t, s, cachesAt("a")).Workloads[0].Total()
		require.NoError(t, err)
		requests := float64(total.Count(Requests))
		// The time that is lost is longer by the 3 ms between the link and a, and back.
		require.InDelta(t, want[0], float64(total.Failures[LinkDown])/requests, 0.0025)
		require.InDelta(t, want[1], float64(total.Causes[Propagation])/1e6/10/requests-(1-float64(total.Failures[LinkDown])/requests), 0.0025)
	}
}

// Times and instants that no clock of ns can hold together are refused, and so is one beside a mistake.
func TestLinksThatFlapForLongerThanARunAreRefused(t *testing.T) {
	s, _ := zonesApart(t)
	link := [2]string{"x1", "zone"}
	s.LinkFailures = []LinkFailure{{Between: link, At: time.Second, For: time.Second, Times: 1000, Every: 366 * 24 * time.Hour}}
	require.ErrorContains(t, s.Validate(), "LinkFailures[0].Times is 1000; want fewer")
	s.LinkFailures = []LinkFailure{
		{Between: link, At: time.Second, For: time.Second, Times: 1e9, Every: 2 * time.Second}, {Between: link, At: time.Second, For: time.Second},
	}
	require.ErrorContains(t, s.Validate(), "LinkFailures[0].Times is 1000000000; want 1 to 1000")
}
