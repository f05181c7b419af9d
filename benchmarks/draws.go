package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/edgewise-sim/edgewise/random"
)

// draws returns the entries of the work "draws": each law by this project, and by what else a Go program
// would draw it with. Its check is the mean of what was drawn.
func draws() []entry {
	zipf, err := random.NewZipf(standardToy.objects, standardToy.exponent)
	if err != nil {
		panic(err) // the parameters are constants above
	}
	quantiles, err := random.NewQuantiles(distuv.LogNormal{Mu: 0, Sigma: 1}.Quantile)
	if err != nil {
		panic(err)
	}
	const million = 1_000_000
	var entries []entry
	add := func(engine, law string, millions int, draws func(n int) float64) {
		entries = append(entries, entry{
			engine: engine, how: law, operations: millions * million, base: engine == "edgewise",
			run: func(_, n int) (outcome, error) {
				sum := 0.0
				cpu, err := timed(func() error { sum = draws(n); return nil })
				return outcome{n, cpu, sum / float64(n)}, err
			},
		})
	}
	// addMany adds this project's draws of a slice at once, to be compared with those one by one above.
	addMany := func(law string, millions int, draws func(n int) float64) {
		add("edgewise", law+", many at a time", millions, draws)
		entries[len(entries)-1].base = false
	}
	own := random.New(1, 0, 0, 0)
	pcg := rand.New(rand.NewPCG(1, 2))

	add("edgewise", "64 bits", 200, func(n int) float64 {
		s, sum := own, uint64(0)
		for range n {
			sum += s.Uint64() >> 40
		}
		return float64(sum)
	})
	add("math/rand/v2", "64 bits", 100, func(n int) float64 {
		sum := uint64(0)
		for range n {
			sum += pcg.Uint64() >> 40
		}
		return float64(sum)
	})
	add("edgewise", "64 bits by index", 200, func(n int) float64 {
		key, sum := random.NewKey(1, 0, 0, 0), uint64(0)
		for i := range uint64(n) {
			sum += key.At(i) >> 40
		}
		return float64(sum)
	})
	add("edgewise", "exponential", 100, func(n int) (sum float64) {
		s := own
		for range n {
			sum += s.Exp()
		}
		return sum
	})
	addMany("exponential", 200, func(n int) (sum float64) {
		s := own
		var block [256]float64
		for ; n > 0; n -= len(block) {
			part := block[:min(n, len(block))]
			s.ExpAll(part)
			for _, x := range part {
				sum += x
			}
		}
		return sum
	})
	add("math/rand/v2", "exponential", 100, func(n int) (sum float64) {
		for range n {
			sum += pcg.ExpFloat64()
		}
		return sum
	})
	add("edgewise", "normal", 100, func(n int) (sum float64) {
		s := own
		for range n {
			sum += s.Normal()
		}
		return sum
	})
	add("math/rand/v2", "normal", 100, func(n int) (sum float64) {
		for range n {
			sum += pcg.NormFloat64()
		}
		return sum
	})
	add("edgewise", "lognormal, by quantiles", 100, func(n int) (sum float64) {
		s := own
		for range n {
			sum += quantiles.Draw(&s)
		}
		return sum
	})
	add("edgewise", "lognormal", 100, func(n int) (sum float64) {
		s := own
		for range n {
			sum += s.Lognormal(0, 1)
		}
		return sum
	})
	add("gonum", "lognormal", 50, func(n int) (sum float64) {
		law := distuv.LogNormal{Mu: 0, Sigma: 1, Src: rand.NewPCG(1, 2)}
		for range n {
			sum += law.Rand()
		}
		return sum
	})
	add("edgewise", "Zipf 0.9 over a million", 50, func(n int) float64 {
		s, sum := own, 0
		for range n {
			sum += int(zipf.Draw(&s))
		}
		return float64(sum)
	})
	addMany("Zipf 0.9 over a million", 100, func(n int) float64 {
		s, sum := own, 0
		var block [256]uint32
		for ; n > 0; n -= len(block) {
			part := block[:min(n, len(block))]
			zipf.DrawAll(&s, part)
			for _, rank := range part {
				sum += int(rank)
			}
		}
		return float64(sum)
	})
	add("math/rand/v2", "Zipf 1.1 (it refuses 0.9) over a million", 20, func(n int) float64 {
		z, sum := rand.NewZipf(pcg, 1.1, 1, million-1), uint64(0)
		for range n {
			sum += z.Uint64()
		}
		return float64(sum)
	})
	add("gonum", "Zipf 0.9 over a million, Categorical", 2, func(n int) (sum float64) {
		weights := make([]float64, million)
		for i := range weights {
			weights[i] = math.Pow(float64(i+1), -0.9)
		}
		law := distuv.NewCategorical(weights, rand.NewPCG(1, 2))
		for range n {
			sum += law.Rand()
		}
		return sum
	})
	return entries
}
