package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// WriteJSON writes the comparison as indented JSON: all figures, no distributions, and the verdicts of
// [Verdicts] with the default margins. Durations are in nanoseconds, as the names of their fields say.
func WriteJSON(w io.Writer, c *edgewise.Comparison) error {
	verdicts, err := Verdicts(c, Margins{})
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(struct {
		*edgewise.Comparison
		Verdicts []verdictJSON `json:"verdicts"`
	}{c, verdictsJSON(verdicts)}, "", "  ")
	if err != nil {
		return fmt.Errorf("encode comparison as JSON: %w", err)
	}
	if _, err := w.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("write comparison as JSON: %w", err)
	}
	return nil
}

// A verdictJSON is a [PlacementVerdict] as programs read it.
type verdictJSON struct {
	Placement  string        `json:"placement"`
	Workload   string        `json:"workload"`
	Figure     string        `json:"figure"`
	Verdict    stats.Verdict `json:"verdict"`
	Difference float64       `json:"difference"`
	Margin     float64       `json:"margin"`
	CorrectedP float64       `json:"corrected_p"`
}

func verdictsJSON(verdicts []PlacementVerdict) []verdictJSON {
	all := make([]verdictJSON, len(verdicts))
	for i, v := range verdicts {
		all[i] = verdictJSON{
			Placement: v.Placement, Workload: v.Workload, Figure: v.Figure, Verdict: v.Verdict,
			Difference: v.Question.Difference.Value, Margin: v.Question.Margin, CorrectedP: v.P,
		}
	}
	return all
}
