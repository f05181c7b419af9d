package pipeline

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

// A graph is what a pipeline is made of.
type graph struct {
	study source
	spans []span
	out   string // where a worker writes the report, empty if the driver does
	force bool
}

// pipeline makes the pipeline.
func (g *graph) pipeline() *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	cells := beam.ParDo(s, &listCells{}, beam.CreateList(s, g.spans))
	// Without it the runner would fuse listing and running, and one worker would run all.
	cells = beam.Reshuffle(s, cells)
	outcomes := beam.ParDo(s, &runCell{Study: g.study}, cells)
	replications := beam.CombinePerKey(s, &combineOutcomes{}, outcomes)
	all := beam.GroupByKey(s, beam.AddFixedKey(s, beam.DropKey(s, replications)))
	beam.ParDo0(s, &conclude{Study: g.study, Out: g.out, Force: g.force}, all)
	return p
}
