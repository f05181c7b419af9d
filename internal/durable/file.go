package durable

import (
	"errors"
	"os"
	"path/filepath"
)

// WriteFile writes a file through a temporary one beside it, so that its name leads to the old text or the new one. When
// it returns, the new text outlasts a loss of power.
func WriteFile(path string, data []byte) error {
	if err := WriteFileSoon(path, data); err != nil {
		return err
	}
	return errors.Join(Sync(path), Sync(filepath.Dir(path)))
}

// WriteFileSoon is [WriteFile] without the wait for the disk: after a loss of power the file may be missing or cut short,
// until [Sync] of the file and its directory has returned.
func WriteFileSoon(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), temporary)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// temporary is the pattern of temporary files. It is short, so that a name which the file system takes does not become
// too long.
const temporary = ".edgewise-*"

// IsTemporary reports whether a file of this name is one that [WriteFile] was writing when the program ended.
func IsTemporary(name string) bool {
	ok, _ := filepath.Match(temporary, name)
	return ok
}

// Sync waits until a file, or what a directory lists, is on the disk.
func Sync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(syncIfPossible(f), f.Close())
}

// CheckRoom finds out whether files can be made in a directory, by making one and filling it with so many bytes: the
// permission bits say nothing of read-only file systems and full disks. It leaves nothing behind.
func CheckRoom(dir string, bytes int) (err error) {
	f, err := os.CreateTemp(dir, temporary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err := f.Write(make([]byte, bytes)); err != nil {
		return err
	}
	return f.Sync()
}
