package sim

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
)

// A Failure is a site that is down for a while.
//
// Requests that reach the site while it is down end as [Failed] when the user's patience does, and so do those
// that it has begun and not answered when it goes down. Detection and Redirection after that its users are sent
// to the next site by the placement's routing rule, or to a backup where no other is up; they return when it is
// up again, and then its caches are empty and its servers free. Games lose all players of the site; who arrives
// before the redirection cannot play.
//
// Other sites that depend on the site still serve whatever does not need it: hits of a cache, requests that make
// no calls for data. What they ask the site for stays without an answer and is given up after Timeout. Then they
// ask the next hop, once: the next cache or origin by round trip, backups last, and for data the backups among
// the regions that compute. Detection and Redirection after the site has gone down they ask the next hop at once;
// when it is up again they return. Where there is no other, the request fails, and all that wait for the same
// object with it, or, with [workload.DataCalls].Waits, the call is made when the data's home is up again.
//
// A failed request has no latency: a [Tally] counts it apart.
type Failure struct {
	// Site is the id of a site.
	Site string
	// At is the instant at which it goes down, since the start of the run, warm-up included; For how
	// long it stays down.
	At, For time.Duration
	// Detection is how long it takes until the failure is noticed, Redirection from then until users and
	// other sites have been sent elsewhere.
	Detection, Redirection time.Duration
	// Timeout is the patience of a user or of another site whose request meets a site that is down; 0 means
	// [DefaultFailureTimeout].
	Timeout time.Duration
}

// DefaultFailureTimeout is how long a request to a site that is down lasts. Assumed: 3 s, when TCP gives
// its second retransmission of the first packet (RFC 6298: after 1 s and after 3 s).
const DefaultFailureTimeout = 3 * time.Second

// redirected returns when users and other sites are sent elsewhere: from on, to off, nothing if off is not later.
func (f *Failure) redirected() (on, off time.Duration) {
	return f.At + f.Detection + f.Redirection, f.At + f.For
}

func (f *Failure) validate(n *topology.Network) error {
	i, ok := n.Index(f.Site)
	if !ok || !n.At(i).Kind.IsSite() {
		return invalid.New("Site", f.Site, "a site of the network")
	}
	for _, d := range []struct {
		name  string
		value time.Duration
		least time.Duration
	}{
		{"At", f.At, 0}, {"For", f.For, 1}, {"Detection", f.Detection, 0}, {"Redirection", f.Redirection, 0}, {"Timeout", f.Timeout, 0},
	} {
		if d.value < d.least || d.value > maxRun {
			return invalid.New(d.name, d.value, "%v to %v", d.least, maxRun)
		}
	}
	return nil
}

// validateFailures names the first failure that is out of range or overlaps another of the same site.
func (s *Scenario) validateFailures() error {
	var errs []error
	for i := range s.Failures {
		f := &s.Failures[i]
		if err := f.validate(s.Network); err != nil {
			errs = append(errs, fmt.Errorf("sim: %w", invalid.In(fmt.Sprintf("Failures[%d]", i), err)))
			continue
		}
		for _, o := range s.Failures[:i] {
			if o.Site == f.Site && f.At <= o.At+o.For && o.At <= f.At+f.For {
				errs = append(errs, fmt.Errorf("sim: %w", invalid.New(fmt.Sprintf("Failures[%d].At", i), f.At, "an instant at which %q is up", f.Site)))
				break
			}
		}
	}
	return invalid.First(errs...)
}

// An outage is a time in ns for which a site is down, [from, to).
type outage struct {
	from, to int64
	// away is when other sites have noticed it and have turned to another; timeout is what a request costs
	// that comes before.
	away, timeout int64
	// after is how long after a request has been answered it still needs the site, on its way back to the
	// user.
	after int64
}

// meets returns the first of several outages that costs a request its answer: the site is down when it
// arrives, or goes down until the answer leaves. It returns nil where there is none.
func meets(outages []outage, arrives, leaves int64) *outage {
	for i := range outages {
		if o := &outages[i]; o.from <= leaves+o.after && arrives < o.to {
			return o
		}
	}
	return nil
}

// outagesOf returns when a site is down, in order of time.
func (s *Scenario) outagesOf(site string) []outage {
	var all []outage
	for _, f := range s.Failures {
		if f.Site == site {
			away, up := f.redirected()
			all = append(all, outage{
				from: int64(f.At), to: int64(up), away: int64(away), timeout: int64(cmp.Or(f.Timeout, DefaultFailureTimeout)),
			})
		}
	}
	slices.SortFunc(all, func(a, b outage) int { return cmp.Compare(a.from, b.from) })
	return all
}

// An epoch is a time in which users are routed in the same way: from an instant to the next epoch's.
type epoch struct {
	from int64
	// away are the ids of the sites whose users have been sent elsewhere.
	away []string
}

// epochs returns the epochs of a placement, the first from 0 on.
func (s *Scenario) epochs(p placement.Placement) []epoch {
	starts := []int64{0}
	for _, f := range s.Failures {
		if on, off := f.redirected(); on < off && p.Uses(f.Site) {
			starts = append(starts, int64(on), int64(off))
		}
	}
	slices.Sort(starts)
	var all []epoch
	for _, at := range slices.Compact(starts) {
		e := epoch{from: at}
		for _, f := range s.Failures {
			if on, off := f.redirected(); int64(on) <= at && at < int64(off) {
				e.away = append(e.away, f.Site)
			}
		}
		all = append(all, e)
	}
	return all
}
