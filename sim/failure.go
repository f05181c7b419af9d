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
// Requests that reach the site while it is down end as [Failed] when the user's patience does. Detection
// and Redirection after the site has gone down, its users are sent to the next site by the placement's
// routing rule; they return when it is up again, and then its caches are empty. What the site had begun
// when it went down is still answered. Games lose all players of the site; who arrives before the
// redirection cannot play.
//
// A failed request has no latency: a [Tally] counts it apart.
type Failure struct {
	// Site is the id of a site. No other site of a placement may need it: see [Scenario.CheckFailures].
	Site string
	// At is the instant at which it goes down, since the start of the run, warm-up included; For how
	// long it stays down.
	At, For time.Duration
	// Detection is how long it takes until the failure is noticed, Redirection until then the users
	// have been sent elsewhere.
	Detection, Redirection time.Duration
	// Timeout is the patience of a user whose request meets a site that is down; 0 means
	// [DefaultFailureTimeout].
	Timeout time.Duration
}

// DefaultFailureTimeout is how long a request to a site that is down lasts. Assumed: 3 s, when TCP gives
// its second retransmission of the first packet (RFC 6298: after 1 s and after 3 s).
const DefaultFailureTimeout = 3 * time.Second

// redirected returns when the users are elsewhere: from on, to off, nothing if off is not later.
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
	for i := range s.Failures {
		f := &s.Failures[i]
		if err := f.validate(s.Network); err != nil {
			return fmt.Errorf("sim: %w", invalid.In(fmt.Sprintf("Failures[%d]", i), err))
		}
		for _, o := range s.Failures[:i] {
			if o.Site == f.Site && f.At <= o.At+o.For && o.At <= f.At+f.For {
				return fmt.Errorf("sim: %w", invalid.New(fmt.Sprintf("Failures[%d].At", i), f.At, "an instant at which %q is up", f.Site))
			}
		}
	}
	return nil
}

// CheckFailures returns an error if a site fails that another site of the placement needs: the origin or
// a mid-tier cache behind caches, a region that Local Zones call. The simulator knows what users do when
// their site fails, not what sites do.
func (s *Scenario) CheckFailures(p placement.Placement) error {
	for i, f := range s.Failures {
		for _, a := range p.Sites {
			node, ok := s.Network.Index(a.Site)
			if !ok {
				continue // the placement's own validation says so
			}
			needs := ""
			switch n := s.Network.At(node); {
			case a.Site == f.Site && a.Role == placement.MidTierCache:
				needs = "caches fetch from it"
			case a.Site == f.Site && a.Role == placement.Origin && len(p.Of(placement.EdgeCache))+len(p.Of(placement.MidTierCache)) > 0:
				needs = "caches fetch from it"
			case a.Role == placement.Compute && n.Kind == topology.LocalZone && n.Parent == f.Site && s.callsParents():
				needs = fmt.Sprintf("%q calls it", a.Site)
			}
			if needs != "" {
				return fmt.Errorf("sim: %w", invalid.New(fmt.Sprintf("Failures[%d].Site", i), f.Site,
					"a site that no other needs; under placement %q %s", p.Name, needs))
			}
		}
	}
	return nil
}

// callsParents reports whether some workload needs the parent regions of Local Zones.
func (s *Scenario) callsParents() bool {
	for _, w := range s.Dynamic {
		if w.Parent.Calls > 0 && w.Parent.Probability > 0 {
			return true
		}
	}
	for _, w := range s.Gaming {
		if w.Parent.Calls > 0 && w.Parent.Probability > 0 {
			return true
		}
	}
	return false
}

// An outage is a time in ns for which a site is down, [from, to), and what a request to it then costs.
type outage struct{ from, to, timeout int64 }

// outagesOf returns when a site is down, in order of time.
func (s *Scenario) outagesOf(site string) []outage {
	var all []outage
	for _, f := range s.Failures {
		if f.Site == site {
			all = append(all, outage{int64(f.At), int64(f.At + f.For), int64(cmp.Or(f.Timeout, DefaultFailureTimeout))})
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
