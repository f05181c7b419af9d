package edgewise_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

// crowdedZone is 1,000 players on the mean of a day, in their evening, for a region, a Local Zone, and the Local Zone with
// two servers, which has 60 seats. The market says who plays where.
func crowdedZone(t *testing.T, market workload.Market) *edgewise.Study {
	t.Helper()
	net, err := catalog.AWS(catalog.Selection{Metros: []string{"los-angeles-us"}, Regions: []string{"us-west-2"}, LocalZones: []string{"us-west-2-lax-1"}})
	require.NoError(t, err)
	game := workload.CompetitiveFPS().WithPlayers(1000)
	game = workload.Change(game, func(m *workload.Matched) { m.SampledUpdates, m.Market = 0.002, market })
	region := placement.RegionOnly("us-west-2")
	zone, full := region.WithLocalZones("us-west-2-lax-1").Named("Local Zone"), region.WithLocalZones("us-west-2-lax-1").Named("two servers")
	for i := range full.Sites {
		if full.Sites[i].Site == "us-west-2-lax-1" {
			full.Sites[i].Servers = 2
		}
	}
	return &edgewise.Study{
		Scenario: sim.Scenario{
			Network: net, Workloads: []workload.Workload{game},
			Start: time.Date(2026, time.March, 3, 4, 0, 0, 0, time.UTC), Duration: 5 * time.Minute, Seed: 1,
		},
		Placements: []placement.Placement{region, zone, full}, Replications: 5,
	}
}

// crowds has the players of each placement of [crowdedZone], who of them do not play, and which part of what they send is answered in
// time.
func crowds(t *testing.T, c *edgewise.Comparison) (players, idle, within [3]float64) {
	for i := range c.Placements {
		w := &c.Placements[i].Workloads[0]
		for _, f := range []struct {
			to                *float64
			metric, statistic string
		}{{&players[i], "players", "mean"}, {&idle[i], "not playing", "share"}, {&within[i], "response", "within 35 ms"}} {
			figure, err := w.Figure(f.metric, f.statistic)
			require.NoError(t, err)
			*f.to = figure.Value
		}
		for _, metric := range []string{"requests", "players"} {
			f, base := found(t, w.Figures, metric, map[string]string{"requests": "count", "players": "mean"}[metric]), c.Placements[0].Workloads[0].Figures
			require.Equal(t, found(t, base, metric, f.Statistic).Value, f.Value, "the same play is wanted")
		}
	}
	return players, idle, within
}

func TestAFullLocalZoneNeverReadsBetter(t *testing.T) {
	c, err := crowdedZone(t, workload.Market{}).Run(context.Background())
	require.NoError(t, err)
	players, idle, within := crowds(t, c)
	require.InDelta(t, 1417, players[2], 100)
	require.InDelta(t, 1-60/players[2], idle[2], 0.005, "60 seats")
	require.Less(t, idle[0], 0.02)
	require.Greater(t, within[1], 0.7)
	require.Less(t, within[2], 0.06, "of all who wanted to play, not of those who did")

	verdicts, err := report.Verdicts(c, report.Margins{})
	require.NoError(t, err)
	of := map[[2]string]stats.Verdict{}
	for _, v := range verdicts {
		of[[2]string{v.Placement, v.Figure}] = v.Verdict
		if v.Placement == "two servers" {
			require.NotEqual(t, stats.Better, v.Verdict, v.Figure)
		}
	}
	require.Equal(t, stats.Worse, of[[2]string{"two servers", "not playing"}])
	require.Equal(t, stats.Worse, of[[2]string{"two servers", "players within 50 ms"}])
	require.Equal(t, report.NotComparable, of[[2]string{"two servers", "mean"}])
	require.Equal(t, stats.Better, of[[2]string{"Local Zone", "mean"}])
	require.Equal(t, stats.Better, of[[2]string{"Local Zone", "players within 35 ms"}])
}

func TestAFullLocalZoneOfAMarketServesWhomItHasSeatsFor(t *testing.T) {
	market := workload.CompetitiveFPS().Service.(workload.Matched).Market
	market.Parties = nil // who come alone fill every match
	market.GiveUp = 0    // who gave up would be there no more
	for _, test := range []struct {
		name string
		full workload.WhenFull
		// region says that those who find no seat in the zone play in the region; else they wait for the zone, which is the best by the rule.
		region bool
	}{{"overflow", workload.Overflow, true}, {"wait", workload.Wait, false}} {
		t.Run(test.name, func(t *testing.T) {
			market.Full = test.full
			c, err := crowdedZone(t, market).Run(context.Background())
			require.NoError(t, err)
			players, idle, within := crowds(t, c)
			require.Greater(t, within[1], 0.7)
			near := 60 / players[2]
			require.Less(t, within[2], near, "of all who wanted to play")
			require.Greater(t, within[2], 0.7*near)
			if test.region {
				require.Less(t, idle[2], 0.02)
			} else {
				require.InDelta(t, 1-near, idle[2], 0.005, "60 seats")
			}
			require.Empty(t, c.Placement("two servers").Overloaded(), "the region has seats for all")
		})
	}
}

func TestTheBestIsNotWhoServesFew(t *testing.T) {
	s := crowdedZone(t, workload.Market{})
	all := s.Placements
	s.Replications, s.Placements = 0, all[:2]
	s.Until = &edgewise.Until{Workload: "competitive-fps", BestKnown: 0.95}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, "best known", c.Stopping.Reason)
	require.Equal(t, "Local Zone", c.Stopping.Best)

	s.Placements = []placement.Placement{all[0], all[2]}
	c, err = s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, edgewise.Stopping{Reason: "not comparable"}, *c.Stopping)
}
