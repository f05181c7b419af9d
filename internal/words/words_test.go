package words_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/internal/words"
)

func TestDurationsHaveASpaceBeforeTheUnit(t *testing.T) {
	for d, want := range map[time.Duration]string{
		50 * time.Millisecond: "50 ms", 1500 * time.Microsecond: "1.5 ms", 2 * time.Second: "2 s",
		90 * time.Second: "1m30s", 800: "800 ns",
	} {
		require.Equal(t, want, words.Duration(d))
	}
}
