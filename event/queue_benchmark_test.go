package event_test

import (
	"fmt"
	"testing"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

// The hold operation: pop the first of n pending events and push one at an exponential delay after it.
// The figure includes the draw.
func BenchmarkHold(b *testing.B) {
	for _, n := range []int{2, 10, 30, 100, 1000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := random.New(1, 0, 0, 0)
			var q event.Queue
			for range n {
				q.Push(int64(s.Exp()*1e6), 0, 0)
			}
			for range 4 * n {
				hold(&q, &s)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				hold(&q, &s)
			}
		})
	}
}

func hold(q *event.Queue, s *random.Stream) {
	e := q.Pop()
	q.Push(e.Time+int64(s.Exp()*1e6), 0, 0)
}

// The hold operation over the laws of delay that calendars are known to fail on.
func BenchmarkHoldByLaw(b *testing.B) {
	for _, law := range delayLaws {
		for _, n := range []int{100, 10_000} {
			b.Run(fmt.Sprint(law.name, "/", n), func(b *testing.B) {
				s := random.New(1, 0, 0, 0)
				var q event.Queue
				for range n {
					q.Push(law.draw(&s, -1), 0, 0)
				}
				hold := func(i int) { q.Push(q.Pop().Time+law.draw(&s, i), 0, 0) }
				for range 4 * n {
					hold(-1)
				}
				b.ResetTimer()
				for i := range b.N {
					hold(i - b.N/2)
				}
			})
		}
	}
}
