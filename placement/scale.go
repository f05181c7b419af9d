package placement

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// A Scale lets the number of servers of a pool follow the work, as an autoscaling group does that tracks a target: every so often it asks for as
// many as the work of the time since it last looked would keep busy at the target. In a region alone: elsewhere servers cannot be rented by the
// minute. The pool begins with [Pool.Servers], of which it never has less. The zero value leaves their number as it is.
type Scale struct {
	// Most is how many servers there are at most, more than [Pool.Servers]; 0 without scaling.
	Most int
	// Target is the share of their time that servers are to be busy, above 0 and up to 1.
	Target float64
	// Every is how often it looks, 1s to 1h; 0 stands for 1m, as detailed metrics of EC2 have it.
	Every time.Duration
	// Delay is how long after that new servers are there, and paid for, 0 to 1h: the metric comes late, a machine starts. WarmUp is how long
	// they take then until requests come to them, 0 to 1h. Until then they are not asked for again.
	Delay, WarmUp time.Duration
	// Step bounds how many servers come or go at a time; 0 does not.
	Step int
	// DownAfter is for how long fewer servers must do before some go, 1s to 24h; 0 stands for 15m, as target tracking of EC2 has it. Who
	// goes ends what it is at.
	DownAfter time.Duration
}

// Is reports whether the number of servers changes.
func (s *Scale) Is() bool { return s.Most > 0 }

// EveryOr returns Every, or what stands for it.
func (s *Scale) EveryOr() time.Duration {
	if s.Every == 0 {
		return time.Minute
	}
	return s.Every
}

// DownAfterOr returns DownAfter, or what stands for it.
func (s *Scale) DownAfterOr() time.Duration {
	if s.DownAfter == 0 {
		return 15 * time.Minute
	}
	return s.DownAfter
}

// validate names the first field that is out of range, or has no effect.
func (s *Scale) validate(p *Pool) error {
	if *s == (Scale{}) {
		return nil
	}
	in := func(field string, d, least, most time.Duration) error {
		return invalid.Check(d == 0 || d >= least && d <= most, field, d, fmt.Sprintf("%v to %v", least, most))
	}
	return invalid.First(
		invalid.Check(s.Most > p.Servers && s.Most <= 1<<20, "Most", s.Most, fmt.Sprintf("%d to 1048576: more than there are at least", p.Servers+1)),
		invalid.Check(s.Target > 0 && s.Target <= 1, "Target", s.Target, "above 0, 1 at most"),
		in("Every", s.Every, time.Second, time.Hour),
		in("Delay", s.Delay, 0, time.Hour),
		in("WarmUp", s.WarmUp, 0, time.Hour),
		invalid.Range("Step", s.Step, 0, 1<<20),
		in("DownAfter", s.DownAfter, time.Second, 24*time.Hour),
		invalid.Check(p.Shed == 0, "Most", s.Most, "0 beside Shed: how long a request will wait is not known while servers come and go"),
	)
}

// validateScales refuses servers that come and go where there is no elasticity.
func (a Assignment) validateScales(n *topology.Network) error {
	i, _ := n.Index(a.Site)
	kind := n.At(i).Kind
	for k := range a.Pools {
		if s := &a.Pools[k].Scale; s.Is() && kind != topology.Region {
			return invalid.In(fmt.Sprintf("Pools[%d].Scale", k), invalid.New("Most", s.Most, "0: a %s has no elasticity, its capacity is what was ordered; a region has", kind))
		}
	}
	return nil
}
