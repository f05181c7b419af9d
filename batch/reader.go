package batch

import (
	"context"
	"fmt"

	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/search"
)

// A Reader reads what a scenario file asks to be run.
type Reader struct {
	// Own gives names to parts of your own.
	Own scenario.Reader
	// Search takes the alternatives that the scenario's key search simulates, in place of its placements.
	Search bool
	// Workers is the number of cores that the work uses, 0 or more; 0 means GOMAXPROCS. Results do not depend on it.
	Workers int
}

// Parse reads the text of a scenario file with the files that it names, from beside it, and returns these, too. A sweep is known
// by its key. The alternatives of a search are scored, which takes a while: when cancelled it returns the context's error.
func (r Reader) Parse(ctx context.Context, file string, text []byte) (Work, []scenario.File, error) {
	return r.parse(ctx, input{file: file, text: text})
}

// ParseFrom is Parse with the files that the scenario names given.
func (r Reader) ParseFrom(ctx context.Context, file string, text []byte, files []scenario.File) (Work, error) {
	work, _, err := r.parse(ctx, input{file, text, &files})
	return work, err
}

// An input is a scenario file with those that it names; nil if these are to be read.
type input struct {
	file  string
	text  []byte
	given *[]scenario.File
}

// read reads an input by what reads files from beside it or by what takes those that are given.
func read[T any](in input, beside func(string, []byte) (T, []scenario.File, error), from func(string, []byte, []scenario.File) (T, error)) (T, []scenario.File, error) {
	if in.given == nil {
		return beside(in.file, in.text)
	}
	of, err := from(in.file, in.text, *in.given)
	return of, *in.given, err
}

func (r Reader) parse(ctx context.Context, in input) (Work, []scenario.File, error) {
	if r.Workers < 0 {
		return nil, nil, fmt.Errorf("%d workers; want 0 (one a core) or more", r.Workers)
	}
	switch {
	case r.Search:
		problem, files, err := read(in, r.Own.ParseSearch, r.Own.ParseSearchFrom)
		if err != nil {
			return nil, nil, err
		}
		problem.Study.Workers = r.Workers
		found, err := search.Explore(ctx, problem)
		if err != nil {
			return nil, nil, err
		}
		return &Search{Study{found.Study()}, found}, files, nil
	case scenario.IsSweep(in.text):
		of, files, err := read(in, r.Own.ParseSweep, r.Own.ParseSweepFrom)
		if err != nil {
			return nil, nil, err
		}
		of.Workers = r.Workers
		return &Sweep{of}, files, nil
	default:
		of, files, err := read(in, r.Own.ParseWithFiles, r.Own.ParseFrom)
		if err != nil {
			return nil, nil, err
		}
		of.Workers = r.Workers
		return &Study{of}, files, nil
	}
}
