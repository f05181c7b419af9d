package report

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/edgewise-sim/edgewise/stats"
)

// A rough number is one of a drawing: five digits of it are kept. It is null where it is not known.
type rough float64

const roughDigits = 5

// MarshalJSON implements [json.Marshaler].
func (x rough) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
		return []byte("null"), nil
	}
	text := strconv.FormatFloat(float64(x), 'g', roughDigits, 64)
	short, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, err
	}
	return json.Marshal(short)
}

// A roughEstimate is [value, low, high], [value] without an interval, and null without a value.
type roughEstimate []rough

// roughly returns an estimate times a factor for a drawing.
func roughly(e stats.Estimate, factor float64) roughEstimate {
	switch {
	case !e.HasValue():
		return nil
	case !e.HasInterval():
		return roughEstimate{rough(e.Value * factor)}
	}
	return roughEstimate{rough(e.Value * factor), rough(e.Low * factor), rough(e.High * factor)}
}

// roughlyIf is roughly for a difference, of which there may be none.
func roughlyIf(e *stats.Estimate, factor float64) roughEstimate {
	if e == nil {
		return nil
	}
	return roughly(*e, factor)
}
