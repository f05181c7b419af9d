package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

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

	scenario *keptScenario // what the store has of the scenario, nil if it keeps none
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
	a := About{Title: s.Title, File: file, Header: header, Decides: s.Until != nil}
	runs := make(map[string]bool)
	for _, c := range cells {
		runs[c.Placement], a.Replications = true, max(a.Replications, c.Replication+1)
	}
	for _, p := range s.Placements {
		if runs[p.Name] {
			a.Placements = append(a.Placements, p.Name)
		} else {
			a.Refused = append(a.Refused, p.Name)
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
