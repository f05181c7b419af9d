package report

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/durable"
)

// An Agreement says how far a report is what a run gives.
type Agreement struct {
	// Same are the files that are the same to the bit, Differences what differs: files, and fields of the manifest.
	Same        []string
	Differences []Difference
	// Unlisted are files in the directory that the manifest does not list, and that the report does not need.
	Unlisted []string
	// Why says what could explain differences, as far as it can be seen.
	Why []string
}

// A Difference is one thing in which a report is not what a run gives.
type Difference struct {
	// Name is that of a file, or of the manifest.
	Name string
	// Text says what differs, and how far.
	Text string
	// IsRounding says that all numbers of the file agree within 1e-12, or the colours of a picture within 2 of 255, and
	// nothing else differs.
	IsRounding bool
}

// String returns the difference in a line.
func (d Difference) String() string { return d.Name + ": " + d.Text }

// IsWhole reports whether everything is the same to the bit.
func (a *Agreement) IsWhole() bool { return len(a.Differences) == 0 }

// IsRounding reports whether numbers differ by no more than their last digits, and nothing else does.
func (a *Agreement) IsRounding() bool {
	return !slices.ContainsFunc(a.Differences, func(d Difference) bool { return !d.IsRounding })
}

// Compare holds the report in a directory, whose manifest is m, against a comparison that was run again, file by file of
// the manifest's list and bit by bit. The program that made the report may be another. Like [ReadManifest], it reads
// nothing but files inside of the directory. It returns the context's error when cancelled. Further outputs are those of [Run].Outputs.
func Compare(ctx context.Context, dir string, m *Manifest, c *edgewise.Comparison, further ...edgewise.Output) (*Agreement, error) {
	a, err := compare(ctx, dir, m, c, further)
	if err != nil {
		return nil, fmt.Errorf("compare with %s: %w", dir, err)
	}
	return a, nil
}

func compare(ctx context.Context, dir string, m *Manifest, c *edgewise.Comparison, further []edgewise.Output) (*Agreement, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	again, missing, err := render(ctx, c, outputsOf(c, append(m.FurtherOutputs(), further...), m.PicturesLeftOut), "")
	if err != nil {
		return nil, err
	}
	defer again.close()
	made := make(map[string]func() ([]byte, error))
	for _, d := range again {
		made[d.name] = d.bytes
	}
	if m.Scenario != "" {
		made[ScenarioFile] = func() ([]byte, error) { return []byte(m.Scenario), nil }
	}
	isInput := make(map[string]bool)
	for _, in := range m.Inputs {
		isInput[in.File] = true
	}
	a := new(Agreement)
	listed := map[string]bool{ManifestFile: true}
	for _, f := range m.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		listed[f.Name] = true
		again, isMade := made[f.Name]
		var data []byte
		if isMade {
			if data, err = again(); err != nil {
				return nil, err
			}
		}
		a.addFile(root, f, data, isMade, isInput[f.Name])
	}
	for _, name := range slices.Sorted(maps.Keys(made)) {
		if !listed[name] {
			a.add(name, "is not in the manifest's list")
		}
	}
	if err := a.addUnlisted(root, listed); err != nil {
		return nil, err
	}
	now := newManifest(c, []byte(m.Scenario), m.Inputs, nil)
	now.Code, now.DrawnBy, now.Files, now.Missing, now.PicturesLeftOut = m.Code, m.DrawnBy, m.Files, missing, m.PicturesLeftOut
	others, err := otherFields(m, &now)
	if err != nil {
		return nil, err
	}
	a.Differences = append(a.Differences, others...)
	a.Why = whyOther(m.Code, edgewise.ThisCode())
	return a, nil
}

func (a *Agreement) add(name, text string) {
	a.Differences = append(a.Differences, Difference{Name: name, Text: text})
}

// addFile compares a file of the manifest's list with what the run makes, and with the hash in the list.
func (a *Agreement) addFile(root *os.Root, f FileHash, made []byte, isMade, isInput bool) {
	data, err := readFile(root, f.Name, mostFileBytes)
	isAsWritten := err == nil && hashOf(data) == f.SHA256
	switch {
	case errors.Is(err, fs.ErrNotExist):
		a.add(f.Name, "is missing")
	case err != nil:
		a.add(f.Name, "cannot be read: "+err.Error())
	case !isMade && !isInput:
		a.add(f.Name, "is in the manifest's list, but the run makes no such file")
	case isMade && !isAsWritten && bytes.Equal(data, made):
		a.add(ManifestFile, fmt.Sprintf("its hash of %s is not that of the file", f.Name))
	case !isAsWritten:
		a.add(f.Name, "has been changed since it was written")
	case isMade && !bytes.Equal(data, made):
		d := howFar(f.Name, data, made)
		a.Differences = append(a.Differences, Difference{Name: f.Name, Text: d.text, IsRounding: d.isRounding})
	default:
		a.Same = append(a.Same, f.Name)
	}
}

// addUnlisted names the files that the manifest does not list.
func (a *Agreement) addUnlisted(root *os.Root, listed map[string]bool) error {
	return fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case len(a.Unlisted) > mostNamed:
			return fs.SkipAll
		case !e.IsDir() && !listed[name] && !durable.IsPassable(e):
			a.Unlisted = append(a.Unlisted, name)
		}
		return nil
	})
}

// otherFields names the fields in which a manifest is not that of the run.
func otherFields(m, now *Manifest) ([]Difference, error) {
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
	var others []Difference
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a, b := fields[0][name], fields[1][name]
		if bytes.Equal(a, b) {
			continue
		}
		d := Difference{Name: ManifestFile}
		const short = 60
		if len(a) > short || len(b) > short {
			d.Text = fmt.Sprintf("its %s is not that of the run", name)
		} else {
			d.Text = fmt.Sprintf("its %s is %s; the run has %s", name, cmp.Or(string(a), "missing"), cmp.Or(string(b), "none"))
		}
		if far := howFar(ManifestFile, a, b); far.isRounding {
			d.Text, d.IsRounding = fmt.Sprintf("its %s: %s", name, far.text), true
		}
		others = append(others, d)
	}
	return others, nil
}

// whyOther says in what the program that made a report is another, as far as it explains differences.
func whyOther(then, now edgewise.Code) (why []string) {
	for _, part := range []struct{ what, then, now, because string }{
		{"version", then.Version, now.Version, ""},
		{"commit", cmp.Or(then.Revision, "an unknown one"), cmp.Or(now.Revision, "an unknown one"), ""},
		{"program", then.Program, now.Program, ""},
		{"compiler", then.Go, now.Go, ""},
		{"platform", then.Platform, now.Platform, "the last bits of pictures can differ"},
		{"instruction set", then.Instructions, now.Instructions, "the last bits of pictures can differ"},
	} {
		if part.then == part.now {
			continue
		}
		text := fmt.Sprintf("the %s was %s and is %s", part.what, cmp.Or(part.then, "unknown"), cmp.Or(part.now, "unknown"))
		if part.because != "" {
			text += ": " + part.because
		}
		why = append(why, text)
	}
	switch {
	case then.Modified && now.Modified && then.Executable != now.Executable:
		why = append(why, "both programs were built with changes that are in no commit, and not with the same")
	case then.Modified && !now.Modified:
		why = append(why, "the program that made the report was built with changes that are in no commit")
	case now.Modified && !then.Modified:
		why = append(why, "this program was built with changes that are in no commit")
	case len(why) == 0 && then.Executable != now.Executable:
		why = append(why, "the programs are two builds of which no commit is known")
	}
	return why
}

// Explain returns what differs and why, in lines.
func (a *Agreement) Explain() string {
	var lines []string
	for _, d := range a.Differences {
		lines = append(lines, d.String())
	}
	for _, w := range a.Why {
		lines = append(lines, "perhaps because "+w)
	}
	return strings.Join(lines, "\n")
}
