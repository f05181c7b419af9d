package stats

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/edgewise-sim/edgewise/internal/jsontext"
)

// estimateJSON is an [Estimate] as programs read it.
type estimateJSON struct {
	Value       *float64 `json:"value"`
	Low         *float64 `json:"low"`
	High        *float64 `json:"high"`
	N           int      `json:"n"`
	Unsupported string   `json:"unsupported,omitempty"`
}

// MarshalJSON writes the estimate. Numbers that the data could not carry are null: all three without a figure, low
// and high without an interval.
func (e Estimate) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil) }

// AppendJSON appends what [Estimate.MarshalJSON] returns.
func (e Estimate) AppendJSON(b []byte) ([]byte, error) {
	var err error
	number := func(name string, x float64, isKnown bool) {
		b = append(b, name...)
		if !isKnown {
			b = append(b, "null"...)
			return
		}
		var failed error
		if b, failed = jsontext.AppendFloat(b, x); failed != nil {
			err = fmt.Errorf("encode estimate: %w", failed)
		}
	}
	number(`{"value":`, e.Value, e.HasValue())
	number(`,"low":`, e.Low, e.HasInterval())
	number(`,"high":`, e.High, e.HasInterval())
	b = strconv.AppendInt(append(b, `,"n":`...), int64(e.N), 10)
	if e.Unsupported != "" {
		b = jsontext.AppendString(append(b, `,"unsupported":`...), e.Unsupported)
	}
	return append(b, '}'), err
}

// UnmarshalJSON reads what [Estimate.MarshalJSON] wrote. An estimate that is none of the three cases of [Estimate]
// is refused.
func (e *Estimate) UnmarshalJSON(data []byte) error {
	var j estimateJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("decode estimate: %w", err)
	}
	read := Estimate{N: j.N, Unsupported: j.Unsupported}
	switch {
	case j.N < 0:
		return fmt.Errorf("decode estimate: n is %d; want 0 or more", j.N)
	case (j.Value != nil) != (j.N > 0):
		return errors.New("decode estimate: want a value exactly where n is more than 0")
	case (j.Low != nil) != read.HasInterval() || (j.High != nil) != read.HasInterval():
		return errors.New("decode estimate: want low and high exactly where nothing is unsupported")
	}
	if j.Value != nil {
		read.Value, read.Low, read.High = *j.Value, *j.Value, *j.Value
	}
	if j.Low != nil {
		read.Low, read.High = *j.Low, *j.High
	}
	*e = read
	return nil
}
