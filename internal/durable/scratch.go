package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// scratch is the pattern of files without a name.
const scratch = ".edgewise-scratch-*"

// A Scratch is a file that nobody finds: it has lost its name, where the system allows that, and else loses it when it is
// closed.
type Scratch struct{ *os.File }

// CreateScratch makes a file in a directory, "" for that of temporary files, and clears away what programs that were
// killed have left there.
func CreateScratch(dir string) (*Scratch, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	if err := clearScratch(dir); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, scratch)
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // where a file that is open keeps its name, Close removes it
	return &Scratch{f}, nil
}

// Close removes the file.
func (s *Scratch) Close() error { return errors.Join(s.File.Close(), removeIfThere(s.Name())) }

// clearScratch removes the files of programs that were killed. Those of a program at work lose no more than their names.
func clearScratch(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a directory in which files can be made, and whose list is nobody's business
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if is, _ := filepath.Match(scratch, e.Name()); is && e.Type().IsRegular() {
			if err := removeIfThere(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrPermission) {
				return err
			}
		}
	}
	return nil
}

func removeIfThere(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// CheckRoom finds out whether files can be made in a directory, by making one and filling it with so many bytes: the
// permission bits say nothing of read-only file systems and full disks. It leaves nothing behind.
func CheckRoom(dir string, bytes int) (err error) {
	f, err := CreateScratch(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(make([]byte, bytes)); err != nil {
		return err
	}
	return f.Sync()
}
