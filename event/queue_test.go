package event_test

import (
	"container/heap"
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

// A plain is the oracle of the queue: the standard library's heap over (time, number of the push).
type plain []pending

type pending struct {
	time int64
	push int
}

func (p plain) Len() int { return len(p) }
func (p plain) Less(i, j int) bool {
	return p[i].time < p[j].time || p[i].time == p[j].time && p[i].push < p[j].push
}
func (p plain) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *plain) Push(x any)   { *p = append(*p, x.(pending)) }
func (p *plain) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

// A delayLaw draws how long after the last popped event the next one is.
type delayLaw struct {
	name string
	draw func(s *random.Stream, hold int) int64
}

// delayLaws are kinds of delays that calendars are known to fail on.
var delayLaws = []delayLaw{
	{"exponential", func(s *random.Stream, _ int) int64 { return int64(s.Exp() * 1e6) }},
	{"uniform", func(s *random.Stream, _ int) int64 { return int64(s.Float64() * 2e6) }},
	{"constant", func(*random.Stream, int) int64 { return 1e6 }},
	{"biased", func(s *random.Stream, _ int) int64 { return int64((0.9 + 0.2*s.Float64()) * 1e6) }},
	{"bimodal", func(s *random.Stream, _ int) int64 {
		if s.Float64() < 0.9 {
			return int64(s.Exp() * 1e5)
		}
		return int64(1e7 + s.Exp()*1e5)
	}},
	{"CDN", func(s *random.Stream, _ int) int64 { // arrivals, and fills 50 ms after
		if s.Float64() < 0.5 {
			return int64(s.Exp() * 1e6)
		}
		return 50e6
	}},
	{"Pareto", func(s *random.Stream, _ int) int64 { return int64(1e3 * math.Pow(s.OpenFloat64(), -1/1.1)) }},
	{"ticks", func(s *random.Stream, _ int) int64 { return 1e7 * int64(s.Uint64N(4)) }},
	{"zeros", func(s *random.Stream, _ int) int64 {
		if s.Float64() < 0.3 {
			return 0
		}
		return int64(s.Exp() * 1e6)
	}},
	{"scale", func(s *random.Stream, hold int) int64 { // another time scale half way
		if hold > 0 {
			return int64(s.Exp() * 1e4)
		}
		return int64(s.Exp() * 1e9)
	}},
	{"all at once", func(*random.Stream, int) int64 { return 0 }},
	{"clusters", func(s *random.Stream, _ int) int64 { // far apart, crowded within a few nanoseconds
		return 1e9*int64(s.Uint64N(3)) + int64(s.Uint64N(5))
	}},
	{"decades", func(s *random.Stream, _ int) int64 { return int64(math.Pow(10, 15*s.Float64())) }},
}

func TestQueuePopsInTheOrderOfAPlainHeap(t *testing.T) {
	for _, law := range delayLaws {
		for _, n := range []int{1, 3, 20, 60, 1000, 6000} {
			t.Run(fmt.Sprint(law.name, "/", n), func(t *testing.T) {
				s := random.New(1, uint64(n), random.Entity(law.name), 0)
				var q event.Queue
				var p plain
				pushes := 0
				push := func(now int64, hold int) {
					time := now + law.draw(&s, hold)
					q.Push(time, uint32(pushes&0xff), uint64(pushes))
					heap.Push(&p, pending{time, pushes})
					pushes++
				}
				for range n {
					push(0, -1)
				}
				holds := max(3*n, 2000)
				for i := range holds {
					want := heap.Pop(&p).(pending)
					if i%3 == 0 {
						if next := q.NextTime(); next != want.time {
							require.Equal(t, want.time, next)
						}
					}
					requireEvent(t, want, q.Pop())
					push(want.time, i-holds/2)
					if i%50 == 0 { // the number pending varies as well
						push(want.time, i-holds/2)
					}
					if q.Len() != p.Len() {
						require.Equal(t, p.Len(), q.Len())
					}
				}
				for p.Len() > 0 {
					requireEvent(t, heap.Pop(&p).(pending), q.Pop())
				}
				require.Zero(t, q.Len())
				require.Equal(t, event.Never, q.NextTime())
			})
		}
	}
}

func TestEventsOfOneTimePopInTheOrderOfTheirPushes(t *testing.T) {
	var q event.Queue
	for i := range uint64(100_000) {
		q.Push(7, uint32(i%5), i)
	}
	for i := range uint64(100_000) {
		if arg := q.Pop().Arg; arg != i {
			require.Equal(t, i, arg)
		}
	}
}

func TestQueueTakesAnyTime(t *testing.T) {
	times := []int64{math.MaxInt64, math.MinInt64, 0, -1, 1, math.MinInt64, math.MaxInt64, 1 << 62, -1 << 62}
	for _, crowd := range []int{0, 1000} { // without and with a ring
		var q event.Queue
		var p plain
		for i := range crowd {
			q.Push(int64(i), uint32(i&0xff), uint64(i))
			heap.Push(&p, pending{int64(i), i})
		}
		for i, time := range times {
			i += crowd
			q.Push(time, uint32(i&0xff), uint64(i))
			heap.Push(&p, pending{time, i})
		}
		for p.Len() > 0 {
			requireEvent(t, heap.Pop(&p).(pending), q.Pop())
		}
	}
}

func TestQueueTakesEventsBeforeThosePopped(t *testing.T) {
	s := random.New(2, 0, 0, 0)
	var q event.Queue
	var p plain
	for i := range 20_000 {
		time := int64(s.Uint64N(1e9)) // whatever was popped
		q.Push(time, uint32(i&0xff), uint64(i))
		heap.Push(&p, pending{time, i})
		if i%4 == 3 {
			requireEvent(t, heap.Pop(&p).(pending), q.Pop())
		}
	}
	for p.Len() > 0 {
		requireEvent(t, heap.Pop(&p).(pending), q.Pop())
	}
}

func TestEmptyQueueHasNothingAndNeverWill(t *testing.T) {
	var q event.Queue
	require.Equal(t, event.Never, q.NextTime())
	require.Equal(t, event.Never, q.Pop().Time)
	require.Zero(t, q.Len())
	require.Zero(t, q.DropIf(func(event.Event) bool { return true }))
	q.Push(3, 1, 2)
	require.Equal(t, int64(3), q.NextTime())
	require.Equal(t, uint64(2), q.Pop().Arg)
	require.Equal(t, event.Never, q.Pop().Time)
	require.Zero(t, q.Len())
}

func TestDropIfRemovesTheStaleAndKeepsTheOrder(t *testing.T) {
	for _, n := range []int{10, 500, 20_000} {
		s := random.New(3, uint64(n), 0, 0)
		var q event.Queue
		var p plain
		for i := range n {
			time := int64(s.Uint64N(50)) * 1e6 // many ties
			q.Push(time, uint32(i&0xff), uint64(i))
			if i%3 != 0 {
				heap.Push(&p, pending{time, i})
			}
		}
		require.Equal(t, (n+2)/3, q.DropIf(func(e event.Event) bool { return e.Arg%3 == 0 }))
		require.Equal(t, p.Len(), q.Len())
		for p.Len() > 0 {
			requireEvent(t, heap.Pop(&p).(pending), q.Pop())
		}
	}
}

func TestResetQueueIsAsNew(t *testing.T) {
	var q event.Queue
	for i := range uint64(5000) {
		q.Push(int64(i*i), 0, i)
	}
	for range 100 {
		q.Pop()
	}
	q.Reset()
	require.Zero(t, q.Len())
	require.Equal(t, event.Never, q.NextTime())
	var fresh event.Queue
	for i := range uint64(100) {
		q.Push(int64(i%7), 0, i)
		fresh.Push(int64(i%7), 0, i)
	}
	for range 100 {
		require.Equal(t, fresh.Pop(), q.Pop(), "sequence numbers start again")
	}
}

func TestHoldAllocatesNothing(t *testing.T) {
	for _, law := range delayLaws {
		for _, n := range []int{2, 100, 3000} {
			s := random.New(4, 0, 0, 0)
			var q event.Queue
			for range n {
				q.Push(law.draw(&s, 1), 0, 0)
			}
			hold := func() {
				for range n {
					q.Push(q.Pop().Time+law.draw(&s, 1), 0, 0)
				}
			}
			for range 10_000/n + 20 { // grows and tunes itself
				hold()
			}
			// Heavy tails now and then need another chunk: one allocation in thousands of events.
			require.LessOrEqual(t, testing.AllocsPerRun(5, hold)/float64(n), 0.001, "%s, %d pending", law.name, n)
		}
	}
}

func TestIdleQueueIsSmall(t *testing.T) {
	// A simulator gives every site a queue of its own.
	require.Equal(t, uintptr(24), unsafe.Sizeof(event.Event{}))
	require.LessOrEqual(t, unsafe.Sizeof(event.Queue{}), uintptr(512))
	allocated := testing.AllocsPerRun(1, func() {
		var q event.Queue
		for i := range uint64(1000) {
			q.Push(int64(i), 0, i)
			if q.Len() > 20 {
				q.Pop()
			}
		}
	})
	require.LessOrEqual(t, allocated, 1.0, "one array, no ring")
}

func FuzzQueue(f *testing.F) {
	f.Add([]byte("push and pop"))
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 0x80, 0x81, 0xff, 0xff, 0xff, 0xff})
	s := random.New(5, 0, 0, 0)
	long := make([]byte, 4000)
	for i := range long {
		long[i] = byte(s.Uint64())
	}
	f.Add(long)
	f.Add(append(make([]byte, 2000), long...))
	f.Fuzz(func(t *testing.T, ops []byte) {
		var q event.Queue
		var p plain
		now, pushes := int64(0), 0
		for _, op := range ops {
			value := int64(op & 31)
			switch op >> 5 {
			case 0, 1: // near
				now := now + value
				push(&q, &p, now, &pushes)
			case 2: // at any distance, crowded
				for range 1 + value%8 {
					push(&q, &p, now+1<<value, &pushes)
				}
			case 3: // in the past
				push(&q, &p, now-value*1000, &pushes)
			case 4, 5, 6: // pops
				for range 1 + value%8 {
					if p.Len() == 0 {
						if e := q.Pop(); e.Time != event.Never {
							require.Equal(t, event.Never, e.Time)
						}
						break
					}
					want := heap.Pop(&p).(pending)
					requireEvent(t, want, q.Pop())
					now = want.time
				}
			case 7:
				switch {
				case value == 0:
					q.Reset()
					p = p[:0]
				case value < 4: // drops every (value+1)th
					kept := p[:0:0]
					for _, e := range p {
						if int64(e.push)%(value+1) != 0 {
							kept = append(kept, e)
						}
					}
					require.Equal(t, len(p)-len(kept), q.DropIf(func(e event.Event) bool { return int64(e.Arg)%(value+1) == 0 }))
					p = kept
					heap.Init(&p)
				default: // far
					push(&q, &p, now+1<<(value+30), &pushes)
				}
			}
			if p.Len() != q.Len() {
				require.Equal(t, p.Len(), q.Len())
			}
			if p.Len() > 0 && p[0].time != q.NextTime() {
				require.Equal(t, p[0].time, q.NextTime())
			}
		}
		for p.Len() > 0 {
			requireEvent(t, heap.Pop(&p).(pending), q.Pop())
		}
	})
}

func push(q *event.Queue, p *plain, time int64, pushes *int) {
	q.Push(time, uint32(*pushes&0xff), uint64(*pushes))
	heap.Push(p, pending{time, *pushes})
	*pushes++
}

func requireEvent(t *testing.T, want pending, got event.Event) {
	t.Helper()
	if got.Time != want.time || got.Arg != uint64(want.push) || got.Handler() != uint32(want.push&0xff) {
		require.Failf(t, "wrong event", "want push %d at %d, got argument %d of handler %d at %d",
			want.push, want.time, got.Arg, got.Handler(), got.Time)
	}
}
