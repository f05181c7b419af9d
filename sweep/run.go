package sweep

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/edgewise-sim/edgewise"
)

// Run runs all points and compares them. What a store has is not run again, and what runs is kept there, so that the next run goes
// on; nil keeps nothing. When ctx is cancelled it returns the context's error. A point that is refused, because it is overloaded or
// has not warmed up, stands in the result with the reason; if all are, that is the error.
func (s *Sweep) Run(ctx context.Context, store edgewise.Store) (*Result, error) {
	l, err := s.lay()
	if err != nil {
		return nil, err
	}
	shared := newSharing(l, store, len(s.Points))
	progress := newProgress(s)
	comparisons, errs := make([]*edgewise.Comparison, len(s.Points)), make([]error, len(s.Points))
	var order []int
	for i := range s.Points {
		order = append(order, i)
	}
	watched := s.Watched()
	err = s.sideBySide(ctx, order, s.cells, func(ctx context.Context, point, workers int) error {
		defer shared.end(point)
		study := s.study(point)
		study.Workers, study.Replicated = workers, isWatched(watched)
		study.Store = &pointStore{s, l, point, shared.of(point)}
		study.Progress = func(p edgewise.Progress) { progress.count(point, p) }
		comparisons[point], errs[point] = study.Run(ctx)
		if errs[point] != nil && !isRefusal(errs[point]) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("sweep: %s: %w", s.Name(point), errs[point])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r := s.newResult()
	for i := range s.Points {
		r.add(s.Points[i].Values, comparisons[i], errs[i])
	}
	if r.isEmpty() {
		return nil, s.allRefused(errs)
	}
	r.conclude()
	return r, nil
}

// cells returns how many cells a point has to begin with.
func (s *Sweep) cells(point int) int {
	study := s.Points[point].Study
	return study.Predict().Replications * len(study.Placements)
}

// allRefused returns the error of a sweep of which no point is left.
func (s *Sweep) allRefused(errs []error) error {
	var all error
	for i, err := range errs {
		if err != nil {
			all = errors.Join(all, fmt.Errorf("sweep: %s: %w", s.Name(i), err))
		}
	}
	return all
}

// isRefusal reports whether an error says that a point cannot be compared, which keeps no other from being.
func isRefusal(err error) bool {
	return errors.As(err, new(*edgewise.OverloadError)) || errors.As(err, new(*edgewise.WarmUpError))
}

// A sharing hands the cells that several points have from the one that runs them to the others, through a store or in memory.
type sharing struct {
	layout *layout
	store  edgewise.Store // nil if there is none
	// isShared holds the names of placements, at the points that run them, that other points have too.
	isShared map[string]bool

	mu    sync.Mutex
	cells map[edgewise.Cell]*edgewise.CellResult
	news  chan struct{} // closed, and made anew, when a cell or a point has ended
	ended []bool
}

func newSharing(l *layout, store edgewise.Store, points int) *sharing {
	s := &sharing{
		layout: l, store: store, isShared: make(map[string]bool), cells: make(map[edgewise.Cell]*edgewise.CellResult),
		news: make(chan struct{}), ended: make([]bool, points),
	}
	for point, homes := range l.homes {
		for placement, home := range homes {
			if home != point {
				s.isShared[cellName(home, placement)] = true
			}
		}
	}
	return s
}

// end says that a point runs no further cells.
func (s *sharing) end(point int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended[point] = true
	s.tell()
}

// tell wakes whoever waits.
func (s *sharing) tell() {
	close(s.news)
	s.news = make(chan struct{})
}

// of returns the store as a point sees it.
func (s *sharing) of(point int) edgewise.Store { return &waiting{s, point} }

// A waiting store waits for the cells that another point runs.
type waiting struct {
	*sharing
	point int
}

// Get implements [edgewise.Store].
func (w *waiting) Get(ctx context.Context, c edgewise.Cell) (*edgewise.CellResult, error) {
	home := w.layout.placements[c.Placement].point
	for {
		w.mu.Lock()
		kept, isLast, news := w.cells[c], w.ended[home], w.news
		w.mu.Unlock()
		if kept == nil && w.store != nil {
			var err error
			if kept, err = w.store.Get(ctx, c); err != nil {
				return nil, err
			}
		}
		// A point that has ended without the cell was refused, or needed fewer replications.
		if kept != nil || home == w.point || isLast {
			return kept, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Put implements [edgewise.Store].
func (w *waiting) Put(ctx context.Context, r *edgewise.CellResult) error {
	if w.store != nil {
		if err := w.store.Put(ctx, r); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.store == nil && w.isShared[r.Cell.Placement] {
		w.cells[r.Cell] = r
	}
	w.tell()
	return nil
}

// A progress adds up that of the points.
type progress struct {
	tell func(edgewise.Progress)

	mu     sync.Mutex
	points []edgewise.Progress
}

func newProgress(s *Sweep) *progress {
	p := &progress{tell: s.Progress, points: make([]edgewise.Progress, len(s.Points))}
	for i := range p.points {
		p.points[i].Total = s.cells(i)
	}
	return p
}

func (p *progress) count(point int, of edgewise.Progress) {
	if p.tell == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.points[point] = of
	var all edgewise.Progress
	share := 0.0
	for _, o := range p.points {
		all.Done += o.Done
		all.Total += o.Total
		all.Kept += o.Kept
		share += float64(o.Share * float64(o.Total))
	}
	all.Share = share / float64(max(all.Total, 1))
	p.tell(all)
}
