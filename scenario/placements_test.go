package scenario_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
)

// TestPlacementsAreFoundByNameAmongMany takes long where each placement is sought in the list of those above.
func TestPlacementsAreFoundByNameAmongMany(t *testing.T) {
	const many = 10_000
	var b strings.Builder
	b.WriteString(`title: Many
duration: 10s
network: {metros: {names: [los-angeles-us]}}
workloads: [{name: site, preset: web-static, requests_per_second: 10, objects: 200}]
placements:
  - {name: p0, origin: us-west-2}
`)
	for i := range many - 1 {
		fmt.Fprintf(&b, "  - {name: p%d, extends: p%d}\n", i+1, i)
	}
	s, err := scenario.Parse("many.yaml", []byte(b.String()))
	require.NoError(t, err)
	require.Len(t, s.Placements, many)
	require.Equal(t, s.Placements[0].Sites, s.Placements[many-1].Sites)

	b.WriteString("  - {name: p7, extends: p7}\n  - {name: p7, extends: q}\n")
	_, err = scenario.Parse("many.yaml", []byte(b.String()))
	require.ErrorContains(t, err, `many.yaml:10006: placements[10000].name: is "p7", as is that of the placement in line 13; want another name`)
	require.ErrorContains(t, err, `many.yaml:10007: placements[10001].extends: is "q"; want the name of a placement above`)
}
