// Package trace reads and writes recorded request traces.
package trace
