package scenario

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// ofADay is a site behind a PoP and a game of an evening that begins at six, with what is given besides.
func ofADay(more string) string { return withPlayers(40, more) }

func withPlayers(players int, more string) string {
	return fmt.Sprintf(`title: A day
start: 2026-03-02T18:00:00Z
warm_up: 10m
duration: 5h
seed: 4
replications: 6
check_warm_up: false
network: {provider: aws, metros: {names: [London, Dublin]}}
workloads:
  - {name: site, kind: static, requests_per_second: 2, objects: 300, zipf_exponent: 0.8, sizes: {median: 20kB, ln_sd: 1}, day: {peak_to_trough: 4}, origin_service: 100ms}
  - {name: shooter, preset: competitive-fps, concurrent_players: %d, day: {peak_to_trough: 4}, session: {shape: 1.5, scale: 2h}, sampled_updates: 0.001, match_players: 2, min_players: 2, market: {parties: [1]}}
placements:
  - name: PoP
    origin: {sites: eu-west-2, servers: {count: 1, queue: 50}}
    edge_caches: {sites: pop-lhr, size: 2MiB, preload: steady}
    compute: {sites: eu-west-2}
`, players) + more
}

func ranOf(t *testing.T, text string) *edgewise.Comparison {
	t.Helper()
	study, err := Parse("day.yaml", []byte(text))
	require.NoError(t, err)
	c, err := study.Run(context.Background())
	require.NoError(t, err)
	return c
}

// overTime returns a figure of a workload over time.
func overTime(t *testing.T, c *edgewise.Comparison, workload int, name string) []stats.Estimate {
	t.Helper()
	l := c.Placements[0].Workloads[workload].Timeline.Line(name)
	require.NotNil(t, l, name)
	return l.Values
}

// requireAlike requires that two estimates are of the same.
func requireAlike(t *testing.T, a, b stats.Estimate, what string) {
	t.Helper()
	require.True(t, a.HasValue() && b.HasValue(), what)
	require.Less(t, math.Abs(a.Value-b.Value), 1.6*math.Hypot(a.High-a.Value, b.High-b.Value)+1e-9, "%s: %v and %v", what, a, b)
}

// An hour that is simulated alone, begun as the day leaves it, is that hour of the whole day: in every step, within intervals. At the beginning, and when the
// evening is at its height.
func TestAWindowIsThatHourOfTheDay(t *testing.T) {
	day := ranOf(t, ofADay("timeline: {step: 30m}\n"))
	for _, from := range []int{1, 4} {
		hour := ranOf(t, ofADay(fmt.Sprintf("timeline: {step: 30m}\nwindow: {from: %dh10m, for: 1h}\n", from)))
		require.Equal(t, time.Hour, hour.Duration)
		require.Equal(t, 10*time.Minute, hour.WarmUp)
		require.Equal(t, 18+from, hour.Start.Hour())
		for k := range 2 {
			for name, workload := range map[string]int{"requests": 0, "mean": 0, "hits": 0, "origin requests": 0, "utilisation": 0, "players": 1, "players waiting": 1} {
				requireAlike(t, overTime(t, day, workload, name)[2*from+k], overTime(t, hour, workload, name)[k], fmt.Sprintf("%s in step %d from %d h", name, k, from))
			}
		}
	}
}

// Begun steady, players are as many as if the load of the instant had been for ever: those of a flat day at that load, and not those whom the evening has left.
func TestAWindowThatBeginsSteadyIsThatOfAConstantLoad(t *testing.T) {
	// At three in the night, nine hours on, the cosine with its peak at 21 h is at its mean, and falling.
	const at3 = "timeline: {step: 2m}\nwindow: {from: 9h, for: 4m, begun: %s}\n"
	night := func(begun string) string {
		return strings.Replace(withPlayers(1000, fmt.Sprintf(at3, begun)), "duration: 5h", "duration: 12h", 1)
	}
	steady, left := ranOf(t, night("steady")), ranOf(t, night("day"))
	constant := ranOf(t, strings.ReplaceAll(night("day"), "{peak_to_trough: 4}", "flat"))
	for name, workload := range map[string]int{"requests": 0, "hits": 0, "utilisation": 0, "players": 1} {
		for k := range 2 {
			requireAlike(t, overTime(t, constant, workload, name)[k], overTime(t, steady, workload, name)[k], name)
		}
	}
	require.Greater(t, overTime(t, left, 1, "players")[0].Low, overTime(t, steady, 1, "players")[0].High, "those of the evening are still there")
}

// A window after a site has opened has it from the start, with a cache in its steady state; one before has it never; one after it has closed neither.
func TestASiteThatOpensDoesSoInItsWindowAlone(t *testing.T) {
	for window, want := range map[string][]placement.Opening{
		"{from: 1h, for: 1h, begun: steady}":     {{Site: "pop-lhr", At: time.Hour + 10*time.Minute}},
		"{from: 1h50m, for: 1h, begun: steady}":  {{Site: "pop-lhr", At: 20 * time.Minute}},
		"{from: 2h30m, for: 1h, begun: steady}":  nil,
		"{from: 3h50m, for: 1h, begun: steady}":  {{Site: "pop-lhr", Closes: 20 * time.Minute}},
		"{from: 4h10m, for: 30m, begun: steady}": {{Site: "pop-lhr", At: 40 * time.Minute}},
		"{from: 4h10m, for: 30m, begun: day}":    {{Site: "pop-lhr", At: 1, Closes: 2 * time.Hour}},
	} {
		s, err := Parse("day.yaml", []byte(strings.Replace(ofADay("window: "+window+"\n"), "edge_caches: {sites: pop-lhr,", "openings: [{site: pop-lhr, at: 2h, closes: 4h}]\n    edge_caches: {sites: [pop-lhr, pop-dub],", 1)))
		require.NoError(t, err, window)
		require.Equal(t, want, s.Placements[0].Openings, window)
	}
}

// What happens keeps its time of day, and what lasts is there when a window begins.
func TestEventsKeepTheirTimeInAWindow(t *testing.T) {
	const events = `failures: [{site: pop-lhr, at: 1h, for: 10m}, {site: pop-lhr, at: 2h40m, for: 30m}, {site: pop-lhr, at: 5h, for: 1m}]
drains: [{site: pop-lhr, at: 4h10m, for: 1m}]
purges: [{at: 3h30m}]
window: {from: 3h, for: 1h, begun: %s}
`
	for begun, begins := range map[string]time.Duration{"steady": 2*time.Hour + 40*time.Minute, "day": time.Hour} {
		s, err := Parse("day.yaml", []byte(ofADay(fmt.Sprintf(events, begun))))
		require.NoError(t, err)
		require.Equal(t, begins, s.Start.Sub(time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC)), begun)
		require.Equal(t, 3*time.Hour-begins, s.WarmUp, "it begins before what lasts, of the day before all that was")
		require.Equal(t, time.Hour, s.Duration)
		last := s.Failures[len(s.Failures)-1]
		require.Equal(t, 2*time.Hour+40*time.Minute, begins+last.At)
		require.Len(t, s.Failures, map[string]int{"steady": 1, "day": 2}[begun])
		require.Empty(t, s.Drains, "it comes later")
		require.Equal(t, 3*time.Hour+30*time.Minute, begins+s.Purges[0].At)
		require.True(t, s.Placements[0].Tiers[0].Caches[0].Preload)
		require.Contains(t, s.Assumed[len(s.Assumed)-1], "the time from 3h to 4h after the start is simulated")
	}
	// Workloads that begin and end, and flash crowds.
	text := strings.Replace(ofADay("window: {from: 3h, for: 1h, begun: %s}\n"), "  - {name: shooter, preset: competitive-fps, concurrent_players: 40,", "  - {name: shooter, preset: competitive-fps, concurrent_players: 40, begins: 2h, ends: 3h30m, flashes: [{at: 2h45m, for: 1m, decay: 10m, factor: 3}],", 1)
	for begun, begins := range map[string]time.Duration{"steady": 2*time.Hour + 45*time.Minute, "day": 2 * time.Hour} {
		s, err := Parse("day.yaml", []byte(fmt.Sprintf(text, begun)))
		require.NoError(t, err)
		w := &s.Workloads[1]
		require.Equal(t, 3*time.Hour-begins, s.WarmUp, begun)
		require.Equal(t, map[string]time.Duration{"steady": 0, "day": 1}[begun], w.Begins, "from ever on, or when the run begins")
		require.Equal(t, 3*time.Hour+30*time.Minute, begins+w.Ends)
		require.Equal(t, 2*time.Hour+45*time.Minute, begins+w.Flashes[0].At)
	}
	// Caches that begin empty may be what it is about: then it is simulated from the start.
	s, err := Parse("day.yaml", []byte(strings.Replace(ofADay("window: {from: 2h, for: 1h}\n"), ", preload: steady", "", 1)))
	require.NoError(t, err)
	require.Equal(t, 2*time.Hour, s.WarmUp)
	require.False(t, s.Placements[0].Tiers[0].Caches[0].Preload)
}

func TestWindowsThatCannotBeAreNamedByLine(t *testing.T) {
	last := strings.Count(ofADay(""), "\n") + 1
	for window, want := range map[string]string{
		"{from: 1m, for: 1h}":              "window.from: is 1m0s; want 10m0s, when recording begins, to less than 5h10m0s, when the run ends",
		"{from: 24h, for: 1h}":             "window.from: is 24h0m0s; want 10m0s",
		"{from: 4h, for: 2h}":              "window.for: is 2h0m0s; want more than 0s, and 1h10m0s at most, when the run ends",
		"{from: 4h, for: 0s}":              "window.for: is 0s; want more than 0s",
		"{from: 4h}":                       `window: the key "for" is missing`,
		"{from: 4h, for: 1h, begun: dawn}": `window.begun: is "dawn"; want day or steady`,
		"{from: 4h, for: 1h, until: 5h}":   `window.until`,
	} {
		_, err := Parse("day.yaml", []byte(ofADay("window: "+window+"\n")))
		require.ErrorContains(t, err, fmt.Sprintf("day.yaml:%d: %s", last, want), window)
	}
	ended := strings.Replace(ofADay("window: {from: 3h, for: 1h}\n"), "concurrent_players: 40,", "concurrent_players: 40, ends: 2h,", 1)
	_, err := Parse("day.yaml", []byte(ended))
	require.ErrorContains(t, err, fmt.Sprintf(`day.yaml:%d: window.from: is 3h0m0s; want a time in which users of "shooter" ask`, last))
}

// Health checks are at the instants of the whole time, so that a failure is noticed when it is there.
func TestHealthChecksGoOnInAWindow(t *testing.T) {
	const failure = "failures: [{site: pop-lhr, at: 2h40m, for: 30m, check: {interval: 7m, threshold: 2}}]\n"
	noticed := func(more string) (at, back time.Duration) {
		s, err := Parse("day.yaml", []byte(ofADay(failure+more)))
		require.NoError(t, err)
		d := s.Downtimes(&s.Failures[0])[0]
		return s.Elapsed + d.Noticed, s.Elapsed + d.Back
	}
	at, back := noticed("")
	for _, window := range []string{"{from: 2h45m, for: 1h}", "{from: 2h41m, for: 10m, begun: steady}", "{from: 2h33m, for: 1h}"} {
		inWindow, backInWindow := noticed("window: " + window + "\n")
		require.Equal(t, at, inWindow, window)
		require.Equal(t, back, backInWindow, window)
	}
}

// What a failure outside of a window would assume stands nowhere; and what is wrong with the study of a window is told of the key of the study.
func TestAWindowTellsOfItselfAlone(t *testing.T) {
	const failures = "failures: [{site: pop-lhr, at: 1h, for: 10m}, {site: eu-west-2, at: 3h10m, for: 1m}]\nwindow: {from: 3h, for: 1h, begun: steady}\n"
	c := ranOf(t, ofADay(failures))
	assumed := strings.Join(c.Assumed, "\n")
	require.Contains(t, assumed, "failure of eu-west-2: a request to it lasts 3s")
	require.NotContains(t, assumed, "pop-lhr")

	text := ofADay("timeline: {step: 10m, paired: true}\n" + strings.Replace(failures, "3h10m", "2h", 1))
	_, err := Parse("day.yaml", []byte(text))
	require.ErrorContains(t, err, fmt.Sprintf("day.yaml:%d: timeline.paired: is true; want false: nothing happens at a time", strings.Count(text[:strings.Index(text, "timeline")], "\n")+1))
}

// Whatever may happen at a time in a scenario is known to windows: a field that is new must be looked at in Study.Within.
func TestWindowsKnowAllThatHappens(t *testing.T) {
	known := []string{"Network", "Workloads", "Start", "Elapsed", "Begun", "WarmUp", "Duration", "Seed", "Failures", "Drains", "Slowdowns", "LinkFailures", "LinkImpairments", "OriginErrors", "Purges", "Timeline"}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[sim.Scenario]()) {
		require.Contains(t, known, f.Name)
	}
}
