package pipeline

import (
	"bytes"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/coder"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/metricsx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
)

// Counts are the counters of a pipeline: see [Namespace].
type Counts struct{ Done, Kept, Failed int64 }

// String says them.
func (c Counts) String() string {
	text := fmt.Sprintf("%d done", c.Done)
	if c.Kept > 0 {
		text += fmt.Sprintf(", %d were there", c.Kept)
	}
	if c.Failed > 0 {
		text += fmt.Sprintf(", %d failed", c.Failed)
	}
	return text
}

// add adds the value of a counter.
func (c *Counts) add(name string, n int64) {
	switch name {
	case "cells_done":
		c.Done += n
	case "cells_kept":
		c.Kept += n
	case "cells_failed":
		c.Failed += n
	}
}

// most returns the larger of each.
func (c Counts) most(other Counts) Counts {
	return Counts{max(c.Done, other.Done), max(c.Kept, other.Kept), max(c.Failed, other.Failed)}
}

// countsOf returns the counters of a pipeline that has ended.
func countsOf(r beam.PipelineResult) (c Counts) {
	if r == nil {
		return c
	}
	metrics := r.Metrics()
	for _, m := range metrics.AllMetrics().Counters() {
		if m.Namespace() == Namespace {
			c.add(m.Name(), m.Result())
		}
	}
	return c
}

// countsIn returns the counters in what a job service says while a job runs. Workers report at the end of a bundle and, on most
// runners, in between.
func countsIn(infos []*pipepb.MonitoringInfo) (c Counts) {
	for _, m := range infos {
		if m.GetUrn() != metricsx.UrnToString(metricsx.UrnUserSumInt64) || m.GetLabels()["NAMESPACE"] != Namespace {
			continue
		}
		if n, err := coder.DecodeVarInt(bytes.NewReader(m.GetPayload())); err == nil {
			c.add(m.GetLabels()["NAME"], n)
		}
	}
	return c
}
