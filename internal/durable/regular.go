package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// ErrNotRegular says that something is no file, but a directory, a device or a pipe, at which reading could wait or not
// end. ErrTooLong says that a file has more bytes than it may.
var (
	ErrNotRegular = errors.New("is a directory, device or pipe; want a file")
	ErrTooLong    = errors.New("is too long")
)

// OpenRegular opens a file to be read. What is no file is an [ErrNotRegular], without waiting for who may write into it.
func OpenRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	return regular(f, err, path)
}

// OpenRegularIn is [OpenRegular] of a file inside of a directory, given with slashes.
func OpenRegularIn(root *os.Root, name string) (*os.File, error) {
	f, err := root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	return regular(f, err, name)
}

func regular(f *os.File, err error, name string) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s %w", name, ErrNotRegular)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// ReadRegular reads a file of at most so many bytes, as [OpenRegular] opens it.
func ReadRegular(path string, most int64) ([]byte, error) {
	f, err := OpenRegular(path)
	if err != nil {
		return nil, err
	}
	return readAndClose(f, most)
}

// ReadRegularIn is [ReadRegular] of a file inside of a directory, given with slashes.
func ReadRegularIn(root *os.Root, name string, most int64) ([]byte, error) {
	f, err := OpenRegularIn(root, name)
	if err != nil {
		return nil, err
	}
	return readAndClose(f, most)
}

// readAndClose reads no more than the file was long when it was opened: what the system makes up as it is read, as in
// /proc, has no length, and a file that grows no end.
func readAndClose(f *os.File, most int64) ([]byte, error) {
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > most {
		return nil, fmt.Errorf("%s %w: it has %d bytes; want %d at most", f.Name(), ErrTooLong, info.Size(), most)
	}
	return io.ReadAll(io.LimitReader(f, info.Size()))
}
