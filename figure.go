package edgewise

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/jsontext"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/stats"
)

// A Figure is one number of a comparison: what it is, the estimate with its confidence interval and, on every
// placement but the baseline, the paired difference (this placement minus the baseline) with the interval of the
// difference.
type Figure struct {
	Label
	stats.Estimate
	// Difference is nil on the baseline, and of figures that are differences themselves.
	Difference *stats.Estimate
	// VarianceReduction is how many times more replications the difference would need if the placements did not
	// meet the same users ([stats.VarianceReduction]). It is 0 where that is not known: on the baseline, where the
	// baseline has no such figure, without intervals, of shares of none or all, and where all paired differences are alike.
	VarianceReduction float64
	// Replicates holds what each replication says of the figure, where [Study].Replicated asks for it; their mean is the
	// value, to which those of quantiles and ratios are moved. Those of two placements, or of two studies with the same users, are paired: a line through several
	// figures, or their difference, has the interval of the lines or differences of their replicates. They are not in JSON.
	Replicates []float64
}

// measurePairing fills in what meeting the same users has saved against the baseline's figure.
func (f *Figure) measurePairing(baseline Figure) {
	if f.Difference == nil || f.isWithoutException() || baseline.isWithoutException() {
		return
	}
	factor, ok := stats.VarianceReduction(f.Estimate, baseline.Estimate, *f.Difference)
	if ok && !math.IsInf(factor, 0) {
		f.VarianceReduction = factor
	}
}

// isWithoutException reports whether a figure is a share of none or all, whose interval is not one over replications
// ([stats.ShareOf]).
func (f *Figure) isWithoutException() bool {
	return f.Unit == "share" && (f.Value == 0 || f.Value == 1)
}

// figureJSON is a figure as programs read it: what is not known is null or absent.
type figureJSON struct {
	Metric            string          `json:"metric"`
	Statistic         string          `json:"statistic"`
	Unit              string          `json:"unit"`
	Q                 float64         `json:"q,omitzero"`
	DeadlineNs        time.Duration   `json:"deadline_ns,omitzero"`
	Better            string          `json:"better,omitempty"`
	Judged            string          `json:"judged,omitempty"`
	Table             string          `json:"table,omitempty"`
	Column            string          `json:"column,omitempty"`
	SiteColumn        string          `json:"site_column,omitempty"`
	Bar               string          `json:"bar,omitempty"`
	Estimate          stats.Estimate  `json:"estimate"`
	Difference        *stats.Estimate `json:"difference,omitempty"`
	VarianceReduction float64         `json:"variance_reduction,omitzero"`
}

// MarshalJSON writes the figure. What the data could not carry is null, what does not apply is absent.
func (f Figure) MarshalJSON() ([]byte, error) { return f.appendJSON(make([]byte, 0, 512)) }

// appendJSON appends the fields of a [figureJSON]: a study of many placements has a million figures.
func (f *Figure) appendJSON(b []byte) ([]byte, error) {
	var errs [4]error
	text := func(name, value string) { b = jsontext.AppendString(append(b, name...), value) }
	textIf := func(name, value string) {
		if value != "" {
			text(name, value)
		}
	}
	text(`{"metric":`, f.Metric)
	text(`,"statistic":`, f.Statistic)
	text(`,"unit":`, f.Unit)
	if f.Q != 0 {
		b, errs[0] = jsontext.AppendFloat(append(b, `,"q":`...), f.Q)
	}
	if f.Deadline != 0 {
		b = strconv.AppendInt(append(b, `,"deadline_ns":`...), int64(f.Deadline), 10)
	}
	textIf(`,"better":`, f.Better.String())
	textIf(`,"judged":`, f.Judged)
	textIf(`,"table":`, f.Table)
	textIf(`,"column":`, f.Column)
	textIf(`,"site_column":`, f.SiteColumn)
	textIf(`,"bar":`, f.Bar)
	b, errs[1] = f.Estimate.AppendJSON(append(b, `,"estimate":`...))
	if f.Difference != nil {
		b, errs[2] = f.Difference.AppendJSON(append(b, `,"difference":`...))
	}
	if f.VarianceReduction != 0 {
		b, errs[3] = jsontext.AppendFloat(append(b, `,"variance_reduction":`...), f.VarianceReduction)
	}
	return append(b, '}'), errors.Join(errs[:]...)
}

// UnmarshalJSON reads what [Figure.MarshalJSON] wrote.
func (f *Figure) UnmarshalJSON(data []byte) error {
	var j figureJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("decode figure: %w", err)
	}
	better := slices.Index(directionNames[:], j.Better)
	if better < 0 {
		return fmt.Errorf("decode figure: %w", invalid.New("better", j.Better, "less, more or nothing"))
	}
	*f = Figure{
		Label: Label{
			Metric: j.Metric, Statistic: j.Statistic, Unit: j.Unit, Q: j.Q, Deadline: j.DeadlineNs,
			Better: Direction(better), Judged: j.Judged, Shown: Shown{Table: j.Table, Column: j.Column, SiteColumn: j.SiteColumn, Bar: j.Bar},
		},
		Estimate: j.Estimate, Difference: j.Difference, VarianceReduction: j.VarianceReduction,
	}
	return nil
}

// Figures are the figures of a workload, in the order of [Measures], own measures last.
type Figures []Figure

// Find returns the figure of a name, with or without a value; ok is false where there is none.
func (all Figures) Find(metric, statistic string) (f Figure, ok bool) {
	for i := range all {
		if all[i].Metric == metric && all[i].Statistic == statistic {
			return all[i], true
		}
	}
	return Figure{}, false
}

// Figure returns the figure of a name, for example "origin offload", "by requests". It returns an error where there
// is none, which lists those there are, and where the data could not carry it, which says why.
func (all Figures) Figure(metric, statistic string) (Figure, error) {
	return all.Metric(metric).one("statistic", statistic, func(f *Figure) (string, bool) {
		return f.Statistic, f.Statistic == statistic
	})
}

// Metric returns the figures of a metric, for example "ttfb". That it is unknown is said by what is asked of it.
func (all Figures) Metric(name string) MetricFigures { return MetricFigures{name: name, all: all} }

// MetricFigures are the figures of one metric. Its methods return an error where there is no such figure, which lists
// those there are, and where the data could not carry it, which says why.
type MetricFigures struct {
	name string
	all  Figures
	err  error // why there are none
}

// Name returns the metric's name.
func (m MetricFigures) Name() string { return m.name }

// Mean returns the mean in ms.
func (m MetricFigures) Mean() (Figure, error) {
	return m.one("statistic", "mean", func(f *Figure) (string, bool) { return f.Statistic, f.Statistic == "mean" })
}

// P returns the quantile of a probability that the study has, for example 0.95, in ms.
func (m MetricFigures) P(p float64) (Figure, error) {
	return m.one("quantile", p, func(f *Figure) (string, bool) {
		if f.Q == 0 {
			return "", false
		}
		return strconv.FormatFloat(f.Q, 'g', -1, 64), f.Q == p
	})
}

// Within returns the share of requests within a deadline that the workload has.
func (m MetricFigures) Within(deadline time.Duration) (Figure, error) {
	return m.one("deadline", deadline, func(f *Figure) (string, bool) {
		if f.Deadline == 0 {
			return "", false
		}
		return words.Duration(f.Deadline), f.Deadline == deadline
	})
}

// one returns the figure that is wanted. Figures that may be asked for so have a name.
func (m MetricFigures) one(what string, value any, wanted func(*Figure) (name string, is bool)) (Figure, error) {
	if m.err != nil {
		return Figure{}, m.err
	}
	var metrics, names []string
	for i := range m.all {
		f := &m.all[i]
		if !slices.Contains(metrics, f.Metric) {
			metrics = append(metrics, f.Metric)
		}
		if f.Metric != m.name {
			continue
		}
		name, is := wanted(f)
		switch {
		case is && !f.HasValue():
			return *f, fmt.Errorf("edgewise: %s, %s: no figure: %s", f.Metric, f.Statistic, f.Unsupported)
		case is:
			return *f, nil
		case name != "":
			names = append(names, name)
		}
	}
	if !slices.Contains(metrics, m.name) {
		return Figure{}, unknown("metric", m.name, metrics)
	}
	return Figure{}, unknown(what+" of "+m.name, value, names)
}

// unknown returns the error of a name that nothing has.
func unknown(what string, value any, names []string) error {
	want := "nothing, for there is none"
	if len(names) > 0 {
		want = "one of " + strings.Join(names, ", ")
	}
	return fmt.Errorf("edgewise: %w", invalid.New(what, value, "%s", want))
}
