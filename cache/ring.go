package cache

import "slices"

// A ring is a queue of keys, first in, first out. It grows as needed.
type ring struct {
	keys       []uint32 // their number is 0 or a power of two
	head, tail uint32   // where the next key goes, and the oldest, both modulo the number of keys
}

func (q *ring) len() int64 { return int64(q.head - q.tail) }

func (q *ring) isFull() bool { return int(q.head-q.tail) == len(q.keys) }

func (q *ring) push(key uint32) {
	if q.isFull() {
		q.grow()
	}
	q.keys[int(q.head)&(len(q.keys)-1)] = key
	q.head++
}

// pop takes out the oldest key. There must be one.
func (q *ring) pop() uint32 {
	key := q.keys[int(q.tail)&(len(q.keys)-1)]
	q.tail++
	return key
}

// remove takes out a key that is there. It looks at all of them.
func (q *ring) remove(key uint32) {
	keys := q.inOrder()
	at := slices.Index(keys, key)
	copy(q.keys, slices.Delete(keys, at, at+1))
	q.head, q.tail = uint32(len(keys)-1), 0
}

func (q *ring) grow() {
	keys := q.inOrder()
	q.keys = make([]uint32, max(16, 2*len(q.keys)))
	q.head, q.tail = uint32(copy(q.keys, keys)), 0
}

// inOrder returns a copy of the keys, the oldest first.
func (q *ring) inOrder() []uint32 {
	keys := make([]uint32, 0, q.len())
	for at := q.tail; at != q.head; at++ {
		keys = append(keys, q.keys[int(at)&(len(q.keys)-1)])
	}
	return keys
}
