//go:build !linux || race || msan || asan

package hugepages

// given says no: other systems have no such pages, or give them by themselves, and what looks for errors keeps notes of all memory, touched or not.
func given() bool { return false }

func setAside(int64) {}
