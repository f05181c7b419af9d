package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVerifyWritesThePage(t *testing.T) {
	if raceEnabled {
		t.Skip("makes all checks")
	}
	page := filepath.Join(t.TempDir(), "verification.md")
	code, out, errs := run(t, context.Background(), "verify", "--effort", "quick", "--group", "Transport", "--group", "Draws and arrivals", "-o", page)
	require.Zero(t, code, errs)
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, string(text), out)
	require.Contains(t, out, "edgewise verify --effort quick --seed 1 --group \"Transport\" --group \"Draws and arrivals\"\n\nPassed: ")
	require.NotContains(t, out, "## Queues")
}

func TestVerifyKnowsAtOnceWhatItCannotDo(t *testing.T) {
	code, _, errs := run(t, context.Background(), "verify", "-o", filepath.Join(t.TempDir(), "no", "page.md"))
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "no such file")
	code, _, errs = run(t, context.Background(), "verify", "--effort", "heroic")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "--effort")
	code, _, errs = run(t, context.Background(), "verify", "--group", "Horoscopes")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, `--group is "Horoscopes"; want one of ["Queues"`)
}
