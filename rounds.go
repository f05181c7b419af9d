package edgewise

import (
	"context"
	"fmt"
	"sync"

	"github.com/edgewise-sim/edgewise/sim"
)

// A Round is the cells that a study runs before it looks whether they are enough: without [Study.Until] there is one.
type Round struct {
	// Number counts from 0.
	Number int
	// Cells are those of the round, placement by placement, whether or not they have run: the same for everybody who asks
	// when all rounds before it are complete. A round after the last has none.
	Cells []Cell
}

// NextRound is the number that [Study.Round] takes for the first round that is not complete.
const NextRound = -1

// A MissingError says that a store lacks results.
type MissingError struct {
	// Round is the round that is not complete, Cells what it lacks.
	Round int
	Cells []Cell
}

// Error implements error.
func (e *MissingError) Error() string {
	text := fmt.Sprintf("edgewise: of round %d %d results are missing, that of %v", e.Round, len(e.Cells), e.Cells[0])
	if len(e.Cells) > 1 {
		text += " the first"
	}
	return text
}

// Round says which cells a round has, by its number or by [NextRound]. It reads the results of all rounds before it, so
// that processes that share a store agree on what comes next, and returns a [*MissingError] if one of those is not
// complete. Placements that are overloaded have no cells.
func (s *Study) Round(ctx context.Context, from Store, number int) (*Round, error) {
	if number < NextRound {
		return nil, fmt.Errorf("edgewise: round %d; want 0 or more, or %d for the next", number, NextRound)
	}
	f, err := s.newFollower(ctx, from)
	if err != nil {
		return nil, err
	}
	for {
		round, err := f.next()
		if err != nil {
			return nil, err
		}
		if round.Number == number || len(round.Cells) == 0 {
			return round, nil
		}
		missing, err := f.read(ctx)
		if err != nil {
			return nil, err
		}
		if len(missing) == 0 {
			continue
		}
		if number == NextRound {
			return round, nil
		}
		return nil, &MissingError{round.Number, missing}
	}
}

// CompareKept makes the comparison from the results that a store has, as [Study.Compare] does from results in memory, of
// which it holds those of one replication at a time. When results are missing, it returns a [*MissingError] and the comparison
// of the first replications, as many as every placement has; nil if there is none.
func (s *Study) CompareKept(ctx context.Context, from Store) (*Comparison, error) {
	f, err := s.newFollower(ctx, from)
	if err != nil {
		return nil, err
	}
	f.gatherer.progress = s.Progress
	for {
		round, err := f.next()
		if err != nil {
			return nil, err
		}
		if len(round.Cells) == 0 {
			return f.conclude(ctx)
		}
		f.gatherer.total = f.planned * len(f.admission.study.Placements)
		missing, err := f.read(ctx)
		if err != nil {
			return nil, err
		}
		if len(missing) == 0 {
			continue
		}
		incomplete := &MissingError{round.Number, missing}
		if len(f.gatherer.finished()) == 0 {
			return nil, incomplete
		}
		comparison, err := f.conclude(ctx)
		if err != nil {
			return nil, err
		}
		return comparison, incomplete
	}
}

// A follower goes through the rounds of a study whose results are in a store.
type follower struct {
	keep      *keeper
	admission *admission
	gatherer  *gatherer
	stopper   *stopper
	rounds    int // so far
	planned   int // replications
}

func (s *Study) newFollower(ctx context.Context, from Store) (*follower, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	of := *s
	of.Store = from
	a, err := s.admit(ctx, nil)
	if err != nil {
		return nil, err
	}
	stopper, err := a.study.newStopper()
	if err != nil {
		return nil, err
	}
	return &follower{keep: of.newKeeper(), admission: a, gatherer: newGatherer(a, nil), stopper: stopper}, nil
}

// next returns the round after those that are complete.
func (f *follower) next() (*Round, error) {
	round := &Round{Number: f.rounds}
	finished := f.gatherer.finished()
	upTo, enough, err := f.stopper.next(finished)
	if err != nil {
		return nil, err
	}
	if enough {
		upTo = len(finished)
	}
	f.planned = upTo
	for p := range f.admission.study.Placements {
		for r := len(finished); r < upTo; r++ {
			round.Cells = append(round.Cells, Cell{f.admission.study.Placements[p].Name, r})
		}
	}
	return round, nil
}

// read takes the results of the round that next has returned, replication by replication, and returns the cells of which there are none. Some are
// read ahead, on all cores: to read and decode is most of the work.
func (f *follower) read(ctx context.Context) (missing []Cell, err error) {
	var readers sync.WaitGroup
	defer readers.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	placements := f.admission.study.Placements
	first := len(f.gatherer.finished())
	type answer struct {
		result *sim.Result
		err    error
	}
	workers := f.admission.study.workers()
	ahead := make(chan chan answer, workers)
	readers.Go(func() {
		defer close(ahead)
		for n := range (f.planned - first) * len(placements) {
			cell := Cell{placements[n%len(placements)].Name, first + n/len(placements)}
			ready := make(chan answer, 1)
			select {
			case ahead <- ready:
			case <-ctx.Done():
				return
			}
			readers.Go(func() {
				result, err := f.keep.kept(ctx, cell)
				ready <- answer{result, err}
			})
		}
	})
	for r := first; r < f.planned; r++ {
		for p := range placements {
			ready, ok := <-ahead
			if !ok {
				return nil, ctx.Err()
			}
			cell := Cell{placements[p].Name, r}
			switch a := <-ready; {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case a.err != nil:
				return nil, a.err
			case a.result == nil:
				missing = append(missing, cell)
			case missing == nil: // what comes after a gap only counts
				if err := f.gatherer.take(p, a.result); err != nil {
					return nil, fmt.Errorf("edgewise: %v: %w", cell, err)
				}
			}
		}
	}
	f.rounds++
	return missing, nil
}

// conclude compares what is there.
func (f *follower) conclude(ctx context.Context) (*Comparison, error) {
	return f.admission.conclude(ctx, f.gatherer.finished(), f.planned, f.stopper.result)
}
