package verify

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// draws checks random numbers and arrivals.
func draws() []check {
	const group = "Draws and arrivals"
	all := []check{
		{
			group: group, source: "the authors' C program from the state 1, 2, 3, 4", exact: true, expected: 10, unit: "words",
			name:     "xoshiro256++: first words as published",
			simulate: func(context.Context, trial) (float64, error) { return float64(publishedWords()), nil },
		},
		moment(group, "exponential: second moment", 2, func(s *random.Stream) float64 { x := s.Exp(); return x * x }),
		moment(group, "normal: mean", 0, func(s *random.Stream) float64 { return s.Normal() }),
		moment(group, "normal: fourth moment", 3, func(s *random.Stream) float64 { x := s.Normal(); return x * x * x * x }),
		moment(group, "normal: share beyond 2", math.Erfc(math.Sqrt2), func(s *random.Stream) float64 { return boolean(math.Abs(s.Normal()) > 2) }),
		moment(group, "uniform: variance", 1.0/12, func(s *random.Stream) float64 { x := float64(s.Float64()) - 0.5; return float64(x * x) }),
	}
	weights := zipfWeights(100_000, 0.9)
	for _, rank := range []uint32{0, 9} {
		all = append(all, check{
			group: group, source: "rank^-exponent by its sum", expected: weights[rank],
			name: fmt.Sprintf("Zipf 0.9 over 100000: share of rank %d", rank+1),
			simulate: func(_ context.Context, t trial) (float64, error) {
				zipf, err := random.NewZipf(100_000, 0.9)
				if err != nil {
					return 0, err
				}
				s, n, hits := t.stream(1), t.scaled(1_000_000), 0
				for range n {
					if zipf.Draw(&s) == rank {
						hits++
					}
				}
				return float64(hits) / float64(n), nil
			},
		})
	}
	return append(all, arrivals(group)...)
}

// moment checks the mean of a function of draws.
func moment(group, name string, expected float64, of func(*random.Stream) float64) check {
	return check{
		group: group, name: name, source: "the law", expected: expected,
		simulate: func(_ context.Context, t trial) (float64, error) {
			s, n, sum := t.stream(1), t.scaled(1_000_000), 0.0
			for range n {
				sum += of(&s)
			}
			return sum / float64(n), nil
		},
	}
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// publishedWords counts the first words of xoshiro256++ that are as published.
func publishedWords() (right int) {
	s := random.FromState(1, 2, 3, 4)
	for _, want := range []uint64{
		41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205,
		9973669472204895162, 14011001112246962877, 12406186145184390807, 15849039046786891736,
		10450023813501588000,
	} {
		if s.Uint64() == want {
			right++
		}
	}
	return right
}

// arrivals checks Poisson arrivals whose rate follows the clock: a peak of 2.5 times the trough, at 21 h.
func arrivals(group string) []check {
	const perDay = 86_400
	day := func(t trial) (workload.Arrivals, error) {
		profile, err := workload.Evening(2.5)
		return workload.NewArrivals(t.stream(1), 1, profile, time.Time{}, nil), err
	}
	count := func(t trial, from, to time.Duration) (float64, error) {
		a, err := day(t)
		days := t.scaled(10)
		n := 0
		for at := a.Next(); at < int64(days)*int64(24*time.Hour); at = a.Next() {
			if hour := time.Duration(at % int64(24*time.Hour)); from <= hour && hour < to {
				n++
			}
		}
		return float64(n) / float64(days), err
	}
	// The profile is linear between full hours: the load from 21 to 22 h is the mean of the two.
	peak := 1 + float64(1.5/3.5*(1+math.Cos(2*math.Pi/24))/2)
	return []check{
		{
			group: group, name: "arrivals a day at a mean of one a second", source: "the mean of the day", expected: perDay, unit: "arrivals",
			simulate: func(_ context.Context, t trial) (float64, error) { return count(t, 0, 24*time.Hour) },
		},
		{
			group: group, name: "arrivals in the busiest hour", source: "integral of the rate", expected: 3600 * peak, unit: "arrivals",
			simulate: func(_ context.Context, t trial) (float64, error) { return count(t, 21*time.Hour, 22*time.Hour) },
		},
		{
			group: group, name: "arrivals in 10 s: variance by mean", source: "Poisson", expected: 1,
			simulate: func(_ context.Context, t trial) (float64, error) {
				const window, mean = 10 * time.Second, 10.0
				a := workload.NewArrivals(t.stream(1), 1, workload.Flat(), time.Time{}, nil)
				windows, squares, next := t.scaled(20_000), 0.0, a.Next()
				for w := range windows {
					n := 0.0
					for ; next < int64(w+1)*int64(window); next = a.Next() {
						n++
					}
					squares += float64((n - mean) * (n - mean))
				}
				return squares / float64(windows) / mean, nil
			},
		},
	}
}
