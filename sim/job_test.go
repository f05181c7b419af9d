package sim

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
)

func TestScenarioBoundsItsWorkloads(t *testing.T) {
	scenario := func(workloads int) *Scenario {
		s := &Scenario{Network: fourNodes(t), Duration: time.Second}
		for i := range workloads {
			s.Workloads = append(s.Workloads, oneObject().Named(fmt.Sprintf("site-%d", i)))
		}
		return s
	}
	require.NoError(t, scenario(255).Validate())
	require.EqualError(t, scenario(256).Validate(), "sim: 256 workloads; want 255 at most")
	require.EqualError(t, scenario(0).Validate(), "sim: no workload")
}

func TestNoPlacementIsNoPlan(t *testing.T) {
	plans, err := Compile(context.Background(), Scenario{Network: fourNodes(t), Workloads: []workload.Workload{oneObject()}, Duration: time.Second})
	require.EqualError(t, err, "sim: no placement; want at least one")
	require.Nil(t, plans)
}
