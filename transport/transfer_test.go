package transport

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAPacedWindowGoesAsItGrows(t *testing.T) {
	// By hand, round trips of 100 ms; of each window 12,520 bytes go at once. 27,480 of a window of 40,000 bytes go at 1.25 * 40,000 bytes a
	// round trip, in 54.96 ms. The next window grows from 40,000 to 80,000 while those are acknowledged, in which time 60,000 * 54.96 / 80 = 41,220
	// bytes go, and 26,260 after them at 1.25 * 80,000, in 26.26 ms. Of the third, from 80,000 to 160,000 in 81.22 ms, 47,480 bytes are gone
	// when (80,000 x + 80,000 x^2 / (2 * 81.22)) / 80 is so many: after 38.4017 ms.
	p := pacer{window: 40_000}
	const ms = float64(time.Millisecond)
	for _, of := range []struct {
		bytes, window int64
		ms            float64
	}{{40_000, 40_000, 54.96}, {80_000, 80_000, 81.22}, {60_000, 160_000, 38.4017}, {12_520, 160_000, 0}} {
		require.InDelta(t, of.ms*ms, p.takes(of.bytes, of.window, 100*int64(ms)), 100)
	}
	require.Zero(t, p.takes(1, 320_000, 100*int64(ms)))
}
