package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

// mostScenarioBytes is more than a scenario file may have.
const mostScenarioBytes = 32 << 20

// readScenario reads a scenario file, or as much of it as shows that it is too long. It waits for a pipe, until ctx ends.
func readScenario(ctx context.Context, path string) ([]byte, error) {
	f, err := openInput(ctx, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mostScenarioBytes))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

// openInput opens a file, a pipe or a device to be read until ctx ends: opening a pipe waits for somebody who writes.
func openInput(ctx context.Context, path string) (io.ReadCloser, error) {
	type opened struct {
		f   *os.File
		err error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := os.Open(path)
		done <- opened{f, err}
	}()
	select {
	case o := <-done:
		if o.err != nil {
			return nil, o.err
		}
		return struct {
			io.Reader
			io.Closer
		}{interruptibly(ctx, o.f), o.f}, nil
	case <-ctx.Done():
		go func() {
			if o := <-done; o.f != nil {
				_ = o.f.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// interruptibly returns a reader that fails when ctx ends, also while it waits for what a pipe or a terminal has to say.
func interruptibly(ctx context.Context, r io.Reader) io.Reader {
	if f, ok := r.(*os.File); ok {
		info, err := f.Stat()
		return &interruptible{ctx: ctx, r: r, waits: err != nil || !info.Mode().IsRegular()}
	}
	return &interruptible{ctx: ctx, r: r}
}

type interruptible struct {
	ctx context.Context
	r   io.Reader
	// waits says that reading may wait for somebody else.
	waits bool
}

// Read implements [io.Reader]. What it was waiting for when ctx ended is lost.
func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	if !i.waits {
		return i.r.Read(p)
	}
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	buffer := make([]byte, len(p)) // of its own: p is the caller's again when ctx has ended
	go func() {
		n, err := i.r.Read(buffer)
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		return copy(p, buffer[:r.n]), r.err
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	}
}
