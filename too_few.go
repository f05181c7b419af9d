package edgewise

import (
	"fmt"
	"math"
	"slices"

	"github.com/dustin/go-humanize"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// TooFewFor says what to do where a study will not have values enough for a quantile in so many replications, for at least
// [stats.MinExceedances] must lie beyond it; "" where it will, the figure is no quantile, or it is not known how much is asked for. It
// goes by what is expected in the recorded time, by the day, flash crowds, and when the workload begins and ends: a placement that answers less has fewer.
func (s *Study) TooFewFor(workload string, figure Label, replications int) (advice string) {
	number := slices.IndexFunc(s.workloads(), func(d described) bool { return d.name == workload })
	if number < 0 || !(figure.Q > 0 && figure.Q < 1) || s.Duration <= 0 {
		return ""
	}
	// All that a run may have values of; a metric, such as one of matches, may have fewer.
	work := s.Scenario.RecordedWorkOf(number)
	values := work.Sessions
	switch figure.Metric {
	case sim.Response.String(), sim.RTT.String(), sim.InputToDisplay.String():
		values = max(values, work.Updates)
	}
	values = max(values, work.Requests) * float64(replications)
	need := stats.MinExceedances / min(figure.Q, 1-figure.Q)
	if values == 0 || values >= need {
		return ""
	}
	each := "a replication has"
	if replications > 1 {
		each = fmt.Sprintf("%d replications have", replications)
	}
	return fmt.Sprintf("a figure for which %s values enough: about %s are expected and %s needed; want a duration or a demand %.2g times as large, or a quantile nearer to the median",
		each, humanize.Comma(int64(values)), humanize.Comma(int64(math.Ceil(need))), math.Ceil(10*need/values)/10)
}
