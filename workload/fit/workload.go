package fit

import (
	"math"

	"github.com/edgewise-sim/edgewise/workload"
)

// UnknownSize is the size of objects of a trace without sizes, in bytes: assumed.
const UnknownSize = 10_000

// Zipf returns the demand as one class of objects with a Zipf law, and those that are asked for once.
func (f *Fit) Zipf() workload.Mixture {
	return workload.Mixture{
		RequestsPerSecond: f.PerSecond,
		Classes:           []workload.Class{{Requests: 1, Objects: f.Popularity.Objects, ZipfExponent: f.ZipfExponent, Sizes: f.sizes(f.Sizes)}},
		Once:              f.once(), Churn: f.churn(),
	}
}

// churn returns the churn as scenarios have it.
func (f *Fit) churn() float64 {
	if f.PerDay == 0 {
		return 0
	}
	p := math.Pow10(2 - int(math.Floor(math.Log10(f.PerDay))))
	return math.Min(math.Round(f.PerDay*p)/p, mostChurn)
}

// mostChurn is the most that a [workload.Mixture] has.
const mostChurn = 10_000

// measuredFrom is how often the objects of an octave must have been asked for, on the mean, that their share of the requests is taken
// from the trace: of objects that are asked for seldom, those that chance has favoured come first.
const measuredFrom = 12

// ByRank returns the demand as classes of objects of like popularity, an octave of ranks each, all as popular in it. Those that are
// asked for often have the popularity that the trace has at their ranks, whatever law it follows; the others share the rest of the
// requests as the Zipf law has it. All have the sizes that the trace has at their ranks. Where objects are replaced a rank of the trace is no place in
// the catalogue: all popularity is the law's then, and sizes are those at the ranks that the objects of a place have.
func (f *Fit) ByRank() workload.Mixture {
	m := workload.Mixture{RequestsPerSecond: f.PerSecond, Once: f.once(), Churn: f.churn()}
	left := float64(f.Requests) * (1 - f.Once) // requests
	first := 1
	sizesAt := func(rank int) workload.Sizes {
		rank = int(float64(rank) * (1 + f.Turnover))
		for _, r := range f.Ranks {
			if rank <= r.Last {
				return f.sizes(r.Sizes)
			}
		}
		if f.OnceSizes.Objects > 0 {
			return f.sizes(f.OnceSizes)
		}
		return f.sizes(f.Sizes)
	}
	for _, r := range f.Ranks {
		n := r.Last - r.First + 1
		if f.Turnover > 0 || r.Requests < measuredFrom*n || float64(r.Requests) >= left || r.Last >= f.Popularity.Objects {
			break
		}
		m.Classes = append(m.Classes, workload.Class{Requests: float64(r.Requests), Objects: n, Sizes: f.sizes(r.Sizes)})
		left -= float64(r.Requests)
		first = r.Last + 1
	}
	objects := f.Popularity.Objects
	whole := zipfSum(float64(first), float64(objects), f.ZipfExponent)
	for first <= objects {
		last := min(objects, 2*first-1)
		share := zipfSum(float64(first), float64(last), f.ZipfExponent) / whole
		m.Classes = append(m.Classes, workload.Class{Requests: max(round(left*share, 1), 0.1), Objects: last - first + 1, Sizes: sizesAt(first)})
		first = last + 1
	}
	return m
}

func (f *Fit) once() workload.Once {
	if f.Once == 0 {
		return workload.Once{}
	}
	law := f.OnceSizes
	if law.Objects == 0 {
		law = f.Sizes
	}
	return workload.Once{Requests: f.Once, Sizes: f.sizes(law)}
}

// sizes returns a law as scenarios have it, in round numbers.
func (f *Fit) sizes(l Law) workload.Sizes {
	if !f.HasSizes || l.Objects == 0 {
		return workload.Sizes{LnMean: math.Log(UnknownSize)}
	}
	// A law that is not bounded by what was seen has a tail that may hold most of the bytes.
	return workload.Sizes{LnMean: math.Log(math.Round(math.Exp(l.LnMean))), LnSD: round(l.LnSD, 3), MinBytes: l.MinBytes, MaxBytes: max(l.MaxBytes, l.MinBytes)}
}

func round(x float64, decimals int) float64 {
	p := math.Pow10(decimals)
	return math.Round(x*p) / p
}
