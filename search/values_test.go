package search

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
)

func TestValuesThatNobodyKnowsAreNullInJSON(t *testing.T) {
	data, err := json.Marshal(Alternative{Expected: Values{1.5, math.NaN(), math.Inf(-1)}})
	require.NoError(t, err)
	require.Contains(t, string(data), `"expected":[1.5,null,null]`)
	var read Alternative
	require.NoError(t, json.Unmarshal(data, &read))
	require.Len(t, read.Expected, 3)
	require.Equal(t, 1.5, read.Expected[0])
	require.True(t, math.IsNaN(read.Expected[1]) && math.IsNaN(read.Expected[2]))
	require.Error(t, json.Unmarshal([]byte(`{"expected":["x"]}`), &read))
}

// What has no value is the worst, be more better or less.
func TestAnAlternativeWithoutAValueIsTheWorst(t *testing.T) {
	for _, better := range []edgewise.Direction{edgewise.Less, edgewise.More} {
		sp := &space{prepared: &prepared{objectives: []*figure{{better: better}}}}
		require.Less(t, sp.cost(0, 5), sp.cost(0, math.NaN()))
	}
}
