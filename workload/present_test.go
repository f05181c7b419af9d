package workload

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Of exponential sessions of mean m those that are there follow the arrivals by an exponential lag: n' = (rate - n)/m, which is solved hour by hour where the day is a
// straight line in each. Sessions shorter than the step in which a day is looked at were taken for spread over the day: of a mean of a minute, three fifths of them.
func TestPlayersPresentFollowTheirArrivalsByTheirLengths(t *testing.T) {
	day, err := Evening(2.5)
	require.NoError(t, err)
	arrivals := stepsOf(day)
	for _, mean := range []time.Duration{time.Second, 20 * time.Second, time.Minute, 3 * time.Minute, 10 * time.Minute, time.Hour, 5 * time.Hour, 50 * time.Hour} {
		t.Run(fmt.Sprint(mean), func(t *testing.T) {
			lag := visitLoad{length: mean.Seconds()}
			sum, lowest := 0.0, 1.0
			for i, there := range (Weibull{Shape: 1, Scale: mean}).present(&arrivals) {
				require.InDelta(t, lag.ofDay(day, float64(i)*24/float64(daySteps)), there, .006, "step %d", i)
				sum, lowest = sum+there, min(lowest, there)
			}
			require.InDelta(t, 1, sum/float64(daySteps), 1e-9, "the mean number there is the rate times the mean length")
			if mean <= 10*time.Minute {
				require.Less(t, lowest, .62, "a day with a trough of four tenths of its peak")
			}
		})
	}
}
