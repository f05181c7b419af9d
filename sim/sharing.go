package sim

import (
	"time"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/placement"
)

// A sharing is a pool of which nobody knows before when a job is done: its servers share themselves among all jobs, so that it depends on who
// comes after it, or their number may change. So the site has a message to itself for the next that is done.
type sharing struct {
	station station
	jobs    slab[job]
	// noted is up to when the usage of the servers is known, armed the instant of the earliest message that is under way, unknown
	// without any.
	noted, armed int64
}

// A job is what a pool works on: what waits for it, and what it takes.
type job struct {
	of       jobKind
	isThere  bool
	workload uint8
	waits    uint32   // what waits: the number of a computation
	question *message // or the question of another site
	came     int64
	service  int64
}

// A jobKind is what waits for a job.
type jobKind uint8

const (
	// visitJob is a request of a user that is computed, originJob one at the origin itself; both are computations.
	visitJob jobKind = iota
	originJob
	// askedJob is the question of another site, to an origin or to who computes.
	askedJob
)

// A station is servers that need an event for each departure.
type station interface {
	Arrive(now, service time.Duration, id uint32)
	Next() time.Duration
	Depart() (id uint32)
	SetServers(now time.Duration, servers int)
	Len() int
	Working() int
	Err() error
}

// newSharing returns that of so many servers of a discipline.
func newSharing(d placement.Discipline, servers int) (*sharing, error) {
	of := &sharing{armed: unknown}
	var err error
	if d == placement.SharedProcessor {
		of.station, err = event.NewSharedStation(servers)
	} else {
		of.station, err = event.NewElasticStation(servers)
	}
	return of, err
}

// join gives servers that share themselves a job at an instant. It returns false where they reject it.
func (s *site) join(to *servers, j job, now int64) bool {
	p := to.pool
	if p.hasQueue && p.queueing() >= p.queue {
		to.refuse(now)
		return false
	}
	of := p.sharing
	of.note(p, now)
	n := of.jobs.add()
	j.came, j.isThere = now, true
	*of.jobs.at(n) = j
	of.station.Arrive(time.Duration(now), time.Duration(j.service), n)
	s.arm(p)
	return true
}

// note brings the usage of the servers up to an instant.
func (of *sharing) note(p *pool, now int64) {
	from, to, busy := max(of.noted, p.from), min(now, p.until), of.station.Working()
	if p.scaling != nil {
		p.scaling.note(p, now, busy)
	}
	p.waited.add(from, to, of.station.Len()-busy)
	if from < to && busy > 0 {
		p.use.add(from, to, int64(busy))
		if busy >= p.count {
			p.use.fill(from, to)
		}
	}
	of.noted = now
}

// arm has the site told when the next job is done, unless it is told earlier of something anyway.
func (s *site) arm(p *pool) {
	of := p.sharing
	if next := int64(of.station.Next()); next < of.armed && next < unknown {
		m := s.send(s.id, next)
		m.kind, m.token = departure, p.number
		of.armed = next
	}
}

// depart lets go of all jobs of a pool that are done at an instant.
func (s *site) depart(p *pool, now int64) {
	of := p.sharing
	if of.armed == now {
		of.armed = unknown
	}
	for int64(of.station.Next()) <= now {
		of.note(p, now)
		n := of.station.Depart()
		j := *of.jobs.at(n)
		of.jobs.at(n).isThere = false
		of.jobs.remove(n)
		s.finish(&j, now)
	}
	s.arm(p)
}

// finish goes on with what has waited for a job that is done at an instant.
func (s *site) finish(j *job, now int64) {
	wait := now - j.came - j.service
	switch j.of {
	case askedJob:
		m := j.question
		if m.to == originPart {
			s.origins[j.workload].finished(j.service)
			s.sendFromOrigin(m, now-j.service, now, wait)
		} else {
			s.computers[j.workload].finished(j.service)
			s.reply(m, now, reply{queue: wait}, m.service)
		}
	default:
		p := s.computations.at(j.waits)
		p.queue = wait
		if j.of == originJob {
			c := &s.clients[p.clients]
			s.origins[j.workload].finished(j.service)
			p.first, p.last = now, now
			s.answerFromOrigin(c, &p.request, &p.served)
			s.computations.remove(j.waits)
		} else {
			s.computers[j.workload].finished(j.service)
			s.goOn(j.waits, now)
		}
	}
}

// breakDown lets all jobs fail that the pools have under way, when the site goes down at an instant.
func (s *site) breakDown(now int64) {
	for _, p := range s.pools {
		if p.sharing == nil {
			continue
		}
		p.sharing.note(p, now)
		for n := range p.sharing.jobs.all {
			j := &p.sharing.jobs.all[n]
			if !j.isThere {
				continue
			}
			if j.of == askedJob {
				s.sendNoAnswerIfDown(j.question, now)
				continue
			}
			at := s.computations.at(j.waits)
			if at.isGuest {
				s.sendNoAnswerIfDown(at.question, now)
			} else {
				s.clients[at.clients].fail(&at.request, now, SiteDown)
			}
			s.computations.remove(j.waits)
		}
		if err := p.begin(); err != nil && s.err == nil {
			s.err = err
		}
	}
}
