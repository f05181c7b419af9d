package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/topology"
)

// validateCmd checks scenario files.
type validateCmd struct {
	Scenarios []string `arg:"" name:"scenario" help:"Scenario files, sweeps and searches among them." type:"path"`
	Format    string   `default:"table" enum:"table,json" help:"${enum}. JSON has the problems with their lines and keys."`
}

// A validation says what there is of one file.
type validation struct {
	File  string `json:"file"`
	Valid bool   `json:"valid"`
	// Kind is "study", "search" or "sweep".
	Kind        string            `json:"kind,omitempty"`
	Title       string            `json:"title,omitempty"`
	Placements  int               `json:"placements,omitempty"`
	Workloads   int               `json:"workloads,omitempty"`
	Metros      int               `json:"metros,omitempty"`
	Points      int               `json:"points,omitempty"`
	Problems    []validateProblem `json:"problems,omitempty"`
	Warnings    []string          `json:"warnings,omitempty"`
	whatIsWrong error
}

// A validateProblem is one thing wrong with a file.
type validateProblem struct {
	Line  int    `json:"line,omitempty"`
	Field string `json:"field,omitempty"`
	Text  string `json:"text"`
}

// Run reads every file as edgewise run, search or sweep would, without running it, and fails if one is not valid.
func (c *validateCmd) Run(ctx context.Context, s *streams) error {
	var all []validation
	var wrong []error
	for _, file := range c.Scenarios {
		v, err := validated(ctx, file)
		if err != nil {
			return unlessStopped(ctx, &usageError{err})
		}
		if v.whatIsWrong != nil {
			wrong = append(wrong, v.whatIsWrong)
		}
		all = append(all, v)
	}
	if c.Format == "json" {
		if err := writeJSON(s.out, all); err != nil {
			return err
		}
		if len(wrong) > 0 {
			return &usageError{fmt.Errorf("%d of %s wrong", len(wrong), counted(float64(len(all)), "file"))}
		}
		return nil
	}
	for _, v := range all {
		s.warnAll(v.Warnings)
		if err := v.print(s.out); err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return &usageError{errors.Join(wrong...)}
	}
	return nil
}

// validated reads a file.
func validated(ctx context.Context, file string) (v validation, err error) {
	v.File = file
	text, err := readScenario(ctx, file)
	if err != nil {
		return v, err
	}
	studies, kind, loads, err := readAny(file, text)
	if err == nil {
		err = checkWays(ctx, studies, kind)
	}
	if ctx.Err() != nil {
		return v, ctx.Err()
	}
	v.Kind, v.whatIsWrong = kind, err
	if err != nil {
		v.Problems = problemsOf(err)
		return v, nil
	}
	study := studies[0]
	if kind == "sweep" {
		v.Points = len(studies)
	}
	v.Valid, v.Title = true, study.Title
	v.Placements, v.Workloads, v.Warnings = len(study.Placements), len(study.Workloads), study.Warnings
	warnings, err := loads(ctx)
	if err != nil {
		return v, err
	}
	v.Warnings = slices.Concat(v.Warnings, warnings)
	v.Metros = len(study.Network.OfKind(topology.Metro))
	return v, nil
}

// readAny reads a study, or the one that a search is of, or those of the points of a sweep, and says how warnings of their loads are had.
func readAny(file string, text []byte) (studies []*edgewise.Study, kind string, loads func(context.Context) ([]string, error), err error) {
	if scenario.IsSweep(text) {
		of, _, err := scenario.ParseSweep(file, text)
		if err != nil {
			return nil, "sweep", nil, err
		}
		for i := range of.Points {
			studies = append(studies, of.Points[i].Study)
		}
		return studies, "sweep", of.LoadWarnings, nil
	}
	study, _, err := scenario.ParseWithFiles(file, text)
	if err != nil {
		return nil, "study", nil, err
	}
	if problem, _, err := (scenario.Reader{}).ParseSearch(file, text); err == nil {
		return []*edgewise.Study{problem.Study}, "search", problem.Study.LoadWarnings, nil
	}
	return []*edgewise.Study{study}, "study", study.LoadWarnings, nil
}

// checkWays finds what is wrong of the ways between users and sites. At a point of a sweep, or for what a search begins with, nobody need
// cross a link that fails.
func checkWays(ctx context.Context, studies []*edgewise.Study, kind string) error {
	if kind == "study" {
		return studies[0].ValidateWays(ctx)
	}
	for _, s := range studies {
		if err := s.CompileEach(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

// problemsOf takes an error apart.
func problemsOf(err error) (all []validateProblem) {
	for _, e := range invalid.All(err) {
		var p *scenario.Problem
		if errors.As(e, &p) {
			all = append(all, validateProblem{p.Line, p.Field, p.Text})
		} else {
			all = append(all, validateProblem{Text: plainly(e)})
		}
	}
	return all
}

// print says in a line what a valid file is; what is wrong with another is the command's error.
func (v *validation) print(w io.Writer) error {
	if !v.Valid {
		return nil
	}
	of := []string{counted(float64(v.Placements), "placement"), counted(float64(v.Workloads), "workload"), counted(float64(v.Metros), "metro")}
	if v.Points > 0 {
		of = append([]string{counted(float64(v.Points), "point")}, of...)
	}
	what := map[string]string{"study": "", "sweep": "a sweep: ", "search": "a search: "}[v.Kind]
	_, err := fmt.Fprintf(w, "%s is valid: %s%s\n", v.File, what, strings.Join(of, ", "))
	return err
}
