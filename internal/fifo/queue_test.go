package fifo_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/internal/fifo"
)

func TestWhatComesFirstGoesFirstHoweverItGrows(t *testing.T) {
	var r fifo.Queue[int]
	came, gone := 0, 0
	for round := range 200 {
		for range 1 + round%7 {
			r.Push(came)
			came++
		}
		for range round % 5 {
			if r.Len() == 0 {
				break
			}
			require.Equal(t, gone, r.First())
			require.Equal(t, gone, r.Pop())
			gone++
		}
		require.Equal(t, came-gone, r.Len())
	}
	require.Greater(t, r.Len(), 64, "it has grown while it went round")
	for r.Len() > 0 {
		require.Equal(t, gone, r.Pop())
		gone++
	}
	require.Equal(t, came, gone)
}
