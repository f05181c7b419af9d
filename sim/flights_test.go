package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFetchHasNothingOfTheOneBeforeIt(t *testing.T) {
	flights := newFlightTable()
	f, n := flights.add(1, 100, 5)
	f.link, f.isLate, f.copied, f.queue, f.first, f.last = 7, true, true, 3, 10, 20
	flights.remove(n)

	f, again := flights.add(2, 200, 6)
	require.Equal(t, n, again)
	require.Equal(t, flight{key: 2, bytes: 200, service: 6, first: unknown, last: unknown, home: f.home}, *f)
}
