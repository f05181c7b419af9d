package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/edgewise-sim/edgewise"
)

func init() {
	register.DoFn3x1[context.Context, int, func(*replication) bool, error](&conclude{})
	register.Iter1[replication]()
}

// conclude ends a pipeline, in one place: it fails if a cell has failed, and names all that have; and it writes the report, if the
// results have come to it.
type conclude struct {
	Study source
	// Out is the directory of the report, empty if the driver writes it. Force is that of [report.Run].
	Out   string
	Force bool

	worker *worker
}

// Setup takes what the process has of the study.
func (f *conclude) Setup(ctx context.Context) (err error) {
	if f.Out != "" {
		f.worker, err = f.Study.open(ctx)
	}
	return err
}

// ProcessElement takes all replications.
func (f *conclude) ProcessElement(ctx context.Context, _ int, next func(*replication) bool) error {
	results := make(encoded)
	var failed []string
	var r replication
	for next(&r) {
		for _, o := range r.Outcomes {
			if o.Failure != "" {
				failed = append(failed, fmt.Sprintf("%v: %s", o.Cell, o.Failure))
			}
			results[o.Cell] = o.Data
		}
		r = replication{}
	}
	if n := len(failed); n > 0 {
		slices.Sort(failed)
		return fmt.Errorf("%d of %d cells failed: %s", n, len(results), strings.Join(failed, "; "))
	}
	if f.Out == "" {
		return nil
	}
	return f.worker.work.WriteReport(ctx, f.Out, results, f.worker.from(f.Force))
}

// encoded results are an [edgewise.Store] to be read: they are decoded as they are asked for, for they take much less memory
// so.
type encoded map[edgewise.Cell][]byte

// Get implements [edgewise.Store].
func (e encoded) Get(_ context.Context, c edgewise.Cell) (*edgewise.CellResult, error) {
	data, ok := e[c]
	if !ok {
		return nil, nil
	}
	r := new(edgewise.CellResult)
	if err := r.UnmarshalBinary(data); err != nil {
		return nil, err
	}
	return r, nil
}

// Put implements [edgewise.Store]; it is an error.
func (e encoded) Put(context.Context, *edgewise.CellResult) error {
	return fmt.Errorf("results in a pipeline are only read")
}
