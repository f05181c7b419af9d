package sim

import (
	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
)

// servingCaches are the servers of a tier's cache at one site.
type servingCaches struct {
	placement.Servers
	caches *cache.Servers[freshness.Held]
	draws  random.Key
	loads  []serverLoad // by server, where there are several apart
}

// A serverLoad is what was asked of one server of a cache in recorded time.
type serverLoad struct{ requests, bytes uint64 }

func newServingCaches(of placement.Servers, draws random.Key) *servingCaches {
	s := &servingCaches{Servers: of, draws: draws}
	if of.Apart() > 1 {
		s.loads = make([]serverLoad, of.Apart())
	}
	return s
}

// count notes that a server is asked for so many bytes.
func (s *servingCaches) count(key uint64, bytes int64, recorded bool) {
	if recorded && s.loads != nil {
		l := &s.loads[cache.ServerOf(key)]
		l.requests++
		l.bytes += uint64(bytes)
	}
}

// settle adds what the servers were asked for to a workload's tally of the tier at their site.
func (s *servingCaches) settle(to *TierTally) {
	var all, most serverLoad
	for _, l := range s.loads {
		all.requests, all.bytes = all.requests+l.requests, all.bytes+l.bytes
		most.requests, most.bytes = max(most.requests, l.requests), max(most.bytes, l.bytes)
	}
	n := uint64(len(s.loads))
	to.Counters[TierServed] += all.requests
	to.Counters[TierServedBytes] += all.bytes
	to.Counters[TierMostServed] += n * most.requests
	to.Counters[TierMostServedBytes] += n * most.bytes
}

// shardKey says which server has an object: the same in every run and at every site.
const shardKey = random.Key(0x5ead)

// keyOf returns the key of an object at the server that one asks for it, by a number that no other request has.
func (s *servingCaches) keyOf(object, request uint64) uint64 {
	return cache.AtServer(object, s.serverOf(object, request))
}

// serverOf returns the number of the server that one asks for an object, by the number of the request.
func (s *servingCaches) serverOf(object, request uint64) int {
	n := uint64(s.Apart())
	switch s.Spread {
	case placement.Sharded:
		return int(shardKey.At(object) >> 32 * n >> 32)
	case placement.Independent:
		return int(s.draws.At(request) >> 32 * n >> 32)
	}
	return 0
}

// readTime returns how long the object takes that was found by the last look-up, in ns.
func (s *servingCaches) readTime() int64 {
	if s.DiskRead > 0 && s.caches.WasOnDisk() {
		return int64(s.DiskRead)
	}
	return 0
}

// objectOf returns the object that a fetch is of, without the server that it is for.
func objectOf(key uint64) uint64 { return cache.WithoutServer(key) }

// visitServers serves a user's request for an object from the servers of a cache.
func (s *site) visitServers(v *arrival, c *clients) {
	var r request
	c.arrive(&r, v.clients, v.at)
	c.draw(&r)
	t := s.edge
	key := t.servers.keyOf(uint64(v.key), c.work.At(c.count))
	if s.trace != nil {
		s.trace.visit(s, c, r.number, v.at)
	}
	if bytes, hit := t.cache.Lookup(key); hit {
		t.servers.count(key, r.size(bytes), r.recorded)
		read := t.servers.readTime()
		if s.trace != nil {
			s.trace.reads(s, t, key, v.at, read)
		}
		c.answer(&r, &served{outcome: Hit, bytes: r.size(bytes), first: v.at + read, last: v.at + read, service: read})
		return
	}
	t.servers.count(key, r.size(c.workload.sizeBytes(v.key)), r.recorded)
	if s.trace != nil {
		s.trace.misses(s, t, key, t.flights.find(key), v.at)
	}
	s.await(t, key, v, c, &r)
}
