package pipeline

import (
	"fmt"

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

// spansOf lists cells as spans, in as many shares as there are environments, each with about as many cells of every placement.
func spansOf(cells []edgewise.Cell, environments int) [][]span {
	var whole []span
	for _, c := range cells {
		if n := len(whole); n > 0 && whole[n-1].Placement == c.Placement && whole[n-1].End == c.Replication {
			whole[n-1].End++
			continue
		}
		whole = append(whole, span{c.Placement, c.Replication, c.Replication + 1})
	}
	shares := make([][]span, environments)
	next := 0 // who gets the next cell more
	for _, s := range whole {
		n := s.End - s.First
		first := s.First
		for i := range environments {
			at := (next + i) % environments
			size := n / environments
			if i < n%environments {
				size++
			}
			if size > 0 {
				shares[at] = append(shares[at], span{s.Placement, first, first + size})
				first += size
			}
		}
		next = (next + n) % environments
	}
	return shares
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
