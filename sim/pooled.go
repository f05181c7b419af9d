package sim

import "github.com/edgewise-sim/edgewise/transport"

// newPools returns pools of connections for those who are asked, by workload; nil where one connection carries all.
func newPools(u *transport.Upstream, hops [][]nextHop) [][]transport.Pool {
	if u.Pool == 0 {
		return nil
	}
	all := make([][]transport.Pool, len(hops))
	for w := range hops {
		all[w] = make([]transport.Pool, len(hops[w]))
	}
	return all
}

// takeConnection asks a next hop for the object of a fetch over a connection of its pool, and returns when the question leaves. With a
// site that is down none can be set up; and those from before it was down are gone. What the answer takes over it is a matter of when it comes.
func (t *tier) takeConnection(f *flight, h *nextHop, n uint32, now int64) (leaves int64) {
	p := &t.pools[f.number][f.choice]
	if h.outages != nil {
		if at, ok := p.LastIdle(); ok && h.isBroken(at, now) {
			p.CloseIdle()
		}
		if h.missing(now) != nil {
			return now
		}
	}
	if h.lossy != nil {
		f.conn, leaves = h.lossy.DialPool(p, now, t.losses.of(h.lossy, n, f))
		return leaves
	}
	f.conn, leaves = h.dialer.DialPool(p, now)
	return leaves
}

// poursAlone is what [site.pours] is over a connection of a pool, which carries one answer at a time.
func (s *site) poursAlone(t *tier, h *nextHop, f *flight, n uint32, first, last int64) {
	f.takes = 0
	if f.conn != 0 { // else the site has failed since, and nobody waits
		p := &t.pools[f.number][f.choice]
		if s.trace != nil {
			held := *p.Connection(f.conn)
			held.Hold()
			s.trace.answers(s, t, n, &held, first-h.rtt())
		}
		if h.lossy != nil {
			f.takes = h.lossy.AnswerPool(p, f.conn, f.bytes, first, t.losses.of(h.lossy, n, f))
		} else {
			f.takes = h.dialer.AnswerPool(p, f.conn, f.bytes, first)
		}
	}
	f.first, f.last = first, max(last, first+f.takes)
}

// leaveConnection ends the use of a fetch's connection at an instant: it is idle from then on or, where no answer has come, closed.
func (t *tier) leaveConnection(f *flight, now int64, answered bool) {
	if f.conn == 0 {
		return
	}
	if t.pools == nil {
		t.lines[f.number][f.choice].Leave(f.conn, now)
		f.conn = 0
		return
	}
	p := &t.pools[f.number][f.choice]
	if answered {
		t.hops[f.number][f.choice].dialer.Done(p, f.conn, now)
	} else {
		p.Close(f.conn)
	}
	f.conn = 0
}
