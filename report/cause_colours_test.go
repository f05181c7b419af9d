package report

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/sim"
)

func TestCausesHaveOneColourEachAndThePageHasTheSame(t *testing.T) {
	require.Len(t, causeColours, int(sim.NumCauses))
	var hex []string
	for _, c := range causeColours {
		hex = append(hex, fmt.Sprintf(`"#%02x%02x%02x"`, c.R, c.G, c.B))
	}
	source, err := os.ReadFile("page/src/look.js")
	require.NoError(t, err)
	require.Contains(t, string(source), "causeColors = ["+strings.Join(hex, ", ")+"]")
}
