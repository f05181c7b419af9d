package durable

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWriteFileReplacesWholeFiles(t *testing.T) {
	dir := t.TempDir()
	long := filepath.Join(dir, strings.Repeat("n", 255)) // as long as names may be
	for _, text := range []string{"one", "another"} {
		require.NoError(t, WriteFile(long, []byte(text)))
		data, err := os.ReadFile(long)
		require.NoError(t, err)
		require.Equal(t, text, string(data))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o777))
	require.Error(t, WriteFile(filepath.Join(dir, "folder"), nil))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 2, "no temporary file is left")
	require.True(t, IsTemporary(".edgewise-123"))
	require.False(t, IsTemporary("edgewise.csv"))
}

func TestCheckRoomLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, CheckRoom(dir, 1<<16))
	require.ErrorIs(t, CheckRoom(filepath.Join(dir, "none"), 1), os.ErrNotExist)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}
