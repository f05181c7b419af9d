package main

import (
	"path/filepath"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/store"
)

// status is what JSON says of a report and of the store of its runs; either may be missing.
type status struct {
	Report *reportStatus `json:"report"`
	Store  *storeStatus  `json:"store"`
}

// reportStatus says what report there is.
type reportStatus struct {
	Dir                 string               `json:"dir"`
	Title               string               `json:"title"`
	Finished            bool                 `json:"finished"`
	Replications        int                  `json:"replications"`
	PlannedReplications int                  `json:"planned_replications"`
	Code                edgewise.Code        `json:"code"`
	MissingFiles        []report.MissingFile `json:"missing_files,omitempty"`
	PicturesLeftOut     bool                 `json:"pictures_left_out,omitempty"`
}

// storeStatus says which runs are kept.
type storeStatus struct {
	Place               string            `json:"place"`
	Title               string            `json:"title"`
	ScenarioFile        string            `json:"scenario_file,omitempty"`
	ScenarioSHA256      string            `json:"scenario_sha256,omitempty"`
	Code                edgewise.Code     `json:"code"`
	Done                int               `json:"done"`
	Missing             int               `json:"missing"`
	PlannedReplications int               `json:"planned_replications"`
	DecidesItself       bool              `json:"decides_itself"` // and may go on beyond what is planned
	Placements          []placementStatus `json:"placements"`
	Refused             []string          `json:"refused,omitempty"`
	Begun               []store.Note      `json:"begun,omitempty"`
	Failed              []store.Note      `json:"failed,omitempty"`
	Damaged             []string          `json:"damaged,omitempty"`
	Last                time.Time         `json:"last,omitzero"`
	Running             bool              `json:"running"`
	Shared              bool              `json:"shared"`
	SecondsLeft         float64           `json:"seconds_left,omitempty"` // on one worker
}

// placementStatus lists the replications of a placement.
type placementStatus struct {
	Name    string `json:"name"`
	Done    []int  `json:"done"`
	Missing []int  `json:"missing"`
}

// statusOf returns what there is of a report, whose manifest is m, and of the store at a place; nil where there is none.
func statusOf(dir string, m *report.Manifest, place string, there *store.Status) (s status) {
	if m != nil {
		s.Report = &reportStatus{
			Dir: filepath.Clean(dir), Title: m.Title, Finished: isFinished(m), Replications: m.Replications, PlannedReplications: m.Planned,
			Code: m.Code, MissingFiles: m.Missing, PicturesLeftOut: m.PicturesLeftOut,
		}
	}
	if there == nil {
		return s
	}
	s.Store = &storeStatus{
		Place: place, Title: there.Title, ScenarioFile: there.File, ScenarioSHA256: there.Header.Scenario, Code: there.Header.Code,
		PlannedReplications: there.Replications, DecidesItself: there.Decides, Refused: there.Refused, Begun: there.Begun, Failed: there.Failed,
		Damaged: there.Damaged, Last: there.Last.UTC(), Running: there.IsLocked, Shared: there.IsShared(), SecondsLeft: there.Left().Seconds(),
	}
	s.Store.Done, s.Store.Missing = there.Cells()
	for _, name := range there.Placements {
		s.Store.Placements = append(s.Store.Placements, placementStatus{name, numbersOf(there.Done[name]), numbersOf(there.Missing[name])})
	}
	return s
}

// numbersOf returns a list that JSON writes as one, however short.
func numbersOf(numbers []int) []int { return append([]int{}, numbers...) }
