package edgewise

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// Two servers of a site that was there for 200 s of 400 s, of which both worked for 80 s: 40 % of its time, not 20 %. In the busiest step of 2 s they worked for
// 3 s of 4 s: the site had two servers, not one.
func TestServersAreJudgedByTheTimeTheyWereThere(t *testing.T) {
	site := &sim.SiteTally{PeakBusyUs: 3_000_000}
	site.Counters[sim.ServerUs], site.Counters[sim.AwayUs], site.Counters[sim.FullUs] = 400_000_000, 200_000_000, 80_000_000
	w := &sim.WorkloadTally{Timeline: sim.Timeline{BatchNs: int64(2 * time.Second)}}
	at := &Tallies{Workload: w, Site: site, Duration: 400 * time.Second}
	require.Equal(t, stats.Ratio{Numerator: 3_000_000_000, Denominator: 4_000_000_000}, busiestStep(at))
	require.EqualValues(t, 200_000_000, at.thereUs())
	site.Counters[sim.AwayUs] = 400_000_000
	require.Equal(t, stats.Ratio{}, busiestStep(at), "it was never there")
}
