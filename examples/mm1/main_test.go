package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestREADMEShowsWhatTheProgramPrints(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, sweep(&out, 1, 10, 200_000))
	require.Contains(t, string(readme), "```\n"+out.String()+"```\n")
}

func TestRunMeasuresTheCustomersAskedFor(t *testing.T) {
	for _, customers := range []int{1, 10, 1234} {
		s, err := run(1, 0, 0.5, customers)
		require.NoError(t, err)
		require.Equal(t, customers, s.measured)
	}
}
