package event

import (
	"fmt"
	"math"
	"math/bits"
	"time"
)

// A SharedStation is a queue of jobs whose servers share themselves among all of them: processor sharing. As long as there are no
// more jobs than servers each job has one; else each gets the same part, servers/jobs of one. When a job departs depends on who comes
// after it, so that whoever simulates one needs an event for the next departure, at [SharedStation.Next], and looks again after each
// arrival.
//
// What a job has got is counted in 1/256 ns, and rounded down at each arrival and departure: a job departs late by 1/256 ns at most
// for each that comes or goes meanwhile, rounded up to a whole ns.
//
// Make one with [NewSharedStation]. Arrivals and departures must come in the order of time.
type SharedStation struct {
	servers uint64
	now     int64
	got     uint64 // by a job that has been here since the station was last empty, in 1/256 ns
	jobs    []sharedJob
	came    uint64
	busy    int64
	full    int64
	err     error
}

// A sharedJob departs when every job has got so much since the station was last empty.
type sharedJob struct {
	ends  uint64
	order uint64 // of arrival
	id    uint32
}

func (j *sharedJob) before(o *sharedJob) bool {
	return j.ends < o.ends || j.ends == o.ends && j.order < o.order
}

const gotShift = 8

// NewSharedStation returns an idle station with the given number of servers, at least 1.
func NewSharedStation(servers int) (*SharedStation, error) {
	if servers < 1 {
		return nil, wrong("servers of a station", servers, "1 or more")
	}
	return &SharedStation{servers: uint64(servers), now: math.MinInt64}, nil
}

// Arrive adds a job that arrives at time now and takes the given time on a server of its own. The id is handed back when it departs.
// A job that arrives before the one before it, or takes less than no time or more than two years, is not served:
// [SharedStation.Err] says why.
func (s *SharedStation) Arrive(now, service time.Duration, id uint32) {
	switch {
	case s.err != nil:
		return
	case service < 0 || service > mostSharedService:
		s.err = fmt.Errorf("event: job at %v takes %v to serve; want 0 to %v", now, service, time.Duration(mostSharedService))
		return
	case len(s.jobs) > 0 && int64(now) < s.now:
		s.err = fmt.Errorf("event: job at %v arrives after one at %v; want the order of time", now, time.Duration(s.now))
		return
	}
	s.advance(int64(now))
	s.came++
	s.jobs = pushJob(s.jobs, sharedJob{ends: s.got + uint64(service)<<gotShift, order: s.came, id: id})
}

const mostSharedService = 2 * 366 * 24 * time.Hour

// advance moves to an instant, no later than the next departure.
func (s *SharedStation) advance(now int64) {
	if n := uint64(len(s.jobs)); n > 0 {
		passed := uint64(now - s.now)
		s.busy += int64(passed * min(n, s.servers))
		if n < s.servers {
			s.got += passed << gotShift
		} else {
			s.full += int64(passed)
			high, low := bits.Mul64(passed<<gotShift, s.servers)
			part, _ := bits.Div64(high, low, n) // high < servers <= n
			s.got += part
		}
	}
	s.now = now
}

// Next returns the time of the next departure, if nobody arrives before; [Forever] if there is no job.
func (s *SharedStation) Next() time.Duration {
	if len(s.jobs) == 0 {
		return Forever
	}
	lacks := uint64(0)
	if ends := s.jobs[0].ends; ends > s.got {
		lacks = ends - s.got
	}
	if n := uint64(len(s.jobs)); n > s.servers {
		high, low := bits.Mul64(lacks, n)
		if high >= s.servers {
			return Forever
		}
		part, rest := bits.Div64(high, low, s.servers)
		if rest > 0 {
			part++
		}
		lacks = part
	}
	wait := lacks >> gotShift
	if lacks&(1<<gotShift-1) != 0 {
		wait++
	}
	if wait > uint64(math.MaxInt64-max(s.now, 0)) {
		return Forever
	}
	return time.Duration(s.now + int64(wait))
}

// Depart takes out the job that departs next, at the time of [SharedStation.Next], and returns its id. There must be one.
func (s *SharedStation) Depart() (id uint32) {
	s.advance(int64(s.Next()))
	var j sharedJob
	s.jobs, j = popJob(s.jobs)
	id = j.id
	if len(s.jobs) == 0 {
		s.got = 0
	}
	return id
}

// pushJob puts a job into a heap.
func pushJob(jobs []sharedJob, j sharedJob) []sharedJob {
	i := len(jobs)
	jobs = append(jobs, j)
	for i > 0 {
		p := (i - 1) / 4
		if !j.before(&jobs[p]) {
			break
		}
		jobs[i] = jobs[p]
		i = p
	}
	jobs[i] = j
	return jobs
}

// popJob takes the first job out of a heap.
func popJob(jobs []sharedJob) (left []sharedJob, first sharedJob) {
	top, last := jobs[0], len(jobs)-1
	j := jobs[last]
	jobs = jobs[:last]
	for i := 0; i < last; {
		least, best := i, &j
		for k := 4*i + 1; k < min(4*i+5, last); k++ {
			if jobs[k].before(best) {
				least, best = k, &jobs[k]
			}
		}
		jobs[i] = *best
		if least == i {
			break
		}
		i = least
	}
	return jobs, top
}

// SetServers changes the number of servers at a time, to 1 or more: what jobs have got until then stays theirs.
func (s *SharedStation) SetServers(now time.Duration, servers int) {
	switch {
	case s.err != nil:
	case servers < 1:
		s.err = wrong("servers of a station", servers, "1 or more")
	default:
		s.advance(int64(now))
		s.servers = uint64(servers)
	}
}

// Err returns why a job was not served, or nil. Later jobs are not served either.
func (s *SharedStation) Err() error { return s.err }

// Servers returns the number of servers.
func (s *SharedStation) Servers() int { return int(s.servers) }

// Working returns how many servers have a job.
func (s *SharedStation) Working() int { return min(len(s.jobs), int(s.servers)) }

// Len returns the number of jobs.
func (s *SharedStation) Len() int { return len(s.jobs) }

// Busy returns how long all servers together have worked by a time, which is no later than the next departure.
func (s *SharedStation) Busy(now time.Duration) time.Duration {
	busy := s.busy
	if n := uint64(len(s.jobs)); n > 0 {
		busy += (int64(now) - s.now) * int64(min(n, s.servers))
	}
	return time.Duration(busy)
}
