package sim

import (
	"slices"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/workload"
)

// writes reports whether any workload writes what caches keep.
func (s *Scenario) writes() bool {
	return slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool { return w.Writes() })
}

// A writeSource gives requests that write numbers of their own, behind those of all objects, which say what they write.
type writeSource struct {
	workload.Source
	first uint32
	is    []bool
}

// writesOf returns a source whose requests that write have such numbers.
func (w *workloadRun) writesOf(source workload.Source) workload.Source {
	if w.firstWrite == 0 {
		return source
	}
	return &writeSource{Source: source, first: w.firstWrite}
}

// Draw draws requests.
func (s *writeSource) Draw(to int64, b *workload.Batch) int {
	is, own := b.Writes, b.Writes == nil
	if own {
		if cap(s.is) < b.Len() {
			s.is = make([]bool, b.Len())
		}
		is = s.is[:b.Len()]
		b.Writes = is
	}
	n := s.Source.Draw(to, b)
	if own {
		b.Writes = nil
	}
	for i, writes := range is[:n] {
		if writes {
			b.Object[i] += s.first
		}
	}
	return n
}

// Err returns what was wrong with the requests, nil if nothing was.
func (s *writeSource) Err() error { return sourceError(s.Source) }

// isWrite reports whether the key of an arrival stands for a request that writes.
func (w *workloadRun) isWrite(key uint32) bool { return w.writeKeys != 0 && key >= w.writeKeys }

// visitWrite passes a user's request that writes by all caches to an origin.
func (s *site) visitWrite(v *arrival, c *clients) {
	var r request
	c.arrive(&r, v.clients, v.at)
	c.draw(&r)
	t, w := s.edge, c.workload
	object := v.key - w.writeKeys
	if s.trace != nil {
		s.trace.visit(s, c, r.number, v.at)
		s.trace.passes(s, t, v.at)
	}
	if t.losses != nil {
		t.losses.begins(c, c.count)
	}
	size := w.catalogue.SizeBytes(object)
	n := s.passWrite(t, w.number, object, size, r.size(size), w.origin.At(c.work, c.count), v.at, c.count, r.recorded)
	if f := &t.flights.pool[n]; f.first == unknown {
		waiting := s.wait(f)
		waiting.request, waiting.outcome, waiting.question = r, Bypass, nil
		return
	}
	s.conclude(t, &t.flights.pool[n], &t.aging.renewals[n], c, &r, 0, true, v.at)
}

// passWrite sends an origin a request that writes an object of a workload, by its number, of a size, and returns the number under which the answer, of so many
// bytes, is awaited. At a cache of several servers it passes the one that sees this request, by the number of that.
func (s *site) passWrite(t *tier, number uint8, object uint32, size, bytes, service, now int64, request uint64, recorded bool) uint32 {
	a := t.aging
	content := a.contents[number]
	key := uint64(content.base + content.variant(object, 0))
	if t.servers != nil {
		key = a.keyAt(number, key, request)
	}
	a.apart++
	f, n := t.flights.add(apartBit|a.apart, bytes, service)
	for int(n) >= len(a.renewals) {
		a.renewals = append(a.renewals, renewal{})
	}
	policy := &content.policies[content.class(object)]
	a.renewals[n] = renewal{sought: sought{policy: policy, key: key, object: object}, kept: kept{size: size}, bytes: bytes, writes: true}
	f.number, f.recorded = number, recorded
	f.attempt = attempt{asked: now, choice: firstForWrites(t.hops[number], now)}
	if t.losses != nil {
		t.losses.note(n)
	}
	if recorded {
		t.tallies[number].Counters[TierPassed]++
	}
	if s.trace != nil {
		s.trace.begins(s, t, n, true)
	}
	s.fetch(t, n, now)
	return n
}

// firstForWrites returns which hop is asked by a request that writes: the first way to an origin that is not avoided, or the first.
func firstForWrites(hops []nextHop, at int64) uint8 {
	first := -1
	for i := range hops {
		if hops[i].part != originPart {
			continue
		}
		if !hops[i].isAvoided(at) {
			return uint8(i)
		}
		if first < 0 {
			first = i
		}
	}
	return uint8(max(first, 0))
}

// isWrite reports whether a request passes that writes, under the number of a fetch. It is asked once, as it may do twice what is asked twice.
func (t *tier) isWrite(n uint32) bool { return t.aging != nil && t.aging.renewals[n].writes }

// invalidate takes what is held of an object that was written, all variants of it with all their slices, out of the cache that the request has passed, where its
// rules say so and the answer is no error.
func (t *tier) invalidate(v *renewal, number uint8) {
	if v.silent || v.answer != freshness.Good || !v.policy.InvalidatesWritten() {
		return
	}
	content := t.aging.contents[number]
	for nth := range content.beyond / content.varied {
		t.invalidateVariant(v, number, content.base+content.variant(v.object, nth))
		if v.object >= content.varied {
			return // it has no other variants
		}
	}
}

// invalidateVariant takes an object out by the key of one of its variants. Slices are where each is: of servers that share them among themselves at the one that
// has it, of independent ones at the one that the request has passed.
func (t *tier) invalidateVariant(v *renewal, number uint8, variant uint32) {
	server := cache.ServerOf(v.key)
	if t.sliceBytes == 0 {
		t.aging.remove(cache.AtServer(uint64(variant), server))
		return
	}
	for n := range (v.size + t.sliceBytes - 1) / t.sliceBytes {
		key := uint64(variant) | uint64(n)<<sliceShift
		if t.servers != nil && t.servers.isSharded() {
			key = t.aging.keyAt(number, key, 0)
		} else {
			key = cache.AtServer(key, server)
		}
		t.aging.remove(key)
	}
}
