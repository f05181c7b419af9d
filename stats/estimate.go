package stats

import (
	"fmt"
	"math"
	"sync/atomic"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// An Estimate is a figure with its confidence interval over replications. All numbers in it are
// finite. There are three cases:
//
//   - Unsupported is empty: Value and the interval [Low, High] hold, from N >= 2 replications.
//   - Unsupported is set and N >= 1: Value holds, but there is no interval (Low and High equal Value);
//     Unsupported says why, for example that there was one replication only.
//   - Unsupported is set and N is 0: there is no figure at all (all numbers are 0); Unsupported says
//     why, for example that too few requests lie beyond a quantile.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	// N is the number of replications behind the figure.
	N int `json:"n"`
	// Unsupported says what the data could not carry: the interval, or the whole figure when N is 0.
	Unsupported string `json:"unsupported,omitempty"`
}

// HasValue reports whether there is a figure.
func (e Estimate) HasValue() bool { return e.N > 0 }

// HasInterval reports whether there is a confidence interval.
func (e Estimate) HasInterval() bool { return e.N > 0 && e.Unsupported == "" }

// HalfWidth returns half the width of the confidence interval, 0 where there is none.
func (e Estimate) HalfWidth() float64 {
	if !e.HasInterval() {
		return 0
	}
	return (e.High - e.Low) / 2
}

// Scaled returns the estimate in another unit: all numbers times factor, which must be positive.
func (e Estimate) Scaled(factor float64) Estimate {
	e.Value *= factor
	e.Low *= factor
	e.High *= factor
	return e
}

// CutAt returns the estimate of a quantity that cannot be less than so much: the interval is cut there, which costs it no coverage.
func (e Estimate) CutAt(least float64) Estimate {
	if e.HasInterval() {
		e.Low = max(e.Low, least)
	}
	return e
}

// MeanOf estimates the mean of a quantity of which samples holds one value a replication, with the
// Student-t interval of the given level, for example 0.95. With one sample there is a value but no
// interval.
func MeanOf(samples []float64, level float64) Estimate {
	if reason := checkSamples(samples, level); reason != "" {
		return Estimate{Unsupported: reason}
	}
	mean := meanOf(samples)
	return around(mean, squaredDeviations(samples, mean), len(samples), level)
}

// DifferenceOf estimates the mean of a - b, paired by replication: a[i] and b[i] must come from the
// same users, arrivals and jitter. The interval is that of the paired t-test.
func DifferenceOf(a, b []float64, level float64) Estimate {
	if len(a) != len(b) {
		return unpaired(len(a), len(b))
	}
	differences := make([]float64, len(a))
	for i := range a {
		differences[i] = a[i] - b[i]
	}
	return MeanOf(differences, level)
}

// around returns the estimate value +- t x sqrt(squares / (n (n-1))), where squares is the sum of the
// squared deviations of n replications.
func around(value, squares float64, n int, level float64) Estimate {
	if !isFinite(value) || !isFinite(squares) {
		return Estimate{Unsupported: "the figure is too large for a 64-bit float"}
	}
	if n < 2 {
		return withoutInterval(value, n, "one replication: no interval")
	}
	half := float64(tQuantile(level, n-1) * math.Sqrt(squares/(float64(n)*float64(n-1))))
	if !isFinite(half) {
		return withoutInterval(value, n, "the interval is too wide for a 64-bit float")
	}
	return Estimate{Value: value, Low: value - half, High: value + half, N: n}
}

func withoutInterval(value float64, n int, reason string) Estimate {
	return Estimate{Value: value, Low: value, High: value, N: n, Unsupported: reason}
}

func unpaired(a, b int) Estimate {
	return Estimate{Unsupported: fmt.Sprintf("%d replications against %d cannot be paired", a, b)}
}

// StudentT returns the t with P(|T| <= t) = level for Student's law with so many degrees of freedom, 1 or more: with it the interval of a
// mean of n samples is t times their standard deviation over the square root of n, with n-1 degrees.
func StudentT(level float64, degrees int) float64 { return tQuantile(level, degrees) }

// tQuantile returns the t with P(|T| <= t) = level for Student's law with the given degrees of freedom. The last one is
// kept: all figures of a comparison ask for the same.
func tQuantile(level float64, degrees int) float64 {
	if last := lastT.Load(); last != nil && last.level == level && last.degrees == degrees {
		return last.t
	}
	t := portable.Round(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(degrees)}.Quantile((1 + level) / 2))
	lastT.Store(&knownT{level, degrees, t})
	return t
}

// A knownT is a quantile of Student's law.
type knownT struct {
	level   float64
	degrees int
	t       float64
}

var lastT atomic.Pointer[knownT]

// checkSamples returns why no figure can be made, or "".
func checkSamples(samples []float64, level float64) string {
	if reason := checkLevel(level); reason != "" {
		return reason
	}
	if len(samples) == 0 {
		return "no replications"
	}
	for i, x := range samples {
		if !isFinite(x) {
			return fmt.Sprintf("replication %d: the value is %v", i, x)
		}
	}
	return ""
}

const wantLevel = "more than 0, less than 1"

// isLevel reports whether a number can be a confidence level.
func isLevel(level float64) bool { return level > 0 && level < 1 }

func checkLevel(level float64) string {
	if !isLevel(level) {
		return fmt.Sprintf("confidence level %v is not between 0 and 1", level)
	}
	return ""
}

// MeanAndDeviation returns the mean of samples and their standard deviation, by n-1; of fewer than two that is not a number. The bits are
// the same on all processors, which gonum's MeanStdDev does not promise.
func MeanAndDeviation(samples []float64) (mean, deviation float64) {
	mean = meanOf(samples)
	return mean, math.Sqrt(squaredDeviations(samples, mean) / float64(len(samples)-1))
}

func meanOf(samples []float64) float64 {
	sum := 0.0
	for _, x := range samples {
		sum += x
	}
	return sum / float64(len(samples))
}

// squaredDeviations returns the sum of (x - center)^2. The explicit conversion forbids fusing the
// product with the sum, which would give other bits on other processors.
func squaredDeviations(samples []float64, center float64) float64 {
	sum := 0.0
	for _, x := range samples {
		d := x - center
		sum += float64(d * d)
	}
	return sum
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
