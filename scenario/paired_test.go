package scenario

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// ofANight is a night in which the load falls to a half, with what is given of the site besides.
func ofANight(timeline, more string) string {
	return fmt.Sprintf(`title: A night
start: 2026-03-02T02:00:00Z
duration: 3h
seed: 4
replications: 4
check_warm_up: false
network: {provider: aws, metros: {names: [London, Dublin]}}
workloads:
  - {name: site, kind: static, requests_per_second: 20, objects: 300, zipf_exponent: 0.8, sizes: {median: 20kB, ln_sd: 1}, day: {peak_to_trough: 4}%s}
placements:
  - {name: region, origin: eu-west-2}
  - {name: PoP, origin: eu-west-2, edge_caches: {sites: [pop-lhr, pop-dub], size: 64MiB, preload: steady}}
timeline: %s
`, more, timeline)
}

// Where the load moves by itself, only a run without the event tells what the event does: a crowd of twice as many is asked of the origin twice as often.
func TestAPairedDrillDoesNotTakeTheDayForTheCrowd(t *testing.T) {
	const crowd = ", flashes: [{at: 2h30m, for: 10m, factor: 2}]"
	times := func(timeline string) (value, half float64) {
		c := ranOf(t, ofANight(timeline, crowd))
		f, ok := c.Placements[0].Workloads[0].Figures.Find("drill: flash crowd of site", "origin requests at worst")
		require.True(t, ok)
		return f.Value, f.High - f.Value
	}
	value, half := times("{step: 10m, paired: true}")
	require.Less(t, math.Abs(value-2), 1.5*half+.03, "%v", value)
	value, _ = times("{step: 10m}")
	require.Less(t, value, 1.7, "against the mean of the night before it, when more was asked")
}

// Users who are drained are those whom the other site has more than at the same time without it, and recovery is when each step is as its pair.
func TestAPairedDrillKnowsWhoHasMoved(t *testing.T) {
	c := ranOf(t, ofANight("{step: 10m, paired: true, by: site}\ndrains: [{site: pop-lhr, at: 1h, for: 30m}]", ""))
	w := &c.Placements[1].Workloads[0]
	moved, ok := w.Figures.Find("drill: pop-lhr drained", "users moved to pop-dub")
	require.True(t, ok)
	calm := ranOf(t, ofANight("{step: 10m, by: site}", ""))
	entered := 0.0
	for _, s := range calm.Placements[1].Workloads[0].Timeline.Sites {
		if s.ID == "pop-lhr" {
			entered = s.Lines[0].Values[7] / calm.Placements[1].Workloads[0].Timeline.Line("requests").Values[7].Value
		}
	}
	require.InDelta(t, entered, moved.Value, .02, "all who enter there otherwise")
	back, ok := w.Figures.Find("drill: pop-lhr drained", "recovered after")
	require.True(t, ok)
	require.LessOrEqual(t, back.Value, 40*60.0)
}

func TestNothingToPairIsRefused(t *testing.T) {
	_, err := Parse("calm.yaml", []byte(ofANight("{step: 10m, paired: true}", "")))
	require.ErrorContains(t, err, "timeline.paired: is true; want false: nothing happens at a time")
}
