package verify

import (
	"context"
	"slices"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/stats"
)

// A check is one thing that the simulator must find.
type check struct {
	group, name string
	// source says where the expected value comes from.
	source string
	// unit is what values are in; empty for shares and counts.
	unit     string
	expected float64
	// tolerance is what the expected value itself may be off, where it is an approximation or where the
	// simulator states an error of its own.
	tolerance float64
	// exact checks have no chance in them: they are made once and must agree to the last bit.
	exact bool
	// simulate makes one replication.
	simulate func(context.Context, trial) (float64, error)
}

// A trial is one replication of a check.
type trial struct {
	seed, replication uint64
	// entity tells the checks' random numbers apart.
	entity uint64
	// scale is how long to simulate, 1 for the normal effort.
	scale  float64
	broken breakage
}

// stream returns random numbers for a purpose.
func (t trial) stream(purpose uint64) random.Stream {
	return random.New(t.seed, t.replication, t.entity, purpose)
}

// scaled returns how many of n at normal effort to simulate, at least a tenth of it.
func (t trial) scaled(n int) int { return max(int(float64(n)*t.scale), n/10) }

// A breakage makes the simulated systems wrong on purpose, so that tests see the page fail.
type breakage struct {
	// slower is what service times are too long by, as a share.
	slower float64
	// fresher is what objects stay fresh too long by, as a share.
	fresher float64
	// fifo puts FIFO in the place of LRU.
	fifo bool
	// shift moves the probability of quantiles.
	shift float64
}

// policy returns the cache policy to use where a check wants this one.
func (b breakage) policy(wanted string) string {
	if b.fifo && wanted == "lru" {
		return "fifo"
	}
	return wanted
}

// Verdicts of a [Row].
const (
	Agrees  = "agrees"
	Outside = "OUTSIDE"
)

// A Row is the outcome of one check.
type Row struct {
	Group, Name, Source, Unit string
	Expected, Tolerance       float64
	// Exact is true for a check without chance: Simulated then has no interval.
	Exact     bool
	Simulated stats.Estimate
	// P is the probability of a result at least so far off by chance; 1 for exact rows that agree,
	// 0 for those that do not.
	P       float64
	Verdict string
}

func all() []check {
	var all []check
	for _, group := range [][]check{queues(), caches(), freshness(), staleness(), tiers(), placements(), servers(), links(), failures(), transportChecks(), games(), markets(), seen(), peers(), draws()} {
		all = append(all, group...)
	}
	return all
}

// Groups returns the names of the groups of checks, in the order of the page.
func Groups() []string {
	var names []string
	for _, c := range all() {
		if !slices.Contains(names, c.group) {
			names = append(names, c.group)
		}
	}
	return names
}
