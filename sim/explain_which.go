package sim

import (
	"context"
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/workload"
)

// A Which says which request is to be explained, of those that are recorded.
type Which uint8

// The ways to choose.
const (
	// ByNumber is one by its number.
	ByNumber Which = iota
	// Slowest is the answered one with the longest time to the byte by which its workload is judged, the first of several.
	Slowest
	// FirstMiss is the first that a first cache had to fetch, FirstRetried that was asked again, FirstFailed that failed, and FirstRejected that was rejected.
	FirstMiss
	FirstRetried
	FirstFailed
	FirstRejected
)

// AllMetros stands for no metro of its own where a request is chosen among those of all.
const AllMetros = -1

// A NoRequestError says that no request is the one to be explained.
type NoRequestError struct {
	Which  Which
	Number int // that was asked for by number
	// Count is how many requests of the workload are recorded from the metro, or from all where it is empty.
	Count    int
	Workload string
	Metro    string
}

var notOne = [...]string{Slowest: "was answered", FirstMiss: "missed a first cache", FirstRetried: "was asked again", FirstFailed: "failed", FirstRejected: "was rejected"}

func (e *NoRequestError) Error() string {
	from := ""
	if e.Metro != "" {
		from = fmt.Sprintf(" from %q", e.Metro)
	}
	switch {
	case e.Count == 0:
		return fmt.Sprintf("workload %q has no request%s in the recorded time", e.Workload, from)
	case e.Which == ByNumber:
		return fmt.Sprintf("request is %d; want 1 to %d, as many as workload %q has%s in the recorded time", e.Number, e.Count, e.Workload, from)
	}
	return fmt.Sprintf("no request of %d of workload %q%s %s in the recorded time", e.Count, e.Workload, from, notOne[e.Which])
}

// A foundRequest is the request that is asked for: when it was asked, from where, its number among those of the metro, of how many, and among how many it
// was sought.
type foundRequest struct {
	at                          int64
	metro, number, count, among int
}

// find looks for the request that is asked for.
func (p *Plan) find(ctx context.Context, replication, workload, metro int, which Which, number int) (f foundRequest, err error) {
	all := make([][]int64, len(p.metros)) // when each was asked
	isFound, slowest := false, int64(0)
	by := p.scenario.Workloads[workload].Judged
	_, err = p.Watch(ctx, replication, func(s *Sighting) {
		if s.Workload != workload || metro != AllMetros && s.Metro != metro {
			return
		}
		all[s.Metro] = append(all[s.Metro], s.At)
		isFirst := !isFound || s.At < f.at || s.At == f.at && s.Metro < f.metro
		took := s.judged(by)
		is := false
		switch which {
		case Slowest:
			is = !s.Outcome.IsFailure() && (took > slowest || took == slowest && isFirst)
		case FirstMiss:
			is = s.Outcome == Miss && isFirst
		case FirstRetried:
			is = s.Tries > 1 && isFirst
		case FirstFailed:
			is = s.Outcome == Failed && isFirst
		case FirstRejected:
			is = s.Outcome == Rejected && isFirst
		}
		if is {
			isFound, f.at, f.metro, slowest = true, s.At, s.Metro, took
		}
	})
	if err != nil {
		return f, err
	}
	for _, of := range all {
		f.among += len(of)
	}
	if isNumber := which == ByNumber; isNumber && (number < 1 || number > f.among) || !isNumber && !isFound {
		none := &NoRequestError{Which: which, Number: number, Count: f.among, Workload: p.workloads[workload].name}
		if metro != AllMetros {
			none.Metro = p.metros[metro]
		}
		return f, none
	}
	if which == ByNumber {
		f.metro = metro
	}
	of := all[f.metro]
	slices.Sort(of)
	if which == ByNumber {
		f.at = of[number-1]
	}
	before, _ := slices.BinarySearch(of, f.at)
	f.number, f.count = before+1, len(of)
	return f, nil
}

// judged returns the time to the byte by which a workload is judged.
func (s *Sighting) judged(by workload.Byte) int64 {
	if by == workload.LastByte {
		return s.TTLB
	}
	return s.TTFB
}
