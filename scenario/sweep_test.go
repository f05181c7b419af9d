package scenario_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
)

func TestZZ(t *testing.T) {
	data, err := os.ReadFile("/tmp/sw/a.yaml")
	require.NoError(t, err)
	s, _, err := scenario.ParseSweep("a.yaml", data)
	require.NoError(t, err)
	t.Log(string(s.Points[2].Text))
	t.Log(s.Shared())
	r, err := s.Run(t.Context(), nil)
	require.NoError(t, err)
	for _, c := range r.Crossings {
		t.Logf("%+v", c)
	}
}
