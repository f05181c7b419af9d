package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// An Explanation is the way of one request as JSON has it. Times are in ms; those of the steps sum to that of the first byte, or to that of
// the error, and with those of the steps after it to that of the last byte.
type Explanation struct {
	Placement string            `json:"placement"`
	Workload  string            `json:"workload"`
	Metro     string            `json:"metro"`
	Request   int               `json:"request"`           // among the recorded ones of the metro, of a window those in it, from 1
	Chosen    string            `json:"chosen,omitempty"`  // why this one, and of how many
	AtOnce    []int             `json:"at_once,omitempty"` // the first and the last request of the metro at the same instant, where there is another
	AtMs      float64           `json:"at_ms"`             // since the start of the scenario's run, as its file tells times: of a window too
	Outcome   string            `json:"outcome"`
	Tries     int               `json:"tries"`
	Reason    string            `json:"reason,omitempty"` // why it failed
	Site      string            `json:"site"`             // that serves it, first of all
	TTFBMs    float64           `json:"ttfb_ms"`
	TTLBMs    float64           `json:"ttlb_ms"`
	Bytes     int64             `json:"bytes"`           // of the answer
	Links     []ExplainedLink   `json:"links,omitempty"` // what events of links did to its ways
	Steps     []ExplanationStep `json:"steps"`
	LastSteps []ExplanationStep `json:"last_steps,omitempty"` // from the first byte to the last one
}

// An ExplainedLink is what an event of links did to a way of the request. Times are in ms as in [Explanation].AtMs.
type ExplainedLink struct {
	// Effect is "around", where routes lead around links that are down, "lost" or "impaired".
	Effect string `json:"effect"`
	// From and To are the ends of the way, Path the nodes on it; Between is what the links join.
	From    string   `json:"from"`
	To      string   `json:"to"`
	Path    []string `json:"path"`
	Between []string `json:"between"`
	// SinceMs and UntilMs are when the links are down or impaired, RoutedSinceMs and RoutedUntilMs when routes lead around them.
	SinceMs       float64 `json:"since_ms"`
	UntilMs       float64 `json:"until_ms"`
	RoutedSinceMs float64 `json:"routed_since_ms,omitempty"`
	RoutedUntilMs float64 `json:"routed_until_ms,omitempty"`

	text string
}

// An ExplanationStep is a part of the time of a request; 0 ms is what took no time.
type ExplanationStep struct {
	Ms   float64 `json:"ms"`
	Site string  `json:"site,omitempty"`
	What string  `json:"what"`

	ns int64
}

// A userPart is what takes time between a user and where the request enters.
type userPart struct {
	cause sim.Cause
	text  string
}

// wayParts are those of a request and its answer, lastParts those that come when it has left the site; those of a connection are of [openingParts].
var (
	wayParts = []userPart{
		{sim.Access, "access: the last mile, there and back, jitter included"},
		{sim.Propagation, "propagation: from the metro to where it enters, there and back"},
		{sim.Loss, "packet loss: until lost packets were sent again"},
	}
	lastParts = []userPart{
		{sim.AnswerQueue, "behind answers before it on the user's connection"},
		{sim.FirstRecord, "first record: the rest of the TLS record that the first byte stands in"},
	}
)

// ExplanationOf returns the way of one request, step by step, of a run that begins so long after that of the scenario.
func ExplanationOf(placement string, e *sim.Explanation, begins time.Duration) Explanation {
	x := Explanation{
		Placement: placement, Workload: e.WorkloadName, Metro: e.MetroName, Request: e.Number, AtMs: explainedFloat(e.At + int64(begins)),
		Links: explainedLinks(e.Links, begins), Outcome: e.Outcome.String(), Tries: e.Tries, Chosen: chosenInWords(e), Site: e.Site, TTFBMs: explainedFloat(e.TTFB), TTLBMs: explainedFloat(e.TTLB), Bytes: e.Bytes, Steps: []ExplanationStep{},
	}
	add := func(ns int64, site, format string, args ...any) {
		x.Steps = append(x.Steps, ExplanationStep{explainedFloat(ns), site, fmt.Sprintf(format, args...), ns})
	}
	if e.FirstAtOnce < e.LastAtOnce {
		x.AtOnce = []int{e.FirstAtOnce, e.LastAtOnce}
	}
	if e.Opened > 0 {
		add(0, e.Site, "open since %v after the run began", e.Opened+begins)
	}
	if e.Outcome.IsFailure() {
		x.Reason = e.Reason.String()
		if e.Way == [sim.NumCauses]int64{} {
			addSilence(add, e)
			return x
		}
	}
	addTried := func(tried []sim.Step) {
		for _, s := range tried {
			add(s.Ns, s.Site, "%s", s.Text)
		}
	}
	addParts := func(parts []userPart) {
		for _, part := range parts {
			if ns := wayOf(e)[part.cause]; ns != 0 {
				text := part.text
				if part.cause == sim.Access {
					text += fmt.Sprintf(", %v", e.Line)
				}
				add(ns, "", "%s", text)
			}
		}
	}
	addTried(e.Tried[:e.ConnectsAfter])
	add(0, "", "%s", connectionInWords(&e.Connection))
	if name := nameInWords(&e.Connection); name != "" && !e.Connection.LooksUp {
		add(0, "", "%s", name)
	}
	addParts(openingParts(&e.Connection))
	addTried(e.Tried[e.ConnectsAfter:])
	addParts(wayParts)
	if ns := beyondOf(e); ns != 0 {
		add(ns, "", "upstream: from where it enters to %s, there and back", e.Site)
	}
	addSteps(add, e)
	addParts(lastParts)
	for _, s := range e.Rest {
		x.LastSteps = append(x.LastSteps, ExplanationStep{explainedFloat(s.Ns), s.Site, s.Text, s.Ns})
	}
	return x
}

// wayOf returns what the parts of a request's way took, of what failed with an error, too.
func wayOf(e *sim.Explanation) *[sim.NumCauses]int64 {
	if e.Outcome.IsFailure() {
		return &e.Way
	}
	return &e.Causes
}

// addSilence adds what a request met to which there was no answer, and for how long its user waited in vain.
func addSilence(add func(ns int64, site, format string, args ...any), e *sim.Explanation) {
	rest := e.TTFB
	for _, s := range slices.Concat(e.Tried, e.Steps) {
		add(s.Ns, s.Site, "%s", s.Text)
		rest -= s.Ns
	}
	if rest != 0 {
		add(rest, e.Site, "%s", e.Reason.EndsInWords())
	}
}

// chosenInWords says why a request was chosen, and of how many.
func chosenInWords(e *sim.Explanation) string {
	which := ""
	switch e.Which {
	case sim.Slowest:
		which = fmt.Sprintf("that with the longest time to the %s byte, by which %s is judged,", lastOrFirst(e.Judged), e.WorkloadName)
	case sim.FirstMiss:
		which = "the first that missed a first cache"
	case sim.FirstRetried:
		which = "the first that was asked again"
	case sim.FirstFailed:
		which = "the first that failed"
	case sim.FirstRejected:
		which = "the first that was rejected"
	default:
		return ""
	}
	from := "all metros"
	if e.Among == e.Count {
		from = e.MetroName
	}
	return fmt.Sprintf("%s of the %d recorded from %s", which, e.Among, from)
}

func lastOrFirst(b workload.Byte) string {
	if b == workload.LastByte {
		return "last"
	}
	return "first"
}

// WriteExplanation writes the way of one request, step by step. The times in the first column sum to that of the first byte.
func WriteExplanation(w io.Writer, placement string, e *sim.Explanation, begins time.Duration) error {
	var b strings.Builder
	of := "recorded time"
	if begins > 0 {
		of = "window"
	}
	fmt.Fprintf(&b, "%s from %s under %s: request %d of %d from %s in the %s, %v after the run began\n",
		e.WorkloadName, e.MetroName, placement, e.Number, e.Count, e.MetroName, of, time.Duration(e.At)+begins)
	if e.FirstAtOnce < e.LastAtOnce {
		fmt.Fprintf(&b, "%s asked requests %d to %d at the same instant: they have the order of the demand\n", e.MetroName, e.FirstAtOnce, e.LastAtOnce)
	}
	if chosen := chosenInWords(e); chosen != "" {
		b.WriteString(chosen + "\n")
	}
	fmt.Fprintf(&b, "%v at %s", e.Outcome, e.Site)
	end := "first byte"
	if e.Outcome.IsFailure() {
		end = "error"
		fmt.Fprintf(&b, ": %v; given up after %s ms\n", e.Reason, explainedMs(e.TTFB))
	} else {
		fmt.Fprintf(&b, ": %s ms to the first byte, %s ms to the last, %d bytes\n", explainedMs(e.TTFB), explainedMs(e.TTLB), e.Bytes)
	}
	x := ExplanationOf(placement, e, begins)
	for _, l := range x.Links {
		b.WriteString(l.text + "\n")
	}
	b.WriteString("\n          ms  what\n")
	row := func(ns int64, text string) {
		cell := ""
		if ns != 0 {
			cell = explainedMs(ns)
		}
		fmt.Fprintf(&b, "%12s  %s\n", cell, text)
	}
	sum := int64(0)
	rows := func(steps []ExplanationStep) {
		for _, s := range steps {
			if s.Site != "" {
				s.What = s.Site + ": " + s.What
			}
			row(s.ns, s.What)
			sum += s.ns
		}
	}
	rows(x.Steps)
	b.WriteString("------------\n")
	row(sum, "time to the "+end)
	rows(x.LastSteps)
	if len(x.LastSteps) > 0 {
		row(sum, "time to the last byte")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// beyondOf returns the round trip between where a request enters and the site that serves it: what of its parts the others leave.
func beyondOf(e *sim.Explanation) int64 {
	ns := e.TTFB - e.WaitNs
	for _, part := range slices.Concat(openingParts(&e.Connection), wayParts, lastParts) {
		ns -= wayOf(e)[part.cause]
	}
	return ns
}

// addSteps adds what went on behind the first site; where nobody has noted it, by cause.
func addSteps(add func(ns int64, site, format string, args ...any), e *sim.Explanation) {
	for _, s := range e.Steps {
		add(s.Ns, s.Site, "%s", s.Text)
	}
	if len(e.Steps) > 0 {
		return
	}
	left := e.WaitNs
	for _, s := range e.Tried {
		left -= s.Ns
	}
	if e.Outcome.IsFailure() {
		if left != 0 || len(e.Tried) == 0 {
			add(left, e.Site, "%s", e.Reason.EndsInWords())
		}
		return
	}
	for c := range sim.NumCauses {
		ns := e.Causes[c]
		switch c {
		case sim.Queue:
			if ns > 0 {
				add(ns, e.Site, "waits for a server")
			}
		case sim.Service:
			add(ns, e.Site, "works on it, and on its calls for data")
		default:
			continue
		}
		left -= ns
	}
	switch {
	case left == 0:
	case e.Outcome == sim.Bypass:
		add(left, e.Site, "calls for data: the ways there and back, and what was waited for in vain")
	default:
		add(left, e.Site, "calls for data, or the wait for another site")
	}
}

func explainedFloat(ns int64) float64 { return float64(ns) / 1e6 }

func explainedMs(ns int64) string {
	sign := ""
	if ns < 0 {
		sign, ns = "-", -ns
	}
	return fmt.Sprintf("%s%d.%06d", sign, ns/1e6, ns%1e6)
}
