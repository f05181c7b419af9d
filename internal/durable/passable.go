package durable

import (
	"io/fs"
	"slices"
)

// bySystems are the files that systems put into every directory that somebody looks at.
var bySystems = []string{".DS_Store", "Thumbs.db", "desktop.ini"}

// IsPassable reports whether what stands in a directory is nobody's: a file of the system's, or one that this package was
// writing when the program ended. Who owns the directory may remove it.
func IsPassable(e fs.DirEntry) bool {
	return e.Type().IsRegular() && (slices.Contains(bySystems, e.Name()) || IsTemporary(e.Name()))
}
