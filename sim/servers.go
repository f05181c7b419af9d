package sim

import (
	"errors"
	"time"

	"github.com/edgewise-sim/edgewise/event"
)

// Servers do the work of one workload at one site, first come first served. Nil means that one is always
// free.
type servers struct {
	station *event.Station
	// busy is how long they have worked in [from, until): from is when recording begins, until when it ends, or when
	// the site fails next, with what they have under way.
	busy        int64
	from, until int64
	end         int64
	outages     []outage // to come, in order
}

// newServers returns one set of n servers for each workload of a kind, at a site with some outages; nil sets for n = 0,
// and for the other workloads.
func (p *Plan) newServers(n int, kind Kind, outages []outage) ([]*servers, error) {
	all := make([]*servers, len(p.workloads))
	if n == 0 {
		return all, nil
	}
	for i := range all {
		if p.workloads[i].kind != kind {
			continue
		}
		station, err := event.NewStation(n)
		if err != nil {
			return nil, err
		}
		from := int64(p.scenario.WarmUp)
		all[i] = &servers{station: station, from: from, end: from + int64(p.scenario.Duration), outages: outages}
		all[i].workUntilOutage()
	}
	return all, nil
}

// workUntilOutage sets until when work counts.
func (s *servers) workUntilOutage() {
	s.until = s.end
	if len(s.outages) > 0 {
		s.until = min(s.outages[0].from, s.end)
	}
}

// arrive gives the servers a job and returns when its work starts and ends. Times are in ns.
func (s *servers) arrive(now, service int64) (start, done int64) {
	if s == nil {
		return now, now + service
	}
	from, to := s.station.Arrive(time.Duration(now), time.Duration(service))
	s.busy += max(min(int64(to), s.until)-max(int64(from), s.from), 0)
	return int64(from), int64(to)
}

// restart forgets all jobs, after an outage.
func (s *servers) restart() error {
	if s == nil {
		return nil
	}
	station, err := event.NewStation(s.station.Servers())
	err = errors.Join(s.station.Err(), err)
	s.station, s.outages = station, s.outages[1:]
	s.workUntilOutage()
	return err
}

// err reports a job that the servers had to refuse.
func (s *servers) err() error {
	if s == nil {
		return nil
	}
	return s.station.Err()
}

// settle adds how busy the servers were to the tally of their site.
func (s *servers) settle(to *SiteTally) {
	if s == nil {
		return
	}
	to.Counters[BusyUs] += uint64(s.busy / nsPerUs)
	to.Counters[ServerUs] += usOf(s.station.Servers(), s.from, s.end)
}
