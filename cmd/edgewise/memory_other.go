//go:build !linux

package main

// machineMemoryBytes returns 0: how much memory a program may take is not known here.
func machineMemoryBytes() int64 { return 0 }
