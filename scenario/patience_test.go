package scenario_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/workload"
)

const impatient = `title: Patience
duration: 10s
network: {provider: aws, metros: {top: 3}}
workloads:
  - kind: dynamic
    name: api
    requests_per_second: 10
    response_size: 10kB
    service: 10ms
    patience: {timeout: 2s, retries: 2, at: next, backoff: 100ms}
placements:
  - {name: two, compute: [us-east-1, us-west-2]}
`

func TestClientsThatAskTheNextSiteAreRead(t *testing.T) {
	s, err := scenario.Parse("patience.yaml", []byte(impatient))
	require.NoError(t, err)
	require.Equal(t, workload.Patience{Timeout: 2 * time.Second, Retries: 2, At: workload.NextSite, Backoff: 100 * time.Millisecond}, s.Workloads[0].Patience())
	for want, change := range map[string][]string{
		`patience.yaml:10: workloads[0].patience.at: is "other"; want same or next`:      {"at: next", "at: other"},
		`patience.yaml:10: workloads[0].patience.at: is next; want same without retries`: {"retries: 2, at: next, backoff: 100ms", "at: next"},
		`patience.yaml:8: workloads[0].patience.at: is next; want same, or a workload that is computed`: {
			"  - kind: dynamic\n    name: api\n", "  - preset: web-static\n    name: api\n", "    response_size: 10kB\n    service: 10ms\n    patience", "    patience",
		},
	} {
		_, err := scenario.Parse("patience.yaml", []byte(strings.NewReplacer(change...).Replace(impatient)))
		require.ErrorContains(t, err, want)
	}
}
