package portable

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// near returns whether two numbers are equal within a relative and an absolute error.
func near(t *testing.T, what string, x, want, got, relative, absolute float64) {
	t.Helper()
	if math.Abs(got-want) > relative*math.Abs(want)+absolute {
		require.Failf(t, "not equal", "%s(%v): %v instead of %v", what, x, got, want)
	}
}

func TestAgreesWithTheStandardLibrary(t *testing.T) {
	const ulp = 0x1p-52
	draw := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		x := math.Exp(draw.Float64()*1400 - 700)
		near(t, "Log", x, math.Log(x), Log(x), 3*ulp, 0)
		x = 1 + (draw.Float64()-0.5)*math.Exp(-draw.Float64()*30)
		near(t, "Log", x, math.Log(x), Log(x), 3*ulp, 0)
		x = draw.Float64()*1440 - 730
		if x < 709.7 && x > -708 {
			near(t, "Exp", x, math.Exp(x), Exp(x), 3*ulp, 0)
		}
		near(t, "Exp2", x, math.Exp2(x), Exp2(x), 3*ulp, 0)
		x = (2*draw.Float64() - 1) * math.Exp(-draw.Float64()*40)
		near(t, "Log1p", x, math.Log1p(x), Log1p(x), 4*ulp, 0)
		near(t, "Expm1", x, math.Expm1(x), Expm1(x), 4*ulp, 0)
		near(t, "Asin", x, math.Asin(x), Asin(x), 4*ulp, 0)
		x = (2*draw.Float64() - 1) * 100
		near(t, "Sin", x, math.Sin(x), Sin(x), 0, 2*ulp)
		near(t, "Cos", x, math.Cos(x), Cos(x), 0, 2*ulp)
		x, y := math.Exp(draw.Float64()*40-20), draw.Float64()*6-3
		near(t, "Pow", x, math.Pow(x, y), Pow(x, y), (3+math.Abs(y*math.Log(x)))*ulp, 0)
		p := draw.Float64()
		near(t, "NormalQuantile", p, math.Sqrt2*math.Erfinv(2*p-1), NormalQuantile(p), 1e-13, 1e-14)
		x = draw.Float64() * 20
		logGamma, _ := math.Lgamma(x)
		near(t, "LogGamma", x, logGamma, LogGamma(x), 2e-14, 3e-14)
		near(t, "Gamma", x, math.Gamma(x), Gamma(x), 1e-13, 0)
	}
}

func TestEndsOfTheRanges(t *testing.T) {
	inf := math.Inf(1)
	require.Equal(t, -inf, Log(0))
	require.Equal(t, inf, Log(inf))
	require.True(t, math.IsNaN(Log(-1)))
	require.True(t, math.IsNaN(Log(math.NaN())))
	require.InEpsilon(t, -744.4400719213812, Log(5e-324), 1e-15)
	require.Zero(t, Exp(-inf))
	require.Equal(t, inf, Exp(inf))
	require.Equal(t, inf, Exp(711))
	require.InEpsilon(t, 1.6549840276802644e308, Exp(709.7), 1e-15, "math.Exp(709.7) is infinite on amd64")
	require.Equal(t, 5e-324, Exp(-744.5))
	require.Equal(t, 1024.0, Exp2(10))
	require.Equal(t, 0x1p-1074, Exp2(-1074))
	require.Zero(t, Exp2(-inf))
	require.Equal(t, inf, Exp2(1024))
	require.Equal(t, Round(0.1), Round(math.Nextafter(Round(0.1), 1)))
	require.InEpsilon(t, 2.2621571627409915, Round(2.2621571627409915), 1e-12)
	require.Equal(t, -inf, Log1p(-1))
	require.Equal(t, -1.0, Expm1(-inf))
	require.Equal(t, 1.0, Pow(0, 0))
	require.Zero(t, Pow(0, 2))
	require.Equal(t, inf, Pow(0, -1))
	require.Equal(t, math.Pi/2, Asin(1))
	require.Equal(t, -math.Pi/2, Asin(-1))
	require.Zero(t, Asin(0))
	require.Equal(t, 1.0, Cos(0))
	require.Equal(t, -inf, NormalQuantile(0))
	require.Equal(t, inf, NormalQuantile(1))
	require.Zero(t, NormalQuantile(0.5))
}

// The values are of Wichura's paper: the quantiles at 0.25, 0.001 and 1e-20.
func TestNormalQuantileIsThePublishedOne(t *testing.T) {
	require.InEpsilon(t, -0.6744897501960817, NormalQuantile(0.25), 1e-15)
	require.InEpsilon(t, -3.090232306167814, NormalQuantile(0.001), 1e-15)
	require.InEpsilon(t, -9.262340089798408, NormalQuantile(1e-20), 1e-15)
}
