package sim_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// queue evicts what came first: FIFO, as anybody may write it.
type queue struct{ slots []uint32 }

func (q *queue) Inserted(slot uint32) { q.slots = append(q.slots, slot) }
func (q *queue) Hit(uint32)           {}
func (q *queue) Victim() uint32       { return q.slots[0] }
func (q *queue) Removed(slot uint32) {
	for i, s := range q.slots {
		if s == slot {
			q.slots = append(q.slots[:i], q.slots[i+1:]...)
			return
		}
	}
}

// upTo admits objects up to a size, as the rule size does.
type upTo struct{ mostBytes int64 }

func (upTo) Asked(uint64, int64, bool)                      {}
func (u upTo) Admit(_ uint64, sizeBytes int64, _ bool) bool { return sizeBytes <= u.mostBytes }
func (upTo) Evicted(uint64)                                 {}

func TestOwnPolicyAndAdmissionDoWhatTheirNamedTwinsDo(t *testing.T) {
	links := topology.Link{From: "town", To: "pop", Kind: topology.Internet, OneWay: 4 * time.Millisecond}.Both()
	links = append(links, topology.Link{From: "pop", To: "region", Kind: topology.Backbone, OneWay: 30 * time.Millisecond}.Both()...)
	links = append(links, topology.Link{From: "town", To: "region", Kind: topology.Internet, OneWay: 45 * time.Millisecond}.Both()...)
	net, err := topology.New([]topology.Node{
		{ID: "town", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region},
	}, links)
	require.NoError(t, err)
	site := workload.Workload{
		Head:    workload.Head{Name: "site"},
		Demand:  workload.Poisson{RequestsPerSecond: 100, Objects: 1000, ZipfExponent: 0.8},
		Service: workload.Cacheable{Sizes: workload.Sizes{LnMean: 9, LnSD: 1}},
	}
	run := func(c placement.Cache) *sim.Result {
		c.Site, c.CapacityBytes = "pop", 2<<20
		result, err := sim.Run(context.Background(), sim.Job{
			Scenario:  sim.Scenario{Network: net, Workloads: []workload.Workload{site}, Duration: time.Minute, Seed: 1},
			Placement: placement.RegionOnly("region").WithCaches(placement.EdgeCache, c),
		})
		require.NoError(t, err)
		return result
	}
	own := run(placement.Cache{
		Policy: "queue", NewPolicy: func(cache.Slots) cache.Policy { return new(queue) },
		Admission: "up to", NewAdmission: func(cache.Limits) cache.Admission { return upTo{20_000} },
	})
	named := run(placement.Cache{Policy: "fifo", Admission: "size:max=20000"})
	require.Equal(t, named.Workloads, own.Workloads)
	require.NotEqual(t, run(placement.Cache{}).Workloads, own.Workloads)
}
