package report

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/durable"
	"github.com/edgewise-sim/edgewise/search"
)

// Redraw writes the report in a directory anew, from its own data and without a run: what [WriteRun] writes of its comparison, with
// run.Outputs, into a directory that may be the same. The scenario and its inputs, the study's own files and whatever else only a run
// can write are kept as they are, and so is who made the numbers; the manifest says which program has drawn them, if it is another.
// run.Scenario and run.Inputs are not looked at. Files that are not as the manifest has them are refused.
func Redraw(ctx context.Context, from, to string, run Run) error {
	c, m, err := ReadComparison(from)
	if err != nil {
		return err
	}
	if err := CheckRun(to, run); err != nil {
		return err
	}
	resolved, err := resolve(to)
	if err != nil {
		return fmt.Errorf("report into %s: %w", to, err)
	}
	further := run.Outputs
	if m.IsOfSearch() {
		page, err := searchPageOf(from, m, c)
		if err != nil {
			return fmt.Errorf("read report: %s: %w", from, err)
		}
		further = append([]edgewise.Output{page}, further...)
	}
	outputs := outputsOf(c, further, run.NoPictures)
	kept, err := keptFiles(from, m, outputs)
	if err != nil {
		return fmt.Errorf("read report: %s: %w", from, err)
	}
	made, missing, err := render(ctx, c, outputs, filepath.Dir(resolved))
	if err != nil {
		return fmt.Errorf("report into %s: %w", to, err)
	}
	defer made.close()
	again := *m
	again.Files, again.Missing, again.PicturesLeftOut = append(made.hashes(), hashesOf(kept)...), missing, run.NoPictures
	again.DrawnBy = nil
	if now := edgewise.ThisCode(); now != m.Code {
		again.DrawnBy = &now
	}
	manifest, err := json.MarshalIndent(again, "", "  ")
	if err != nil {
		return fmt.Errorf("report into %s: manifest: %w", to, err)
	}
	files := append(append(made.files(), kept...), durable.File{Name: ManifestFile, Data: append(manifest, '\n')})
	if err := put(ctx, to, files, run.Force); err != nil {
		return fmt.Errorf("report into %s: %w", to, err)
	}
	if len(missing) > 0 {
		return &IncompleteError{to, missing}
	}
	return nil
}

// searchPageOf returns the page of the answer that a report of a search has.
func searchPageOf(dir string, m *Manifest, c *edgewise.Comparison) (page edgewise.Output, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return page, err
	}
	defer root.Close()
	data, err := readListed(root, m, searchFile, mostComparisonBytes)
	if err != nil {
		return page, fmt.Errorf("%s: %w", searchFile, err)
	}
	answer := new(search.Answer)
	if err := json.Unmarshal(data, answer); err != nil {
		return page, fmt.Errorf("%s: %w", searchFile, err)
	}
	answer.Comparison = c
	return searchPage(answer), nil
}

// keptFiles reads the files of a report that outputs do not make: the scenario and its inputs, own files, those of a search. Those that
// edgewise can draw, and was not asked to, are left out.
func keptFiles(dir string, m *Manifest, outputs []edgewise.Output) (files []durable.File, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	for _, f := range m.Files {
		isOf := func(o edgewise.Output) bool { return o.Name == f.Name }
		if slices.ContainsFunc(outputs, isOf) || f.Name != pageFile && slices.ContainsFunc(outputsAtAll(), isOf) {
			continue
		}
		data, err := readListed(root, m, f.Name, mostFileBytes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		files = append(files, durable.File{Name: f.Name, Data: data})
	}
	return files, nil
}

// FurtherOutputs returns those of the files that a manifest lists which a report has only if asked: pictures in more formats, tables as
// Parquet. They are for [Compare] and [Redraw], so that what was asked for is made again.
func (m *Manifest) FurtherOutputs() (all []edgewise.Output) {
	for _, o := range onRequest() {
		if slices.ContainsFunc(m.Files, func(f FileHash) bool { return f.Name == o.Name }) {
			all = append(all, o)
		}
	}
	return all
}

// outputsAtAll returns every file that a report of a comparison may have.
func outputsAtAll() []edgewise.Output { return append(Outputs(), onRequest()...) }

// onRequest returns the files that a report has only if asked.
func onRequest() []edgewise.Output {
	return slices.Concat(PicturesAs(PictureFormats()...), ParquetOutputs(), []edgewise.Output{HDRLogOutput})
}

// PictureFormats returns the formats of pictures, as file names end.
func PictureFormats() []string { return []string{"svg", "png", "pdf"} }

// PicturesAs returns the pictures of a report in formats among [PictureFormats], without the files that every report has.
func PicturesAs(formats ...string) (all []edgewise.Output) {
	for _, d := range drawings {
		for _, format := range PictureFormats() {
			o := d.as(format)
			isUsual := slices.ContainsFunc(outputs, func(u edgewise.Output) bool { return u.Name == o.Name })
			if slices.Contains(formats, format) && !isUsual {
				all = append(all, o)
			}
		}
	}
	return all
}
