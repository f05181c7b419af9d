package sim

import "github.com/edgewise-sim/edgewise/transport"

// connections are those of visits over HTTP/1.1 beside the first of each, in blocks of as many as one may have besides: few visits need any. Number 0 stands for no block.
type connections struct {
	each int
	all  []transport.Conn
	free []uint32 // blocks
}

// take returns the number of a block, all of whose connections are closed.
func (c *connections) take() uint32 {
	if last := len(c.free) - 1; last >= 0 {
		n := c.free[last]
		c.free = c.free[:last]
		clear(c.block(n))
		return n
	}
	c.all = append(c.all, make([]transport.Conn, c.each)...)
	return uint32(len(c.all) / c.each)
}

// release frees a block.
func (c *connections) release(n uint32) {
	if n != 0 {
		c.free = append(c.free, n)
	}
}

// block returns the connections of a number.
func (c *connections) block(n uint32) []transport.Conn { return c.all[(int(n)-1)*c.each:][:c.each] }

// connections returns how many connections of a visit there may be that are or have been open.
func (v *visits) connections(p *visitor) int {
	if p.more == 0 {
		return 1
	}
	return 1 + v.more.each
}

// unused returns the number of a connection of a visit that can be opened at an instant, the first of those that there are; -1 where all are busy.
func (v *visits) unused(p *visitor, k *transport.Keeping, at int64) int {
	for n := range v.connections(p) {
		if conn := v.conn(p, n); !k.IsOpen(conn, at) && (p.version != 0 || !conn.IsBusy(at)) {
			return n
		}
	}
	if !v.hasFurther(p) {
		return -1
	}
	p.more = v.more.take()
	return 1
}

// hasFurther reports whether a visit may open connections besides the first, of which it has opened none.
func (v *visits) hasFurther(p *visitor) bool { return p.version == 0 && p.more == 0 && v.more.each > 0 }

// conn returns one of them.
func (v *visits) conn(p *visitor, n int) *transport.Conn {
	if n == 0 {
		return &p.conn
	}
	return &v.more.block(p.more)[n-1]
}

// seatOf returns who visits in a place under a name, wherever that is now; nil where the visit has ended.
func (v *visits) seatOf(place, name uint32) *visitor {
	if p := &v.visitors[place]; p.name == name {
		return p
	}
	return v.leftSeat(name)
}

// rowOf returns the row of answers to a visit, with what it loses where any may be lost.
func (v *visits) rowOf(p *visitor, place uint32) sentRow {
	switch {
	case !v.mayLose:
		return sentRow{&p.row, nil}
	case p.hasLeft:
		return sentRow{&p.row, &v.left.at(v.leftBy[p.name]).losses}
	}
	return sentRow{&p.row, &v.losses[place]}
}

// lookedUpBy returns when a visit looked the site's name up, where that takes time.
func (v *visits) lookedUpBy(p *visitor, place uint32) *int64 {
	if p.hasLeft {
		return &v.left.at(v.leftBy[p.name]).lookedUp
	}
	return &v.lookedUp[place]
}

// A leftVisit is a visit whose last requests wait for a connection, or for their answers, while another one has its place.
type leftVisit struct {
	visitor
	lookedUp int64
	losses   rowLosses
}

// leftSeat returns who visits under a name whose place another one has; nil where nothing of the visit waits any more.
func (v *visits) leftSeat(name uint32) *visitor {
	if n := v.leftBy[name]; n != 0 {
		return &v.left.at(n).visitor
	}
	return nil
}

// isWaiting reports whether requests of a visit wait for a connection, or over one for their answers.
func (v *visits) isWaiting(p *visitor) bool {
	if p.waiting != 0 {
		return true
	}
	for n := range v.connections(p) {
		if v.conn(p, n).IsAwaited() {
			return true
		}
	}
	return false
}

// leave makes room in a place for another visit: what of the one there still waits goes on elsewhere.
func (v *visits) leave(p *visitor, place uint32) {
	if p.name == 0 { // nobody has had it
		return
	}
	if !v.isWaiting(p) {
		v.more.release(p.more)
		return
	}
	n := v.left.add()
	left := v.left.at(n)
	left.visitor, left.lookedUp = *p, never
	left.hasLeft = true
	if v.mayLose {
		left.losses = v.losses[place]
	}
	if v.Lookup > 0 {
		left.lookedUp = v.lookedUp[place]
	}
	v.leftBy[p.name] = n
}

// forget forgets a visit whose place another one has, if nothing of it waits any more.
func (v *visits) forget(p *visitor) {
	n := v.leftBy[p.name]
	if n == 0 || &v.left.at(n).visitor != p || v.isWaiting(p) { // it may be forgotten already
		return
	}
	delete(v.leftBy, p.name)
	v.more.release(p.more)
	v.left.remove(n)
}
