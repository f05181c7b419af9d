package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
)

// What must be confirmed at each use, or has no lifetime, is fetched or confirmed for everybody: one answer may not be for several (RFC 9111,
// sections 4 and 5.2.2.4). With a lifetime, or served while it is fetched, it may.
func TestAnswersThatMayNotBeReusedAreNotShared(t *testing.T) {
	at := askedAt(0, .01, .02, 5, 5.01, 5.02)
	for _, profile := range []string{"rfc", "cloudfront"} {
		for _, c := range []freshness.Control{{NoCache: true, Validator: true}, {MaxAge: freshness.For(0), Validator: true}, {MaxAge: freshness.For(0)}} {
			s, p := ageing(t, at, c, profile)
			total, err := runOf(t, s, p).Workloads[0].Total()
			require.NoError(t, err)
			require.Zero(t, total.Outcomes[DelayedHit], "%s %+v", profile, c)
			require.EqualValues(t, 6, total.Count(OriginRequests), "%s %+v", profile, c)
			if c.Validator {
				require.EqualValues(t, 3, total.Outcomes[Revalidated], "%s %+v: those of the second burst", profile, c)
			}
		}
		s, p := ageing(t, at, freshness.Control{MaxAge: freshness.For(2 * time.Second), Validator: true}, profile)
		total, err := runOf(t, s, p).Workloads[0].Total()
		require.NoError(t, err)
		require.EqualValues(t, 4, total.Outcomes[DelayedHit])
		require.EqualValues(t, 2, total.Count(OriginRequests))
	}
}

// CloudFront keeps its own error where the origin does not answer, for 10 s: 1 s is waited for in vain once, then again.
func TestCloudFrontKeepsItsErrorOfATimeout(t *testing.T) {
	s, p := ageing(t, askedAt(5, 7, 15, 17), freshness.Control{MaxAge: freshness.For(time.Minute)}, "cloudfront")
	s.Failures = []Failure{{Site: "region", At: 3 * time.Second, For: 100 * time.Second, Timeout: time.Second}}
	require.Equal(t, `5s ERROR (next tier down) 1.006s
7s ERROR (cached error) 6ms
15s ERROR (cached error) 6ms
17s ERROR (next tier down) 1.006s
`, journeys(t, s, p))
	p.Tiers[0].Freshness.Profile = "rfc"
	require.Equal(t, `5s ERROR (next tier down) 1.006s
7s ERROR (next tier down) 1.006s
15s ERROR (next tier down) 1.006s
17s ERROR (next tier down) 1.006s
`, journeys(t, s, p))
}
