package event

import (
	"fmt"
	"math"
	"time"
)

// A Station is a queue of jobs before one or several equal servers, served first come first served. It
// needs no events: a job's departure is known when it arrives, for only earlier arrivals are before it.
// With one server that is the recursion departure = max(arrival, departure of the one before) + service;
// with several, the job takes the server that is free first.
//
// Make one with [NewStation]. Jobs must arrive in the order of time.
type Station struct {
	free    []int64 // when each server is free, as a binary heap: the first in free[0]
	arrived int64   // the last arrival
	jobs    int64
	busy    int64
	err     error
}

// NewStation returns an idle station with the given number of servers, at least 1.
func NewStation(servers int) (*Station, error) {
	if servers < 1 {
		return nil, fmt.Errorf("event: station with %d servers; want at least 1", servers)
	}
	s := &Station{free: make([]int64, servers), arrived: math.MinInt64}
	for i := range s.free {
		s.free[i] = math.MinInt64
	}
	return s, nil
}

// Arrive adds a job that arrives at time now and takes the given time to serve, and returns when its
// service starts and ends. The job waits for start - now.
//
// A job that arrives before the one before it, takes less than no time or ends after the end of time
// cannot be served: Arrive returns [Forever] for both, and [Station.Err] says why.
func (s *Station) Arrive(now, service time.Duration) (start, departure time.Duration) {
	begin := max(int64(now), s.free[0])
	end := begin + int64(service)
	if service < 0 || int64(now) < s.arrived || end < begin || s.err != nil {
		s.refuse(now, service)
		return Forever, Forever
	}
	s.arrived = int64(now)
	s.jobs++
	s.busy += int64(service)
	if len(s.free) == 1 {
		s.free[0] = end
	} else {
		s.occupy(end)
	}
	return time.Duration(begin), time.Duration(end)
}

// occupy makes the server that is free first free again at end.
func (s *Station) occupy(end int64) {
	free := s.free
	i := 0
	for {
		child := 2*i + 1
		if child >= len(free) {
			break
		}
		if right := child + 1; right < len(free) && free[right] < free[child] {
			child = right
		}
		if free[child] >= end {
			break
		}
		free[i] = free[child]
		i = child
	}
	free[i] = end
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
func (s *Station) Servers() int { return len(s.free) }

// FreeAt returns when the first server is free for a job that arrives next: in the past if one is idle.
func (s *Station) FreeAt() time.Duration { return time.Duration(s.free[0]) }

// Jobs returns the number of jobs that arrived.
func (s *Station) Jobs() int64 { return s.jobs }

// Busy returns the time that all servers together spend on the jobs that arrived. Divided by the number
// of servers and the time observed it is the utilisation, as far as services have ended by then.
func (s *Station) Busy() time.Duration { return time.Duration(s.busy) }
