package edgewise

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/sim"
)

// Usual is what the run without the event has on the mean, not in a step of it, and a step in which nobody is answered there either is nothing to recover from.
func TestWhatIsUsualIsTheMeanOfTheRunWithoutTheEvent(t *testing.T) {
	step := func(answered, rejected uint64, each time.Duration) (s sim.CourseStep) {
		s.Outcomes[sim.Hit], s.Outcomes[sim.Rejected] = answered, rejected
		for range answered {
			s.Latency.Record(int64(each))
			s.SumNs += uint64(each)
		}
		return s
	}
	r := drillRun{
		length: time.Second,
		all:    []sim.CourseStep{step(10, 0, 20), step(5, 5, 40), step(0, 10, 0), step(0, 10, 0)},
		calm:   []sim.CourseStep{step(10, 0, 20), step(9, 1, 30), step(0, 10, 0), step(8, 2, 40)},
		users:  drillUsers{all: []float64{10, 10, 10, 10}},
	}
	for _, c := range []struct {
		row        string
		becomes    float64
		values     []float64
		unanswered []bool
	}{
		{"failed", 13. / 40, []float64{13. / 40, .4 + 13./40, 13. / 40, .8 + 13./40}, make([]bool, 4)},
		{"mean latency", 30, []float64{30, 40, math.NaN(), math.NaN()}, []bool{false, false, false, true}},
	} {
		for i := range drillRows {
			if row := &drillRows[i]; row.name == c.row {
				of := r.row(row, 4*time.Second)
				require.InDelta(t, c.becomes, of.becomes, 1e-12, c.row)
				require.InDeltaSlice(t, c.values[:2], of.values[:2], 1e-12, c.row)
				require.Equal(t, c.unanswered, of.unanswered, c.row)
			}
		}
	}
}
