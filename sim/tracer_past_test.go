package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// Requests are asked 3 ms from a PoP, which has what it fetches 100 ms later: so what has become of an object before is known by hand.
func TestWhyACacheDoesNotHaveAnObjectIsExplained(t *testing.T) {
	of := func(objects []uint32, seconds ...float64) timed {
		d := askedAt(seconds...)
		d.object = objects
		return d
	}
	room := func(bytes int64) func(*Scenario, *placement.Placement) {
		return func(_ *Scenario, p *placement.Placement) { p.Tiers[0].Caches[0].CapacityBytes = bytes }
	}
	both := func(all ...func(*Scenario, *placement.Placement)) func(*Scenario, *placement.Placement) {
		return func(s *Scenario, p *placement.Placement) {
			for _, one := range all {
				one(s, p)
			}
		}
	}
	ageless := func(s *Scenario, p *placement.Placement) {
		s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Controls = nil })
		p.Tiers[0].Freshness = nil
	}
	fails := func(s *Scenario, _ *placement.Placement) {
		s.Failures = []Failure{{Site: "pop", At: 1500 * time.Millisecond, For: time.Second, Timeout: 300 * time.Millisecond}}
	}
	errs := func(s *Scenario, _ *placement.Placement) {
		s.OriginErrors = []OriginErrors{{Site: "region", At: 500 * time.Millisecond, For: time.Second}}
	}
	silent := func(s *Scenario, _ *placement.Placement) {
		s.Failures = []Failure{{Site: "region", At: 500 * time.Millisecond, For: time.Second, Timeout: 300 * time.Millisecond}}
	}
	servers := func(_ *Scenario, p *placement.Placement) {
		p.Tiers[0].Caches[0].Servers = placement.Servers{Count: 2, Spread: placement.Sharded}
	}
	const lacks = "edge-cache: does not have it"
	for name, c := range map[string]struct {
		demand  workload.Demand
		control freshness.Control
		with    func(*Scenario, *placement.Placement)
		number  int
		want    string
	}{
		"never asked for":                    {of([]uint32{1, 0}, 1, 4), hourly, ageless, 2, lacks + ": nobody has asked for it there before"},
		"never asked for, aging":             {of([]uint32{1, 0}, 1, 4), hourly, room(1 << 20), 2, lacks + ": nobody has asked for it there before"},
		"evicted":                            {of([]uint32{0, 1, 0}, 1, 2, 4), hourly, both(ageless, room(1500)), 3, lacks + ": evicted 1.9s ago, 1s after it had come"},
		"evicted, aging":                     {of([]uint32{0, 1, 0}, 1, 2, 4), hourly, room(1500), 3, lacks + ": evicted 1.9s ago, 1s after it had come"},
		"evicted at a server":                {of([]uint32{0, 1, 0}, 1, 2, 4), hourly, both(ageless, room(1500*2), servers), 3, "edge-cache, server 1 of 2: does not have it: evicted 1.9s ago, 1s after it had come"},
		"evicted twice":                      {of([]uint32{0, 1, 0, 1, 0}, 1, 2, 3, 4, 6), hourly, both(ageless, room(1500)), 5, lacks + ": evicted 1.9s ago, 1s after it had come"},
		"under way":                          {of([]uint32{0, 0}, 1, 1.05), hourly, ageless, 2, lacks + "; another request has begun to fetch it, and it waits for that"},
		"under way, aging":                   {of([]uint32{0, 0}, 1, 1.05), hourly, room(1 << 20), 2, lacks + "; another request has begun to fetch it, and it waits for that"},
		"too large":                          {of([]uint32{0, 0}, 1, 4), hourly, both(ageless, room(900)), 2, lacks + ": a fetch 2.9s ago brought 1000 bytes, more than the 900 that it can hold"},
		"not admitted":                       {of([]uint32{0, 0}, 1, 4), hourly, both(ageless, func(_ *Scenario, p *placement.Placement) { p.Tiers[0].Caches[0].Admission = "second-hit" }), 2, lacks + ": a fetch 2.9s ago brought what second-hit did not admit"},
		"may not be kept":                    {askedAt(1, 4), freshness.Control{NoStore: true}, room(1 << 20), 2, lacks + ": a fetch 2.9s ago brought an answer that may not be kept"},
		"error":                              {askedAt(1, 4), hourly, errs, 2, lacks + ": a fetch 2.9s ago brought an error, which is not kept"},
		"no answer":                          {askedAt(1, 4), hourly, both(ageless, silent), 2, lacks + ": a fetch that began 3s ago has failed"},
		"written":                            {writtenAt(0, -2, 4), hourly, room(1 << 20), 3, lacks + ": a write took it out 1.9s ago"},
		"purged":                             {askedAt(1, 4), hourly, func(s *Scenario, _ *placement.Placement) { s.Purges = []Purge{{At: 3 * time.Second}} }, 2, "edge-cache: had it until it was purged"},
		"empty after a failure":              {askedAt(1, 4), hourly, both(ageless, fails), 2, lacks + ": nobody has asked for it since the site came up again, empty, 1.503s ago"},
		"empty after a failure, aging":       {askedAt(1, 4), hourly, fails, 2, lacks + ": nobody has asked for it since the site came up again, empty, 1.503s ago"},
		"empty, and evicted after a failure": {of([]uint32{0, 0, 1, 0}, 1, 3, 4, 6), hourly, both(ageless, fails, room(1500)), 4, lacks + ": evicted 1.9s ago, 1s after it had come"},
	} {
		t.Run(name, func(t *testing.T) {
			s, p := ageing(t, c.demand, c.control, "rfc")
			c.with(&s, &p)
			plans, err := Compile(t.Context(), s, p)
			require.NoError(t, err)
			e, err := plans[0].Explain(t.Context(), 0, 0, 0, ByNumber, c.number)
			require.NoError(t, err)
			require.Equal(t, c.want, e.Steps[0].Text)
			requireRest(t, e)
			sum := int64(0)
			for _, step := range e.Steps {
				sum += step.Ns
			}
			require.Equal(t, e.WaitNs, sum)
		})
	}
}

// Until a cache lacks something for the first time nothing has been put into it since the run began.
func TestWhatASteadyCacheLacksFirstWasNotThereAsTheRunBegan(t *testing.T) {
	for name, isAgeing := range map[string]bool{"ageless": false, "aging": true} {
		t.Run(name, func(t *testing.T) {
			s, p := ageing(t, workload.Poisson{RequestsPerSecond: 10, Objects: 100, ZipfExponent: 0.8}, hourly, "rfc")
			if !isAgeing {
				s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Controls = nil })
				p.Tiers[0].Freshness = nil
			}
			p.Tiers[0].Caches[0].CapacityBytes = 80_000
			first := func(p placement.Placement) (number int, text string) {
				plans, err := Compile(t.Context(), s, p)
				require.NoError(t, err)
				for number = 1; !strings.HasPrefix(text, "edge-cache: does not have it"); number++ {
					e, err := plans[0].Explain(t.Context(), 0, 0, 0, ByNumber, number)
					require.NoError(t, err)
					if len(e.Steps) > 0 { // others are answered at once
						text = e.Steps[0].Text
					}
				}
				return number - 1, text
			}
			number, text := first(p.Preloaded())
			require.Equal(t, "edge-cache: does not have it: it was not there as the run began, and nobody has asked for it since", text)
			require.Greater(t, number, 1)
			number, text = first(p)
			require.Equal(t, "edge-cache: does not have it: nobody has asked for it there before", text)
			require.Equal(t, 1, number)
		})
	}
}
