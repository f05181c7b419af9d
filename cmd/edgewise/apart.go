package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// checkApart refuses a report and a store of which one lies in the other: the report replaces its directory and locks the
// one above it, and a store has nothing beside its cells.
func checkApart(out, store string) error {
	o, err := resolved(out)
	if err != nil {
		return err
	}
	s, err := resolved(store)
	if err != nil {
		return err
	}
	switch {
	case o == s:
		return fmt.Errorf("report into %s: the store of the runs is the same directory; want another", out)
	case isBelow(o, s):
		return fmt.Errorf("report into %s: it lies in %s, the store of the runs; want a directory outside", out, store)
	case isBelow(s, o):
		return fmt.Errorf("report into %s: %s, the store of the runs, lies in it, and would be replaced; want a directory outside", out, store)
	}
	return nil
}

// isBelow reports whether a path is in a directory. Both are resolved.
func isBelow(path, dir string) bool {
	relative, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(relative)
}

// resolved returns the absolute path that a name leads to over links; the last parts need not exist.
func resolved(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	missing := ""
	for at := path; ; at = filepath.Dir(at) {
		to, err := filepath.EvalSymlinks(at)
		if err == nil {
			return filepath.Join(to, missing), nil
		}
		if !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			return "", err
		}
		missing = filepath.Join(filepath.Base(at), missing)
	}
}
