package sim

import (
	"math"
	"math/bits"
	"time"

	"github.com/edgewise-sim/edgewise/workload"
)

// blockRequests is about how many requests a site draws ahead: enough to make sorting cheap, few enough
// to stay in the processor's cache.
const blockRequests = 512

// maxSpan bounds a block's length, so that a load that rises after a quiet hour does not fill memory.
const maxSpan = int64(10 * time.Second)

// A arrival is one request of a user, at the instant it reaches the site.
type arrival struct {
	at      int64
	clients uint32 // of the site
	key     uint32 // of a cacheable workload's object, or lost
}

// lost stands in the place of a key where the site is down: the catalogues have fewer objects in all.
const lost = math.MaxUint32

// A source draws the requests of one workload from one metro.
type source struct {
	next    arrival            // unknown when the source has run dry
	delay   int64              // from the user's instant to the site, ns
	end     int64              // of the run; the users' instants stay below it
	keyed   bool               // requests are for objects
	base    uint32             // of the keys of its objects
	share   *share             // nil if all of the metro's requests come here
	outages []outage           // as the users' instants meet them
	sizes   *drawnAhead[int64] // of the requests, nil unless the demand records them
	visits  *visits            // that they are of, nil where nobody visits
	// requests are drawn many at a time or, where each must be looked at, from those of ahead.
	requests workload.Source
	ahead    *ahead
}

// sourceRequests is how many requests are drawn from a source at a time.
const sourceRequests = 64

// take appends the requests that reach the site before an instant. The batch is a place to draw them into.
func (s *source) take(arrivals []arrival, to int64, b *workload.Batch) []arrival {
	if s.ahead != nil {
		for s.next.at < to {
			arrivals = append(arrivals, s.next)
			s.advanceAmong()
		}
		return arrivals
	}
	// Most requests are drawn here, many at a time.
	next := s.next
	for next.at < to {
		n := s.draw(min(to-s.delay, s.end), b)
		objects := b.Object[:n]
		for i, at := range b.At[:n] {
			arrivals = append(arrivals, next)
			next.at, next.key = at+s.delay, s.base+objects[i]
		}
		if n == 0 || b.At[n-1] >= s.end {
			if n == 0 {
				arrivals = append(arrivals, next)
			}
			next.at = unknown
		}
	}
	s.next = next
	return arrivals
}

// draw draws the metro's next requests, the last of them the first that does not come before the user's instant to,
// and returns their number.
func (s *source) draw(to int64, b *workload.Batch) int {
	objects, visits := b.Object, b.Visit
	if s.visits == nil {
		b.Visit = nil
	}
	if !s.keyed {
		b.Object = nil
	}
	n := s.requests.Draw(to, b)
	b.Object, b.Visit = objects, visits
	if !s.keyed {
		clear(objects[:n])
	}
	if s.visits != nil {
		s.visits.put(visits[:n])
	}
	return n
}

// begin draws the first request, into a batch of one where no others are looked at.
func (s *source) begin(b *workload.Batch) {
	if s.ahead != nil {
		s.advanceAmong()
		return
	}
	if n := s.draw(s.end, b); n == 0 || b.At[0] >= s.end {
		s.next.at = unknown
		return
	}
	s.next.at, s.next.key = b.At[0]+s.delay, s.base+b.Object[0]
}

// advanceAmong draws requests until one is the source's own, and notes whether it is lost.
func (s *source) advanceAmong() {
	for {
		i, ok := s.ahead.next(s.end)
		if !ok {
			s.next.at = unknown
			return
		}
		at := s.ahead.batch.At[i]
		visit := workload.Visit(0)
		if s.visits != nil {
			visit = s.ahead.batch.Visit[i]
		}
		if s.share != nil && !s.share.admits(at, visit) {
			continue
		}
		if s.visits != nil {
			s.visits.put(s.ahead.batch.Visit[i : i+1])
		}
		if s.sizes != nil {
			s.sizes.put(s.ahead.batch.Bytes[i : i+1])
		}
		s.next.at, s.next.key = at+s.delay, 0
		if s.keyed {
			s.next.key = s.base + s.ahead.batch.Object[i]
		}
		if during(s.outages, at) != nil {
			s.next.key = lost
		}
		return
	}
}

// A block holds the arrivals of one site that were drawn ahead, in order of time.
type block struct {
	sources  []source
	arrivals []arrival
	pos      int
	span     int64 // ns that the next block covers
	scratch  []arrival
	counts   []uint32
	batch    workload.Batch // to draw into
}

// next returns the instant of the next arrival, or unknown.
func (b *block) next() int64 {
	if b.pos < len(b.arrivals) {
		return b.arrivals[b.pos].at
	}
	return unknown
}

// refill draws the next block; it leaves the block empty when all sources have run dry.
func (b *block) refill() {
	b.arrivals, b.pos = b.arrivals[:0], 0
	from := int64(unknown)
	for i := range b.sources {
		from = min(from, b.sources[i].next.at)
	}
	if from == unknown {
		return
	}
	if b.span == 0 {
		b.span = 1 << 20 // about a millisecond; it finds its length within a few blocks
	}
	to := from + b.span
	b.makeBatch()
	runs := 0
	for i := range b.sources {
		s := &b.sources[i]
		if s.next.at >= to {
			continue
		}
		runs++
		b.arrivals = s.take(b.arrivals, to, &b.batch)
	}
	if runs > 1 {
		b.sort(from)
	}
	switch n := len(b.arrivals); {
	case n < blockRequests/2:
		b.span = min(2*b.span, maxSpan)
	case n > 2*blockRequests:
		b.span = max(b.span/2, 1)
	}
}

// makeBatch makes the place to draw into, once.
func (b *block) makeBatch() {
	if b.batch.Len() == 0 {
		b.batch = newBatch(sourceRequests)
	}
}

// newBatch returns a place to draw n requests of buckets into.
func newBatch(n int) workload.Batch {
	return workload.Batch{At: make([]int64, n), Object: make([]uint32, n), Visit: make([]workload.Visit, n)}
}

// sort puts the arrivals in order of time; those of the same instant stay in the order of their sources.
// The instants of a block are spread over its span, so scattering them over about as many buckets as there
// are arrivals leaves each nearly in place.
func (b *block) sort(from int64) {
	n := len(b.arrivals)
	bucketBits := max(bits.Len(uint(n-1)), 1)
	shift := uint(max(bits.Len64(uint64(b.span))-bucketBits, 0))
	buckets := int(uint64(b.span)>>shift) + 1
	if cap(b.counts) < buckets {
		b.counts = make([]uint32, 2*buckets)
	}
	if cap(b.scratch) < n {
		b.scratch = make([]arrival, 2*n)
	}
	arrivals, counts, sorted := b.arrivals, b.counts[:buckets], b.scratch[:n]
	clear(counts)
	for i := range arrivals {
		counts[uint64(arrivals[i].at-from)>>(shift&63)]++
	}
	place := uint32(0)
	for i, c := range counts {
		counts[i] = place
		place += c
	}
	for i := range arrivals {
		v := &arrivals[i]
		next := &counts[uint64(v.at-from)>>(shift&63)]
		sorted[*next] = *v
		*next++
	}
	latest := from
	for i := range sorted {
		if at := sorted[i].at; at >= latest {
			latest = at
			continue
		}
		v, j := sorted[i], i
		for ; j > 0 && sorted[j-1].at > v.at; j-- {
			sorted[j] = sorted[j-1]
		}
		sorted[j] = v
	}
	b.arrivals, b.scratch = sorted, arrivals
}
