package report_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

func TestManifestSaysWhatAReportWasMadeFrom(t *testing.T) {
	dir, again, c := t.TempDir(), t.TempDir(), fixtureNamed("one of one")
	c.Sources = []string{"list.csv: May 2025"}
	require.NoError(t, writeRun(dir, c, "title: A single run\n"))
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
	require.Empty(t, differences(t, dir, m, c))

	require.NoError(t, writeRun(again, c, "title: A single run\n"))
	first, err := os.ReadFile(filepath.Join(dir, report.ManifestFile))
	require.NoError(t, err)
	second, err := os.ReadFile(filepath.Join(again, report.ManifestFile))
	require.NoError(t, err)
	require.Equal(t, string(first), string(second), "no clock in it")
}

// differences returns what differs between a report and a comparison, in lines.
func differences(t *testing.T, dir string, m *report.Manifest, c *edgewise.Comparison) (lines []string) {
	t.Helper()
	a, err := report.Compare(context.Background(), dir, m, c)
	require.NoError(t, err)
	for _, d := range a.Differences {
		lines = append(lines, d.String())
	}
	require.Len(t, a.Same, len(m.Files)-len(slices.DeleteFunc(slices.Clone(a.Differences), func(d report.Difference) bool {
		return !slices.ContainsFunc(m.Files, func(f report.FileHash) bool { return f.Name == d.Name })
	})), "every listed file is counted")
	return lines
}

func TestDifferencesTellAnEditFromAnotherResult(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, writeRun(dir, fixtureNamed("one of one"), "x"))
	m, err := report.ReadManifest(dir)
	require.NoError(t, err)

	other := fixtureNamed("one of one")
	other.Seed++
	lines := differences(t, dir, m, other)
	require.Len(t, lines, 4)
	require.Contains(t, lines[0], "comparison.json: 1 of ")
	require.Contains(t, lines[0], " numbers differ, by 0.023 at most: 42, the run gives 43")
	require.Contains(t, lines[1], "comparison.md: 1 of ")
	require.Contains(t, lines[2], "report.html: 1 of ")
	require.Equal(t, "manifest.json: its seed is 42; the run has 43", lines[3])

	require.NoError(t, os.WriteFile(filepath.Join(dir, "comparison.csv"), []byte("edited"), 0o666))
	require.NoError(t, os.Remove(filepath.Join(dir, "latency_ccdf.svg")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "scenario.yaml"), []byte("y"), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("mine"), 0o666))
	require.Equal(t, []string{
		"comparison.csv: has been changed since it was written",
		"latency_ccdf.svg: is missing",
		"scenario.yaml: has been changed since it was written",
	}, differences(t, dir, m, fixtureNamed("one of one")))
	a, err := report.Compare(context.Background(), dir, m, fixtureNamed("one of one"))
	require.NoError(t, err)
	require.Equal(t, []string{"notes.txt"}, a.Unlisted)
}

func TestDifferencesSayHowFarAndWhy(t *testing.T) {
	dir := t.TempDir()
	then := fixtureNamed("typical")
	require.NoError(t, writeRun(dir, then, "x"))
	m, err := report.ReadManifest(dir)
	require.NoError(t, err)
	m.Code.Instructions, m.Code.Revision, m.Code.Modified = "GOAMD64=v9", "abc", true

	now := fixtureNamed("typical")
	figures := now.Placements[0].Workloads[0].Figures
	i := slices.IndexFunc(figures, func(f edgewise.Figure) bool { return f.Value > 1 && f.Statistic == "mean" })
	figures[i].Value = math.Nextafter(figures[i].Value, math.Inf(1))
	a, err := report.Compare(context.Background(), dir, m, now)
	require.NoError(t, err)
	require.True(t, a.IsRounding(), a.Explain())
	require.False(t, a.IsWhole())
	require.Contains(t, a.Explain(), "comparison.csv: 1 of ")
	require.Contains(t, a.Explain(), " numbers differ, within 1e-12: by ")
	require.Contains(t, a.Explain(), "perhaps because the instruction set was GOAMD64=v9 and is ")
	require.Contains(t, a.Explain(), "perhaps because the commit was abc and is ")
	require.Contains(t, a.Explain(), "built with changes that are in no commit")

	figures[i].Value *= 1.01
	a, err = report.Compare(context.Background(), dir, m, now)
	require.NoError(t, err)
	require.False(t, a.IsRounding())
	require.Contains(t, a.Explain(), " numbers differ, by 0.0099 at most: ")
}

func TestTheListOfTheManifestIsCompared(t *testing.T) {
	dir, c := t.TempDir(), fixtureNamed("one of one")
	require.NoError(t, writeRun(dir, c, "x"))
	m, err := report.ReadManifest(dir)
	require.NoError(t, err)
	whole := slices.Clone(m.Files)
	m.Files = append(slices.Clone(whole), report.FileHash{Name: "more.txt", SHA256: "0"})
	require.Equal(t, []string{"more.txt: is missing"}, differences(t, dir, m, c))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "more.txt"), nil, 0o666))
	require.Equal(t, []string{"more.txt: is in the manifest's list, but the run makes no such file"}, differences(t, dir, m, c))
	m.Files = whole[1:]
	require.Equal(t, []string{"comparison.json: is not in the manifest's list"}, differences(t, dir, m, c))
}

func TestBadManifestsAreRefused(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, writeRun(dir, fixtureNamed("one of one"), "title: x"))
	path := filepath.Join(dir, report.ManifestFile)
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	for want, change := range map[string][2]string{
		"the manifest has been changed":    {`"title: x"`, `"title: y"`},
		"0 of 1 replications":              {`"replications": 1`, `"replications": 0`},
		"unknown field":                    {`"seed"`, `"sed"`},
		"invalid character":                {`{`, `?{`},
		"bytes stand behind its end":       {"]\n}\n", "]\n}\n{}"},
		`"../../etc/passwd", which is no`:  {`"name": "comparison.csv"`, `"name": "../../etc/passwd"`},
		`it lists "comparison.json" twice`: {`"name": "comparison.csv"`, `"name": "comparison.json"`},
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
	require.NoError(t, writeRun(dir, c, "title: x", inputs...))
	m, err := report.ReadManifest(dir)
	require.NoError(t, err)
	require.Len(t, m.Files, len(reportFiles)+len(inputs))
	read, err := report.ReadInputs(dir, m)
	require.NoError(t, err)
	require.Equal(t, inputs, read)
	copied, err := os.ReadFile(filepath.Join(dir, "inputs", "sites.csv"))
	require.NoError(t, err)
	require.Equal(t, "one", string(copied))
	require.Empty(t, differences(t, dir, m, c))

	require.NoError(t, os.WriteFile(filepath.Join(dir, "inputs", "sites.csv"), []byte("1"), 0o666))
	_, err = report.ReadInputs(dir, m)
	require.ErrorContains(t, err, "sites.csv has been changed since it was written")
	require.NoError(t, os.Remove(filepath.Join(dir, "inputs", "sites.csv")))
	_, err = report.ReadInputs(dir, m)
	require.ErrorContains(t, err, "sites.csv")
	m.Inputs[0].File = "../secret"
	_, err = report.ReadInputs(dir, m)
	require.ErrorContains(t, err, `"../secret" is not inside the report`)

	t.Run("nothing but files inside of the report", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, writeRun(dir, c, "title: x", inputs[0]))
		m, err := report.ReadManifest(dir)
		require.NoError(t, err)
		outside := filepath.Join(t.TempDir(), "sites.csv")
		require.NoError(t, os.WriteFile(outside, inputs[0].Data, 0o666))
		for to, want := range map[string]string{
			"/dev/zero": "leads out of the directory", outside: "leads out of the directory", ".": "want a file",
		} {
			name := filepath.Join(dir, "inputs", "sites.csv")
			require.NoError(t, os.Remove(name))
			require.NoError(t, os.Symlink(to, name))
			_, err = report.ReadInputs(dir, m)
			require.ErrorContains(t, err, want)
		}
	})
	t.Run("not over the files of others", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(dir, "inputs"), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "inputs", "sites.csv"), []byte("mine"), 0o666))
		require.ErrorContains(t, writeRun(dir, c, "title: x", inputs...), "it has inputs/")
		require.Equal(t, []string{"inputs"}, namesIn(t, dir))
	})
}
