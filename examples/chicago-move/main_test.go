package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNothingHasNoSign(t *testing.T) {
	require.Equal(t, []string{"0", "0", "-9", "+45"}, []string{whole(-0.4), whole(0.4), whole(-9.2), whole(44.6)})
}

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
