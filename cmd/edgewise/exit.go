package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/edgewise-sim/edgewise/scenario"
)

// The exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 3
	exitDiffers     = 4
	exitRefused     = 5
	exitUnmet       = 6
	exitBrokenPipe  = 128 + int(syscall.SIGPIPE)
)

// exitCodes says what the exit codes mean, as the README and the help have it.
var exitCodes = []struct {
	code  int
	means string
}{
	{exitDone, "done"},
	{exitFailed, "failed: a run, a verification, writing"},
	{exitUsage, "the command line, or a file that it names, is wrong"},
	{exitInterrupted, "ended by a signal; what is finished is said, and kept"},
	{exitDiffers, "the report is not what a run gives (reproduce), or two reports differ (diff --exit-code)"},
	{exitRefused, "placements were refused as overloaded; the others are reported"},
	{exitUnmet, "a figure is not what the scenario expects (key expect); the report is written"},
	{exitBrokenPipe, "nobody reads what is printed; a report is written all the same"},
}

// exitCodesInWords lists the exit codes in a sentence.
func exitCodesInWords() string {
	var all []string
	for _, e := range exitCodes {
		all = append(all, fmt.Sprintf("%d %s", e.code, e.means))
	}
	return "Exit codes: " + strings.Join(all, "; ") + "."
}

// A usageError is a mistake of the user's, in the command line or in a file.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// A differsError says in what a report is not what a run gives.
type differsError struct{ error }

func (e *differsError) Unwrap() error { return e.error }

// exitCode returns the code that tells of an error.
func exitCode(err error) int {
	var usage *usageError
	var differs *differsError
	var interrupted *interruptedError
	var refused *refusedError
	var notCompared *notComparedError
	var unmet *unmetError
	var wrong *scenario.Problem
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &interrupted) || errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO): // of whatever was written, nobody's mistake
		return exitFailed
	case errors.As(err, &usage) || errors.As(err, &wrong):
		return exitUsage
	case errors.As(err, &differs):
		return exitDiffers
	case errors.As(err, &unmet):
		return exitUnmet
	case errors.As(err, &refused) || errors.As(err, &notCompared):
		return exitRefused
	case errors.Is(err, syscall.EPIPE):
		return exitBrokenPipe
	}
	return exitFailed
}
