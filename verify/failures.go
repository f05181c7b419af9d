package verify

import (
	"context"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// failures checks what becomes of requests whose origin is down, and of transfers that lose packets.
func failures() []check {
	return append(outages("Failures"), losses("Failures"))
}

// outages checks requests through a PoP that caches nothing, 20 ms from its origin.
func outages(group string) []check {
	const timeout = 3 * time.Second
	run := func(ctx context.Context, t trial, s sim.Scenario, w workload.Workload) (sim.Tally, error) {
		n, pops, err := star(1, 20*time.Millisecond)
		if err != nil {
			return sim.Tally{}, err
		}
		w.Name = "site"
		w = workload.Change(w, func(c *workload.Cacheable) {
			c.Sizes, c.Origin.Mean = workload.Sizes{MinBytes: 100, MaxBytes: 100}, t.slowed(c.Origin.Mean)
		})
		s.Network, s.Workloads = n, []workload.Workload{w}
		for i := range s.Failures {
			s.Failures[i].Site, s.Failures[i].Timeout = "region", timeout
		}
		return t.run(ctx, s, placement.RegionOnly("region").WithPoPs(1, pops...))
	}
	const perSecond = 2
	joined := perSecond * timeout.Seconds() // those who come before a fetch is given up
	return []check{
		{
			group: group, source: "arrivals in the outage and the work before it", expected: 0.15,
			name: "origin down for 100 s of 1000 s, 50 s of work: share of failed requests",
			simulate: func(ctx context.Context, t trial) (float64, error) {
				tally, err := run(ctx, t, sim.Scenario{
					WarmUp: 10 * time.Second, Duration: 1000 * time.Second, Failures: []sim.Failure{{At: 500 * time.Second, For: 100 * time.Second}},
				}, workload.Workload{
					Demand:  workload.Poisson{RequestsPerSecond: 400 * t.scale, Objects: 1 << 31},
					Service: workload.Cacheable{Origin: workload.ServiceTime{Mean: 50 * time.Second}},
				})
				return share(tally, sim.Failed), err
			},
		},
		{
			group: group, source: "renewal cycle of a fetch", unit: "s",
			expected: 0.010 + (timeout.Seconds()+joined*timeout.Seconds()/2)/(1+joined),
			name:     "object whose origin is down, 2 requests a second, given up after 3 s: mean time to the error",
			simulate: func(ctx context.Context, t trial) (float64, error) {
				length := t.seconds(5000)
				tally, err := run(ctx, t, sim.Scenario{
					WarmUp: 20 * time.Second, Duration: length, Failures: []sim.Failure{{For: 2 * length}},
				}, workload.Workload{
					Demand:  workload.Poisson{RequestsPerSecond: perSecond, Objects: 1},
					Service: workload.Cacheable{},
				})
				return float64(tally.Count(sim.FailedNs)) / float64(tally.Outcomes[sim.Failed]) / 1e9, err
			},
		},
	}
}

// losses checks long transfers over a way that loses packets.
func losses(group string) check {
	const (
		loss    = 0.01
		bytes   = 10_000_000
		rtt     = 40 * time.Millisecond
		rateBps = 100e6
	)
	client := transport.Connection{BitsPerSecond: rateBps, Idle: transport.KeepWindow}
	intact := 1460 / loss // on average, before a packet is lost
	return check{
		group: group, source: "Padhye et al. 1998, RFC 5348", unit: "s",
		name:     "10 MB at 100 Mbit/s, 40 ms RTT, 1 % loss: mean time from the first byte to the last",
		expected: 8*intact/rateBps + rtt.Seconds() + 8*(bytes-intact)/client.SteadyBitsPerSecond(rtt, 200*time.Millisecond, loss),
		simulate: func(ctx context.Context, t trial) (float64, error) {
			links := topology.Link{From: "metro", To: "region", Kind: topology.Internet, OneWay: rtt / 2}.Both()
			links[1].Loss = loss * (1 + t.broken.slower)
			n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region}}, links)
			if err != nil {
				return 0, err
			}
			tally, err := t.run(ctx, sim.Scenario{
				Network: n, Duration: t.seconds(100),
				Workloads: []workload.Workload{{
					Head:    workload.Head{Name: "site", Client: client},
					Demand:  workload.Poisson{RequestsPerSecond: 100, Objects: 1000},
					Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: bytes, MaxBytes: bytes}},
				}},
			}, placement.RegionOnly("region"))
			return (tally.Metric(sim.TTLB).MeanNs() - tally.Metric(sim.TTFB).MeanNs()) / 1e9, err
		},
	}
}
