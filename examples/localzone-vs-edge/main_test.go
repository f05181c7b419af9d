package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/examples/internal/same"
)

func TestProgramSaysWhatTheScenarioSays(t *testing.T) {
	program, err := study()
	require.NoError(t, err)
	same.AsFile(t, program, "scenario.yaml")
}
