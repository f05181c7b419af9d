package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/scenario"
)

// readStudy reads a scenario file with the files that it names, and tells its warnings.
func readStudy(ctx context.Context, s *streams, path string, workers int) (*edgewise.Study, []byte, []scenario.File, error) {
	return readWindow(ctx, s, path, nil, workers)
}

// readWindow reads a window of a scenario, all of it where there is none, and returns the text with that.
func readWindow(ctx context.Context, s *streams, path string, window *windowFlag, workers int) (*edgewise.Study, []byte, []scenario.File, error) {
	text, err := readScenario(ctx, path)
	if err == nil && window != nil {
		if text, err = scenario.WithWindow(text, window.Window); err != nil {
			err = fmt.Errorf("--window: %w", err)
		}
	}
	if err != nil {
		return nil, nil, nil, err
	}
	study, files, err := parseStudy(s, path, text, workers)
	var wrong *scenario.Problem
	if window != nil && errors.As(err, &wrong) && strings.HasPrefix(wrong.Field, "window.") {
		return nil, nil, nil, fmt.Errorf("--window: %s %s", strings.TrimPrefix(wrong.Field, "window."), wrong.Text)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	return study, text, files, nil
}

func parseStudy(s *streams, path string, text []byte, workers int) (*edgewise.Study, []scenario.File, error) {
	study, files, err := scenario.ParseWithFiles(path, text)
	if err != nil {
		return nil, nil, err
	}
	s.warnAll(study.Warnings)
	if workers < 0 {
		return nil, nil, fmt.Errorf("--workers is %d; want 0 or more", workers)
	}
	study.Workers = workers
	return study, files, nil
}
