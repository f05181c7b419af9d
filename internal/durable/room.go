package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// probe is the pattern of the files by which [CheckRoom] finds out.
const probe = ".edgewise-room-*"

// CheckRoom finds out whether files can be made in a directory, by making one and filling it with so many bytes: the
// permission bits say nothing of read-only file systems and full disks. It leaves nothing behind. The file loses its name
// before it is filled, where the system allows that; what a program that was killed before has left is cleared away.
func CheckRoom(dir string, bytes int) (err error) {
	if err := clearProbes(dir); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, probe)
	if err != nil {
		return err
	}
	_ = os.Remove(f.Name()) // where a file that is open keeps its name, it is removed when it is closed
	defer func() { err = errors.Join(err, f.Close(), removeIfThere(f.Name())) }()
	if _, err := f.Write(make([]byte, bytes)); err != nil {
		return err
	}
	return f.Sync()
}

// clearProbes removes the files of programs that were killed. Those of a program at work lose no more than their names.
func clearProbes(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a directory in which files can be made, and whose list is nobody's business
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if is, _ := filepath.Match(probe, e.Name()); is && e.Type().IsRegular() {
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
