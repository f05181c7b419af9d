package event

import (
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Station is a queue of jobs before one or several equal servers, served first come first served. It
// needs no events: a job's departure is known when it arrives, for only earlier arrivals are before it.
// With one server that is the recursion departure = max(arrival, departure of the one before) + service;
// with several, the job takes the server that is free first, found at once where jobs take the same time.
//
// Make one with [NewStation]. Jobs must arrive in the order of time.
type Station struct {
	// When servers are free: line holds those times that came in their order, as they do if all jobs take the
	// same time, in a ring; heap all others, as a binary heap. There is one for each server.
	line    []int64
	head    int   // the first of line
	inLine  int   // how many there are
	last    int64 // the last of line
	heap    []int64
	arrived int64 // the last arrival
	jobs    int64
	busy    int64
	err     error
}

// wrong returns the error of a parameter out of range.
func wrong(name string, value any, want string, args ...any) error {
	return fmt.Errorf("event: %w", invalid.New(name, value, want, args...))
}

// NewStation returns an idle station with the given number of servers, at least 1.
func NewStation(servers int) (*Station, error) {
	if servers < 1 {
		return nil, wrong("servers of a station", servers, "1 or more")
	}
	s := &Station{line: make([]int64, servers), inLine: servers, last: math.MinInt64, arrived: math.MinInt64}
	for i := range s.line {
		s.line[i] = math.MinInt64
	}
	return s, nil
}

// Arrive adds a job that arrives at time now and takes the given time to serve, and returns when its
// service starts and ends. The job waits for start - now.
//
// A job that arrives before the one before it, takes less than no time or ends after the end of time
// cannot be served: Arrive returns [Forever] for both, and [Station.Err] says why.
func (s *Station) Arrive(now, service time.Duration) (start, departure time.Duration) {
	first, isInLine := s.line[0], true
	if len(s.line) > 1 {
		first, isInLine = s.first()
	}
	begin := max(int64(now), first)
	end := begin + int64(service)
	if service < 0 || int64(now) < s.arrived || end < begin || s.err != nil {
		s.refuse(now, service)
		return Forever, Forever
	}
	s.arrived = int64(now)
	s.jobs++
	s.busy += int64(service)
	if len(s.line) == 1 {
		s.line[0] = end
	} else {
		s.occupy(isInLine, end)
	}
	return time.Duration(begin), time.Duration(end)
}

// first returns when the first server is free, and whether that time stands in line.
func (s *Station) first() (at int64, isInLine bool) {
	at, isInLine = math.MaxInt64, false
	if s.inLine > 0 {
		at, isInLine = s.line[s.head], true
	}
	if len(s.heap) > 0 && s.heap[0] < at {
		at, isInLine = s.heap[0], false
	}
	return at, isInLine
}

// occupy makes the server that is free first free again at end.
func (s *Station) occupy(wasInLine bool, end int64) {
	isInLine := end >= s.last || s.inLine == 0
	switch {
	case wasInLine:
		if s.head++; s.head == len(s.line) {
			s.head = 0
		}
		s.inLine--
		if !isInLine {
			s.add(end)
		}
	case isInLine:
		n := len(s.heap) - 1
		again := s.heap[n]
		if s.heap = s.heap[:n]; n > 0 {
			s.replaceFirst(again)
		}
	default:
		s.replaceFirst(end)
	}
	if isInLine {
		i := s.head + s.inLine
		if i >= len(s.line) {
			i -= len(s.line)
		}
		s.line[i], s.last = end, end
		s.inLine++
	}
}

// add puts a time into the heap.
func (s *Station) add(at int64) {
	i := len(s.heap)
	s.heap = append(s.heap, at)
	for i > 0 {
		parent := (i - 1) / 2
		if s.heap[parent] <= at {
			break
		}
		s.heap[i] = s.heap[parent]
		i = parent
	}
	s.heap[i] = at
}

// replaceFirst puts a time in the place of the first in the heap.
func (s *Station) replaceFirst(at int64) {
	heap := s.heap
	i := 0
	for {
		child := 2*i + 1
		if child >= len(heap) {
			break
		}
		if right := child + 1; right < len(heap) && heap[right] < heap[child] {
			child = right
		}
		if heap[child] >= at {
			break
		}
		heap[i] = heap[child]
		i = child
	}
	heap[i] = at
}

func (s *Station) refuse(now, service time.Duration) {
	switch {
	case s.err != nil:
	case service < 0:
		s.err = fmt.Errorf("event: job at %v takes %v to serve; want at least 0", now, service)
	case int64(now) < s.arrived:
		s.err = fmt.Errorf("event: job at %v arrives after one at %v; want the order of time", now, time.Duration(s.arrived))
	default:
		s.err = fmt.Errorf("event: job at %v that takes %v ends after the end of time, %v", now, service, Forever)
	}
}

// Err returns why a job was not served, or nil. Later jobs are not served either.
func (s *Station) Err() error { return s.err }

// Servers returns the number of servers.
func (s *Station) Servers() int { return len(s.line) }

// FreeAt returns when the first server is free for a job that arrives next: in the past if one is idle.
func (s *Station) FreeAt() time.Duration {
	at, _ := s.first()
	return time.Duration(at)
}

// Jobs returns the number of jobs that arrived.
func (s *Station) Jobs() int64 { return s.jobs }

// Busy returns the time that all servers together spend on the jobs that arrived. Divided by the number
// of servers and the time observed it is the utilisation, as far as services have ended by then.
func (s *Station) Busy() time.Duration { return time.Duration(s.busy) }
