package placement

import "encoding/json"

// A Fraction is a share in [0, 1] that may be left out: its zero value stands for a default.
type Fraction struct {
	value float64
	given bool
}

// FractionOf returns a fraction that is given, 0 too.
func FractionOf(value float64) Fraction { return Fraction{value, true} }

// Or returns the fraction, or a default where none is given.
func (f Fraction) Or(value float64) float64 {
	if f.given {
		return f.value
	}
	return value
}

// MarshalJSON writes the number, or null where none is given.
func (f Fraction) MarshalJSON() ([]byte, error) {
	if !f.given {
		return []byte("null"), nil
	}
	return json.Marshal(f.value)
}
