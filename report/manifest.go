package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/random"
)

// The names of the files that make a report reproducible.
const (
	ManifestFile = "manifest.json"
	ScenarioFile = "scenario.yaml"
	// InputsDir is the directory of the files that the scenario names.
	InputsDir = "inputs"
)

// manifestFormat is the format of manifests. A field more or less is another.
const manifestFormat = 1

// A Manifest says what a report was made from and by what: all that is needed to make it again. It holds
// no clock time, so that the same run by the same program writes the same manifest.
type Manifest struct {
	// Format is that of the manifest: 1.
	Format int    `json:"format"`
	Title  string `json:"title"`
	// Scenario is the text of the scenario file, empty for a study said in Go; ScenarioSHA256 is its
	// hash in hexadecimal.
	Scenario       string `json:"scenario,omitempty"`
	ScenarioSHA256 string `json:"scenario_sha256,omitempty"`
	// Inputs are the files that the scenario names, as they were.
	Inputs []InputFile `json:"inputs,omitempty"`
	// Code is the program that made the report.
	Code edgewise.Code `json:"code"`
	// DrawnBy is the program that has drawn the report anew, where it is another: see [Redraw].
	DrawnBy *edgewise.Code `json:"drawn_by,omitempty"`
	Seed    uint64         `json:"seed"`
	// Generator names the generator of random numbers.
	Generator string        `json:"generator"`
	Start     time.Time     `json:"start"`
	WarmUp    time.Duration `json:"warm_up_ns"`
	Duration  time.Duration `json:"duration_ns"`
	// WarmUps says how long each figure took to become steady.
	WarmUps []edgewise.WarmUpFinding `json:"warm_up_found,omitempty"`
	// Planned is the number of replications asked for, Replications the number that finished.
	Planned      int `json:"planned_replications"`
	Replications int `json:"replications"`
	// Stopping says why the study stopped, where its scenario let it decide; nil where the number of
	// replications was given.
	Stopping *edgewise.Stopping `json:"stopping,omitempty"`
	Level    float64            `json:"level"`
	// RelativeError bounds what the latency sketch adds to a quantile.
	RelativeError float64 `json:"sketch_relative_error"`
	// Sources are the data that the study rests on, with their dates; Prices are those of the prices.
	Sources []string `json:"sources,omitempty"`
	Prices  string   `json:"prices"`
	Assumed []string `json:"assumed,omitempty"`
	// Refused are the placements that are not in the report, with the reason.
	Refused []string `json:"refused,omitempty"`
	// OwnParts names the parts of the study whose code is not of edgewise itself: only a program that has them makes
	// the report again. See [edgewise.Study.OwnParts].
	OwnParts []string `json:"own_parts,omitempty"`
	// Sweep is set in the report of a sweep; what stands above is then of its first point.
	Sweep *SweepRun `json:"sweep,omitempty"`
	// Files holds the hash of every other file of the report.
	Files []FileHash `json:"files"`
	// Missing are the files that could not be made.
	Missing []MissingFile `json:"missing,omitempty"`
	// PicturesLeftOut says that no picture was drawn: the run was interrupted.
	PicturesLeftOut bool `json:"pictures_left_out,omitempty"`
}

// IsOfSearch reports whether the report is one of sites that were searched for: see [SearchOutputs].
func (m *Manifest) IsOfSearch() bool {
	return slices.ContainsFunc(m.Files, func(f FileHash) bool { return f.Name == searchFile })
}

// HasTails reports whether the report takes the slowest requests apart.
func (m *Manifest) HasTails() bool {
	return slices.ContainsFunc(m.Files, func(f FileHash) bool { return f.Name == tailsFile })
}

// A MissingFile is a file of the report that could not be made, and why.
type MissingFile struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// An InputFile is the copy of a file that a scenario names.
type InputFile struct {
	// Name is as the scenario has it, File the copy's, relative to the report and with slashes.
	Name   string `json:"name"`
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// A FileHash is the SHA-256 of a file in hexadecimal.
type FileHash struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

func newManifest(c *edgewise.Comparison, scenario []byte, inputs []InputFile, files []FileHash) Manifest {
	m := Manifest{
		Format: manifestFormat,
		Title:  c.Title, Scenario: string(scenario), Inputs: inputs, Code: edgewise.ThisCode(), Seed: c.Seed, Generator: random.Generator,
		Start: c.Start, WarmUp: c.WarmUp, WarmUps: c.WarmUps, Duration: c.Duration, Planned: c.Planned, Replications: c.Replications, Stopping: c.Stopping,
		Level: c.Level, RelativeError: c.RelativeError, Sources: c.Sources, Prices: "none", Assumed: c.Assumed,
		OwnParts: c.OwnParts,
	}
	for _, r := range c.Refused {
		m.Refused = append(m.Refused, r.String())
	}
	if len(scenario) > 0 {
		m.ScenarioSHA256 = hashOf(scenario)
	}
	m.Files = files
	return m
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// What a report may hold at most, so that nobody's report takes all memory: a manifest has a scenario (16 MiB at most) in
// it, and of the other files those that a scenario names are the largest.
const (
	mostManifestBytes = 64 << 20
	mostFileBytes     = 4 << 30
)

// ReadManifest reads the manifest of a report and checks that its scenario is the one it names by hash. Nothing outside
// of the directory is read, whatever is a link there, and nothing but files.
func ReadManifest(dir string) (*Manifest, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	defer root.Close()
	m, err := readManifest(root)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %s: %w", filepath.Join(dir, ManifestFile), err)
	}
	return m, nil
}

func readManifest(root *os.Root) (*Manifest, error) {
	data, err := readFile(root, ManifestFile, mostManifestBytes)
	if err != nil {
		return nil, err
	}
	// Before all else: another format may have other fields.
	var of struct{ Format json.Number }
	if err := json.Unmarshal(data, &of); err != nil && !errors.As(err, new(*json.SyntaxError)) {
		return nil, err
	}
	if n, err := of.Format.Int64(); err == nil && n > manifestFormat {
		return nil, fmt.Errorf("its format is %d, of a newer version of this program, which reads format %d", n, manifestFormat)
	}
	m := new(Manifest)
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(m); err != nil {
		return nil, err
	}
	if rest := bytes.TrimSpace(data[decoder.InputOffset():]); len(rest) > 0 {
		return nil, fmt.Errorf("%d bytes stand behind its end: the manifest has been changed", len(rest))
	}
	switch {
	case m.Format != manifestFormat:
		return nil, fmt.Errorf("its format is %d; this program reads format %d", m.Format, manifestFormat)
	case m.Scenario != "" && hashOf([]byte(m.Scenario)) != m.ScenarioSHA256:
		return nil, fmt.Errorf("the scenario is not the one whose hash is %.80q: the manifest has been changed", m.ScenarioSHA256)
	case m.Replications < 1 || m.Planned < m.Replications:
		return nil, fmt.Errorf("%d of %d replications; want at least 1, and no more than planned", m.Replications, m.Planned)
	case len(m.Files) == 0:
		return nil, errors.New("it lists no files: no report has written it")
	}
	seen := make(map[string]bool)
	for _, f := range m.Files {
		switch {
		case !filepath.IsLocal(filepath.FromSlash(f.Name)) || path.Clean(f.Name) != f.Name || f.Name == ManifestFile:
			return nil, fmt.Errorf("it lists %.80q, which is no file of a report", f.Name)
		case seen[f.Name]:
			return nil, fmt.Errorf("it lists %.80q twice", f.Name)
		}
		seen[f.Name] = true
	}
	return m, nil
}

// ReadInputs reads the files that the scenario of a report names from its directory, and checks that they are
// those that its manifest m names by hash. Like [ReadManifest], it reads nothing but files inside of the directory.
func ReadInputs(dir string, m *Manifest) ([]Input, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("read inputs: %w", err)
	}
	defer root.Close()
	var inputs []Input
	for _, in := range m.Inputs {
		if !filepath.IsLocal(filepath.FromSlash(in.File)) {
			return nil, fmt.Errorf("read inputs: %s: %.80q is not inside the report", filepath.Join(dir, ManifestFile), in.File)
		}
		data, err := readFile(root, in.File, mostFileBytes)
		path := filepath.Join(dir, filepath.FromSlash(in.File))
		if err != nil {
			return nil, fmt.Errorf("read inputs: %s: %w", path, err)
		}
		if hashOf(data) != in.SHA256 {
			return nil, fmt.Errorf("read inputs: %s has been changed since it was written; want the file whose hash is %.80q", path, in.SHA256)
		}
		inputs = append(inputs, Input{Name: in.Name, Data: data})
	}
	return inputs, nil
}
