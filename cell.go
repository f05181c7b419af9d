package edgewise

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/placement/tariff"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/sim"
)

// A Cell is one placement, one replication of a study: the unit of work. What it gives is a pure function of the
// study and the cell, so it may run anywhere, in any order, and more than once.
type Cell struct {
	// Placement is the name of a placement of the study.
	Placement string `json:"placement"`
	// Replication counts from 0.
	Replication int `json:"replication"`
}

// String returns the cell in words, for example `placement "region only", replication 3`.
func (c Cell) String() string {
	return fmt.Sprintf("placement %q, replication %d", c.Placement, c.Replication)
}

// A CellHeader says of what study a result is, and which program made it. Results whose headers differ in more than the
// cell and the platform cannot be compared with each other: see [CellHeader.Matches].
type CellHeader struct {
	Cell
	// Study is the hash of all that decides what the cell gives, in hexadecimal: see [Study.Fingerprint].
	Study string `json:"study_sha256"`
	// Provenance names the files that the study was read from, empty for a study said in Go.
	Provenance
	// OwnParts names the parts of the study that the cell ran and whose code is not of this module: those of
	// [Study.OwnParts] but measures and outputs, which may be added when all cells have run.
	OwnParts []string `json:"own_parts,omitempty"`
	// Code is the program, Generator its generator of random numbers.
	Code      Code   `json:"code"`
	Generator string `json:"generator"`
}

// A CellResult is what one cell gave.
type CellResult struct {
	CellHeader
	Result *sim.Result
}

// Cells lists the cells of a study, replication by replication: all of them or, with [Study.Until], those that run
// before it is asked whether they are enough ([Study.NextCells]).
func (s *Study) Cells() ([]Cell, error) { return s.NextCells(nil) }

// NextCells lists the cells that a study still needs when it has some results, in any order: those that are
// missing of the planned replications or, once [Study.Until] has looked at what is there and wants more, the
// next round. There are none when the study is complete.
func (s *Study) NextCells(results []*CellResult) ([]Cell, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	a, g, err := s.gather(context.Background(), results)
	if err != nil {
		return nil, err
	}
	stopper, err := a.study.newStopper()
	if err != nil {
		return nil, err
	}
	upTo, done, err := stopper.next(g.finished())
	if err != nil || done {
		return nil, err
	}
	var missing []Cell
	for r := range upTo {
		for p := range a.study.Placements {
			if !g.has(p, r) {
				missing = append(missing, Cell{a.study.Placements[p].Name, r})
			}
		}
	}
	return missing, nil
}

// RunCell runs one cell of the study, on [Study].Workers cores. It returns the context's error when cancelled, and an
// [*OverloadError] if its placement is overloaded.
func (s *Study) RunCell(ctx context.Context, c Cell) (*CellResult, error) {
	var result *CellResult
	err := s.RunCells(ctx, []Cell{c}, nil, func(_ Cell, r *CellResult, err error) error {
		result = r
		return err
	})
	return result, err
}

// Compare makes the comparison from the results of cells, in any order and from any machine: the same, to the bit,
// as [Study.Run] finds. It returns the context's error when cancelled. It rests on the first replications, as many as every placement has; the comparison
// says how many were planned. Results of another study or of another program are refused, and so is a study whose runs
// have not warmed up, with a [*WarmUpError]; placements that are overloaded as [Study.Run] says.
func (s *Study) Compare(ctx context.Context, results []*CellResult) (*Comparison, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	a, g, err := s.gather(ctx, results)
	if err != nil {
		return nil, err
	}
	finished := g.finished()
	if len(finished) == 0 {
		for p := range a.study.Placements {
			if !g.has(p, 0) {
				return nil, fmt.Errorf("edgewise: nothing to compare: the result of %v is missing", Cell{a.study.Placements[p].Name, 0})
			}
		}
	}
	stopper, err := a.study.newStopper()
	if err != nil {
		return nil, err
	}
	planned, done, err := stopper.next(finished)
	if err != nil {
		return nil, err
	}
	if done {
		planned = len(finished)
	}
	return a.conclude(ctx, finished, planned, stopper.result)
}

// gather collects results of this study, of the placements that are not refused before they run.
func (s *Study) gather(ctx context.Context, results []*CellResult) (*admission, *gatherer, error) {
	var want CellHeader
	if len(results) > 0 { // it takes a while
		var err error
		if want, err = s.CellHeader(); err != nil {
			return nil, nil, err
		}
	}
	for _, r := range results {
		if r == nil || r.Result == nil {
			return nil, nil, fmt.Errorf("edgewise: a result is nil")
		}
		if _, err := s.accept(r, &want); err != nil {
			return nil, nil, err
		}
	}
	a, err := s.admit(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	g := newGatherer(a, nil)
	return a, g, g.takeAll(results)
}

// takeAll adds results of the study.
func (g *gatherer) takeAll(results []*CellResult) error {
	for _, r := range results {
		p := g.study.placementNumber(r.Placement)
		if p < 0 {
			return fmt.Errorf("edgewise: a result is of %v; its placement is overloaded and refused", r.Cell)
		}
		if err := g.take(p, r.Result); err != nil {
			return fmt.Errorf("edgewise: %v: %w", r.Cell, err)
		}
	}
	return nil
}

// accept names what keeps a result from being one of this study, whose results have the header want, and returns the
// number of its placement.
func (s *Study) accept(r *CellResult, want *CellHeader) (placement int, err error) {
	if err := r.matches(want); err != nil {
		return 0, err
	}
	p := s.placementNumber(r.Placement)
	if p < 0 {
		return 0, fmt.Errorf("edgewise: a result is of %v; no placement of the study has this name", r.Cell)
	}
	if err := s.ValidateResult(s.Placements[p], r.Result); err != nil {
		return 0, fmt.Errorf("edgewise: %v: %w", r.Cell, err)
	}
	return p, nil
}

// matches names the first thing in which a result is not of the study and the program that a header says.
func (r *CellResult) matches(want *CellHeader) error {
	if err := r.CellHeader.Matches(want); err != nil {
		return fmt.Errorf("edgewise: the result of %v has %w", r.Cell, err)
	}
	switch {
	case r.Result.Placement != r.Placement || r.Result.Replication != r.Replication:
		return fmt.Errorf("edgewise: the result of %v holds that of %v", r.Cell, Cell{r.Result.Placement, r.Result.Replication})
	case r.Replication < 0 || r.Replication >= maxReplications:
		return fmt.Errorf("edgewise: a result is of %v; want a replication of 0 to %d", r.Cell, maxReplications-1)
	}
	return nil
}

// Matches names the first thing in which a header is not of the study and the program of another one, whatever their
// cells; nil if they agree. On which platform and for which set of instructions the program was built makes no difference,
// for its numbers are the same to the bit, but where a study has parts whose code is not of this module.
func (h *CellHeader) Matches(want *CellHeader) error {
	fields := []struct{ name, is, want string }{
		{"scenario", h.Scenario, want.Scenario},
		{"input files", h.Inputs, want.Inputs},
		{"list of own parts", strings.Join(h.OwnParts, ", "), strings.Join(want.OwnParts, ", ")},
		{"study", h.Study, want.Study},
		{"program", h.Code.Program, want.Code.Program},
		{"module version", h.Code.Version, want.Code.Version},
		{"commit", h.Code.Revision, want.Code.Revision},
		{"changes to the commit", fmt.Sprint(h.Code.Modified), fmt.Sprint(want.Code.Modified)},
		{"build", h.Code.Executable, want.Code.Executable},
		{"compiler", h.Code.Go, want.Code.Go},
		{"generator", h.Generator, want.Generator},
		{"platform", h.Code.Platform, want.Code.Platform},
		{"instruction set", h.Code.Instructions, want.Code.Instructions},
	}
	if len(want.OwnParts) == 0 {
		fields = fields[:len(fields)-2]
	}
	for _, field := range fields {
		if field.is != field.want {
			return fmt.Errorf("another %s, %q; want %q", field.name, field.is, field.want)
		}
	}
	return nil
}

// CellHeader returns the header of the study's results, without a cell.
func (s *Study) CellHeader() (CellHeader, error) {
	study, err := s.Fingerprint()
	return CellHeader{Study: study, Provenance: s.Provenance, OwnParts: s.ownPartsOfCells(), Code: ThisCode(), Generator: random.Generator}, err
}

// placementNumber returns the number of a placement, -1 if there is none of the name.
func (s *Study) placementNumber(name string) int {
	for i := range s.Placements {
		if s.Placements[i].Name == name {
			return i
		}
	}
	return -1
}

// A gatherer collects what the comparison needs of results, until a replication is complete for every placement.
type gatherer struct {
	of       *admission
	study    *Study // of
	progress func(Progress)
	runs     int // so far
	kept     int // of them, by the study's store
	total    int // planned
	meter    sim.Meter
	perRun   float64 // steps of the meter that a run is expected to take; 0 where nobody knows
	by       *summariser
	open     map[int]*replication
	done     []*replication // nil where it is not complete
}

func newGatherer(a *admission, progress func(Progress)) *gatherer {
	return &gatherer{
		of: a, study: a.study, progress: progress, perRun: a.study.Scenario.Work().Steps(), by: a.study.newSummariser(),
		open: make(map[int]*replication),
	}
}

// has reports whether a result is there.
func (g *gatherer) has(placement, replication int) bool {
	if replication < len(g.done) && g.done[replication] != nil {
		return true
	}
	open := g.open[replication]
	return open != nil && open.runs[placement] != nil
}

// take adds a result. One that is there already is taken for the same: cells are pure.
func (g *gatherer) take(placement int, r *sim.Result) error {
	n := r.Replication
	if g.has(placement, n) {
		return nil
	}
	of := g.open[n]
	if of == nil {
		of = newReplication(len(g.study.Placements))
		g.open[n] = of
	}
	if err := of.add(placement, r, g.by); err != nil {
		return err
	}
	of.loads[placement] = g.of.loadsOf(placement, r)
	if g.study.Billing != nil {
		bill, err := g.of.billOf(placement, r)
		if err != nil {
			return err
		}
		if of.bills == nil {
			of.bills = make([]*tariff.Bill, len(g.study.Placements))
		}
		of.bills[placement] = bill
	}
	if of.missing == 0 {
		if len(g.done) <= n {
			g.done = append(g.done, make([]*replication, n+1-len(g.done))...)
		}
		g.done[n] = of
		delete(g.open, n)
	}
	g.runs++
	g.report()
	return nil
}

// finished returns the replications that are complete for every placement, up to the first that is not:
// a study of as many replications finds the same.
func (g *gatherer) finished() []*replication {
	if i := slices.Index(g.done, nil); i >= 0 {
		return g.done[:i]
	}
	return g.done
}
