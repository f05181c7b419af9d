package report

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// isMountPoint reports whether a directory is the root of a file system, or of a part of one that is mounted there.
func isMountPoint(dir string, info fs.FileInfo) bool {
	var s unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, dir, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_TYPE, &s)
	if err != nil || s.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT == 0 {
		return isOtherDevice(dir, info)
	}
	return s.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
}
