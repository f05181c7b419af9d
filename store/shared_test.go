package store_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/store"
)

// kept is the scenario that the stores of these tests keep; what it says does not matter to them.
func kept() store.Scenario {
	return store.Scenario{Text: []byte("title: Two regions\n"), Files: []store.File{{Name: "own/sites.csv", Data: []byte("id\n")}}}
}

func join(t testing.TB, b store.Bucket, s *edgewise.Study, worker string) *store.Shared {
	t.Helper()
	about, err := store.Of(s, "scenario.yaml")
	require.NoError(t, err)
	shared, err := store.Join(t.Context(), b, about, kept(), worker)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, shared.Close()) })
	return shared
}

// fill runs cells of a study into a store.
func fill(t testing.TB, s *edgewise.Study, to edgewise.Store, cells ...edgewise.Cell) {
	t.Helper()
	require.NoError(t, s.RunCells(t.Context(), cells, nil, func(_ edgewise.Cell, r *edgewise.CellResult, err error) error {
		require.NoError(t, err)
		return to.Put(t.Context(), r)
	}))
}

// fileOf returns the file of a cell.
func fileOf(t testing.TB, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	require.NoError(t, err)
	require.Len(t, found, 1)
	return found[0]
}

func TestStoresThatSeveralFillMergeToTheSameComparison(t *testing.T) {
	s := smallStudy(t)
	want, err := s.Run(t.Context())
	require.NoError(t, err)
	cells, err := s.Cells()
	require.NoError(t, err)
	home := t.TempDir()
	one, two := store.Directory(filepath.Join(home, "one")), store.Directory(filepath.Join(home, "two"))
	first, second, elsewhere := join(t, one, s, "a"), join(t, one, s, "b"), join(t, two, s, "c")
	fill(t, s, second, cells[4], cells[1])
	fill(t, s, first, cells[0])
	fill(t, s, elsewhere, cells[5], cells[3], cells[2], cells[0]) // one of them twice
	for _, order := range []store.Merged{{one, two}, {two, one}} {
		got, err := s.CompareKept(t.Context(), order)
		require.NoError(t, err)
		require.Equal(t, asJSON(t, want), asJSON(t, got))
	}
	_, err = s.CompareKept(t.Context(), store.Merged{two})
	var missing *edgewise.MissingError
	require.ErrorAs(t, err, &missing)
	require.ElementsMatch(t, []edgewise.Cell{cells[1], cells[4]}, missing.Cells)
	require.ErrorContains(t, store.Merged{two}.Put(t.Context(), nil), "only read")

	scenario, about, err := store.ReadScenario(t.Context(), two)
	require.NoError(t, err)
	require.Equal(t, kept(), *scenario)
	require.Equal(t, "scenario.yaml", about.File)
}

func TestAStoreThatSeveralFillIsNotForOneAloneAndTheOtherWayRound(t *testing.T) {
	s := smallStudy(t)
	dir := filepath.Join(t.TempDir(), "cells")
	about, err := store.Of(s, "")
	require.NoError(t, err)
	shared, err := store.Join(t.Context(), store.Directory(dir), about, kept(), "a")
	require.NoError(t, err)
	_, err = store.Open(dir, about)
	require.ErrorContains(t, err, "another process is at work there")
	fill(t, s, shared, edgewise.Cell{Placement: "region only"})
	require.NoError(t, shared.Close())

	alone, err := store.Open(dir, about) // as edgewise run has it
	require.NoError(t, err)
	require.Equal(t, 1, alone.Len())
	_, err = store.Join(t.Context(), store.Directory(dir), about, kept(), "b")
	require.ErrorContains(t, err, "another process is at work there")
	require.NoError(t, alone.Close())
	_, _, err = store.ReadScenario(t.Context(), store.Directory(dir))
	require.NoError(t, err, "the scenario is still there")

	alone, err = store.Open(dir, about)
	require.NoError(t, err)
	require.NoError(t, alone.Remove())
	require.NoDirExists(t, dir)
}

// TestACellThatIsNotWholeIsNamed damages cells as disks and networks do. Where another store has them whole, nothing is lost.
func TestACellThatIsNotWholeIsNamed(t *testing.T) {
	s := smallStudy(t)
	cells, err := s.Cells()
	require.NoError(t, err)
	whole, broken := store.Directory(filepath.Join(t.TempDir(), "whole")), store.Directory(filepath.Join(t.TempDir(), "broken"))
	fill(t, s, join(t, whole, s, "a"), cells...)
	shared := join(t, broken, s, "b")
	fill(t, s, shared, cells...)
	want, err := s.CompareKept(t.Context(), store.Merged{whole})
	require.NoError(t, err)
	file := fileOf(t, string(broken), "00001-region-only-*.cell")
	good, err := os.ReadFile(file)
	require.NoError(t, err)
	other, err := os.ReadFile(fileOf(t, string(broken), "00002-region-only-*.cell"))
	require.NoError(t, err)
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 4
	for what, data := range map[string][]byte{
		"its hash is another": good[:len(good)-1], "hash is another": flipped, "want": {}, "it begins otherwise": []byte(strings.Repeat("no cell", 20)),
	} {
		require.NoError(t, os.WriteFile(file, data, 0o600))
		_, err = s.CompareKept(t.Context(), store.Merged{broken})
		var damaged *store.DamagedError
		require.ErrorAs(t, err, &damaged)
		require.Equal(t, edgewise.Cell{Placement: "region only", Replication: 1}, damaged.Cell)
		require.ErrorContains(t, err, file)
		require.ErrorContains(t, err, what)
		got, err := s.CompareKept(t.Context(), store.Merged{broken, whole})
		require.NoError(t, err)
		require.Equal(t, asJSON(t, want), asJSON(t, got))

		said := ""
		shared.Damaged = func(blob string, _ error) { said = blob }
		r, err := shared.Get(t.Context(), edgewise.Cell{Placement: "region only", Replication: 1})
		require.NoError(t, err)
		require.Nil(t, r, "it is run again")
		require.Equal(t, filepath.Base(file), said)
	}
	// A whole cell under another's name.
	require.NoError(t, os.WriteFile(file, other, 0o600))
	_, err = s.CompareKept(t.Context(), store.Merged{broken})
	require.ErrorContains(t, err, "the store has that of")
	_, err = s.CompareKept(t.Context(), store.Merged{whole, broken})
	require.ErrorContains(t, err, "different results in "+filepath.Base(file))
	status, err := store.Read(t.Context(), broken)
	require.NoError(t, err)
	require.Len(t, status.Damaged, 1)
	require.Contains(t, status.Damaged[0], "whose file is")
}

func TestAStoreOfAnotherStudyIsRefusedByName(t *testing.T) {
	s, other := smallStudy(t), smallStudy(t)
	other.Seed = 7
	dir := store.Directory(filepath.Join(t.TempDir(), "cells"))
	fill(t, s, join(t, dir, s, "a"), edgewise.Cell{Placement: "region only"})
	about, err := store.Of(other, "scenario.yaml")
	require.NoError(t, err)
	_, err = store.Join(t.Context(), dir, about, kept(), "b")
	var refused *store.OtherStudyError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, 1, refused.Cells)
	require.ErrorContains(t, err, "another study")
	_, err = other.CompareKept(t.Context(), store.Merged{dir})
	require.ErrorContains(t, err, "another study")

	require.NoError(t, os.WriteFile(filepath.Join(string(dir), "thesis.doc"), nil, 0o600))
	about, err = store.Of(s, "scenario.yaml")
	require.NoError(t, err)
	_, err = store.Join(t.Context(), dir, about, kept(), "b")
	require.ErrorContains(t, err, "has thesis.doc, which is no cell")
}

func TestTheScenarioOfAStoreIsTheOneThatWasKept(t *testing.T) {
	s := smallStudy(t)
	dir := store.Directory(filepath.Join(t.TempDir(), "cells"))
	join(t, dir, s, "a")
	for name, good := range map[string]string{"scenario.yaml": "title: Two regions\n", "input-*": "id\n"} {
		file := fileOf(t, string(dir), name)
		require.NoError(t, os.WriteFile(file, []byte("title: Another\n"), 0o600))
		_, _, err := store.ReadScenario(t.Context(), dir)
		require.ErrorContains(t, err, filepath.Base(file)+" is not as it was kept")
		require.NoError(t, os.WriteFile(file, []byte(good), 0o600))
	}
	_, _, err := store.ReadScenario(t.Context(), dir)
	require.NoError(t, err)
	_, _, err = store.ReadScenario(t.Context(), store.Directory(t.TempDir()))
	require.ErrorContains(t, err, "is no store")

	// What edgewise run leaves has no scenario beside it.
	about, err := store.Of(s, "")
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "cells")
	d, err := store.Open(path, about)
	require.NoError(t, err)
	fill(t, s, d, edgewise.Cell{Placement: "region only"})
	require.NoError(t, d.Close())
	_, _, err = store.ReadScenario(t.Context(), store.Directory(path))
	require.ErrorContains(t, err, "keeps no scenario")
}

func TestStatusSaysWhoRunsWhatAndHowLongItTakes(t *testing.T) {
	s := smallStudy(t)
	dir := store.Directory(filepath.Join(t.TempDir(), "cells"))
	shared := join(t, dir, s, "here, process 7, shard 0 of 2")
	status, err := store.Read(t.Context(), dir)
	require.NoError(t, err)
	require.Zero(t, status.Left(), "nobody knows yet")

	done := edgewise.Cell{Placement: "region only", Replication: 1}
	note, err := shared.Begin(t.Context(), done)
	require.NoError(t, err)
	fill(t, s, shared, done)
	note.Begun = time.Now().Add(-time.Hour)
	require.NoError(t, shared.End(t.Context(), note, nil))
	failed, err := shared.Begin(t.Context(), edgewise.Cell{Placement: "region only", Replication: 2})
	require.NoError(t, err)
	require.NoError(t, shared.End(t.Context(), failed, errors.New("no memory")))
	_, err = shared.Begin(t.Context(), edgewise.Cell{Placement: "region only"})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(string(dir), "00009-x.note"), []byte("no note"), 0o600))

	status, err = store.Read(t.Context(), dir)
	require.NoError(t, err)
	require.True(t, status.IsShared())
	require.Len(t, status.Failed, 1)
	require.Equal(t, "no memory", status.Failed[0].Error)
	require.Equal(t, 2, status.Failed[0].Replication)
	require.Len(t, status.Begun, 1)
	require.Equal(t, "here, process 7, shard 0 of 2", status.Begun[0].Worker)
	nDone, missing := status.Cells()
	require.Equal(t, []int{1, 5}, []int{nDone, missing})
	require.InDelta(t, 5, status.Left().Hours(), 0.1, "five cells of an hour")

	_, err = store.Read(t.Context(), store.Directory(t.TempDir()))
	require.ErrorIs(t, err, fs.ErrNotExist)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = store.Read(ctx, dir)
	require.ErrorIs(t, err, context.Canceled)
}
