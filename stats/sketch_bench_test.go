package stats_test

import (
	"testing"

	"github.com/edgewise-sim/edgewise/stats"
)

// adder is the least that a recorder behind a function call can do.
type adder struct{ sum int64 }

//go:noinline
func (a *adder) add(ns int64) { a.sum += ns }

func BenchmarkRecord(b *testing.B) {
	const size = 1 << 14
	values := draw("lognormal", size, 1)
	b.Run("sketch", func(b *testing.B) {
		var s stats.Sketch
		for i := range b.N {
			s.Record(values[i%size])
		}
	})
	b.Run("sketch, 32 at a time", func(b *testing.B) {
		var s stats.Sketch
		for i := 0; i < b.N; i += 32 {
			s.RecordAll(values[i%size:][:32])
		}
	})
	b.Run("one addition behind a call", func(b *testing.B) {
		var a adder
		for i := range b.N {
			a.add(values[i%size])
		}
	})
	b.Run("append int64 to a buffer", func(b *testing.B) {
		buffer := make([]int64, 0, size)
		for i := range b.N {
			if len(buffer) == cap(buffer) {
				buffer = buffer[:0]
			}
			buffer = append(buffer, values[i%size])
		}
	})
}

func BenchmarkMerge(b *testing.B) {
	from, to := record(draw("lognormal", 100_000, 1)), record(draw("lognormal", 100_000, 2))
	for range b.N {
		to.Merge(from)
	}
}

func BenchmarkQuantileNs(b *testing.B) {
	s := record(draw("lognormal", 100_000, 1))
	for range b.N {
		s.QuantileNs(0.99)
	}
}
