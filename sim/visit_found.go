package sim

import (
	"slices"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/transport"
)

// mostAsked is how many requests of a visit over HTTP/1.1 are looked at that it made before the run.
const mostAsked = 256

// beginConnections opens the connections of a visit over HTTP/1.1 that is under way as the run begins: those that its requests before the run have left, over some of which answers may still be on their way. Back in time the visit
// has asked as it will, with exponential gaps and a geometric number of times. Answers came after a round trip, whatever was asked for (assumed). Where the site works on them or fetches them first, or
// they are large, more connections would be open. Each connection but the first was resumed, if there are keys (assumed).
func (v *visits) beginConnections(c *clients, p *visitor, draws *random.Stream) {
	k, asked := &v.keeping[p.version], v.askedBefore[:0]
	for at := int64(0); len(asked) < mostAsked; {
		at -= int64(draws.Exp() * float64(v.Gap))
		asked = append(asked, at)
		if draws.Float64()*v.Requests < 1 {
			break
		}
	}
	v.askedBefore = asked
	roundTrip := c.rtt + p.base
	for first, at := range slices.Backward(asked) {
		n := v.open(c, p, at)
		if n < 0 {
			if n = v.unusedBefore(p, k, at); n < 0 { // it has waited for the first that was idle
				n = v.soonestIdle(p)
				at = v.conn(p, n).Last()
			} else {
				t := &c.stacks.all[c.stacks.number(int(p.version), first < len(asked)-1 || v.Returning == 1, p.line)].transfer
				k.Open(v.conn(p, n), at+int64(t.Connect+t.TLS)*roundTrip+t.Work)
			}
		}
		conn := v.conn(p, n)
		conn.Answered(at+conn.Ask(at)+roundTrip+c.beyond, conn.Window())
	}
}

// unusedBefore is [visits.unused] before the run: a connection that has never been opened was not used last as that begins.
func (v *visits) unusedBefore(p *visitor, k *transport.Keeping, at int64) int {
	for n := range v.connections(p) {
		if *v.conn(p, n) == (transport.Conn{}) {
			return n
		}
	}
	return v.unused(p, k, at)
}

// soonestIdle returns the number of the connection of a visit that is idle first.
func (v *visits) soonestIdle(p *visitor) (first int) {
	for n := range v.connections(p) {
		if v.conn(p, n).Last() < v.conn(p, first).Last() {
			first = n
		}
	}
	return first
}
