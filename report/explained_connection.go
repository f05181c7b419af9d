package report

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/transport"
)

// connectionInWords says over which connection a request was asked, and why it was opened if it was not there.
func connectionInWords(c *sim.UserConnection) string {
	how := handshakesInWords[c.Handshake]
	over := how.over
	switch {
	case over == overQUIC:
		over = "HTTP/3 over " + over
	case c.HTTP != "":
		over = "HTTP/" + c.HTTP + " over " + over
	}
	if c.Opening == sim.NotOpened {
		switch {
		case c.HTTP == "":
			return fmt.Sprintf("connection: open, as for %s, %s", requestsInWords(1-c.Share), over)
		case c.IsUnderWay:
			return "connection: one that another request of the visit is opening, " + over
		case c.IsBusy:
			return "connection: open, with others on it that wait for answers, " + over
		case c.Idle < time.Millisecond/2:
			return "connection: open, in use until just now, " + over
		}
		return fmt.Sprintf("connection: open, unused for %v, %s", c.Idle.Round(time.Millisecond), over)
	}
	why := ""
	switch c.Opening {
	case sim.ByShare:
		why = "as for " + requestsInWords(c.Share)
	case sim.FirstOfVisit:
		why = "the first of its visit"
	case sim.IdleTooLong:
		why = fmt.Sprintf("for that before it had been unused for %v, and such live for %v", c.Idle.Round(time.Millisecond), c.IdleTimeout)
	case sim.AllBusy:
		why = "for others wait for answers over all that are open"
	case sim.SiteWasDown:
		why = "for the site has been down since that before it was used"
	case sim.AtNextSite:
		why = "for this is another site than before"
	}
	return fmt.Sprintf("connection: new, %s: %s, %s", why, over, how.handshake)
}

// requestsInWords names a share of requests above 0.
func requestsInWords(share float64) string {
	if share == 1 {
		return "all requests"
	}
	return percent(share) + " % of requests"
}

// openingParts are the parts of a request's time that a connection takes.
func openingParts(c *sim.UserConnection) []userPart {
	connect, tls := c.Handshake.RoundTrips()
	parts := []userPart{
		{sim.Lookup, nameInWords(c)},
		{sim.Connect, "connect: " + roundTrips(connect) + " of a new connection"},
		{sim.TLS, "tls: " + roundTrips(tls) + " of its handshake"},
	}
	if c.IsUnderWay {
		parts[1].text = "connect: until its handshake is done"
	}
	switch {
	case c.Work > 0 && tls == 0:
		parts[2].text = "tls: the work of both ends on its handshake"
	case c.Work > 0:
		parts[2].text += ", and the work of both ends on it"
	}
	return parts
}

func roundTrips(n int64) string {
	if n == 1 {
		return "the round trip"
	}
	return fmt.Sprintf("the %d round trips", n)
}

// handshakesInWords says over what requests of each handshake go, and what it is like.
var handshakesInWords = [...]struct{ over, handshake string }{
	transport.TCPTLS13:     {"TCP and TLS 1.3", fullHandshake},
	transport.TCPTLS12:     {"TCP and TLS 1.2", fullHandshake},
	transport.TCPClear:     {"TCP without TLS", "nothing but its own handshake"},
	transport.QUIC:         {overQUIC, fullHandshake},
	transport.TLS13Resumed: {"TCP and TLS 1.3", earlyData},
	transport.QUICResumed:  {overQUIC, earlyData},
	transport.TLS12Resumed: {"TCP and TLS 1.2", "resumed, which saves a round trip"},
	transport.TLS13Ticket:  {"TCP and TLS 1.3", "resumed without early data, which saves work but no round trip"},
	transport.QUICTicket:   {overQUIC, "resumed without early data, which saves work but no round trip"},
}

const (
	overQUIC      = "QUIC" // which is HTTP/3, whatever visits say
	fullHandshake = "a full handshake"
	earlyData     = "resumed, and the request goes along with it as early data (0-RTT)"
)

// nameInWords says whether the site's name was looked up, and why; nothing where that takes no time, or nothing is opened.
func nameInWords(c *sim.UserConnection) string {
	switch {
	case c.NameTTL == 0 || c.Opening == sim.NotOpened:
		return ""
	case !c.LooksUp:
		return fmt.Sprintf("dns: the site's name was looked up %v ago, and may be used for %v", c.NameAge.Round(time.Millisecond), c.NameTTL)
	case c.NameAge == 0:
		return "dns: the look-up of the site's name, which the visit has not asked for before"
	}
	return fmt.Sprintf("dns: the look-up of the site's name, which was looked up %v ago and may be used for %v", c.NameAge.Round(time.Millisecond), c.NameTTL)
}
