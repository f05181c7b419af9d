package report

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/durable"
	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Run is what a report is made from besides the comparison.
type Run struct {
	// Scenario is the text of the scenario file, which the report keeps; empty for a study said in Go.
	Scenario []byte
	// Inputs are the files that the scenario names; copies go below inputs, so that the report can be made again from its
	// directory alone.
	Inputs []Input
	// Force sets aside what stands in the way under another name, such as out.old-1, instead of refusing it.
	Force bool
	// NoPictures writes the numbers alone, for a run that was interrupted and has no time; the manifest says so.
	NoPictures bool
	// Outputs are further files of the report, beside those that every report has: see [SearchOutputs].
	Outputs []edgewise.Output
}

// An Input is a file that a scenario names, such as a list of sites.
type Input struct {
	// Name is as the scenario has it.
	Name string
	Data []byte
}

// WriteAll is [WriteRun] for a study said in Go; it makes the parent directories, too.
func WriteAll(dir string, c *edgewise.Comparison) error {
	if dir != "" {
		if err := os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o777); err != nil {
			return fmt.Errorf("report into %s: %w", dir, err)
		}
	}
	return WriteRun(context.Background(), dir, c, Run{})
}

// WriteRun writes a report: the files of [Outputs], the study's own ones below own, the scenario and its inputs, and
// manifest.json, the [Manifest]. It refuses what [CheckRun] refuses.
//
// The directory is replaced in one step: at every instant, whatever ends the program, it holds all of the report that was
// there before or all of the new one. Two programs that write the same one do so in turn. When ctx ends before that step, or
// writing fails, what was there before is there still.
//
// A file that cannot be made, such as a picture, is left out: the others are written, the manifest says which is missing
// and why, and the error is an [*IncompleteError].
func WriteRun(ctx context.Context, dir string, c *edgewise.Comparison, run Run) error {
	if err := CheckRun(dir, run); err != nil {
		return err
	}
	resolved, err := resolve(dir)
	if err != nil {
		return fmt.Errorf("report into %s: %w", dir, err)
	}
	made, missing, err := render(ctx, c, outputsOf(c, run.Outputs, run.NoPictures), filepath.Dir(resolved))
	if err != nil {
		return fmt.Errorf("report into %s: %w", dir, err)
	}
	defer made.close()
	files, kept := append(made.files(), run.copies()...), run.kept()
	m := newManifest(c, run.Scenario, kept, append(made.hashes(), hashesOf(run.copies())...))
	m.Missing, m.PicturesLeftOut = missing, run.NoPictures
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("report into %s: manifest: %w", dir, err)
	}
	files = append(files, durable.File{Name: ManifestFile, Data: append(manifest, '\n')})
	if err := put(ctx, dir, files, run.Force); err != nil {
		return fmt.Errorf("report into %s: %w", dir, err)
	}
	if len(missing) > 0 {
		return &IncompleteError{dir, missing}
	}
	return nil
}

// put replaces the directory, when it is the turn of this process.
func put(ctx context.Context, dir string, files []durable.File, force bool) error {
	resolved, err := resolve(dir)
	if err != nil {
		return err
	}
	d, err := durable.OpenDirectory(ctx, resolved)
	if err != nil {
		return err
	}
	defer d.Close()
	aside := ""
	if why := foreignIn(resolved); why != nil { // since it was looked at, or by force
		if !force {
			return why
		}
		aside = durable.Aside(resolved)
	}
	return d.Put(ctx, files, aside)
}

// An IncompleteError says which files of a report could not be made. The others are written.
type IncompleteError struct {
	Dir     string
	Missing []MissingFile
}

// Error implements error.
func (e *IncompleteError) Error() string {
	var all []string
	for _, f := range e.Missing {
		all = append(all, f.Name+": "+f.Why)
	}
	return fmt.Sprintf("report into %s is written without %d of its files: %s", e.Dir, len(e.Missing), strings.Join(all, "; "))
}

// copies returns the files that keep the scenario and its inputs, each input under the last part of its name, behind a
// number where another has that already.
func (r *Run) copies() (files []durable.File) {
	if len(r.Scenario) > 0 {
		files = append(files, durable.File{Name: ScenarioFile, Data: r.Scenario})
	}
	taken := make(map[string]bool)
	for i, in := range r.Inputs {
		last := path.Base(filepath.ToSlash(in.Name))
		base := last
		for n := i + 1; taken[strings.ToLower(base)]; n++ { // some file systems take upper and lower case for the same
			base = fmt.Sprintf("%d-%s", n, last)
		}
		taken[strings.ToLower(base)] = true
		files = append(files, durable.File{Name: InputsDir + "/" + base, Data: in.Data})
	}
	return files
}

// kept returns what the manifest says of the inputs.
func (r *Run) kept() (kept []InputFile) {
	copies := r.copies()
	copies = copies[len(copies)-len(r.Inputs):]
	for i, in := range r.Inputs {
		kept = append(kept, InputFile{Name: in.Name, File: copies[i].Name, SHA256: hashOf(in.Data)})
	}
	return kept
}

// outputsOf returns what is written of a comparison, with further files, each in the place of one of the same name.
func outputsOf(c *edgewise.Comparison, further []edgewise.Output, noPictures bool) []edgewise.Output {
	all := slices.Concat(further, OutputsOf(c))
	seen := make(map[string]bool)
	all = slices.DeleteFunc(all, func(o edgewise.Output) bool {
		isTwice := seen[o.Name] // asked for now and before
		seen[o.Name] = true
		return isTwice || o.Where != nil && !o.Where(c)
	})
	if noPictures {
		all = slices.DeleteFunc(all, func(o edgewise.Output) bool { return isPicture(o.Name) })
	}
	return all
}

// isPicture reports whether a file is a picture, as its name says.
func isPicture(name string) bool {
	return slices.Contains([]string{".svg", ".png", ".pdf"}, strings.ToLower(path.Ext(name)))
}

// render makes outputs, and says which could not be made. It returns the context's error when cancelled, at once: the
// file that is being made then is made to its end, and forgotten. What is long waits in a file in the directory beside, ""
// for that of temporary files.
func render(ctx context.Context, c *edgewise.Comparison, all []edgewise.Output, beside string) (made drafts, missing []MissingFile, err error) {
	for i, o := range c.Outputs {
		if err := o.Validate(); err != nil {
			return nil, nil, invalid.In(fmt.Sprintf("Outputs[%d]", i), err)
		}
	}
	if len(c.Placements) == 0 {
		return nil, nil, errors.New("the comparison has no placements")
	}
	for _, o := range all {
		if err := ctx.Err(); err != nil {
			made.close()
			return nil, nil, err
		}
		d := &draft{name: o.Name, beside: beside}
		done := make(chan error, 1)
		go func() { done <- d.make(func(w io.Writer) error { return o.Write(w, c) }) }()
		select {
		case err := <-done:
			if err != nil {
				missing = append(missing, MissingFile{o.Name, err.Error()})
				continue
			}
			made = append(made, d)
		case <-ctx.Done():
			made.close()
			return nil, nil, ctx.Err()
		}
	}
	return made, missing, nil
}

// CheckRun finds out before a run whether [WriteRun] will write a report into a directory. The directory is to be
// missing, in one that exists and in which files can be made, or empty, or to hold a report and nothing else: what its manifest
// lists by name and hash. What else there is, or was changed, is refused by name, unless run.Force sets it aside. No force
// helps for the current directory and those above it, and for the root of a file system: they cannot be replaced.
func CheckRun(dir string, run Run) error {
	resolved, err := resolve(dir)
	if err == nil {
		err = checkPlace(resolved)
	}
	if err == nil && !run.Force {
		err = foreignIn(resolved)
	}
	if err != nil {
		return fmt.Errorf("report into %s: %w", cmp.Or(dir, `""`), err)
	}
	return nil
}

// resolve returns the directory that a name leads to over links, as an absolute path. It need not exist.
func resolve(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("the name is empty; want that of a directory")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	info, err := os.Lstat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		parent, err := filepath.EvalSymlinks(filepath.Dir(abs))
		if errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("%s: no such file or directory; make it first", filepath.Dir(dir))
		}
		return filepath.Join(parent, filepath.Base(abs)), err
	case err != nil:
		return "", err
	}
	to, err := filepath.EvalSymlinks(abs)
	if err != nil && info.Mode()&fs.ModeSymlink != 0 {
		return "", fmt.Errorf("is a link that leads nowhere: %w; remove it", err)
	}
	return to, err
}

// roomBytes is how much there must be room for before a run: a small report.
const roomBytes = 1 << 20

// checkPlace finds out whether a directory can be put at an absolute path without links.
func checkPlace(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("is a file; want a directory")
	default:
		if here, err := os.Getwd(); err == nil {
			if here, err = filepath.EvalSymlinks(here); err == nil && isWithin(here, dir) {
				return errors.New("is the current directory, or one above it, which cannot be replaced; want a directory of its own, such as out")
			}
		}
		if isMountPoint(dir, info) {
			return errors.New("is the root of a file system, which cannot be replaced; want a directory in it")
		}
		if !isWritable(dir) {
			return errors.New("is not writable for this user, and cannot be replaced")
		}
	}
	return durable.CheckRoom(filepath.Dir(dir), roomBytes)
}

// isWithin reports whether a path is that of a directory or below it.
func isWithin(path, dir string) bool {
	relative, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(relative)
}

// foreignIn names the first things in a directory that no report has written, or that were changed since.
func foreignIn(dir string) error {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	written := make(map[string]string) // hash by name; "" where any will do
	m, notOne := readManifest(root)
	if notOne == nil {
		written[ManifestFile] = ""
		for _, f := range m.Files {
			written[f.Name] = f.SHA256
		}
	}
	var foreign []string
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case len(foreign) > mostNamed:
			return fs.SkipAll
		case durable.IsPassable(e):
		case e.IsDir():
			// Only folders of the report are looked into.
			if name != "." && !slices.ContainsFunc(keys(written), func(f string) bool { return strings.HasPrefix(f, name+"/") }) {
				foreign = append(foreign, name+"/")
				return fs.SkipDir
			}
		default:
			hash, listed := written[name]
			if !listed {
				foreign = append(foreign, name)
				return nil
			}
			now, err := hashOfFile(root, name)
			if err != nil || hash != "" && now != hash {
				foreign = append(foreign, name+" (changed)")
			}
		}
		return nil
	})
	if err != nil || len(foreign) == 0 {
		return err
	}
	if len(foreign) > mostNamed {
		foreign = append(foreign[:mostNamed], "and more")
	}
	why := "which no report has written"
	switch {
	case notOne == nil:
		why = "which the report there does not have so"
	case !errors.Is(notOne, fs.ErrNotExist):
		why += fmt.Sprintf(" that this program can read (%s: %v)", ManifestFile, notOne)
	}
	return fmt.Errorf("it has %s, %s; want another directory, or --force to set all of it aside as %s",
		strings.Join(foreign, ", "), why, filepath.Base(durable.Aside(dir)))
}

// mostNamed is how many files an error names.
const mostNamed = 5

func keys(m map[string]string) []string {
	all := make([]string, 0, len(m))
	for k := range m {
		all = append(all, k)
	}
	return all
}
