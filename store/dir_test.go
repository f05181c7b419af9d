package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/store"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

func smallStudy(t testing.TB) *edgewise.Study {
	net, err := catalog.AWS(catalog.Selection{Metros: []string{"denver-us"}, Regions: []string{"us-west-2", "us-east-1"}})
	require.NoError(t, err)
	return &edgewise.Study{
		Title:        "Two regions",
		Scenario:     sim.Scenario{Network: net, Workloads: []workload.Workload{workload.APIDynamic().WithRequestsPerSecond(50)}, Duration: 5 * time.Second},
		Placements:   []placement.Placement{placement.RegionOnly("us-west-2"), placement.RegionOnly("us-east-1").Named("Ost, „far“ / away")},
		Replications: 3, SkipWarmUpCheck: true,
	}
}

func open(t testing.TB, dir string, s *edgewise.Study) *store.Dir {
	about, err := store.Of(s, "scenario.yaml")
	require.NoError(t, err)
	d, err := store.Open(dir, about)
	require.NoError(t, err)
	return d
}

func asJSON(t testing.TB, c *edgewise.Comparison) string {
	b, err := json.Marshal(c)
	require.NoError(t, err)
	return string(b)
}

func TestAStudyGoesOnWithWhatTheStoreHas(t *testing.T) {
	want, err := smallStudy(t).Run(t.Context())
	require.NoError(t, err)

	dir := filepath.Join(t.TempDir(), "cells")
	s := smallStudy(t)
	s.Workers = 1
	d := open(t, dir, s)
	s.Store = d
	ctx, cancel := context.WithCancel(t.Context())
	s.Progress = func(p edgewise.Progress) {
		if p.Done == 3 {
			cancel()
		}
	}
	got, err := s.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, got.Replications)
	require.NoError(t, d.Close())

	status, err := store.Read(t.Context(), store.Directory(dir))
	require.NoError(t, err)
	done, missing := status.Cells()
	require.Equal(t, []int{3, 3}, []int{done, missing})
	require.Equal(t, []int{0, 1}, status.Done["region only"])
	require.Equal(t, []int{1, 2}, status.Missing["Ost, „far“ / away"])
	require.Equal(t, "Two regions", status.Title)
	require.Equal(t, "scenario.yaml", status.File)
	require.False(t, status.IsLocked)
	require.False(t, status.Last.IsZero())

	// A cell cut short counts as missing.
	cut := filepath.Join(dir, "00000-region-only-")
	names, err := filepath.Glob(cut + "*")
	require.NoError(t, err)
	require.Len(t, names, 1)
	require.NoError(t, os.Truncate(names[0], 1000))

	s = smallStudy(t)
	d = open(t, dir, s)
	require.Equal(t, 3, d.Len())
	var damaged []string
	d.Damaged = func(file string, why error) { damaged = append(damaged, file+": "+why.Error()) }
	s.Store = d
	var last edgewise.Progress
	s.Progress = func(p edgewise.Progress) { last = p }
	got, err = s.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, asJSON(t, want), asJSON(t, got), "the same bits")
	require.Equal(t, edgewise.Progress{Done: 6, Total: 6, Share: 1, Kept: 2}, last)
	require.Len(t, damaged, 1)
	require.Contains(t, damaged[0], "damaged or cut short")
	require.NoError(t, d.Remove())
	require.NoDirExists(t, dir)
}

func TestStoresAreOfOneStudyAndOfOneProcess(t *testing.T) {
	dir, s := filepath.Join(t.TempDir(), "cells"), smallStudy(t)
	d := open(t, dir, s)
	s.Store = d
	_, err := s.Run(t.Context())
	require.NoError(t, err)

	about, err := store.Of(s, "")
	require.NoError(t, err)
	_, err = store.Open(dir, about)
	require.ErrorContains(t, err, "another process is at work there")
	status, err := store.Read(t.Context(), store.Directory(dir))
	require.NoError(t, err)
	require.True(t, status.IsLocked)
	require.NoError(t, d.Close())

	for want, change := range map[string]func(*store.About){
		"another study":       func(a *store.About) { a.Header.Study = "x" },
		"another scenario":    func(a *store.About) { a.Header.Scenario = "x" },
		"another input files": func(a *store.About) { a.Header.Inputs = "x" },
		"another commit":      func(a *store.About) { a.Header.Code.Revision = "x" },
		"another build":       func(a *store.About) { a.Header.Code.Executable = "x" },
		"another generator":   func(a *store.About) { a.Header.Generator = "x" },
	} {
		other := about
		change(&other)
		_, err := store.Open(dir, other)
		var refused *store.OtherStudyError
		require.ErrorAs(t, err, &refused)
		require.ErrorContains(t, err, `holds 6 cells of "Two regions" with `+want)
	}
	// A program for other processors goes on.
	elsewhere := about
	elsewhere.Header.Code.Platform, elsewhere.Header.Code.Instructions = "linux/arm64", "GOARM64=v8.0"
	d, err = store.Open(dir, elsewhere)
	require.NoError(t, err)
	require.Equal(t, 6, d.Len())
	require.NoError(t, d.Close())
	// More replications are of the same study.
	more := smallStudy(t)
	more.Replications = 5
	d = open(t, dir, more)
	require.Equal(t, 6, d.Len())
	require.NoError(t, d.Close())

	// A result of another study is refused wherever it comes from.
	other := smallStudy(t)
	other.Seed = 7
	other.Store = d
	_, err = other.Run(t.Context())
	require.ErrorContains(t, err, "has another study")

	require.NoError(t, store.Discard(dir))
	require.NoDirExists(t, dir)
	require.NoError(t, store.Discard(dir), "there is none")
}

func TestNoStoreIsMadeOfAnotherDirectory(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.txt"), nil, 0o666))
	about, err := store.Of(smallStudy(t), "")
	require.NoError(t, err)
	_, err = store.Open(dir, about)
	require.ErrorContains(t, err, "has mine.txt, which is no cell; want a place of its own")
	require.ErrorContains(t, store.Discard(dir), "mine.txt")
	_, err = store.Read(t.Context(), store.Directory(dir))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = store.Open(filepath.Join(dir, strings.Repeat("n", 300)), about)
	require.ErrorContains(t, err, "name too long")
	require.FileExists(t, filepath.Join(dir, "mine.txt"))

	// What a system puts everywhere is in nobody's way.
	watched := filepath.Join(dir, "watched")
	require.NoError(t, os.Mkdir(watched, 0o777))
	for _, name := range []string{".DS_Store", "Thumbs.db", "desktop.ini", ".edgewise-1"} {
		require.NoError(t, os.WriteFile(filepath.Join(watched, name), nil, 0o666))
	}
	d := open(t, watched, smallStudy(t))
	_, err = store.Read(t.Context(), store.Directory(watched))
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.NoDirExists(t, watched)
	require.NoError(t, os.Mkdir(watched, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(watched, ".DS_Store"), nil, 0o666))
	require.NoError(t, store.Discard(watched))
	require.NoDirExists(t, watched)

	// A store without cells is anybody's, and goes when it is closed.
	empty := filepath.Join(dir, "cells")
	require.NoError(t, open(t, empty, smallStudy(t)).Close())
	require.NoDirExists(t, empty)
}

// full is a store on a disk that is full.
type full struct{ *store.Dir }

func (full) Put(context.Context, *edgewise.CellResult) error { return errors.New("no space left") }

func TestAStoreThatCannotKeepEndsAStudy(t *testing.T) {
	s := smallStudy(t)
	d := open(t, filepath.Join(t.TempDir(), "cells"), s)
	defer d.Close()
	s.Store = full{d}
	_, err := s.Run(t.Context())
	require.ErrorContains(t, err, `keep the result of placement "`)
	require.ErrorContains(t, err, "no space left")
}
