package sim

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
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
	// Site is the id of a site, With those of others that go down and come up with it: a group, or all sites of a provider.
	Site string
	With []string
	// At is the instant at which it goes down, since the start of the run, warm-up included; For how
	// long it stays down.
	At, For time.Duration
	// Times is how often it goes down, 0 and 1 once, Every from one time to the next: it flaps.
	Times int
	Every time.Duration
	// Detection is how long it takes until the failure is noticed, Redirection from then until users and
	// other sites have been sent elsewhere.
	Detection, Redirection time.Duration
	// Check, if set, finds out when the site is down and when it is up again, in place of Detection, which must be 0: users stay away, too,
	// until the checks have found the site up.
	Check *HealthCheck
	// Timeout is the patience of a user or of another site whose request meets a site that is down; 0 means
	// [DefaultFailureTimeout]. Users who have [workload.Patience] give up after the shorter of both, and may ask again.
	Timeout time.Duration
}

// DefaultFailureTimeout is how long a request to a site that is down lasts. Assumed: 3 s, when TCP gives
// its second retransmission of the first packet (RFC 6298: after 1 s and after 3 s).
const DefaultFailureTimeout = 3 * time.Second

// times returns how often it goes down.
func (f *Failure) times() int { return max(f.Times, 1) }

// end returns the instant at which it is up for good.
func (f *Failure) end() time.Duration { return f.at(f.times()-1) + f.For }

// at returns when it goes down for a time, counted from 0.
func (f *Failure) at(number int) time.Duration { return f.At + time.Duration(number)*f.Every }

// concerns reports whether a site goes down.
func (f *Failure) concerns(site string) bool { return f.Site == site || slices.Contains(f.With, site) }

// Sites returns the ids of the sites that go down.
func (f *Failure) Sites() []string { return append([]string{f.Site}, f.With...) }

// A HealthCheck asks a site, time and again, whether it is up. The instants of its checks are drawn by seed and site, and are the same in
// every replication: uniform, so that a failure is noticed Interval * (Threshold - 1/2) later on the mean, and no more than Interval *
// Threshold later. One that is over before as many checks have failed is not noticed.
type HealthCheck struct {
	// Interval is the time from one check to the next.
	Interval time.Duration
	// Threshold is how many checks in a row must find the site down, or up again, until that is believed; 1 or more.
	Threshold int
}

func (h *HealthCheck) validate() error {
	switch {
	case h.Interval < 1 || h.Interval > maxRun:
		return invalid.New("Interval", h.Interval, "1ns to %v", maxRun)
	case h.Threshold < 1 || h.Threshold > 1000:
		return invalid.New("Threshold", h.Threshold, "1 to 1000")
	}
	return nil
}

func (f *Failure) validate(n *topology.Network) error {
	for k, id := range f.Sites() {
		i, ok := n.Index(id)
		switch {
		case ok && n.At(i).Kind.IsSite() && !slices.Contains(f.Sites()[:k], id):
		case k == 0:
			return invalid.New("Site", id, "a site of the network")
		default:
			return invalid.New("With", id, "another site of the network")
		}
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
	switch {
	case f.Times < 0 || f.Times > maxTimes:
		return invalid.New("Times", f.Times, "1 to %d", maxTimes)
	case f.Times > 1 && (f.Every <= f.For || f.Every > maxRun):
		return invalid.New("Every", f.Every, "more than %v, for so long it is down each time, to %v", f.For, maxRun)
	case f.Times <= 1 && f.Every != 0:
		return invalid.New("Every", f.Every, "0s, for it goes down once")
	case f.end() > 2*maxRun:
		return invalid.New("Times", f.Times, "fewer: a run lasts %v at most", 2*maxRun)
	}
	if f.Check != nil {
		if err := f.Check.validate(); err != nil {
			return invalid.In("Check", err)
		}
		if f.Detection != 0 {
			return invalid.New("Detection", f.Detection, "0s beside a health check")
		}
	}
	return nil
}

// maxTimes bounds how often a site flaps.
const maxTimes = 10_000

// validateFailures names the first failure that is out of range or overlaps another of the same site.
func (s *Scenario) validateFailures() error {
	var errs []error
	for i := range s.Failures {
		f := &s.Failures[i]
		if err := f.validate(s.Network); err != nil {
			errs = append(errs, fmt.Errorf("sim: %w", invalid.In(fmt.Sprintf("Failures[%d]", i), err)))
			continue
		}
		for k, o := range s.Failures[:i] {
			site, both := f.sharesSiteWith(o)
			if !both {
				continue
			}
			if f.meets(&o) {
				errs = append(errs, fmt.Errorf("sim: %w", invalid.New(fmt.Sprintf("Failures[%d].At", i), f.At, "an instant at which %q is up", site)))
				break
			}
			if f.Check != o.Check && (f.Check == nil || o.Check == nil || *f.Check != *o.Check) {
				errs = append(errs, fmt.Errorf("sim: %w", invalid.New(fmt.Sprintf("Failures[%d].Check", i), "another", "that of Failures[%d], for %q has one health check", k, site)))
				break
			}
		}
	}
	return invalid.First(errs...)
}

// sharesSiteWith returns the first site that goes down in both.
func (f *Failure) sharesSiteWith(o Failure) (site string, both bool) {
	for _, site := range f.Sites() {
		if o.concerns(site) {
			return site, true
		}
	}
	return "", false
}

// meets reports whether a site of both would be down twice at an instant.
func (f *Failure) meets(o *Failure) bool {
	for i := range f.times() {
		for k := range o.times() {
			if f.at(i) <= o.at(k)+o.For && o.at(k) <= f.at(i)+f.For {
				return true
			}
		}
	}
	return false
}

// An outage is a time in ns for which a site is down, or what comes to a link on the way is lost, [from, to).
type outage struct {
	from, to int64
	side     outageSide
	// away is when other sites have noticed it and have turned to another; timeout is what a request costs
	// that comes before.
	away, timeout int64
	// after is how long after a request has been answered it still needs the site, on its way back to the
	// user.
	after int64
}

// An outageSide says what an outage costs.
type outageSide uint8

const (
	// atSite costs what is at the site in the meantime.
	atSite outageSide = iota
	// onTheWayThere costs what arrives then, onTheWayBack the answers that leave then: a link is down that they come to.
	onTheWayThere
	onTheWayBack
)

// meets returns the first of several outages that costs a request its answer: the site is down when it
// arrives, or goes down until the answer leaves, or either is lost on its way. It returns nil where there is none.
func meets(outages []outage, arrives, leaves int64) *outage {
	for i := range outages {
		o := &outages[i]
		switch o.side {
		case atSite:
			if o.from <= leaves+o.after && arrives < o.to {
				return o
			}
		case onTheWayThere:
			if o.from <= arrives && arrives < o.to {
				return o
			}
		case onTheWayBack:
			if o.from <= leaves && leaves < o.to {
				return o
			}
		}
	}
	return nil
}

// wasDown reports whether the site itself is down at some instant of a time.
func wasDown(outages []outage, from, to int64) bool { return metAtSite(outages, from, to) != nil }

// metAtSite returns the first of several outages of the site itself that meets a time, nil where there is none.
func metAtSite(outages []outage, from, to int64) *outage {
	i := slices.IndexFunc(outages, func(o outage) bool { return o.side == atSite && o.from <= to+o.after && from < o.to })
	if i < 0 {
		return nil
	}
	return &outages[i]
}

// why returns why a request of a user fails that meets the outage.
func (o *outage) why() Reason {
	if o.side == atSite {
		return SiteDown
	}
	return LinkDown
}

// outagesOf returns when a site is down, in order of time.
func (s *Scenario) outagesOf(site string) []outage {
	var all []outage
	for i := range s.Failures {
		f := &s.Failures[i]
		if !f.concerns(site) {
			continue
		}
		for k := range f.times() {
			down := int64(f.at(k))
			all = append(all, outage{from: down, to: down + int64(f.For), timeout: int64(cmp.Or(f.Timeout, DefaultFailureTimeout))})
		}
	}
	if all == nil {
		return nil
	}
	slices.SortFunc(all, func(a, b outage) int { return cmp.Compare(a.from, b.from) })
	away := s.awayFrom(site)
	for i := range all {
		o := &all[i]
		o.away = o.to
		for _, span := range away {
			if span.from < o.to && span.to > o.from {
				o.away = max(o.from, span.from)
				break
			}
		}
	}
	return all
}

// awayFrom returns when users and other sites are sent away from a site, since it is known to be down or is drained, in order of time.
func (s *Scenario) awayFrom(site string) []span {
	var all []span
	var checked []span // when the site is down that is checked
	var check *HealthCheck
	redirection := int64(0)
	for i := range s.Failures {
		f := &s.Failures[i]
		if !f.concerns(site) {
			continue
		}
		for k := range f.times() {
			down := span{int64(f.at(k)), int64(f.at(k) + f.For)}
			if f.Check != nil {
				checked, check, redirection = append(checked, down), f.Check, int64(f.Redirection)
			} else if from := down.from + int64(f.Detection+f.Redirection); from < down.to {
				all = append(all, span{from, down.to})
			}
		}
	}
	if check != nil {
		slices.SortFunc(checked, func(a, b span) int { return cmp.Compare(a.from, b.from) })
		all = append(all, check.believes(checked, check.phase(s.Seed, site, s.Elapsed), redirection)...)
	}
	for i := range s.Drains {
		if d := &s.Drains[i]; d.Site == site {
			all = append(all, span{int64(d.At), int64(d.At + d.For)})
		}
	}
	return union(all)
}

// phase returns the instant of the first check of a site in a run that begins when so much has elapsed.
func (h *HealthCheck) phase(seed uint64, site string, elapsed time.Duration) int64 {
	stream := random.NewKey(seed, 0, random.Entity(site), purpose.HealthCheck).StreamAt(0)
	first := int64(stream.Float64()*float64(h.Interval)) - int64(elapsed%h.Interval)
	return (first + int64(h.Interval)) % int64(h.Interval)
}

// believes returns when a site is held to be down, each time with the time that it takes to redirect users, of which the checks are at
// a phase and every interval from then on, and which is down in some times, in order. Users return when it is held to be up.
func (h *HealthCheck) believes(down []span, phase, redirection int64) (all []span) {
	interval, threshold := int64(h.Interval), int64(h.Threshold)
	// first returns the first check at an instant or later.
	first := func(at int64) int64 { return phase + (at-phase+interval-1)/interval*interval }
	away := int64(unknown) // since when it is held to be down
	for i, d := range down {
		if noticed := first(d.from) + (threshold-1)*interval; away == unknown && noticed < d.to {
			away = noticed
		}
		next := int64(unknown)
		if i+1 < len(down) {
			next = down[i+1].from
		}
		if back := first(d.to) + (threshold-1)*interval; away != unknown && back < next {
			if from := away + redirection; from < back {
				all = append(all, span{from, back})
			}
			away = unknown
		}
	}
	return all
}

// union returns the times that lie in one of several, in order.
func union(all []span) (joined []span) {
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	for _, s := range all {
		if n := len(joined); n > 0 && s.from <= joined[n-1].to {
			joined[n-1].to = max(joined[n-1].to, s.to)
		} else {
			joined = append(joined, s)
		}
	}
	return joined
}

// An epoch is a time in which users are routed in the same way: from an instant to the next epoch's.
type epoch struct {
	from int64
	// away are the ids of the sites whose users have been sent elsewhere.
	away []string
	// net is the network as routing has it, nil where no link fails.
	net *routedNetwork
}

// epochs returns the epochs of a placement, the first from 0 on.
func (s *Scenario) epochs(p placement.Placement) []epoch {
	starts, spans := []int64{0}, make(map[string][]span)
	var sites []string
	for _, site := range s.eventful(&p) {
		if !p.Uses(site) {
			continue
		}
		away := s.awayIn(&p, site)
		for _, span := range away {
			starts = append(starts, span.from)
			if span.to < unknown {
				starts = append(starts, span.to)
			}
		}
		sites, spans[site] = append(sites, site), away
	}
	slices.Sort(starts)
	var all []epoch
	for _, at := range slices.Compact(starts) {
		e := epoch{from: at}
		for _, site := range sites {
			if within(spans[site], at) {
				e.away = append(e.away, site)
			}
		}
		all = append(all, e)
	}
	return all
}

// eventful returns the sites that fail or are drained, and those of a placement that open or close, each once.
func (s *Scenario) eventful(p *placement.Placement) (sites []string) {
	seen := make(map[string]bool)
	add := func(site string) {
		if !seen[site] {
			seen[site] = true
			sites = append(sites, site)
		}
	}
	for i := range s.Failures {
		for _, site := range s.Failures[i].Sites() {
			add(site)
		}
	}
	for i := range s.Drains {
		add(s.Drains[i].Site)
	}
	for _, o := range p.Openings {
		add(o.Site)
	}
	return sites
}

// A Downtime is one time in which one site of a [Failure] is down.
type Downtime struct {
	Site    string
	At, For time.Duration
	// Noticed is when users are sent elsewhere; no earlier than it is up again, At and For later, where they are not.
	Noticed time.Duration
	// Back is when nobody is sent elsewhere for it any more: when it is up again or, of one with health checks, held to be.
	Back time.Duration
}

// Downtimes returns the times in which the sites of a failure are down, site by site in order of time.
func (s *Scenario) Downtimes(f *Failure) (all []Downtime) {
	for _, site := range f.Sites() {
		outages, away := s.outagesOf(site), s.awayFrom(site)
		for k := range f.times() {
			d := Downtime{Site: site, At: f.at(k), For: f.For, Noticed: f.at(k) + f.Detection + f.Redirection, Back: f.at(k) + f.For}
			for _, span := range away {
				if span.from < int64(d.Back) && span.to > int64(d.Back) {
					d.Back = time.Duration(span.to)
				}
			}
			if f.Check != nil {
				i := slices.IndexFunc(outages, func(o outage) bool { return o.from == int64(d.At) })
				d.Noticed = max(time.Duration(outages[i].away), d.At+f.Redirection)
			}
			all = append(all, d)
		}
	}
	return all
}
