// Package examples_test holds the READMEs of the examples against what the examples really print.
package examples_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

var update = flag.Bool("update", false, "write the examples' output into their READMEs")

const (
	begin = "<!-- output: go test ./examples -update -->\n"
	end   = "<!-- end of output -->\n"
)

func TestReadmesShowTheOutput(t *testing.T) {
	inFull(t)
	files, err := filepath.Glob("*/scenario.yaml")
	require.NoError(t, err)
	require.Len(t, files, 10)
	for _, file := range files {
		if filepath.Dir(file) == "three-zones" {
			continue // see TestTheSearchReadmeShowsTheOutput
		}
		dir := filepath.Dir(file)
		t.Run(dir, func(t *testing.T) {
			study, err := scenario.Load(file)
			require.NoError(t, err)
			comparison, err := study.Run(context.Background())
			require.NoError(t, err)
			var table bytes.Buffer
			require.NoError(t, report.WriteMarkdown(&table, comparison))
			written := t.TempDir()
			require.NoError(t, report.WriteAll(written, comparison))
			if *update {
				replace(t, filepath.Join(dir, "README.md"), table.String())
			}
			require.Equal(t, table.String(), output(t, filepath.Join(dir, "README.md")))
			for _, name := range pictures(t, filepath.Join(dir, "README.md")) {
				drawn, err := os.ReadFile(filepath.Join(written, name))
				require.NoError(t, err)
				if *update {
					require.NoError(t, os.WriteFile(filepath.Join(dir, name), drawn, 0o644))
				}
				shown, err := os.ReadFile(filepath.Join(dir, name))
				require.NoError(t, err)
				require.True(t, bytes.Equal(drawn, shown), "%s is not what the example draws", name)
			}
		})
	}
}

// pictures returns the names of the pictures that a README shows, one or more.
func pictures(t *testing.T, readme string) (names []string) {
	t.Helper()
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	for _, found := range picture.FindAllStringSubmatch(string(text), -1) {
		names = append(names, found[1])
	}
	require.NotEmpty(t, names, "%s shows no picture", readme)
	return names
}

var picture = regexp.MustCompile(`!\[[^\]]*\]\(([^)/]+\.svg)\)`)

// output returns what stands between the markers of a README.
func output(t *testing.T, readme string) string {
	t.Helper()
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	_, after, ok := strings.Cut(string(text), begin)
	require.True(t, ok, "%s has no line %s", readme, begin)
	shown, _, ok := strings.Cut(after, end)
	require.True(t, ok, "%s has no line %s", readme, end)
	return shown
}

func replace(t *testing.T, readme, with string) {
	t.Helper()
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	changed := strings.Replace(string(text), begin+output(t, readme)+end, begin+with+end, 1)
	require.NoError(t, os.WriteFile(readme, []byte(changed), 0o644))
}
