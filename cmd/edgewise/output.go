package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/edgewise-sim/edgewise/internal/durable"
)

// A madeFile is a file to be written.
type madeFile struct {
	path string
	data []byte
}

// writeOutput writes what a command has made to a file, or to out where no file is named.
func writeOutput(file string, out io.Writer, data []byte) error {
	return writeOutputs([]madeFile{{file, data}}, out)
}

// writeOutputs writes files, and to out what is named -. Each file appears whole or not at all, and none
// before all of them are on the disk under temporary names. Devices and pipes are written as they are.
func writeOutputs(files []madeFile, out io.Writer) (err error) {
	staged := make([]string, len(files))
	defer func() {
		for _, name := range staged {
			if gone := os.Remove(name); name != "" && gone != nil && !errors.Is(gone, fs.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
	}()
	for i, f := range files {
		if isStandardOutput(f.path) || isDevice(f.path) {
			continue
		}
		temporary, err := os.CreateTemp(filepath.Dir(target(f.path)), ".edgewise-") // short: the name may be as long as names can be
		if err != nil {
			return fmt.Errorf("write %s: %w", f.path, err)
		}
		staged[i] = temporary.Name()
		_, err = temporary.Write(f.data)
		if err = errors.Join(err, temporary.Chmod(0o644), temporary.Sync(), temporary.Close()); err != nil {
			return fmt.Errorf("write %s: %w", f.path, err)
		}
	}
	for i, f := range files {
		switch {
		case isStandardOutput(f.path):
			if _, err := out.Write(f.data); err != nil {
				return err
			}
		case staged[i] == "":
			err = os.WriteFile(f.path, f.data, 0o644)
		default:
			err = os.Rename(staged[i], target(f.path))
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", f.path, err)
		}
	}
	return nil
}

// isStandardOutput reports whether the name of a file to write stands for standard output.
func isStandardOutput(file string) bool { return file == "" || file == "-" }

// isDevice reports whether a name is that of a device or a pipe, such as /dev/null: a file must not take its
// place.
func isDevice(file string) bool {
	info, err := os.Stat(file)
	if err != nil {
		return false
	}
	if out, err := os.Stdout.Stat(); err == nil && os.SameFile(info, out) {
		return true // /dev/stdout, redirected to a file
	}
	return !info.Mode().IsRegular() && !info.IsDir()
}

// checkOutputs finds out before the work whether [writeOutputs] will be able to write the files: each into a
// directory that exists, none of them twice, and none over a file that the command reads. Files without a
// name, and those named -, are standard output or input.
func checkOutputs(outputs, inputs []string) error {
	for i, file := range outputs {
		if isStandardOutput(file) || isDevice(file) {
			continue
		}
		for _, input := range inputs {
			if !isStandardOutput(input) && sameFile(file, input) {
				return fmt.Errorf("write %s: it is the same file as %s, which is read; want another file", file, input)
			}
		}
		for _, other := range outputs[:i] {
			if !isStandardOutput(other) && sameFile(file, other) {
				return fmt.Errorf("write %s: two results would go into it (also as %s); want different files", file, other)
			}
		}
		switch info, err := os.Stat(file); {
		case err == nil && info.IsDir():
			return fmt.Errorf("write %s: is a directory; want a file", file)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("write %s: %w", file, err)
		case err != nil && isLink(file):
			return fmt.Errorf("write %s: is a link that leads nowhere; remove it", file)
		}
		if err := checkDirectory(filepath.Dir(file)); err != nil {
			return err
		}
	}
	return nil
}

// target returns the file that a name leads to over links, or the name itself if it leads to none.
func target(file string) string {
	if to, err := filepath.EvalSymlinks(file); err == nil {
		return to
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(file)); err == nil { // the file is to be made there
		return filepath.Join(dir, filepath.Base(file))
	}
	return file
}

// sameFile reports whether two names are of one file, which need not exist.
func sameFile(a, b string) bool {
	aInfo, aErr := os.Stat(a)
	bInfo, bErr := os.Stat(b)
	if aErr == nil && bErr == nil {
		return os.SameFile(aInfo, bInfo)
	}
	a, aErr = filepath.Abs(target(a))
	b, bErr = filepath.Abs(target(b))
	return aErr == nil && bErr == nil && a == b
}

// isLink reports whether a name is that of a symbolic link.
func isLink(file string) bool {
	info, err := os.Lstat(file)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// checkDirectory finds out whether files can be made in a directory that exists.
func checkDirectory(dir string) error {
	const room = 1 << 16
	err := durable.CheckRoom(dir, room)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write into %s: no such file or directory; make it first", dir)
	}
	if err != nil {
		return fmt.Errorf("write into %s: %w", dir, err)
	}
	return nil
}
