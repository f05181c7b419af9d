//go:build unix

package main

import (
	"runtime"
	"syscall"
)

// maxrssUnit is the unit of the peak memory that the system reports, in bytes: a kilobyte on all but
// Darwin.
var maxrssUnit = func() int64 {
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return 1
	}
	return 1024
}()

// cpuTime returns the CPU time of this process so far, in nanoseconds.
func cpuTime() (int64, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	return usage.Utime.Nano() + usage.Stime.Nano(), nil
}
