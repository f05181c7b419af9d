package random_test

import (
	"math"
	"testing"

	"github.com/edgewise-sim/edgewise/random"
)

// One draw of each law; W3's catalogue (a million objects, exponent 0.9) for Zipf.
func BenchmarkDraw(b *testing.B) {
	s := random.New(1, 0, 0, 0)
	zipf, err := random.NewZipf(1_000_000, 0.9)
	if err != nil {
		b.Fatal(err)
	}
	alias, err := random.NewAlias([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	if err != nil {
		b.Fatal(err)
	}
	quantiles, err := random.NewQuantiles(func(p float64) float64 { return math.Exp(math.Erfinv(2*p - 1)) })
	if err != nil {
		b.Fatal(err)
	}
	var sink uint64
	b.Run("Uint64", func(b *testing.B) {
		for range b.N {
			sink += s.Uint64()
		}
	})
	b.Run("Key.At", func(b *testing.B) {
		key := random.NewKey(1, 2, 3, 4)
		for range b.N {
			sink += key.At(sink & 1023)
		}
	})
	b.Run("New", func(b *testing.B) {
		for range b.N {
			t := random.New(1, 2, sink, 4)
			sink = t.Uint64()
		}
	})
	var sum float64
	b.Run("Exp", func(b *testing.B) {
		for range b.N {
			sum += s.Exp()
		}
	})
	b.Run("Normal", func(b *testing.B) {
		for range b.N {
			sum += s.Normal()
		}
	})
	b.Run("Quantiles", func(b *testing.B) {
		for range b.N {
			sum += quantiles.Draw(&s)
		}
	})
	b.Run("Alias", func(b *testing.B) {
		for range b.N {
			sink += uint64(alias.Draw(&s))
		}
	})
	b.Run("Zipf", func(b *testing.B) {
		for range b.N {
			sink += uint64(zipf.Draw(&s))
		}
	})
}

func BenchmarkDrawAll(b *testing.B) {
	s := random.New(1, 0, 0, 0)
	zipf, err := random.NewZipf(1_000_000, 0.9)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("Exp", func(b *testing.B) {
		var x [256]float64
		for n := b.N; n > 0; n -= len(x) {
			s.ExpAll(x[:min(n, len(x))])
		}
	})
	b.Run("Zipf", func(b *testing.B) {
		var ranks [256]uint32
		for n := b.N; n > 0; n -= len(ranks) {
			zipf.DrawAll(&s, ranks[:min(n, len(ranks))])
		}
	})
}
