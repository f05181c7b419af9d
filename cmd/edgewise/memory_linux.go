package main

import (
	"math"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// machineMemoryBytes returns how much memory a program may take here: that of the machine, of its control group or of
// its address space, whichever is least; 0 if that is not known.
func machineMemoryBytes() int64 {
	least := int64(math.MaxInt64)
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		least = int64(uint64(info.Totalram) * uint64(info.Unit))
	}
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil { // "max" is no number
			least = min(least, n)
		}
	}
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_AS, &limit) == nil && limit.Cur < math.MaxInt64 {
		least = min(least, int64(limit.Cur))
	}
	if least == math.MaxInt64 {
		return 0
	}
	return least
}
