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
