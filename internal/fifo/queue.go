// Package fifo has queues that are first in, first out, and allocate only when they grow.
package fifo

// A Queue is a queue, first in, first out. It grows as needed. The zero value is empty.
type Queue[T any] struct {
	all     []T // as many as a power of two, or none
	head, n int
}

// Len returns how many there are.
func (q *Queue[T]) Len() int { return q.n }

// First returns the oldest. There must be one.
func (q *Queue[T]) First() T { return q.all[q.head] }

// Pop takes out the oldest. There must be one.
func (q *Queue[T]) Pop() T {
	first := q.all[q.head]
	q.head = (q.head + 1) & (len(q.all) - 1)
	q.n--
	return first
}

// Push adds one.
func (q *Queue[T]) Push(x T) {
	if q.n == len(q.all) {
		q.grow()
	}
	q.all[(q.head+q.n)&(len(q.all)-1)] = x
	q.n++
}

func (q *Queue[T]) grow() {
	grown := make([]T, max(2*q.n, 16))
	n := copy(grown, q.all[q.head:])
	copy(grown[n:], q.all[:q.head])
	q.all, q.head = grown, 0
}
