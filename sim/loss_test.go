package sim

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// lossyWorld is a metro 40 ms from a region over a link that loses packets.
func lossyWorld(t testing.TB, loss float64) *topology.Network {
	t.Helper()
	links := both("metro", "region", topology.Internet, 40)
	for i := range links {
		links[i].Loss = loss
	}
	n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region}}, links)
	require.NoError(t, err)
	return n
}

func TestLostPacketsDelayExchanges(t *testing.T) {
	const loss = 0.1 // one way; 0.19 both ways
	w := onOpenConnections(200)
	w.OriginService = workload.Service{}
	w.Deadlines = []time.Duration{80 * time.Millisecond, 280 * time.Millisecond, 680 * time.Millisecond}
	s := Scenario{Network: lossyWorld(t, loss), Static: []workload.Static{w}, Duration: 500 * time.Second, Seed: 1}
	tally := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	n := float64(tally.Count(Requests))
	// 80 ms without loss, 200 ms more after one, 400 ms more after two: shares 1-p, 1-p^2, 1-p^3,
	// within 4 standard deviations of 100,000.
	require.InDelta(t, 1-.19, float64(tally.Within(TTFB)[0])/n, 0.005)
	require.InDelta(t, 1-.19*.19, float64(tally.Within(TTFB)[1])/n, 0.0025)
	require.InDelta(t, 1-.19*.19*.19, float64(tally.Within(TTFB)[2])/n, 0.0011)
	// Six times at most: 200 (2^k - 1) ms after k, so the sum of p^k 200 2^(k-1).
	require.InEpsilon(t, .19*200*(1-.38*.38*.38*.38*.38*.38)/(1-.38), float64(tally.Causes[Loss])/n/float64(ms), 0.05)

	w.Client.NewShare = 1
	s.Static = []workload.Static{w}
	handshakes := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	require.InEpsilon(t, 3, float64(handshakes.Causes[Loss])/float64(tally.Causes[Loss]), 0.05, "TCP, TLS and the request")

	s.Network = lossyWorld(t, 0)
	clean := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	require.Equal(t, handshakes.Count(Requests), clean.Count(Requests))
	require.Equal(t, handshakes.Causes[Propagation], clean.Causes[Propagation])
	require.Zero(t, clean.Causes[Loss])
}

func TestTheNextUpdateStandsInForALostOne(t *testing.T) {
	w := workload.Gaming{
		Name: "game", ConcurrentPlayers: 50, Session: workload.Weibull{Shape: 1, Scale: time.Hour},
		MatchPlayers: 1, MatchLength: 10 * time.Hour, TickHz: 50, SampledUpdates: 0.5,
		Deadlines: []time.Duration{80 * time.Millisecond, 100 * time.Millisecond},
	}
	s := Scenario{Network: lossyWorld(t, 0.1), Gaming: []workload.Gaming{w}, Duration: time.Minute, Seed: 1}
	tally := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	n := float64(tally.Count(Requests))
	within := tally.Within(RTT)
	require.InDelta(t, 1-.19, float64(within[0])/n, 0.005, "50 updates a second: the next comes 20 ms later")
	require.InDelta(t, 1-.19*.19, float64(within[1])/n, 0.003)
	require.Less(t, tally.Metric(Response).MaxNs(), 80*ms+63*20*ms+2*20*ms)
}

func TestLongTransfersSlowDownWithLoss(t *testing.T) {
	const loss = 0.01 // one way
	w := onOpenConnections(200)
	w.Sizes.MinBytes, w.Sizes.MaxBytes = 10_000_000, 10_000_000 // 0.8 s at 100 Mbit/s
	w.Deadlines = []time.Duration{1000 * time.Millisecond}
	run := func(n *topology.Network) *Tally {
		s := Scenario{Network: n, Static: []workload.Static{w}, Duration: 100 * time.Second, Seed: 1}
		return &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	}
	clean, lossy := run(lossyWorld(t, 0)), run(lossyWorld(t, loss))
	requireLatency(t, clean, TTLB, 87*ms+800*ms, 87*ms+800*ms)
	rate := w.Client.SteadyBitsPerSecond(80*time.Millisecond, 200*time.Millisecond, loss)
	require.Less(t, rate, 3e6)
	// On average 1 + 99 packets arrive before one is lost, which costs a round trip.
	intact := 1460. * (1 + (1-loss)/loss)
	seconds := 8*intact/100e6 + 0.080 + 8*(10e6-intact)/rate
	after := func(t *Tally) float64 { return (t.Metric(TTLB).MeanNs() - t.Metric(TTFB).MeanNs()) / 1e9 }
	require.InEpsilon(t, seconds, after(lossy), 0.003) // 1 % of 20,000 transfers' spread

	// Of ten packets the first counts with the first byte; the others all arrive with the probability 0.99^9.
	w.Sizes.MinBytes, w.Sizes.MaxBytes = 14_600, 14_600
	w.Deadlines = []time.Duration{87*time.Millisecond + 1168*time.Microsecond}
	lossy = run(lossyWorld(t, loss))
	whole := .99 * .99 * math.Pow(.99, 9) // and the exchange, there and back
	require.InDelta(t, whole, float64(lossy.Within(TTLB)[0])/float64(lossy.Count(Requests)), 4*math.Sqrt(whole*(1-whole)/20_000))
	require.InDelta(t, .99*.99, float64(lossy.Within(TTFB)[0])/float64(lossy.Count(Requests)), 4*math.Sqrt(.98*.02/20_000))

	t.Run("only of what goes to the user", func(t *testing.T) {
		links := both("metro", "region", topology.Internet, 40)
		links[0].Loss = 0.2
		n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region}}, links)
		require.NoError(t, err)
		up := run(n)
		require.Positive(t, up.Causes[Loss])
		require.InDelta(t, 0.001168, after(up), 1e-9)
	})
}
