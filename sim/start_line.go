package sim

// A startLine holds when the jobs that wait for servers will start, in order, as they do where first come is first served. It is a ring.
type startLine struct {
	starts  []int64 // as many as a power of two
	head, n int
}

// waiting returns how many still wait at an instant, no earlier than that of any call before.
func (l *startLine) waiting(now int64) int {
	for l.n > 0 && l.starts[l.head] <= now {
		l.head = (l.head + 1) & (len(l.starts) - 1)
		l.n--
	}
	return l.n
}

// push adds a job, which starts no earlier than those before.
func (l *startLine) push(start int64) {
	if l.n == len(l.starts) {
		grown := make([]int64, max(2*l.n, 16))
		for i := range l.n {
			grown[i] = l.starts[(l.head+i)&(l.n-1)]
		}
		l.starts, l.head = grown, 0
	}
	l.starts[(l.head+l.n)&(len(l.starts)-1)] = start
	l.n++
}
