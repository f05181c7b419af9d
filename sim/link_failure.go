package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// A LinkFailure is links that are down for a while: all that join two nodes, in both directions. A failed peering is one.
//
// What comes to a link that is down is lost until routing has converged: a question of a user or of a site, or the answer to it. It is
// given up after Timeout. From then on all take the network's next route, and routing rules choose by what is far then; Convergence
// after the link is up again they return. Where there is no other way, a site cannot be reached: its users go to another by the
// placement's rule, and so do other sites, as if it were down; where there is none, what they ask is lost until they return.
//
// A way that changes has connections of its own, set up anew. What was asked goes the way of the instant at which it was asked, there
// and back. Of players of games updates are lost, and answers, for which nobody waits, and of those who exchange their inputs directly inputs; a matchmaker goes by the
// round trips as they are when the run begins.
type LinkFailure struct {
	// Between are the ids of the two nodes.
	Between [2]string
	// At is the instant at which the links go down, since the start of the run, warm-up included; For how long they stay down.
	At, For time.Duration
	// Times is how often they go down, 0 and 1 once, Every from one time to the next: they flap.
	Times int
	Every time.Duration
	// Convergence is how long it takes until routes lead elsewhere, and, when the links are up again, until they lead back; 0 means
	// [DefaultConvergence]. Of links that are up again before routing takes no notice, and none of those that are down again before. Nobody
	// holds back the routes of links that flap (RFC 2439).
	Convergence time.Duration
	// Timeout is the patience of a user or of another site whose question or answer is lost; 0 means [DefaultFailureTimeout]. Users who have
	// [workload.Patience] give up after the shorter of both, and may ask again.
	Timeout time.Duration
}

// DefaultConvergence is how long routing takes to lead around a link that is down. Assumed: 30 s, one round of updates between providers
// (RFC 4271, 10: MinRouteAdvertisementIntervalTimer). Within one provider's network it is a second or less.
const DefaultConvergence = 30 * time.Second

func (f *LinkFailure) convergence() time.Duration { return cmp.Or(f.Convergence, DefaultConvergence) }

func (f *LinkFailure) timeout() time.Duration { return cmp.Or(f.Timeout, DefaultFailureTimeout) }

// A LinkDowntime is one time in which the links of a [LinkFailure] are down. All instants are since the start of the run.
type LinkDowntime struct {
	At, For time.Duration
	// AroundFrom and AroundUntil are when routes lead around the links, as they are down and until it is known that they are up again or, of
	// links that flap, over several times; both are 0 where they are up again before routes lead elsewhere.
	AroundFrom, AroundUntil time.Duration
}

// Downtimes returns the times in which the links are down, in order.
func (f *LinkFailure) Downtimes() []LinkDowntime {
	all, around := make([]LinkDowntime, f.times()), f.around()
	for k := range all {
		d := &all[k]
		d.At, d.For = f.at(k), f.For
		for len(around) > 0 && around[0].to <= int64(d.At) {
			around = around[1:]
		}
		if len(around) > 0 && around[0].from < int64(d.At+d.For) {
			d.AroundFrom, d.AroundUntil = time.Duration(around[0].from), time.Duration(around[0].to)
		}
	}
	return all
}

// Back returns when the links are up and routes as before, for good.
func (f *LinkFailure) Back() time.Duration {
	last := f.at(f.times()-1) + f.For
	if around := f.around(); len(around) > 0 {
		last = max(last, time.Duration(around[len(around)-1].to))
	}
	return last
}

// times returns how often the links go down.
func (f *LinkFailure) times() int { return max(f.Times, 1) }

// at returns when the links go down for a time, counted from 0.
func (f *LinkFailure) at(number int) time.Duration { return f.At + time.Duration(number)*f.Every }

// around returns when routes lead around the links, in order.
func (f *LinkFailure) around() (all []span) {
	c := f.convergence()
	if c >= f.For {
		return nil
	}
	for k := range f.times() {
		s := span{int64(f.at(k) + c), int64(f.at(k) + f.For + c)}
		if n := len(all); n > 0 && all[n-1].to >= int64(f.at(k)) { // they are down again before routes lead back
			all[n-1].to = s.to
		} else {
			all = append(all, s)
		}
	}
	return all
}

// lost returns when what comes to the links is lost: they are down, and routes lead over them.
func (f *LinkFailure) lost() (all []span) {
	around := f.around()
	for k := range f.times() {
		from, to := int64(f.at(k)), int64(f.at(k)+f.For)
		for len(around) > 0 && around[0].to <= from {
			around = around[1:]
		}
		if len(around) > 0 {
			to = min(to, around[0].from)
		}
		if from < to {
			all = append(all, span{from, to})
		}
	}
	return all
}

// maxLinkTimes bounds how often links flap.
const maxLinkTimes = 1000

// A LinkImpairment is links that are slow or lose packets for a while: all that join two nodes, in both directions. Routes stay as they
// are, for routing does not know of delays.
type LinkImpairment struct {
	// Between are the ids of the two nodes.
	Between [2]string
	// At is the instant at which it begins, since the start of the run, warm-up included; For how long it lasts.
	At, For time.Duration
	// Adds is what a packet takes longer in each direction, at most [topology.MaxOneWay].
	Adds time.Duration
	// LossRatio is the probability that a packet is lost in each direction, besides that of the link, in [0, 1). What goes
	// over them waits as on links that lose so always.
	LossRatio float64
}

// validateLinkEvents names the first event of links that is out of range or overlaps another of the same links.
func (s *Scenario) validateLinkEvents() error {
	if len(s.LinkFailures)+len(s.LinkImpairments) == 0 {
		return nil
	}
	joined := make(map[string][]string)
	for _, l := range s.Network.Links() {
		joined[l.From], joined[l.To] = append(joined[l.From], l.To), append(joined[l.To], l.From)
	}
	while := func(between [2]string, at, lasts time.Duration) error {
		switch {
		case !slices.Contains(joined[between[0]], between[1]):
			return invalid.New("Between", between[0]+" - "+between[1], "two nodes of the network that a link joins%s", joinedInWords(between[0], joined[between[0]]))
		case at < 0 || at > maxRun:
			return invalid.New("At", at, "0s to %v", maxRun)
		case lasts < 1 || lasts > maxRun:
			return invalid.New("For", lasts, "1ns to %v", maxRun)
		}
		return nil
	}
	var errs []error
	for i := range s.LinkFailures {
		f := &s.LinkFailures[i]
		err := while(f.Between, f.At, f.For)
		meets := func(o LinkFailure) bool {
			return o.Times <= maxLinkTimes && sameLinks(o.Between, f.Between) && o.At <= f.Back() && f.At <= o.Back()
		}
		switch {
		case err != nil:
		case f.Convergence < 0 || f.Convergence > maxRun:
			err = invalid.New("Convergence", f.Convergence, "0s (%v) to %v", DefaultConvergence, maxRun)
		case f.Times < 0 || f.Times > maxLinkTimes:
			err = invalid.New("Times", f.Times, "1 to %d", maxLinkTimes)
		case f.Times > 1 && (f.Every <= f.For || f.Every > maxRun):
			err = invalid.New("Every", f.Every, "more than %v, for so long they are down each time, to %v", f.For, maxRun)
		case f.Times <= 1 && f.Every != 0:
			err = invalid.New("Every", f.Every, "0s, for they go down once")
		case f.Times > 1 && f.Every > (2*maxRun-f.At)/time.Duration(f.Times-1):
			err = invalid.New("Times", f.Times, "fewer: a run lasts %v at most", 2*maxRun)
		case f.Timeout < 0 || f.Timeout > maxRun:
			err = invalid.New("Timeout", f.Timeout, "0s (%v) to %v", DefaultFailureTimeout, maxRun)
		case slices.ContainsFunc(s.LinkFailures[:i], meets):
			err = invalid.New("At", f.At, "an instant at which these links are up, and routes are as before")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("sim: %w", invalid.In(fmt.Sprintf("LinkFailures[%d]", i), err)))
		}
	}
	for i := range s.LinkImpairments {
		d := &s.LinkImpairments[i]
		err := while(d.Between, d.At, d.For)
		meets := func(o LinkImpairment) bool {
			return sameLinks(o.Between, d.Between) && o.At < d.At+d.For && d.At < o.At+o.For
		}
		switch {
		case err != nil:
		case d.Adds < 0 || d.Adds > topology.MaxOneWay:
			err = invalid.New("Adds", d.Adds, "0s to %v", topology.MaxOneWay)
		case !(d.LossRatio >= 0 && d.LossRatio < 1):
			err = invalid.New("LossRatio", d.LossRatio, "a probability from 0, below 1")
		case d.Adds == 0 && d.LossRatio == 0:
			err = invalid.New("Adds", d.Adds, "more than 0s where no packet is lost")
		case slices.ContainsFunc(s.LinkImpairments[:i], meets):
			err = invalid.New("At", d.At, "an instant at which these links are as ever")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("sim: %w", invalid.In(fmt.Sprintf("LinkImpairments[%d]", i), err)))
		}
	}
	return invalid.First(errs...)
}

// joinedInWords says to which nodes links join another, the first few of them.
func joinedInWords(node string, to []string) string {
	const few = 8
	to = slices.Compact(slices.Sorted(slices.Values(to)))
	switch {
	case len(to) == 0:
		return fmt.Sprintf("; none joins %s to any", node)
	case len(to) > few:
		return fmt.Sprintf("; %s is joined to %s and %d more", node, strings.Join(to[:few], ", "), len(to)-few)
	}
	return fmt.Sprintf("; %s is joined to %s", node, strings.Join(to, ", "))
}

// sameLinks reports whether two pairs of nodes are the same, in any order.
func sameLinks(a, b [2]string) bool { return a == b || a[0] == b[1] && a[1] == b[0] }

// joins reports whether a link joins two nodes.
func joins(between [2]string, l *topology.Link) bool {
	return sameLinks(between, [2]string{l.From, l.To})
}

// loses reports whether answers may be lost on their way, or sites be down.
func (s *Scenario) loses() bool { return len(s.Failures)+len(s.LinkFailures) > 0 }
