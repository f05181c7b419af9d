package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/store"
)

// asCommand makes a process of this binary the command.
const asCommand = "EDGEWISE_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// A process is a command that runs.
type process struct {
	*exec.Cmd
	out, errs bytes.Buffer
}

// command returns a command with a standard input, nil for none.
func command(in io.Reader, args ...string) *process {
	p := &process{Cmd: exec.Command(os.Args[0], args...)}
	p.Env, p.Stdin = append(os.Environ(), asCommand+"=1"), in
	return p
}

// start starts a command with a standard input, nil for none.
func start(t *testing.T, in io.Reader, args ...string) *process {
	t.Helper()
	p := command(in, args...)
	p.Stdout, p.Stderr = &p.out, &p.errs
	require.NoError(t, p.Start())
	t.Cleanup(func() {
		_ = p.Process.Kill() // one that is gone cannot be killed
		_ = p.Wait()
	})
	return p
}

// end waits for the end of the command and returns its exit code, -1 if a signal has ended it.
func (p *process) end() int {
	_ = p.Wait()
	return p.ProcessState.ExitCode()
}

// until waits for something to happen.
func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	require.Eventually(t, happened, time.Minute, 5*time.Millisecond, what)
}

// cellsIn counts the cells in a store.
func cellsIn(dir string) int {
	found, _ := filepath.Glob(filepath.Join(dir, "*.cell"))
	return len(found)
}

// filesOf returns what is in the files of a directory, by name.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		all[name] = string(data)
		return err
	}))
	return all
}

// long is a study of 24 runs that take some time.
var long = strings.NewReplacer("replications: 2", "replications: 12", "duration: 5s", "duration: 40m").Replace(tiny)

// skipProcesses leaves a test of whole processes to the run without the race detector, under which each takes ten times as long.
func skipProcesses(t *testing.T) {
	t.Helper()
	if raceEnabled {
		t.Skip("runs whole processes")
	}
}

func TestAnEndedRunGoesOnAndEndsWithTheSameBits(t *testing.T) {
	skipProcesses(t)
	decides := strings.Replace(long, "replications: 12", "replications: {min: 4, max: 8, until: {mean: 0.01%}}", 1)
	for name, tt := range map[string]struct {
		scenario string
		signals  []syscall.Signal
	}{
		"by signals":      {long, []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL}},
		"of its own rule": {decides, []syscall.Signal{syscall.SIGKILL, syscall.SIGINT}},
	} {
		t.Run(name, func(t *testing.T) {
			file, home := scenarioFile(t, tt.scenario), t.TempDir()
			undisturbed, dir := filepath.Join(home, "undisturbed"), filepath.Join(home, "out")
			whole := start(t, nil, "run", file, "-o", undisturbed)
			require.Zero(t, whole.end(), whole.errs.String())

			done := 0
			for _, signal := range tt.signals {
				p := start(t, nil, "run", file, "-o", dir, "-w", "1")
				until(t, "more cells", func() bool { return cellsIn(cellsOf(dir)) > done+1 })
				require.NoError(t, p.Process.Signal(signal))
				code := p.end()
				if signal == syscall.SIGKILL {
					require.Equal(t, -1, code)
				} else {
					require.Equal(t, exitInterrupted, code, p.errs.String())
					require.Contains(t, p.errs.String(), "they are kept in "+cellsOf(dir)+", where the same command goes on")
				}
				there, err := store.Read(t.Context(), store.Directory(cellsOf(dir)))
				require.NoError(t, err)
				require.Empty(t, there.Damaged)
				kept, missing := there.Cells()
				require.Greater(t, kept, done)
				require.Positive(t, missing)
				done = kept

				code, out, errs := run(t, t.Context(), "status", dir)
				require.Zero(t, code, errs)
				require.Contains(t, out, fmt.Sprintf(`runs of "Tiny", %s (SHA-256 `, file))
				require.Contains(t, out, fmt.Sprintf("%d runs are done and %d missing", kept, missing))
			}
			p := start(t, nil, "run", file, "-o", dir)
			require.Zero(t, p.end(), p.errs.String())
			require.Contains(t, p.errs.String(), fmt.Sprintf("going on with %d runs that are kept in %s", done, cellsOf(dir)))
			require.Equal(t, filesOf(t, undisturbed), filesOf(t, dir))
			require.Equal(t, strings.ReplaceAll(whole.out.String(), undisturbed, dir), p.out.String())
			require.NoDirExists(t, cellsOf(dir), "the cells are not needed any more")
		})
	}
}

func TestAnInterruptedRunReportsWhatIsFinished(t *testing.T) {
	skipProcesses(t)
	file, dir := scenarioFile(t, long), filepath.Join(t.TempDir(), "out")
	p := start(t, nil, "run", file, "-o", dir, "-w", "1")
	until(t, "two replications", func() bool { return cellsIn(cellsOf(dir)) > 4 })
	require.NoError(t, p.Process.Signal(os.Interrupt))
	require.Equal(t, exitInterrupted, p.end())
	require.Contains(t, p.out.String(), "replications of 12 planned")
	require.Contains(t, p.errs.String(), "they are kept in "+cellsOf(dir))
	m, err := report.ReadManifest(dir)
	if err != nil { // this machine is too slow for the time that a signal leaves
		require.Contains(t, p.errs.String(), "no report of them is written")
		return
	}
	require.Less(t, m.Replications, 12)
	require.True(t, m.PicturesLeftOut)
	require.Regexp(t, fmt.Sprintf("stopped after %d of 12 replications, which were written to .* without pictures|has the report of %[1]d of 12 replications", m.Replications), p.errs.String())
	_, out, _ := run(t, t.Context(), "status", dir)
	require.Contains(t, out, fmt.Sprintf("not finished: %d of 12 replications", m.Replications))
}

func TestRunsOfAnotherStudyAreRefusedByName(t *testing.T) {
	skipProcesses(t)
	dir := filepath.Join(t.TempDir(), "out")
	code, _, errs := run(t, t.Context(), "run", scenarioFile(t, tiny), "-o", dir, "-q", "--keep-cells")
	require.Zero(t, code, errs)
	require.Equal(t, 4, cellsIn(cellsOf(dir)))

	other := scenarioFile(t, strings.Replace(tiny, "title: Tiny", "title: Other", 1))
	code, out, errs := run(t, t.Context(), "run", other, "-o", dir)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, cellsOf(dir)+` holds 4 cells of "Tiny" with another scenario, "`)
	require.Contains(t, errs, "--fresh discards them, --store names another place")
	require.Empty(t, out)

	cells, err := filepath.Glob(filepath.Join(cellsOf(dir), "*.cell"))
	require.NoError(t, err)
	require.NoError(t, os.Truncate(cells[0], 100))
	_, out, _ = run(t, t.Context(), "status", dir)
	require.Contains(t, out, "Damaged, and run again: "+filepath.Base(cells[0]))
	before := filesOf(t, dir)
	code, _, errs = run(t, t.Context(), "run", scenarioFile(t, tiny), "-o", dir, "--keep-cells")
	require.Zero(t, code, errs)
	require.Contains(t, errs, cells[0]+" is damaged and is run again")
	require.Equal(t, before, filesOf(t, dir))

	elsewhere := filepath.Join(t.TempDir(), "cells")
	code, _, errs = run(t, t.Context(), "run", other, "-o", dir, "-q", "--store", elsewhere)
	require.Zero(t, code, errs)
	require.NoDirExists(t, elsewhere)
	code, _, errs = run(t, t.Context(), "run", other, "-o", dir, "-q", "--fresh")
	require.Zero(t, code, errs)
	require.NoDirExists(t, cellsOf(dir))
}

// TestTheFirstSignalEndsEveryPhase waits for no time, but for the exit code: a command that came to its end otherwise
// has another.
func TestTheFirstSignalEndsEveryPhase(t *testing.T) {
	skipProcesses(t)
	fifo := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(fifo, 0o666))
	idle, writer, err := os.Pipe()
	require.NoError(t, err)
	defer idle.Close()
	defer writer.Close()
	dir := t.TempDir()
	for _, tt := range []struct {
		args []string
		in   io.Reader
	}{
		{[]string{"run", fifo, "-o", filepath.Join(dir, "out")}, nil},
		{[]string{"routes", fifo, "denver-us"}, nil},
		{[]string{"rtt", fifo}, nil},
		{[]string{"rtt"}, idle},
		{[]string{"cache", fifo}, nil},
		{[]string{"cache", "-"}, idle},
	} {
		for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
			var p *process
			code := -1
			// A process that is still starting is ended by the signal itself: then it is too early.
			for wait := 200 * time.Millisecond; code == -1 && wait < time.Minute; wait *= 2 {
				p = start(t, tt.in, tt.args...)
				time.Sleep(wait)
				require.NoError(t, p.Process.Signal(signal))
				begin := time.Now()
				code = p.end()
				t.Logf("%v, %v: %v", tt.args, signal, time.Since(begin))
			}
			require.Equal(t, exitInterrupted, code, "%v: %s", tt.args, p.errs.String())
			require.Empty(t, p.out.String())
			require.Contains(t, p.errs.String(), "stopped")
		}
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// many is a study that runs at once and takes long to draw.
func many(placements int) string {
	var b strings.Builder
	b.WriteString(strings.NewReplacer("replications: 2", "replications: 1", "duration: 5s", "duration: 1s").Replace(tiny))
	for i := range placements {
		fmt.Fprintf(&b, "  - {name: pop %d, extends: region, edge_caches: {sites: pop-lax, size: %dMiB}}\n", i, i+2)
	}
	return b.String()
}

func TestASignalEndsDrawingAndNothingIsLost(t *testing.T) {
	skipProcesses(t)
	file, dir := scenarioFile(t, many(400)), filepath.Join(t.TempDir(), "out")
	p := &process{Cmd: exec.Command(os.Args[0], "run", file, "-o", dir)}
	p.Env, p.Stderr = append(os.Environ(), asCommand+"=1"), &p.errs
	table, err := p.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.Start())
	// The table comes when all is run, and before the drawing.
	text := make([]byte, 1000)
	_, err = io.ReadFull(table, text)
	require.NoError(t, err)
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	begin := time.Now()
	rest, err := io.ReadAll(table)
	require.NoError(t, err)
	require.Equal(t, exitInterrupted, p.end(), p.errs.String())
	t.Logf("ended after %v", time.Since(begin))
	require.Contains(t, string(text)+string(rest), "Assumed, without a source", "the page is whole: that stands last")
	require.NoDirExists(t, dir)
	require.Equal(t, 402, cellsIn(cellsOf(dir)), p.errs.String())
}

func TestAKilledCommandLeavesTheOldReportOrTheNew(t *testing.T) {
	skipProcesses(t)
	kills, err := strconv.Atoi(os.Getenv("EDGEWISE_TEST_KILLS"))
	if err != nil {
		kills = 6
	}
	dir := filepath.Join(t.TempDir(), "out")
	scenarios := []string{scenarioFile(t, tiny), scenarioFile(t, strings.Replace(tiny, "title: Tiny", "title: Other", 1))}
	// What is kept makes the runs short, so that the kills fall on the checks and the writing.
	args := func(i int) []string {
		return []string{"run", scenarios[i%2], "-o", dir, "-q", "--keep-cells", "--store", fmt.Sprintf("%s.cells-%d", dir, i%2)}
	}
	var reports []map[string]string
	for i := range scenarios {
		code, _, errs := run(t, t.Context(), args(i)...)
		require.Zero(t, code, errs)
		reports = append(reports, filesOf(t, dir))
	}
	begin := time.Now()
	whole := start(t, nil, args(1)...)
	require.Zero(t, whole.end(), whole.errs.String())
	took := time.Since(begin)
	killed := 0
	for i := range kills {
		p := start(t, nil, args(i)...)
		switch i % 3 {
		case 0: // anywhere in the run
			time.Sleep(rand.N(took))
		case 1: // while it finds out whether it can write
			until(t, "looking", func() bool {
				probes, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".edgewise-scratch-*"))
				return len(probes) > 0 || hasBegunToWrite(dir) || syscall.Kill(p.Process.Pid, 0) != nil
			})
		case 2: // while it writes
			until(t, "writing", func() bool { return hasBegunToWrite(dir) || syscall.Kill(p.Process.Pid, 0) != nil })
			time.Sleep(rand.N(40 * time.Millisecond))
		}
		require.NoError(t, p.Process.Kill())
		if p.end() == -1 {
			killed++
		}
		require.True(t, slices.ContainsFunc(reports, func(r map[string]string) bool { return fmt.Sprint(r) == fmt.Sprint(filesOf(t, dir)) }),
			"neither the old report nor the new")
	}
	t.Logf("%d of %d commands were killed", killed, kills)
	code, _, errs := run(t, t.Context(), "run", scenarios[0], "-o", dir, "-q")
	require.Zero(t, code, errs)
	require.Equal(t, reports[0], filesOf(t, dir))
	beside, err := filepath.Glob(filepath.Join(filepath.Dir(dir), ".edgewise-*"))
	require.NoError(t, err)
	require.Empty(t, beside, "nothing is left")
}

// hasBegunToWrite reports whether something of a report stands beside its directory.
func hasBegunToWrite(dir string) bool {
	for _, what := range []string{"part", "new", "old"} {
		if beside, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".edgewise-*-"+what)); len(beside) > 0 {
			return true
		}
	}
	return false
}

func TestATableThatNobodyReadsKeepsNoReportFromBeingWritten(t *testing.T) {
	file, dir := scenarioFile(t, tiny), filepath.Join(t.TempDir(), "out")
	p := &process{Cmd: exec.Command(os.Args[0], "run", file, "-o", dir)}
	p.Env, p.Stderr = append(os.Environ(), asCommand+"=1"), &p.errs
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	p.Stdout = writer
	require.NoError(t, reader.Close())
	require.NoError(t, p.Start())
	require.NoError(t, writer.Close())
	require.Equal(t, exitBrokenPipe, p.end())
	require.NoDirExists(t, cellsOf(dir), "the report is complete")
	require.Regexp(t, predictedLine, p.errs.String())
	_, err = report.ReadManifest(dir)
	require.NoError(t, err)
}
