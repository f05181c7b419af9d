package cache_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
)

func TestPhantomsOfLIRSAreOnlyCounted(t *testing.T) {
	_, err := cache.New(cache.Config{Policy: "lirs:phantoms=yes", CapacityObjects: 20})
	require.EqualError(t, err, "cache: Policy is lirs:phantoms=yes; want phantoms to be one of no")

	row := referenceRow{trace: "web07", policy: "lirs", inObjects: true, capacity: 20}
	counted := replayRow(t, row, 0).Misses
	row.policy = "lirs:phantoms=yes"
	require.Equal(t, counted, replayRow(t, row, 0).Misses)
	row.policy = "lirs:phantoms=no"
	require.Equal(t, counted+27, replayRow(t, row, 0).Misses)
}
