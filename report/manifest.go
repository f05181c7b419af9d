package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
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

// A Manifest says what a report was made from and by what: all that is needed to make it again. It holds
// no clock time, so that the same run by the same program writes the same manifest.
type Manifest struct {
	Title string `json:"title"`
	// Scenario is the text of the scenario file, empty for a study said in Go; ScenarioSHA256 is its
	// hash in hexadecimal.
	Scenario       string `json:"scenario,omitempty"`
	ScenarioSHA256 string `json:"scenario_sha256,omitempty"`
	// Inputs are the files that the scenario names, as they were.
	Inputs []InputFile `json:"inputs,omitempty"`
	// Code is the program that made the report.
	Code edgewise.Code `json:"code"`
	Seed uint64        `json:"seed"`
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
	// OwnParts names the parts of the study whose code is not of edgewise itself: only a program that has them makes
	// the report again. See [edgewise.Study.OwnParts].
	OwnParts []string `json:"own_parts,omitempty"`
	// Files holds the hash of every other file of the report.
	Files []FileHash `json:"files"`
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

func newManifest(c *edgewise.Comparison, scenario []byte, inputs []InputFile, files []file) Manifest {
	m := Manifest{
		Title: c.Title, Scenario: string(scenario), Inputs: inputs, Code: edgewise.ThisCode(), Seed: c.Seed, Generator: random.Generator,
		Start: c.Start, WarmUp: c.WarmUp, WarmUps: c.WarmUps, Duration: c.Duration, Planned: c.Planned, Replications: c.Replications, Stopping: c.Stopping,
		Level: c.Level, RelativeError: c.RelativeError, Sources: c.Sources, Prices: "none", Assumed: c.Assumed,
		OwnParts: c.OwnParts,
	}
	if len(scenario) > 0 {
		m.ScenarioSHA256 = hashOf(scenario)
	}
	for _, f := range files {
		m.Files = append(m.Files, FileHash{f.name, hashOf(f.data)})
	}
	return m
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// ReadManifest reads the manifest of a report and checks that its scenario is the one it names by hash.
func ReadManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, ManifestFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	m := new(Manifest)
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(m); err != nil {
		return nil, fmt.Errorf("read manifest: %s: %w", path, err)
	}
	switch {
	case m.Scenario != "" && hashOf([]byte(m.Scenario)) != m.ScenarioSHA256:
		return nil, fmt.Errorf("read manifest: %s: the scenario is not the one whose hash is %q: the manifest has been changed", path, m.ScenarioSHA256)
	case m.Replications < 1 || m.Planned < m.Replications:
		return nil, fmt.Errorf("read manifest: %s: %d of %d replications; want at least 1, and no more than planned", path, m.Replications, m.Planned)
	}
	return m, nil
}

// ReadInputs reads the files that the scenario of a report names from its directory, and checks that they are
// those that its manifest m names by hash.
func ReadInputs(dir string, m *Manifest) ([]Input, error) {
	var inputs []Input
	for _, in := range m.Inputs {
		if !filepath.IsLocal(filepath.FromSlash(in.File)) {
			return nil, fmt.Errorf("read inputs: %s: %q is not inside the report", filepath.Join(dir, ManifestFile), in.File)
		}
		path := filepath.Join(dir, filepath.FromSlash(in.File))
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read inputs: %w", err)
		}
		if hashOf(data) != in.SHA256 {
			return nil, fmt.Errorf("read inputs: %s has been changed since it was written; want the file whose hash is %q", path, in.SHA256)
		}
		inputs = append(inputs, Input{Name: in.Name, Data: data})
	}
	return inputs, nil
}

// Differences compares a comparison, run again, with the report in a directory, file by file and bit by
// bit. It returns one line for each file that is not what the comparison gives and one for each field of the manifest
// that says something else, none when all agree. The program that made the report may be another. m is the manifest
// of that report.
func Differences(dir string, m *Manifest, c *edgewise.Comparison) ([]string, error) {
	again, err := render(c)
	if err != nil {
		return nil, fmt.Errorf("compare with %s: %w", dir, err)
	}
	if m.Scenario != "" {
		again = append(again, file{ScenarioFile, []byte(m.Scenario)})
	}
	written := make(map[string]string)
	for _, f := range m.Files {
		written[f.Name] = f.SHA256
	}
	var differences []string
	for _, f := range again {
		data, err := os.ReadFile(filepath.Join(dir, f.name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			differences = append(differences, f.name+": is missing")
		case err != nil:
			return nil, fmt.Errorf("compare with %s: %w", dir, err)
		case bytes.Equal(data, f.data) && hashOf(data) != written[f.name]:
			differences = append(differences, fmt.Sprintf("%s: its hash of %s is not that of the file", ManifestFile, f.name))
		case bytes.Equal(data, f.data):
		case hashOf(data) != written[f.name]:
			differences = append(differences, f.name+": has been changed since it was written")
		default:
			differences = append(differences, fmt.Sprintf("%s: the run gives other bits, the first at byte %d", f.name, firstDifference(data, f.data)))
		}
	}
	now := newManifest(c, []byte(m.Scenario), m.Inputs, nil)
	now.Code, now.Files = m.Code, m.Files
	others, err := otherFields(m, &now)
	if err != nil {
		return nil, fmt.Errorf("compare with %s: %w", dir, err)
	}
	return append(differences, others...), nil
}

// otherFields names the fields in which a manifest is not that of the run.
func otherFields(m, now *Manifest) ([]string, error) {
	var fields [2]map[string]json.RawMessage
	for i, of := range []*Manifest{m, now} {
		data, err := json.Marshal(of)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(data, &fields[i]); err != nil {
			return nil, err
		}
	}
	all := maps.Clone(fields[0])
	maps.Copy(all, fields[1])
	var others []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a, b := fields[0][name], fields[1][name]
		if bytes.Equal(a, b) {
			continue
		}
		const short = 60
		if len(a) > short || len(b) > short {
			others = append(others, fmt.Sprintf("%s: its %s is not that of the run", ManifestFile, name))
		} else {
			others = append(others, fmt.Sprintf("%s: its %s is %s; the run has %s", ManifestFile, name, cmp.Or(string(a), "missing"), cmp.Or(string(b), "none")))
		}
	}
	return others, nil
}

func firstDifference(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
