package report_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
)

func TestManifestSaysWhatAReportWasMadeFrom(t *testing.T) {
	dir, again, c := t.TempDir(), t.TempDir(), fixtureNamed("one of one")
	c.Sources = []string{"list.csv: May 2025"}
	require.NoError(t, report.WriteRun(dir, c, []byte("title: A single run\n")))
	m, err := report.ReadManifest(dir)
	require.NoError(t, err)
	require.Equal(t, "title: A single run\n", m.Scenario)
	require.Equal(t, "49d055bad1e83f1a", m.ScenarioSHA256[:16])
	require.Equal(t, c.Seed, m.Seed)
	require.Equal(t, c.WarmUp, m.WarmUp)
	require.Equal(t, c.Level, m.Level)
	require.Equal(t, c.Sources, m.Sources)
	require.Equal(t, c.Assumed, m.Assumed)
	require.Equal(t, "none", m.Prices)
	require.Contains(t, m.Generator, "xoshiro256++")
	require.Contains(t, m.Code.String(), "github.com/edgewise-sim/edgewise (")
	require.Contains(t, m.Code.Go, "go1.")
	require.Len(t, m.Files, len(reportFiles), "all but the manifest, and the scenario")
	differences, err := report.Differences(dir, m, c)
	require.NoError(t, err)
	require.Empty(t, differences)

	require.NoError(t, report.WriteRun(again, c, []byte("title: A single run\n")))
	first, err := os.ReadFile(filepath.Join(dir, report.ManifestFile))
	require.NoError(t, err)
	second, err := os.ReadFile(filepath.Join(again, report.ManifestFile))
	require.NoError(t, err)
	require.Equal(t, string(first), string(second), "no clock in it")
}

func TestDifferencesTellAnEditFromAnotherResult(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, report.WriteRun(dir, fixtureNamed("one of one"), []byte("x")))
	m, err := report.ReadManifest(dir)
	require.NoError(t, err)

	other := fixtureNamed("one of one")
	other.Seed++
	differences, err := report.Differences(dir, m, other)
	require.NoError(t, err)
	require.Len(t, differences, 3)
	require.Contains(t, differences[0], "comparison.json: the run gives other bits, the first at byte ")
	require.Contains(t, differences[1], "comparison.md: the run gives other bits, the first at byte ")
	require.Equal(t, "manifest.json: its seed is 42; the run has 43", differences[2])

	require.NoError(t, os.WriteFile(filepath.Join(dir, "comparison.csv"), []byte("edited"), 0o666))
	require.NoError(t, os.Remove(filepath.Join(dir, "hit_ratio.svg")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "scenario.yaml"), []byte("y"), 0o666))
	differences, err = report.Differences(dir, m, fixtureNamed("one of one"))
	require.NoError(t, err)
	require.Equal(t, []string{
		"comparison.csv: has been changed since it was written",
		"hit_ratio.svg: is missing",
		"scenario.yaml: has been changed since it was written",
	}, differences)
}

func TestBadManifestsAreRefused(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, report.WriteRun(dir, fixtureNamed("one of one"), []byte("title: x")))
	path := filepath.Join(dir, report.ManifestFile)
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	for want, change := range map[string][2]string{
		"the manifest has been changed": {`"title: x"`, `"title: y"`},
		"0 of 1 replications":           {`"replications": 1`, `"replications": 0`},
		"unknown field":                 {`"seed"`, `"sed"`},
		"invalid character":             {`{`, `?{`},
	} {
		require.Contains(t, string(good), change[0])
		require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(good), change[0], change[1], 1)), 0o666))
		_, err := report.ReadManifest(dir)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, path)
	}
	_, err = report.ReadManifest(t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestReportsKeepTheFilesOfTheirScenario(t *testing.T) {
	dir, c := t.TempDir(), fixtureNamed("one of one")
	inputs := []report.Input{
		{Name: "/far/away/sites.csv", Data: []byte("one")}, {Name: "../Sites.csv", Data: []byte("two")}, {Name: "2-Sites.csv", Data: []byte("three")},
	}
	require.NoError(t, report.WriteRun(dir, c, []byte("title: x"), inputs...))
	m, err := report.ReadManifest(dir)
	require.NoError(t, err)
	require.Len(t, m.Files, len(reportFiles)+len(inputs))
	read, err := report.ReadInputs(dir, m)
	require.NoError(t, err)
	require.Equal(t, inputs, read)
	copied, err := os.ReadFile(filepath.Join(dir, "inputs", "sites.csv"))
	require.NoError(t, err)
	require.Equal(t, "one", string(copied))
	differences, err := report.Differences(dir, m, c)
	require.NoError(t, err)
	require.Empty(t, differences)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "inputs", "sites.csv"), []byte("1"), 0o666))
	_, err = report.ReadInputs(dir, m)
	require.ErrorContains(t, err, "sites.csv has been changed since it was written")
	require.NoError(t, os.Remove(filepath.Join(dir, "inputs", "sites.csv")))
	_, err = report.ReadInputs(dir, m)
	require.ErrorContains(t, err, "sites.csv")
	m.Inputs[0].File = "../secret"
	_, err = report.ReadInputs(dir, m)
	require.ErrorContains(t, err, `"../secret" is not inside the report`)

	t.Run("not over the files of others", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(dir, "inputs"), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "inputs", "sites.csv"), []byte("mine"), 0o666))
		require.ErrorContains(t, report.WriteRun(dir, c, []byte("title: x"), inputs...), "its inputs/sites.csv has another text")
		require.Equal(t, []string{"inputs"}, namesIn(t, dir))
	})
}
