package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheReadmeShowsTheOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the example in full")
	}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), out.String())
}
