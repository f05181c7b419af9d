package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/stats"
)

// diffCmd compares two reports.
type diffCmd struct {
	Before   string `arg:"" help:"The directory of a report." type:"path"`
	After    string `arg:"" help:"That of another, for example of a changed scenario, or of a newer version." type:"path"`
	All      bool   `short:"a" help:"Every figure of all users, where otherwise those are shown that are judged and not equal."`
	Format   string `default:"table" enum:"table,csv,json" help:"${enum}."`
	ExitCode bool   `help:"Exit with 4 if a figure differs beyond chance, or is in one of the two alone."`
}

// Run prints what differs, with intervals and verdicts, whichever program has made the reports.
func (c *diffCmd) Run(_ context.Context, s *streams) error {
	before, was, err := report.ReadComparison(c.Before)
	if err != nil {
		return &usageError{err}
	}
	after, is, err := report.ReadComparison(c.After)
	if err != nil {
		return &usageError{err}
	}
	d, err := report.Diff(before, after, c.All)
	if err != nil {
		return err
	}
	if was.ScenarioSHA256 != is.ScenarioSHA256 {
		d.Others = append(d.Others, "the scenario is another")
	}
	if was.Code != is.Code {
		d.Others = append(d.Others, fmt.Sprintf("the program was %v and is %v", was.Code, is.Code))
	}
	if err := c.print(s, d); err != nil {
		return err
	}
	if c.ExitCode && !d.IsSame() {
		return &differsError{fmt.Errorf("%s and %s differ", c.Before, c.After)}
	}
	return nil
}

func (c *diffCmd) print(s *streams, d *report.Changes) error {
	rows := []table.Row{{"placement", "workload", "figure", "unit", "before", "after", "difference", "low", "high", "verdict"}}
	shown := []table.Row{{"placement", "workload", "figure", "before", "after", "difference", "verdict"}}
	equal := 0
	for i := range d.Figures {
		f := &d.Figures[i]
		name := f.Judged
		if name == "" {
			name = strings.TrimSpace(f.Metric + " " + f.Statistic)
		}
		rows = append(rows, append(table.Row{f.Placement, f.Workload, name, f.Unit, number(f.Before, f.Before.Value), number(f.After, f.After.Value),
			number(f.Difference, f.Difference.Value), bound(f.Difference, f.Difference.Low), bound(f.Difference, f.Difference.High)}, string(f.Verdict)))
		if f.IsEqual {
			equal++
			if !c.All {
				continue
			}
		}
		verdict := string(f.Verdict)
		if f.IsEqual {
			verdict = "equal"
		}
		shown = append(shown, table.Row{f.Placement, f.Workload, name, changeInWords(f.Before, f.Unit, false), changeInWords(f.After, f.Unit, false), changeInWords(f.Difference, f.Unit, true), verdict})
	}
	if c.Format != "table" {
		return listing{items: d, rows: rows}.write(s.out, c.Format)
	}
	var err error
	say := func(format string, args ...any) {
		_, e := fmt.Fprintln(s.out, wrap(fmt.Sprintf(format, args...), widthOf(s.out)))
		err = errors.Join(err, e)
	}
	for _, o := range d.Others {
		say("- %s", o)
	}
	for _, o := range d.OnlyBefore {
		say("- only %s has the %s", filepath.Clean(c.Before), o)
	}
	for _, o := range d.OnlyAfter {
		say("- only %s has the %s", filepath.Clean(c.After), o)
	}
	if len(shown) > 1 {
		err = errors.Join(err, listing{rows: shown}.write(s.out, "table"))
	}
	how := "of pairs, for both met the same users"
	if !d.Paired {
		how = "of independent runs"
	}
	say("%d of %s equal to the bit. Differences are %s; all verdicts together are right with %.4g %% probability.", equal, counted(float64(len(d.Figures)), "figure")+" are", how, 100*d.Level)
	return err
}

// number and bound return a number for a table of data, "" where there is none.
func number(e stats.Estimate, x float64) string {
	if !e.HasValue() {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

func bound(e stats.Estimate, x float64) string {
	if !e.HasInterval() {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// changeInWords returns an estimate for people: with its interval, a share in per cent, and a difference with its sign.
func changeInWords(e stats.Estimate, unit string, isDifference bool) string {
	if !e.HasValue() {
		return "–"
	}
	format := "%.4g"
	if isDifference {
		format = "%+.4g"
	}
	x, half := e.Value, e.HalfWidth()
	switch unit {
	case "share":
		x, half, unit = 100*x, 100*half, "%"
		if isDifference {
			unit = "pp"
		}
	case "ms", "bytes":
	default:
		unit = ""
	}
	text := fmt.Sprintf(format, x)
	if e.HasInterval() {
		text += fmt.Sprintf(" ± %.2g", half)
	}
	return strings.TrimSpace(text + " " + unit)
}
