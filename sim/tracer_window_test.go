package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// windowsOf returns what is said of the windows with which the answers to a workload begin, over a way of 40 ms there and back.
func windowsOf(t *testing.T, w workload.Workload, loss float64, count int) (all []string) {
	t.Helper()
	n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region}},
		topology.Link{From: "metro", To: "region", Kind: topology.Internet, OneWay: 20 * time.Millisecond, Loss: loss}.Both())
	require.NoError(t, err)
	plans, err := Compile(t.Context(), Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 10 * time.Second, Seed: 5}, placement.RegionOnly("region"))
	require.NoError(t, err)
	for i := range count {
		e, err := plans[0].Explain(t.Context(), 0, 0, 0, ByNumber, i+1)
		require.NoError(t, err)
		requireRest(t, e)
		text := ""
		for _, step := range e.Rest {
			if after, is := strings.CutPrefix(step.Text, "window on the way to the user: "); is {
				text = after
			}
		}
		all = append(all, text)
	}
	return all
}

func TestTheWindowOfAnAnswerToAUserIsToldByHand(t *testing.T) {
	// Windows of 14,600, 29,200, 58,400 and 116,800 bytes are 219,000; the next holds the other 181,000 of 400,000, and is 233,600 + 181,000 when those are acknowledged. At 80 Mbit/s
	// each of these takes less than the 40 ms of a round trip, and the next one, of 467,200 bytes, takes longer. The first answer has come after 219 ms, the second after 380 ms; the third could come at 740 ms,
	// the fourth at 845, in the middle of the third.
	const first = "14600 bytes, the first of a connection, since nobody knows what was sent over it before the run; the rest goes after 4 round trips"
	const grown = "414600 bytes, grown from 14600 by answers before it; all goes without a wait"
	asked := []int64{0, 300 * ms, 700 * ms, 805 * ms}
	for rule, third := range map[transport.IdleWindow][]string{
		transport.RestartWindow: {
			"14600 bytes, begun anew: it was 814600, and nothing was sent for 360ms, longer than the timeout of 200ms; the rest goes after 4 round trips",
			"14600 bytes, with which answers before it began, 400000 bytes that go first; the rest goes after 5 round trips, counted from the first of them",
		},
		transport.HalveWindow: {
			"407300 bytes, halved by silence: it was 814600, and nothing was sent for 360ms, longer than the timeout of 200ms; all goes without a wait",
			"807300 bytes, grown from 14600 by answers before it; all goes without a wait",
		},
		transport.KeepWindow: {
			"814600 bytes, grown from 14600 by answers before it, and kept while nothing was sent for 360ms; all goes without a wait",
			"814600 bytes, grown from 14600 by answers before it; all goes without a wait",
		},
	} {
		w := asksFor(1, 400_000, 80e6, asked...)
		w.Client.Idle = rule
		require.Equal(t, append([]string{first, grown}, third...), windowsOf(t, w, 0, 4), rule.String())
	}

	// A receiver that holds no more than 100,000 bytes: the window stays at that, so that of 400 kB go 14.6, 29.2, 58.4, 100, 100 and 97.8 kB and, of the next
	// answer, 100 kB four times.
	w := asksFor(1, 400_000, 80e6, 0, 300*ms)
	w.Client.ReceiveBytes = 100_000
	require.Equal(t, []string{
		"14600 bytes, the first of a connection, since nobody knows what was sent over it before the run; the rest goes after 5 round trips",
		"100000 bytes, grown from 14600 by answers before it; buffers of the ends let no more than 100000 be under way; the rest goes after 3 round trips",
	}, windowsOf(t, w, 0, 2))

	// A buffer of 64 KiB before the line: slow start overflows it, and the connection goes on with what that leaves of its window.
	w = asksFor(1, 1_000_000, 80e6, 0, 5000*ms)
	w.Client.BufferBytes, w.Client.Idle = 1<<16, transport.KeepWindow
	require.Regexp(t, `^185256 bytes, left by losses on the connection, after which slow start ends at 183796, and kept while nothing was sent for 4\.686s; the rest goes after [0-9]+ windows$`, windowsOf(t, w, 0, 2)[1])

	// So it does where packets are lost.
	w = asksFor(1, 400_000, 80e6, 0, 8000*ms)
	w.Client.Congestion, w.Client.Idle = transport.Reno, transport.KeepWindow
	require.Regexp(t, `^[0-9]+ bytes, left by losses on the connection, after which slow start ends at [0-9]+, and kept`, windowsOf(t, w, .02, 2)[1])

	// Everybody opens a connection, or nobody does: nothing is known of what is open.
	w = workload.Workload{Head: workload.Head{Name: "api"}, Demand: atOnce{}, Service: workload.Computed{ResponseBytes: 100_000}}
	require.Equal(t, "14600 bytes, as on a new connection, since answers over open ones are taken to follow a silence; the rest goes after 2 round trips", windowsOf(t, w, 0, 1)[0])
	w.Client.NewShare = 1
	require.Equal(t, "14600 bytes, the first of a new connection; the rest goes after 2 round trips", windowsOf(t, w, 0, 1)[0])
}
