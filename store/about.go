package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/durable"
)

// aboutFile is the file that says what the cells of a directory are of.
const aboutFile = "study.json"

// mostAboutBytes bounds aboutFile.
const mostAboutBytes = 16 << 20

// formatVersion is that of aboutFile.
const formatVersion = 1

// An About says of which study the cells of a directory are.
type About struct {
	// Title is the study's, File the scenario file as the command named it, empty for a study said in Go.
	Title string `json:"title"`
	File  string `json:"file,omitempty"`
	// Header is that of all the cells, without a cell.
	Header edgewise.CellHeader `json:"header"`
	// Placements are the names of the placements, in order.
	Placements []string `json:"placements"`
	// Replications is the number that is planned, or, if Decides, the least number before the study looks whether they
	// are enough.
	Replications int  `json:"replications"`
	Decides      bool `json:"decides,omitempty"`
}

// Of describes a valid study that was read from a file, "" if it was not.
func Of(s *edgewise.Study, file string) (About, error) {
	header, err := s.CellHeader()
	if err != nil {
		return About{}, err
	}
	cells, err := s.Cells()
	if err != nil {
		return About{}, err
	}
	a := About{Title: s.Title, File: file, Header: header, Replications: len(cells) / len(s.Placements), Decides: s.Until != nil}
	for _, p := range s.Placements {
		a.Placements = append(a.Placements, p.Name)
	}
	return a, nil
}

func (a *About) write(dir string) error {
	data, err := json.MarshalIndent(struct {
		Version int `json:"version"`
		*About
	}{formatVersion, a}, "", "  ")
	if err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(dir, aboutFile), append(data, '\n'))
}

// readAbout returns nil if the directory does not say what its cells are of.
func readAbout(dir string) (*About, error) {
	data, err := readRegular(filepath.Join(dir, aboutFile), mostAboutBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var read struct {
		Version int `json:"version"`
		About
	}
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&read); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, aboutFile), err)
	}
	if read.Version != formatVersion {
		return nil, fmt.Errorf("%s: version %d; this program reads version %d", filepath.Join(dir, aboutFile), read.Version, formatVersion)
	}
	return &read.About, nil
}

// readRegular reads a file of bounded length that is neither a device nor a pipe.
func readRegular(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: want a file, not a directory, device or pipe", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s: has more than %d bytes", path, most)
	}
	return data, err
}
