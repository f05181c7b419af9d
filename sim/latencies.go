package sim

import "math/bits"

// latencies holds two latencies of each of the latest requests, or updates, of a tally: the headline and the
// second metric. They are recorded many at a time, which costs less.
type latencies struct {
	tally         *Tally
	deadlines     []int64
	course        courseOfMany // puts them into steps, too; nil where nobody asks for it
	count         uint
	first, second [latenciesAtOnce]int64 // not in the tally yet
}

const latenciesAtOnce = 32

// courseOfMany puts latencies into steps of a course many at a time.
type courseOfMany interface {
	// take is told of latencies before they are forgotten.
	take(l *latencies)
}

// put takes the latencies of one request; there must be room for them.
func (l *latencies) put(first, second int64) {
	n := l.count % latenciesAtOnce // it is less, as the compiler can see now
	l.first[n], l.second[n] = first, second
	l.count = n + 1
}

// room makes room for so many requests at most, and returns where their latencies go; it is not full yet.
func (l *latencies) room(most int64) (first, second []int64) {
	from := l.count
	l.count = min(from+uint(most), latenciesAtOnce)
	return l.first[from:l.count], l.second[from:l.count]
}

func (l *latencies) isFull() bool { return l.count == latenciesAtOnce }

// record puts the latencies into the tally and makes room.
func (l *latencies) record() {
	first := l.first[:l.count]
	second := l.second[:len(first)]
	headline, next := &l.tally.Metrics[0], &l.tally.Metrics[1]
	headline.Latency.RecordAll(first)
	next.Latency.RecordAll(second)
	if l.course != nil {
		l.course.take(l)
	}
	firstWithin, secondWithin := headline.Within[:len(l.deadlines)], next.Within[:len(l.deadlines)]
	for i, deadline := range l.deadlines {
		// Taking anything longer from a latency within the deadline leaves a borrow, and a borrow is counted in
		// one instruction.
		longer := uint64(deadline) + 1
		var n, m, borrow uint64
		for j, ns := range first {
			_, borrow = bits.Sub64(uint64(ns), longer, 0)
			n, _ = bits.Add64(n, 0, borrow)
			_, borrow = bits.Sub64(uint64(second[j]), longer, 0)
			m, _ = bits.Add64(m, 0, borrow)
		}
		firstWithin[i] += n
		secondWithin[i] += m
	}
	l.count = 0
}
