package calibrate

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestABlendIsAWeightedGeometricMean(t *testing.T) {
	b := Blend{Line: 0.5, Path: 0.25, Trunks: 0.25}
	require.NoError(t, b.validate())
	require.InDelta(t, 10*2*3, b.of(guesses{line: guess{ms: 100}, path: guess{ms: 16}, trunks: guess{ms: 81}}), 1e-9)
	require.InDelta(t, 7, Blend{Internet: 1}.of(guesses{internet: guess{ms: 7}}), 1e-9, "what weighs nothing may be missing")
}
