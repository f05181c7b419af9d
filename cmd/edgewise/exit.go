package main

import (
	"context"
	"errors"
	"syscall"
)

// The exit codes.
const (
	exitDone        = 0
	exitFailed      = 1                          // the command failed: a run, a verification, writing
	exitUsage       = 2                          // the command line, or a file that it names, is wrong
	exitInterrupted = 3                          // a signal has ended it; what is finished was said, and kept
	exitDiffers     = 4                          // the report is not what a run gives
	exitRefused     = 5                          // the report is without placements that are overloaded
	exitBrokenPipe  = 128 + int(syscall.SIGPIPE) // nobody reads what is printed
)

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
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &interrupted) || errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &differs):
		return exitDiffers
	case errors.As(err, &refused):
		return exitRefused
	case errors.Is(err, syscall.EPIPE):
		return exitBrokenPipe
	}
	return exitFailed
}
