package report

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
)

func TestLettersThatTheFontLacksAreFound(t *testing.T) {
	named := func(name string) *edgewise.Comparison {
		return &edgewise.Comparison{Title: "T", Placements: []edgewise.PlacementResult{{Name: name}}}
	}
	for _, name := range []string{"region + PoPs", "São Paulo", "Zürich ±"} {
		require.False(t, hasLettersWithoutFont(named(name)), name)
	}
	for _, name := range []string{"東京", "القاهرة", "🚀"} {
		require.True(t, hasLettersWithoutFont(named(name)), name)
	}
}
