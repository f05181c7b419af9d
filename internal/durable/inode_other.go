//go:build !unix

package durable

// inodeOf returns false: directories have no numbers.
func inodeOf(string) (number uint64, ok bool) { return 0, false }
