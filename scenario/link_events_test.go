package scenario_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
)

// What docs/scenario.md shows of events of links is read as it stands.
func TestEventsOfLinksOfTheDocsAreRead(t *testing.T) {
	docs, err := os.ReadFile("../docs/scenario.md")
	require.NoError(t, err)
	lines := regexp.MustCompile(`(?m)^    link_(failures|impairments): .*$`).FindAllString(string(docs), -1)
	require.Len(t, lines, 2)
	text := `title: Links
duration: 30m
network: {provider: aws, metros: {names: [los-angeles-us]}}
workloads: [{name: site, preset: web-static, requests_per_second: 5}]
placements: [{name: PoPs, origin: us-west-2, edge_caches: {sites: pop-lax, size: 1GiB}}]
` + strings.ReplaceAll(strings.Join(lines, "\n"), "    ", "") + "\n"
	study, err := scenario.Parse("links.yaml", []byte(text))
	require.NoError(t, err)
	require.NoError(t, study.ValidateWays(context.Background()), "ways go over them")
	require.Len(t, study.LinkFailures, 1)
	require.Len(t, study.LinkImpairments, 1)
}
