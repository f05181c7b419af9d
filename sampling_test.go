package edgewise_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
)

func TestASamplingReadsAsASentence(t *testing.T) {
	for want, of := range map[string]edgewise.Sampling{
		"one of 5 matches is played, chosen by hash, and one of 20 updates of its players": {Matches: 5, Updates: 20},
		"one of 5 matches is played, chosen by hash":                                       {Matches: 5, Updates: 1},
		"one of 20 updates of each player is played":                                       {Matches: 1, Updates: 20},
		"": {Matches: 1, Updates: 1},
	} {
		require.Equal(t, want, of.String())
	}
}
