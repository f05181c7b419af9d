package stats

import (
	"encoding/json"
	"errors"
	"fmt"
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
func (e Estimate) MarshalJSON() ([]byte, error) {
	j := estimateJSON{N: e.N, Unsupported: e.Unsupported}
	if e.HasValue() {
		j.Value = &e.Value
	}
	if e.HasInterval() {
		j.Low, j.High = &e.Low, &e.High
	}
	return json.Marshal(j)
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
