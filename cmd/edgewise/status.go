package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/store"
)

// statusCmd says what there is of a report.
type statusCmd struct {
	Dir   string `arg:"" help:"The directory of a report, finished or not, or a store of cells."`
	Store string `placeholder:"DIR" help:"The store of the run, as edgewise run has it; DIR.cells, if left out."`
}

// Run says what report the directory holds, and which runs are kept for it. It writes nothing.
func (c *statusCmd) Run(_ context.Context, s *streams) error {
	m, err := report.ReadManifest(c.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &usageError{err}
	}
	places := []string{c.Store}
	if c.Store == "" {
		places = []string{cellsOf(c.Dir), c.Dir}
	}
	var there *store.Status
	var at string
	for _, path := range places {
		there, err = store.Read(path)
		if err == nil {
			at = path
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return &usageError{err}
		}
	}
	if m == nil && there == nil {
		return &usageError{fmt.Errorf("%s: there is no report, and no run is kept in %s", c.Dir, places[0])}
	}
	var out strings.Builder
	if m != nil {
		fmt.Fprintf(&out, "%s: %s\n", filepath.Clean(c.Dir), aboutReport(m))
	}
	if there != nil {
		writeStatus(&out, at, there)
	}
	_, err = io.WriteString(s.out, out.String())
	return err
}

func aboutReport(m *report.Manifest) string {
	state := "finished"
	if !isFinished(m) {
		state = "not finished"
	}
	text := fmt.Sprintf("the report of %q, %s: %d of %d replications, by %s.", m.Title, state, m.Replications, m.Planned, m.Code)
	for _, f := range m.Missing {
		text += fmt.Sprintf("\n  %s could not be made: %s", f.Name, f.Why)
	}
	return text
}

func writeStatus(w io.Writer, path string, s *store.Status) {
	file := s.File
	if file == "" {
		file = "a study said in Go"
	}
	if s.Header.Scenario != "" {
		file += fmt.Sprintf(" (SHA-256 %.12s…)", s.Header.Scenario)
	}
	fmt.Fprintf(w, "%s: runs of %q, %s, by %s.\n", path, s.Title, file, s.Header.Code)
	done, missing := s.Cells()
	planned := strconv.Itoa(s.Replications) + " replications are planned"
	if s.Decides {
		planned = fmt.Sprintf("at least %d replications are planned, and more until the study is precise", s.Replications)
	}
	fmt.Fprintf(w, "%d runs are done and %d missing; %s.", done, missing, planned)
	if !s.Last.IsZero() {
		fmt.Fprintf(w, " The last was kept at %s.", s.Last.UTC().Format(time.RFC3339))
	}
	if s.IsLocked {
		fmt.Fprint(w, " A run is at work.")
	}
	fmt.Fprintln(w)
	rows := []table.Row{{"placement", "done", "missing", "replications that are missing"}}
	for _, p := range s.Placements {
		rows = append(rows, table.Row{p, len(s.Done[p]), len(s.Missing[p]), ranges(s.Missing[p])})
	}
	fmt.Fprintf(w, "%s\n", newTable("", rows).Render())
	for _, d := range s.Damaged {
		fmt.Fprintf(w, "Damaged, and run again: %s\n", d)
	}
	if missing > 0 && !s.IsLocked && s.File != "" {
		fmt.Fprintf(w, "The same command goes on: edgewise run %s ...\n", s.File)
	}
}

// ranges writes numbers in order as 0-3, 7.
func ranges(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		part := strconv.Itoa(numbers[i])
		if end > i {
			part += "-" + strconv.Itoa(numbers[end])
		}
		parts = append(parts, part)
		i = end + 1
	}
	const most = 8
	if len(parts) > most {
		parts = append(parts[:most], "...")
	}
	return strings.Join(parts, ", ")
}
