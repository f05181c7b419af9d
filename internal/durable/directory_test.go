package durable

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A test that kills runs this binary again as a writer, which this variable tells where to write, and how.
const writerAt, writerHow = "EDGEWISE_TEST_WRITER", "EDGEWISE_TEST_SWAP"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerAt); dir != "" {
		fmt.Println("ready")
		fmt.Println(writeOnAndOn(dir, swaps[os.Getenv(writerHow)]))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

var swaps = map[string]func(a, b string) error{
	"in one step": exchange,
	"by renames":  func(string, string) error { return errors.ErrUnsupported },
}

// edition returns the files of a directory as written the n-th time: an odd and an even one differ in what they hold and
// in which files they are.
func edition(n int) (files []File) {
	for i := range 8 + n%2 {
		files = append(files, File{Name: fmt.Sprintf("below/%d", i), Data: bytes.Repeat([]byte{byte(n)}, 20_000)})
	}
	return append(files, File{Name: "edition", Data: []byte(strconv.Itoa(n))})
}

func writeOnAndOn(dir string, swap func(a, b string) error) error {
	for n := 0; ; n++ {
		d, err := openDirectory(context.Background(), dir, swap)
		if err != nil {
			return err
		}
		if err := errors.Join(d.Put(context.Background(), edition(n%100), ""), d.Close()); err != nil {
			return err
		}
	}
}

// requireWhole asserts that a directory is one edition.
func requireWhole(t *testing.T, dir string) {
	t.Helper()
	number, err := os.ReadFile(filepath.Join(dir, "edition"))
	require.NoError(t, err)
	n, err := strconv.Atoi(string(number))
	require.NoError(t, err)
	want := edition(n)
	for _, f := range want {
		data, err := os.ReadFile(filepath.Join(dir, f.Name))
		require.NoError(t, err)
		require.True(t, bytes.Equal(f.Data, data), "edition %d: %s", n, f.Name)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "below"))
	require.NoError(t, err)
	require.Len(t, entries, len(want)-1)
}

// kills is how many writers are killed: EDGEWISE_TEST_KILLS=200 in .ci/run.
func kills(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("EDGEWISE_TEST_KILLS"))
	if err != nil {
		return 10
	}
	t.Logf("%d kills", n)
	return n
}

func TestAKilledWriterLeavesTheOldDirectoryOrTheNew(t *testing.T) {
	for how, swap := range swaps {
		t.Run(how, func(t *testing.T) {
			dir, killed, cut := filepath.Join(t.TempDir(), "out"), kills(t), 0
			first, err := openDirectory(context.Background(), dir, swap)
			require.NoError(t, err)
			require.NoError(t, first.Put(context.Background(), edition(1), ""))
			require.NoError(t, first.Close())
			// However the machine's load lets the kills fall, one of ten at least finds a writer at work.
			for n := 0; n < killed || cut == 0 && n < 10*killed; n++ {
				writer := exec.Command(os.Args[0])
				writer.Env = append(os.Environ(), writerAt+"="+dir, writerHow+"="+how)
				said, err := writer.StdoutPipe()
				require.NoError(t, err)
				require.NoError(t, writer.Start())
				ready := make([]byte, len("ready\n"))
				_, err = io.ReadFull(said, ready)
				require.NoError(t, err)
				time.Sleep(rand.N(60 * time.Millisecond))
				require.NoError(t, writer.Process.Kill())
				more, err := io.ReadAll(said)
				require.NoError(t, err)
				require.ErrorContains(t, writer.Wait(), "killed", string(more))
				beside, err := filepath.Glob(filepath.Join(filepath.Dir(dir), ".edgewise-*"))
				require.NoError(t, err)
				cut += len(beside)
				if how == "in one step" {
					requireWhole(t, dir)
				}
			}
			require.Positive(t, cut, "writers are killed while they write")
			t.Logf("%d of them while they wrote", cut)
			d, err := openDirectory(context.Background(), dir, swap)
			require.NoError(t, err)
			defer d.Close()
			requireWhole(t, dir)
			entries, err := os.ReadDir(filepath.Dir(dir))
			require.NoError(t, err)
			require.Len(t, entries, 1, "nothing is left beside it")
		})
	}
}

func TestPutFailsAndLeavesWhatWasThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	d, err := OpenDirectory(context.Background(), dir)
	require.NoError(t, err)
	defer d.Close()
	require.NoError(t, d.Put(context.Background(), edition(1), ""))
	twice := append(edition(2), File{Name: "edition", Data: nil})
	require.ErrorIs(t, d.Put(context.Background(), twice, ""), os.ErrExist)
	requireWhole(t, dir)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, d.Put(ctx, edition(2), ""), context.Canceled)
	requireWhole(t, dir)
	entries, err := os.ReadDir(filepath.Dir(dir))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestPutSetsAsideWhatWasThere(t *testing.T) {
	for how, swap := range swaps {
		t.Run(how, func(t *testing.T) {
			home := t.TempDir()
			dir, aside := filepath.Join(home, "out"), filepath.Join(home, "out.old")
			require.NoError(t, os.Mkdir(dir, 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "mine"), []byte("mine"), 0o600))
			d, err := openDirectory(context.Background(), dir, swap)
			require.NoError(t, err)
			defer d.Close()
			require.NoError(t, d.Put(context.Background(), edition(1), aside))
			requireWhole(t, dir)
			info, err := os.Stat(dir)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o700), info.Mode().Perm(), "as closed as before")
			mine, err := os.ReadFile(filepath.Join(aside, "mine"))
			require.NoError(t, err)
			require.Equal(t, "mine", string(mine))
			entries, err := os.ReadDir(home)
			require.NoError(t, err)
			require.Len(t, entries, 2)
		})
	}
}

func TestADirectoryIsWrittenByOneAtATime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	d, err := OpenDirectory(context.Background(), dir)
	require.NoError(t, err)
	_, err = TryLock(filepath.Dir(dir))
	require.ErrorIs(t, err, ErrLocked)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err = OpenDirectory(ctx, dir)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, d.Close())
	d, err = OpenDirectory(context.Background(), dir)
	require.NoError(t, err)
	require.NoError(t, d.Close())
}
