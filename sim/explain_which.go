package sim

import (
	"cmp"
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
	// FirstMiss is the first that a first cache had to fetch, FirstRetried that was asked again, FirstFailed that failed, and FirstRejected that was rejected:
	// of those of one instant that of the metro which comes first, and of one metro that which its demand has first.
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

// A foundRequest is the request that is asked for.
type foundRequest struct {
	askedRequest
	metro int
	// place is its place among those of the metro that are recorded, from 1, in order of time, of count; those of its instant are from first to last.
	place, count, first, last int
	among                     int // how many it was sought
}

// An askedRequest is when a request was asked, and its number among those of its metro, in order of time.
type askedRequest struct {
	at     int64
	number uint64
}

// find looks for the request that is asked for.
func (p *Plan) find(ctx context.Context, replication, workload, metro int, which Which, number int) (f foundRequest, err error) {
	all := make([][]askedRequest, len(p.metros))
	isFound, slowest := false, int64(0)
	by := p.scenario.Workloads[workload].Judged
	_, err = p.Watch(ctx, replication, func(s *Sighting) {
		if s.Workload != workload || metro != AllMetros && s.Metro != metro {
			return
		}
		asked := askedRequest{s.At, s.request.number}
		all[s.Metro] = append(all[s.Metro], asked)
		isFirst := !isFound || cmp.Or(cmp.Compare(asked.at, f.at), cmp.Compare(s.Metro, f.metro), cmp.Compare(asked.number, f.number)) < 0
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
			isFound, f.askedRequest, f.metro, slowest = true, asked, s.Metro, took
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
	slices.SortFunc(of, func(a, b askedRequest) int { return cmp.Compare(a.number, b.number) })
	if which == ByNumber {
		f.askedRequest = of[number-1]
	}
	before, _ := slices.BinarySearchFunc(of, f.number, func(a askedRequest, n uint64) int { return cmp.Compare(a.number, n) })
	f.place, f.count, f.first, f.last = before+1, len(of), before+1, before+1
	for f.first > 1 && of[f.first-2].at == f.at {
		f.first--
	}
	for f.last < len(of) && of[f.last].at == f.at {
		f.last++
	}
	return f, nil
}

// judged returns the time to the byte by which a workload is judged.
func (s *Sighting) judged(by workload.Byte) int64 {
	if by == workload.LastByte {
		return s.TTLB
	}
	return s.TTFB
}
