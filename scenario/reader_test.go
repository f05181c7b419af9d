package scenario_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A clock is a demand of one's own: a request a metro, again and again after a while.
type clock struct {
	Every    time.Duration
	Objects  int
	OnlyOdd  bool
	Weights  []float64
	By       map[string]uint8
	Nested   struct{ Depth float32 }
	Since    time.Time
	Note     string `yaml:"remark"`
	Optional *int
	Ignored  func()
	Tree     tree
	Lists    lists
	Pointers pointers
	Mappings map[string][]mappings
	hidden   int
}

// Types that hold nothing but themselves.
type (
	lists    []lists
	pointers *pointers
	mappings map[string]mappings
)

// A tree may be as deep as a file says.
type tree struct{ Branches []tree }

func (c clock) Validate() error {
	if c.Every <= 0 {
		return fmt.Errorf("a request every %v; want more than 0s", c.Every)
	}
	return nil
}

func (c clock) Catalogue() int { return c.Objects }

func (c clock) Open(audiences []workload.Audience, _ workload.Env) (func(int) workload.Source, error) {
	return func(i int) workload.Source {
		t := &ticks{clock: c}
		if audiences[i].Users == 0 {
			t.at = math.MaxInt64 - int64(c.Every) // never
		}
		return t
	}, nil
}

type ticks struct {
	clock
	at int64
}

func (c *ticks) Draw(to int64, b *workload.Batch) int {
	for n := range b.Len() {
		c.at += int64(c.Every)
		b.At[n] = c.at
		if b.Object != nil {
			b.Object[n] = uint32(c.at / int64(c.Every) % int64(c.Objects))
		}
		if b.Stay != nil {
			b.Stay[n] = int64(time.Minute)
		}
		if c.at >= to {
			return n + 1
		}
	}
	return b.Len()
}

// Concurrent lets a matched service answer.
func (c clock) Concurrent() float64 { return 2 * float64(time.Minute) / float64(c.Every) }

// farthest is a rule of one's own.
type farthest struct{ Beyond time.Duration }

func (f farthest) Validate(placement.Placement, *topology.Network) error {
	if f.Beyond < 0 {
		return errors.New("it is too near")
	}
	return nil
}

func (f farthest) Shares(v placement.View) []placement.Share {
	best := v.NearestByRTT()
	for i, s := range v.Sites {
		if !s.Away && s.RTT > max(f.Beyond, v.Sites[best].RTT) {
			best = i
		}
	}
	return []placement.Share{{Site: best, UpTo: placement.Everybody}}
}

// newest evicts what came last.
type newest struct{ slots []uint32 }

func (n *newest) Inserted(slot uint32) { n.slots = append(n.slots, slot) }
func (n *newest) Hit(uint32)           {}
func (n *newest) Victim() uint32       { return n.slots[len(n.slots)-1] }
func (n *newest) Removed(slot uint32)  { n.slots = n.slots[:len(n.slots)-1] }

type nothing struct{}

func (nothing) Asked(uint64, int64, bool)      {}
func (nothing) Admit(uint64, int64, bool) bool { return false }
func (nothing) Evicted(uint64)                 {}

// own is a reader with a part of each kind.
func own() scenario.Reader {
	return scenario.Reader{
		Policies:   map[string]func(cache.Slots) cache.Policy{"newest": func(cache.Slots) cache.Policy { return new(newest) }},
		Admissions: map[string]func(cache.Limits) cache.Admission{"nothing": func(cache.Limits) cache.Admission { return nothing{} }},
		Routings: map[string]scenario.Part[placement.Routing]{
			"farthest": scenario.Like[placement.Routing](farthest{}),
			"farther": func(p scenario.Parameters) (placement.Routing, error) {
				var f struct{ Ms float64 }
				if err := p.Decode(&f); err != nil {
					return nil, err
				}
				if f.Ms < 0 {
					return nil, p.Errorf("ms", "is %v; want 0 or more", f.Ms)
				}
				return farthest{time.Duration(f.Ms * 1e6)}, nil
			},
			"broken": func(scenario.Parameters) (placement.Routing, error) { return nil, errors.New("no map at hand") },
		},
		Demands: map[string]scenario.Part[workload.Demand]{"clock": scenario.Like[workload.Demand](clock{Objects: 7, hidden: 1})},
		Corrections: map[string]func(scenario.Parameters, topology.Correction) (topology.Correction, error){
			"later": func(p scenario.Parameters, of topology.Correction) (topology.Correction, error) {
				var by struct{ Extra time.Duration }
				err := p.Decode(&by)
				return later{of, by.Extra}, err
			},
		},
		Measures: map[string]edgewise.Measure{"joined": {
			Label: edgewise.Label{Metric: "own", Statistic: "joined", Unit: "share"},
			Of: edgewise.ShareOf(func(t *edgewise.Tallies) stats.Ratio {
				return stats.Ratio{Numerator: t.Outcomes[sim.DelayedHit], Denominator: t.Count(sim.Requests)}
			}),
		}},
		Outputs: []edgewise.Output{{Name: "names.txt", Write: func(w io.Writer, c *edgewise.Comparison) error {
			_, err := fmt.Fprintln(w, c.Title)
			return err
		}}},
	}
}

const withOwn = `title: Own
duration: 1m
check_warm_up: false
replications: 1
network: {metros: {names: [los-angeles-us, denver-us]}, correction: {later: {extra: 20ms}}}
measures: [joined]
outputs: [names.txt]
workloads:
  - name: bots
    kind: clock
    served: cacheable
    metros: denver-us
    every: 250ms
    only_odd: true
    weights: [1, 2.5]
    by: {a: 1, b: 255}
    nested: {depth: 3}
    since: 2026-03-02T00:00:00Z
    remark: mine
    optional: 4
    sizes: {median: 20KB}
    origin_service: 5ms
    client: {handshake: quic}
    deadlines: [50ms]
  - {name: jobs, kind: clock, served: computed, every: 1s, response_size: 4KiB, service: 2ms}
placements:
  - name: region
    origin: us-west-2
    compute: us-west-2
  - name: edge
    extends: region
    edge_caches: {sites: [pop-lax, pop-den], size: 64MiB, policy: newest, admission: nothing}
    routing: farthest
  - {name: from 30 ms, extends: edge, routing: {farther: {ms: 30}}}
`

func TestAReaderGivesOwnPartsByName(t *testing.T) {
	s, err := own().Parse("own.yaml", []byte(withOwn))
	require.NoError(t, err)
	four := 4
	require.Equal(t, clock{
		Every: 250 * time.Millisecond, Objects: 7, OnlyOdd: true, Weights: []float64{1, 2.5}, By: map[string]uint8{"a": 1, "b": 255},
		Nested: struct{ Depth float32 }{3}, Since: time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC), Note: "mine", Optional: &four, hidden: 1,
	}, s.Workloads[0].Demand, "the file's word in place of the prototype's")
	require.Equal(t, "bots", s.Workloads[0].Name)
	require.Equal(t, []string{"denver-us"}, s.Workloads[0].Metros)
	require.Equal(t, 5*time.Millisecond, s.Workloads[0].Service.(workload.Cacheable).Origin.Mean)
	require.Equal(t, 2*time.Millisecond, s.Workloads[1].Service.(workload.Computed).Work.Mean)
	require.Equal(t, farthest{}, s.Placements[1].Routing)
	require.Equal(t, farthest{30 * time.Millisecond}, s.Placements[2].Routing)
	require.Equal(t, 20*time.Millisecond, s.Network.Correction().(later).extra)
	require.Len(t, s.OwnParts(), 7)
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, "names.txt", c.Outputs[0].Name)
	joined, err := c.Placement("edge").Workload("bots").Figure("own", "joined")
	require.NoError(t, err)
	require.Zero(t, joined.Value)
	hits, err := c.Placement("edge").Workload("bots").Figure("cache", "request hit ratio")
	require.NoError(t, err)
	require.Zero(t, hits.Value, "nothing is admitted")
	requests, err := c.Placement("region").Workload("bots").Figure("requests", "count")
	require.NoError(t, err)
	require.InDelta(t, 240, requests.Value, 1)
	near, err := c.Placement("edge").Workload("bots").Metric("ttfb").Mean()
	require.NoError(t, err)
	require.Positive(t, near.Difference.Value, "the farther PoP, and then the region")
}

func TestOwnPartsMayPlayToo(t *testing.T) {
	text := strings.NewReplacer("served: computed", "served: matched", "response_size: 4KiB, service: 2ms", "match_players: 2, match_length: 30s, tick_hz: 20").Replace(withOwn)
	s, err := own().Parse("own.yaml", []byte(text))
	require.NoError(t, err)
	require.Equal(t, 20.0, s.Workloads[1].Service.(workload.Matched).TickHz)
}

func TestMistakesInOwnPartsAreNamedByTheirLines(t *testing.T) {
	for _, test := range []struct{ from, to, want string }{
		{"every: 250ms", "every: 250", `own.yaml:13: workloads[0].every: is "250"; want a time with its unit`},
		{"every: 250ms", "evry: 250ms", "own.yaml:13: workloads[0].evry: unknown key; want one of every, objects, only_odd, weights, by, nested, since, remark, optional, tree, kind,"},
		{"every: 250ms", "every: -1s", `own.yaml:9: workloads[0]: workload "bots": a request every -1s; want more than 0s`},
		{"every: 250ms", "hidden: 1", "workloads[0].hidden: unknown key"},
		{"every: 250ms", "ignored: 1", "workloads[0].ignored: unknown key"},
		{"every: 250ms", "tree: {branches: [{branches: []}, &leaf {}, *leaf]}\n    every: -1s", "a request every -1s"},
		{"every: 250ms", "tree: {branches: &all [{}, {branches: *all}]}", "own.yaml:13: is no YAML: line 13: &all contains itself"},
		{"every: 250ms", "lists: []", "workloads[0].lists: unknown key"},
		{"every: 250ms", "pointers: 1", "workloads[0].pointers: unknown key"},
		{"every: 250ms", "mappings: {}", "workloads[0].mappings: unknown key"},
		{"every: 250ms", "note: 1", "workloads[0].note: unknown key"},
		{"by: {a: 1, b: 255}", "by: {a: 1, b: 256}", "own.yaml:16: workloads[0].by.b: is 256; want less than 2^8"},
		{"weights: [1, 2.5]", "weights: [1, x]", `own.yaml:15: workloads[0].weights[1]: is "x"; want a number`},
		{"since: 2026-03-02T00:00:00Z", "since: today", `own.yaml:18: workloads[0].since: is "today"; `},
		{"nested: {depth: 3}", "nested: {depth: -1e300}", "own.yaml:17: workloads[0].nested.depth: is -1e+300; want a number of 32 bits"},
		{"nested: {depth: 3}", "nested: {width: 3}", "own.yaml:17: workloads[0].nested.width: unknown key; want one of depth"},
		{"served: cacheable", "served: static", `own.yaml:11: workloads[0].served: is "static"; want cacheable, computed or matched`},
		{"    served: cacheable\n", "", `own.yaml:9: workloads[0]: the key "served" is missing; want cacheable, computed or matched`},
		{"    sizes: {median: 20KB}\n", "", `the key "sizes" is missing`},
		{"response_size: 4KiB, ", "", `the key "response_size" is missing`},
		{"origin_service: 5ms", "service: 5ms", "own.yaml:22: workloads[0].service: unknown key"},
		{"kind: clock\n", "kind: clocks\n", `own.yaml:10: workloads[0].kind: is "clocks"; want static, dynamic, gaming`},
		{"kind: clock\n", "preset: web-static\n    kind: clock\n", `own.yaml:10: workloads[0].preset: is "web-static"; want no such key: there are no presets of kind clock`},
		{"metros: denver-us", "metros: nowhere", "own.yaml:12: workloads[0].metros: is nowhere; want metros that the network has"},
		{"policy: newest", "policy: oldest", "placements[1].edge_caches.policy: is oldest; want one of lru, "},
		{"policy: newest", "policy: oldest", "random, newest"},
		{"policy: newest", "policy: newest:n=2", "placements[1].edge_caches.policy: is newest:n=2; want no parameters: newest takes none"},
		{"admission: nothing", "admission: all", "placements[1].edge_caches.admission: is all; want one of always, "},
		{"routing: farthest", "routing: near", `own.yaml:33: placements[1].routing: is "near"; want one of nearest-rtt, nearest-distance, anycast, weighted, pinned, broken, farther, farthest`},
		{"routing: farthest", "routing: broken", "own.yaml:33: placements[1].routing: no map at hand"},
		{"routing: farthest", "routing: {farthest: {beyond: -1s}}", "Routing: it is too near"},
		{"{farther: {ms: 30}}", "{farther: {ms: -30}}", "own.yaml:34: placements[2].routing.farther.ms: is -30; want 0 or more"},
		{"{later: {extra: 20ms}}", "sooner", `own.yaml:5: network.correction: is "sooner"; want one of later`},
		{"{later: {extra: 20ms}}", "{later: {less: 20ms}}", "own.yaml:5: network.correction.later.less: unknown key; want one of extra"},
		{"{later: {extra: 20ms}}", "{later: {}, sooner: {}}", "own.yaml:5: network.correction: names 2 parts; want one"},
		{"measures: [joined]", "measures: [left]", `own.yaml:6: measures[0]: is "left"; want one of joined`},
		{"measures: [joined]", "measures: [joined, joined]", `own.yaml:6: measures[1].statistic: is joined; want a name that no other figure of "own" has`},
		{"outputs: [names.txt]", "outputs: [name.txt]", `own.yaml:7: outputs[0]: is "name.txt"; want one of names.txt`},
	} {
		require.Contains(t, withOwn, test.from)
		_, err := own().Parse("own.yaml", []byte(strings.Replace(withOwn, test.from, test.to, 1)))
		require.ErrorContains(t, err, test.want, test.to)
	}
	_, err := scenario.Parse("own.yaml", []byte(withOwn))
	require.ErrorContains(t, err, `own.yaml:5: network.correction: is "later"; want no such key, for this program has no own ones`)
	require.ErrorContains(t, err, `own.yaml:10: workloads[0].kind: is "clock"; want static, dynamic`)
}

// weighed knows how large its objects are.
type weighed struct{ clock }

func (weighed) RecordsSizes() bool { return true }

func (w weighed) Open(audiences []workload.Audience, env workload.Env) (func(int) workload.Source, error) {
	open, err := w.clock.Open(audiences, env)
	return func(i int) workload.Source { return weighedTicks{open(i)} }, err
}

type weighedTicks struct{ workload.Source }

func (t weighedTicks) Draw(to int64, b *workload.Batch) int {
	n := t.Source.Draw(to, b)
	for i := range n {
		b.Bytes[i] = 1000
	}
	return n
}

func TestAnOwnDemandWithSizesNeedsNone(t *testing.T) {
	r := own()
	r.Demands["weighed"] = scenario.Like[workload.Demand](weighed{clock{Objects: 7}})
	const sizes = "    sizes: {median: 20KB}\n"
	text := strings.Replace(withOwn, "kind: clock\n", "kind: weighed\n", 1)
	_, err := r.Parse("own.yaml", []byte(text))
	require.ErrorContains(t, err, "own.yaml:21: workloads[0].sizes: is {")
	require.ErrorContains(t, err, "want none: the demand, a scenario_test.weighed, says how large objects are")
	s, err := r.Parse("own.yaml", []byte(strings.Replace(text, sizes, "", 1)))
	require.NoError(t, err)
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	bytes, err := c.Placement("region").Workload("bots").Figure("bytes", "delivered")
	require.NoError(t, err)
	requests, err := c.Placement("region").Workload("bots").Figure("requests", "count")
	require.NoError(t, err)
	require.Equal(t, 1000*requests.Value, bytes.Value)
}

func TestReadersWithPartsThatNobodyCanNameAreRefused(t *testing.T) {
	for want, change := range map[string]func(*scenario.Reader){
		`Policies[lru] is "lru"; want a name that is not among lru, fifo`:      func(r *scenario.Reader) { r.Policies["lru"] = r.Policies["newest"] },
		`Policies[belady] is "belady"; want a name that is not among`:          func(r *scenario.Reader) { r.Policies["belady"] = r.Policies["newest"] },
		`Policies[a:b] is "a:b"; want a name without colons`:                   func(r *scenario.Reader) { r.Policies["a:b"] = r.Policies["newest"] },
		`Policies[mine] is nil; want a function`:                               func(r *scenario.Reader) { r.Policies["mine"] = nil },
		`Admissions[always] is "always"; want a name that is not among always`: func(r *scenario.Reader) { r.Admissions["always"] = r.Admissions["nothing"] },
		`Routings[anycast] is "anycast"; want a name that is not among`:        func(r *scenario.Reader) { r.Routings["anycast"] = r.Routings["broken"] },
		`Demands[static] is "static"; want a name that is not among static, `:  func(r *scenario.Reader) { r.Demands["static"] = r.Demands["clock"] },
		`Corrections[] is ""; want a name`:                                     func(r *scenario.Reader) { r.Corrections[""] = r.Corrections["later"] },
		`Measures[a b] is "a b"; want a name`:                                  func(r *scenario.Reader) { r.Measures["a b"] = r.Measures["joined"] },
		`Outputs[0].Name is "a/b"; want the name of a file`:                    func(r *scenario.Reader) { r.Outputs[0].Name = "a/b" },
	} {
		r := own()
		change(&r)
		require.ErrorContains(t, r.Validate(), "scenario: Reader: "+want)
		_, err := r.Parse("own.yaml", []byte(withOwn))
		require.ErrorContains(t, err, want)
	}
	require.NoError(t, own().Validate())
}

// named has the parameter of every workload.
type named struct {
	clock
	Name string
}

func TestPartsThatCannotBeDecodedAreRefused(t *testing.T) {
	for want, part := range map[string]scenario.Part[workload.Demand]{
		`its parameter "name" has the name of another key`: scenario.Like[workload.Demand](named{}),
		"want a pointer to a struct":                       func(p scenario.Parameters) (workload.Demand, error) { return nil, p.Decode(clock{}) },
		"want it once": func(p scenario.Parameters) (workload.Demand, error) {
			var c clock
			return c, errors.Join(p.Decode(&c), p.Decode(&c))
		},
		"is like nil": scenario.Like[workload.Demand](nil),
	} {
		r := own()
		r.Demands["clock"] = part
		_, err := r.Parse("own.yaml", []byte(withOwn))
		require.ErrorContains(t, err, want)
	}
	r := own()
	r.Demands["clock"] = scenario.Like[workload.Demand](&clock{Objects: 3})
	s, err := r.Parse("own.yaml", []byte(withOwn))
	require.NoError(t, err)
	require.Equal(t, 250*time.Millisecond, s.Workloads[0].Demand.(*clock).Every)
	require.Equal(t, time.Second, s.Workloads[1].Demand.(*clock).Every, "each its own")
}
