package scenario_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

const traced = `title: Traced
duration: 20m
check_warm_up: false
replications: 2
network: {metros: {names: [los-angeles-us, denver-us, chicago-us]}}
workloads:
  - name: log
    kind: trace
    file: log.csv
KEYS
placements:
  - {name: region, origin: us-west-2}
  - {name: pops, extends: region, edge_caches: {sites: [pop-lax, pop-den], size: 10kB}}
`

// requests is a trace of a thousand seconds.
func requests() []byte {
	var b bytes.Buffer
	b.WriteString("when,what,bytes,metro,lat,lon,site\n")
	metros := []string{"los-angeles-us,34,-118.2,pop-lax", "denver-us,39.7,-105,us-west-2-den-1", "paris-fr,48.9,2.3,cloudflare/CDG"}
	for i := range 1000 {
		fmt.Fprintf(&b, "%d,/%d,%d,%s\n", 1_700_000_000+i, i*i%83, 100+i%7, metros[i*i%3])
	}
	return b.Bytes()
}

// loadTraced reads the scenario with these keys of its workload and this trace beside it.
func loadTraced(t *testing.T, keys string, log []byte) (*edgewise.Study, error) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "log.csv"), log, 0o644))
	file := filepath.Join(dir, "traced.yaml")
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(traced, "KEYS", keys, 1)), 0o644))
	return scenario.Load(file)
}

const columns = "    columns: {time: when, key: what, size: bytes"

// askedBy runs a placement and returns its result, and the requests by metro.
func askedBy(t *testing.T, s *edgewise.Study, placement, workers int) (*sim.Result, []uint64) {
	t.Helper()
	plans, err := sim.Compile(context.Background(), s.Scenario, s.Placements...)
	require.NoError(t, err)
	result, err := plans[placement].RunOn(context.Background(), 0, workers, nil)
	require.NoError(t, err)
	var asked []uint64
	for i := range result.Workloads[0].Metros {
		asked = append(asked, result.Workloads[0].Metros[i].Count(sim.Requests))
	}
	return result, asked
}

func TestATraceIsReplayedWithGeography(t *testing.T) {
	// The network has Los Angeles, Denver and Chicago, by users. A third of the requests are from Los Angeles, the
	// others from Denver: i*i mod 3 is 0 or 1. Paris never asks.
	for columnsOfPlaces, want := range map[string][]uint64{
		", metro: metro}": {334, 0, 666}, ", lat: lat, lon: lon}": {334, 0, 666}, ", site: site}": {334, 0, 666},
	} {
		s, err := loadTraced(t, columns+columnsOfPlaces, requests())
		require.NoError(t, err)
		_, asked := askedBy(t, s, 0, 1)
		require.Equal(t, want, asked, columnsOfPlaces)
	}
	s, err := loadTraced(t, columns+", metro: metro}\n    metros: [denver-us]", requests())
	require.NoError(t, err)
	_, asked := askedBy(t, s, 1, 1)
	require.Equal(t, []uint64{0, 0, 666}, asked)
	require.Contains(t, s.Sources, "trace log.csv: 1,000 requests for 42 objects over 16m39s, 334 requests from metros that do not take part left out, nobody asks in the last 3m21s of the run")
}

func TestPlacementsSeeTheSameTraceOnAnyNumberOfCores(t *testing.T) {
	s, err := loadTraced(t, columns+"}\n    speed_up: 2", requests())
	require.NoError(t, err)
	_, region := askedBy(t, s, 0, 1)
	one, pops := askedBy(t, s, 1, 1)
	require.Equal(t, region, pops)
	require.Equal(t, uint64(1000), pops[0]+pops[1]+pops[2])
	several, _ := askedBy(t, s, 1, 4)
	a, err := one.MarshalBinary()
	require.NoError(t, err)
	b, err := several.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, a, b)
	var decoded sim.Result
	require.NoError(t, decoded.UnmarshalBinary(a))
}

func TestATraceMayBeCompressedAndSampled(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(requests())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	s, err := loadTraced(t, columns+"}\n    sample_keys: 0.5\n    speed_up: 0.05\n    time_unit: 100ms\n    format: csv", packed.Bytes())
	require.NoError(t, err)
	demand := s.Workloads[0].Demand.(workload.Trace)
	require.Less(t, demand.Recording.Requests(), 800)
	require.Equal(t, 999*2*time.Second, demand.Length())
	require.Contains(t, s.Sources[len(s.Sources)-1], ", 0.5 of its keys, replayed 0.05 times as fast, cut where the run ends, after 20m0s")
}

func TestATraceWithoutSizesTakesThoseOfALaw(t *testing.T) {
	const log = "time,url\n1,a\n2,b\n3,a\n"
	s, err := loadTraced(t, "    sizes: {median: 2kB}", []byte(log))
	require.NoError(t, err)
	_, asked := askedBy(t, s, 0, 1)
	require.Equal(t, uint64(3), asked[0]+asked[1]+asked[2])
	_, err = loadTraced(t, "", []byte(log))
	require.ErrorContains(t, err, `the key "sizes" is missing, and the trace does not say how large objects are`)
	_, err = loadTraced(t, "    sizes: {ln_sd: 1}", []byte(log))
	require.ErrorContains(t, err, `workloads[0].sizes: the key "median" is missing`)
	_, err = loadTraced(t, "    sizes: {median: 2kB}\n"+columns+"}", requests())
	require.ErrorContains(t, err, "traced.yaml:10: workloads[0].sizes: stands beside a trace that says how large objects are")
}

func TestStudiesOfOtherTracesAreOtherStudies(t *testing.T) {
	fingerprint := func(keys string) string {
		s, err := loadTraced(t, keys, requests())
		require.NoError(t, err)
		s.Provenance = edgewise.Provenance{}
		f, err := s.Fingerprint()
		require.NoError(t, err)
		return f
	}
	one := fingerprint(columns + "}")
	require.Equal(t, one, fingerprint(columns+"}"))
	require.NotEqual(t, one, fingerprint(columns+"}\n    speed_up: 2"))
	require.NotEqual(t, one, fingerprint(columns+", metro: metro}"))
	require.NotEqual(t, one, fingerprint(columns+"}\n    sample_keys: 0.5"))
}

func TestWhatIsWrongWithATraceIsNamed(t *testing.T) {
	changed := func(old, new string) []byte { return bytes.Replace(requests(), []byte(old), []byte(new), 1) }
	tests := []struct {
		name, keys string
		log        []byte
		want       string
	}{
		{"a bad size", columns + "}", changed(",100,", ",x,"), `traced.yaml:9: workloads[0].file: trace: `},
		{"its line", columns + "}", changed(",101,", ",x,"), `log.csv: line 3: size is "x"`},
		{"an unknown metro", columns + ", metro: metro}", changed("denver-us", "atlantis"), `log.csv: line 3: metro is "atlantis"; it must be the id of a metro`},
		{"an unknown site", columns + ", site: site}", changed("pop-lax", "pop-xxx"), `log.csv: line 2: site is "pop-xxx"; it must be the id of a site`},
		{"a metro that is not a site", columns + ", site: metro}", requests(), `log.csv: line 2: metro is "los-angeles-us"; it must be the id of a site`},
		{"no such column", columns + ", metro: town}", requests(), `there is no column "town"`},
		{"half a place", columns + ", lat: lat}", requests(), `traced.yaml:10: workloads[0].columns: has metro "", lat "lat", lon "", site ""; want`},
		{"two places", columns + ", metro: metro, site: site}", requests(), `want a metro, or lat and lon, or a site`},
		{"no time", "    columns: {key: what, size: bytes}", requests(), "it does not say when requests came"},
		{"a day", columns + "}\n    day: flat", requests(), "traced.yaml:11: workloads[0].day: unknown key"},
		{"a rate", columns + "}\n    requests_per_second: 5", requests(), "workloads[0].requests_per_second: unknown key"},
		{"a preset", columns + "}\n    preset: web-static", requests(), `traced.yaml:11: workloads[0].preset: is "web-static"; want no such key: there are no presets of kind trace`},
		{"no speed", columns + "}\n    speed_up: 0", requests(), "traced.yaml:11: workloads[0].speed_up: is 0; want more than 0"},
		{"absurd speed", columns + "}\n    speed_up: 1e9", requests(), "traced.yaml:11: workloads[0].speed_up: is 1e+09; want 1e-06 to 1e+06"},
		{"no share", columns + "}\n    sample_keys: 2", requests(), "workloads[0].sample_keys: is 2; want more than 0, 1 at most"},
		{"no unit", columns + "}\n    time_unit: 0s", requests(), "workloads[0].time_unit: is 0s; want more than 0s"},
		{"nobody", columns + ", metro: metro}\n    metros: [chicago-us]", requests(), "none of the 1000 requests in the trace is from a metro that takes part"},
		{"another format", columns + "}\n    format: tis", requests(), "which has no such columns"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := loadTraced(t, tt.keys, tt.log)
			require.ErrorContains(t, err, tt.want)
		})
	}
	change := func(old, new string) error {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "log.csv"), requests(), 0o644))
		text := strings.Replace(traced, "KEYS", columns+"}", 1)
		require.Contains(t, text, old)
		file := filepath.Join(dir, "traced.yaml")
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(text, old, new, 1)), 0o644))
		_, err := scenario.Load(file)
		return err
	}
	require.ErrorContains(t, change("    file: log.csv\n", ""), `traced.yaml:7: workloads[0]: the key "file" is missing`)
	require.ErrorContains(t, change("log.csv", "lost.csv"), "lost.csv: no such file")
	require.ErrorContains(t, change("duration: 20m", "duration: 20m\nwarm_up: 17m"), "the trace ends 16m39s after the run begins, before anything is recorded after a warm-up of 17m0s")
	require.ErrorContains(t, change("size: 10kB", "size: 10kB, preload: steady"), "asks by a workload.Trace, which cannot say how popular each object is")
}

func TestTheWarmUpOfATraceIsChecked(t *testing.T) {
	s, err := loadTraced(t, columns+"}", requests())
	require.NoError(t, err)
	s.SkipWarmUpCheck, s.Duration = false, 16*time.Minute
	_, err = s.Run(context.Background())
	var refused *edgewise.WarmUpError
	require.ErrorAs(t, err, &refused)
	require.False(t, refused.CanPreload, "that is no remedy for a trace")
}

// cloudFront is the sample log of package trace: six requests and a DELETE, at Dallas and Frankfurt.
func cloudFront(t *testing.T) []byte {
	t.Helper()
	log, err := os.ReadFile("../workload/trace/testdata/cloudfront.log")
	require.NoError(t, err)
	return log
}

func TestAnAccessLogIsReplayed(t *testing.T) {
	study, err := loadTraced(t, "    columns: {site: x-edge-location}\n    rules: {writes: ignore}", cloudFront(t))
	require.NoError(t, err)
	demand := study.Workloads[0].Demand.(workload.Trace)
	require.Equal(t, 6, demand.Recording.Requests())
	require.Equal(t, 2, demand.Recording.Objects())
	require.True(t, demand.Recording.HasSizes())
	require.Equal(t, 12*time.Second, demand.Recording.Length())
	_, _, size := demand.Recording.Request(3)
	require.Equal(t, int64(1000), size, "a response of 206 asks for the whole object")
	clients := demand.Recording.Clients()
	require.Equal(t, "DFW53-C1", clients[0].Site)
	require.InDelta(t, 32.9, clients[0].Place.LatDeg, .5, "where pop-dfw is")
	require.Len(t, study.Warnings, 1)
	require.Contains(t, study.Warnings[0], "left out: ")
	require.Contains(t, study.Warnings[0], "1 of status 404")

	study, err = loadTraced(t, "    rules: {writes: ignore, key: [path], status: [200], object_size: recorded, header_bytes: 0B}", cloudFront(t))
	require.NoError(t, err)
	require.Equal(t, 4, study.Workloads[0].Demand.(workload.Trace).Recording.Requests())
}

func TestWritesOfALogPassByToTheOrigin(t *testing.T) {
	for _, rules := range []string{"", "    rules: {writes: pass}"} {
		study, err := loadTraced(t, rules, cloudFront(t))
		require.NoError(t, err)
		rec := study.Workloads[0].Demand.(workload.Trace).Recording
		require.Equal(t, 8, rec.Requests(), "six, a POST and a DELETE")
		require.Equal(t, 2, rec.Writes())
		require.True(t, study.Workloads[0].Writes())
		require.Contains(t, strings.Join(study.Sources, "\n"), "2 of them write or delete, and pass by caches to the origin")
	}
	study, err := loadTraced(t, "", []byte("time,key,size,op\n0,a,10,get\n1,a,20,set\n2,a,0,delete\n3,a,10,get\n4,b,0,purge\n"))
	require.NoError(t, err)
	rec := study.Workloads[0].Demand.(workload.Trace).Recording
	require.Equal(t, 4, rec.Requests())
	for i, want := range []struct {
		writes bool
		bytes  int64
	}{{false, 10}, {true, 1}, {true, 1}, {false, 10}} {
		_, object, bytes := rec.Request(i)
		require.Equal(t, want.bytes, bytes, i)
		require.Equal(t, want.writes, rec.IsWrite(i))
		require.Zero(t, object)
	}
	require.Contains(t, strings.Join(study.Warnings, "\n"), "1 of operation purge")
}

func TestATraceWithoutHeaderIsReplayed(t *testing.T) {
	study, err := loadTraced(t, `    header: [time, "-", key, size]`+"\n    separator: \"|\"", []byte("0|1|A|8371\n103|1|B|31\n159|1|A|8371\n"))
	require.NoError(t, err)
	require.Equal(t, 3, study.Workloads[0].Demand.(workload.Trace).Recording.Requests())
	require.Equal(t, 2, study.Workloads[0].Demand.(workload.Trace).Recording.Objects())
}

func TestWhatAStudyCannotDoWithALogIsRefused(t *testing.T) {
	for _, tt := range []struct{ keys, want string }{
		{"    rules: {writes: remove}", "is remove; want auto, pass or ignore: in a study what writes passes by all caches to the origin"},
		{"    rules: {writes: fill}", "is fill; want auto, pass or ignore"},
		{"    rules: {writes: sometimes}", `is "sometimes"; want one of auto, fill, remove, pass, ignore`},
		{"    rules: {key: [path, colour]}", "want some of host, path, query, method, each once"},
		{"    rules: {status: [20]}", "want a status from 100 to 999"},
		{"    rules: {object_size: small}", "want one of auto, largest, recorded"},
		{"    columns: {site: pop}", `there is no column "pop"; there are date, time, x-edge-location`},
		{"    columns: {op: x}", "the operation column is to be \"x\", but the format is w3c"},
		{"    separator: ab", `is "ab"; want one character, or tab`},
	} {
		_, err := loadTraced(t, tt.keys, cloudFront(t))
		require.ErrorContains(t, err, tt.want, tt.keys)
	}
}

// A flash crowd of a trace asks for what the trace does then, with its sizes; the page and the report say what that assumes.
func TestATraceHasFlashCrowds(t *testing.T) {
	const crowd = columns + "}\n    flashes: [{at: 400s, for: 200s, factor: 51, objects: [0]}]\n    origin_service: 1ms\n"
	s, err := loadTraced(t, crowd, requests())
	require.NoError(t, err)
	s.Timeline = &sim.Steps{Step: time.Minute}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Contains(t, strings.Join(c.Assumed, "\n"), "log: a flash crowd asks, at random, for what the trace asks for within 5 s, and from where")
	require.Equal(t, edgewise.FlashCrowd, c.Changes[0].Kind)
	calm, err := loadTraced(t, columns+"}\n    origin_service: 1ms\n", requests())
	require.NoError(t, err)
	calm.Timeline = s.Timeline
	before, err := calm.Run(context.Background())
	require.NoError(t, err)
	rate := func(c *edgewise.Comparison, step int) float64 {
		return c.Placements[1].Workloads[0].Timeline.Line("requests").Values[step].Value
	}
	for step := range 17 {
		if step < 6 || step >= 10 {
			require.Equal(t, rate(before, step), rate(c, step), "step %d", step)
		}
	}
	require.Greater(t, rate(c, 8), 1.5*rate(before, 8))
	_, err = loadTraced(t, columns+"}\n    flashes: [{at: 400s, for: 200s, factor: 51, objects: [83]}]\n", requests())
	require.ErrorContains(t, err, "workloads[0].flashes[0].objects[0]: is 83; want an object of the catalogue, 0 to")
}
