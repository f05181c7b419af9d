package freshness

import (
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Span is a time that may be left unsaid, which is not the same as a time of 0. The zero value is unsaid.
type Span struct {
	// Said says that there is a time, Of what it is, 0 or more.
	Said bool
	Of   time.Duration
}

// For returns a span that says a time.
func For(d time.Duration) Span { return Span{true, d} }

// or returns the span, or another where it is unsaid.
func (s Span) or(o Span) Span {
	if s.Said {
		return s
	}
	return o
}

// longest bounds what may be said: about the most that HTTP can count, 2^31 seconds.
const longest = (1 << 31) * time.Second

func (s Span) validate(field string) error {
	switch {
	case s.Of < 0 || s.Of > longest:
		return invalid.New(field, s.Of, "0 to 2^31 s")
	case !s.Said && s.Of != 0:
		return invalid.New(field, s.Of, "a time that is said")
	}
	return nil
}

// A Control is what an origin says of an object with its answers: the directives of Cache-Control, and what else bears on how
// long they may be served.
type Control struct {
	// MaxAge is max-age. SharedMaxAge is s-maxage, which stands in its place in the shared caches simulated here.
	MaxAge, SharedMaxAge Span
	// StaleWhileRevalidate and StaleIfError are for how long beyond its lifetime an object may be served while it is
	// fetched anew, and where that fails (RFC 5861).
	StaleWhileRevalidate, StaleIfError Span
	// MustRevalidate is must-revalidate: the object is never served stale.
	MustRevalidate bool
	// NoCache is no-cache: the object may be kept, and is confirmed before each use.
	NoCache bool
	// NoStore is no-store or private: no shared cache keeps the object.
	NoStore bool
	// Validator says that answers carry an ETag or a Last-Modified, so that an object that has not changed is confirmed
	// by a 304 without its bytes.
	Validator bool
	// LastModified is how long ago, by the origin, the object was last changed; 0 says nothing. A cache that is told no
	// lifetime may take a tenth of it (RFC 9111, section 4.2.2).
	LastModified time.Duration
	// Age is how old the origin's answers are already, as their header Age says.
	Age time.Duration
	// Status is the status of the answers, 200 to 599; 0 means 200. From 400 on they are errors.
	Status int
	// Changes says how often the object changes.
	Changes Changes
}

// Validate names the first field that is out of range, or that no cache can make anything of beside the others.
func (c Control) Validate() error {
	between := func(field string, d time.Duration) error {
		return invalid.Check(d >= 0 && d <= longest, field, d, "0 to 2^31 s")
	}
	return invalid.First(
		c.MaxAge.validate("MaxAge"), c.SharedMaxAge.validate("SharedMaxAge"),
		c.StaleWhileRevalidate.validate("StaleWhileRevalidate"), c.StaleIfError.validate("StaleIfError"),
		between("LastModified", c.LastModified), between("Age", c.Age),
		invalid.Check(c.Status == 0 || c.Status >= 200 && c.Status <= 599, "Status", c.Status, "200 to 599"),
		invalid.In("Changes", c.Changes.Validate()),
		c.validateTogether(),
	)
}

// Answer returns what kind of answer the origin gives.
func (c Control) Answer() Answer { return AnswerOf(c.Status) }

// An Answer is what an origin's answer is worth.
type Answer uint8

// The answers.
const (
	// Good is the object.
	Good Answer = iota
	// Missing is an error of the client's, such as 404.
	Missing
	// Broken is an error of the server's, such as 503.
	Broken
	numAnswers
)

// AnswerOf returns what a status stands for; 0 is 200.
func AnswerOf(status int) Answer {
	switch {
	case status >= 500:
		return Broken
	case status >= 400:
		return Missing
	}
	return Good
}
