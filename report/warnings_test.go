package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
)

func TestWarningsStandInTheSummaryAsTheyAre(t *testing.T) {
	var out strings.Builder
	require.NoError(t, writeWarnings(&out, &edgewise.Comparison{}))
	require.Empty(t, out.String())
	require.NoError(t, writeWarnings(&out, &edgewise.Comparison{Warnings: []string{"s.csv:1: not read: column \"<b>`x`\"", "two"}}))
	require.Equal(t, "Warnings:\n\n- `s.csv:1: not read: column \"<b>'x'\"`\n- `two`\n\n", out.String())
}
