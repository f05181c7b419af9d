package random

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// An Alias draws a whole number by weight, in the same few nanoseconds whatever their number: Walker's
// alias table, filled as by Vose ("A linear algorithm for generating random numbers with a given
// distribution", 1991). It takes 16 bytes a weight. Make one with [NewAlias]; it is read only.
type Alias struct {
	cells []aliasCell
}

// An aliasCell stands for its own number with probability below / 2^64 and for other otherwise.
type aliasCell struct {
	below uint64
	other uint32
}

// wrong returns the error of a parameter out of range.
func wrong(name string, value any, want string, args ...any) error {
	return fmt.Errorf("random: %w", invalid.New(name, value, want, args...))
}

// NewAlias returns the table that draws i with probability weights[i] / sum of weights. Weights are
// finite and not negative, one at least is above 0, and there are at most 2^32 - 1 of them. A weight of
// 0 is never drawn.
func NewAlias(weights []float64) (*Alias, error) {
	if len(weights) == 0 {
		return nil, wrong("weights", "empty", "one or more")
	}
	if uint64(len(weights)) > math.MaxUint32 {
		return nil, wrong("weights", fmt.Sprintf("of length %d", len(weights)), "%d at most", uint32(math.MaxUint32))
	}
	sum := 0.0
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return nil, wrong(fmt.Sprintf("weights[%d]", i), w, "a finite number, 0 or more")
		}
		sum += w
	}
	if sum == 0 {
		return nil, wrong("weights", fmt.Sprintf("0, all %d", len(weights)), "one above 0 or more")
	}
	if math.IsInf(sum, 1) {
		return nil, wrong("weights", "of a sum above the largest float64", "smaller ones")
	}
	return fillAlias(weights, sum), nil
}

// fillAlias shares the mean weight out to every cell: what a light number leaves free in its cell, a
// heavy one fills.
func fillAlias(weights []float64, sum float64) *Alias {
	a := &Alias{cells: make([]aliasCell, len(weights))}
	left := make([]float64, len(weights)) // what is still to be placed, in cells
	var light, heavy []uint32
	for i, w := range weights {
		left[i] = float64(w / sum * float64(len(weights)))
		a.cells[i] = aliasCell{below: math.MaxUint64, other: uint32(i)}
		if left[i] < 1 {
			light = append(light, uint32(i))
		} else {
			heavy = append(heavy, uint32(i))
		}
	}
	for len(light) > 0 && len(heavy) > 0 {
		l, h := light[len(light)-1], heavy[len(heavy)-1]
		light = light[:len(light)-1]
		a.cells[l] = aliasCell{below: uint64(math.Ldexp(left[l], 64)), other: h}
		left[h] -= 1 - left[l]
		if left[h] < 1 {
			heavy = heavy[:len(heavy)-1]
			light = append(light, h)
		}
	}
	// What remains in either list fills its cell but for rounding.
	return a
}

// Len returns the number of weights.
func (a *Alias) Len() int { return len(a.cells) }

// Draw returns a number from 0 to Len()-1.
func (a *Alias) Draw(s *Stream) int { return a.At(s.Uint64()) }

// At returns the number that 64 random bits stand for; see [Key.At].
func (a *Alias) At(random uint64) int {
	// The high word of the product is the cell, the low word the place within it.
	cell, place := bits.Mul64(random, uint64(len(a.cells)))
	c := a.cells[cell]
	if place >= c.below { // a conditional move, as no one can predict it
		cell = uint64(c.other)
	}
	return int(cell)
}
