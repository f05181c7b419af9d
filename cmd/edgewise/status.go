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
	"github.com/edgewise-sim/edgewise/store/objects"
)

// statusCmd says what there is of a report.
type statusCmd struct {
	Dir   string `arg:"" help:"The directory of a report, finished or not, or a store of cells: a directory or s3://BUCKET/PREFIX."`
	Store string `placeholder:"DIR" help:"The store of the run, as edgewise run has it; DIR.cells, if left out."`
	printFlag
}

// Run says what report the directory holds, and which runs are kept for it. It writes nothing.
func (c *statusCmd) Run(ctx context.Context, s *streams) error {
	var m *report.Manifest
	var err error
	places := []string{c.Store}
	if strings.HasPrefix(c.Dir, objects.Scheme) {
		places = []string{c.Dir}
	} else {
		if m, err = report.ReadManifest(c.Dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return &usageError{err}
		}
		if c.Store == "" {
			places = []string{cellsOf(c.Dir), c.Dir}
		}
	}
	var there *store.Status
	var at string
	for _, path := range places {
		bucket, err := objects.BucketAt(path)
		if err != nil {
			return &usageError{err}
		}
		there, err = store.Read(ctx, bucket)
		if err == nil {
			at = path
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return unlessStopped(ctx, &usageError{err})
		}
	}
	if m == nil && there == nil {
		return &usageError{fmt.Errorf("%s: there is no report, and no run is kept in %s", c.Dir, places[0])}
	}
	return c.print(s.out, statusOf(c.Dir, m, at, there), func(w io.Writer) error {
		var out strings.Builder
		if m != nil {
			fmt.Fprintf(&out, "%s: %s\n", filepath.Clean(c.Dir), aboutReport(m))
		}
		if there != nil {
			writeStatus(&out, at, there)
		}
		_, err := io.WriteString(w, out.String())
		return err
	})
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
	if m.PicturesLeftOut {
		text += "\n  The run was interrupted, and no pictures were drawn."
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
	are := "are"
	if s.Replications == 1 {
		are = "is"
	}
	planned := fmt.Sprintf("%s %s planned", counted(float64(s.Replications), "replication"), are)
	if s.Decides {
		planned = fmt.Sprintf("at least %s, and more until the study is precise", planned)
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
	if len(s.Refused) > 0 {
		fmt.Fprintf(w, "Refused as overloaded, and not run: %s.\n", strings.Join(s.Refused, "; "))
	}
	writeNotes(w, s)
	for _, d := range s.Damaged {
		fmt.Fprintf(w, "Damaged, and run again: %s\n", d)
	}
	switch {
	case s.IsShared() && missing > 0:
		fmt.Fprintf(w, "The tasks that are missing go on: %s %s -o %s --index I --count N\n", shardCommand(s), s.File, path)
	case s.IsShared() && s.Decides:
		fmt.Fprintf(w, "What is planned so far is there: edgewise merge %s -o DIR writes the report, or says which round comes next.\n", path)
	case s.IsShared():
		fmt.Fprintf(w, "Complete: edgewise merge %s -o DIR writes the report.\n", path)
	case missing > 0 && !s.IsLocked && s.File != "":
		fmt.Fprintf(w, "The same command goes on with %s.\n", s.File)
	}
}

// shardCommand is the command that runs what a store lacks.
func shardCommand(s *store.Status) string {
	if s.Search {
		return "edgewise shard --search"
	}
	return "edgewise shard"
}

// writeNotes says who runs what, what has failed, and how long the rest takes.
func writeNotes(w io.Writer, s *store.Status) {
	const most = 20
	list := func(what string, notes []store.Note, say func(n *store.Note) string) {
		for i := range notes {
			if i == most {
				fmt.Fprintf(w, "%s: %d more.\n", what, len(notes)-most)
				break
			}
			fmt.Fprintf(w, "%s: %v, by %s%s\n", what, notes[i].Cell, notes[i].Worker, say(&notes[i]))
		}
	}
	list("Begun", s.Begun, func(n *store.Note) string {
		return fmt.Sprintf(", at %s; running, or ended without a word.", n.Begun.UTC().Format(time.RFC3339))
	})
	list("Failed", s.Failed, func(n *store.Note) string { return ": " + n.Error })
	if left := s.Left(); left > 0 {
		fmt.Fprintf(w, "What is missing takes %s on one worker, as those that are done have it.\n", inWordsTime(left))
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
