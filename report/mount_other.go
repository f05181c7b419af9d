//go:build !linux

package report

import "io/fs"

// isMountPoint reports whether a directory is the root of a file system.
func isMountPoint(dir string, info fs.FileInfo) bool { return isOtherDevice(dir, info) }
