package pipeline

import (
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/edgewise-sim/edgewise"
)

// A graph is what a pipeline is made of.
type graph struct {
	study        source
	cells        []edgewise.Cell
	environments int
	out          string // where a worker writes the report, empty if the driver does
	force        bool
}

// pipeline makes the pipeline.
func (g *graph) pipeline() *beam.Pipeline {
	p, root := beam.NewPipelineWithRoot()
	var outcomes []beam.PCollection
	for i, spans := range spansOf(g.cells, max(1, g.environments)) {
		if len(spans) == 0 {
			continue
		}
		s := root.Scope(environmentScope(i))
		cells := beam.ParDo(s, &listCells{}, beam.CreateList(s, spans))
		// Without it the runner would fuse listing and running, and one worker would run all.
		cells = beam.Reshuffle(s, cells)
		outcomes = append(outcomes, beam.ParDo(s, &runCell{Study: g.study}, cells))
	}
	replications := beam.CombinePerKey(root, &combineOutcomes{}, beam.Flatten(root, outcomes...))
	all := beam.GroupByKey(root, beam.AddFixedKey(root, beam.DropKey(root, replications)))
	beam.ParDo0(root, &conclude{Study: g.study, Out: g.out, Force: g.force}, all)
	return p
}

// environmentScope names the part of a pipeline that runs in an environment.
func environmentScope(i int) string { return fmt.Sprintf("cells of environment %d", i) }
