package report_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

// withOwnOutput returns a comparison whose study has an output of one's own, which writes a word.
func withOwnOutput(word string) *edgewise.Comparison {
	c := fixtureNamed("one of one")
	c.OwnParts = []string{"output manifest.json"}
	c.Outputs = []edgewise.Output{{Name: "manifest.json", About: "a name that a report has too", Write: func(w io.Writer, c *edgewise.Comparison) error {
		_, err := fmt.Fprintf(w, "%s: %d placements", word, len(c.Placements))
		return err
	}}}
	return c
}

func TestOwnOutputsStandBesideTheOthers(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, report.WriteAll(dir, withOwnOutput("mine")))
	require.ElementsMatch(t, append(slices.Clone(reportFiles), "own"), namesIn(t, dir), "none takes the place of another")
	text, err := os.ReadFile(filepath.Join(dir, "own", "manifest.json"))
	require.NoError(t, err)
	require.Equal(t, "mine: 1 placements", string(text))
	m, err := report.ReadManifest(dir)
	require.NoError(t, err)
	require.Equal(t, []string{"output manifest.json"}, m.OwnParts, "marked")
	require.Equal(t, "own/manifest.json", m.Files[len(m.Files)-1].Name)
	table, err := os.ReadFile(filepath.Join(dir, "comparison.md"))
	require.NoError(t, err)
	require.Contains(t, string(table), "With parts that are not of edgewise: output manifest.json.")

	require.Empty(t, differences(t, dir, m, withOwnOutput("mine")))
	require.Equal(t, []string{"own/manifest.json: the run gives another text, from byte 0"}, differences(t, dir, m, withOwnOutput("other")))
}

func TestOwnOutputsWithBadNamesAreRefused(t *testing.T) {
	c := withOwnOutput("mine")
	dir := filepath.Join(t.TempDir(), "out")
	c.Outputs[0].Name = "../other.txt"
	require.ErrorContains(t, report.WriteAll(dir, c), `Outputs[0].Name is "../other.txt"; want the name of a file`)
	require.NoDirExists(t, dir)
}

func TestOutputsSayWhatTheyAreFor(t *testing.T) {
	seen := map[string]bool{report.ManifestFile: true, report.ScenarioFile: true, report.InputsDir: true, report.OwnDir: true}
	for _, o := range report.Outputs() {
		require.NoError(t, o.Validate())
		require.NotEmpty(t, o.About, o.Name)
		require.False(t, seen[o.Name], o.Name)
		seen[o.Name] = true
		var b bytes.Buffer
		require.NoError(t, o.Write(&b, fixtureNamed("one of one")))
		require.NotEmpty(t, b.Bytes(), o.Name)
	}
}

func TestThePageForPeopleShowsThePicturesBesideIt(t *testing.T) {
	c := fixtureNamed("no cache")
	for _, o := range report.OutputsOf(c) {
		if o.Name != "comparison.md" {
			continue
		}
		var b bytes.Buffer
		require.NoError(t, o.Write(&b, c))
		require.Contains(t, b.String(), "\n![its tail](latency_ccdf.svg)\n")
		require.NotContains(t, b.String(), "(hit_ratio.svg)")
		return
	}
	t.Fatal("no comparison.md")
}
