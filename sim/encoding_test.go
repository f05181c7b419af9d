package sim

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// smallResult is a result with a game, a site and an API, of which some requests fail.
func smallResult(t testing.TB) *Result {
	t.Helper()
	s, p := busyScenario(t)
	r, err := Run(context.Background(), Job{Scenario: s, Placement: p, Replication: 2})
	require.NoError(t, err)
	return r
}

func TestResultsAreTheSameAfterAJourney(t *testing.T) {
	r := smallResult(t)
	data, err := r.MarshalBinary()
	require.NoError(t, err)
	var back Result
	require.NoError(t, back.UnmarshalBinary(data))
	require.Equal(t, r, &back)
	var sites SiteTally
	for w := range back.Workloads {
		for n := range back.Workloads[w].Sites {
			site := &back.Workloads[w].Sites[n]
			add(sites.Counters[:], site.Counters[:])
			sites.PeakPlayers = max(sites.PeakPlayers, site.PeakPlayers)
		}
	}
	require.NotZero(t, sites.PeakPlayers)
	for c := range NumSiteCounters {
		require.NotZero(t, sites.Count(c), c.String())
	}
	again, err := back.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, data, again)
	for n := range data {
		require.Error(t, new(Result).UnmarshalBinary(data[:n]), "cut to %d bytes", n)
	}
}

func FuzzResultDecoding(f *testing.F) {
	data, err := smallResult(f).MarshalBinary()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte{})
	f.Add([]byte{0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		var r Result
		if r.UnmarshalBinary(data) != nil {
			require.Zero(t, r)
			return
		}
		// What can be read can be written, and merged with itself.
		again, err := r.MarshalBinary()
		require.NoError(t, err)
		var same Result
		require.NoError(t, same.UnmarshalBinary(again))
		require.NoError(t, r.Merge(&same))
	})
}
