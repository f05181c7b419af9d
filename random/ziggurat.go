package random

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// The exponential and the normal law are drawn with a ziggurat (Marsaglia and Tsang: "The ziggurat
// method for generating random variables", 2000): 256 layers of equal area cover the density, and a
// point drawn in a layer nearly always lies under the density at once. Layer and position use different
// bits of the draw; the original shares them, which Doornik found to show.

// A ziggurat holds the layers of one decreasing density f on x >= 0 with f(0) = 1. Layer i > 0 reaches
// from height[i] up to height[i-1] and out to where f is height[i]; layer 0 is the base with the tail.
type ziggurat struct {
	// sure[i] is the number of positions, of 2^53, that lie under the density whatever the height.
	sure [256]uint64
	// scale[i] turns a position into x.
	scale [256]float64
	// height[i] is f at the outer edge of layer i; height[0] is f(0).
	height [256]float64
}

const (
	// exponentialEdge and normalEdge are where the tails begin when there are 256 layers.
	exponentialEdge = 7.69711747013104971994
	normalEdge      = 3.65415288536100879635

	// normalTail is the integral of exp(-x*x/2) from normalEdge on.
	normalTail = 0.00032339576463326321

	positions = 1 << 53
)

var (
	exponentialLayers = newZiggurat(exponentialEdge, portable.Exp(-exponentialEdge),
		func(x float64) float64 { return portable.Exp(-x) },
		func(y float64) float64 { return -portable.Log(y) })
	normalLayers = newZiggurat(normalEdge, normalTail, normalDensity,
		func(y float64) float64 { return math.Sqrt(-2 * portable.Log(y)) })
)

// newZiggurat returns the layers of the given density, whose tail begins at edge and has the area tail.
func newZiggurat(edge, tail float64, density, inverse func(float64) float64) (z ziggurat) {
	area := float64(edge*density(edge)) + tail
	base := area / density(edge)
	z.sure[0] = uint64(edge / base * positions)
	z.scale[0] = base / positions
	z.height[0] = 1
	x := edge
	for i := 255; i >= 1; i-- {
		z.scale[i] = x / positions
		z.height[i] = density(x)
		if i > 1 { // the innermost layer has no sure part
			inner := inverse(z.height[i] + area/x)
			z.sure[i] = uint64(inner / x * positions)
			x = inner
		}
	}
	return z
}

// Exp returns a number of the exponential law with mean 1. For a Poisson process, the times between
// arrivals are Exp times the mean.
func (s *Stream) Exp() float64 {
	u := s.Uint64()
	layer, position := u&255, u>>11
	if position < exponentialLayers.sure[layer] {
		return float64(float64(position) * exponentialLayers.scale[layer])
	}
	return s.expSlow(layer, position)
}

// ExpAll fills x with what as many calls of Exp return; it is faster.
func (s *Stream) ExpAll(x []float64) {
	for {
		n, u, at := s.expSure(x)
		*s = at
		if n == len(x) {
			return
		}
		x[n] = s.expSlow(u&255, u>>11)
		x = x[n+1:]
	}
}

// expSure fills x up to the first number that may lie outside the density, and returns its index, the random
// bits that it comes from, and the stream that goes on behind them.
func (s Stream) expSure(x []float64) (n int, u uint64, next Stream) {
	z := &exponentialLayers
	for n = range x {
		u, s = s.step()
		layer, position := u&255, u>>11
		if position >= z.sure[layer] {
			return n, u, s
		}
		x[n] = float64(float64(position) * z.scale[layer])
	}
	return len(x), 0, s
}

// expSlow finishes the draw of Exp in the one case of 90 where the point may lie outside the density.
func (s *Stream) expSlow(layer, position uint64) float64 {
	z := &exponentialLayers
	for {
		if position < z.sure[layer] {
			return float64(float64(position) * z.scale[layer])
		}
		if layer == 0 {
			return exponentialEdge - portable.Log(s.OpenFloat64())
		}
		x := float64(float64(position) * z.scale[layer])
		if z.under(layer, s.Float64(), portable.Exp(-x)) {
			return x
		}
		u := s.Uint64()
		layer, position = u&255, u>>11
	}
}

// Normal returns a number of the normal law with mean 0 and standard deviation 1.
func (s *Stream) Normal() float64 {
	u := s.Uint64()
	layer, position := u&255, u>>11
	if position >= normalLayers.sure[layer] {
		return s.normalSlow(u)
	}
	return withSign(float64(position)*normalLayers.scale[layer], u)
}

// normalSlow finishes the draw of Normal in the one case of 80 where the point may lie outside the
// density.
func (s *Stream) normalSlow(u uint64) float64 {
	z := &normalLayers
	for {
		layer, position := u&255, u>>11
		x := float64(float64(position) * z.scale[layer])
		switch {
		case position < z.sure[layer]:
			return withSign(x, u)
		case layer == 0:
			return withSign(s.normalTail(), u)
		case z.under(layer, s.Float64(), normalDensity(x)):
			return withSign(x, u)
		}
		u = s.Uint64()
	}
}

// normalTail draws from the normal law beyond normalEdge (Marsaglia: "Generating a variable from the
// tail of the normal distribution", 1964).
func (s *Stream) normalTail() float64 {
	for {
		x := -portable.Log(s.OpenFloat64()) / normalEdge
		y := -portable.Log(s.OpenFloat64())
		if 2*y > float64(x*x) {
			return normalEdge + x
		}
	}
}

// under says whether the point at the given share of the layer's height lies under the density.
func (z *ziggurat) under(layer uint64, share, density float64) bool {
	return z.height[layer]+float64(share*(z.height[layer-1]-z.height[layer])) < density
}

// withSign returns x with the sign that bit 8 of a draw gives; the layer is in bits 0 to 7, the position
// in bits 11 to 63.
func withSign(x float64, draw uint64) float64 {
	return math.Float64frombits(math.Float64bits(x) | draw<<55&(1<<63))
}

func normalDensity(x float64) float64 {
	return portable.Exp(-float64(x*x) / 2)
}
