package main

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

// twoZones is an API of two sites of which each takes over from the other, a site behind a cache and one without, and a game.
const twoZones = `title: Two zones
duration: 10s
network: {metros: {names: [los-angeles-us, phoenix-us]}}
workloads:
  - {name: api, preset: api-dynamic, requests_per_second: 300, service: {mean: 10ms}, day: flat, data: {probability: 0, calls: 0}}
  - {name: site, preset: web-static, requests_per_second: 10, day: flat}
placements:
  - {name: zones, origin: us-west-2, compute: {sites: [us-west-2-lax-1, us-west-2-phx-2], servers: {count: 8}}}
  - {name: cached, extends: zones, edge_caches: {sites: pop-lax, size: 1MiB}}
`

func TestCapacityPrintsWhatErlangAsksFor(t *testing.T) {
	file := scenarioFile(t, twoZones)
	code, out, errs := run(t, t.Context(), "capacity", file, "--format", "json")
	require.Zero(t, code, errs)
	var found capacity
	require.NoError(t, json.Unmarshal([]byte(out), &found))
	require.Equal(t, .999, found.Served)
	byName := make(map[string]*neededServers)
	for i := range found.Servers {
		of := &found.Servers[i]
		byName[of.Placement+" "+of.Site+" "+of.Servers] = of
	}
	require.Len(t, byName, 6)
	lax, phx := byName["zones us-west-2-lax-1 compute"], byName["zones us-west-2-phx-2 compute"]
	require.Equal(t, 8, *lax.Have)
	require.InDelta(t, 3, *lax.Offered+*phx.Offered, 1e-9, "300 a second that take 10 ms each")
	require.InDelta(t, *lax.Offered/8, *lax.Utilisation, 1e-12)
	require.Equal(t, "api", lax.Workloads[0].Workload)
	require.Equal(t, "us-west-2-phx-2", lax.Lost)
	require.InDelta(t, 3, *lax.LostOffered, 1e-9)
	require.LessOrEqual(t, stats.ErlangC(*lax.LostNeeded, 3), .001, "all wait")
	require.Greater(t, stats.ErlangC(*lax.LostNeeded-1, 3), .001)
	require.Less(t, *lax.Needed, *lax.LostNeeded)
	require.Equal(t, *lax.ErlangC, *lax.Needed)
	require.Less(t, *lax.ErlangB, *lax.ErlangC)
	require.Zero(t, *lax.Rejected)

	alone, behind := byName["zones us-west-2 site"], byName["cached us-west-2 site"]
	require.NotNil(t, alone.Needed)
	require.Nil(t, alone.Have, "there are always enough")
	require.Nil(t, alone.Rejected)
	require.Nil(t, behind.Needed, "only a run tells what caches fetch")

	require.Len(t, found.Loads, 4)
	require.InDelta(t, *lax.Utilisation, found.Loads[0].Utilisation, 1e-9, "the day is flat")

	code, out, errs = run(t, t.Context(), "capacity", file, "--placement", "zones", "--served", "0.9", "--format", "csv")
	require.Zero(t, code, errs)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	require.Equal(t, []string{"needed", "erlang_b", "erlang_c"}, rows[0][9:12])

	code, out, errs = run(t, t.Context(), "capacity", file)
	require.Zero(t, code, errs)
	require.Contains(t, out, "99.9 % of the requests")
	require.Contains(t, out, "not known")
	require.Contains(t, out, "cached, site at us-west-2: site is behind caches: a sample tells what they fetch (--sample 5m)")
	require.Equal(t, "site is behind caches: a sample tells what they fetch (--sample 5m)", behind.Unknown)
	require.Empty(t, alone.Unknown)
	require.Contains(t, out, "8.0 servers")
	for line := range strings.Lines(out) {
		require.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), 120)
	}
}

func TestCapacitySaysWhatIsPassedOn(t *testing.T) {
	file := scenarioFile(t, strings.Replace(twoZones, "{sites: [us-west-2-lax-1, us-west-2-phx-2], servers: {count: 8}}",
		"[{sites: us-west-2-lax-1, servers: {count: 2, queue: 0, spill: [us-west-2-phx-2]}}, {sites: us-west-2-phx-2, servers: {count: 8}}]", 1))
	code, out, errs := run(t, t.Context(), "capacity", file, "--placement", "zones", "--format", "json")
	require.Zero(t, code, errs)
	var found capacity
	require.NoError(t, json.Unmarshal([]byte(out), &found))
	lax, phx := &found.Servers[0], &found.Servers[1]
	// Erlang B of a on two servers is a²/2 of 1 + a + a²/2.
	a := *lax.Offered
	require.InDelta(t, a*a*a/2/(1+a+a*a/2), *lax.Spilled, 1e-9)
	require.InDelta(t, *lax.Spilled, *phx.TakenIn, 1e-9)
	require.Zero(t, *lax.TakenIn)
	require.InDelta(t, 3, *lax.Offered+*phx.Offered-*lax.Spilled, 1e-9, "300 a second that take 10 ms each, and some twice")
	code, out, errs = run(t, t.Context(), "capacity", file, "--placement", "zones")
	require.Zero(t, code, errs)
	require.Contains(t, out, "zones, compute at us-west-2-lax-1: has no room for "+percents(*lax.Spilled/a)+" % of the work of its own users, "+amountOfWork(*lax.Spilled)+" servers' worth, and passes it on (Erlang's fixed point)")
	require.Contains(t, out, "zones, compute at us-west-2-phx-2: of the "+tenths(*phx.Offered)+" busy ones "+amountOfWork(*lax.Spilled)+" are for what others pass on")

	// What is little is not said to be nothing: with 9 servers about 0.1 % of a load of 2.
	file = scenarioFile(t, strings.Replace(twoZones, "{sites: [us-west-2-lax-1, us-west-2-phx-2], servers: {count: 8}}",
		"[{sites: us-west-2-lax-1, servers: {count: 8, queue: 2, spill: [us-west-2-phx-2]}}, {sites: us-west-2-phx-2, servers: {count: 8}}]", 1))
	code, out, errs = run(t, t.Context(), "capacity", file, "--placement", "zones")
	require.Zero(t, code, errs)
	require.Regexp(t, `has no room for 0\.\d*[1-9] % of the work of its own users, 0\.\d*[1-9] servers' worth`, out)
	require.NotContains(t, out, " 0.0 ")
}

// What nobody can know before a run is said not to be in it, and a site that serves before another opens is not said to be idle.
func TestCapacitySaysWhatIsNotInIt(t *testing.T) {
	text := strings.Replace(twoZones, "day: flat, data:", "day: flat, patience: {timeout: 1s, retries: 1, at: next}, data:", 1)
	text = strings.Replace(text, "us-west-2-phx-2], servers: {count: 8}}", "us-west-2-phx-2, us-east-1], servers: {count: 8}}", 1)
	file := scenarioFile(t, text)
	code, out, errs := run(t, t.Context(), "capacity", file, "--placement", "zones", "--format", "json")
	require.Zero(t, code, errs)
	var found capacity
	require.NoError(t, json.Unmarshal([]byte(out), &found))
	require.Equal(t, []string{"api"}, found.WithoutRetries)
	for _, of := range found.Servers {
		if of.Site == "us-east-1" {
			require.Zero(t, *of.Offered, "all but retries go to the zones")
		}
		if of.Servers == "compute" {
			require.Equal(t, []string{"api"}, of.WithoutRetries, of.Site)
		} else {
			require.Empty(t, of.WithoutRetries)
		}
	}
	code, out, errs = run(t, t.Context(), "capacity", file, "--placement", "zones")
	require.Zero(t, code, errs)
	require.Contains(t, out, "zones, compute at us-east-1: without what clients of api ask again (retries), of which a run tells")
	require.Contains(t, out, "\n  without what clients of api ask again (retries), of which a run tells\n")

	opens := scenarioFile(t, strings.Replace(twoZones, "[us-west-2-lax-1, us-west-2-phx-2], servers: {count: 8}}", "[us-west-2-lax-1, us-west-2-phx-2], servers: {count: 8}}, openings: [{site: us-west-2-phx-2, at: 4s}]", 1))
	code, out, errs = run(t, t.Context(), "capacity", opens, "--placement", "zones", "--format", "json")
	require.Zero(t, code, errs)
	require.NoError(t, json.Unmarshal([]byte(out), &found))
	lax, phx := &found.Servers[0], &found.Servers[1]
	require.InDelta(t, 3, *lax.Offered, 1e-9, "all of it before the other opens")
	require.Equal(t, 4000., lax.UntilMs)
	require.Positive(t, *phx.Offered)
	require.Zero(t, phx.UntilMs)
	code, out, errs = run(t, t.Context(), "capacity", opens, "--placement", "zones")
	require.Zero(t, code, errs)
	require.Contains(t, out, "zones, compute at us-west-2-lax-1: so much is asked of them until sites open or close, 4s after the run began")
	require.NotContains(t, out, "retries")
}

func TestASampleTellsTheLoadOfOriginsBehindCaches(t *testing.T) {
	file := scenarioFile(t, strings.Replace(twoZones, "requests_per_second: 10,", "requests_per_second: 100,", 1))
	code, out, errs := run(t, t.Context(), "capacity", file, "--placement", "cached", "--sample", "20s")
	require.Zero(t, code, errs)
	require.NotContains(t, out, "not known")
	require.Regexp(t, `cached, site at us-west-2: as [\d,]+ requests to the origin have it, of a run of 20s around the peak of the day, without crowds`, out)
	code, out, errs = run(t, t.Context(), "capacity", file, "--sample", "1ms")
	require.Equal(t, exitUsage, code)
	require.Empty(t, out)
	require.Contains(t, errs, "--sample is 1ms; want 1s to 24h")
}

func TestFiguresOfCapacityKeepWhatIsSmall(t *testing.T) {
	for x, want := range map[float64]string{0: "0.0", 1e-9: "<0.0001", .00012: "0.00012", .0456: "0.046", .1: "0.10", .97: "0.97", 1.04: "1.0", 123.45: "123.5"} {
		require.Equal(t, want, amountOfWork(x))
	}
	for x, want := range map[float64]string{0: "0", 1e-9: "<0.0001", 1.23e-6: "0.00012", .00456: "0.46", .0234929: "2.3", .5: "50", 1: "100"} {
		require.Equal(t, want, smallPercents(x))
	}
}

func TestCapacityOfGamesIsThatOfTheirSeats(t *testing.T) {
	file := scenarioFile(t, `title: Games
duration: 10s
network: {metros: {names: [los-angeles-us]}}
workloads: [{name: shooter, preset: competitive-fps, concurrent_players: 100}]
placements: [{name: region, compute: {sites: us-west-2, servers: 3}}]
`)
	code, out, errs := run(t, t.Context(), "capacity", file)
	require.Zero(t, code, errs)
	require.Contains(t, out, "games alone")
	require.Contains(t, out, "seats")
}

func TestCapacityRefusesWhatItDoesNotKnow(t *testing.T) {
	file := scenarioFile(t, twoZones)
	for _, c := range []struct {
		want string
		args []string
	}{
		{"--served is 1; want a share above 0 and below 1", []string{file, "--served", "1"}},
		{"--served is NaN", []string{file, "--served", "nan"}},
		{`"zone"`, []string{file, "--placement", "zone"}},
		{"no such file", []string{file + "x"}},
	} {
		code, out, errs := run(t, t.Context(), append([]string{"capacity"}, c.args...)...)
		require.Equal(t, exitUsage, code)
		require.Empty(t, out)
		require.Contains(t, errs, c.want)
	}
}

// The link of a metro is asked for 20 x 4 MB a second at the peak of the day, 640 Mbit/s, and for four times that in a flash crowd.
func TestCapacityHasLinksAtThePeak(t *testing.T) {
	const launch = `title: A launch
duration: 60m
network:
  metros: {names: [denver-us]}
  links: [{from: x-denver-us, to: town-denver-us, mbit_per_second: 2000, sharing: ps}]
workloads:
  - name: launch
    kind: static
    peak_requests_per_second: 20
    objects: 200
    zipf_exponent: 0
    sizes: {median: 4MB, ln_sd: 0, max: 4MB}
    day: {peak_to_trough: 2.5}
placements: [{name: region, origin: us-west-2}]
`
	for text, peak := range map[string]float64{launch: .32, strings.NewReplacer("peak_", "", "{peak_to_trough: 2.5}", "flat\n    flashes: [{at: 20m, rise: 1m, for: 10m, factor: 4}]").Replace(launch): 1.28} {
		code, out, errs := run(t, t.Context(), "capacity", scenarioFile(t, text), "--format", "json")
		require.Zero(t, code, errs)
		var found capacity
		require.NoError(t, json.Unmarshal([]byte(out), &found))
		require.Len(t, found.Loads, 1)
		require.InEpsilon(t, peak, found.Loads[0].PeakUtilisation, .01)
		require.InEpsilon(t, 2e9*peak, found.Loads[0].AtPeak, .01)
		require.Less(t, found.Loads[0].Utilisation, .9*peak)
		code, out, errs = run(t, t.Context(), "capacity", scenarioFile(t, text))
		require.Zero(t, code, errs)
		require.Contains(t, out, "PEAK %")
	}
}
