package pinned_test

import (
	"context"
	"flag"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/sim"
)

var update = flag.Bool("update", false, "write what the scenarios give today into testdata")

// drawn are the scenarios whose pictures are pinned; those of the examples are, too.
var drawn = map[string]bool{"06-mid-tier": true, "13-upstream-fails": true, "20-everything": true}

func TestScenariosGiveWhatTheyGave(t *testing.T) {
	skipWhereSlow(t)
	files, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			study, err := scenario.Load(file)
			require.NoError(t, err)
			found, comparison := gather(t, study, true)
			if drawn[name] {
				require.NoError(t, found.addPictures(comparison, t.TempDir()))
			}
			hold(t, "testdata/"+name+".gz", found)
		})
	}
}

// The examples are run short, and their metros kept by a hash: the golden says that one of them moved, not which.
func TestExamplesGiveWhatTheyGave(t *testing.T) {
	skipWhereSlow(t)
	files, err := filepath.Glob("../../examples/*/scenario.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			study, err := scenario.Load(file)
			require.NoError(t, err)
			study.Replications, study.WarmUp, study.Duration = 2, min(study.WarmUp, 2*time.Second), 5*time.Second
			study.SkipWarmUpCheck = true
			if study.Timeline != nil {
				study.Timeline.Step = time.Second
			}
			for i := range study.Failures { // within the short run
				f := &study.Failures[i]
				f.At, f.For, f.Detection, f.Redirection = study.WarmUp+time.Second, 2*time.Second, 500*time.Millisecond, 100*time.Millisecond
				if f.Check != nil {
					f.Check, f.Detection = &sim.HealthCheck{Interval: 200 * time.Millisecond, Threshold: f.Check.Threshold}, 0
				}
			}
			for i := range study.Workloads {
				if study.Workloads[i].Begins > 0 {
					study.Workloads[i].Begins = study.WarmUp + 500*time.Millisecond
				}
				for k := range study.Workloads[i].Flashes {
					f := &study.Workloads[i].Flashes[k]
					f.At, f.Rise, f.For, f.Decay = study.WarmUp+time.Second, 100*time.Millisecond, 2*time.Second, 0
				}
			}
			found, comparison := gather(t, study, false)
			require.NoError(t, found.addPictures(comparison, t.TempDir()))
			hold(t, "testdata/example-"+name+".gz", found)
		})
	}
}

// isFused says that this build multiplies and adds in one instruction, as from GOAMD64=v3 on and on arm64. Pictures may
// then differ in the last bits of their coordinates, for so do the libraries that draw; numbers never do.
var isFused = multiplyAdd(1+0x1p-52, 1+0x1p-52, -(1+0x1p-51)) != 0

//go:noinline
func multiplyAdd(x, y, z float64) float64 { return x*y + z }

func skipWhereSlow(t *testing.T) {
	t.Helper()
	if testing.Short() || raceEnabled {
		t.Skip("runs every scenario in full")
	}
}

// gather runs a study's placements, one by one and as a comparison, and returns all that is to stay as it was but the
// pictures.
func gather(t *testing.T, s *edgewise.Study, withMetros bool) (records, *edgewise.Comparison) {
	t.Helper()
	found := make(records)
	plans, err := sim.Compile(context.Background(), s.Scenario, s.Placements...)
	require.NoError(t, err)
	for _, plan := range plans {
		for replication := range s.Replications {
			result, err := plan.Run(context.Background(), replication)
			require.NoError(t, err)
			found.addRun(s, result, withMetros)
		}
	}
	comparison, err := s.Run(context.Background())
	require.NoError(t, err)
	require.NoError(t, found.addTable(comparison, withMetros))
	return found, comparison
}

// hold fails the test unless the records are those of a golden file, and names the first that are not.
func hold(t *testing.T, file string, found records) {
	t.Helper()
	if *update {
		require.False(t, isFused, "pictures must be drawn where every operation rounds, for example with GOAMD64=v1")
		require.NoError(t, found.write(file))
	}
	golden, err := readRecords(file)
	require.NoError(t, err)
	if isFused {
		t.Log("the processor rounds once where the goldens rounded twice: pictures are left out")
		for _, r := range []records{found, golden} {
			maps.DeleteFunc(r, func(key string, _ map[string]string) bool { return kindOf(key) == pictureKind })
		}
	}
	all := found.differences(golden)
	for _, difference := range all[:min(len(all), 10)] {
		t.Errorf("%s", difference)
	}
	if len(all) > 10 {
		t.Errorf("... and %d other differences", len(all)-10)
	}
}
