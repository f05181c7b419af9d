package pinned_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/sim"
)

// TestScenariosMeetEverything finds a policy, an admission, a routing rule, an outcome, a cause or a reason that no
// scenario has, so that nothing of it would be held.
func TestScenariosMeetEverything(t *testing.T) {
	met := make(map[string]bool)
	files, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		study, err := scenario.Load(file)
		require.NoError(t, err)
		for _, p := range study.Placements {
			met[fmt.Sprintf("routing %T", p.Routing)] = true
			for _, t := range p.Tiers {
				for _, c := range t.Caches {
					policy, _, _ := strings.Cut(c.Policy, ":")
					admission, _, _ := strings.Cut(c.Admission, ":")
					met["policy "+policy], met["admission "+admission] = true, true
				}
			}
		}
		golden, err := readRecords(strings.TrimSuffix(file, ".yaml") + ".gz")
		require.NoError(t, err)
		for key, record := range golden {
			if kindOf(key) == runKind {
				for name := range record {
					met[name] = true
				}
			}
		}
	}
	var want []string
	for _, policy := range cache.Policies() {
		want = append(want, "policy "+policy)
	}
	for _, admission := range cache.Admissions() {
		want = append(want, "admission "+admission)
	}
	for _, rule := range []placement.Routing{nil, placement.NearestDistance{}, placement.Anycast{}, placement.Weighted{}, placement.Pinned{}} {
		want = append(want, fmt.Sprintf("routing %T", rule))
	}
	for o := range sim.NumOutcomes {
		want = append(want, o.String())
	}
	for c := range sim.NumCauses {
		want = append(want, c.String()+" ns")
	}
	for why := range sim.NumReasons {
		want = append(want, why.String())
	}
	for _, c := range []sim.Counter{
		sim.PlayerUs, sim.WaitingUs, sim.GaveUpSessions, sim.TurnedAwaySessions, sim.Reconnected, sim.Overflowed,
		sim.LostUpdates, sim.LateUpdates, sim.OverrunUpdates, sim.UnseenSessions, sim.QualityPpm, sim.JainPpm,
	} {
		want = append(want, c.String())
	}
	for s := range sim.NumStages {
		want = append(want, s.String()+" stage ns")
	}
	want = append(want, "lost sessions", "lobby_wait count", "worst_rtt count", "mid-tier hits")
	for _, what := range want {
		require.Contains(t, met, what)
	}
}
