package sim

import (
	"time"

	"github.com/edgewise-sim/edgewise/cache/freshness"
)

// A renewal is what a tier that ages knows of a fetch besides the flight: what it asks for, and what has come.
type renewal struct {
	sought
	came
	bytes int64  // of the object, at the request that began it
	known uint32 // the version that is to be confirmed, 0 if there is none
	// background says that nobody waits for it but who came later, drops that what it brings is not kept.
	background, drops bool
	// writes says that it is no fetch, but a request that writes: it brings nothing that is kept.
	writes bool
	// serves says that the fetch has failed, and what is held is served in its place.
	serves bool
	asOf   int64 // the instant from which on the cache counts the object's age
	// All that a fetch needs of what the tier has not, which most are of, is in the first line of the processor's cache.
	kept          // of what it has; else nobody asks for it, and it is of a fetch before
	_    [32]byte // two lines in all
}

// isWhole reports whether an answer brings the object.
func (v *renewal) isWhole() bool {
	return !v.silent && !v.confirmed && !v.serves && v.answer == freshness.Good
}

// apartBit marks the key of a fetch that nobody joins, which is its number.
const apartBit = 1 << 63

// renew begins the fetch of what was looked for, and returns its number. One that is apart has a key of its own, so that nobody
// joins it.
func (s *site) renew(t *tier, l *look, number uint8, bytes, service, now int64, recorded, background, apart bool) uint32 {
	a := t.aging
	key := l.key
	if apart {
		a.apart++
		key = apartBit | a.apart
	}
	f, n := t.flights.add(key, bytes, service)
	for int(n) >= len(a.renewals) {
		a.renewals = append(a.renewals, renewal{})
	}
	v := &a.renewals[n]
	v.sought, v.bytes, v.known, v.background, v.drops, v.writes = l.sought, bytes, 0, background, false, false
	v.came, v.serves = came{}, false
	if l.has {
		v.kept = l.kept
		if l.policy.Confirms(&l.held, now) {
			v.known = l.held.Version
		}
	}
	f.number, f.recorded = number, recorded
	if recorded {
		counters := &t.tallies[number].Counters
		counters[TierFetches]++
		if background {
			counters[TierBackground]++
		}
	}
	if way := &t.steady[number]; way.asked != nil {
		f.attempt = attempt{asked: now}
		v.says(s.askSteady(t, way, f, n, now))
		return n
	}
	f.attempt = newAttempt(t.hops[number], now, a.contents[number].primaryOf(objectOf(l.key), l.object))
	if t.losses != nil {
		t.losses.note(n)
	}
	if s.trace != nil {
		s.trace.begins(s, t, n, !background)
	}
	s.fetch(t, n, now)
	return n
}

// says lets a question say what is asked for, and which version of it is to be confirmed.
func (v *renewal) says(m *message) {
	m.key = uint64(uint32(v.key)) | uint64(v.known)<<32
	m.setSlice(v.key >> sliceShift)
}

// prepareRenewal settles how many bytes the answer has to the question that a fetch asks, which leaves at an instant, as far as the one who asks can
// know: an origin without state answers by arithmetic.
func (s *site) prepareRenewal(t *tier, n uint32, leaves int64) {
	f, v := &t.flights.pool[n], &t.aging.renewals[n]
	f.bytes = v.bytes
	if h := &t.hops[f.number][f.choice]; !h.remote {
		v.came = t.aging.contents[f.number].fromOrigin(h.errors, uint32(v.key), leaves+h.there, v.known)
		f.bytes = v.carries(v.bytes)
	}
}

// settleRenewal follows from an answer that is here at f.first: how old it is, and whether what is held stands in for it.
func (s *site) settleRenewal(t *tier, f *flight, v *renewal) {
	v.asOf = v.policy.AsOf(int64(v.age)*int64(time.Second), f.left, f.first)
	v.serves = v.answer == freshness.Broken && v.has && v.policy.ServesOnError(&v.held, f.first, v.silent) && !t.aging.isPurged(f.number, v.object, &v.held, f.first)
	if !f.recorded {
		return
	}
	if v.confirmed {
		t.tallies[f.number].Counters[TierConfirmed]++
	}
	if t.sliceBytes > 0 && t.number == firstTier && !v.writes {
		t.tallies[f.number].Counters[TierFetchedBytes] += uint64(v.carries(v.bytes))
	}
}

// now returns what the cache will know of the object that a fetch has brought.
func (v *renewal) now(came int64) freshness.Held {
	return freshness.Held{AsOf: v.asOf, Since: came, Version: v.version, Answer: v.answer}
}

// store puts what a fetch has brought into the cache, at the instant at which it is all here.
func (s *site) store(t *tier, n uint32, now int64) {
	f, v := &t.flights.pool[n], &t.aging.renewals[n]
	key := v.key
	switch {
	case v.writes:
		t.invalidate(v, f.number)
	case v.confirmed && t.aging.isPurged(f.number, v.object, &v.held, f.first):
		t.aging.remove(key)
	case v.confirmed:
		t.aging.put(key, v.now(f.first))
	case v.serves:
		if h := v.held; v.policy.Extend(&h, now) {
			t.aging.put(key, h)
		}
	case v.silent && !v.policy.KeepsSilence(), v.drops:
	case v.answer == freshness.Broken && v.background && v.policy.EvictsOnError():
		t.cache.Remove(key)
	case v.answer == freshness.Broken && v.policy.KeepsFailure(), v.policy.Keeps(v.answer):
		if v.has {
			t.cache.Remove(key) // its size may be another
		}
		if !v.has && !t.keepsCopy(v.copied) {
			return
		}
		bytes := f.bytes
		if v.silent {
			bytes = errorBytes // of its own
		}
		if t.servers == nil && t.aging.apart == 0 {
			t.aging.cache.FillNoted(key, bytes, v.now(f.first)) // it is not there: its fetch is the only one
		} else if t.servers == nil {
			t.aging.cache.InsertNoted(key, bytes, v.now(f.first))
		} else {
			t.servers.caches.InsertNoted(key, bytes, v.now(f.first))
		}
	}
}

// lands takes what an answer says of a fetch.
func (v *renewal) lands(t *tier, f *flight, m *message) {
	m.read(&v.came)
	if t.sliceBytes > 0 {
		m.setSlice(0) // an answer has waited for no links
	}
	f.bytes = v.carries(v.bytes)
}

// failRenewal ends a fetch without an answer, or with the news that there is none.
func (s *site) failRenewal(t *tier, n uint32, now int64, silent bool) {
	f, v := &t.flights.pool[n], &t.aging.renewals[n]
	v.came = came{answer: freshness.Broken, silent: silent}
	f.first, f.last = now, now
	if !silent {
		f.asked = now
	}
	s.settleRenewal(t, f, v)
	if s.trace != nil {
		s.trace.standsIn(s, t, n, now)
	}
	v.silent = true // no bytes have come in any case
	s.concludeWaiters(t, n, now)
	if f.isLost {
		t.flights.release(n)
		return
	}
	if s.trace != nil {
		s.trace.stores(s, t, n, now)
	} else {
		s.store(t, n, now)
	}
	t.flights.remove(n)
}
