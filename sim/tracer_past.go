package sim

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
)

// Why a cache does not have what a followed request asks it for is told by what became of that before. A first run finds out what it lacks and where, another
// looks after just those.

// A lack is an object, or a slice of one, that a cache did not have. The key says at which of its servers.
type lack struct {
	site uint32
	tier part
	key  uint64
}

// A pastOfLack is what has become of an object in a cache that lacked it later.
type pastOfLack struct {
	isThere bool  // when something was put into the cache last
	came    int64 // when it came, 0 of what was there from the start
	begun   int64 // when the last fetch of it began, or never
	// what is the latest that has become of it, and at when that was; nothing where nobody has asked for it.
	what fate
	at   int64
	text string // of a fetch, why it was not kept
}

// A fate is why a cache does not have an object.
type fate uint8

const (
	neverAskedFor fate = iota
	wasEvicted
	wasPurged
	wasWritten
	failedAfter // a fetch in the background
	notKept
	wasEmptied // with all that the cache held
)

// again returns a tracer of the same request that looks after what it lacked.
func (t *tracer) again() *tracer {
	next := newTracer(t.plan, t.workload, t.metro, t.number)
	next.pasts = make(map[lack]*pastOfLack, len(t.lacks))
	for _, l := range t.lacks {
		next.pasts[l] = &pastOfLack{begun: never, at: never}
	}
	return next
}

// lacksIt notes that a cache was asked for what it does not have, and returns why it does not where it is the followed request that asks.
func (t *tracer) lacksIt(s *site, of *tier, key uint64, now int64, isFetched bool) (why string) {
	l := lack{s.id, of.number, key}
	p := t.pasts[l]
	if t.current {
		t.lacks = append(t.lacks, l)
	}
	if p == nil || isFetched {
		return ""
	}
	if t.current {
		why = p.inWords(now, t.plan.sites[s.id].caches[of.number].Preload)
	}
	p.begun = now
	return why
}

// finds notes what a tier that ages has found of an object that somebody asks for.
func (t *tracer) finds(s *site, of *tier, l *look, now int64) {
	if p := t.pasts[lack{s.id, of.number, l.key}]; p != nil && l.wasPurged {
		p.what, p.at, p.isThere = wasPurged, now, false
	}
}

// restarts notes that the caches of a site are empty.
func (t *tracer) restarts(s *site, now int64) {
	for l, p := range t.pasts {
		if l.site == s.id {
			*p = pastOfLack{begun: never, what: wasEmptied, at: now}
		}
	}
}

// fills puts what a fetch has brought into a cache, and notes what becomes of what is looked after.
func (t *tracer) fills(s *site, of *tier, n uint32, now int64) {
	t.beforeFill(s, of)
	s.fillByRule(of, &of.flights.pool[n], n, now)
	t.afterFill(s, of, n, now)
}

// stores is fills of a fetch that has failed, at a tier that ages.
func (t *tracer) stores(s *site, of *tier, n uint32, now int64) {
	t.beforeFill(s, of)
	s.store(of, n, now)
	t.afterFill(s, of, n, now)
}

// beforeFill notes which of the objects that are looked after a cache holds before something is put into it.
func (t *tracer) beforeFill(s *site, of *tier) {
	for l, p := range t.pasts {
		if l.site == s.id && l.tier == of.number {
			p.isThere = of.cache.Contains(l.key)
		}
	}
}

// afterFill notes what has become of them when a fetch was put into the cache, or was not.
func (t *tracer) afterFill(s *site, of *tier, n uint32, now int64) {
	for l, p := range t.pasts {
		if l.site != s.id || l.tier != of.number {
			continue
		}
		was, is, own := p.isThere, of.cache.Contains(l.key), of.keyOf(n) == l.key
		switch p.isThere = is; {
		case is && !was:
			p.came = now
		case was && !is && !own:
			p.what, p.at = wasEvicted, now
		case was && !is && of.aging != nil && of.aging.renewals[n].writes:
			p.what, p.at = wasWritten, now
		case was && !is && of.aging != nil && of.aging.renewals[n].answer == freshness.Broken:
			p.what, p.at = failedAfter, now
		case own && !is && (of.aging == nil || !of.aging.renewals[n].writes):
			p.what, p.at, p.text = notKept, now, of.whyNotKept(n)
		}
	}
}

// keyOf returns the key by which the cache has what a fetch brings.
func (t *tier) keyOf(n uint32) uint64 {
	if t.aging != nil {
		return t.aging.renewals[n].key
	}
	return t.flights.pool[n].key
}

// whyNotKept says why what a fetch has brought was not kept.
func (t *tier) whyNotKept(n uint32) string {
	f := &t.flights.pool[n]
	copied, bytes := f.copied, f.bytes
	if t.aging != nil {
		v := &t.aging.renewals[n]
		copied = v.copied
		switch {
		case v.silent && !v.policy.KeepsSilence():
			return "brought no answer"
		case v.drops:
			return "brought another version than that before it, which is not kept"
		case v.answer == freshness.Broken && !v.policy.KeepsFailure():
			return "brought an error, which is not kept"
		case !v.policy.Keeps(v.answer):
			return "brought an answer that may not be kept"
		}
	}
	capacity := t.cache.CapacityBytes()
	if t.servers != nil {
		capacity /= int64(t.servers.Apart())
	}
	switch isAdmitting := t.config.NewAdmission != nil || t.config.Admission != "" && t.config.Admission != "always"; {
	case !t.keepsCopy(copied) && t.copies == placement.CopyDown:
		return "left no copy, for another cache on the way has kept one"
	case !t.keepsCopy(copied):
		return "left no copy: those are kept at the edge alone"
	case capacity > 0 && bytes > capacity:
		return fmt.Sprintf("brought %d bytes, more than the %d that it can hold", bytes, capacity)
	case isAdmitting && t.config.Admission != "":
		return "brought what " + t.config.Admission + " did not admit"
	case isAdmitting:
		return "brought what its admission did not let in"
	}
	return "brought what its policy did not take"
}

// inWords says at an instant why an object is not there, of a cache that begins in its steady state or empty. In a steady state it may have been asked for, and evicted, before
// the run began.
func (p *pastOfLack) inWords(now int64, isSteady bool) string {
	ago := func(at int64) time.Duration { return inSeconds(now - at) }
	if p.begun > p.at {
		return fmt.Sprintf(": a fetch that began %v ago has failed", ago(p.begun))
	}
	switch p.what {
	case wasEvicted:
		if p.came == 0 {
			return fmt.Sprintf(": evicted %v ago, was there as the run began", ago(p.at))
		}
		return fmt.Sprintf(": evicted %v ago, %v after it had come", ago(p.at), inSeconds(p.at-p.came))
	case wasPurged:
		return fmt.Sprintf(": purged, which was found %v ago", ago(p.at))
	case wasWritten:
		return fmt.Sprintf(": a write took it out %v ago", ago(p.at))
	case failedAfter:
		return fmt.Sprintf(": a fetch in the background failed %v ago and took it out", ago(p.at))
	case notKept:
		return fmt.Sprintf(": a fetch %v ago %s", ago(p.at), p.text)
	case wasEmptied:
		return fmt.Sprintf(": nobody has asked for it since the site came up again, empty, %v ago", ago(p.at))
	}
	if isSteady {
		return ": it was not there as the run began, and nobody has asked for it since"
	}
	return ": nobody has asked for it there before"
}
