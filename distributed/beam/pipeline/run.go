package pipeline

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/edgewise-sim/edgewise"
)

func init() {
	register.DoFn3x1[context.Context, edgewise.Cell, func(int, outcome), error](&runCell{})
	register.Emitter2[int, outcome]()
	beam.RegisterType(reflect.TypeFor[outcome]())
}

// Namespace is that of the metrics of a pipeline: the counters cells_done, cells_kept (which the store had already) and
// cells_failed, and the distribution cell_ms of how long cells took.
const Namespace = "edgewise"

var (
	cellsDone   = beam.NewCounter(Namespace, "cells_done")
	cellsKept   = beam.NewCounter(Namespace, "cells_kept")
	cellsFailed = beam.NewCounter(Namespace, "cells_failed")
	cellTime    = beam.NewDistribution(Namespace, "cell_ms")
)

// An outcome is what became of a cell.
type outcome struct {
	Cell edgewise.Cell
	// Data is the encoded result, empty where the store has it.
	Data []byte
	// Kept says that the store had it before.
	Kept bool
	// Failure says why the cell failed, empty if it did not.
	Failure string
}

// runCell runs cells. A cell that fails is an outcome, so that the others run; what fails besides, such as writing into the store,
// fails the bundle, which the runner may try again.
type runCell struct {
	Study source

	worker *worker
}

// Setup takes what the process has of the study.
func (f *runCell) Setup(ctx context.Context) (err error) {
	f.worker, err = f.Study.open(ctx)
	return err
}

// ProcessElement runs a cell, by its replication.
func (f *runCell) ProcessElement(ctx context.Context, c edgewise.Cell, emit func(int, outcome)) error {
	begun := time.Now()
	o, err := f.worker.run(ctx, c)
	if err != nil {
		return fmt.Errorf("%v: %w", c, err)
	}
	switch {
	case o.Failure != "":
		cellsFailed.Inc(ctx, 1)
	case o.Kept:
		cellsKept.Inc(ctx, 1)
	default:
		cellsDone.Inc(ctx, 1)
		cellTime.Update(ctx, time.Since(begun).Milliseconds())
	}
	emit(c.Replication, o)
	return nil
}
