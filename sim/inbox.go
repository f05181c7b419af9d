package sim

import (
	"cmp"
	"math/bits"
	"slices"
)

// An inbox holds the messages on their way to a site. They come out in the order (time, sender, order of
// sending), whoever ran first.
//
// What others send comes in between windows, many at a time: it is sorted once, when the site next moves,
// and merged with what is still to come. What the site sends itself comes in at any time and waits in a heap.
type inbox struct {
	run     []inboxEntry // in order; those before pos are out
	pos     int
	fresh   []inboxEntry // delivered since the site last moved, in any order
	least   int64        // the first instant of fresh
	own     []inboxEntry // a 4-ary heap
	scratch []inboxEntry
	counts  []uint32
}

// An inboxEntry is a message and its arrival: who is next is found without a look at the messages.
type inboxEntry struct {
	at int64
	m  *message
}

// before reports whether e comes out before o.
func (b *inbox) before(e, o *inboxEntry) bool {
	return e.at < o.at || e.at == o.at && e.m.order < o.m.order
}

// compare is before for the library's functions.
func (b *inbox) compare(e, o inboxEntry) int {
	return cmp.Or(cmp.Compare(e.at, o.at), cmp.Compare(e.m.order, o.m.order))
}

// next returns the arrival of the next message, or unknown.
func (b *inbox) next() int64 {
	at := unknown
	if b.pos < len(b.run) {
		at = b.run[b.pos].at
	}
	if len(b.own) > 0 {
		at = min(at, b.own[0].at)
	}
	if len(b.fresh) > 0 {
		at = min(at, b.least)
	}
	return at
}

// deliver takes a message of another site that arrives at an instant, while this one does not move.
func (b *inbox) deliver(at int64, m *message) {
	if len(b.fresh) == 0 || at < b.least {
		b.least = at
	}
	b.fresh = append(b.fresh, inboxEntry{at, m})
}

// sort puts what has been delivered in order.
func (b *inbox) sort() {
	if len(b.fresh) == 0 {
		return
	}
	b.sortFresh()
	if b.pos == len(b.run) {
		b.run, b.fresh, b.pos = b.fresh, b.run[:0], 0
		return
	}
	if b.pos > len(b.run)/2 {
		b.run = b.run[:copy(b.run, b.run[b.pos:])]
		b.pos = 0
	}
	// From the end, until what is left of the run is in its place.
	i := len(b.run) - 1
	b.run = append(b.run, b.fresh...)
	j := len(b.fresh) - 1
	for k := len(b.run) - 1; i >= b.pos && j >= 0; k-- {
		if b.before(&b.fresh[j], &b.run[i]) {
			b.run[k] = b.run[i]
			i--
		} else {
			b.run[k] = b.fresh[j]
			j--
		}
	}
	copy(b.run[i+1:], b.fresh[:j+1])
	b.fresh = b.fresh[:0]
}

// sortFresh puts the entries that were delivered in order: at most a few by insertion; many are scattered
// by time into about as many buckets first, which leaves each nearly in place.
func (b *inbox) sortFresh() {
	n, ordered := len(b.fresh), 1
	for ordered < n && b.fresh[ordered-1].at < b.fresh[ordered].at {
		ordered++
	}
	if ordered >= n {
		return
	}
	if n > 32 {
		b.scatter()
	}
	fresh, moves := b.fresh, 0
	for i := 1; i < n; i++ {
		if fresh[i-1].at < fresh[i].at {
			continue
		}
		e := fresh[i]
		j := i
		for ; j > 0 && b.before(&e, &fresh[j-1]); j-- {
			fresh[j] = fresh[j-1]
		}
		fresh[j] = e
		if moves += i - j; moves > 16*n {
			// A few far ones have crowded the others into one bucket.
			slices.SortFunc(fresh, b.compare)
			return
		}
	}
}

// scatter puts the entries that were delivered into about as many buckets by time, one bucket after the other.
func (b *inbox) scatter() {
	n, least, most := len(b.fresh), b.least, b.least
	for i := range b.fresh {
		most = max(most, b.fresh[i].at)
	}
	shift := max(bits.Len64(uint64(most-least))-bits.Len(uint(n)), 0) & 63
	buckets := int(uint64(most-least)>>shift) + 2
	b.counts = slices.Grow(b.counts[:0], buckets)[:buckets]
	b.scratch = slices.Grow(b.scratch[:0], n)[:n]
	counts, scratch := b.counts, b.scratch
	clear(counts)
	for i := range b.fresh {
		counts[uint64(b.fresh[i].at-least)>>shift+1]++
	}
	sum := uint32(0)
	for i, c := range counts {
		sum += c
		counts[i] = sum
	}
	for _, e := range b.fresh {
		place := &counts[uint64(e.at-least)>>shift]
		scratch[*place] = e
		*place++
	}
	b.fresh, b.scratch = scratch, b.fresh
}

// push takes a message that the site sends itself.
func (b *inbox) push(m *message) {
	e := inboxEntry{m.at, m}
	b.own = append(b.own, e)
	i := len(b.own) - 1
	for i > 0 {
		p := (i - 1) / 4
		if !b.before(&e, &b.own[p]) {
			break
		}
		b.own[i] = b.own[p]
		i = p
	}
	b.own[i] = e
}

// pop takes the next message out. There must be one, and what was delivered must be sorted.
func (b *inbox) pop() *message {
	if len(b.own) > 0 {
		return b.popEither()
	}
	b.pos++
	return b.run[b.pos-1].m
}

// popEither is pop where the site has sent itself a message, too.
func (b *inbox) popEither() *message {
	if b.pos < len(b.run) && b.before(&b.run[b.pos], &b.own[0]) {
		b.pos++
		return b.run[b.pos-1].m
	}
	top := b.own[0]
	last := len(b.own) - 1
	e := b.own[last]
	b.own = b.own[:last]
	for i := 0; i < last; {
		least, best := i, &e
		for k := 4*i + 1; k < min(4*i+5, last); k++ {
			if b.before(&b.own[k], best) {
				least, best = k, &b.own[k]
			}
		}
		b.own[i] = *best
		if least == i {
			break
		}
		i = least
	}
	return top.m
}
