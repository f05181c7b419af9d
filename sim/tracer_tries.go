package sim

import "fmt"

// A request that is followed may be asked again. Then each try before the last is told by its site, why it was given up and how long its client
// waited before the next, and step by step what became of the last.

// firstAsked returns when the user first asked for a request, and whether it is of the try that is followed now: not of one that was given up.
func (t *tracer) firstAsked(c *clients, r *request) (at int64, isNow bool) {
	if c.patience == nil {
		return r.arrived - c.delay, true
	}
	of := c.patience.site.tries.at(r.try)
	return of.first - c.delay, of.isOpen
}

// isTryOf reports whether a try is of the request that is followed.
func (t *tracer) isTryOf(c *clients, of *try) bool {
	return int(c.workload.number) == t.workload && c.metro == t.metro && of.first-c.delay == t.at
}

// asksAgain notes that a client gives a try up at an instant, for a reason, and asks again at another. What becomes of the try is not followed any more.
func (t *tracer) asksAgain(c *clients, of *try, from, at int64, why Reason) {
	if !t.isTryOf(c, of) {
		return
	}
	t.endsTry(c, of, from, why)
	t.addTime(at-from, c, "waits before it asks again")
	t.found, t.current, t.passed = false, false, false
}

// ends notes that the last of several tries ends without an answer of use.
func (t *tracer) ends(c *clients, of *try, at int64, why Reason) {
	if of.made > 1 && t.isTryOf(c, of) {
		t.endsTry(c, of, at, why)
		t.found, t.arrived, t.isOver = true, at, true
	}
}

func (t *tracer) endsTry(c *clients, of *try, at int64, why Reason) {
	text := "an error, " + why.String()
	switch {
	case why.outcome() == Rejected:
		text = "rejected, " + why.String()
	case why == TimedOut:
		text = "no answer until the timeout"
	case why == SiteDown || why == LinkDown:
		text = "no answer until the timeout, " + why.String()
	}
	t.tried = append(t.tried, Step{at - of.arrived, c.patience.site.name, fmt.Sprintf("try %d: %s", of.made, text)})
	t.marks = nil
	clear(t.flights)
	clear(t.messages)
}

// leaves notes that a client asks another site next, how much later since the request must be there first, and what the connection took that is left.
func (t *tracer) leaves(c *clients, of *try, later, took int64) {
	if t.isTryOf(c, of) {
		t.addTime(later, c, "until there could be an answer")
		t.addTime(took, c, "the connection that is left")
		t.left += took
	}
}

func (t *tracer) addTime(ns int64, c *clients, text string) {
	if ns != 0 {
		t.tried = append(t.tried, Step{ns, c.patience.site.name, text})
	}
}

// beginSteps returns the steps before the request came to where it ended.
func (t *tracer) beginSteps() []Step {
	all := t.tried
	if len(all) > 0 && !t.isOver {
		all = append(all, Step{0, t.site, "asked again"})
	}
	return all
}
