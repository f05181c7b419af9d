package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
)

// WriteExplanation writes the way of one request, step by step. The times in the first column sum to that of the first byte.
func WriteExplanation(w io.Writer, placement string, e *sim.Explanation) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s from %s under %s: request %d of the recorded time, %v after the run began\n", e.WorkloadName, e.MetroName, placement, e.Number, time.Duration(e.At))
	fmt.Fprintf(&b, "%v at %s", e.Outcome, e.Site)
	if e.Outcome == sim.Failed {
		fmt.Fprintf(&b, ": %v; given up after %s ms\n", e.Reason, explainedMs(e.TTFB))
	} else {
		fmt.Fprintf(&b, ": %s ms to the first byte, %s ms to the last\n", explainedMs(e.TTFB), explainedMs(e.TTLB))
	}
	b.WriteString("\n          ms  what\n")
	row := func(ns int64, text string, args ...any) {
		cell := ""
		if ns != 0 {
			cell = explainedMs(ns)
		}
		fmt.Fprintf(&b, "%12s  %s\n", cell, fmt.Sprintf(text, args...))
	}
	sum := int64(0)
	if e.Outcome != sim.Failed {
		line := ""
		if e.Causes[sim.Access] != 0 {
			line = fmt.Sprintf(", %v", e.Line)
		}
		for _, part := range []struct {
			cause sim.Cause
			text  string
		}{
			{sim.Connect, "connect: the round trips of a new connection"},
			{sim.TLS, "tls: the round trips of its handshake"},
			{sim.Access, "access: the last mile, there and back, jitter included" + line},
			{sim.Propagation, "propagation: from the metro to where it enters, there and back"},
			{sim.Loss, "packet loss: until lost packets were sent again"},
		} {
			if ns := e.Causes[part.cause]; ns != 0 {
				row(ns, "%s", part.text)
				sum += ns
			}
		}
		if ns := beyondOf(e); ns != 0 {
			row(ns, "upstream: from where it enters to %s, there and back", e.Site)
			sum += ns
		}
	}
	writeSteps(row, e)
	sum += e.WaitNs
	if e.Outcome == sim.Failed {
		sum = e.TTFB
		row(e.TTFB-e.WaitNs, "the ways of the user there and back, and what is left of the patience")
	}
	b.WriteString("------------\n")
	row(sum, "time to the %s", map[bool]string{false: "first byte", true: "error"}[e.Outcome == sim.Failed])
	if e.Outcome != sim.Failed && e.TTLB != e.TTFB {
		row(e.TTLB-e.TTFB, "the other bytes, to the user and from further up")
		row(e.TTLB, "time to the last byte")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// beyondOf returns the round trip between where a request enters and the site that serves it: what of its parts the others leave.
func beyondOf(e *sim.Explanation) int64 {
	ns := e.TTFB - e.WaitNs
	for _, c := range []sim.Cause{sim.Connect, sim.TLS, sim.Access, sim.Propagation, sim.Loss} {
		ns -= e.Causes[c]
	}
	return ns
}

// writeSteps writes what went on behind the first site; where nobody has noted it, by cause.
func writeSteps(row func(int64, string, ...any), e *sim.Explanation) {
	for _, s := range e.Steps {
		if s.Site == "" {
			row(s.Ns, "%s", s.Text)
		} else {
			row(s.Ns, "%s: %s", s.Site, s.Text)
		}
	}
	if len(e.Steps) > 0 {
		return
	}
	if e.Outcome == sim.Hit {
		row(0, "%s: holds it", e.Site)
		return
	}
	left := e.WaitNs
	for c := range sim.NumCauses {
		ns := e.Causes[c]
		switch c {
		case sim.Queue:
			row(ns, "%s: waits for a server", e.Site)
		case sim.Service:
			row(ns, "%s: works on it, and on its calls for data", e.Site)
		default:
			continue
		}
		left -= ns
	}
	if left != 0 {
		row(left, "%s: calls for data, or the wait for another site", e.Site)
	}
}

func explainedMs(ns int64) string {
	sign := ""
	if ns < 0 {
		sign, ns = "-", -ns
	}
	return fmt.Sprintf("%s%d.%06d", sign, ns/1e6, ns%1e6)
}
