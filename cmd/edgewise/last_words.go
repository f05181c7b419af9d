package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// lastWords are what a command says when it is ended by a signal and does not come to an end itself.
type lastWords struct {
	mu   sync.Mutex
	text func() string
}

// set takes what the command would say from now on, nil for nothing special.
func (w *lastWords) set(text func() string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = text
}

func (w *lastWords) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.text == nil {
		return "stopped"
	}
	return w.text()
}

// grace is how long a command has, after a signal, to say what is finished: with what it takes to end the program, less
// than a second.
const grace = 600 * time.Millisecond

// runUntilStopped runs a command, and gives up on it when it has not ended within the grace after a signal: whatever it does then,
// reads from a pipe or draws, what is on the disk is whole.
func runUntilStopped(ctx context.Context, s *streams, command func() error) error {
	done := make(chan error, 1)
	go func() { done <- command() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(grace):
		return &interruptedError{errors.New(s.last.String())}
	}
}

// An interruptedError says what is finished of a command that a signal has ended.
type interruptedError struct{ error }

func (e *interruptedError) Unwrap() error { return e.error }

// stopped says of a command that was interrupted that it has written nothing; it returns other errors as
// they are.
func stopped(err error) error {
	if errors.Is(err, context.Canceled) {
		return &interruptedError{fmt.Errorf("stopped; nothing is written: %w", err)}
	}
	return err
}

// unlessStopped returns an error, or that the command was stopped if that is why.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return stopped(ctx.Err())
	}
	return err
}
