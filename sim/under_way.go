package sim

// A request reaches its site later than the first packet of its connection does, by which sites and their queues know it: behind the handshakes, and after what was lost and is sent again. So
// what fails meanwhile costs it its answer.

// outageOf returns the outage that costs a request its answer, which would leave the site at an instant over a connection whose handshake is done; nil where there is none.
func (c *clients) outageOf(r *request, first int64) *outage {
	arrives, leaves := r.arrived-c.delay, first-c.delay
	later := int64(0)
	if r.isNew || r.resent != 0 || c.visits != nil { // another request of a visit may be opening the connection
		later = c.setUpTime(r)
	}
	if later == 0 {
		return meets(c.outages, arrives, leaves)
	}
	leaves += later
	for i := range c.outages {
		if o := &c.outages[i]; o.side == atSite && o.from <= leaves+o.after && arrives < o.to || o.side != atSite && c.losesPacket(o, r, leaves) {
			return o
		}
	}
	return nil
}

// setUpTime returns how much later than over a connection whose handshake is done a request reaches its site.
func (c *clients) setUpTime(r *request) int64 {
	if c.stacks != nil {
		var x exchange
		c.setUp(r, &x)
		return r.resent + x.lookup + x.connect + x.tls
	}
	later := r.resent
	var t trips
	c.tripsOf(&t, r, c.handshakeTrips(r))
	for number := range t.spent {
		later += t.at(number)
	}
	return later
}

// handshakeTrips returns the round trips of the handshakes of a request's connection, 0 of one that is open.
func (c *clients) handshakeTrips(r *request) int64 {
	if !r.isNew {
		return 0
	}
	t := &c.transfer
	if c.stacks != nil {
		t = &c.stackOf(r).transfer
	}
	return t.Connect + t.TLS
}

// losesPacket reports whether a link that is down loses a packet of a request or of its handshakes, or of the answer, which leaves at an instant. Each round trip of a handshake comes to the
// link once either way; those of a connection that another request opens are of that one.
func (c *clients) losesPacket(o *outage, r *request, leaves int64) bool {
	isDown := func(at int64) bool { return o.from <= at && at < o.to }
	var t trips
	c.tripsOf(&t, r, c.handshakeTrips(r))
	at := r.arrived - c.delay
	if c.stacks != nil {
		var x exchange
		c.setUp(r, &x)
		at += x.lookup
		if !r.isNew {
			at += x.connect
		}
	}
	for number := range t.spent {
		if isDown(at) {
			return true
		}
		at += t.at(number)
	}
	if o.side == onTheWayBack {
		return isDown(leaves)
	}
	return isDown(at)
}
