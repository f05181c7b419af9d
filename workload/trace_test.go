package workload_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// recorded reads a trace in CSV.
func recorded(t *testing.T, text string, options trace.RecordingOptions) *trace.Recording {
	t.Helper()
	r, err := trace.ReadRecording(strings.NewReader(text), "t.csv", options)
	require.NoError(t, err)
	return r
}

// europe is three metros; nobody in Oslo takes part.
var europe = []workload.Audience{
	{Metro: "rome", Place: topology.Place{LatDeg: 41.9, LonDeg: 12.5}, Users: 3},
	{Metro: "oslo", Place: topology.Place{LatDeg: 59.9, LonDeg: 10.8}},
	{Metro: "bonn", Place: topology.Place{LatDeg: 50.7, LonDeg: 7.1}, Users: 1},
}

// asked lists what each metro asks for, "instant object bytes", drawn so many at a time.
func asked(t *testing.T, demand workload.Trace, replication uint64, atATime int) map[string][]string {
	t.Helper()
	w := workload.Workload{Head: workload.Head{Name: "t"}, Demand: demand, Service: workload.Cacheable{}}
	open, err := w.Open(europe, time.Time{}, 1, replication)
	require.NoError(t, err)
	all := make(map[string][]string)
	for i, a := range europe {
		source, b := open(i), w.NewBatch(atATime)
		for n := source.Draw(math.MaxInt64, &b); n > 0; n = source.Draw(math.MaxInt64, &b) {
			for k := range n {
				line := fmt.Sprint(time.Duration(b.At[k]), " ", b.Object[k])
				if b.Bytes != nil {
					line += fmt.Sprint(" ", b.Bytes[k])
				}
				all[a.Metro] = append(all[a.Metro], line)
			}
		}
		require.NoError(t, source.(interface{ Err() error }).Err())
	}
	return all
}

func TestRequestsComeFromWhereTheTraceSays(t *testing.T) {
	const text = "time,id,size,m,lat,lon,s\n" +
		"5,x,10,rome,40,14,near-bonn\n" + // Naples
		"6,y,20,bonn,48.9,2.3,near-rome\n" + // Paris
		"7,x,11,oslo,59,18,near-oslo\n" + // Stockholm
		"9,y,20,rome,45.5,9.2,near-rome\n" // Milan
	first, second, fourth := "0s 0 10", "1s 1 20", "4s 1 20"

	byMetro := workload.Trace{Recording: recorded(t, text, trace.RecordingOptions{MetroColumn: "m"})}
	require.Equal(t, map[string][]string{"rome": {first, fourth}, "bonn": {second}}, asked(t, byMetro, 0, 3))
	reach, err := byMetro.ReachOf(europe)
	require.NoError(t, err)
	require.Equal(t, workload.Reach{Requests: 3, LeftOut: 1}, reach)

	byPlace := workload.Trace{Recording: recorded(t, text, trace.RecordingOptions{LatColumn: "lat", LonColumn: "lon"})}
	require.Equal(t, map[string][]string{"rome": {first, fourth}, "bonn": {second}}, asked(t, byPlace, 0, 1))
	reach, err = byPlace.ReachOf(europe)
	require.NoError(t, err)
	require.InDelta(t, 477, reach.FarthestKm, 10, "from Rome to Milan")

	rec := recorded(t, text, trace.RecordingOptions{SiteColumn: "s"})
	bySite := workload.Trace{Recording: rec}
	require.ErrorContains(t, bySite.Validate(), "Recording is of sites without places")
	require.NoError(t, rec.Resolve(nil, func(id string) (topology.Place, bool) {
		for _, a := range europe {
			if id == "near-"+a.Metro {
				return a.Place, true
			}
		}
		return topology.Place{}, false
	}))
	require.Equal(t, map[string][]string{"rome": {second, fourth}, "bonn": {first}}, asked(t, bySite, 0, 1))
}

func TestATraceWithoutPlacesIsSharedByUsers(t *testing.T) {
	var text strings.Builder
	text.WriteString("time,id\n")
	for i := range 8000 {
		fmt.Fprintf(&text, "%d,%d\n", i, i)
	}
	demand := workload.Trace{Recording: recorded(t, text.String(), trace.RecordingOptions{})}
	all := asked(t, demand, 0, 64)
	require.Empty(t, all["oslo"])
	require.Equal(t, 8000, len(all["rome"])+len(all["bonn"]))
	require.InDelta(t, 6000, len(all["rome"]), 155) // 4 standard deviations
	require.Equal(t, all, asked(t, demand, 0, 7), "however many are drawn at a time")
	require.NotEqual(t, all, asked(t, demand, 1, 64), "each replication draws its own")
}

func TestATraceIsReplayedFaster(t *testing.T) {
	rec := recorded(t, "time,id,size\n5,x,10\n6,y,20\n15,x,10\n", trace.RecordingOptions{})
	demand := workload.Trace{Recording: rec, SpeedUp: 4}
	all := asked(t, demand, 0, 64)
	require.ElementsMatch(t, []string{"0s 0 10", "250ms 1 20", "2.5s 0 10"}, append(all["rome"], all["bonn"]...))
	require.Equal(t, 2500*time.Millisecond, demand.Length())
	require.InDelta(t, 1.2, demand.PerSecond(), 1e-12)
	demand.SpeedUp = -1
	require.ErrorContains(t, demand.Validate(), "SpeedUp is -1; want 1e-06 to 1e+06")
	require.ErrorContains(t, workload.Trace{}.Validate(), "Recording is nil")
}

func TestATraceMustComeFromSomebody(t *testing.T) {
	far := workload.Trace{Recording: recorded(t, "time,id,m\n5,x,oslo\n", trace.RecordingOptions{MetroColumn: "m"})}
	_, err := far.ReachOf(europe)
	require.ErrorContains(t, err, "none of the 1 requests in the trace is from a metro that takes part")
	placed := workload.Trace{Recording: recorded(t, "time,id,lat,lon\n5,x,1,1\n", trace.RecordingOptions{LatColumn: "lat", LonColumn: "lon"})}
	_, err = placed.ReachOf([]workload.Audience{city("a", 1), city("b", 1)})
	require.ErrorContains(t, err, "all 2 metros are at {0 0}")
}
