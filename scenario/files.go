package scenario

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/text"
)

// A File is a file that a scenario names: own sites, an own network, measured round trips, a
// trace.
type File struct {
	// Name is as the scenario has it.
	Name string
	Data []byte
}

// ParseWithFiles is [Reader.ParseWithFiles] without parts of your own.
func ParseWithFiles(file string, data []byte) (*edgewise.Study, []File, error) {
	return Reader{}.ParseWithFiles(file, data)
}

// ParseFrom is [Reader.ParseFrom] without parts of your own.
func ParseFrom(file string, data []byte, files []File) (*edgewise.Study, error) {
	return Reader{}.ParseFrom(file, data, files)
}

// provenance returns the hashes of a scenario and of the files that it names.
func provenance(scenario []byte, files []File) edgewise.Provenance {
	p := edgewise.Provenance{Scenario: fmt.Sprintf("%x", sha256.Sum256(scenario))}
	if len(files) > 0 {
		inputs := sha256.New()
		for _, f := range files {
			fmt.Fprintf(inputs, "%x %q\n", sha256.Sum256(f.Data), f.Name)
		}
		p.Inputs = fmt.Sprintf("%x", inputs.Sum(nil))
	}
	return p
}

// A fileRef is a file that the scenario names, read whole.
type fileRef struct {
	// name is as the scenario has it, path where it was found.
	name, path string
	data       []byte
	// most bounds its size in bytes; 0 means as much as a scenario may have.
	most int64
}

// readFile reads a file that stands beside the scenario, unless its path is absolute.
func (r *reader) readFile(v value, to *fileRef) {
	v.text(&to.name)
	if to.name == "" {
		return
	}
	known := slices.IndexFunc(r.files, func(f File) bool { return f.Name == to.name })
	if known >= 0 {
		to.data = r.files[known].Data
	}
	if r.isGiven {
		to.path = to.name
		if known < 0 {
			v.problem("is %s; want one of the %d files that were kept with the scenario", text.Quote(to.name), len(r.files))
		}
		return
	}
	to.path = to.name
	if !filepath.IsAbs(to.path) {
		to.path = filepath.Join(filepath.Dir(v.bad.file), to.path)
	}
	if known >= 0 {
		return
	}
	most := cmp.Or(to.most, maxBytes)
	data, err := readRegular(to.path, most)
	switch {
	case errors.Is(err, errNoFile):
		v.problem("is %s; want a file of %d bytes at most", text.Quote(to.name), most)
		return
	case err != nil:
		v.problem("%s", oneLine(err))
		return
	}
	to.data = data
	r.files = append(r.files, File{Name: to.name, Data: to.data})
}

// errNoFile says of a path that it is no file, or a file that is too long.
var errNoFile = errors.New("not a file, or too long")

// readRegular reads a file of at most so many bytes. It reads nothing that is no file, and no more than the file was
// long when it began: what the system makes up as it is read, as in /proc, has no length.
func readRegular(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path) // first: opening a pipe waits for somebody who writes
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > most:
		return nil, errNoFile
	case info.Size() == 0:
		return []byte{}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, info.Size()))
}
