package durable

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckRoomLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".edgewise-scratch-17"), make([]byte, 1<<20), 0o666)) // of a killed program
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".edgewise-17"), nil, 0o666))                         // of one that writes
	require.NoError(t, CheckRoom(dir, 1<<16))
	require.ErrorIs(t, CheckRoom(filepath.Join(dir, "none"), 1), os.ErrNotExist)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Equal(t, ".edgewise-17", entries[0].Name())
	require.True(t, IsTemporary(".edgewise-scratch-17"))
}
