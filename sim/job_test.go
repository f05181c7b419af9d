package sim

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
)

func TestScenarioBoundsItsWorkloads(t *testing.T) {
	scenario := func(statics, dynamics int) *Scenario {
		s := &Scenario{Network: fourNodes(t), Duration: time.Second}
		for i := range statics {
			w := oneObject()
			w.Name = fmt.Sprintf("site-%d", i)
			s.Static = append(s.Static, w)
		}
		for i := range dynamics {
			w := workload.APIDynamic()
			w.Name = fmt.Sprintf("api-%d", i)
			s.Dynamic = append(s.Dynamic, w)
		}
		return s
	}
	require.NoError(t, scenario(200, 255).Validate())
	require.EqualError(t, scenario(201, 0).Validate(), "sim: 201 static workloads; want 200 at most")
	require.EqualError(t, scenario(0, 256).Validate(), "sim: 256 dynamic workloads; want 255 at most")
	require.EqualError(t, scenario(0, 0).Validate(), "sim: no workload")
}

func TestNoPlacementIsNoPlan(t *testing.T) {
	plans, err := Compile(Scenario{Network: fourNodes(t), Static: []workload.Static{oneObject()}, Duration: time.Second})
	require.EqualError(t, err, "sim: no placement; want at least one")
	require.Nil(t, plans)
}
