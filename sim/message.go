package sim

// A message is what one site sends another. It takes at least the delay between the two.
type message struct {
	at     int64 // arrival, ns
	back   int64 // of a question: the delay of the answer
	order  uint64
	target uint32
	sender uint32
	kind   messageKind
	index  uint8 // of the static workload of a fetch, or the dynamic one of a call
	toMid  bool  // a fetch asks the mid-tier cache of the site, not its origin
	// recorded says that the request behind it is past the warm-up.
	recorded bool
	token    uint32 // the sender's number of what waits for the answer
	key      uint64
	bytes    int64
	service  int64 // the work asked for, or done
	queue    int64 // what was waited
	last     int64 // of an answer: when its last byte arrives
}

type messageKind uint8

const (
	// fetch asks the next tier for an object.
	fetch messageKind = iota
	// fetched answers it.
	fetched
	// call asks the parent region to do a part of a dynamic request.
	call
	// called answers it.
	called
	// restart tells a site that it is up again.
	restart
)

// An inbox holds the messages on their way to a site. They come out in the order (time, sender, order
// of sending), whoever ran first: a 4-ary heap of 24-byte entries over a pool.
type inbox struct {
	heap []inboxEntry
	pool []message
	free []uint32
}

type inboxEntry struct {
	at    int64
	order uint64 // sender, then its own count
	n     uint32
}

func (e *inboxEntry) before(o *inboxEntry) bool {
	return e.at < o.at || e.at == o.at && e.order < o.order
}

// next returns the arrival of the next message, or unknown.
func (b *inbox) next() int64 {
	if len(b.heap) > 0 {
		return b.heap[0].at
	}
	return unknown
}

func (b *inbox) push(m *message) {
	var n uint32
	if last := len(b.free) - 1; last >= 0 {
		n = b.free[last]
		b.free = b.free[:last]
		b.pool[n] = *m
	} else {
		n = uint32(len(b.pool))
		b.pool = append(b.pool, *m)
	}
	e := inboxEntry{at: m.at, order: m.order, n: n}
	b.heap = append(b.heap, e)
	i := len(b.heap) - 1
	for i > 0 {
		p := (i - 1) / 4
		if !e.before(&b.heap[p]) {
			break
		}
		b.heap[i] = b.heap[p]
		i = p
	}
	b.heap[i] = e
}

func (b *inbox) pop() message {
	top := b.heap[0]
	last := len(b.heap) - 1
	e := b.heap[last]
	b.heap = b.heap[:last]
	for i := 0; i < last; {
		child := 4*i + 1
		least := i
		best := &e
		for k := child; k < min(child+4, last); k++ {
			if b.heap[k].before(best) {
				least, best = k, &b.heap[k]
			}
		}
		if least == i {
			b.heap[i] = e
			break
		}
		b.heap[i] = *best
		i = least
	}
	b.free = append(b.free, top.n)
	return b.pool[top.n]
}
