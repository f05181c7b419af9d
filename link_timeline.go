package edgewise

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
)

// A LinkTimeline is what crossed a link over the recorded time, of all replications together, where [sim.Scenario].Timeline asks for it.
type LinkTimeline struct {
	// Step is the length of a step, Steps their number, as in a [Timeline].
	Step  time.Duration
	Steps int
	// Lines are the figures: "responses" that came to the link and their "bytes", "waiting" responses on the mean of the step, the "mean wait" of those that came, and the "utilisation", which is the
	// share of the step in which the link sent. Their units are those of a [TimelineLine], and "responses".
	Lines []PlaceLine
}

// linkRow is a figure of a link in a step of so many seconds; not a number where there is none.
type linkRow struct {
	name, unit string
	value      func(s *sim.LinkStep, seconds float64) float64
}

var linkRows = []linkRow{
	{"responses", "a second", func(s *sim.LinkStep, seconds float64) float64 { return float64(s.Responses) / seconds }},
	{"bytes", "bytes a second", func(s *sim.LinkStep, seconds float64) float64 { return float64(s.Bytes) / seconds }},
	{"waiting", "responses", func(s *sim.LinkStep, seconds float64) float64 { return float64(s.QueueUs) * 1e-6 / seconds }},
	{"mean wait", "ms", func(s *sim.LinkStep, _ float64) float64 {
		if s.Responses == 0 {
			return math.NaN()
		}
		return float64(s.WaitedNs) * msPerNs / float64(s.Responses)
	}},
	{"utilisation", "share", func(s *sim.LinkStep, seconds float64) float64 { return min(float64(s.BusyUs)*1e-6/seconds, 1) }},
}

// Line returns the values of a figure by its name, nil where there is none.
func (t *LinkTimeline) Line(name string) []float64 {
	i := slices.IndexFunc(t.Lines, func(l PlaceLine) bool { return l.Name == name })
	if i < 0 {
		return nil
	}
	return t.Lines[i].Values
}

// timelineOfLink makes the timeline of a link from what its runs have counted; it is nil where none is asked for.
func (s *Study) timelineOfLink(runs []*sim.LinkTally) (*LinkTimeline, error) {
	sum := runs[0].Course
	if sum == nil {
		return nil, nil
	}
	for i, r := range runs[1:] {
		var err error
		if sum, err = sum.Plus(r.Course); err != nil {
			return nil, fmt.Errorf("edgewise: link %q -> %q, replication %d: %w", r.From, r.To, i+1, err)
		}
	}
	t := &LinkTimeline{Step: sum.Length, Steps: sum.Len()}
	for _, row := range linkRows {
		t.Lines = append(t.Lines, PlaceLine{Name: row.name, Unit: row.unit, Values: make([]float64, 0, t.Steps)})
	}
	for k, step := range sum.All() {
		seconds := min(t.Step, s.Duration-time.Duration(k)*t.Step).Seconds() * float64(len(runs))
		for i, row := range linkRows {
			t.Lines[i].Values = append(t.Lines[i].Values, row.value(step, seconds))
		}
	}
	return t, nil
}

// linkTimelineJSON is a [LinkTimeline] as programs read it: what has no value is null.
type linkTimelineJSON struct {
	StepNs time.Duration      `json:"step_ns"`
	Lines  []linkTimelineLine `json:"lines"`
}

type linkTimelineLine struct {
	Name   string     `json:"name"`
	Unit   string     `json:"unit"`
	Values []*float64 `json:"values"`
}

// MarshalJSON writes the step in ns and the lines, with null where there is no value.
func (t LinkTimeline) MarshalJSON() ([]byte, error) {
	is := linkTimelineJSON{StepNs: t.Step}
	for _, l := range t.Lines {
		line := linkTimelineLine{Name: l.Name, Unit: l.Unit, Values: make([]*float64, len(l.Values))}
		for k := range l.Values {
			if !math.IsNaN(l.Values[k]) {
				line.Values[k] = &l.Values[k]
			}
		}
		is.Lines = append(is.Lines, line)
	}
	return json.Marshal(&is)
}

// UnmarshalJSON reads what [LinkTimeline.MarshalJSON] wrote.
func (t *LinkTimeline) UnmarshalJSON(data []byte) error {
	var is linkTimelineJSON
	if err := json.Unmarshal(data, &is); err != nil {
		return err
	}
	*t = LinkTimeline{Step: is.StepNs}
	for _, l := range is.Lines {
		line := PlaceLine{Name: l.Name, Unit: l.Unit, Values: make([]float64, len(l.Values))}
		for k, v := range l.Values {
			if line.Values[k] = math.NaN(); v != nil {
				line.Values[k] = *v
			}
		}
		if t.Steps = len(line.Values); len(t.Lines) > 0 && len(t.Lines[0].Values) != t.Steps {
			return fmt.Errorf("line %q has %d steps; want %d as the first", l.Name, t.Steps, len(t.Lines[0].Values))
		}
		t.Lines = append(t.Lines, line)
	}
	return nil
}
