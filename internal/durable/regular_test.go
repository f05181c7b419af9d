//go:build unix

package durable

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyFilesAreReadAndNoFurtherThanAllowed(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), []byte("text"), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "empty"), nil, 0o666))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o666))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o777))
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(dir, "zero")))
	for _, read := range []func(name string, most int64) ([]byte, error){
		func(name string, most int64) ([]byte, error) { return ReadRegular(filepath.Join(dir, name), most) },
		func(name string, most int64) ([]byte, error) { return ReadRegularIn(root, name, most) },
	} {
		for name, want := range map[string]string{"file": "text", "empty": ""} {
			data, err := read(name, 4)
			require.NoError(t, err)
			require.Equal(t, want, string(data))
		}
		_, err := read("file", 3)
		require.ErrorIs(t, err, ErrTooLong)
		require.ErrorContains(t, err, "it has 4 bytes; want 3 at most")
		for _, name := range []string{"pipe", "folder"} { // a pipe that nobody writes into
			_, err := read(name, 4)
			require.ErrorIs(t, err, ErrNotRegular)
		}
		_, err = read("none", 4)
		require.ErrorIs(t, err, os.ErrNotExist)
	}
	_, err = ReadRegular(filepath.Join(dir, "zero"), 4)
	require.ErrorIs(t, err, ErrNotRegular)
	_, err = ReadRegularIn(root, "zero", 4)
	require.Error(t, err, "outside of the directory")
}
