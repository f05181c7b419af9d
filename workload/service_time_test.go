package workload

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

func TestServiceTimesFollowTheirLaws(t *testing.T) {
	// below is the share of the draws that lie below the mean, by the law's own distribution function.
	sd := func(v float64) float64 { return math.Sqrt(math.Log(1 + v*v)) }
	for name, c := range map[string]struct {
		time  ServiceTime
		scv   float64
		below float64
	}{
		"exponential":                  {ServiceTime{Mean: time.Second, Law: ExponentialTime}, 1, 1 - math.Exp(-1)},
		"gamma, that is exponential":   {ServiceTime{Mean: time.Second, Law: GammaTime, Variation: 1}, 1, 1 - math.Exp(-1)},
		"gamma, that is Erlang 4":      {ServiceTime{Mean: time.Second, Law: GammaTime, Variation: .5}, .25, 1 - math.Exp(-4)*(1+4+8+64./6)},
		"gamma, half a squared normal": {ServiceTime{Mean: time.Second, Law: GammaTime, Variation: math.Sqrt2}, 2, math.Erf(math.Sqrt(.5))},
		"lognormal":                    {ServiceTime{Mean: time.Second, Law: LognormalTime, Variation: .5}, .25, .5 * (1 + math.Erf(sd(.5)/2/math.Sqrt2))},
		"empirical":                    {Empirical(3*time.Second/2, time.Second/2, time.Second), 1. / 6, 1. / 3},
	} {
		require.NoError(t, c.time.Validate(), name)
		require.InDelta(t, c.scv, c.time.SquaredVariation(), 1e-12, name)
		const n = 400_000
		sum, squares, below := 0.0, 0.0, 0
		key := random.NewKey(1, 2, 3, 4)
		for i := range uint64(n) {
			x := time.Duration(c.time.At(key, i)).Seconds()
			sum += x
			squares += (x - 1) * (x - 1)
			if x < 1 {
				below++
			}
		}
		// Four standard errors; of the variance about, by the fourth moment of an exponential law.
		require.InDelta(t, 1, sum/n, 4*math.Sqrt(c.scv/n), name)
		require.InDelta(t, c.scv, squares/n, 4*c.scv*math.Sqrt(20./n), name)
		require.InDelta(t, c.below, float64(below)/n, 4*math.Sqrt(.25/n), name)
	}
}

func TestConstantServiceTimesDrawNothing(t *testing.T) {
	s := ServiceTime{Mean: time.Second}
	a, b := random.New(1, 2, 3, 4), random.New(1, 2, 3, 4)
	require.EqualValues(t, time.Second, s.Draw(&a))
	require.Equal(t, a.Uint64(), b.Uint64())
	require.Zero(t, s.SquaredVariation())
}

func TestServiceTimesWithoutEffectAreRefused(t *testing.T) {
	for want, s := range map[string]ServiceTime{
		"Mean is -1s; want 0 to 1h": {Mean: -time.Second},
		`Law is 9; want one of ["constant" "exponential" "gamma" "lognormal" "empirical"]`: {Law: 9},
		"Variation is 0; want above 0 to 20, the standard deviation over the mean":         {Mean: time.Second, Law: GammaTime},
		"Variation is NaN; want above 0 to 20, the standard deviation over the mean":       {Mean: time.Second, Law: LognormalTime, Variation: math.NaN()},
		"Variation is 1; want 0 with the law exponential":                                  {Mean: time.Second, Law: ExponentialTime, Variation: 1},
		"Times is 1 times; want none with the law constant":                                {Mean: time.Second, Times: []time.Duration{time.Second}},
		"Times is 0 times; want 1 to 100000":                                               {Mean: time.Second, Law: EmpiricalTime},
		"Times[1] is 2h0m0s; want 0 to 1h":                                                 Empirical(0, 2*time.Hour),
		"Times[1] is 1s; want 2s or more, as the one before":                               {Mean: 3 * time.Second / 2, Law: EmpiricalTime, Times: []time.Duration{2 * time.Second, time.Second}},
		"Mean is 1s; want 1.5s, the mean of Times":                                         {Mean: time.Second, Law: EmpiricalTime, Times: []time.Duration{time.Second, 2 * time.Second}},
	} {
		require.EqualError(t, s.Validate(), want)
	}
}

func TestLawsOfServiceTimesHaveNames(t *testing.T) {
	for _, name := range ServiceLaws() {
		l, err := ParseServiceLaw(name)
		require.NoError(t, err)
		require.Equal(t, name, l.String())
	}
	_, err := ParseServiceLaw("pareto")
	require.EqualError(t, err, "workload: Law is pareto; want constant, exponential, gamma, lognormal, empirical")
}

func TestTimesOfLongTailsStayInRange(t *testing.T) {
	s := ServiceTime{Mean: time.Hour, Law: LognormalTime, Variation: 20}
	key := random.NewKey(1, 2, 3, 5)
	for i := range uint64(100_000) {
		x := s.At(key, i)
		require.True(t, x >= 0 && float64(x) <= mostServiceNs)
	}
}
