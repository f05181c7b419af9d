package sim

import "github.com/edgewise-sim/edgewise/internal/fifo"

// A startLine holds when the jobs that wait for servers will start, in order, as they do where first come is first served: no job starts
// earlier than those before it.
type startLine struct{ fifo.Queue[int64] }

// waiting returns how many still wait at an instant, no earlier than that of any call before.
func (l *startLine) waiting(now int64) int {
	for l.Len() > 0 && l.First() <= now {
		l.Pop()
	}
	return l.Len()
}
