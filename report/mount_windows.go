package report

import (
	"io/fs"
	"path/filepath"
)

// isOtherDevice reports whether a directory is the root of a volume.
func isOtherDevice(dir string, _ fs.FileInfo) bool { return filepath.Dir(dir) == dir }
