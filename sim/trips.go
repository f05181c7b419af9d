package sim

import "github.com/edgewise-sim/edgewise/random"

// trips are the round trips of a user's new connection, all but the one that asks. Each has a jitter of its own, which
// follows from the request's own random number: all placements meet the same.
type trips struct {
	quiet  int64             // a round trip without jitter, in ns
	jitter *random.Quantiles // of the last mile, nil where there is none
	links  float64           // the mean of the links' jitter, in ns
	key    random.Key
	spent  int64 // round trips before the transfer
}

// at returns a round trip of the connection by its number, in ns.
func (t *trips) at(number int64) int64 {
	if t.jitter == nil && t.links == 0 {
		return t.quiet
	}
	u := t.key.At(uint64(number))
	rtt := t.quiet + linkJitter(t.links, u)
	if t.jitter != nil {
		rtt += int64(t.jitter.At(u))
	}
	return rtt
}

// RoundTrip returns a round trip of the transfer in ns, those after the handshakes.
func (t *trips) RoundTrip(number int64) int64 { return t.at(t.spent + number) }

// handshakes returns how long a request's new connection takes to connect and to agree on keys. Its further round trips are
// c.trips then.
func (c *clients) handshakes(r *request) (connect, tls int64) {
	c.tripsOf(&c.trips, r, c.transfer.Connect+c.transfer.TLS)
	t := &c.trips
	for number := range t.spent {
		if rtt := t.at(number); number < c.transfer.Connect {
			connect += rtt
		} else {
			tls += rtt
		}
	}
	return connect, tls
}

// tripsOf makes t the round trips of a request's connection after the one that asks, of which so many are for handshakes.
func (c *clients) tripsOf(t *trips, r *request, spent int64) {
	t.quiet, t.links, t.key, t.spent = c.rtt+r.quiet, c.jitter, r.shake, spent
	if c.law != nil {
		t.jitter = c.law.miles.jitter[r.line]
	}
}
