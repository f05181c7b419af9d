package sim

import (
	"math"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// dataCalls are the calls that requests of one workload make from one site to the home of their data.
type dataCalls struct {
	*workload.DataCalls
	hops []nextHop // the home, then what can stand in for it
	// remote says that some hop must be asked by message; otherwise all calls are arithmetic.
	remote bool
	// isLossy says that some hop is over links that lose packets.
	isLossy bool
}

func newDataCalls(w *workload.DataCalls, hops []nextHop) dataCalls {
	d := dataCalls{DataCalls: w, hops: hops}
	for i := range hops {
		d.remote, d.isLossy = d.remote || hops[i].remote, d.isLossy || hops[i].loss > 0
	}
	return d
}

// holdsData reports whether calls for the data of a workload stay at the site.
func (s *site) holdsData(workload uint8) bool {
	hops := s.data[workload].hops
	return len(hops) > 0 && uint32(hops[0].to) == s.id
}

// A call is one question to the data's home.
type call struct {
	attempt
	work   int64  // ns at the home
	of     uint32 // the number of the computation that makes it
	number int    // among its calls, from 0
	losses        // over links that lose packets
}

// A callEnd is how a call ended, or all calls of a request. queue, service and inVain are parts of the time it
// took, in ns; what they leave is the way.
type callEnd struct {
	at             int64 // the instant at which the answer was back, or nobody waited for it any more
	queue, service int64
	inVain         int64 // for sites that did not answer
	failed         bool
	why            Reason // where it has failed
}

// A callsEnd is how those calls of a request ended, together, that have.
type callsEnd struct {
	callEnd
	start   int64 // the instant at which the first left
	slowest int   // the call that took longest, where they go in parallel
}

// newCallsEnd begins calls at an instant.
func newCallsEnd(now int64) callsEnd {
	return callsEnd{callEnd: callEnd{at: now}, start: now, slowest: math.MaxInt}
}

// add takes the end of a call. One after the other, calls add up. In parallel the slowest counts, the first of
// equals; where some fail, the first to do so.
func (e *callsEnd) add(parallel bool, number int, one callEnd) {
	switch {
	case !parallel:
		e.at, e.failed, e.why = one.at, one.failed, one.why
		e.queue += one.queue
		e.service += one.service
		e.inVain += one.inVain
	case one.failed && (!e.failed || one.at < e.at):
		e.callEnd = one
	case one.failed || e.failed:
	case one.at > e.at || one.at == e.at && number < e.slowest:
		e.callEnd, e.slowest = one, number
	}
}

// newCall returns the next call of a request, of which others have ended as they have. It leaves when the one
// before has ended, or with the first where they go in parallel.
func (d *dataCalls) newCall(number int, e *callsEnd, work *random.Stream) call {
	leaves := e.at
	if d.Parallel {
		leaves = e.start
	}
	k := call{attempt: newAttempt(d.hops, leaves, 0), number: number}
	if d.isLossy {
		k.losses = lossesOf(work, number)
	}
	k.work = d.Service.Draw(work)
	return k
}

// makeAll makes all calls of a request, where none goes by message; the first leaves at an instant. The work of
// all is drawn in any case, so that a failure leaves alone what is drawn next.
func (d *dataCalls) makeAll(now int64, work *random.Stream) callsEnd {
	e := newCallsEnd(now)
	for number := range d.Calls {
		k := d.newCall(number, &e, work)
		if e.failed && !d.Parallel {
			continue
		}
		end, _ := d.follow(&k)
		e.add(d.Parallel, number, end)
	}
	return e
}

// follow makes a call as far as that is arithmetic. ended is false where the hop of its choice must be asked by
// message.
func (d *dataCalls) follow(k *call) (end callEnd, ended bool) {
	for {
		h := &d.hops[k.choice]
		if d.isLossy {
			k.lose(h)
		}
		if h.needsMessage(k.asked) {
			return callEnd{}, false
		}
		back, lost := h.try(k.asked, k.work)
		if lost == nil {
			return callEnd{at: back, service: h.takes(k.asked, k.work), inVain: k.waited}, true
		}
		if !d.again(k, back, lost) {
			return callEnd{at: back, failed: true, why: DataHomeDown}, true
		}
	}
}

// again makes a call again that was given up at an instant, because of an outage: at once where there is a second
// choice, when the outage is over where calls wait for that. It returns false where the call has failed.
func (d *dataCalls) again(k *call, gaveUp int64, o *outage) bool {
	switch {
	case k.moveOn(d.hops, gaveUp):
	case d.Waits:
		k.startOver(d.hops, max(gaveUp, o.to))
	default:
		return false
	}
	return true
}
