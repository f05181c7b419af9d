package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeOutput writes what a command has made to a file, or to out where no file is named. The file
// appears whole or not at all.
func writeOutput(file string, out io.Writer, data []byte) error {
	if file == "" || file == "-" {
		_, err := out.Write(data)
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-")
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	name := temporary.Name()
	_, err = temporary.Write(data)
	err = errors.Join(err, temporary.Chmod(0o644), temporary.Close())
	if err == nil {
		err = os.Rename(name, file)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, errors.Join(err, os.Remove(name)))
	}
	return nil
}

// checkOutput finds out before the work whether [writeOutput] will be able to write the file; none and -
// are standard output.
func checkOutput(file string) error {
	if file == "" || file == "-" {
		return nil
	}
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return fmt.Errorf("write %s: is a directory; want a file", file)
	}
	return checkDirectory(filepath.Dir(file))
}

// checkDirectory finds out whether files can be made in a directory, by making one: the permission bits
// say nothing of read-only file systems and full disks.
func checkDirectory(dir string) error {
	f, err := os.CreateTemp(dir, ".edgewise-")
	if err != nil {
		return fmt.Errorf("write into %s: %w", dir, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
