package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// WriteAll writes the files of a report into a directory, which it makes if need be: those of [Outputs], the study's
// own ones below own, and manifest.json, the [Manifest]. Everything is rendered and written
// under temporary names first and renamed at the end, so that a failure to draw, a full disk or
// a directory in the place of a file leaves what was there before.
func WriteAll(dir string, c *edgewise.Comparison) error { return WriteRun(dir, c, nil) }

// An Input is a file that a scenario names, such as a list of sites.
type Input struct {
	// Name is as the scenario has it.
	Name string
	Data []byte
}

// WriteRun is [WriteAll] for the run of a scenario file: it adds the file's text as scenario.yaml and to
// the manifest, and the files that it names below inputs, so that the report can be made again from its
// directory alone. It refuses what [CheckRun] refuses.
func WriteRun(dir string, c *edgewise.Comparison, scenario []byte, inputs ...Input) error {
	if err := CheckRun(dir, scenario, inputs...); err != nil {
		return err
	}
	files, err := render(c)
	if err != nil {
		return fmt.Errorf("report into %s: %w", dir, err)
	}
	if len(scenario) > 0 {
		files = append(files, file{ScenarioFile, scenario})
	}
	copies, kept := copiesOf(inputs)
	files = append(files, copies...)
	manifest, err := json.MarshalIndent(newManifest(c, scenario, kept, files), "", "  ")
	if err != nil {
		return fmt.Errorf("report into %s: manifest: %w", dir, err)
	}
	files = append(files, file{ManifestFile, append(manifest, '\n')})
	if err := writeFiles(dir, files); err != nil {
		return fmt.Errorf("report into %s: %w", dir, err)
	}
	return nil
}

// CheckRun says whether [WriteRun] would overwrite a scenario file, or a file that it names, that no report has
// put there: a scenario.yaml or a file below inputs with another text in a directory without a manifest.json. A
// directory that does not exist is free.
func CheckRun(dir string, scenario []byte, inputs ...Input) error {
	files, _ := copiesOf(inputs)
	if len(scenario) > 0 {
		files = append(files, file{ScenarioFile, scenario})
	}
	for _, f := range files {
		there, err := os.ReadFile(filepath.Join(dir, f.name))
		if errors.Is(err, fs.ErrNotExist) || err == nil && bytes.Equal(there, f.data) {
			continue
		}
		if err != nil {
			return fmt.Errorf("report into %s: %w", dir, err)
		}
		if _, err := os.Stat(filepath.Join(dir, ManifestFile)); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("report into %s: its %s has another text and there is no %s, so no report has written it; want another directory",
				dir, f.name, ManifestFile)
		} else if err != nil {
			return fmt.Errorf("report into %s: %w", dir, err)
		}
	}
	return nil
}

// copiesOf returns the files that keep inputs, each under the last part of its name, behind a number where
// another has that already, and what the manifest says of them.
func copiesOf(inputs []Input) (files []file, kept []InputFile) {
	taken := make(map[string]bool)
	for i, in := range inputs {
		last := path.Base(filepath.ToSlash(in.Name))
		base := last
		for n := i + 1; taken[strings.ToLower(base)]; n++ { // some file systems take upper and lower case for the same
			base = fmt.Sprintf("%d-%s", n, last)
		}
		taken[strings.ToLower(base)] = true
		f := file{InputsDir + "/" + base, in.Data}
		files = append(files, f)
		kept = append(kept, InputFile{Name: in.Name, File: f.name, SHA256: hashOf(in.Data)})
	}
	return files, kept
}

// A file is one rendered file of a report.
type file struct {
	name string
	data []byte
}

// render writes all outputs, each into memory.
func render(c *edgewise.Comparison) ([]file, error) {
	for i, o := range c.Outputs {
		if err := o.Validate(); err != nil {
			return nil, invalid.In(fmt.Sprintf("Outputs[%d]", i), err)
		}
	}
	var files []file
	for _, o := range slices.Concat(outputs, own(c)) {
		var b bytes.Buffer
		if err := o.Write(&b, c); err != nil {
			return nil, fmt.Errorf("%s: %w", o.Name, err)
		}
		files = append(files, file{o.Name, b.Bytes()})
	}
	return files, nil
}

// writeFiles puts all files into the directory or, as far as can be foreseen, none.
func writeFiles(dir string, files []file) (err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, f := range files {
		info, err := os.Lstat(filepath.Join(dir, f.name))
		if err == nil && info.IsDir() {
			return fmt.Errorf("%s is a directory, it must be a file or absent", f.name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	// The staging directory lies inside the target: renaming does not work across file systems.
	staging, err := os.MkdirTemp(dir, ".report-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(staging)) }()
	for _, f := range files {
		for _, root := range []string{dir, staging} {
			if err := os.MkdirAll(filepath.Join(root, filepath.Dir(f.name)), 0o777); err != nil {
				return err
			}
		}
		if err := os.WriteFile(filepath.Join(staging, f.name), f.data, 0o666); err != nil {
			return err
		}
	}
	for i, f := range files {
		if err := os.Rename(filepath.Join(staging, f.name), filepath.Join(dir, f.name)); err != nil {
			return fmt.Errorf("%d of %d files are new: %w", i, len(files), err)
		}
	}
	return nil
}
