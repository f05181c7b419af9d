package report

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/vg"

	"github.com/edgewise-sim/edgewise/internal/look"
)

// Names that differ in their middle are told apart where that is cut, and none is wider than there is room.
func TestNamesThatAreCutStillDiffer(t *testing.T) {
	s := look.Text(look.LabelSize, look.Ink)
	const beginning, end = "edge caches and Local Zones of all of Europe with ", " servers each, a shield in Frankfurt and origins in the region"
	for _, names := range [][]string{
		{"a", "b"},
		{beginning + "10" + end, beginning + "20" + end, beginning + "20, pooled" + end, "another"},
		{beginning + "ä" + end, beginning + "ö" + end},
		{beginning + beginning + beginning + "10" + end + end, beginning + beginning + beginning + "20" + end + end},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab" + end, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac" + end},
		{"same", "same"},
	} {
		for _, width := range []vg.Length{40, 80, 140, 400} {
			cut := cutNames(s, names, width)
			for i := range names {
				require.LessOrEqual(t, float64(s.Width(cut[i])), float64(width)+0.01, "%q in %v", cut[i], width)
				for k := range i {
					require.Equal(t, names[i] == names[k], cut[i] == cut[k], "%q and %q in %v", cut[i], cut[k], width)
				}
			}
		}
	}
	require.Equal(t, []string{"a", "b"}, cutNames(s, []string{"a", "b"}, 40))
	require.Contains(t, cutNames(s, []string{beginning + "10" + end, beginning + "20" + end}, 140)[1], "…20 servers")
}
