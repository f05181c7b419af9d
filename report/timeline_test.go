package report_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/stats"
)

// followed is a study in which a PoP is lost, followed over time.
func followed(t *testing.T) *edgewise.Comparison {
	t.Helper()
	study, err := scenario.Parse("lost.yaml", []byte(`title: A PoP is lost
duration: 95s
seed: 1
replications: 3
check_warm_up: false
network: {provider: aws, metros: {names: [London, Paris]}}
workloads:
  - {name: site, preset: web-static, requests_per_second: 60, objects: 200}
  - {name: shooter, preset: competitive-fps, concurrent_players: 30}
placements:
  - {name: region, origin: eu-west-2, compute: eu-west-2}
  - {name: PoPs, extends: region, edge_caches: {sites: [pop-lhr, pop-cdg], size: 256MiB}}
failures: [{site: pop-lhr, at: 40s, for: 20s, detection: 5s, timeout: 1s}]
timeline: {step: 10s, by: [metro, site]}
`))
	require.NoError(t, err)
	c, err := study.Run(context.Background())
	require.NoError(t, err)
	return c
}

func TestSeriesOfAllRequestsSumToTheTotals(t *testing.T) {
	c := followed(t)
	var out bytes.Buffer
	for _, o := range report.Outputs() {
		if o.Name == "series.csv" {
			require.NoError(t, o.Write(&out, c))
		}
	}
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	column := make(map[string]int)
	for i, name := range rows[0] {
		column[name] = i
	}
	sum := make(map[[3]string]float64) // by placement, workload and kind of place
	failed := make(map[string]float64)
	for _, row := range rows[1:] {
		at := func(name string) float64 {
			x, err := strconv.ParseFloat(row[column[name]], 64)
			require.NoError(t, err, "%s of %v", name, row)
			return x
		}
		seconds := at("to_s") - at("from_s")
		place := "all"
		if row[column["metro"]] != "" {
			place = "metro"
		} else if row[column["site"]] != "" {
			place = "site"
		}
		key := [3]string{row[column["placement"]], row[column["workload"]], place}
		if row[column["kind"]] == "matched" {
			sum[key] += at("players") * seconds
			continue
		}
		sum[key] += at("requests_per_second") * seconds
		if place == "all" && at("failed_per_second") > 0 {
			failed[row[column["placement"]]] += at("failed_per_second") * seconds
			require.Contains(t, []float64{30, 40}, at("from_s"), "what was begun before has no answer either")
		}
	}
	require.Len(t, sum, 2*2*3)
	for _, p := range c.Placements {
		for _, w := range p.Workloads {
			f, ok := w.Figures.Find("requests", "count")
			require.True(t, ok)
			want := f.Value
			if w.Kind == "matched" {
				f, ok = w.Figures.Find("players", "mean")
				require.True(t, ok)
				want = f.Value * 95
			}
			for _, place := range []string{"all", "metro", "site"} {
				require.InEpsilon(t, want, sum[[3]string{p.Name, w.Name, place}], 1e-9, "%s, %s by %s", p.Name, w.Name, place)
			}
		}
	}
	f, ok := c.Placements[1].Workloads[0].Figures.Find("failed", "count")
	require.True(t, ok)
	require.InEpsilon(t, f.Value, failed["PoPs"], 1e-9)
	require.Zero(t, failed["region"])
}

func TestTimelinesShowWhatFailsWithItsBand(t *testing.T) {
	c := followed(t)
	p, err := report.Timeline(c, "")
	require.NoError(t, err)
	drawing := svg(t, p)
	for _, title := range []string{"site: failed, a second", "site: p95, ms", "site: hits, %", "site: requests to origins, a second", "shooter: players"} {
		require.True(t, strings.Contains(drawing, ">"+title+"</text>"), title)
	}
	require.Contains(t, drawing, "Bands: 95 % confidence intervals")
	require.NotContains(t, drawing, "Grey: the warm-up")
	require.Contains(t, drawing, " after the run begins, warm-up included</text>", "the clock of at: in a scenario")
	c.Elapsed = time.Hour
	p, err = report.Timeline(c, "")
	require.NoError(t, err)
	require.Contains(t, svg(t, p), " after the study begins, warm-up included</text>")
}

// The lines of the page are those of series.csv: all requests, with their intervals, and under them what happens at sites.
func TestThePageFollowsAllRequestsOverTime(t *testing.T) {
	c := followed(t)
	data := unpacked(t, pageOf(t, c))
	site := data["workloads"].([]any)[0].(map[string]any)
	require.Nil(t, site["series"], "there are not two")
	lines := make(map[string]map[string]any)
	for _, l := range site["timeline"].(map[string]any)["lines"].([]any) {
		lines[l.(map[string]any)["name"].(string)] = l.(map[string]any)
	}
	require.NotContains(t, lines, "rejected", "it is 0 throughout")
	want := c.Placements[1].Workloads[0].Timeline.Line("failed")
	course := lines["failed"]["by"].([]any)[1].(map[string]any)
	lost := 0.0
	for k, e := range want.Values {
		require.InEpsilon(t, 1+e.Value, 1+course["v"].([]any)[k].(float64), 1e-4)
		require.InEpsilon(t, 1+e.High, 1+course["high"].([]any)[k].(float64), 1e-4)
		lost += e.Value
	}
	require.Positive(t, lost)
	require.Equal(t, true, lines["failed"]["usual"])
	require.Nil(t, lines["waiting"]["usual"])
	require.Equal(t, "%", lines["hits"]["unit"])
	events := data["events"].([]any)
	require.Equal(t, "down", events[0].(map[string]any)["kind"])
}

// Of steps that are more than can be drawn the lowest and the highest of each stretch are kept: no peak is lost.
func TestNoPeakIsLostOnThePage(t *testing.T) {
	c := fixtureNamed("one of one")
	line := edgewise.TimelineLine{Name: "requests", Unit: "a second"}
	for k := range 10_000 {
		e := stats.Estimate{Value: 5, Low: 4, High: 6, N: 3}
		if k == 7_777 {
			e.Value, e.High = 900, 950
		}
		if k >= 3_000 && k < 3_500 {
			e = stats.Estimate{Unsupported: "nobody"}
		}
		line.Values = append(line.Values, e)
	}
	c.Placements[0].Workloads[0].Timeline = edgewise.Timeline{Step: time.Second, Steps: len(line.Values), Lines: []edgewise.TimelineLine{line}}
	timeline := unpacked(t, pageOf(t, c))["workloads"].([]any)[0].(map[string]any)["timeline"].(map[string]any)
	course := timeline["lines"].([]any)[0].(map[string]any)["by"].([]any)[0].(map[string]any)
	at, values := course["at"].([]any), course["v"].([]any)
	require.LessOrEqual(t, len(at), 240)
	peak := slices.Index(at, any(7777.0))
	require.GreaterOrEqual(t, peak, 0)
	require.Equal(t, 900.0, values[peak])
	gap := slices.IndexFunc(at, func(k any) bool { return k.(float64) > 3_100 && k.(float64) < 3_400 })
	require.GreaterOrEqual(t, gap, 0)
	require.Nil(t, values[gap])
}

// A world that is followed over time fits on the page, without bands if need be.
func TestAWorldOverTimeFitsOnThePage(t *testing.T) {
	c := large()
	for i := range c.Placements {
		for k := range c.Placements[i].Workloads {
			w := &c.Placements[i].Workloads[k]
			w.Timeline = madeTimeline(i, w.Kind, 2*time.Hour)
			r := rand.New(rand.NewPCG(uint64(i), uint64(k)))
			for l := range w.Timeline.Lines { // numbers that do not compress as copies would
				for n := range w.Timeline.Lines[l].Values {
					e := &w.Timeline.Lines[l].Values[n]
					*e = e.Scaled(0.8 + 0.4*r.Float64())
				}
			}
		}
	}
	page := pageOf(t, c)
	require.Less(t, len(page), 2<<20)
	line := unpacked(t, page)["workloads"].([]any)[0].(map[string]any)["timeline"].(map[string]any)["lines"].([]any)[0].(map[string]any)
	course := line["by"].([]any)[0].(map[string]any)
	require.Len(t, course["v"], 120)
	require.Nil(t, course["low"])
}

func TestDrainsAreShadedAndTold(t *testing.T) {
	c := followed(t)
	plain, err := report.Timeline(c, "")
	require.NoError(t, err)
	c.Drains = []edgewise.SiteDrain{{Site: "pop-cdg", At: 60 * time.Second, For: 20 * time.Second}}
	drained, err := report.Timeline(c, "")
	require.NoError(t, err)
	require.Contains(t, svg(t, drained), " drained for 20 s")
	require.Greater(t, strings.Count(svg(t, drained), "<path"), strings.Count(svg(t, plain), "<path"))
	c.Changes = []edgewise.Change{
		{Kind: edgewise.FlashCrowd, Workload: "site", At: 30 * time.Second, For: 9 * time.Second, Factor: 5}, {Kind: edgewise.Launch, Workload: "shooter", At: 50 * time.Second},
	}
	changed, err := report.Timeline(c, "")
	require.NoError(t, err)
	require.Contains(t, svg(t, changed), "Shaded: 1 flash crowd of site for 9 s; 2 London (pop-lhr) down for 20 s; 3 launch of shooter; 4 ")
	require.Greater(t, strings.Count(svg(t, changed), "<path"), strings.Count(svg(t, drained), "<path"))
	page := pageOf(t, c)
	require.True(t, strings.Contains(page, "users of site ask up to 5 times as often for 9 s, from "))
	require.True(t, strings.Contains(page, "is drained for 20 s, from ") && strings.Contains(page, "what it has begun it ends"))
	events := unpacked(t, page)["events"].([]any)
	require.Len(t, events, 4)
	for want, of := range map[string]edgewise.Change{
		"users of site ask for object 0 up to":                              {Objects: []uint32{0}},
		"users of site ask for objects 0, 7, 9 up to":                       {Objects: []uint32{0, 7, 9}},
		"users of site in " + c.Metros[0].Name + " ask for 5 objects up to": {Objects: []uint32{1, 2, 3, 4, 5}, Metros: []string{c.Metros[0].ID}},
		"users of site in 5 metros ask up to":                               {Metros: []string{"a", "b", "c", "d", "e"}},
	} {
		of.Kind, of.Workload, of.For, of.Factor = edgewise.FlashCrowd, "site", time.Second, 5
		c.Changes = []edgewise.Change{of}
		require.Contains(t, pageOf(t, c), want)
	}
	c.Changes = []edgewise.Change{{Kind: edgewise.FlashCrowd, Workload: "site", At: 30 * time.Second, For: 50 * time.Second, Fades: 20 * time.Second, Factor: 5}}
	require.Contains(t, pageOf(t, c), "times as often for 20 s, from ", "what is left after that nobody sees")
	require.Equal(t, 50.0, unpacked(t, pageOf(t, c))["events"].([]any)[2].(map[string]any)["to_s"])
	for want, of := range map[string]edgewise.Change{
		"100 % of the objects of all workloads are taken out of all caches, at ": {},
		"10 % of the objects of site are taken out of all caches, at ":           {Workload: "site", Share: 0.1},
	} {
		of.Kind = edgewise.Purge
		c.Changes = []edgewise.Change{of}
		require.Contains(t, pageOf(t, c), want)
	}
	require.Equal(t, "launch", events[3].(map[string]any)["kind"])
	require.Equal(t, "drained", events[1].(map[string]any)["kind"])
}

// Where servers reject requests the line of those that failed says that it is without them.
func TestTheLineOfFailedRequestsSaysThatItIsWithoutTheRejected(t *testing.T) {
	c := followed(t)
	rejected := c.Placements[1].Workloads[0].Timeline.Line("rejected")
	rejected.Values[2] = stats.Estimate{Value: 3, Low: 2, High: 4, N: 3}
	p, err := report.Timeline(c, "")
	require.NoError(t, err)
	require.Contains(t, svg(t, p), ">site: failed, without those rejected, a second</text>")
}
