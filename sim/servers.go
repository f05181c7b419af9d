package sim

import (
	"errors"
	"math/bits"
	"time"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/placement"
)

// Servers are what one workload finds at one site: servers of its own, or a pool that others use, too. Nil means that one is
// always free.
type servers struct {
	*pool
	// worked is how long they have worked for the workload in recorded time, where first come is first served; else it is what was
	// asked of them by those who are done, of which the pool's own time is taken in proportion.
	worked int64
	// refused counts what they had to reject in recorded time.
	refused uint64
}

// A pool is servers of one site, before which workloads stand in one queue.
type pool struct {
	number     uint32 // among those of the site
	count      int
	discipline placement.Discipline
	station    *event.Station // first come first served, of servers whose number stays; nil else
	free       int64          // when its first server is free for who comes next
	sharing    *sharing       // of all others
	scaling    *scaling       // nil where the number of servers stays
	isRented   bool           // who has rented servers has been told, or none are
	spare      *spareCores    // nil where the pool has none
	// Work counts in [from, until): from is when recording begins, until when it ends, or when the site fails next, with
	// what is under way.
	from, until int64
	end         int64
	there       presence // of the site
	outages     []outage // to come, in order
	down        []outage // all of them
	use         usage
	waited      *waitingCourse // how long jobs waited in [from, until); nil where nobody asks for it
	done        int64          // what those jobs took that are done, on a server of their own, where all share the servers

	// isBounded says that some requests are rejected: those that come when queue others wait, where hasQueue, and those that would
	// wait longer than shed.
	isBounded, hasQueue bool
	queue               int
	shed                int64
	line                startLine
}

// newServers returns the servers of each workload of a kind, by what a site is assigned and its outages; nil for the other workloads, and
// where there are always enough.
func (s *site) newServers(p *Plan, a *placement.Assignment, kind Kind) ([]*servers, error) {
	all := make([]*servers, len(p.workloads))
	if a == nil || !a.HasServers() {
		return all, nil
	}
	pools := make([]*pool, len(a.Pools))
	for i := range p.workloads {
		w := &p.workloads[i]
		if w.kind != kind {
			continue
		}
		n, isShared := a.PoolOf(w.name)
		switch {
		case isShared && !a.Serves(w.name):
			continue // nobody asks it
		case isShared && pools[n] != nil:
			all[i] = &servers{pool: pools[n]}
			continue
		case !isShared && a.Servers == 0:
			continue
		}
		of := placement.Pool{Servers: a.Servers}
		if isShared {
			of = a.Pools[n]
		}
		made, err := s.newPool(p, &of)
		if err != nil {
			return nil, err
		}
		if isShared {
			pools[n] = made
		}
		all[i] = &servers{pool: made}
	}
	return all, nil
}

// newPool returns a pool of the site, and notes it there.
func (s *site) newPool(p *Plan, of *placement.Pool) (*pool, error) {
	from := int64(p.scenario.WarmUp)
	made := &pool{
		number: uint32(len(s.pools)), count: of.Servers, from: from, end: from + int64(p.scenario.Duration), there: p.presenceOf(int(s.id)), outages: s.outages, down: s.outages,
		discipline: of.Discipline, scaling: newScaling(of, from+int64(p.scenario.Duration)), isBounded: of.Rejects(), hasQueue: of.Queue.Is, queue: of.Queue.Most, shed: int64(of.Shed),
	}
	made.use = newUsage(made.end)
	made.use.course, made.waited = p.newBusyCourse(), p.newWaitingCourse()
	made.workUntilOutage()
	s.pools = append(s.pools, made)
	if of.SpareCores {
		made.takeSpare(p.sites[s.id].compute)
	}
	if made.scaling != nil {
		made.scaling.steps.course = p.newBusyCourse()
		if made.spare == nil {
			s.beginScaling(made)
		}
	}
	return made, made.begin()
}

// begin gives the pool servers that are idle.
func (p *pool) begin() (err error) {
	p.line, p.free = startLine{}, 0
	if p.discipline == placement.SharedProcessor || p.scaling != nil {
		p.sharing, err = newSharing(p.discipline, p.count)
	} else {
		p.station, err = event.NewStation(p.count)
	}
	return err
}

// workUntilOutage sets until when work counts.
func (p *pool) workUntilOutage() {
	p.until = p.end
	if len(p.outages) > 0 {
		p.until = min(p.outages[0].from, p.end)
	}
}

// isShared reports whether nobody knows before when a job is done, for the servers share themselves among all jobs, or their number changes.
func (s *servers) isShared() bool { return s != nil && s.sharing != nil }

// arrive gives the servers a job and returns when its work starts and ends; ok is false where they reject it: see [servers.whyNot].
// Times are in ns. Those that share themselves get theirs by [site.join].
func (s *servers) arrive(now, service int64) (start, done int64, ok bool) {
	if s == nil {
		return now, now + service, true
	}
	p := s.pool
	if p.isBounded && !p.admits(now, p.free) {
		s.refuse(now)
		return now, now, false
	}
	from, to := p.station.Arrive(time.Duration(now), time.Duration(service))
	start, done, p.free = int64(from), int64(to), int64(p.station.FreeAt())
	if p.isBounded && start > now {
		p.line.Push(start)
	}
	counts, ends := max(start, p.from), min(done, p.until)
	if counts < ends {
		s.worked += ends - counts
		p.use.add(counts, ends, 1)
	}
	p.use.fill(max(now, p.from), min(p.free, p.until))
	p.waited.add(max(now, p.from), min(start, p.until), 1)
	return start, done, true
}

// admits reports whether a job that comes at an instant, and could start at another, is not rejected.
func (p *pool) admits(now, start int64) bool {
	if start <= now {
		return true
	}
	return !(p.hasQueue && p.line.waiting(now) >= p.queue) && !(p.shed > 0 && start-now > p.shed)
}

// refuse counts a job that is rejected.
func (s *servers) refuse(now int64) {
	if s.from <= now && now < s.end {
		s.refused++
	}
}

// whyNot returns why a job that came at an instant was rejected.
func (s *servers) whyNot() Reason {
	if s.hasQueue && s.queueing() >= s.queue {
		return QueueFull
	}
	return Shed
}

// queueing returns how many waited when the last job came.
func (p *pool) queueing() int {
	if p.sharing != nil {
		return p.sharing.station.Len() - max(p.count, p.sharing.station.Working())
	}
	return p.line.Len()
}

// finished counts a job that is done, of servers that share themselves.
func (s *servers) finished(service int64) {
	s.worked += service
	s.done += service
}

// restart forgets all jobs, after an outage.
func (p *pool) restart() error {
	err := p.err()
	err = errors.Join(err, p.begin())
	p.outages = p.outages[1:]
	p.workUntilOutage()
	return err
}

// err reports a job that the servers had to refuse.
func (p *pool) err() error {
	if p.sharing != nil {
		return p.sharing.station.Err()
	}
	return p.station.Err()
}

// settle adds what the servers did for the workload to the tally of their site.
func (s *servers) settle(to *SiteTally) {
	if s == nil {
		return
	}
	worked := s.worked
	if s.sharing != nil {
		worked = proportion(s.use.busy, s.worked, s.done)
	}
	to.Counters[BusyUs] += uint64(worked / nsPerUs)
	there := s.inService()
	to.Counters[AwayUs] += usOf(1, s.from, s.end) - usIn(1, there)
	if s.scaling != nil {
		s.settleScaling(to)
	} else {
		to.Counters[ServerUs] += usIn(s.count, there)
		to.PeakBusyUs = uint64(s.use.peak() / nsPerUs)
	}
	to.Counters[FullUs] += uint64(s.use.full / nsPerUs)
	to.Counters[Refused] += s.refused
}

// inService returns the parts of the recorded time in which the servers are there. Those whose number follows the work are also there while the site is down: they are not given back.
func (p *pool) inService() []span {
	down := p.down
	if p.scaling != nil {
		down = nil
	}
	return p.there.inService(p.from, p.end, p.use.last, down)
}

// proportion returns part/of of a number, rounded down.
func proportion(number, part, of int64) int64 {
	if of == 0 {
		return 0
	}
	high, low := bits.Mul64(uint64(number), uint64(part))
	of64 := uint64(of)
	if high >= of64 {
		return number
	}
	q, _ := bits.Div64(high, low, of64)
	return int64(q)
}
