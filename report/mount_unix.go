//go:build unix

package report

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// isOtherDevice reports whether a directory lies on another file system than its parent, or is its own.
func isOtherDevice(dir string, info fs.FileInfo) bool {
	parent, err := os.Stat(filepath.Dir(dir))
	if err != nil {
		return false
	}
	a, ok := info.Sys().(*syscall.Stat_t)
	b, alsoOK := parent.Sys().(*syscall.Stat_t)
	return ok && alsoOK && (a.Dev != b.Dev || a.Ino == b.Ino)
}
