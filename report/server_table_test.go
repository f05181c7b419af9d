package report_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

// limited is two APIs that share servers at a Local Zone, one that has its own at a region, and a game.
const limited = `
title: Servers
warm_up: 5s
duration: 60s
check_warm_up: false
replications: 3
network: {metros: {names: [los-angeles-us]}}
workloads:
  - {name: api, preset: api-dynamic, requests_per_second: 200, service: {mean: 10ms, law: exponential}, day: flat, data: {probability: 0, calls: 0}}
  - {name: render, preset: api-dynamic, requests_per_second: 20, service: {mean: 50ms, law: exponential}, day: flat, data: {probability: 0, calls: 0}}
  - {name: mail, preset: api-dynamic, requests_per_second: 20, service: {mean: 50ms, law: exponential}, day: flat, data: {probability: 0, calls: 0}}
placements:
  - name: p
    origin: us-west-2
    compute:
      - {sites: us-west-2-lax-1, workloads: [api, render], servers: {count: 5, queue: 3}}
      - {sites: us-west-2, workloads: [mail], servers: 2}
`

func TestServersThatAreLimitedStandInATable(t *testing.T) {
	study, err := scenario.Parse("servers.yaml", []byte(limited))
	require.NoError(t, err)
	c, err := study.Run(t.Context())
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, report.WriteMarkdown(&b, c))
	_, text, ok := strings.Cut(b.String(), "### servers that are limited")
	require.True(t, ok)
	require.Contains(t, text, "| placement, servers | servers | % load | % busy | % busiest step | % full |")
	cells := func(row string) []string {
		line := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(row) + ` \|.*$`).FindString(text)
		require.NotEmpty(t, line, row)
		var all []string
		for _, cell := range strings.Split(strings.Trim(line, "| "), "|")[1:] {
			all = append(all, strings.TrimSpace(cell))
		}
		return all
	}
	pool, own := cells("· compute at us-west-2-lax-1"), cells("· mail at us-west-2")
	require.Equal(t, []string{"5", "60.0"}, pool[:2], "work for 3 of 5")
	require.Equal(t, []string{"2", "50.0"}, own[:2])
	api, render := cells("·· api"), cells("·· render")
	require.Equal(t, []string{"", ""}, api[:2])
	require.Regexp(t, `^(3[89]|4[012])`, api[2], "40 % less some rejected, of five servers")
	require.Regexp(t, `^(1[89]|2[01])`, render[2])
	require.Regexp(t, `^(5[789]|6[012])\S* ± `, pool[2])
	for _, figure := range pool[3:] {
		require.Regexp(t, `± |\[`, figure)
	}
	var screen bytes.Buffer
	require.NoError(t, report.WriteScreen(&screen, c, report.Layout{Width: 100}))
	require.Contains(t, screen.String(), "servers that are limited")
}
