package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/search"
)

// reproduceCmd runs a report again from its manifest.
type reproduceCmd struct {
	Dir     string `arg:"" help:"The directory of a report that edgewise run wrote." type:"path"`
	Force   bool   `help:"Run, too, what is predicted to take more than the machine's memory, or more than 10^13 requests."`
	Workers int    `short:"w" help:"Runs at a time; 0 means one a core. Results do not depend on it."`
	Quiet   bool   `short:"q" help:"No progress, no summary."`
	printFlag
}

// reproduced is what JSON says of a report that was made again.
type reproduced struct {
	Report       string       `json:"report"`
	Reproduced   bool         `json:"reproduced"`
	Rounding     bool         `json:"rounding"` // whether what differs does so in the last digits alone
	Points       int          `json:"points,omitempty"`
	Placements   int          `json:"placements,omitempty"`
	Replications int          `json:"replications"`
	Same         []string     `json:"same"`
	Differences  []difference `json:"differences"`
	Unlisted     []string     `json:"unlisted,omitempty"`
	Why          []string     `json:"why,omitempty"`
}

// A difference is a file that is not the same.
type difference struct {
	Name     string `json:"name"`
	Text     string `json:"text,omitempty"`
	Rounding bool   `json:"rounding"`
}

// Run runs the manifest's scenario and checks that every file of the manifest's list comes out the same, bit by bit. It
// writes nothing, and reads nothing but files inside of the directory.
func (c *reproduceCmd) Run(ctx context.Context, s *streams) error {
	m, err := report.ReadManifest(c.Dir)
	if err != nil {
		return &usageError{err}
	}
	if m.Scenario == "" {
		return &usageError{fmt.Errorf("%s holds no scenario: the study was said in Go; run that program again", filepath.Join(c.Dir, report.ManifestFile))}
	}
	if len(m.OwnParts) > 0 {
		return &usageError{fmt.Errorf("%s was made with parts that this program does not have: %s; run it again in the program that has them (see scenario.Reader and report.Compare)",
			filepath.Join(c.Dir, report.ManifestFile), strings.Join(m.OwnParts, "; "))}
	}
	if c.Workers < 0 {
		return &usageError{fmt.Errorf("--workers is %d; want 0 or more", c.Workers)}
	}
	inputs, err := report.ReadInputs(c.Dir, m)
	if err != nil {
		return &usageError{err}
	}
	var files []scenario.File
	for _, in := range inputs {
		files = append(files, scenario.File(in))
	}
	if m.Sweep != nil {
		return c.reproduceSweep(ctx, s, m, files)
	}
	study, conclude, err := c.read(ctx, m, files)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	if _, err := predict(ctx, study, c.Force); err != nil {
		return err
	}
	shown := s.progress(c.Quiet)
	comparison, err := runShown(ctx, study, shown)
	shown.finish()
	if err != nil {
		return stopped(err)
	}
	comparison.Planned = m.Planned // the report may be of a run that was interrupted
	further, err := conclude(comparison)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	agreement, err := report.Compare(ctx, c.Dir, m, comparison, further...)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	for _, name := range agreement.Unlisted {
		fmt.Fprintf(s.err, "edgewise: %s is not a file of the report; it is not looked at\n", filepath.Join(c.Dir, name))
	}
	found := reproduced{
		Report: filepath.Clean(c.Dir), Reproduced: agreement.IsWhole(), Rounding: !agreement.IsWhole() && agreement.IsRounding(), Placements: len(study.Placements),
		Replications: m.Replications, Same: agreement.Same, Differences: []difference{}, Unlisted: agreement.Unlisted, Why: agreement.Why,
	}
	for _, d := range agreement.Differences {
		found.Differences = append(found.Differences, difference{d.Name, d.Text, d.IsRounding})
	}
	if !agreement.IsWhole() {
		if err := c.print(s.out, found, saidAlready); err != nil {
			return err
		}
		how := "is not reproduced"
		if agreement.IsRounding() {
			how = "is reproduced but for rounding: what differs does so in the last digits alone"
		}
		lines := strings.ReplaceAll(agreement.Explain(), "\n", "\n  ")
		return &differsError{fmt.Errorf("%s %s:\n  %s", c.Dir, how, lines)}
	}
	if c.Quiet || c.printsJSON() {
		return c.print(s.out, found, saidAlready)
	}
	if _, err := fmt.Fprintf(s.out, "Reproduced %s: %d replications of %d placements, %d files, the same to the bit.\n",
		filepath.Clean(c.Dir), m.Replications, len(study.Placements), len(agreement.Same)); err != nil {
		return err
	}
	for _, other := range agreement.Why {
		if _, err := fmt.Fprintf(s.out, "Though %s.\n", other); err != nil {
			return err
		}
	}
	return nil
}

// read reads the study of a report, and returns what makes the further files of the report from its comparison: none, unless sites
// were searched for.
func (c *reproduceCmd) read(ctx context.Context, m *report.Manifest, files []scenario.File) (*edgewise.Study, func(*edgewise.Comparison) ([]edgewise.Output, error), error) {
	from := filepath.Join(c.Dir, report.ScenarioFile)
	if m.IsOfSearch() {
		problem, err := scenario.Reader{}.ParseSearchFrom(from, []byte(m.Scenario), files)
		if err != nil {
			return nil, nil, err
		}
		problem.Study.Workers = c.Workers
		found, err := search.Explore(ctx, problem)
		if err != nil {
			return nil, nil, err
		}
		study := found.Study()
		if m.Stopping == nil {
			study.Until, study.Replications = nil, m.Replications
		}
		return study, func(comparison *edgewise.Comparison) ([]edgewise.Output, error) {
			answer, err := found.Conclude(ctx, comparison)
			if err != nil {
				return nil, err
			}
			return report.SearchOutputs(answer), nil
		}, nil
	}
	study, err := scenario.ParseFrom(from, []byte(m.Scenario), files)
	if err != nil {
		return nil, nil, err
	}
	study.Workers = c.Workers
	study.Tails = study.Tails || m.HasTails() // by a flag
	if m.Stopping == nil {                    // a fixed number, by the scenario, by --replications or by an interruption
		study.Until, study.Replications = nil, m.Replications
		if err := study.Validate(); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", filepath.Join(c.Dir, report.ManifestFile), err)
		}
	}
	return study, func(*edgewise.Comparison) ([]edgewise.Output, error) { return nil, nil }, nil
}

// reproduceSweep runs all points again and writes their report beside, to compare its files.
func (c *reproduceCmd) reproduceSweep(ctx context.Context, s *streams, m *report.Manifest, files []scenario.File) (err error) {
	of, err := scenario.ParseSweepFrom(filepath.Join(c.Dir, report.ScenarioFile), []byte(m.Scenario), files)
	if err != nil {
		return &usageError{err}
	}
	of.Workers = c.Workers
	if _, err := predictSweep(ctx, of, c.Force); err != nil {
		return err
	}
	shown := s.progress(c.Quiet)
	shown.phase("running")
	of.Progress = func(p edgewise.Progress) {
		shown.update(p.Share, fmt.Sprintf("%d of %s", p.Done, counted(float64(p.Total), "run")))
	}
	result, err := of.Run(ctx, nil)
	shown.finish()
	if err != nil {
		return stopped(err)
	}
	home, err := os.MkdirTemp("", "edgewise-reproduce-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	from := report.Run{Scenario: []byte(m.Scenario), NoPictures: m.PicturesLeftOut}
	for _, f := range files {
		from.Inputs = append(from.Inputs, report.Input(f))
	}
	listed := make(map[string]string)
	for _, f := range m.Files {
		listed[f.Name] = f.SHA256
	}
	_, hasParquet := listed[report.ParquetOutput.Name]
	again := filepath.Join(home, "report")
	if err := writeSweepReport(ctx, again, result, from, hasParquet); err != nil {
		return unlessStopped(ctx, err)
	}
	made, err := report.ReadManifest(again)
	if err != nil {
		return err
	}
	var differ, same []string
	for _, f := range made.Files {
		if listed[f.Name] != f.SHA256 {
			differ = append(differ, f.Name)
		} else {
			same = append(same, f.Name)
		}
		delete(listed, f.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		differ = append(differ, name+" (not made again)")
	}
	found := reproduced{Report: filepath.Clean(c.Dir), Reproduced: len(differ) == 0, Points: len(of.Points), Replications: m.Replications, Same: same, Differences: []difference{}}
	for _, name := range differ {
		found.Differences = append(found.Differences, difference{Name: name})
	}
	if len(differ) > 0 {
		if err := c.print(s.out, found, saidAlready); err != nil {
			return err
		}
		return &differsError{fmt.Errorf("%s is not reproduced: %s differ", c.Dir, strings.Join(differ, ", "))}
	}
	if c.Quiet || c.printsJSON() {
		return c.print(s.out, found, saidAlready)
	}
	_, err = fmt.Fprintf(s.out, "Reproduced %s: %d points, %d files, the same to the bit.\n", filepath.Clean(c.Dir), len(of.Points), len(made.Files))
	return err
}
