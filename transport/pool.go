package transport

// A Pool is the connections that a site keeps over a [Dialer] as HTTP/1.1 has them: over each goes one question at a time, so that one
// that finds all busy opens another. Of those that nobody uses a number is kept, for the keep-alive time after their last answer; the
// one used last is used first. Connections have numbers from 1. The zero Pool has none.
type Pool struct {
	lines []Line   // by number less 1
	idle  []uint32 // in the order in which they fell idle
	gone  []uint32 // numbers of closed ones, to be used again
}

// LastIdle returns the instant at which the connection that would be used next fell idle; false if none is idle.
func (p *Pool) LastIdle() (at int64, ok bool) {
	if len(p.idle) == 0 {
		return 0, false
	}
	return p.lines[p.idle[len(p.idle)-1]-1].last, true
}

// Hold puts a connection into an empty pool that has been idle since an instant.
func (p *Pool) Hold(since int64) {
	p.Clear()
	p.lines, p.idle = append(p.lines, Idle(since)), append(p.idle, 1)
}

// CloseIdle closes all connections that nobody uses.
func (p *Pool) CloseIdle() {
	p.gone = append(p.gone, p.idle...)
	p.idle = p.idle[:0]
}

// Close closes a connection over which a question was asked, that has no answer.
func (p *Pool) Close(number uint32) { p.gone = append(p.gone, number) }

// Clear forgets all connections.
func (p *Pool) Clear() { p.lines, p.idle, p.gone = p.lines[:0], p.idle[:0], p.gone[:0] }

// Connection returns the connection with a number.
func (p *Pool) Connection(number uint32) *Line { return &p.lines[number-1] }

// DialPool is [Dialer.Dial] over a connection of a pool, whose number it returns. The connection is busy until [Dialer.Done] or [Pool.Close].
func (d *Dialer) DialPool(p *Pool, now int64) (number uint32, leaves int64) {
	number = d.take(p, now)
	return number, d.Dial(&p.lines[number-1], now)
}

// AnswerPool returns how long the last byte of an answer takes after the first, which is here at an instant, over the connection with a number: it has that for itself.
func (d *Dialer) AnswerPool(p *Pool, number uint32, bytes, first int64) (takes int64) {
	_, takes = d.Answer(&p.lines[number-1], bytes, first)
	return takes
}

// take takes a connection of a pool that is idle, or a new one.
func (d *Dialer) take(p *Pool, now int64) (number uint32) {
	if at, ok := p.LastIdle(); ok {
		if now-at <= d.open {
			number = p.idle[len(p.idle)-1]
			p.idle = p.idle[:len(p.idle)-1]
		} else {
			p.CloseIdle() // the others have been idle for longer
		}
	}
	if number == 0 {
		if n := len(p.gone); n > 0 {
			number, p.gone = p.gone[n-1], p.gone[:n-1]
		} else {
			p.lines = append(p.lines, Line{})
			number = uint32(len(p.lines))
		}
		p.lines[number-1] = Unused()
	}
	return number
}

// Done says that the last byte of the answer over a connection was there at an instant, and that it is idle from then on. Of several
// the instants come in order.
func (d *Dialer) Done(p *Pool, number uint32, at int64) {
	p.lines[number-1].last = at
	if len(p.idle) == d.most {
		p.gone = append(p.gone, p.idle[0])
		p.idle = append(p.idle[:0], p.idle[1:]...)
	}
	p.idle = append(p.idle, number)
}
