package sim

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
)

// A Purge takes objects out of all caches at an instant. The room that they took is free when somebody asks for them again,
// or the policy evicts them.
type Purge struct {
	// At is the instant, since the start of the run, warm-up included.
	At time.Duration
	// Workload is the name of the workload whose objects go; "" stands for all.
	Workload string
	// Share is the share of its objects that go, drawn by object and purge; 0 stands for all.
	Share float64
}

// validatePurges names the first purge that is out of range.
func (s *Scenario) validatePurges() error {
	var errs []error
	for i, p := range s.Purges {
		wrong := func(err error) {
			if err != nil {
				errs = append(errs, fmt.Errorf("sim: %w", invalid.In(fmt.Sprintf("Purges[%d]", i), err)))
			}
		}
		wrong(invalid.Check(p.At >= 0 && p.At <= s.WarmUp+s.Duration, "At", p.At, fmt.Sprintf("0 to the end of the run, %v", s.WarmUp+s.Duration)))
		wrong(invalid.Check(p.Share >= 0 && p.Share <= 1, "Share", p.Share, "0 (all) to 1"))
		found := p.Workload == ""
		for k := range s.Workloads {
			found = found || s.Workloads[k].Name == p.Workload && s.kind(k).MeetsCaches()
		}
		wrong(invalid.Check(found, "Workload", fmt.Sprintf("%q", p.Workload), "a workload that caches keep, or none for all"))
	}
	return invalid.First(errs...)
}

// A purge is a [Purge] of one run.
type purge struct {
	at       int64
	workload int // -1 for all
	below    uint64
	draws    random.Key
}

func (r *run) purges() (all []purge) {
	for i, p := range r.plan.scenario.Purges {
		one := purge{
			at: int64(p.At), workload: -1, below: 1 << 32,
			draws: random.NewKey(r.plan.scenario.Seed, r.rep, random.Entity(fmt.Sprintf("purge %d", i)), purpose.Change),
		}
		if p.Share > 0 {
			one.below = outOf32(p.Share)
		}
		for k := range r.plan.scenario.Workloads {
			if p.Workload != "" && r.plan.scenario.Workloads[k].Name == p.Workload {
				one.workload = k
			}
		}
		all = append(all, one)
	}
	return all
}

// isPurged reports whether a held object has been purged since it came.
func (a *aging) isPurged(number uint8, object uint32, h *freshness.Held, now int64) bool {
	for i := range a.purges {
		p := &a.purges[i]
		if h.Since < p.at && p.at <= now && (p.workload < 0 || p.workload == int(number)) && p.draws.At(uint64(number)<<32|uint64(object))>>32 < p.below {
			return true
		}
	}
	return false
}
