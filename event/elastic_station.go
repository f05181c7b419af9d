package event

import (
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/fifo"
)

// An ElasticStation is a queue of jobs, served first come first served by servers whose number may change: see
// [ElasticStation.SetServers]. So nobody knows when a job starts before it does, and whoever simulates one needs an event for the next
// departure, at [ElasticStation.Next], and looks again after each arrival and each change. Where the number stays, [Station] needs none.
//
// Make one with [NewElasticStation]. Arrivals, changes and departures must come in the order of time.
type ElasticStation struct {
	servers int
	now     int64
	working []sharedJob           // a heap by departure
	waiting fifo.Queue[sharedJob] // ends holds what they take
	came    uint64
	err     error
}

// NewElasticStation returns an idle station with the given number of servers, at least 1.
func NewElasticStation(servers int) (*ElasticStation, error) {
	if servers < 1 {
		return nil, wrong("servers of a station", servers, "1 or more")
	}
	return &ElasticStation{servers: servers, now: math.MinInt64}, nil
}

// Arrive adds a job that arrives at time now and takes the given time to serve. The id is handed back when it departs. A job that
// arrives before the one before it, or takes less than no time or more than two years, is not served: [ElasticStation.Err] says why.
func (s *ElasticStation) Arrive(now, service time.Duration, id uint32) {
	switch {
	case s.err != nil:
		return
	case service < 0 || service > mostSharedService:
		s.err = fmt.Errorf("event: job at %v takes %v to serve; want 0 to %v", now, service, time.Duration(mostSharedService))
		return
	case s.Len() > 0 && int64(now) < s.now:
		s.err = fmt.Errorf("event: job at %v arrives after one at %v; want the order of time", now, time.Duration(s.now))
		return
	}
	s.now = int64(now)
	s.came++
	j := sharedJob{ends: uint64(service), order: s.came, id: id}
	if s.waiting.Len() == 0 && len(s.working) < s.servers {
		s.begin(j)
		return
	}
	s.waiting.Push(j)
}

// begin gives a job a server from now on.
func (s *ElasticStation) begin(j sharedJob) {
	j.ends += uint64(s.now - math.MinInt64)
	s.working = pushJob(s.working, j)
}

// fill lets those who wait begin, as long as there are servers for them.
func (s *ElasticStation) fill() {
	for s.waiting.Len() > 0 && len(s.working) < s.servers {
		s.begin(s.waiting.Pop())
	}
}

// Next returns the time of the next departure; [Forever] if there is no job.
func (s *ElasticStation) Next() time.Duration {
	if len(s.working) == 0 {
		return Forever
	}
	return time.Duration(int64(s.working[0].ends) + math.MinInt64)
}

// Depart takes out the job that departs next, at the time of [ElasticStation.Next], and returns its id. There must be one.
func (s *ElasticStation) Depart() (id uint32) {
	s.now = int64(s.Next())
	var j sharedJob
	s.working, j = popJob(s.working)
	s.fill()
	return j.id
}

// SetServers changes the number of servers at a time, to 1 or more: those who wait begin where there are more now; where there are less,
// servers end what they are at, and go.
func (s *ElasticStation) SetServers(now time.Duration, servers int) {
	switch {
	case s.err != nil:
	case servers < 1:
		s.err = wrong("servers of a station", servers, "1 or more")
	default:
		s.now, s.servers = int64(now), servers
		s.fill()
	}
}

// Err returns why a job was not served, or nil. Later jobs are not served either.
func (s *ElasticStation) Err() error { return s.err }

// Servers returns the number of servers, without those that go when they have ended what they are at.
func (s *ElasticStation) Servers() int { return s.servers }

// Working returns how many servers have a job.
func (s *ElasticStation) Working() int { return len(s.working) }

// Len returns the number of jobs.
func (s *ElasticStation) Len() int { return len(s.working) + s.waiting.Len() }
