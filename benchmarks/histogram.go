package main

import "math/bits"

// A histogram counts latencies in cells of a 128th of their octave.
type histogram struct {
	counts [(64 - histogramBits + 1) << histogramBits]uint32
}

const histogramBits = 7

func (h *histogram) record(latency int64) {
	octave := max(0, bits.Len64(uint64(latency))-histogramBits-1)
	h.counts[octave<<histogramBits+int(latency>>octave)]++
}

// mean returns the mean of what was recorded, to half a cell.
func (h *histogram) mean() float64 {
	sum, n := 0.0, 0.0
	for i, count := range h.counts {
		octave := max(0, i>>histogramBits-1)
		low := float64(i - octave<<histogramBits)
		sum += float64(count) * (low + 0.5) * float64(uint64(1)<<octave)
		n += float64(count)
	}
	return sum / n
}
