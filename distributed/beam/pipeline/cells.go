package pipeline

import (
	"fmt"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/sdf"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/rtrackers/offsetrange"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/edgewise-sim/edgewise"
)

func init() {
	register.DoFn3x1[*sdf.LockRTracker, span, func(edgewise.Cell), error](&listCells{})
	register.Emitter1[edgewise.Cell]()
}

// A span is replications of a placement, from First to before End: a study of many cells is a list of few spans, for what a
// pipeline begins with is part of its graph, which runners bound.
type span struct {
	Placement  string
	First, End int
}

// spansOf lists cells as spans, in as many shares as there are pipelines, each with about as many cells of every placement.
func spansOf(cells []edgewise.Cell, pipelines int) [][]span {
	var whole []span
	for _, c := range cells {
		if n := len(whole); n > 0 && whole[n-1].Placement == c.Placement && whole[n-1].End == c.Replication {
			whole[n-1].End++
			continue
		}
		whole = append(whole, span{c.Placement, c.Replication, c.Replication + 1})
	}
	shares := make([][]span, pipelines)
	next := 0 // who is the first to get a cell more
	for _, s := range whole {
		n, first := s.End-s.First, s.First
		for i := range pipelines {
			size := n / pipelines
			if i < n%pipelines {
				size++
			}
			if size > 0 {
				at := (next + i) % pipelines
				shares[at] = append(shares[at], span{s.Placement, first, first + size})
				first += size
			}
		}
		next = (next + n) % pipelines
	}
	return slices.DeleteFunc(shares, func(share []span) bool { return len(share) == 0 })
}

// listCells lists the cells of a span. Runners split it.
type listCells struct{}

// CreateInitialRestriction is the whole span.
func (*listCells) CreateInitialRestriction(s span) offsetrange.Restriction {
	return offsetrange.Restriction{Start: int64(s.First), End: int64(s.End)}
}

// SplitRestriction splits a span before anything is listed.
func (*listCells) SplitRestriction(_ span, r offsetrange.Restriction) []offsetrange.Restriction {
	const cells = 1000
	return r.SizedSplits(cells)
}

// RestrictionSize is the number of cells.
func (*listCells) RestrictionSize(_ span, r offsetrange.Restriction) float64 { return r.Size() }

// CreateTracker tracks which cells are listed.
func (*listCells) CreateTracker(r offsetrange.Restriction) *sdf.LockRTracker {
	return sdf.NewLockRTracker(offsetrange.NewTracker(r))
}

// ProcessElement lists the cells that are claimed.
func (*listCells) ProcessElement(claims *sdf.LockRTracker, s span, emit func(edgewise.Cell)) error {
	r, ok := claims.GetRestriction().(offsetrange.Restriction)
	if !ok {
		return fmt.Errorf("a restriction of type %T; want one of offsets", claims.GetRestriction())
	}
	for i := r.Start; claims.TryClaim(i); i++ {
		emit(edgewise.Cell{Placement: s.Placement, Replication: int(i)})
	}
	return nil
}
