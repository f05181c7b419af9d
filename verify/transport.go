package verify

import (
	"context"
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// transport checks the arithmetic of connections, which has no chance in it.
func transportChecks() []check {
	const group = "Transport"
	var all []check
	for _, row := range []struct {
		bytes  int64
		rounds float64
	}{
		{14_600, 1}, {43_800, 2}, {100_000, 3}, {250_000, 5}, {500_000, 6}, {1_000_000, 7}, {2_000_000, 8}, {10_000_000, 10},
	} {
		all = append(all, check{
			group: group, source: "ceil(log2(S/W + 1)), RFC 6928", unit: "round trips", exact: true, expected: row.rounds,
			name: fmt.Sprintf("slow start of %d bytes", row.bytes),
			simulate: func(context.Context, trial) (float64, error) {
				return float64(transport.Connection{}.Rounds(row.bytes)), nil
			},
		})
	}
	for _, row := range []struct {
		name              string
		packets           int64
		rttMs, expectedMs float64
		of                transport.Connection
	}{
		// The first of a window is on the line for 1 ms, and acknowledged 40 ms after that: 2 * 41 + 3.
		{"33 packets of 1 ms over a new connection, 40 ms RTT", 33, 40, 85, transport.Connection{}},
		{"33 packets of 1 ms, every second acknowledged, 40 ms RTT", 33, 40, 87, transport.Connection{Stack: transport.Stack{AckPackets: 2}}},
		// 61 of the fourth window are lost: see TestSlowStartOverflowsABuffer of package transport.
		{"2000 packets of 1 ms, of which 20 may wait, 39 ms RTT", 2000, 39, 3*40 + 1930 + 9 + 45 + 9 + 9 + 8, transport.Connection{BufferBytes: 20 * 1500}},
	} {
		row.of.BitsPerSecond, row.of.SegmentBytes = 12e6, 1500
		all = append(all, check{
			group: group, source: "packets that are stored and forwarded", unit: "ms", exact: true, expected: row.expectedMs, name: "last of " + row.name,
			simulate: func(context.Context, trial) (float64, error) {
				return float64(row.of.TransferTime(row.packets*1500, time.Duration(row.rttMs*1e6), true)) / 1e6, nil
			},
		})
	}
	for _, row := range []struct {
		handshake  transport.Handshake
		roundTrips time.Duration
	}{
		{transport.TCPClear, 2}, {transport.TCPTLS12, 4}, {transport.TCPTLS13, 3}, {transport.TLS13Resumed, 2},
		{transport.QUIC, 2}, {transport.QUICResumed, 1},
	} {
		const rtt, work = 40 * time.Millisecond, 7 * time.Millisecond
		all = append(all, check{
			group: group, source: "RFC 8446, 9000", unit: "ms", exact: true, expected: float64(row.roundTrips*rtt+work) / 1e6,
			name: fmt.Sprintf("first byte over a new connection, %v, 40 ms RTT, 7 ms of work", row.handshake),
			simulate: func(ctx context.Context, t trial) (float64, error) {
				n, _, err := star(1, 0)
				if err != nil {
					return 0, err
				}
				tally, err := t.run(ctx, sim.Scenario{
					Network: n, Duration: 10 * time.Second,
					Workloads: []workload.Workload{{
						Head:    workload.Head{Name: "api", Client: transport.Connection{Handshake: row.handshake, NewShare: 1}},
						Demand:  workload.Poisson{RequestsPerSecond: 5},
						Service: workload.Computed{Work: workload.ServiceTime{Mean: t.slowed(work)}},
					}},
				}, placement.RegionOnly("region"))
				if err == nil && tally.Metric(sim.TTFB).MinNs() != tally.Metric(sim.TTFB).MaxNs() {
					err = fmt.Errorf("latencies of %d to %d ns, all must be equal", tally.Metric(sim.TTFB).MinNs(), tally.Metric(sim.TTFB).MaxNs())
				}
				return float64(tally.Metric(sim.TTFB).MinNs()) / 1e6, err
			},
		})
	}
	return append(all, splitTCP(group)...)
}
