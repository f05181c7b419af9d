package sim

import (
	"errors"
	"time"

	"github.com/edgewise-sim/edgewise/event"
)

// Servers do the work of one workload at one site, first come first served. Nil means that one is always
// free.
type servers struct{ station *event.Station }

// newServers returns one set of n servers for each workload of a kind; nil sets for n = 0, and for the other
// workloads.
func (p *Plan) newServers(n int, kind Kind) ([]*servers, error) {
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
		all[i] = &servers{station: station}
	}
	return all, nil
}

// arrive gives the servers a job and returns when its work starts and ends. Times are in ns.
func (s *servers) arrive(now, service int64) (start, done int64) {
	if s == nil {
		return now, now + service
	}
	from, to := s.station.Arrive(time.Duration(now), time.Duration(service))
	return int64(from), int64(to)
}

// restart forgets all jobs.
func (s *servers) restart() error {
	if s == nil {
		return nil
	}
	station, err := event.NewStation(s.station.Servers())
	err = errors.Join(s.station.Err(), err)
	s.station = station
	return err
}

// err reports a job that the servers had to refuse.
func (s *servers) err() error {
	if s == nil {
		return nil
	}
	return s.station.Err()
}
