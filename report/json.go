package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/jsontext"
	"github.com/edgewise-sim/edgewise/stats"
)

// SchemaVersion is the version of the form that [WriteJSON] writes, which docs/comparison.schema.json describes. It
// rises when a program that reads the form may have to change.
const SchemaVersion = 1

// WriteJSON writes the comparison as indented JSON: all figures, no distributions, and the verdicts of
// [Verdicts] and [WhoLoses] with the default margins. Durations are in nanoseconds, as the names of their fields say. A number that
// the data cannot carry is null, one that does not apply is absent; neither is ever 0.
func WriteJSON(w io.Writer, c *edgewise.Comparison) error {
	verdicts, err := Verdicts(c, Margins{})
	if err != nil {
		return err
	}
	losers, err := WhoLoses(c, Margins{})
	if err != nil {
		return err
	}
	// Placement by placement, for there may be many: what stands before them, each of them, and the verdicts.
	head := *c
	head.Placements = nil
	whole, err := json.MarshalIndent(struct {
		SchemaVersion int `json:"schema_version"`
		*edgewise.Comparison
	}{SchemaVersion, &head}, "", "  ")
	if err != nil {
		return fmt.Errorf("encode comparison as JSON: %w", err)
	}
	before, ok := bytes.CutSuffix(whole, []byte("null\n}"))
	if !ok {
		return errors.New("encode comparison as JSON: the placements are not the last field")
	}
	out := bufio.NewWriter(w)
	_, _ = out.Write(before) // bufio.Writer keeps its first error
	if err := writeElements(out, len(c.Placements), func(i int) any { return &c.Placements[i] }); err != nil {
		return fmt.Errorf("encode placements as JSON: %w", err)
	}
	_, _ = out.WriteString(",\n  \"verdicts\": ")
	if err := writeElements(out, len(verdicts), func(i int) any { return newVerdictJSON(&verdicts[i]) }); err != nil {
		return fmt.Errorf("encode verdicts as JSON: %w", err)
	}
	_, _ = out.WriteString(",\n  \"who_loses\": ")
	rows := whoLosesJSON(losers)
	if err := writeElements(out, len(rows), func(i int) any { return &rows[i] }); err != nil {
		return fmt.Errorf("encode who loses as JSON: %w", err)
	}
	_, _ = out.WriteString("\n}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write comparison as JSON: %w", err)
	}
	return nil
}

// writeElements writes n elements of a field of the outermost object, as [json.MarshalIndent] would.
func writeElements(out *bufio.Writer, n int, element func(int) any) error {
	if n == 0 {
		_, err := out.WriteString("[]")
		return err
	}
	separator := "["
	var indented []byte
	for i := range n {
		compact, err := json.Marshal(element(i))
		if err != nil {
			return err
		}
		indented = jsontext.AppendIndent(indented[:0], compact, "    ", "  ")
		_, _ = out.WriteString(separator + "\n    ")
		_, _ = out.Write(indented)
		separator = ","
	}
	_, err := out.WriteString("\n  ]")
	return err
}

// ReadJSON reads a comparison that [WriteJSON] has written: all figures to the bit, and what they are of. It has no
// distributions, so that tables, verdicts and the CSV file come out as before, and no latency can be drawn; and none of
// a study's own outputs. Verdicts are not read, but judged anew.
func ReadJSON(r io.Reader) (*edgewise.Comparison, error) {
	var read struct {
		SchemaVersion int `json:"schema_version"`
		edgewise.Comparison
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read comparison: %w", err)
	}
	if err := json.Unmarshal(data, &read); err != nil {
		return nil, fmt.Errorf("decode comparison: %w", err)
	}
	if read.SchemaVersion != SchemaVersion {
		return nil, fmt.Errorf("decode comparison: %w", invalid.New("schema_version", read.SchemaVersion, "%d", SchemaVersion))
	}
	return &read.Comparison, nil
}

// A verdictJSON is a [PlacementVerdict] as programs read it.
type verdictJSON struct {
	Placement   string        `json:"placement"`
	Workload    string        `json:"workload"`
	Figure      string        `json:"figure"`
	Verdict     stats.Verdict `json:"verdict"`
	Difference  *float64      `json:"difference"`
	Margin      *float64      `json:"margin"`
	CorrectedP  *float64      `json:"corrected_p"`
	Unsupported string        `json:"unsupported,omitempty"`
}

func newVerdictJSON(v *PlacementVerdict) *verdictJSON {
	return &verdictJSON{
		Placement: v.Placement, Workload: v.Workload, Figure: v.Figure, Verdict: v.Verdict,
		Difference:  numberIf(v.Question.Difference.HasValue(), v.Question.Difference.Value),
		Margin:      numberIf(v.IsShare || v.Baseline.HasValue(), v.Question.Margin),
		CorrectedP:  numberIf(v.Unsupported == "", v.P),
		Unsupported: v.Unsupported,
	}
}

// losersJSON are [Losers] as programs read them.
type losersJSON struct {
	Placement    string  `json:"placement"`
	Workload     string  `json:"workload"`
	Metros       int     `json:"metros"`
	WorseMetros  int     `json:"worse_metros"`
	WorseShare   float64 `json:"worse_share"`
	BetterMetros int     `json:"better_metros"`
	BetterShare  float64 `json:"better_share"`
	// Undecided are beside WorseMetros.
	UndecidedMetros int         `json:"undecided_metros"`
	UndecidedShare  float64     `json:"undecided_share"`
	Worse           []loserJSON `json:"worse"`
}

// A loserJSON is what is worse in a metro.
type loserJSON struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Share      float64        `json:"share"`
	Figure     string         `json:"figure"`
	Unit       string         `json:"unit"`
	Difference stats.Estimate `json:"difference"`
	CorrectedP float64        `json:"corrected_p"`
}

func whoLosesJSON(losers []Losers) []losersJSON {
	all := make([]losersJSON, len(losers))
	for i, l := range losers {
		all[i] = losersJSON{
			Placement: l.Placement, Workload: l.Workload, Metros: l.Metros, WorseMetros: l.WorseMetros, WorseShare: l.WorseShare,
			BetterMetros: l.BetterMetros, BetterShare: l.BetterShare,
			UndecidedMetros: l.UndecidedMetros, UndecidedShare: l.UndecidedShare, Worse: []loserJSON{},
		}
		for _, v := range l.Worse {
			all[i].Worse = append(all[i].Worse, loserJSON{
				ID: v.MetroID, Name: v.Metro, Share: v.Share, Figure: v.Figure, Unit: v.Unit, Difference: v.Question.Difference, CorrectedP: v.P,
			})
		}
	}
	return all
}

// numberIf returns a number if it is known.
func numberIf(known bool, x float64) *float64 {
	if !known {
		return nil
	}
	return &x
}
