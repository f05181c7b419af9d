package edgewise_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
)

func TestARunnerGivesTheCellsOfTheStudy(t *testing.T) {
	s := smallStudy(t)
	cells, err := s.Cells()
	require.NoError(t, err)
	want := runCells(t, s, cells)
	runner, err := s.NewRunner()
	require.NoError(t, err)
	results := make([]*edgewise.CellResult, len(cells))
	var pool sync.WaitGroup
	for i := range cells {
		pool.Go(func() {
			var err error
			if results[i], err = runner.Run(context.Background(), cells[i], i%3); err != nil {
				t.Error(err)
			}
		})
	}
	pool.Wait()
	for i := range cells {
		require.Equal(t, encoded(t, want[i]), encoded(t, results[i]), "%v", cells[i])
	}
}

// More placements than a runner keeps, in turn, so that none is there when its next cell comes.
func TestARunnerForgetsWhatItRanLongAgo(t *testing.T) {
	s := smallStudy(t)
	original := s.Placements[0]
	s.Placements = nil
	for i := range 66 {
		p := original
		p.Name = fmt.Sprint("placement ", i)
		s.Placements = append(s.Placements, p)
	}
	runner, err := s.NewRunner()
	require.NoError(t, err)
	for _, c := range []edgewise.Cell{{Placement: "placement 0"}, {Placement: "placement 65"}, {Placement: "placement 0"}} {
		first, err := runner.Run(context.Background(), c, 1)
		require.NoError(t, err)
		require.Equal(t, encoded(t, runCells(t, s, []edgewise.Cell{c})[0]), encoded(t, first))
		for i := 1; i < 65; i++ {
			cancelled, cancel := context.WithCancel(context.Background())
			cancel()
			_, err := runner.Run(cancelled, edgewise.Cell{Placement: s.Placements[i].Name}, 1)
			require.ErrorIs(t, err, context.Canceled)
		}
	}
}

func TestARunnerRefusesByName(t *testing.T) {
	s := smallStudy(t)
	runner, err := s.NewRunner()
	require.NoError(t, err)
	good := edgewise.Cell{Placement: s.Placements[0].Name}
	_, err = runner.Run(context.Background(), good, 1)
	require.NoError(t, err)
	for _, c := range []edgewise.Cell{{Placement: "nowhere"}, {Placement: good.Placement, Replication: -1}, {Placement: good.Placement, Replication: 100_000}} {
		_, err := runner.Run(context.Background(), c, 1)
		require.ErrorContains(t, err, c.String())
	}
	s.Placements = nil
	_, err = s.NewRunner()
	require.ErrorContains(t, err, "no placement")
}

func encoded(t testing.TB, r *edgewise.CellResult) []byte {
	t.Helper()
	data, err := r.MarshalBinary()
	require.NoError(t, err)
	return data
}
