package pipeline

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/edgewise-sim/edgewise"
)

func init() {
	register.Combiner2[replication, outcome](&combineOutcomes{})
	beam.RegisterType(reflect.TypeFor[replication]())
}

// A replication is the outcomes of some cells with one replication number, by placement, each cell once.
type replication struct {
	Outcomes []outcome
}

// combineOutcomes combines the outcomes of a replication. Cells are pure, so one that was run twice gave the same twice: the order
// of combining, retries and duplicates leave no trace.
type combineOutcomes struct{}

// CreateAccumulator is of no cell.
func (*combineOutcomes) CreateAccumulator() replication { return replication{} }

// AddInput adds an outcome.
func (*combineOutcomes) AddInput(r replication, o outcome) (replication, error) {
	n, isThere := slices.BinarySearchFunc(r.Outcomes, o.Cell, func(a outcome, c edgewise.Cell) int {
		return cmp.Or(cmp.Compare(a.Cell.Placement, c.Placement), cmp.Compare(a.Cell.Replication, c.Replication))
	})
	if !isThere {
		r.Outcomes = slices.Insert(r.Outcomes, n, o)
		return r, nil
	}
	there := &r.Outcomes[n]
	switch {
	case o.Failure != "":
	case there.Failure != "":
		*there = o
	case !bytes.Equal(there.Data, o.Data):
		return r, fmt.Errorf("%v has run twice, with different results; one of them is wrong", o.Cell)
	}
	return r, nil
}

// MergeAccumulators adds one to the other.
func (f *combineOutcomes) MergeAccumulators(a, b replication) (replication, error) {
	for _, o := range b.Outcomes {
		var err error
		if a, err = f.AddInput(a, o); err != nil {
			return a, err
		}
	}
	return a, nil
}
