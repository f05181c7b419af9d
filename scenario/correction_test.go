package scenario_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/topology"
)

// later is a delay source of one's own: every round trip over the Internet takes a while longer.
type later struct {
	topology.Correction
	extra time.Duration
}

func (l later) Locate(n topology.Node) topology.Location {
	return laterPlace{l.Correction.Locate(n), l.extra}
}

type laterPlace struct {
	topology.Location
	extra time.Duration
}

func (p laterPlace) RTT(kind topology.LinkKind, to topology.Location, path time.Duration) time.Duration {
	return p.Location.RTT(kind, to.(laterPlace).Location, path) + p.extra
}

func TestAStudyTakesADelaySourceOfOnesOwn(t *testing.T) {
	text := strings.NewReplacer("replications: 3", "replications: 1", "duration: 10m", "duration: 1m", "warm_up: 1m", "warm_up: 0s").Replace(good)
	var results []string
	var rtts []time.Duration
	for _, extra := range []time.Duration{0, 20 * time.Millisecond} {
		study, err := scenario.Parse("test.yaml", []byte(text))
		require.NoError(t, err)
		study.SkipWarmUpCheck = true
		n := study.Network
		study.Network = n.WithCorrection(later{n.Correction(), extra})
		region, _ := n.Index("us-west-2")
		routes, err := study.Network.Routes(n.OfKind(topology.Metro), []int{region}, topology.Public)
		require.NoError(t, err)
		rtts = append(rtts, routes.RTT(0, 0))
		c, err := study.Run(context.Background())
		require.NoError(t, err)
		result, err := json.Marshal(c.Placements)
		require.NoError(t, err)
		results = append(results, string(result))
	}
	require.Equal(t, 20*time.Millisecond, rtts[1]-rtts[0])
	require.NotEqual(t, results[0], results[1], "users feel it")
}
