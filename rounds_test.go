package edgewise_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
)

// briefStudy is a small study whose runs are short.
func briefStudy(t testing.TB) *edgewise.Study {
	s := smallStudy(t)
	s.WarmUp, s.Duration = time.Second, 2*time.Second
	return s
}

// memory is a store in memory.
type memory struct {
	mu   sync.Mutex
	have map[edgewise.Cell]*edgewise.CellResult
	gets int
}

func newMemory() *memory { return &memory{have: make(map[edgewise.Cell]*edgewise.CellResult)} }

func (m *memory) Get(_ context.Context, c edgewise.Cell) (*edgewise.CellResult, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gets++
	return m.have[c], nil
}

func (m *memory) Put(_ context.Context, r *edgewise.CellResult) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.have[r.Cell] = r
	return nil
}

// fill runs cells into the store.
func (m *memory) fill(t testing.TB, s *edgewise.Study, cells []edgewise.Cell) {
	require.NoError(t, s.RunCells(t.Context(), cells, nil, func(c edgewise.Cell, r *edgewise.CellResult, err error) error {
		require.NoError(t, err)
		require.Equal(t, c, r.Cell)
		return m.Put(t.Context(), r)
	}))
}

func TestKeptCellsGiveTheComparisonOfTheStudy(t *testing.T) {
	s := briefStudy(t)
	want, err := s.Run(t.Context())
	require.NoError(t, err)
	kept := newMemory()
	round, err := s.Round(t.Context(), kept, edgewise.NextRound)
	require.NoError(t, err)
	require.Zero(t, round.Number)
	require.Len(t, round.Cells, 9)

	kept.fill(t, s, round.Cells[1:])
	got, err := s.CompareKept(t.Context(), kept)
	var missing *edgewise.MissingError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, round.Cells[:1], missing.Cells)
	require.ErrorContains(t, err, "of round 0 1 results are missing, that of "+round.Cells[0].String())
	require.Nil(t, got, "the first replication is not whole")

	kept.fill(t, s, round.Cells[:1])
	delete(kept.have, round.Cells[1])
	got, err = s.CompareKept(t.Context(), kept)
	require.ErrorAs(t, err, &missing)
	require.Equal(t, []int{1, 3}, []int{got.Replications, got.Planned})

	kept.fill(t, s, round.Cells[1:2])
	got, err = s.CompareKept(t.Context(), kept)
	require.NoError(t, err)
	require.Equal(t, asJSON(t, want), asJSON(t, got))
	last, err := s.Round(t.Context(), kept, edgewise.NextRound)
	require.NoError(t, err)
	require.Equal(t, &edgewise.Round{Number: 1}, last, "complete")
}

// TestRoundsAreThoseOfTheStudy follows a study that decides itself: whoever shares the store sees the same rounds.
func TestRoundsAreThoseOfTheStudy(t *testing.T) {
	s := briefStudy(t)
	s.Replications = 0
	s.Until = &edgewise.Until{}
	s.Until.MinReplications, s.Until.MaxReplications, s.Until.RelativeError = 2, 4, 0.001
	want, err := s.Run(t.Context())
	require.NoError(t, err)
	require.Greater(t, want.Replications, 2, "or there is one round only")
	kept := newMemory()
	_, err = s.Round(t.Context(), kept, 1)
	var missing *edgewise.MissingError
	require.ErrorAs(t, err, &missing)
	require.Zero(t, missing.Round)
	for n := 0; ; n++ {
		round, err := s.Round(t.Context(), kept, edgewise.NextRound)
		require.NoError(t, err)
		require.Equal(t, n, round.Number)
		if len(round.Cells) == 0 {
			require.Greater(t, n, 1)
			break
		}
		kept.fill(t, s, round.Cells[:1])
		again, err := s.Round(t.Context(), kept, n)
		require.NoError(t, err)
		require.Equal(t, round, again, "what is there already changes nothing")
		kept.fill(t, s, round.Cells[1:])
	}
	got, err := s.CompareKept(t.Context(), kept)
	require.NoError(t, err)
	require.Equal(t, asJSON(t, want), asJSON(t, got))
	_, err = s.Round(t.Context(), kept, -2)
	require.ErrorContains(t, err, "round -2; want 0 or more")
}

func TestAResultOfAnotherStudyIsNotCompared(t *testing.T) {
	s := briefStudy(t)
	kept := newMemory()
	round, err := s.Round(t.Context(), kept, 0)
	require.NoError(t, err)
	kept.fill(t, s, round.Cells)
	other := *kept.have[round.Cells[4]]
	other.Study = "another"
	kept.have[round.Cells[4]] = &other
	_, err = s.CompareKept(t.Context(), kept)
	require.ErrorContains(t, err, round.Cells[4].String()+" has another study")
	kept.have[round.Cells[4]] = kept.have[round.Cells[3]]
	_, err = s.CompareKept(t.Context(), kept)
	require.ErrorContains(t, err, "the store has that of")
}

func TestACellThatFailsKeepsNoOtherFromRunning(t *testing.T) {
	s := briefStudy(t)
	s.SkipWarmUpCheck = false
	tiny := s.Placements[0].Named("one server")
	tiny.Sites = append([]placement.Assignment(nil), tiny.Sites...)
	for i := range tiny.Sites {
		tiny.Sites[i].Servers = 1
	}
	s.Placements = append(s.Placements, tiny)
	cells := []edgewise.Cell{{Placement: "one server"}, {Placement: s.Placements[0].Name}, {Placement: s.Placements[1].Name}}
	var mu sync.Mutex
	done, failed := 0, 0
	require.NoError(t, s.RunCells(t.Context(), cells, func(c edgewise.Cell) (bool, error) {
		return c.Placement != s.Placements[1].Name, nil // left out
	}, func(_ edgewise.Cell, r *edgewise.CellResult, err error) error {
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			require.ErrorAs(t, err, new(*edgewise.OverloadError))
			require.Nil(t, r)
			failed++
		} else {
			done++
		}
		return nil
	}))
	require.Equal(t, []int{1, 1}, []int{done, failed})
}

func TestRunningCellsEndsWhenAskedTo(t *testing.T) {
	s := briefStudy(t)
	cells, err := s.Cells()
	require.NoError(t, err)
	full := errors.New("the disk is full")
	require.ErrorIs(t, s.RunCells(t.Context(), cells, nil, func(edgewise.Cell, *edgewise.CellResult, error) error { return full }), full)
	require.ErrorIs(t, s.RunCells(t.Context(), cells, func(edgewise.Cell) (bool, error) { return false, full }, nil), full)

	s.Duration = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	err = s.RunCells(ctx, cells, func(edgewise.Cell) (bool, error) {
		cancel()
		return true, nil
	}, func(edgewise.Cell, *edgewise.CellResult, error) error {
		t.Error("no cell has ended")
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, s.RunCells(t.Context(), []edgewise.Cell{{Placement: "none"}}, nil, nil), `no placement of the study has this name`)
}
