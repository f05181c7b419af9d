package sim

import (
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
	n := float64(tally.Requests)
	// 80 ms without loss, 200 ms more after one, 400 ms more after two: shares 1-p, 1-p^2, 1-p^3,
	// within 4 standard deviations of 100,000.
	require.InDelta(t, 1-.19, float64(tally.Within[0])/n, 0.005)
	require.InDelta(t, 1-.19*.19, float64(tally.Within[1])/n, 0.0025)
	require.InDelta(t, 1-.19*.19*.19, float64(tally.Within[2])/n, 0.0011)
	// Six times at most: 200 (2^k - 1) ms after k, so the sum of p^k 200 2^(k-1).
	require.InEpsilon(t, .19*200*(1-.38*.38*.38*.38*.38*.38)/(1-.38), float64(tally.Causes[Loss])/n/float64(ms), 0.05)

	w.Client.NewShare = 1
	s.Static = []workload.Static{w}
	handshakes := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	require.InEpsilon(t, 3, float64(handshakes.Causes[Loss])/float64(tally.Causes[Loss]), 0.05, "TCP, TLS and the request")

	s.Network = lossyWorld(t, 0)
	clean := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	require.Equal(t, handshakes.Requests, clean.Requests)
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
	n := float64(tally.Requests)
	within := tally.Within[len(w.Deadlines)*RTT:]
	require.InDelta(t, 1-.19, float64(within[0])/n, 0.005, "50 updates a second: the next comes 20 ms later")
	require.InDelta(t, 1-.19*.19, float64(within[1])/n, 0.003)
	require.Less(t, tally.Latency[Response].MaxNs(), 80*ms+63*20*ms+2*20*ms)
}
