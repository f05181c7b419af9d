package topology_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

func TestLossDelaysAreHandComputable(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		p, loss float64
		timeout time.Duration
		want    time.Duration
	}{
		{0.5, 0.1, 200 * ms, 0},
		{0.9, 0.1, 200 * ms, 0},
		{0.95, 0.1, 200 * ms, 200 * ms},    // one in ten is lost
		{0.995, 0.1, 200 * ms, 600 * ms},   // one in a hundred twice: 200 + 400
		{0.9995, 0.1, 200 * ms, 1400 * ms}, // 200 + 400 + 800
		{1, 0.1, 200 * ms, 63 * 200 * ms},  // six times at the most
		{0.999, 0, 200 * ms, 0},            // no loss, no delay
		{0.999, 0.1, 0, 0},                 // at once
		{0.001, 1, ms, 63 * ms},            // always lost
		{math.NaN(), 0.5, ms, 0}, {2, 0.5, ms, 63 * ms},
		{1, 1, math.MaxInt64, math.MaxInt64}, // no overflow
	} {
		require.Equal(t, c.want, topology.LossDelay(c.p, c.loss, c.timeout), "%+v", c)
	}
}

// The mean over p must be that of a geometric number of doublings.
func TestLossDelaysHaveTheRightMean(t *testing.T) {
	const loss, steps = 0.2, 100_000
	sum := 0.0
	for k := range steps {
		sum += float64(topology.LossDelay((float64(k)+0.5)/steps, loss, time.Second)) / float64(time.Second)
	}
	want := 0.0
	for k := 1; k <= 6; k++ { // exactly k losses in a row, six or more count as six
		p := math.Pow(loss, float64(k))
		if k < 6 {
			p *= 1 - loss
		}
		want += p * (math.Pow(2, float64(k)) - 1)
	}
	require.InEpsilon(t, want, sum/steps, 0.01)
}
