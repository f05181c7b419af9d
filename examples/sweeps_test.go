package examples_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/sweep"
)

func TestReadmesShowTheOutputOfSweeps(t *testing.T) {
	files, err := filepath.Glob("*/sweep.yaml")
	require.NoError(t, err)
	require.Len(t, files, 7)
	for _, file := range files {
		dir := filepath.Dir(file)
		t.Run(dir, func(t *testing.T) {
			if dir == "parent-calls" || dir == "tick-rate" || dir == "cache-size" {
				inFull(t)
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			s, _, err := scenario.ParseSweep(file, text)
			require.NoError(t, err)
			result, err := s.Run(t.Context(), nil)
			require.NoError(t, err)
			var page bytes.Buffer
			require.NoError(t, report.WriteSweepMarkdown(&page, result))
			if *update {
				replace(t, filepath.Join(dir, "README.md"), page.String())
			}
			require.Equal(t, page.String(), output(t, filepath.Join(dir, "README.md")))
			for name, draw := range map[string]func(*sweep.Result) (*report.Picture, error){"sweep.svg": report.SweepPicture, "metros.svg": report.SweepMetros} {
				if name == "metros.svg" && dir != "break-even" {
					continue
				}
				picture, err := draw(result)
				require.NoError(t, err)
				var drawn bytes.Buffer
				require.NoError(t, picture.WriteSVG(&drawn))
				if *update {
					require.NoError(t, os.WriteFile(filepath.Join(dir, name), drawn.Bytes(), 0o644))
				}
				shown, err := os.ReadFile(filepath.Join(dir, name))
				require.NoError(t, err)
				require.True(t, bytes.Equal(drawn.Bytes(), shown), "%s is not what the example draws", name)
			}
		})
	}
}
