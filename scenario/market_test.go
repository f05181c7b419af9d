package scenario

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// marketFile is a game with the given lines of its market and of its placement's sites.
func marketFile(market, sites string) string {
	return `title: t
duration: 1m
network:
  metros: {names: [los-angeles-us]}
workloads:
  - name: game
    preset: competitive-fps
    cores_per_match: 2
` + market + `
placements:
  - name: one
    compute:
` + sites + "\n"
}

func TestMarketsThatCannotBeAreRefusedWhereTheyStand(t *testing.T) {
	region := "      - {sites: us-west-2}"
	for name, c := range map[string]struct{ market, sites, want string }{
		"a ladder that shrinks": {
			"    market:\n      ladder:\n        - {after: 0s, limit: 100ms}\n        - {after: 20s, limit: 50ms}", region,
			"file.yaml:12: workloads[0].market.ladder[1].limit: is 50ms; want more than the rung before, 100ms: a ladder does not shrink",
		},
		"a ladder that does not begin": {
			"    market: {ladder: [{after: 5s, limit: 100ms}]}", region, "file.yaml:9: workloads[0].market.ladder[0].after: is 5s; want 0s: the first rung holds from the start",
		},
		"parties larger than a match": {
			"    match_players: 2\n    market: {parties: [0.5, 0.3, 0.2]}", region,
			"file.yaml:10: workloads[0].market.parties: is parties of 3; want parties of 2 at most: a match has 2 players",
		},
		"an unknown choice": {
			"    market: {choice: nearest}", region, "file.yaml:9: workloads[0].market.choice: is \"nearest\"; want one of routing, lowest-mean, min-max, host, fewest-empty-seats",
		},
		"bands that narrow": {
			"    market: {skill: {sd: 100, bands: [{after: 0s, width: 50}, {after: 9s, width: 40}]}}", region,
			"file.yaml:9: workloads[0].market.skill.bands[1].width: is 40; want more than the band before, 50: bands widen",
		},
		"bands of players who are alike": {
			"    market: {skill: {bands: [{after: 0s, width: 50}]}}", region, "file.yaml:9: workloads[0].market.skill.bands: is [",
		},
		"an overflow without a choice": {
			"    market: {choice: routing}", region, "",
		},
		"a site without cores for a match": {
			"", "      - {sites: us-west-2, cores: 1}", "file.yaml:13: placements[0].compute[0].cores: is 1; want 2 or more: a match of game \"game\" takes as many",
		},
		"a zone that is elastic": {
			"", "      - {sites: us-west-2-lax-1, cores: 4, elastic: true}", "file.yaml:13: placements[0].compute[0].elastic: is true; want false: a local-zone has no elasticity, a region has",
		},
		"elastic without a number": {
			"", "      - {sites: us-west-2, elastic: true}", "file.yaml:13: placements[0].compute[0].elastic: is true; want false, or cores",
		},
		"deadlines of nobody": {
			"    display: {input: 0s, frames_per_second: 0, interpolation: 0s, render: 0s, screen: 0s, prediction: false, lag_compensation: 0s, deadlines: [60ms]}", region,
			"file.yaml:9: workloads[0].display.deadlines: is [60ms]; want none: without another part of display, or cloud, nothing is known of input to display, and they would be of nobody",
		},
		"a video that is predicted": {
			"    cloud: {mbit_per_second: 10, line_mbit_per_second: 50}", region,
			"workloads[0].display.prediction: is true; want false: pictures come as a video, and the player's machine has nothing to predict with",
		},
		"a class of quality for nobody": {
			"    display: {input: 0s, frames_per_second: 0, interpolation: 0s, render: 0s, screen: 0s, prediction: false, lag_compensation: 0s, deadlines: []}\n    quality: {of: input_to_display, classes: [{name: good, up_to: 60ms}]}", region,
			"file.yaml:10: workloads[0].quality.of: is input_to_display; want rtt: without display or cloud nothing is known of input to display",
		},
		"a ladder above the cap": {
			"    market: {max_rtt: 80ms}", region, "file.yaml:9: workloads[0].market.ladder[1].limit: is 100ms; want 80ms at most, the largest round trip that a player accepts",
		},
		"parties that are not all": {
			"    market: {parties: [0.5, 0.3]}", region, "file.yaml:9: workloads[0].market.parties: is [0.5, 0.3]; want shares that sum to 1, the last more than 0",
		},
		"servers too few for a match": {
			"", "      - {sites: us-west-2, servers: 1}", "file.yaml:13: placements[0].compute[0].servers: is 1; want 2 or more: a match of game \"game\" takes as many",
		},
		"cores where nobody plays": {
			"  - {name: api, preset: api-dynamic, requests_per_second: 5}", "      - {sites: us-west-2}\n      - {sites: us-west-1, workloads: [api], cores: 4}", "file.yaml:14: placements[0].compute[1].cores: is 4; want 0: the site serves no game, and others have servers",
		},
		"a sample of nothing": {
			"    sampled_matches: 2", region, "file.yaml:9: workloads[0].sampled_matches: is 2; want 0 (all) or 1e-6 to 1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := marketFile(c.market, c.sites)
			_, err := Parse("file.yaml", []byte(text))
			if c.want == "" {
				require.Error(t, err, "the preset overflows, which goes with no choice by routing")
				require.Contains(t, err.Error(), "market.full")
				return
			}
			require.Error(t, err)
			require.Contains(t, strings.Join(strings.Fields(err.Error()), " "), strings.Join(strings.Fields(c.want), " "))
		})
	}
}
