//go:build unix

package report

import "golang.org/x/sys/unix"

// isWritable reports whether this user may remove what is in a directory, as replacing it does. Nothing is written to find
// out: a program that is killed then would leave it in the report.
func isWritable(dir string) bool { return unix.Access(dir, unix.W_OK|unix.X_OK) == nil }
