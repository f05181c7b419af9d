package scenario_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/scenario"
)

// All sites of a provider fail together: its PoPs and the region behind them, as if each were named. Who is served by another provider is.
func TestAProviderFailsWithAllItsSites(t *testing.T) {
	const text = `title: A provider fails
start: 2026-03-02T18:00:00Z
duration: 40s
replications: 2
network: {provider: aws, metros: {names: [London, Paris]}}
workloads: [{name: site, kind: static, requests_per_second: 50, objects: 100, zipf_exponent: 0.8, sizes: {median: 10kB, ln_sd: 0}}]
failures: [{WHO, at: 10s, for: 20s, detection: 2s, timeout: 1s}]
placements:
  - {name: cloudflare alone, origin: eu-west-2, edge_caches: {provider: cloudflare, sites: [pop-man, pop-cdg], size: 300kB, preload: steady}}
  - {name: aws alone, origin: eu-west-2, edge_caches: {sites: [pop-lhr, pop-cdg], size: 300kB, preload: steady}}
`
	run := func(who string) *edgewise.Comparison {
		s, err := scenario.Parse("own.yaml", []byte(strings.Replace(text, "WHO", who, 1)))
		require.NoError(t, err)
		c, err := s.Run(context.Background())
		require.NoError(t, err)
		return c
	}
	c := run("provider: cloudflare")
	var down []string
	for _, f := range c.Failures {
		down = append(down, f.Site)
	}
	require.Equal(t, []string{"cloudflare/pop-cdg", "cloudflare/pop-man"}, slices.Sorted(slices.Values(down)))
	share := func(c *edgewise.Comparison, placement int) float64 {
		f, err := c.Placements[placement].Workloads[0].Figures.Figure("failed", "share")
		require.NoError(t, err)
		return f.Value
	}
	require.InDelta(t, 0.5, share(c, 0), 0.02, "half of the run: all that could serve them is down")
	require.Zero(t, share(c, 1))

	named := run("sites: [cloudflare/pop-man, cloudflare/pop-cdg]")
	require.Equal(t, share(named, 0), share(c, 0))
	both := run("provider: aws")
	require.Greater(t, share(both, 0), 0.02, "its origin is of that provider")
	require.Less(t, share(both, 0), 0.3, "hits need no origin")
	require.InDelta(t, 0.5, share(both, 1), 0.02, "nobody is left")
}
