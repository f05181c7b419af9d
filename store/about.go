package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/edgewise-sim/edgewise"
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
	// Placements are the names of the placements that run, in order; Refused those of which it is known before that they
	// are overloaded, and that do not.
	Placements []string `json:"placements"`
	Refused    []string `json:"refused,omitempty"`
	// Replications is the number that is planned, or, if Decides, the least number before the study looks whether they
	// are enough.
	Replications int  `json:"replications"`
	Decides      bool `json:"decides,omitempty"`
	// Search says that the study is that of the alternatives which a search of the scenario simulates, not of its placements.
	Search bool `json:"search,omitempty"`

	scenario *keptScenario // what the store has of the scenario, nil if it keeps none
}

// Of describes a valid study that was read from a file, "" if it was not.
func Of(s *edgewise.Study, file string) (About, error) {
	a, err := OfWork(s, s.Title, file, s.Until != nil)
	if err != nil {
		return About{}, err
	}
	for _, p := range s.Placements {
		if !slices.Contains(a.Placements, p.Name) {
			a.Refused = append(a.Refused, p.Name)
		}
	}
	return a, nil
}

// Work is what has cells to be kept: an [edgewise.Study], or several as one.
type Work interface {
	// CellHeader returns the header of all results, without a cell.
	CellHeader() (edgewise.CellHeader, error)
	// Cells lists the cells of the first round.
	Cells() ([]edgewise.Cell, error)
}

// OfWork describes valid work of a title, read from a file, "" if it was not; decides says that it looks itself whether its
// replications are enough.
func OfWork(w Work, title, file string, decides bool) (About, error) {
	header, err := w.CellHeader()
	if err != nil {
		return About{}, err
	}
	cells, err := w.Cells()
	if err != nil {
		return About{}, err
	}
	a := About{Title: title, File: file, Header: header, Decides: decides}
	runs := make(map[string]bool)
	for _, c := range cells {
		a.Replications = max(a.Replications, c.Replication+1)
		if !runs[c.Placement] {
			runs[c.Placement] = true
			a.Placements = append(a.Placements, c.Placement)
		}
	}
	return a, nil
}

func (a *About) write(ctx context.Context, b Bucket) error {
	data, err := json.MarshalIndent(struct {
		Version int `json:"version"`
		*About
		Scenario *keptScenario `json:"scenario,omitempty"`
	}{formatVersion, a, a.scenario}, "", "  ")
	if err != nil {
		return err
	}
	return b.Write(ctx, aboutFile, append(data, '\n'))
}

// readAbout returns nil if the bucket does not say what its cells are of.
func readAbout(ctx context.Context, b Bucket) (*About, error) {
	data, err := b.Read(ctx, aboutFile, mostAboutBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var read struct {
		Version int `json:"version"`
		About
		Scenario *keptScenario `json:"scenario"`
	}
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&read); err != nil {
		return nil, fmt.Errorf("%v: %s: %w", b, aboutFile, err)
	}
	if read.Version != formatVersion {
		return nil, fmt.Errorf("%v: %s: version %d; this program reads version %d", b, aboutFile, read.Version, formatVersion)
	}
	read.About.scenario = read.Scenario
	return &read.About, nil
}

// ReadAbout says of which study the cells of a bucket are.
func ReadAbout(ctx context.Context, b Bucket) (*About, error) {
	about, err := aboutOf(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("store of cells: %w", err)
	}
	return about, nil
}

// aboutOf is readAbout of what must be a store.
func aboutOf(ctx context.Context, b Bucket) (*About, error) {
	about, err := readAbout(ctx, b)
	if err == nil && about == nil {
		err = fmt.Errorf("%v is no store: it has no %s", b, aboutFile)
	}
	return about, err
}
