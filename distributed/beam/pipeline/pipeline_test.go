package pipeline

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamlog "github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/search"
	"github.com/edgewise-sim/edgewise/store"
)

func TestMain(m *testing.M) {
	flag.Parse()
	beamlog.SetupLogging("error", "text")
	beam.Init()
	os.Exit(m.Run())
}

// tiny is a study of six cells with a file of its own beside it.
const tiny = `title: Tiny
duration: 5s
check_warm_up: false
replications: 2
network: {metros: {names: [los-angeles-us]}, sites: sites.csv}
workloads: [{name: site, preset: web-static, requests_per_second: 50, objects: 100}]
placements:
  - {name: region, origin: us-west-2}
  - {name: pop, extends: region, edge_caches: {sites: pop-lax, size: 1MiB}}
  - {name: own, extends: region, edge_caches: {sites: attic, size: 1MiB}}
`

// deciding is one that decides itself how many replications it needs.
var deciding = strings.Replace(tiny, "replications: 2", "replications: {min: 2, max: 4, until: {mean: 0.1%}}", 1)

// swept has points of which two share the cells of the region.
var swept = strings.Replace(tiny, "  - {name: own,", "  - {name: more,", 1) + "sweep: {grid: {placements.pop.edge_caches.size: [256KiB, 1MiB]}}\n"

// choosing is a search of two objectives, which has one round, and decidingSearch one that ends when the best is known.
var (
	choosing       = strings.Replace(tiny, "replications: 2\n", "", 1) + searchOf("objective: [{by: ttfb mean}, {by: ttfb p50}]")
	decidingSearch = strings.Replace(choosing, searchOf("objective: [{by: ttfb mean}, {by: ttfb p50}]"), searchOf("objective: {by: ttfb mean, matters: 1us}"), 1)
)

func searchOf(objective string) string {
	return `search:
  candidates: {edge_caches: {sites: [pop-lax, attic, pop-phx], size: 1MiB}}
  choose: 1
  simulated: 2
  variations: 3
  replications: {min: 2, max: 4}
  ` + objective + "\n"
}

// jobOf returns a job of a scenario, on one Prism for all tests.
func jobOf(t testing.TB, text string) *Job {
	t.Helper()
	home := t.TempDir()
	file := filepath.Join(home, "scenario.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(home, "sites.csv"), []byte("id,lat_deg,lon_deg\nattic,34.1,-118.2\n"), 0o644))
	j := &Job{Out: filepath.Join(home, "out"), Submit: localPrism(), Search: strings.Contains(text, "\nsearch:")}
	_, err := j.Load(t.Context(), file)
	require.NoError(t, err)
	require.Len(t, j.Files, 1)
	return j
}

var localPrism = sync.OnceValue(func() Submit { return new(inProcess).submit })

// single returns the report of the study, the sweep or the search as one run of this program writes it.
func single(t testing.TB, j *Job) string {
	t.Helper()
	run := report.Run{Scenario: j.Text}
	for _, f := range j.Files {
		run.Inputs = append(run.Inputs, report.Input(f))
	}
	dir := filepath.Join(t.TempDir(), "single")
	switch {
	case j.Search:
		problem, err := scenario.Reader{}.ParseSearchFrom(j.File, j.Text, j.Files)
		require.NoError(t, err)
		found, err := search.Explore(t.Context(), problem)
		require.NoError(t, err)
		comparison, err := found.Study().Run(t.Context())
		require.NoError(t, err)
		answer, err := found.Conclude(t.Context(), comparison)
		require.NoError(t, err)
		run.Outputs = report.SearchOutputs(answer)
		require.NoError(t, report.WriteRun(t.Context(), dir, comparison, run))
	case scenario.IsSweep(j.Text):
		of, err := scenario.ParseSweepFrom(j.File, j.Text, j.Files)
		require.NoError(t, err)
		result, err := of.Run(t.Context(), nil)
		require.NoError(t, err)
		require.NoError(t, report.WriteSweep(t.Context(), dir, result, run))
	default:
		study, err := scenario.ParseFrom(j.File, j.Text, j.Files)
		require.NoError(t, err)
		comparison, err := study.Run(t.Context())
		require.NoError(t, err)
		require.NoError(t, report.WriteRun(t.Context(), dir, comparison, run))
	}
	return dir
}

// requireSameReport asserts that two directories hold the same files, to the bit.
func requireSameReport(t testing.TB, want, got string) {
	t.Helper()
	read := func(dir string) map[string]string {
		all := make(map[string]string)
		require.NoError(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(name)
			relative, _ := filepath.Rel(dir, name)
			all[relative] = string(data)
			return err
		}))
		return all
	}
	a, b := read(want), read(got)
	require.Contains(t, a, report.ManifestFile)
	for name := range a {
		require.True(t, a[name] == b[name], "%s differs", name)
	}
	require.Len(t, b, len(a))
}

// TestTheReportIsThatOfOneRun has the results pass through the pipeline, and through a store, filled by one pipeline and several.
func TestTheReportIsThatOfOneRun(t *testing.T) {
	want := single(t, jobOf(t, tiny))
	for _, pipelines := range []int{0, 1, 3} {
		t.Run(fmt.Sprintf("%d pipelines with a store", pipelines), func(t *testing.T) {
			j := jobOf(t, tiny)
			j.Pipelines = pipelines
			var said []string
			j.Progress = func(text string) { said = append(said, text) }
			if pipelines > 0 {
				j.Store = filepath.Join(filepath.Dir(j.Out), "store")
			}
			require.NoError(t, j.Run(t.Context()))
			requireSameReport(t, want, j.Out)
			require.Contains(t, said[len(said)-1], ": 6 done of 6 cells")
		})
	}
}

// TestSweepsAndSearchesAreThoseOfOneRun has the results pass through the pipeline, where there is one round, and through a store.
func TestSweepsAndSearchesAreThoseOfOneRun(t *testing.T) {
	decidingSweep := strings.Replace(swept, "replications: 2", "replications: {min: 2, max: 4, until: {mean: 0.1%}}", 1)
	for name, c := range map[string]struct {
		text    string
		decides bool
		cells   int // of the first round
	}{
		"sweep":                      {swept, false, 8},
		"sweep that decides itself":  {decidingSweep, true, 8},
		"search of two objectives":   {choosing, false, 4},
		"search until best is known": {decidingSearch, true, 6},
	} {
		t.Run(name, func(t *testing.T) {
			j := jobOf(t, c.text)
			want := single(t, j)
			if c.decides {
				require.ErrorContains(t, j.Run(t.Context()), "want a store, where the next round finds them")
			} else {
				require.NoError(t, j.Run(t.Context()))
				requireSameReport(t, want, j.Out)
			}
			j.Store, j.Out, j.Pipelines = filepath.Join(filepath.Dir(j.Out), "store"), filepath.Join(filepath.Dir(j.Out), "stored"), 2
			var said []string
			j.Progress = func(text string) { said = append(said, text) }
			require.NoError(t, j.Run(t.Context()))
			requireSameReport(t, want, j.Out)
			require.Contains(t, said, fmt.Sprintf("round 0: %d cells in 2 pipelines", c.cells))
			require.Contains(t, said, fmt.Sprintf("round 0: %d done of %[1]d cells", c.cells))
			require.Equal(t, c.decides, slices.ContainsFunc(said, func(text string) bool { return strings.HasPrefix(text, "round 1: ") }))
		})
	}
}

// TestARoundGoesOnWhenAPipelineFails has the first pipelines fail with some of their cells in the store, as where a worker is lost.
func TestARoundGoesOnWhenAPipelineFails(t *testing.T) {
	j := jobOf(t, swept)
	want := single(t, j)
	j.Store = filepath.Join(filepath.Dir(j.Out), "store")
	submit, lost := j.Submit, 0
	j.Submit = func(ctx context.Context, p *beam.Pipeline, progress func(Counts)) (Counts, error) {
		counts, err := submit(ctx, p, progress)
		if lost++; lost > 2 {
			return counts, err
		}
		cells, globErr := filepath.Glob(filepath.Join(j.Store, "*.cell"))
		require.NoError(t, errors.Join(err, globErr))
		for _, name := range cells[:2] {
			require.NoError(t, os.Remove(name))
		}
		return counts, errors.New("a worker is lost")
	}
	var said []string
	j.Progress = func(text string) { said = append(said, text) }
	require.NoError(t, j.Run(t.Context()))
	requireSameReport(t, want, j.Out)
	require.Equal(t, 3, lost)
	require.Contains(t, strings.Join(said, "\n"), "2 cells are missing and are run again (attempt 3 of 3)")

	lost, j.Attempts = 0, 2
	j.Store, j.Out = j.Store+"-again", j.Out+"-again"
	err := j.Run(t.Context())
	require.ErrorContains(t, err, "round 0: 2 cells are missing after 2 attempts: a worker is lost")
	require.NoDirExists(t, j.Out)
}

// TestPlacementsThatAreOverloadedAreLeftOutAsInOneRun has one placement that can never be steady.
func TestPlacementsThatAreOverloadedAreLeftOutAsInOneRun(t *testing.T) {
	overloaded := strings.Replace(tiny, "check_warm_up: false\n", "warm_up: 2s\n", 1)
	overloaded = strings.Replace(overloaded, "duration: 5s", "duration: 30s", 1)
	overloaded = overloaded[:strings.Index(overloaded, "workloads:")] +
		`workloads: [{name: api, preset: api-dynamic, requests_per_second: 50, day: flat, service: 100ms}]
placements:
  - {name: too few, compute: {sites: us-west-2, servers: 2}}
  - {name: enough, compute: us-west-2}
`
	want := single(t, jobOf(t, overloaded))
	for _, store := range []string{"", "store"} {
		j := jobOf(t, overloaded)
		if store != "" {
			j.Store = filepath.Join(filepath.Dir(j.Out), store)
		}
		require.NoError(t, j.Run(t.Context()))
		requireSameReport(t, want, j.Out)
		m, err := report.ReadManifest(j.Out)
		require.NoError(t, err)
		require.Len(t, m.Refused, 1)
	}
}

func TestAStudyThatDecidesItselfRunsRoundAfterRound(t *testing.T) {
	j := jobOf(t, deciding)
	err := j.Run(t.Context())
	require.ErrorAs(t, err, new(*RefusedError))
	require.ErrorContains(t, err, "(until), from the results of those before; want a store")

	want := single(t, j)
	j.Store = filepath.Join(filepath.Dir(j.Out), "store")
	var said []string
	j.Progress = func(text string) { said = append(said, text) }
	require.NoError(t, j.Run(t.Context()))
	requireSameReport(t, want, j.Out)
	require.Contains(t, said, "round 0: 6 cells")
	require.Contains(t, said, "round 1: 6 cells")
}

// TestAStoreIsGoneOnWith has some cells there, one of them damaged.
func TestAStoreIsGoneOnWith(t *testing.T) {
	j := jobOf(t, tiny)
	want := single(t, j)
	j.Store = filepath.Join(filepath.Dir(j.Out), "store")
	require.NoError(t, j.Run(t.Context()))
	cells, err := filepath.Glob(filepath.Join(j.Store, "*.cell"))
	require.NoError(t, err)
	require.Len(t, cells, 6)
	rand.Shuffle(len(cells), func(a, b int) { cells[a], cells[b] = cells[b], cells[a] })
	require.NoError(t, os.Remove(cells[0]))
	require.NoError(t, os.Truncate(cells[1], 100))
	require.NoError(t, os.RemoveAll(j.Out))
	var said []string
	j.Progress = func(text string) { said = append(said, text) }
	require.NoError(t, j.Run(t.Context()))
	requireSameReport(t, want, j.Out)
	require.Contains(t, said[len(said)-1], "2 done, 4 were there of 6 cells")

	other := jobOf(t, strings.Replace(tiny, "duration: 5s", "duration: 6s", 1))
	other.Store = j.Store
	err = other.Run(t.Context())
	require.ErrorAs(t, err, new(*RefusedError))
	require.ErrorContains(t, err, "another scenario")
}

// TestCellsThatRunTwiceLeaveNoTrace has every cell twice in the pipeline, as when a runner tries a bundle again.
func TestCellsThatRunTwiceLeaveNoTrace(t *testing.T) {
	j := jobOf(t, tiny)
	want := single(t, j)
	work, from, err := j.check(t.Context())
	require.NoError(t, err)
	round, err := work.Round(t.Context(), encoded{}, 0)
	require.NoError(t, err)
	from.Text, from.Files = j.Text, []store.File{store.File(j.Files[0])}
	cells := round.Cells
	g := &graph{study: *from, spans: slices.Concat(spansOf(append(cells, cells...), 1)...), out: j.Out}
	counts, err := j.Submit(t.Context(), g.pipeline(), func(Counts) {})
	require.NoError(t, err)
	require.Equal(t, Counts{Done: 12}, counts)
	require.NoError(t, from.close())
	requireSameReport(t, want, j.Out)
}

// TestCellsThatFailAreNamedWhenTheOthersHaveRun makes two cells fail.
func TestCellsThatFailAreNamedWhenTheOthersHaveRun(t *testing.T) {
	fails := func(w *worker) {
		cell := w.cell
		w.cell = func(ctx context.Context, c edgewise.Cell, cores int) (*edgewise.CellResult, error) {
			if c.Placement == "pop" {
				return nil, fmt.Errorf("no luck at number %d", c.Replication)
			}
			return cell(ctx, c, cores)
		}
	}
	// The worker of the process is open already when the pipeline asks for it.
	open := func(from *source) {
		w, err := from.open(t.Context())
		require.NoError(t, err)
		fails(w)
	}

	j := jobOf(t, tiny)
	_, from, err := j.check(t.Context())
	require.NoError(t, err)
	from.Text, from.Files = j.Text, []store.File{store.File(j.Files[0])}
	open(from)
	err = j.Run(t.Context())
	require.ErrorContains(t, err, `2 of 6 cells failed: placement "pop", replication 0: no luck at number 0; placement "pop", replication 1: no luck at number 1`)
	require.NoDirExists(t, j.Out)

	j = jobOf(t, tiny)
	j.Store = filepath.Join(filepath.Dir(j.Out), "store")
	work, from, err := j.check(t.Context())
	require.NoError(t, err)
	from.Store = j.Store
	about, err := work.About(j.File)
	require.NoError(t, err)
	kept, err := store.Join(t.Context(), store.Directory(j.Store), about, store.Scenario{Text: j.Text, Files: []store.File{store.File(j.Files[0])}}, "test")
	require.NoError(t, err)
	require.NoError(t, kept.Close())
	open(from)
	err = j.Run(t.Context())
	require.ErrorContains(t, err, `placement "pop", replication 1: no luck at number 1`)
	require.NoDirExists(t, j.Out)
	cells, err := filepath.Glob(filepath.Join(j.Store, "*.cell"))
	require.NoError(t, err)
	require.Len(t, cells, 4, "the others have run")

	require.NoError(t, j.Run(t.Context()), "again, without bad luck")
	requireSameReport(t, single(t, j), j.Out)
	require.Empty(t, workers.open, "all are closed")
}

func TestOutcomesCombineInAnyOrder(t *testing.T) {
	var all []outcome
	for _, p := range []string{"a", "b", "c"} {
		all = append(all, outcome{Cell: edgewise.Cell{Placement: p}, Data: []byte(p)})
	}
	all = append(all, all[1], outcome{Cell: all[2].Cell, Failure: "a machine that broke"})
	f := &combineOutcomes{}
	want := replication{slices.Clone(all[:3])}
	for range 20 {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		parts := []replication{f.CreateAccumulator(), f.CreateAccumulator(), f.CreateAccumulator()}
		for _, o := range all {
			to := rand.N(len(parts))
			var err error
			parts[to], err = f.AddInput(parts[to], o)
			require.NoError(t, err)
		}
		got := parts[0]
		for _, p := range parts[1:] {
			var err error
			got, err = f.MergeAccumulators(got, p)
			require.NoError(t, err)
		}
		require.Equal(t, want, got)
	}
	_, err := f.AddInput(want, outcome{Cell: edgewise.Cell{Placement: "b"}, Data: []byte("else")})
	require.ErrorContains(t, err, `placement "b", replication 0 has run twice, with different results`)
}

func TestCellsAreDealtOutEvenly(t *testing.T) {
	var cells []edgewise.Cell
	for _, p := range []string{"a", "b", "c"} {
		for r := 3; r < 10; r++ {
			cells = append(cells, edgewise.Cell{Placement: p, Replication: r})
		}
	}
	for _, pipelines := range []int{1, 2, 4, 5, 30} {
		var back []edgewise.Cell
		for _, spans := range spansOf(cells, pipelines) {
			size := 0
			for _, s := range spans {
				size += s.End - s.First
				for r := s.First; r < s.End; r++ {
					back = append(back, edgewise.Cell{Placement: s.Placement, Replication: r})
				}
			}
			require.GreaterOrEqual(t, size, len(cells)/pipelines)
			require.LessOrEqual(t, size, len(cells)/pipelines+1)
		}
		require.ElementsMatch(t, cells, back, pipelines)
	}
}

func TestWhatCannotRunIsRefused(t *testing.T) {
	large := "id,lat_deg,lon_deg,note\nattic,34.1,-118.2,\n"
	for i := range 10 {
		large += fmt.Sprintf("attic%d,34.1,-118.2,%s\n", i, strings.Repeat("x", 500_000))
	}
	for what, c := range map[string]struct {
		spoil func(*Job)
		want  string
	}{
		"scenario":     {func(j *Job) { j.Text = []byte("title: [") }, "scenario.yaml"},
		"attempts":     {func(j *Job) { j.Attempts = 101 }, "101 attempts; want 0 (3) to 100"},
		"pipelines":    {func(j *Job) { j.Pipelines = 65 }, "65 pipelines; want 0 (one) to 64"},
		"side by side": {func(j *Job) { j.Pipelines = 2 }, "2 pipelines without a store"},
		"place":        {func(j *Job) { j.Out = filepath.Dir(j.File) }, "report into"},
		"size":         {func(j *Job) { j.Files[0].Data = []byte(large) }, "too much for the pipeline itself; want 4194304 at most, or a store"},
		"store":        {func(j *Job) { j.Store = "s3://alone" }, "no place"},
	} {
		j := jobOf(t, tiny)
		c.spoil(j)
		j.loaded = nil
		err := j.Run(t.Context())
		require.ErrorAs(t, err, new(*RefusedError), what)
		require.ErrorContains(t, err, c.want, what)
	}
	_, err := Runner("spark-like")
	require.ErrorContains(t, err, `--runner is "spark-like"; want one of prism, dataflow, flink, universal`)
	_, err = Runner("flink")
	require.ErrorContains(t, err, "--endpoint")
}

// TestAWorkerOfAnotherProgramIsRefused is what happens where workers run another build than the driver.
func TestAWorkerOfAnotherProgramIsRefused(t *testing.T) {
	j := jobOf(t, tiny)
	_, from, err := j.check(t.Context())
	require.NoError(t, err)
	from.Text, from.Files = j.Text, []store.File{store.File(j.Files[0])}
	from.Header.Code.Executable = "another"
	_, err = from.open(t.Context())
	require.ErrorContains(t, err, "is not of the study and the program that the pipeline was made by: it has another build")
}

// TestClosuresAreRefused shows that a pipeline with a function that workers would not have as it is here does not run.
func TestClosuresAreRefused(t *testing.T) {
	p, s := beam.NewPipelineWithRoot()
	captured := 7
	beam.ParDo(s, func(n int) int { return n + captured }, beam.Create(s, 1))
	_, err := localPrism()(t.Context(), p, func(Counts) {})
	require.ErrorContains(t, err, "not performant")
}

func TestACancelledJobEnds(t *testing.T) {
	j := jobOf(t, tiny)
	ctx, cancel := context.WithCancel(t.Context())
	j.Progress = func(string) { cancel() }
	err := j.Run(ctx)
	require.True(t, errors.Is(err, context.Canceled), "%v", err)
	require.NoDirExists(t, j.Out)
}
