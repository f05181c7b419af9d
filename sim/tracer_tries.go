package sim

import (
	"fmt"
	"slices"
)

// A request that is followed may be asked again. Then each try before the last is told by its site, why it was given up and how long its client
// waited before the next, and step by step what became of the last.

// isNow reports whether a request is of the try that its client waits for now, not of one that was given up.
func isNow(c *clients, r *request) bool {
	return c.patience == nil || c.patience.site.tries.at(r.try).isOpen
}

// isConnecting reports whether a try opens a connection: where the site is down or cannot be reached there is none.
func isConnecting(c *clients, of *try) bool {
	return of.isNew && during(c.outages, of.arrived-c.delay) == nil
}

// asksAgain notes that a client gives a try up at an instant, for a reason, and asks again at another. What becomes of the try is not followed any more.
func (t *tracer) asksAgain(c *clients, of *try, from, at int64, why Reason) {
	if !t.isOne(c, of.number) {
		return
	}
	if !t.isConnected && isConnecting(c, of) {
		t.connects, t.isConnected = len(t.tried), true
	}
	t.endsTry(c, of, from, why)
	t.addTime(at-from, "the client waits before it asks again")
	t.found, t.current, t.passed, t.linkRest = false, false, false, 0
	t.rest, t.waits = upstreamRest{}, awaited{}
}

// ends notes that the last of several tries ends without an answer of use.
func (t *tracer) ends(c *clients, of *try, at int64, why Reason) {
	if of.made > 1 && t.isOne(c, of.number) {
		if took := c.setUpTime(&of.request) - of.resent; why == TimedOut && took != 0 {
			t.tried = append(t.tried, Step{took, c.patience.site.name, "a new connection"})
			t.left += took
		}
		t.endsTry(c, of, at, why)
		t.found, t.arrived, t.isOver = true, at, true
	}
}

func (t *tracer) endsTry(c *clients, of *try, at int64, why Reason) {
	t.tried = append(t.tried, Step{at - of.arrived, c.patience.site.name, fmt.Sprintf("try %d: %s", of.made, why.EndsInWords())})
	t.marks = nil
	clear(t.flights)
	clear(t.messages)
}

// EndsInWords says what a client gets that fails for a reason.
func (r Reason) EndsInWords() string {
	switch {
	case r.outcome() == Rejected:
		return "rejected, " + r.String()
	case r == TimedOut:
		return "no answer until the timeout"
	case r.IsSilence():
		return "no answer until the timeout, " + r.String()
	}
	return "an error, " + r.String()
}

// IsSilence reports whether clients hear nothing of a failure for the reason, but give up.
func (r Reason) IsSilence() bool { return r == TimedOut || r == SiteDown || r == LinkDown }

// leaves notes that a client asks another site next, how much later since the request must be there first, and what the connection took that is left.
func (t *tracer) leaves(c *clients, of *try, later, took int64) {
	if t.isOne(c, of.number) {
		t.addTime(later, "the client waits until there could be an answer")
		if took != 0 {
			t.tried = slices.Insert(t.tried, t.connects, Step{took, c.patience.site.name, "a new connection, which the client leaves later"})
		}
		t.left += took
		t.isConnected, t.hasMovedOn = false, true
	}
}

// waitsForConnection notes that the user has sent the request so much later than it was to be.
func (t *tracer) waitsForConnection(c *clients, number uint64, ns int64) {
	if !t.found && t.isOne(c, number) {
		t.addTime(ns, "connection queue: until one of the user's connections to the site was idle")
		t.isSentLate = true
	}
}

func (t *tracer) addTime(ns int64, text string) {
	if ns != 0 {
		t.tried = append(t.tried, Step{ns, "", text})
	}
}

// triedSteps returns the steps before the request came to where it ended, and how many of them came before the connection to there was opened.
func (t *tracer) triedSteps() (all []Step, connects int) {
	all = t.tried
	if len(all) > 0 && !t.isOver && !t.isSentLate {
		all = append(all, Step{0, t.site, "asked again"})
	}
	if t.isConnected {
		return all, t.connects
	}
	return all, len(all)
}
