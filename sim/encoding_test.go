package sim

import (
	"context"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/stats"
)

// smallResult is a result with a game, a site and an API, of which some requests fail.
func smallResult(t testing.TB) *Result {
	t.Helper()
	s, p := busyScenario(t)
	p.Sites[2].Workloads = []string{"api-dynamic"} // so that players go to the region
	p.Sites[1].Servers, p.Sites[1].Elastic = 1, true
	p.Sites[2].Servers, p.Sites[2].Pools = 0, []placement.Pool{{Servers: 3, Queue: placement.AtMost(1), Spill: placement.Spill{Rule: placement.SpillToNearest}}}
	r, err := Run(context.Background(), Job{Scenario: s, Placement: p, Replication: 2})
	require.NoError(t, err)
	return r
}

func TestResultsAreTheSameAfterAJourney(t *testing.T) {
	r := smallResult(t)
	r.Workloads[0].Sites[0].Counters[AwayUs] = 7 // no site opens
	data, err := r.MarshalBinary()
	require.NoError(t, err)
	var back Result
	require.NoError(t, back.UnmarshalBinary(data))
	pack(reflect.ValueOf(r).Elem()) // as what was read is
	require.Equal(t, r, &back)
	var sites SiteTally
	for w := range back.Workloads {
		for n := range back.Workloads[w].Sites {
			site := &back.Workloads[w].Sites[n]
			add(sites.Counters[:], site.Counters[:])
			sites.PeakPlayers = max(sites.PeakPlayers, site.PeakPlayers)
			sites.PeakBusyUs = max(sites.PeakBusyUs, site.PeakBusyUs)
		}
	}
	require.NotZero(t, sites.PeakPlayers)
	require.NotZero(t, sites.PeakBusyUs)
	for c := range NumSiteCounters {
		require.NotZero(t, sites.Count(c), c.String())
	}
	again, err := back.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, data, again)
	for n := range data {
		require.Error(t, new(Result).UnmarshalBinary(data[:n]), "cut to %d bytes", n)
	}
}

// pack packs all sketches below a value.
func pack(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[stats.Sketch]():
		v.Set(reflect.ValueOf(v.Addr().Interface().(*stats.Sketch).Packed()).Elem())
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				pack(v.Field(i))
			}
		}
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
		for i := range v.Len() {
			pack(v.Index(i))
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		pack(v.Elem())
	}
}

func TestWhatTakesLittleDataTakesLittleMemory(t *testing.T) {
	const many = 1 << 16
	tally := encodedTally{Metrics: []encodedMetric{{Name: "ttfb"}, {Name: "ttlb"}}}
	for name, test := range map[string]struct {
		want   string
		result encodedResult
	}{
		"sites": {"workload \"w\": 65536 sites; want the 1 of the result", encodedResult{
			Sites: []string{"a"}, Workloads: []encodedWorkload{{Sites: make([]encodedSite, many)}},
		}},
		"sites of the result": {`site 0 is ""; want an id that no other site has`, encodedResult{
			Sites: make([]string, many), Workloads: []encodedWorkload{{Sites: make([]encodedSite, many)}},
		}},
		"a site twice": {`site 1 is "a"; want an id`, encodedResult{Sites: []string{"a", "a"}}},
		"site without a tally": {"site 0: no tally", encodedResult{
			Sites: []string{"a"}, Workloads: []encodedWorkload{{Sites: make([]encodedSite, 1)}},
		}},
		"tiers": {"65536 tiers; want 0", encodedResult{Workloads: []encodedWorkload{{Tiers: make([]map[string]uint64, many)}}}},
		"tiers of a site": {"site 0: 65536 tiers; want 0", encodedResult{
			Sites: []string{"a"}, Workloads: []encodedWorkload{{Sites: []encodedSite{{Tally: &tally, Tiers: make([]map[string]uint64, many)}}}},
		}},
		"metros":     {"metro 0: 0 metrics; want 2", encodedResult{Workloads: []encodedWorkload{{Metros: make([]encodedTally, many)}}}},
		"empty ones": {`workload "w": metro 0: metric "ttfb"`, encodedResult{Workloads: []encodedWorkload{{Metros: []encodedTally{tally}}}}},
		"workloads":  {"kind", encodedResult{Workloads: make([]encodedWorkload, many)}},
	} {
		e := test.result
		e.Version = resultVersion
		if name != "workloads" {
			e.Workloads = slices.Clone(e.Workloads)
			for i := range e.Workloads {
				e.Workloads[i].Name, e.Workloads[i].Kind = "w", Cacheable.String()
			}
		}
		data, err := cbor.Marshal(short(t, &e))
		require.NoError(t, err)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err = new(Result).UnmarshalBinary(data)
		runtime.ReadMemStats(&after)
		require.ErrorContains(t, err, test.want, name)
		if len(data) > many {
			require.Less(t, float64(after.TotalAlloc-before.TotalAlloc)/float64(len(data)), 250., name)
		}
	}
}

// short returns a result with what is zero left out, wherever it is: the least that stands for it in data.
func short(t *testing.T, e *encodedResult) any {
	t.Helper()
	data, err := cbor.Marshal(e)
	require.NoError(t, err)
	var all any
	require.NoError(t, cbor.Unmarshal(data, &all))
	return withoutZeros(all)
}

func withoutZeros(v any) any {
	switch v := v.(type) {
	case map[any]any:
		for key, value := range v {
			value = withoutZeros(value)
			m, isMap := value.(map[any]any)
			if value == nil || value == uint64(0) || value == "" || isMap && len(m) == 0 && key != "tally" {
				delete(v, key)
			} else {
				v[key] = value
			}
		}
	case []any:
		for i := range v {
			if v[i] = withoutZeros(v[i]); v[i] == nil {
				v[i] = map[any]any{}
			}
		}
	}
	return v
}

func FuzzResultDecoding(f *testing.F) {
	data, err := smallResult(f).MarshalBinary()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte{})
	f.Add([]byte{0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		var r Result
		if r.UnmarshalBinary(data) != nil {
			require.Zero(t, r)
			return
		}
		// What can be read can be written, and merged with itself.
		again, err := r.MarshalBinary()
		require.NoError(t, err)
		var same Result
		require.NoError(t, same.UnmarshalBinary(again))
		require.NoError(t, r.Merge(&same))
	})
}
