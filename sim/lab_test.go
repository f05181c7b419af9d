package sim

import (
	"context"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// timed is a demand of given requests.
type timed struct {
	at     []time.Duration
	object []uint32
}

func (timed) Validate() error { return nil }
func (timed) Catalogue() int  { return 20 }

func (d timed) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(int) workload.Source { return &timedSource{timed: d} }, nil
}

type timedSource struct {
	timed
	drawn int
}

func (s *timedSource) Draw(to int64, b *workload.Batch) int {
	for n := range b.Len() {
		if s.drawn == len(s.at) {
			return n
		}
		b.At[n] = int64(s.at[s.drawn])
		if b.Object != nil { // not where answers are computed
			b.Object[n] = s.object[s.drawn]
		}
		s.drawn++
		if b.At[n] >= to {
			return n + 1
		}
	}
	return b.Len()
}

// labRow is a row of testdata/freshness.csv or testdata/lab.csv.
type labRow struct {
	name, cache, origin, requests, outcomes string
	asked, confirmed                        uint64
}

// labTable returns the rows of a table that the lab has written, the names of its columns first.
func labTable(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	require.NoError(t, err)
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	require.NoError(t, err)
	return rows
}

func labRows(t *testing.T, name string) (rows []labRow) {
	t.Helper()
	for _, cells := range labTable(t, name)[1:] {
		asked, err := strconv.ParseUint(cells[5], 10, 64)
		require.NoError(t, err)
		confirmed, err := strconv.ParseUint(cells[6], 10, 64)
		require.NoError(t, err)
		rows = append(rows, labRow{cells[0], cells[1], cells[2], cells[3], cells[4], asked, confirmed})
	}
	return rows
}

// scenario is what a row was measured in: one cache before one origin, on one machine.
func (r *labRow) scenario(t *testing.T) (Scenario, placement.Placement) {
	t.Helper()
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region},
	}, append(append(both("metro", "pop", topology.Internet, .001), both("metro", "region", topology.Internet, .01)...), both("pop", "region", topology.Backbone, .001)...))
	require.NoError(t, err)
	seconds := func(text string) time.Duration {
		x, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		return time.Duration(math.Round(x * 1e9))
	}
	control, delay := freshness.Control{}, time.Duration(0)
	s := Scenario{Network: n, Duration: 70 * time.Second, Seed: 1}
	for _, part := range strings.Split(strings.ReplaceAll(r.origin, "cc=", ""), ", ") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "max-age":
			control.MaxAge = freshness.For(seconds(value))
		case "s-maxage":
			control.SharedMaxAge = freshness.For(seconds(value))
		case "stale-while-revalidate":
			control.StaleWhileRevalidate = freshness.For(seconds(value))
		case "stale-if-error":
			control.StaleIfError = freshness.For(seconds(value))
		case "no-cache":
			control.NoCache = true
		case "private", "no-store":
			control.NoStore = true
		case "etag":
			control.Validator = true
		case "age":
			control.Age = seconds(value)
		case "lastmod":
			control.LastModified, control.Validator = seconds(value), true
		case "status":
			status, err := strconv.Atoi(value)
			require.NoError(t, err)
			control.Status = status
		case "delay":
			delay = seconds(value)
		case "change":
			control.Changes = freshness.Changes{Mean: seconds(value), Regular: true}
		case "down":
			from, until, isWindow := strings.Cut(value, "-")
			switch {
			case isWindow:
				s.OriginErrors = []OriginErrors{{Site: "region", At: seconds(from), For: seconds(until) - seconds(from)}}
			case strings.HasSuffix(r.origin, "503)]"):
				s.OriginErrors = []OriginErrors{{Site: "region", At: 3 * time.Second, For: 17 * time.Second}}
			default: // connections are reset at once
				s.Failures = []Failure{{Site: "region", At: 3 * time.Second, For: 17 * time.Second, Timeout: time.Nanosecond}}
			}
		case "20", "503)]", "'reset')]", "vary", "size":
		default:
			t.Fatalf("%s: unknown %q", r.name, part)
		}
	}
	service := workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1000, MaxBytes: 1000}, Origin: workload.ServiceTime{Mean: delay}}
	demand := timed{}
	for i, at := range strings.Fields(r.requests) {
		at, language, _ := strings.Cut(at, ":")
		if strings.Fields(r.outcomes)[i] == "P" {
			s.Purges = append(s.Purges, Purge{At: seconds(at)})
			continue
		}
		demand.at = append(demand.at, seconds(at))
		demand.object = append(demand.object, uint32(max(slices.Index([]string{"en", "de", "fr"}, language), 0))) // a variant each
	}
	s.Workloads = []workload.Workload{{Head: workload.Head{Name: "lab"}, Demand: demand, Service: service.Controlled(control)}}
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open).Named("lab")
	p.Tiers[0].Freshness = &freshness.Rules{Profile: r.cache}
	return s, p
}

// letter says how a request ended in the words of the lab.
func (r *labRow) letter(s *Sighting) string {
	// Errors of a server are failures: 503 where the origin is broken for a while.
	status, failure := "", "503"
	if _, after, ok := strings.Cut(r.origin, "status="); ok {
		if status, _, _ = strings.Cut(after, ","); status >= "500" {
			status, failure = "", status
		}
	}
	switch s.Outcome {
	case Failed:
		switch {
		case s.Reason == CachedError:
			return "N" + failure
		case s.Reason == NextTierDown && strings.HasPrefix(r.cache, "nginx"):
			return "E502"
		}
		return "E" + failure
	case NegativeHit:
		return "N" + status
	}
	return map[Outcome]string{Hit: "H", DelayedHit: "D", Miss: "M", Revalidated: "R", Stale: "S"}[s.Outcome] + status
}

// Real caches and the simulator, in the profile of each, end every request in the same way, and ask the origin as often.
func TestFreshnessIsThatOfRealCaches(t *testing.T) {
	held := 0
	for _, row := range append(labRows(t, "freshness.csv"), labRows(t, "lab.csv")...) {
		if row.name == "mix1" {
			continue
		}
		t.Run(row.name+"/"+row.cache, func(t *testing.T) {
			s, p := row.scenario(t)
			plans, err := Compile(context.Background(), s, p)
			require.NoError(t, err)
			at := s.Workloads[0].Demand.(timed).at
			got := make([]string, len(at))
			result, err := plans[0].Watch(context.Background(), 0, func(s *Sighting) {
				got[slices.Index(at, time.Duration(s.At))] = row.letter(s)
			})
			require.NoError(t, err)
			// A stale answer that is an error is one from the cache like any other; what a client gets of a range is no outcome.
			want := strings.ReplaceAll(row.outcomes, "NS", "N")
			want = strings.ReplaceAll(want, "206", "")
			want = strings.ReplaceAll(want, " P ", " ")
			require.Equal(t, want, strings.Join(got, " "))
			if row.name != "sierefuse" { // connections that are reset are tried again, which are requests and no fetches
				require.Equal(t, row.asked, result.Workloads[0].Count(OriginRequests), "requests to the origin")
				require.Equal(t, row.confirmed, result.Workloads[0].Count(OriginConfirmed), "requests that were answered by 304")
			}
		})
		held++
	}
	require.Equal(t, 102+108, held)
}

// The counts of half a minute of random requests lie where 40 such half minutes of the simulator do: within 3.5 standard deviations of
// its mean.
func TestRandomRequestsEndAsAtRealCaches(t *testing.T) {
	for _, row := range labRows(t, "freshness.csv") {
		if row.name != "mix1" {
			continue
		}
		want := map[string]float64{"origin": float64(row.asked), "304": float64(row.confirmed)}
		for _, part := range strings.Split(row.outcomes, ", ") {
			name, count, _ := strings.Cut(part, " ")
			n, err := strconv.Atoi(count)
			require.NoError(t, err)
			want[name] = float64(n)
		}
		sum, squares := make(map[string]float64), make(map[string]float64)
		const runs = 40
		for run := range runs {
			one := row
			one.requests, one.outcomes = "", ""
			s, p := one.scenario(t)
			rng := rand.New(rand.NewPCG(uint64(run), 7))
			d := timed{}
			for at := 32.0; len(d.at) == 0 || d.at[len(d.at)-1] < 62*time.Second; {
				at += rng.ExpFloat64() / 12
				d.at = append(d.at, time.Duration(at*1e9))
				d.object = append(d.object, uint32(20*math.Pow(rng.Float64(), 2.5)))
			}
			d.at, d.object = d.at[:len(d.at)-1], d.object[:len(d.object)-1]
			s.Workloads[0].Demand = d
			r := runOf(t, s, p)
			total, err := r.Workloads[0].Total()
			require.NoError(t, err)
			got := map[string]float64{"origin": float64(total.Count(OriginRequests)), "304": float64(total.Count(OriginConfirmed))}
			for o, n := range total.Outcomes {
				got[Outcome(o).String()] = float64(n)
			}
			scale := 350 / float64(total.Count(Requests)) // as many as there were
			for name := range want {
				sum[name] += got[name] * scale
				squares[name] += got[name] * got[name] * scale * scale
			}
		}
		for name, measured := range want {
			mean := sum[name] / runs
			sd := math.Sqrt(max(squares[name]/runs-mean*mean, 1))
			t.Logf("%s %s: measured %v, simulated %.1f ± %.1f", row.cache, name, measured, mean, sd)
			require.InDelta(t, mean, measured, 3.5*sd, "%s: %s", row.cache, name)
		}
	}
}
