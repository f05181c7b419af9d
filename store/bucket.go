package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/durable"
)

// A Bucket keeps named blobs where several machines reach them: a [Directory], or an object store. A name is of letters,
// digits, dots and hyphens. Its methods may be called by several goroutines, processes and machines at a time.
type Bucket interface {
	// Read returns a blob; an error that is [fs.ErrNotExist] if there is none, and another if it has more bytes than most.
	Read(ctx context.Context, name string, most int64) ([]byte, error)
	// Write keeps a blob in place of what has its name. Whoever reads finds all of the old or all of the new, whatever
	// ends the program.
	Write(ctx context.Context, name string, data []byte) error
	// List returns all blobs, in any order; an error that is [fs.ErrNotExist] if there is no bucket.
	List(ctx context.Context) ([]Blob, error)
	// String says where the bucket is, without credentials.
	String() string
}

// A Blob is what a bucket has under a name.
type Blob struct {
	Name     string
	Modified time.Time
}

// A Directory is a [Bucket] in a directory, which must exist: of this machine, or on a disk that machines share.
type Directory string

// String implements [Bucket].
func (d Directory) String() string { return string(d) }

// Read implements [Bucket].
func (d Directory) Read(_ context.Context, name string, most int64) ([]byte, error) {
	return readRegular(filepath.Join(string(d), name), most)
}

// Write implements [Bucket]. When it returns, the blob outlasts a loss of power.
func (d Directory) Write(_ context.Context, name string, data []byte) error {
	return durable.WriteFile(filepath.Join(string(d), name), data)
}

// List implements [Bucket].
func (d Directory) List(context.Context) (all []Blob, err error) {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) || durable.IsTemporary(e.Name()) {
			continue // removed meanwhile, or being written
		}
		if err != nil {
			return nil, err
		}
		all = append(all, Blob{e.Name(), info.ModTime()})
	}
	return all, nil
}

// isOfStore reports whether a name is one that a store has besides its cells.
func isOfStore(name string) bool {
	return name == aboutFile || name == scenarioFile || strings.HasPrefix(name, inputPrefix) || strings.HasSuffix(name, noteSuffix)
}

// cellsOf returns the cells among the blobs of a bucket, and refuses one with blobs of others.
func cellsOf(b Bucket, all []Blob) (cells []Blob, err error) {
	for _, blob := range all {
		switch {
		case strings.HasSuffix(blob.Name, cellSuffix):
			cells = append(cells, blob)
		case !isOfStore(blob.Name):
			return nil, fmt.Errorf("%v has %s, which is no cell; want a place of its own", b, blob.Name)
		}
	}
	return cells, nil
}

// listCells lists the cells of a bucket, and refuses one with blobs of others.
func listCells(ctx context.Context, b Bucket) ([]Blob, error) {
	all, err := b.List(ctx)
	if err != nil {
		return nil, err
	}
	return cellsOf(b, all)
}
