package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
)

// A layout says which cells the points of a valid sweep have, and which of them are the same.
type layout struct {
	header edgewise.CellHeader
	// headers are those of the points' own cells.
	headers []edgewise.CellHeader
	// homes holds by point and placement which point runs the placement's cells: the first at which they are the same.
	homes []map[string]int
	// placements holds, by the name that a placement's cells have in the sweep, where they are run.
	placements map[string]place
}

// A place is a placement at a point.
type place struct {
	point     int
	placement string
}

// lay validates the sweep and finds the cells that points share, once.
func (s *Sweep) lay() (*layout, error) {
	s.once.Do(func() {
		if s.wrong = s.validate(); s.wrong == nil {
			s.made, s.wrong = s.newLayout()
		}
	})
	return s.made, s.wrong
}

func (s *Sweep) newLayout() (*layout, error) {
	l := &layout{placements: make(map[string]place)}
	all := sha256.New()
	first := make(map[string]int) // by what decides a placement's cells
	for i := range s.Points {
		study := s.Points[i].Study
		header, err := study.CellHeader()
		if err != nil {
			return nil, fmt.Errorf("sweep: %s: %w", s.Name(i), err)
		}
		l.headers = append(l.headers, header)
		fmt.Fprintln(all, header.Study, header.Scenario)
		fingerprints, err := study.PlacementFingerprints()
		if err != nil {
			return nil, fmt.Errorf("sweep: %s: %w", s.Name(i), err)
		}
		homes := make(map[string]int)
		for _, p := range study.Placements {
			// A study that checks runs refuses what another one does not.
			same := fmt.Sprintf("%s %t", fingerprints[p.Name], study.SkipWarmUpCheck)
			home, ok := first[same]
			if !ok {
				home = i
				first[same] = i
				l.placements[cellName(i, p.Name)] = place{i, p.Name}
			}
			homes[p.Name] = home
		}
		l.homes = append(l.homes, homes)
	}
	l.header = l.headers[0]
	l.header.Study, l.header.Provenance = hex.EncodeToString(all.Sum(nil)), s.Provenance
	return l, nil
}

// cellName is what the cells of a placement at a point are called in the sweep.
func cellName(point int, placement string) string {
	return placement + ", point " + strconv.Itoa(point+1)
}

// CellHeader returns the header of the sweep's results in a store, without a cell.
func (s *Sweep) CellHeader() (edgewise.CellHeader, error) {
	l, err := s.lay()
	if err != nil {
		return edgewise.CellHeader{}, err
	}
	return l.header, nil
}

// Shared returns how many placements the points have, and how many of them are run, for those that are the same at several
// points are run once.
func (s *Sweep) Shared() (placements, run int, err error) {
	l, err := s.lay()
	if err != nil {
		return 0, 0, err
	}
	for i := range s.Points {
		placements += len(s.Points[i].Study.Placements)
	}
	return placements, len(l.placements), nil
}

// OwnPlacements returns the placements of a point that it runs itself: those that are not the same at a point before it.
func (s *Sweep) OwnPlacements(point int) (own []placement.Placement, err error) {
	l, err := s.lay()
	if err != nil {
		return nil, err
	}
	for _, p := range s.Points[point].Study.Placements {
		if l.homes[point][p.Name] == point {
			own = append(own, p)
		}
	}
	return own, nil
}

// Cells lists the cells of the first round ([Sweep.Round]).
func (s *Sweep) Cells() ([]edgewise.Cell, error) {
	round, err := s.Round(context.Background(), nothing{}, 0)
	if err != nil {
		return nil, err
	}
	return round.Cells, nil
}

// nothing is a store that has nothing.
type nothing struct{}

func (nothing) Get(context.Context, edgewise.Cell) (*edgewise.CellResult, error) { return nil, nil }
func (nothing) Put(context.Context, *edgewise.CellResult) error                  { return nil }

// Round says which cells a round of the sweep has, as [edgewise.Study.Round] does of a study: those of that round of every point,
// each once, in the order of the points. The placement of a cell is called after the point that runs it: "zones, point 3".
// A point whose placements are all overloaded has none.
func (s *Sweep) Round(ctx context.Context, from edgewise.Store, number int) (*edgewise.Round, error) {
	l, err := s.lay()
	if err != nil {
		return nil, err
	}
	rounds := make([]*edgewise.Round, len(s.Points))
	next := number
	for i := range s.Points {
		round, err := s.study(i).Round(ctx, &pointStore{s, l, i, from}, number)
		if isRefusal(err) {
			continue
		}
		if err != nil {
			return nil, s.at(l, i, err)
		}
		rounds[i] = round
		if number == edgewise.NextRound && len(round.Cells) > 0 && (next < 0 || round.Number < next) {
			next = round.Number
		}
	}
	all := &edgewise.Round{Number: max(next, 0)}
	seen := make(map[edgewise.Cell]bool)
	for i, round := range rounds {
		if round == nil || round.Number != next {
			continue
		}
		for _, c := range round.Cells {
			if c := l.cell(i, c); !seen[c] {
				seen[c] = true
				all.Cells = append(all.Cells, c)
			}
		}
	}
	return all, nil
}

// at says at which point an error was. Cells that are missing get their names in the sweep.
func (s *Sweep) at(l *layout, point int, err error) error {
	if missing, ok := err.(*edgewise.MissingError); ok {
		of := &edgewise.MissingError{Round: missing.Round}
		for _, c := range missing.Cells {
			of.Cells = append(of.Cells, l.cell(point, c))
		}
		return of
	}
	return fmt.Errorf("sweep: %s: %w", s.Name(point), err)
}

// cell returns the cell of the sweep that a point's cell is.
func (l *layout) cell(point int, c edgewise.Cell) edgewise.Cell {
	return edgewise.Cell{Placement: cellName(l.homes[point][c.Placement], c.Placement), Replication: c.Replication}
}

// Decides reports whether a point decides itself how many replications it runs.
func (s *Sweep) Decides() bool {
	return slices.ContainsFunc(s.Points, func(p Point) bool { return p.Study.Until != nil })
}

// study returns a copy of a point's study, of the sweep's cores and without what a sweep does not use.
func (s *Sweep) study(point int) *edgewise.Study {
	of := *s.Points[point].Study
	of.Store, of.Progress, of.Workers = nil, nil, s.Workers
	return &of
}

// A pointStore is the sweep's store as a point sees it.
type pointStore struct {
	sweep  *Sweep
	layout *layout
	point  int
	of     edgewise.Store
}

// Get implements [edgewise.Store].
func (p *pointStore) Get(ctx context.Context, c edgewise.Cell) (*edgewise.CellResult, error) {
	kept, err := p.of.Get(ctx, p.layout.cell(p.point, c))
	if err != nil || kept == nil {
		return nil, err
	}
	if err := kept.CellHeader.Matches(&p.layout.header); err != nil {
		return nil, fmt.Errorf("the result of %v has %w", kept.Cell, err)
	}
	header := p.layout.headers[p.point]
	header.Cell = c
	return &edgewise.CellResult{CellHeader: header, Result: kept.Result}, nil
}

// Put implements [edgewise.Store].
func (p *pointStore) Put(ctx context.Context, r *edgewise.CellResult) error {
	header := p.layout.header
	header.Cell = p.layout.cell(p.point, r.Cell)
	return p.of.Put(ctx, &edgewise.CellResult{CellHeader: header, Result: r.Result})
}

// PointOf returns which point runs a cell of the sweep, from 0, and what the cell is called there.
func (s *Sweep) PointOf(c edgewise.Cell) (point int, own edgewise.Cell, err error) {
	l, err := s.lay()
	if err != nil {
		return 0, edgewise.Cell{}, err
	}
	return l.at(c)
}

func (l *layout) at(c edgewise.Cell) (point int, own edgewise.Cell, err error) {
	at, ok := l.placements[c.Placement]
	if !ok {
		return 0, edgewise.Cell{}, fmt.Errorf("sweep: %v: no cells of the sweep are called so", c)
	}
	return at.point, edgewise.Cell{Placement: at.placement, Replication: c.Replication}, nil
}

// RunCells runs cells of the sweep, in their order, on [Sweep].Workers cores, and calls begin and end as [edgewise.Study.RunCells] does.
// What a point needs to run is compiled once for those of its cells that follow each other.
func (s *Sweep) RunCells(ctx context.Context, cells []edgewise.Cell, begin func(edgewise.Cell) (bool, error), end func(edgewise.Cell, *edgewise.CellResult, error) error) error {
	l, err := s.lay()
	if err != nil {
		return err
	}
	type part struct {
		point int
		cells []edgewise.Cell // as the point calls them
	}
	var parts []part
	var order []int
	for _, c := range cells {
		point, own, err := l.at(c)
		if err != nil {
			return err
		}
		if n := len(parts); n == 0 || parts[n-1].point != point {
			order = append(order, n)
			parts = append(parts, part{point: point})
		}
		last := &parts[len(parts)-1]
		last.cells = append(last.cells, own)
	}
	if begin == nil {
		begin = func(edgewise.Cell) (bool, error) { return true, nil }
	}
	return s.sideBySide(ctx, order, func(n int) int { return len(parts[n].cells) }, func(ctx context.Context, n, workers int) error {
		point := parts[n].point
		study := s.study(point)
		study.Workers = workers
		named := func(c edgewise.Cell) edgewise.Cell {
			return edgewise.Cell{Placement: cellName(point, c.Placement), Replication: c.Replication}
		}
		err := study.RunCells(ctx, parts[n].cells, func(c edgewise.Cell) (bool, error) { return begin(named(c)) },
			func(c edgewise.Cell, r *edgewise.CellResult, err error) error {
				if r != nil {
					r.CellHeader = l.header
					r.Cell = named(c)
				}
				return end(named(c), r, err)
			})
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("sweep: %s: %w", s.Name(point), err)
		}
		return err
	})
}

// sideBySide does something with parts of the sweep, points or less, in their order: with so many at a time that the cores are at work to
// the end, each with some of them. It ends with the first error.
func (s *Sweep) sideBySide(ctx context.Context, parts []int, cells func(part int) int, do func(ctx context.Context, part, workers int) error) error {
	workers, most := s.workers(), 1
	for _, p := range parts {
		most = max(most, cells(p))
	}
	each := min(max(most/4, 1), workers) // so that few cores wait for the last cells of a part
	atOnce := min((workers+each-1)/each, max(len(parts), 1))
	each = (workers + atOnce - 1) / atOnce
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	jobs := make(chan int)
	var pool sync.WaitGroup
	for range atOnce {
		pool.Go(func() {
			for part := range jobs {
				if err := do(ctx, part, each); err != nil {
					stop(err)
				}
			}
		})
	}
feed:
	for _, p := range parts {
		select {
		case jobs <- p:
		case <-ctx.Done():
			break feed
		}
	}
	close(jobs)
	pool.Wait()
	return context.Cause(ctx)
}

// workers returns the number of cores to use.
func (s *Sweep) workers() int {
	if s.Workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return s.Workers
}
