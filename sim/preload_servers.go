package sim

import (
	"math"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
)

// apart returns how many servers a cache is made of that hold objects of their own, 1 where it is one.
func (s *servingCaches) apart() int {
	if s == nil {
		return 1
	}
	return s.Apart()
}

// isSharded reports whether each object has its server.
func (s *servingCaches) isSharded() bool { return s.apart() > 1 && s.Spread == placement.Sharded }

// share returns which part of the requests for an object each server gets that has it: all of them where each object has its server.
func (s *servingCaches) share() float64 {
	if s.apart() > 1 && s.Spread == placement.Independent {
		return 1 / float64(s.apart())
	}
	return 1
}

// serverBytes returns the size of each server of a cache.
func (t *tier) serverBytes() int64 { return t.cache.CapacityBytes() / int64(t.servers.apart()) }

// dealt are the objects that are asked for again and again, by number, of each shard of each workload.
type dealt [][][]uint32

// dealAll finds out, for as many shards as any cache has, which objects each has.
func (p *preloader) dealAll() {
	p.dealt = make(map[int]dealt)
	for i := range p.plan.placement.Tiers {
		caches := p.plan.placement.Tiers[i].Caches
		for k := range caches {
			s := newServingCaches(caches[k].Servers, 0)
			if n := s.apart(); s.isSharded() && p.dealt[n] == nil {
				p.dealt[n] = p.deal(s)
			}
		}
	}
}

func (p *preloader) deal(s *servingCaches) dealt {
	of := make(dealt, len(p.workloads))
	for i := range p.workloads {
		of[i] = make([][]uint32, s.apart())
		for k := range p.workloads[i].popularity {
			server := s.serverOf(p.workloads[i].primary(k), 0)
			of[i][server] = append(of[i][server], uint32(k))
		}
	}
	return of
}

// shardOf returns which server of a tier has the k-th thing of a workload, and all of its variants.
func (p *preloader) shardOf(t *tier, number, k int) int {
	if !t.servers.isSharded() {
		return 0
	}
	return t.servers.serverOf(p.workloads[number].primary(k), 0)
}

// shardOfObject returns which server of a tier has an object by its number, or a slice of it, by that above.
func (p *preloader) shardOfObject(t *tier, number int, object uint64) int {
	if !t.servers.isSharded() {
		return 0
	}
	w := &p.workloads[number]
	return t.servers.serverOf(object&^math.MaxUint32|uint64(w.base+w.object(uint32(object))), 0)
}

// serverOfOnce returns which server of a tier was asked for an object, or a slice of it, that was asked for once.
func (p *preloader) serverOfOnce(t *tier, number int, object uint64, draws random.Key) int {
	if t.servers.share() < 1 {
		return int(draws.At(1<<63|uint64(uint32(object))) >> 32 * uint64(t.servers.apart()) >> 32)
	}
	return p.shardOfObject(t, number, object)
}
