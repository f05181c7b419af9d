package edgewise

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/sim"
)

// Of five requests three get what is stale after an origin's timeout, as where it is down: none of them is answered at once.
func TestWhoWaitsForAFetchThatFailsIsNotAnsweredAtOnce(t *testing.T) {
	var is sim.Tally
	is.Counters[sim.Requests], is.Counters[sim.StaleWaited] = 5, 3
	is.Outcomes[sim.Miss], is.Outcomes[sim.Stale], is.Outcomes[sim.Hit] = 1, 3, 1
	of := &Tallies{Tally: &is}
	require.EqualValues(t, 1, atOnce(of))
	require.EqualValues(t, 4, hits(&is.Outcomes))
	is.Outcomes[sim.Stale]++ // while it is fetched in the background
	require.EqualValues(t, 2, atOnce(of))
}
