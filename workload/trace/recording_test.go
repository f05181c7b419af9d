package trace

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

// recorded reads a trace, which must be whole.
func recorded(t *testing.T, text string, options RecordingOptions) *Recording {
	t.Helper()
	r, err := ReadRecording(strings.NewReader(text), "t.csv", options)
	require.NoError(t, err)
	return r
}

// held says what a recording holds.
func held(r *Recording) (all []string) {
	for i := range r.Requests() {
		at, object, size := r.Request(i)
		line := fmt.Sprintf("%v %d %d", time.Duration(at), object, size)
		if len(r.Clients()) > 0 {
			line += fmt.Sprint(" ", r.ClientOf(i))
		}
		all = append(all, line)
	}
	return all
}

func TestARecordingIsInOrderOfTimeFromTheFirstRequestOn(t *testing.T) {
	r := recorded(t, "time,id,size\n107,a,10\n105,b,20\n107,b,25\n106,c,0\n107,a,10\n", RecordingOptions{})
	require.Equal(t, []string{"0s 1 20", "2s 0 10", "2s 1 25", "2s 0 10"}, held(r))
	require.Equal(t, 2*time.Second, r.Length())
	require.Equal(t, 2, r.Objects())
	require.Equal(t, int64(1), r.Empty())
	require.True(t, r.HasSizes())
	r = recorded(t, "ts,url\n3,a\n4,b\n3.5,a\n", RecordingOptions{})
	require.Equal(t, []string{"0s 0 1", "500ms 0 1", "1s 1 1"}, held(r))
	require.False(t, r.HasSizes())
}

func TestRequestsMayHavePlaces(t *testing.T) {
	const text = "time,id,lat,lon,m,s\n0,1,1.5,-170,rome,x\n1,1,2,3,oslo,y\n2,2,1.5,-170,rome,x\n"
	r := recorded(t, text, RecordingOptions{LatColumn: "lat", LonColumn: "lon"})
	require.Equal(t, []Client{{Place: topology.Place{LatDeg: 1.5, LonDeg: -170}}, {Place: topology.Place{LatDeg: 2, LonDeg: 3}}}, r.Clients())
	require.Equal(t, []string{"0s 0 1 0", "1s 0 1 1", "2s 1 1 0"}, held(r))

	r = recorded(t, text, RecordingOptions{MetroColumn: "m"})
	require.Equal(t, []Client{{Metro: "rome"}, {Metro: "oslo"}}, r.Clients())
	err := r.Resolve(func(id string) bool { return id == "rome" }, nil)
	require.EqualError(t, err, `trace: t.csv: line 3: m is "oslo"; it must be the id of a metro`)

	r = recorded(t, text, RecordingOptions{SiteColumn: "s"})
	require.True(t, r.HasUnresolvedSites())
	require.NoError(t, r.Resolve(nil, func(id string) (topology.Place, bool) { return topology.Place{LatDeg: float64(len(id))}, true }))
	require.False(t, r.HasUnresolvedSites())
	require.Equal(t, []Client{{Site: "x", Place: topology.Place{LatDeg: 1}}, {Site: "y", Place: topology.Place{LatDeg: 1}}}, r.Clients())
}

func TestASampleHoldsAllRequestsOfAKeyOrNone(t *testing.T) {
	var text strings.Builder
	text.WriteString("time,id\n")
	for i := range 30_000 {
		fmt.Fprintf(&text, "%d,%d\n", i, i%10_000)
	}
	small := recorded(t, text.String(), RecordingOptions{SampleKeys: 0.1})
	require.InDelta(t, 1000, small.Objects(), 120) // 4 standard deviations
	require.Equal(t, 3*small.Objects(), small.Requests())
	require.Equal(t, 29_999*time.Second, small.Length(), "of the whole trace")
	large := recorded(t, text.String(), RecordingOptions{SampleKeys: 0.2})
	times := make(map[int64]bool)
	for i := range large.Requests() {
		at, _, _ := large.Request(i)
		times[at] = true
	}
	for i := range small.Requests() {
		at, _, _ := small.Request(i)
		require.True(t, times[at], "what is in a sample is in every larger one")
	}
}

func TestARecordingIsToldFromAnotherByItsHash(t *testing.T) {
	hash := func(text string, options RecordingOptions) string {
		b, err := json.Marshal(recorded(t, text, options))
		require.NoError(t, err)
		require.Len(t, b, 66)
		return string(b)
	}
	const text = "time,id,size,m\n0,1,5,a\n1,2,5,b\n"
	one := hash(text, RecordingOptions{})
	require.Equal(t, one, hash(text, RecordingOptions{}))
	require.NotEqual(t, one, hash(strings.Replace(text, "5,b", "6,b", 1), RecordingOptions{}))
	require.NotEqual(t, one, hash(text, RecordingOptions{MetroColumn: "m"}))
	b, err := json.Marshal(new(Recording))
	require.NoError(t, err)
	require.Equal(t, `"no requests"`, string(b))
}

func TestWhatCannotBeReplayedIsRefused(t *testing.T) {
	places := RecordingOptions{LatColumn: "lat", LonColumn: "lon"}
	tests := []struct {
		name, text string
		options    RecordingOptions
		want       string
	}{
		{"no times", "id,size\n1,2\n", RecordingOptions{}, "trace: t.csv: it does not say when requests came"},
		{"only empty requests", "time,id,size\n1,2,0\n", RecordingOptions{}, "no requests to replay; 1 are of size 0"},
		{"a place beyond the pole", "time,id,lat,lon\n1,2,3,4\n1,2,91,4\n", places, `trace: t.csv: line 3: lat is "91"; it must be degrees, from -90 to 90`},
		{"no longitude", "time,id,lat,lon\n1,2,3,NaN\n", places, `line 2: lon is "NaN"; it must be degrees, from -180 to 180`},
		{"no metro", "time,id,m\n1,2,a\n1,2,\n", RecordingOptions{MetroColumn: "m"}, `line 3: m is ""; it must be an id`},
		{"a bad time", "time,id\n1,2\nx,2\n", RecordingOptions{}, `line 3: time is "x"`},
		{"times far apart", "time,id\n-9e9,2\n9e9,2\n", RecordingOptions{}, "spans more than 292 years"},
		{"one coordinate", "time,id\n", RecordingOptions{LatColumn: "lat"}, "LonColumn"},
		{"two kinds of places", "time,id\n", RecordingOptions{MetroColumn: "m", SiteColumn: "s"}, "MetroColumn, LatColumn, SiteColumn"},
		{"no such share", "time,id\n", RecordingOptions{SampleKeys: 1.5}, "SampleKeys is 1.5; want more than 0, 1 at most"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadRecording(strings.NewReader(tt.text), "t.csv", tt.options)
			require.ErrorContains(t, err, tt.want)
		})
	}
	_, err := readRecording(strings.NewReader("time,id\n1,2\n2,2\n3,2\n"), "t.csv", RecordingOptions{}, 2)
	require.ErrorContains(t, err, "request 3: a replay holds 2 requests at most; a sample of the keys helps")
}
