//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package durable

import "os"

func flock(*os.File) error { return nil }

// syncIfPossible waits for the disk, as far as files opened for reading allow.
func syncIfPossible(f *os.File) error {
	_ = f.Sync()
	return nil
}
