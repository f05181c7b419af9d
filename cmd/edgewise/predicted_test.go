package main

import (
	"context"
	"math"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// predictedLine is what a run says before it begins, and nothing else.
var predictedLine = regexp.MustCompile(`^edgewise: [\d,]+ runs? \([\d,]+ placements?, [\d,]+ replications?\): .*; about [\d.]+ [KMGT]iB of memory(, about \S+( days| years)? as this machine is loaded now)?\n$`)

func TestADryRunSaysWhatEveryPlacementTakes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	code, out, errs := run(t, context.Background(), "run", scenarioFile(t, tiny), "-o", dir, "--dry-run")
	require.Zero(t, code, errs)
	require.Contains(t, out, "edgewise: 4 runs (2 placements, 2 replications): 1,111 requests; about")
	require.Contains(t, out, "│ region ")
	require.NoDirExists(t, dir)
	require.NoDirExists(t, dir+".cells")
	require.NotContains(t, out, "0 B", "the program alone takes more")
	require.NotContains(t, out, "refuses")
	code, without, errs := run(t, context.Background(), "run", scenarioFile(t, tiny), "-n")
	require.Zero(t, code, errs)
	require.Equal(t, out, without, "needs no directory")
	require.NotContains(t, out, "is not measured")
	timeline := scenarioFile(t, strings.Replace(tiny, "\nnetwork:", "\ntimeline: {step: 1s}\nnetwork:", 1))
	code, out, errs = run(t, context.Background(), "run", timeline, "-n")
	require.Zero(t, code, errs)
	require.Contains(t, out, "of memory (what the timeline takes is not measured)\n")
	code, out, errs = run(t, context.Background(), "run", timeline, "-n", "--format", "json")
	require.Zero(t, code, errs)
	require.Contains(t, out, `"rough_memory": true`)
	code, _, errs = run(t, context.Background(), "run", scenarioFile(t, tiny))
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "edgewise: missing flags: --out=DIR (-o), or its name is empty")
}

func TestWorkBeyondBoundsIsRefusedBeforeItStarts(t *testing.T) {
	huge := strings.Replace(tiny, "requests_per_second: ", "requests_per_second: 9999999", 1)
	huge = regexp.MustCompile(`duration: \S+`).ReplaceAllString(huge, "duration: 8784h")
	file, dir := scenarioFile(t, huge), filepath.Join(t.TempDir(), "out")
	code, _, errs := run(t, context.Background(), "run", file, "-o", dir)
	require.Equal(t, exitUsage, code)
	require.Regexp(t, `^edgewise: requests, sessions and updates: `, errs)
	require.Contains(t, errs, "predicted, 1e+13 allowed; warm_up and duration of ")
	require.Contains(t, errs, "--force runs it all the same")
	require.NoDirExists(t, dir)

	// What it would take is said all the same.
	code, out, errs := run(t, context.Background(), "run", file, "-o", dir, "--dry-run")
	require.Zero(t, code, errs)
	require.Contains(t, out, "edgewise: a run refuses this: requests, sessions and updates: ")
	require.Contains(t, out, "--force runs it all the same")
	require.Regexp(t, `4 runs .*: [\d.e+]+ requests;|4 runs .*: [\d.]+ [A-Z] requests;`, out)
}

func TestNumbersAndTimesAreInWords(t *testing.T) {
	for n, want := range map[float64]string{0: "0", 1: "1", 99_999: "99,999", 250_000: "250 k", 1.234e7: "12.3 M", 5e11: "500 G", 3e20: "3e+20"} {
		require.Equal(t, want, rounded(n))
	}
	require.Equal(t, "1 run", counted(1, "run"))
	for d, want := range map[time.Duration]string{
		1500 * time.Millisecond: "2s", 4 * time.Minute: "4m", 190 * time.Minute: "3h10m", 5 * 24 * time.Hour: "5 days",
		math.MaxInt64: "more than 292 years", math.MaxInt64 / 2: "146 years",
	} {
		require.Equal(t, want, inWordsTime(d))
	}
}

func TestProgressSaysHowFarAndHowLong(t *testing.T) {
	now := time.Unix(0, 0)
	p := &progress{what: "running", clock: func() time.Time { return now }}
	p.began = now
	now = now.Add(3 * time.Second)
	require.Equal(t, "running   0 %, 3s", p.head()+p.tail())
	p.update(0.2, "8 of 40 runs") // kept from before: they took no time
	now = now.Add(60 * time.Second)
	p.update(0.4, "16 of 40 runs")
	require.Equal(t, "running: 16 of 40 runs  40 %, 1m0s, about 3m left", p.head()+p.tail())
	p.phase("drawing")
	require.Equal(t, "drawing   0 %, 0s", p.head()+p.tail())

	var out strings.Builder
	p.stop = make(chan struct{})
	ticks, told := make(chan time.Time), make(chan struct{})
	go func() {
		p.tell(&out, ticks)
		close(told)
	}()
	ticks <- now
	ticks <- now
	close(p.stop)
	<-told
	require.Contains(t, out.String(), "edgewise: drawing   0 %, 0s\n")
	var none *progress
	none.phase("x")
	none.update(1, "x")
	none.finish()
}
