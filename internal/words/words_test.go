package words_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/internal/words"
)

func TestDurationsHaveASpaceBeforeTheUnit(t *testing.T) {
	for d, want := range map[time.Duration]string{
		50 * time.Millisecond: "50 ms", 1500 * time.Microsecond: "1.5 ms", 2 * time.Second: "2 s",
		90 * time.Second: "1m30s", 5 * time.Minute: "5m", 10 * time.Hour: "10h", 150 * time.Minute: "2h30m", time.Hour + time.Second: "1h0m1s", 0: "0s", 800: "800 ns",
	} {
		require.Equal(t, want, words.Duration(d))
	}
}

func TestWhatRoundsToNothingHasNoSign(t *testing.T) {
	for _, c := range []struct {
		x        float64
		decimals int
		want     string
	}{{-0.04, 1, "0.0"}, {0.04, 1, "0.0"}, {math.Copysign(0, -1), 0, "0"}, {-0.4, 0, "0"}, {-0.06, 1, "-0.1"}, {44.6, 0, "+45"}, {-10, 0, "-10"}} {
		require.Equal(t, c.want, words.Signed(c.x, c.decimals))
	}
}
