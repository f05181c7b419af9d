package edgewise_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
)

const ranked = `title: t
duration: 60s
check_warm_up: false
network: {metros: {names: [los-angeles-us]}}
workloads:
  - {name: site, preset: web-static, requests_per_second: 200, objects: 100, day: flat}
  - {name: shooter, preset: competitive-fps, concurrent_players: 50, day: flat}
placements:
  - {name: Oregon, compute: us-west-2, origin: us-west-2}
  - {name: Los Angeles, compute: us-west-2-lax-1, origin: us-west-2}
replications: {min: 2, max: 4, until: {best_known: 95%, workload: WORKLOAD, by: FIGURE, matters: 1ms}}
`

// TestAQuantileOfTooFewIsRefusedBeforeARun asks for quantiles on both sides of what is needed, 100 values beyond, which a run has then
// or has not.
func TestAQuantileOfTooFewIsRefusedBeforeARun(t *testing.T) {
	for _, test := range []struct {
		workload, figure string
		duration         string
		want             string
	}{
		{"site", "ttfb p99", "60s", ""}, // 12,000 requests
		{"site", "ttfb p99", "45s", `s.yaml:11: replications.until.by: is "ttfb p99"; want a figure for which a replication has values enough: about 9,000 are expected and 10,000 needed; want a duration or a demand 1.2 times as large, or a quantile nearer to the median`},
		{"site", "ttfb p99", "1s", "want a duration or a demand 50 times as large"},
		{"site", "ttfb mean", "1s", ""},
		{"shooter", "response p99", "60s", ""},
		{"shooter", "player_rtt p50", "60s", "about 50 are expected and 200 needed"},
	} {
		t.Run(test.figure+" in "+test.duration, func(t *testing.T) {
			text := strings.NewReplacer("60s", test.duration, "WORKLOAD", test.workload, "FIGURE", test.figure).Replace(ranked)
			study, err := scenario.Parse("s.yaml", []byte(text))
			if test.want != "" {
				require.ErrorContains(t, err, test.want)
				return
			}
			require.NoError(t, err)
			_, err = study.Run(t.Context())
			require.NoError(t, err)
		})
	}
	study, err := scenario.Parse("s.yaml", []byte(strings.NewReplacer("WORKLOAD", "site", "FIGURE", "ttfb p99").Replace(ranked)))
	require.NoError(t, err)
	label, err := study.Until.LabelIn(study)
	require.NoError(t, err)
	study.Duration = 6 * time.Second
	require.NotEmpty(t, study.TooFewFor("site", label, 1))
	require.Empty(t, study.TooFewFor("site", label, 10), "of as many replications together")
}

// In the evening there are values enough where the mean of the day has too few, at night too few where the mean has enough.
func TestTooFewGoesByTheHour(t *testing.T) {
	for start, want := range map[string]bool{"2026-03-03T04:00:00Z": false, "2026-03-03T12:00:00Z": true} { // 8 in the evening in Los Angeles, and 4 at night
		text := strings.NewReplacer("60s", "45s", "WORKLOAD", "site", "FIGURE", "ttfb p99", "objects: 100, day: flat", "objects: 100", "duration:", "start: "+start+"\nduration:").Replace(ranked)
		_, err := scenario.Parse("s.yaml", []byte(text))
		require.Equal(t, want, err != nil, "%s: %v", start, err)
	}
}
