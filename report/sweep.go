package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/durable"
	"github.com/edgewise-sim/edgewise/sweep"
)

// A SweepOutput is one file of the report of a sweep.
type SweepOutput struct {
	// Name is that of the file, About says what it is for.
	Name, About string
	// Where, if set, leaves the file out unless it returns true.
	Where func(*sweep.Result) bool
	// Write writes the file. The same result gives the same bytes.
	Write func(io.Writer, *sweep.Result) error
}

// ParquetOutput is the long table as Parquet, which a report has when it is asked for.
var ParquetOutput = SweepOutput{Name: "sweep.parquet", About: "the same for columnar tools", Write: WriteSweepParquet}

// sweepOutputs are the files of every report of a sweep, besides the manifest and what it names.
var sweepOutputs = slices.Concat([]SweepOutput{
	{Name: "sweep.csv", About: "every figure of every point, one a row", Write: WriteSweepCSV},
	{Name: "sweep.json", About: "the same, with what was found along the keys, for programs", Write: WriteSweepJSON},
	{Name: pageFile, About: "all of it as a page, for people who did not run it", Write: WriteSweepPage},
	{Name: "sweep.md", About: "answers and tables, as text", Write: writeSweepText},
}, sweepDrawings)

// sweepDrawings are the pictures among them.
var sweepDrawings = []SweepOutput{
	{Name: "sweep.svg", About: "the figures along the keys", Write: sweepDrawn(SweepPicture, (*Picture).WriteSVG)},
	{Name: "sweep.png", About: "the same in pixels", Write: sweepDrawn(SweepPicture, (*Picture).WritePNG)},
	{Name: "metros.svg", About: "where placements change order, by metro", Where: hasMetroCrossings, Write: sweepDrawn(SweepMetros, (*Picture).WriteSVG)},
	{Name: "tornado.svg", About: "by how much each key moves the figures", Where: hasTornadoBeside, Write: sweepDrawn(SweepTornado, (*Picture).WriteSVG)},
}

// SweepOutputs returns the files of reports of sweeps, in their order.
func SweepOutputs() []SweepOutput { return slices.Clone(sweepOutputs) }

// SweepPicture draws what suits the keys: lines along one, a map over two, a tornado of more.
func SweepPicture(r *sweep.Result) (*Picture, error) {
	switch {
	case len(r.Keys) == 1 || r.Design == sweep.Zip:
		return SweepLines(r)
	case isMap(r):
		return SweepHeatMap(r)
	}
	return SweepTornado(r)
}

func isMap(r *sweep.Result) bool { return len(r.Keys) == 2 && r.Design == sweep.Grid }

// hasTornadoBeside reports whether a tornado says more than the picture.
func hasTornadoBeside(r *sweep.Result) bool { return isMap(r) && len(r.Influences) > 0 }

func sweepDrawn(draw func(*sweep.Result) (*Picture, error), write func(*Picture, io.Writer) error) func(io.Writer, *sweep.Result) error {
	return func(w io.Writer, r *sweep.Result) error {
		p, err := draw(r)
		if err != nil {
			return err
		}
		return write(p, w)
	}
}

// writeSweepText writes what is to be read as text.
func writeSweepText(w io.Writer, r *sweep.Result) error {
	if _, err := fmt.Fprintf(markdownWriter{w}, "## %s\n\n", r.Title); err != nil {
		return err
	}
	if err := WriteSweepMarkdown(w, r); err != nil {
		return err
	}
	var links strings.Builder
	for _, o := range sweepDrawings {
		if strings.HasSuffix(o.Name, ".svg") && (o.Where == nil || o.Where(r)) {
			fmt.Fprintf(&links, "\n![%s](%s)\n", o.About, o.Name)
		}
	}
	_, err := io.WriteString(w, links.String())
	return err
}

// SweepRun says in a manifest that a report is of a sweep.
type SweepRun struct {
	// Design is how the points lie, Keys the paths of what differs between them.
	Design string   `json:"design"`
	Keys   []string `json:"keys"`
	// Points is how many there are, Compared how many of them are compared.
	Points   int `json:"points"`
	Compared int `json:"compared"`
}

// WriteSweep writes the report of a sweep, as [WriteRun] does that of a study: the files of [SweepOutputs], more ones, the scenario and
// its inputs, and the manifest. It refuses what [CheckRun] refuses.
func WriteSweep(ctx context.Context, dir string, r *sweep.Result, run Run, more ...SweepOutput) error {
	if err := CheckRun(dir, run); err != nil {
		return err
	}
	fail := func(err error) error { return fmt.Errorf("report into %s: %w", dir, err) }
	resolved, err := resolve(dir)
	if err != nil {
		return fail(err)
	}
	first, compared := firstCompared(r)
	if first == nil {
		return fail(errors.New("no point of the sweep is compared"))
	}
	var outputs []edgewise.Output
	for _, o := range slices.Concat(sweepOutputs, more) {
		if o.Where != nil && !o.Where(r) || run.NoPictures && isPicture(o.Name) {
			continue
		}
		outputs = append(outputs, edgewise.Output{Name: o.Name, About: o.About, Write: func(w io.Writer, _ *edgewise.Comparison) error { return o.Write(w, r) }})
	}
	made, missing, err := render(ctx, first, outputs, filepath.Dir(resolved))
	if err != nil {
		return fail(err)
	}
	defer made.close()
	files, kept := append(made.files(), run.copies()...), run.kept()
	m := newManifest(first, run.Scenario, kept, append(made.hashes(), hashesOf(run.copies())...))
	m.Missing, m.PicturesLeftOut, m.WarmUps, m.Stopping = missing, run.NoPictures, nil, nil
	m.Sweep = &SweepRun{Design: r.Design.String(), Points: len(r.Points), Compared: compared}
	m.Assumed, m.Refused = sweepAssumptions(r), nil
	for _, k := range r.Keys {
		m.Sweep.Keys = append(m.Sweep.Keys, k.Path)
	}
	for i := range r.Points {
		p := &r.Points[i]
		if p.Comparison == nil {
			m.Refused = append(m.Refused, pointInWords(r, i)+": "+firstLine(p.Why()))
			continue
		}
		m.Replications = min(m.Replications, p.Comparison.Replications)
		for _, refused := range p.Comparison.Refused {
			m.Refused = append(m.Refused, pointInWords(r, i)+": "+refused.String())
		}
	}
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fail(fmt.Errorf("manifest: %w", err))
	}
	files = append(files, durable.File{Name: ManifestFile, Data: append(manifest, '\n')})
	if err := put(ctx, dir, files, run.Force); err != nil {
		return fail(err)
	}
	if len(missing) > 0 {
		return &IncompleteError{dir, missing}
	}
	return nil
}

// firstCompared returns the first comparison, and how many there are.
func firstCompared(r *sweep.Result) (first *edgewise.Comparison, compared int) {
	for i := range r.Points {
		if c := r.Points[i].Comparison; c != nil {
			if first == nil {
				first = c
			}
			compared++
		}
	}
	return first, compared
}
