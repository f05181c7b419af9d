package examples_test

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/search"
)

func TestTheSearchReadmeShowsTheOutput(t *testing.T) {
	inFull(t)
	const readme = "three-zones/README.md"
	problem, err := scenario.LoadSearch("three-zones/scenario.yaml")
	require.NoError(t, err)
	answer, err := search.Run(context.Background(), problem)
	require.NoError(t, err)
	var page, picture bytes.Buffer
	require.NoError(t, report.WriteSearchMarkdown(&page, answer))
	drawn, err := report.SearchRobustness(answer)
	require.NoError(t, err)
	require.NoError(t, drawn.WriteSVG(&picture))
	if *update {
		replace(t, readme, page.String())
		require.NoError(t, os.WriteFile("three-zones/robustness.svg", picture.Bytes(), 0o644))
	}
	require.Equal(t, page.String(), output(t, readme))
	shown, err := os.ReadFile("three-zones/robustness.svg")
	require.NoError(t, err)
	require.True(t, bytes.Equal(picture.Bytes(), shown), "robustness.svg is not what the example draws")
	require.True(t, answer.IsReached)
	require.True(t, answer.Selection.IsKnown)
}
