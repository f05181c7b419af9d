package workload

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/random"
)

// A ServiceLaw is how the times that a server spends on requests lie about their mean.
type ServiceLaw uint8

// The laws.
const (
	// ConstantTime is the same time for all.
	ConstantTime ServiceLaw = iota
	// ExponentialTime has a standard deviation as large as the mean.
	ExponentialTime
	// GammaTime and LognormalTime have a standard deviation of [ServiceTime].Variation times the mean. The lognormal law has the
	// longer tail.
	GammaTime
	LognormalTime
	// EmpiricalTime draws one of [ServiceTime].Times, each as likely as any other.
	EmpiricalTime
)

var serviceLaws = []string{"constant", "exponential", "gamma", "lognormal", "empirical"}

// ServiceLaws returns the names of the laws, in order.
func ServiceLaws() []string { return slices.Clone(serviceLaws) }

// String returns the law's name, for example "lognormal".
func (l ServiceLaw) String() string {
	if int(l) >= len(serviceLaws) {
		return fmt.Sprintf("law(%d)", uint8(l))
	}
	return serviceLaws[l]
}

// ParseServiceLaw returns the law with a name. The error lists the names there are.
func ParseServiceLaw(name string) (ServiceLaw, error) {
	if n := slices.Index(serviceLaws, name); n >= 0 {
		return ServiceLaw(n), nil
	}
	return 0, fmt.Errorf("workload: %w", invalid.New("Law", name, "%s", strings.Join(serviceLaws, ", ")))
}

// hasVariation reports whether the law has a parameter besides its mean.
func (l ServiceLaw) hasVariation() bool { return l == GammaTime || l == LognormalTime }

// mostServiceNs bounds a service time: a year, in ns, so that sums of instants and times stay in range.
const mostServiceNs = 366 * 24 * 3600e9

// drawByLaw returns one service time in ns, where the law is not constant.
func (s *ServiceTime) drawByLaw(stream *random.Stream) int64 {
	x := float64(s.Mean)
	switch s.Law {
	case ExponentialTime:
		return int64(x * stream.Exp())
	case GammaTime:
		shape := 1 / float64(s.Variation*s.Variation)
		x = x / shape * stream.Gamma(shape)
	case LognormalTime:
		variance := portable.Log1p(float64(s.Variation * s.Variation))
		x *= stream.Lognormal(-variance/2, math.Sqrt(variance))
	case EmpiricalTime:
		return int64(s.Times[stream.Uint64N(uint64(len(s.Times)))])
	}
	return int64(min(x, mostServiceNs))
}

// SquaredVariation returns the variance of the service times over their squared mean: 0 of constant, 1 of exponential ones. With
// it theory tells how long queues are (Pollaczek and Khinchine). It is 0 where there is no work.
func (s ServiceTime) SquaredVariation() float64 {
	switch {
	case s.Mean == 0:
		return 0
	case s.Law == ExponentialTime:
		return 1
	case s.Law.hasVariation():
		return float64(s.Variation * s.Variation)
	case s.Law == EmpiricalTime:
		squares, sum := 0.0, 0.0
		for _, t := range s.Times {
			squares += float64(float64(t) * float64(t))
			sum += float64(t)
		}
		n := float64(len(s.Times))
		return squares*n/float64(sum*sum) - 1
	}
	return 0
}
