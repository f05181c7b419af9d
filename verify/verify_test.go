package verify

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSimulatorFindsWhatItMust(t *testing.T) {
	if raceEnabled {
		t.Skip("long arithmetic of one goroutine each; TestPageIsTheSameOnAnyNumberOfWorkers looks for races")
	}
	var seen []int
	p, err := Run(context.Background(), Options{Effort: Quick, Seed: 1, Progress: func(done, total int) { seen = append(seen, done, total) }})
	require.NoError(t, err)
	require.True(t, p.Passed(), p.Summary())
	require.Len(t, seen, 2*len(p.Rows))
	require.Equal(t, []int{len(p.Rows), len(p.Rows)}, seen[len(seen)-2:])
	names := make(map[string]bool)
	for _, r := range p.Rows {
		require.False(t, names[r.Group+r.Name], "two rows are called %q: they would share random numbers", r.Name)
		names[r.Group+r.Name] = true
		require.NotEmpty(t, r.Source)
		if !r.Exact && r.Expected != 0 && r.Tolerance > 0 {
			require.Less(t, r.Tolerance, 0.02*r.Expected, "%s: a tolerance that forgives everything", r.Name)
		}
	}
	require.Greater(t, p.Intervals, 50)
	require.Greater(t, len(p.Rows)-p.Intervals, 20)
}

// That the same groups pass unbroken is TestSimulatorFindsWhatItMust.
func TestPageFailsWhenTheSimulatorIsBroken(t *testing.T) {
	if raceEnabled {
		t.Skip("long arithmetic of one goroutine each; TestPageIsTheSameOnAnyNumberOfWorkers looks for races")
	}
	for name, c := range map[string]struct {
		group   string
		broken  breakage
		outside string // a row that must be outside
	}{
		"queue with work 2 % too long":  {"Queues", breakage{slower: 0.02}, "M/M/1 at load 0.8: mean time in the system"},
		"runs with work 2 % too long":   {"Transport", breakage{slower: 0.02}, "first byte over a new connection, tcp, 40 ms RTT, 7 ms of work"},
		"sites with work 5 % too long":  {"Placements", breakage{slower: 0.05}, "API on 4 servers of a region at load 0.8: mean wait"},
		"shared servers, 5 % too slow":  {"Servers", breakage{slower: 0.05}, "two APIs that share four servers at load 0.8: mean wait"},
		"files 5 % too long":            {"Links", breakage{slower: 0.05}, "link at load 0.8, one after the other, files of one size: mean wait"},
		"FIFO in place of LRU":          {"Caches", breakage{fifo: true}, "lru, 2 of 4 objects: hit ratio"},
		"FIFO in place of 2-LRU":        {"Caches", breakage{fifo: true}, "Zipf 0.8, 1000 of 10000 objects: hit ratio of 2-LRU"},
		"objects fresh 2 % too long":    {"Freshness", breakage{fresher: 0.02}, "10 requests a second, 0s to fetch, fresh for 1s: hit ratio"},
		"runs that keep 2 % too long":   {"Freshness", breakage{fresher: 0.02}, "6 requests a minute, fresh for 100 s, 15 s more while fetched anew, a change every 200 s: age of answers"},
		"fetches 2 % too long":          {"Freshness", breakage{slower: 0.02}, "10 requests a second, 100ms to fetch, fresh for 1s: mean wait for the fetch"},
		"FIFO in place of LRU at PoPs":  {"Placements", breakage{fifo: true}, "PoP with LRU, 1000 of 10000 objects, Zipf 0.8, preloaded: hit ratio"},
		"answers 5 % too late":          {"Failures", breakage{slower: 0.05}, "origin down for 100 s of 1000 s, 50 s of work: share of failed requests"},
		"losses 5 % too many":           {"Failures", breakage{slower: 0.05}, "10 MB at 100 Mbit/s, 40 ms RTT, 1 % loss: mean time from the first byte to the last"},
		"sessions 5 % too long":         {"Markets", breakage{slower: 0.05}, "work for 8 cores at a site of 10, no lobby: share of players turned away"},
		"players who wait 5 % longer":   {"Markets", breakage{slower: 0.05}, "two players a match, one every 30 s: mean wait"},
		"players 5 % farther apart":     {"Peers", breakage{slower: 0.05}, "30 ms and an exponential jitter of 16: share of inputs for which frames are rolled back"},
		"FIFO in place of LRU in trees": {"Tiers", breakage{fifo: true}, "tree of 4 x 500 under 2000, of 10000 objects, copies everywhere: hit ratio of the leaves"},
		"a quantile beside the one":     {"Queues", breakage{shift: 0.2}, "M/M/1 at load 0.8: p95 of the time in the system"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Run(context.Background(), Options{Effort: Quick, Seed: 1, Groups: []string{c.group}, broken: c.broken})
			require.NoError(t, err)
			require.False(t, p.Passed(), p.Summary())
			require.Contains(t, p.Summary(), "FAILED")
			for _, r := range p.Rows {
				if r.Name == c.outside {
					require.Equal(t, Outside, r.Verdict)
					return
				}
			}
			t.Fatalf("no row %q", c.outside)
		})
	}
}

func TestPageIsTheSameOnAnyNumberOfWorkers(t *testing.T) {
	var first string
	for _, workers := range []int{1, 3} {
		p, err := Run(context.Background(), Options{Effort: Quick, Seed: 5, Workers: workers, Groups: []string{"Transport"}})
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, p.WriteMarkdown(&b))
		if first == "" {
			first = b.String()
			require.Contains(t, first, "## Transport")
			require.Contains(t, first, "| slow start of 100000 bytes, round trips | 3 | 3 | exact |")
		}
		require.Equal(t, first, b.String())
	}
}

func TestPageIsJudgedAsAWhole(t *testing.T) {
	rows := func(n, outside int, worst float64) []Row {
		all := make([]Row, n)
		for i := range all {
			all[i] = Row{P: 0.5, Verdict: Agrees}
			if i < outside {
				all[i] = Row{P: worst, Verdict: Outside}
			}
		}
		return all
	}
	require.True(t, newPage(rows(100, 5, 0.03), Options{}, 20).Passed(), "five in a hundred is what chance does")
	require.False(t, newPage(rows(100, 13, 0.03), Options{}, 20).Passed(), "too many")
	require.False(t, newPage(rows(100, 1, 1e-5), Options{}, 20).Passed(), "one, but far off")
	exact := append(rows(100, 0, 0), Row{Exact: true, P: 1, Verdict: Agrees})
	require.True(t, newPage(exact, Options{}, 20).Passed())
	exact[100].Verdict = Outside
	require.False(t, newPage(exact, Options{}, 20).Passed(), "an exact row has no excuse")
}

func TestVerifyStopsAndRefuses(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Run(ctx, Options{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = Run(context.Background(), Options{Effort: "heroic"})
	require.ErrorContains(t, err, `effort is "heroic"; want "quick", "normal" or "thorough"`)
	_, err = Run(context.Background(), Options{Groups: []string{"Queues", "Horoscopes"}})
	require.ErrorContains(t, err, `group is "Horoscopes"; want one of ["Queues" "Caches"`)
	_, err = Run(context.Background(), Options{Workers: -1})
	require.ErrorContains(t, err, "-1 workers")
	p := newPage([]Row{{Group: "x", P: 1, Verdict: Agrees}}, Options{}, 10)
	require.ErrorContains(t, p.WriteMarkdown(broken{}), "disk full")
	require.True(t, strings.HasPrefix(p.Summary(), "Passed"))
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }
