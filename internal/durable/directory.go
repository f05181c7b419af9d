package durable

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A File is a file of a directory to be written.
type File struct {
	// Name is relative to the directory, with slashes.
	Name string
	Data []byte
	// From holds the file's content in place of Data where it is too large to be held in memory; nil otherwise.
	From *io.SectionReader
}

// A Directory is a place where directories are put whole: under its name is what was there before or what is new, at
// every instant. Beside it, in its parent directory, stand for a while
//
//	.edgewise-HASH-part  what is being written
//	.edgewise-HASH-new   what is written, and waits for the name; in the end what was there before
//	.edgewise-HASH-old   what was there before, on systems that cannot swap directories
//
// and what a program that was killed has left of these is cleared away by the next one.
type Directory struct {
	path string
	lock *Lock
	// swap swaps two directories, and is another in tests.
	swap func(a, b string) error
}

// OpenDirectory locks the place of a directory, which may be missing, and clears away what a killed program has left
// there. Its parent must exist. It waits while another process writes there, until ctx ends. [Directory.Close] must be
// called.
func OpenDirectory(ctx context.Context, path string) (*Directory, error) {
	return openDirectory(ctx, path, exchange)
}

func openDirectory(ctx context.Context, path string, swap func(a, b string) error) (*Directory, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	lock, err := WaitLock(ctx, filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	d := &Directory{path, lock, swap}
	if err := d.recover(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Close ends the lock.
func (d *Directory) Close() error { return d.lock.Unlock() }

func (d *Directory) beside(what string) string {
	hash := sha256.Sum256([]byte(filepath.Base(d.path)))
	return filepath.Join(filepath.Dir(d.path), fmt.Sprintf(".edgewise-%x-%s", hash[:4], what))
}

// recover ends what a killed program has begun.
func (d *Directory) recover() error {
	if _, err := os.Lstat(d.path); errors.Is(err, fs.ErrNotExist) {
		// Killed between two renames, with the new directory complete or, in the end, the old one.
		for _, what := range []string{"new", "old"} {
			err := os.Rename(d.beside(what), d.path)
			if err == nil {
				break
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return d.clear()
}

func (d *Directory) clear() error {
	return errors.Join(os.RemoveAll(d.beside("part")), os.RemoveAll(d.beside("new")), os.RemoveAll(d.beside("old")))
}

// Put puts these files, and nothing else, under the name of the directory. What was there before is removed, or, if
// aside is not empty, gets the name aside, at which nothing may be. When Put returns, the new directory outlasts a loss
// of power. When it fails, or ctx ends before the files are written, what was there before is there still.
func (d *Directory) Put(ctx context.Context, files []File, aside string) error {
	if err := d.stage(ctx, files); err != nil {
		return errors.Join(err, d.clear())
	}
	if err := d.takeOver(aside); err != nil {
		return errors.Join(err, d.recover())
	}
	return errors.Join(Sync(filepath.Dir(d.path)), d.clear())
}

// stage writes the files beside the directory.
func (d *Directory) stage(ctx context.Context, files []File) error {
	part := d.beside("part")
	mode := fs.FileMode(0o777)
	if err := os.Mkdir(part, mode); err != nil {
		return err
	}
	if info, err := os.Stat(d.path); err == nil {
		if err := os.Chmod(part, info.Mode().Perm()); err != nil {
			return err
		}
	}
	folders := map[string]bool{part: true}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(part, filepath.FromSlash(f.Name))
		for folder := filepath.Dir(path); !folders[folder]; folder = filepath.Dir(folder) {
			folders[folder] = true
		}
		if err := os.MkdirAll(filepath.Dir(path), mode); err != nil {
			return err
		}
		if err := writeAndSync(path, f.content()); err != nil {
			return err
		}
	}
	for folder := range folders {
		if err := Sync(folder); err != nil {
			return err
		}
	}
	return os.Rename(part, d.beside("new"))
}

// content returns what is in the file, from its beginning.
func (f *File) content() io.Reader {
	if f.From != nil {
		return io.NewSectionReader(f.From, 0, f.From.Size())
	}
	return bytes.NewReader(f.Data)
}

func writeAndSync(path string, content io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// takeOver gives the new directory its name.
func (d *Directory) takeOver(aside string) error {
	fresh := d.beside("new")
	if _, err := os.Lstat(d.path); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(fresh, d.path)
	}
	if aside != "" {
		// Under its new name at once, so that no recovery takes what was there before for something to clear away.
		if err := os.Rename(fresh, aside); err != nil {
			return err
		}
		fresh = aside
	}
	if d.swap(fresh, d.path) == nil {
		return nil
	}
	// Without a swap there is an instant without the directory; recover ends what is cut off there.
	if aside != "" {
		if err := os.Rename(fresh, d.beside("new")); err != nil {
			return err
		}
	}
	old := d.beside("old")
	if aside != "" {
		old = aside
	}
	if err := os.Rename(d.path, old); err != nil {
		return err
	}
	return os.Rename(d.beside("new"), d.path)
}
