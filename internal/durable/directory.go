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
	"strconv"
	"strings"
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
//	.edgewise-HASH-kept-N  the same as new where what was there before is set aside: N is the number by which the file
//	                     system knows that
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
	if err := d.recoverKept(); err != nil {
		return err
	}
	return d.clear()
}

// recoverKept sets aside what was swapped for a new directory just before the program was killed, and clears away a new one that
// was not.
func (d *Directory) recoverKept() error {
	all, err := os.ReadDir(filepath.Dir(d.path))
	if err != nil {
		return err
	}
	for _, e := range all {
		at := filepath.Join(filepath.Dir(d.path), e.Name())
		if !strings.HasPrefix(at, d.beside(kept)) {
			continue
		}
		number, ok := inodeOf(at)
		if ok && at == d.beside(kept+strconv.FormatUint(number, 10)) {
			err = os.Rename(at, Aside(d.path))
		} else {
			err = os.RemoveAll(at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// kept is what the name of a directory begins with that is to be set aside.
const kept = "kept-"

// Aside returns a name beside a directory at which there is nothing, such as out.old-1.
func Aside(dir string) string {
	for n := 1; ; n++ {
		name := fmt.Sprintf("%s.old-%d", dir, n)
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return name
		}
	}
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
		return d.setAside(fresh, aside)
	}
	if d.swap(fresh, d.path) == nil {
		return nil
	}
	// Without a swap there is an instant without the directory; recover ends what is cut off there.
	if err := os.Rename(d.path, d.beside("old")); err != nil {
		return err
	}
	return os.Rename(fresh, d.path)
}

// setAside gives the new directory its name, and what was there before another. Its name in between tells a recovery what
// it is, before the swap and after it.
func (d *Directory) setAside(fresh, aside string) error {
	if number, ok := inodeOf(d.path); ok {
		between := d.beside(kept + strconv.FormatUint(number, 10))
		if err := os.Rename(fresh, between); err != nil {
			return err
		}
		if d.swap(between, d.path) == nil {
			return os.Rename(between, aside)
		}
		if err := os.Rename(between, fresh); err != nil {
			return err
		}
	}
	// Without a swap, as in takeOver.
	if err := os.Rename(d.path, aside); err != nil {
		return err
	}
	return os.Rename(fresh, d.path)
}
