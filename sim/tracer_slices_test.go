package sim

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// Of a request that is served slice by slice the steps say what of each slice the first tier has and which server was asked, and sum, as those of the other
// bytes do.
func TestRequestsForPartsAreExplainedSliceBySlice(t *testing.T) {
	d := workload.Poisson{RequestsPerSecond: 8, Objects: 12, ZipfExponent: .6}
	s, whole := ageing(t, d, freshness.Control{}, "")
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) {
		c.Controls = nil
		c.Sizes = workload.Sizes{MinBytes: 300 * kib, MaxBytes: 300 * kib}
		c.Ranges = workload.Ranges{Share: .5, Lengths: lengths(80 * kib)}
		c.Origin = workload.ServiceTime{Mean: 5 * time.Millisecond}
	})
	whole.Tiers[0].Freshness = nil
	s.Duration = 20 * time.Second
	servers := func(of placement.Placement, name string, to placement.Servers) placement.Placement {
		of = of.Named(name)
		of.Tiers = slices.Clone(of.Tiers)
		of.Tiers[0].Caches = slices.Clone(of.Tiers[0].Caches)
		of.Tiers[0].Caches[0].CapacityBytes, of.Tiers[0].Caches[0].Servers = 2000*kib, to
		return of
	}
	sliced := whole.Named("slices")
	sliced.SliceBytes = 32 * kib
	aged := s
	aged.Workloads = slices.Clone(s.Workloads)
	aged.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) {
		c.Controls = []workload.Controlled{{Objects: 1, Control: freshness.Control{MaxAge: freshness.For(2 * time.Second), Validator: true}}}
	})
	disk := placement.Servers{Count: 3, Spread: placement.Sharded, MemoryBytes: 500 * kib, DiskRead: 4 * time.Millisecond}
	for _, c := range []struct {
		of   Scenario
		p    placement.Placement
		must []string
	}{
		{s, whole, []string{"edge-cache: does not have it", "edge-cache: has it"}},
		{s, sliced, []string{"edge-cache, slice 1: does not have it", "edge-cache, slices 1 to 10: has them", "fetched from region"}},
		{s, servers(sliced, "sharded", disk), []string{"server 2 of 3: has it in its memory", "reads it from the disk"}},
		{s, servers(whole, "independent", placement.Servers{Count: 2, Spread: placement.Independent}), []string{"edge-cache, server 1 of 2: has it", "edge-cache, server 2 of 2: does not have it"}},
		{aged, sliced.Named("ages"), []string{"held, and confirmed by region", "fresh for"}},
		{aged, servers(sliced, "ages, sharded", disk), []string{"on its disk", "in its memory", "server 3 of 3"}},
	} {
		t.Run(c.p.Name, func(t *testing.T) {
			plans, err := Compile(t.Context(), c.of, c.p)
			require.NoError(t, err)
			var all []Sighting
			_, err = plans[0].Watch(t.Context(), 0, func(is *Sighting) { all = append(all, *is) })
			require.NoError(t, err)
			slices.SortFunc(all, func(a, b Sighting) int { return int(a.At - b.At) })
			told := ""
			for i, want := range all {
				e, err := plans[0].Explain(t.Context(), 0, 0, 0, ByNumber, i+1)
				require.NoError(t, err)
				require.Equal(t, want, e.Sighting)
				sum := int64(0)
				for _, step := range e.Steps {
					sum += step.Ns
					told += step.Text + "\n"
				}
				require.Equal(t, e.WaitNs, sum, "request %d: %v", i+1, e.Steps)
				requireRest(t, e)
				for _, step := range e.Rest {
					told += step.Text + "\n"
				}
			}
			for _, text := range c.must {
				require.Contains(t, told, text)
			}
		})
	}
}

func TestASliceThatIsDueIsWaitedForByItsUserAndNotByWhoAskedLast(t *testing.T) {
	s, of, p := &site{}, &tier{}, &partAsked{}
	for name, lacks := range map[string]func(*tracer){
		"for ever":  func(tr *tracer) { tr.lacksSlice(s, of, p, 1, nil, 0) },
		"that ages": func(tr *tracer) { tr.lacksAged(s, of, p, 0, true) },
	} {
		last := &notedFetch{} // whose question another site has had
		tr := tracer{asking: last, fetches: map[flightName]*notedFetch{}}
		lacks(&tr)
		tr.begins(s, of, 1, true)
		require.Nil(t, last.above.fetch, name)
	}
}
