package workload

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// Patience says for how long clients wait for an answer, and how often they ask again. The zero value waits for ever and asks once. A
// server does not notice that a client has given up: it does the work all the same, so that overload can feed itself.
type Patience struct {
	// Timeout is how long a client waits for the first byte, from when the request leaves over an open connection, 0 to 1h; 0 waits for
	// ever. It does not matter why there is no answer: servers that are busy, a site or a link that is down, packets that are lost. What meets a site or
	// a link that is down is given up after the timeout of that, if it is shorter.
	Timeout time.Duration
	// Retries is how often a client asks again what was not answered in time or was rejected, 0 to 100. An error that comes in time is an answer. Each try
	// has work and packets of its own.
	Retries int
	// At says which site a client asks again, of a workload that is computed.
	At RetrySite
	// Backoff is how long it waits before the first time that it asks again, 0 to 1h, and Growth how many times longer before each
	// further one, 1 to 10; 0 stands for 1.
	Backoff time.Duration
	Growth  float64
	// Jitter is the part of each such wait that is random, uniformly from none to all of it: 0 to 1.
	Jitter float64
}

// Validate names the first field that is out of range, or has no effect.
func (p Patience) Validate() error {
	return invalid.First(
		invalid.Check(p.Timeout >= 0 && p.Timeout <= time.Hour, "Timeout", p.Timeout, "0 to 1h"),
		invalid.Range("Retries", p.Retries, 0, 100),
		invalid.Check(p.Backoff >= 0 && p.Backoff <= time.Hour, "Backoff", p.Backoff, "0 to 1h"),
		invalid.Check(p.Growth == 0 || p.Growth >= 1 && p.Growth <= 10, "Growth", p.Growth, "1 to 10"),
		invalid.Range("Jitter", p.Jitter, 0, 1),
		invalid.Check(int(p.At) < len(retrySites), "At", uint8(p.At), "same or next"),
		invalid.Check(p.Retries > 0 || p.At == SameSite, "At", p.At, "same without Retries"),
		invalid.Check(p.Retries > 0 || p.Backoff == 0, "Backoff", p.Backoff, "0 without Retries"),
		invalid.Check(p.Retries > 1 || p.Growth == 0, "Growth", p.Growth, "0 without a second of Retries"),
		invalid.Check(p.Backoff > 0 || p.Jitter == 0, "Jitter", p.Jitter, "0 without Backoff"),
	)
}

// BackoffNs returns how long a client waits before it asks for the nth time again, from 1, in ns; u, of 0 to 1, says how much of the
// random part. No wait is longer than a day.
func (p Patience) BackoffNs(n int, u float64) int64 {
	wait := float64(p.Backoff)
	for range n - 1 {
		wait = min(wait*max(p.Growth, 1), float64(24*time.Hour))
	}
	constant := 1 - p.Jitter
	random := float64(p.Jitter * u)
	return int64(float64(wait * (constant + random)))
}

// A RetrySite says which site a client asks again that has no answer.
type RetrySite uint8

// The sites.
const (
	// SameSite is the one that was asked before, over the connection to it and by the way that leads there then, be it down or not, and wherever other
	// requests go meanwhile. One who gives up before the request is there asks again when it is.
	SameSite RetrySite = iota
	// NextSite is the next in the client's order: that where its requests go first, then the others that compute the workload and are no backups, by
	// round trip from its metro, and from the last on again the first. One that is held to be down is passed over, and one that does not answer since it is
	// down is left for the next, after the timeout of the client or that of the failure, whichever is shorter. The order stays while links fail: each try goes
	// the way of its instant, and a site to which there is none is passed over.
	NextSite
)

var retrySites = []string{"same", "next"}

// String returns the name, for example "next".
func (r RetrySite) String() string {
	if int(r) >= len(retrySites) {
		return fmt.Sprintf("retry site(%d)", uint8(r))
	}
	return retrySites[r]
}

// ParseRetrySite returns the site of a name. The error lists the names there are.
func ParseRetrySite(name string) (RetrySite, error) {
	if n := slices.Index(retrySites, name); n >= 0 {
		return RetrySite(n), nil
	}
	return 0, fmt.Errorf("workload: %w", invalid.New("At", name, "%s", strings.Join(retrySites, " or ")))
}

// Patience returns that of the workload's clients, the zero value where they wait for ever and ask once.
func (w *Workload) Patience() Patience {
	switch service := w.Service.(type) {
	case Cacheable:
		return service.Patience
	case Computed:
		return service.Patience
	}
	return Patience{}
}

// GivesUp reports whether clients of the workload give up what is not answered in time.
func (w *Workload) GivesUp() bool { return w.Patience().Timeout > 0 }

// validatePatience refuses patience where it has no meaning.
func (w *Workload) validatePatience() error {
	if w.Patience() != (Patience{}) && w.Visits != (Visits{}) {
		return invalid.New("Service.Patience", w.Patience(), "the zero value beside Visits: what a client gives up is not known to its connection")
	}
	if _, isComputed := w.Service.(Computed); w.Patience().At == NextSite && !isComputed {
		return invalid.New("Service.Patience.At", NextSite, "same, or a workload that is computed: clients of caches ask one name, which leads to where it did")
	}
	return nil
}
