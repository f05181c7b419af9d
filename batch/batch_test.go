package batch_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/batch"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/search"
)

const base = `title: Tiny
duration: 5s
check_warm_up: false
replications: 2
network: {metros: {names: [los-angeles-us, san-diego-us]}}
workloads: [{name: site, preset: web-static, requests_per_second: 50, objects: 100}]
placements:
  - {name: region, origin: us-west-2}
  - {name: pop, extends: region, edge_caches: {sites: pop-lax, size: 1MiB}}
`

const swept = base + "sweep: {grid: {workloads.site.objects: [50, 100, 200]}}\n"

var searched = strings.Replace(base, "replications: 2\n", "", 1) + `search:
  candidates: {edge_caches: {sites: [pop-lax, pop-sea, pop-phx], size: 1MiB}}
  choose: 1
  objective: {by: ttfb mean}
  replications: {min: 2, max: 4}
  simulated: 2
  variations: 3
`

// A memory is a store in memory.
type memory struct {
	mu    sync.Mutex
	cells map[edgewise.Cell][]byte
}

func (m *memory) Get(_ context.Context, c edgewise.Cell) (*edgewise.CellResult, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.cells[c]
	if !ok {
		return nil, nil
	}
	r := new(edgewise.CellResult)
	return r, r.UnmarshalBinary(data)
}

func (m *memory) Put(_ context.Context, r *edgewise.CellResult) error {
	data, err := r.MarshalBinary()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cells == nil {
		m.cells = make(map[edgewise.Cell][]byte)
	}
	m.cells[r.Cell] = data
	return err
}

// alone writes the report of one run.
func alone(t *testing.T, dir, text string, isSearch bool) {
	t.Helper()
	run := report.Run{Scenario: []byte(text)}
	switch {
	case isSearch:
		problem, _, err := scenario.Reader{}.ParseSearch("s.yaml", []byte(text))
		require.NoError(t, err)
		found, err := search.Explore(t.Context(), problem)
		require.NoError(t, err)
		comparison, err := found.Study().Run(t.Context())
		require.NoError(t, err)
		answer, err := found.Conclude(t.Context(), comparison)
		require.NoError(t, err)
		run.Outputs = report.SearchOutputs(answer)
		require.NoError(t, report.WriteRun(t.Context(), dir, comparison, run))
	case scenario.IsSweep([]byte(text)):
		of, _, err := scenario.ParseSweep("s.yaml", []byte(text))
		require.NoError(t, err)
		result, err := of.Run(t.Context(), nil)
		require.NoError(t, err)
		require.NoError(t, report.WriteSweep(t.Context(), dir, result, run))
	default:
		study, err := scenario.Parse("s.yaml", []byte(text))
		require.NoError(t, err)
		comparison, err := study.Run(t.Context())
		require.NoError(t, err)
		require.NoError(t, report.WriteRun(t.Context(), dir, comparison, run))
	}
}

// TestCellsOfAnyWorkGiveTheReportOfOneRun runs cells in rounds, one at a time and from the last to the first, as a worker that is handed
// them would, and from a list.
func TestCellsOfAnyWorkGiveTheReportOfOneRun(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		isSearch bool
	}{
		"study":  {base, false},
		"sweep":  {swept, false},
		"search": {searched, true},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			want := filepath.Join(home, "alone")
			alone(t, want, c.text, c.isSearch)
			work, files, err := batch.Reader{Search: c.isSearch}.Parse(t.Context(), "s.yaml", []byte(c.text))
			require.NoError(t, err)
			require.Empty(t, files)
			require.Equal(t, c.isSearch, work.Decides())
			about, err := work.About("s.yaml")
			require.NoError(t, err)
			require.Equal(t, c.isSearch, about.Search)
			runner, err := work.Runner()
			require.NoError(t, err)

			handed, listed := new(memory), new(memory)
			for rounds := 0; ; rounds++ {
				round, err := work.Round(t.Context(), handed, edgewise.NextRound)
				require.NoError(t, err)
				if len(round.Cells) == 0 {
					break
				}
				require.Less(t, rounds, 5)
				require.ErrorAs(t, work.WriteReport(t.Context(), filepath.Join(home, "early"), handed, report.Run{}), new(*edgewise.MissingError))
				for _, cell := range slices.Backward(round.Cells) {
					result, err := runner.Run(t.Context(), cell, 1)
					require.NoError(t, err)
					require.NoError(t, handed.Put(t.Context(), result))
				}
				require.NoError(t, work.RunCells(t.Context(), round.Cells, nil, func(_ edgewise.Cell, r *edgewise.CellResult, err error) error {
					require.NoError(t, err)
					return listed.Put(t.Context(), r)
				}))
			}
			require.Equal(t, listed.cells, handed.cells)
			require.NoDirExists(t, filepath.Join(home, "early"))
			got := filepath.Join(home, "cells")
			require.NoError(t, work.WriteReport(t.Context(), got, handed, report.Run{Scenario: []byte(c.text)}))
			require.Equal(t, filesOf(t, want), filesOf(t, got))
		})
	}
}

func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	require.NoError(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		relative, _ := filepath.Rel(dir, name)
		all[relative] = string(data)
		return err
	}))
	return all
}

// TestCellsOfASweepRunInTheOrderOfTheList has points in turn.
func TestCellsOfASweepRunInTheOrderOfTheList(t *testing.T) {
	work, _, err := batch.Reader{Workers: 1}.Parse(t.Context(), "s.yaml", []byte(swept))
	require.NoError(t, err)
	cells, err := work.Cells()
	require.NoError(t, err)
	require.Len(t, cells, 12)
	var list, ran []edgewise.Cell
	for i := range cells {
		list = append(list, cells[i*5%len(cells)])
	}
	begin := func(c edgewise.Cell) (bool, error) { ran = append(ran, c); return false, nil }
	require.NoError(t, work.RunCells(t.Context(), list, begin, nil))
	require.Equal(t, list, ran)
}

func TestWhatIsNoWorkIsRefused(t *testing.T) {
	_, _, err := batch.Reader{Search: true}.Parse(t.Context(), "s.yaml", []byte(base))
	require.ErrorContains(t, err, `has no key "search"`)
	_, err = batch.Reader{Workers: -1}.ParseFrom(t.Context(), "s.yaml", []byte(base), nil)
	require.ErrorContains(t, err, "-1 workers; want 0")
	work, err := batch.Reader{}.ParseFrom(t.Context(), "s.yaml", []byte(swept), nil)
	require.NoError(t, err)
	runner, err := work.Runner()
	require.NoError(t, err)
	_, err = runner.Run(t.Context(), edgewise.Cell{Placement: "pop, point 9"}, 1)
	require.ErrorContains(t, err, "no cells of the sweep are called so")
}
