//go:build unix

package durable

import (
	"os"
	"syscall"
)

// inodeOf returns the number by which the file system knows a directory, whatever its name; false if it has none.
func inodeOf(path string) (number uint64, ok bool) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return uint64(s.Ino), true
}
