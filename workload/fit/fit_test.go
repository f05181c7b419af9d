package fit_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
	"github.com/edgewise-sim/edgewise/workload/fit"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// A known is a workload of which a trace is made.
type known struct {
	requests, objects int
	exponent, once    float64
	sizes, onceSizes  workload.Sizes
	// fresh is the share of the objects that another one takes the place of at half time.
	fresh float64
	// load is that of an hour; nil is the same all the time, a request a second.
	load func(hour int) int
}

// record makes a trace.
func (k known) record(t testing.TB) *trace.Recording {
	t.Helper()
	zipf, err := random.NewZipf(k.objects, k.exponent)
	require.NoError(t, err)
	s := random.NewKey(7, 0, random.Entity("known"), 1).Stream()
	sizes, once := k.sizes.Catalogue("a", 1, 0), k.onceSizes.Catalogue("b", 1, 0)
	var text bytes.Buffer
	text.WriteString("time,id,size\n")
	second := 0
	for i := range k.requests {
		if k.load == nil {
			second = i
		} else {
			second += k.load(second / 3600 % 24)
		}
		if s.Float64() < k.once {
			fmt.Fprintf(&text, "%d,o%d,%d\n", second, i, once.SizeBytes(uint32(i)))
			continue
		}
		object := zipf.Draw(&s)
		if i > k.requests/2 && float64((object*2654435761>>8)%1000)/1000 < k.fresh {
			object += uint32(k.objects)
		}
		fmt.Fprintf(&text, "%d,%d,%d\n", second, object, sizes.SizeBytes(object))
	}
	r, err := trace.ReadRecording(&text, "known.csv", trace.RecordingOptions{})
	require.NoError(t, err)
	return r
}

func lognormal(median, sd float64) workload.Sizes {
	return workload.Sizes{LnMean: math.Log(median), LnSD: sd}
}

// What a trace was made from is found again.
func TestAFitRecoversWhatATraceWasMadeFrom(t *testing.T) {
	for _, k := range []known{
		{requests: 150_000, objects: 10_000, exponent: 0.9, once: 0.12, sizes: lognormal(20_000, 1.2), onceSizes: lognormal(5_000, 0.5)},
		{requests: 200_000, objects: 60_000, exponent: 0.7, once: 0.3, sizes: lognormal(1_000, 2), onceSizes: lognormal(1_000, 2)},
		{requests: 100_000, objects: 3_000, exponent: 1.2, once: 0, sizes: lognormal(1e6, 0.3), onceSizes: lognormal(1e6, 0.3)},
	} {
		t.Run(fmt.Sprint(k.exponent), func(t *testing.T) {
			f, err := fit.Of(t.Context(), k.record(t), fit.Options{})
			require.NoError(t, err)
			t.Logf("exponent %.3f, %d objects, once %.4f, churn %.4f", f.ZipfExponent, f.Popularity.Objects, f.Once, f.Churn)
			require.InDelta(t, k.exponent, f.ZipfExponent, 0.03)
			require.InEpsilon(t, k.objects, f.Popularity.Objects, 0.08)
			require.InDelta(t, k.once, f.Once, 0.02)
			require.InDelta(t, 0, f.Churn, 0.005)
			require.InDelta(t, k.sizes.LnMean, f.Sizes.LnMean, 0.06)
			require.InDelta(t, k.sizes.LnSD, f.Sizes.LnSD, 0.06)
			require.Less(t, f.Sizes.Distance, 0.02)
			require.InDelta(t, 0, f.SizeByRank, 3.5/math.Sqrt(float64(k.objects)))
			worst, _ := f.WorstMiss(fit.OfZipf)
			require.Less(t, worst, 0.02, "LRU caches miss as of the trace")
			worst, _ = f.WorstMiss(fit.OfRanks)
			require.Less(t, worst, 0.03)
			for _, m := range []workload.Mixture{f.Zipf(), f.ByRank()} {
				require.NoError(t, m.Validate())
			}
		})
	}
}

// A trace of a workload whose objects live for a time gives that time, and the popularity behind it: a law without churn would have many more
// objects.
func TestAFitRecoversChurn(t *testing.T) {
	for _, lives := range []time.Duration{90 * time.Hour, 20 * time.Hour} { // the trace lasts 33.3
		perDay := 24 / lives.Hours()
		m := workload.Mixture{RequestsPerSecond: 0.5, Churn: perDay, Classes: []workload.Class{{Requests: 1, Objects: 4000, ZipfExponent: 0.8, Sizes: lognormal(1000, 1)}}}
		renewal, sizes := m.RenewalOf("site", 5, 0), m.SizesOf("site", 5, 0)
		zipf, err := random.NewZipf(4000, 0.8)
		require.NoError(t, err)
		s := random.NewKey(8, 0, random.Entity("churning"), 1).Stream()
		var text bytes.Buffer
		text.WriteString("time,id,size\n")
		for second := range 60_000 {
			object := renewal.Object(zipf.Draw(&s), int64(second)*int64(2*time.Second))
			fmt.Fprintf(&text, "%d,%d,%d\n", 2*second, object, sizes.SizeBytes(object))
		}
		r, err := trace.ReadRecording(&text, "churning.csv", trace.RecordingOptions{})
		require.NoError(t, err)
		f, err := fit.Of(t.Context(), r, fit.Options{})
		require.NoError(t, err)
		t.Logf("churn %.3f a day (made with %.3f), exponent %.3f, %d objects, once %.4f", f.PerDay, perDay, f.ZipfExponent, f.Popularity.Objects, f.Once)
		require.InEpsilon(t, perDay, f.PerDay, 0.1)
		require.InDelta(t, 0.8, f.ZipfExponent, 0.04)
		require.InEpsilon(t, 4000, f.Popularity.Objects, 0.12)
		require.Less(t, f.Once, 0.02)
		worst, _ := f.WorstMiss(fit.OfZipf)
		require.Less(t, worst, 0.02, "LRU caches miss as of the trace")
		require.InEpsilon(t, f.PerDay, f.Zipf().Churn, 0.01)
		require.NoError(t, f.ByRank().Validate())
	}
}

func TestAFitSaysWhereTheTraceIsNoFixedLaw(t *testing.T) {
	// A fifth of the objects are others in the second half.
	f, err := fit.Of(t.Context(), known{requests: 100_000, objects: 5_000, exponent: 0.8, fresh: 0.2, sizes: lognormal(1000, 1), onceSizes: lognormal(1000, 1)}.record(t), fit.Options{})
	require.NoError(t, err)
	require.InDelta(t, 0.2, f.Churn, 0.04)
}

func TestAFitKnowsTheDay(t *testing.T) {
	// Between two requests lie 10 s by night, 2 s by day: five times the load.
	k := known{requests: 60_000, objects: 1000, exponent: 0.8, sizes: lognormal(1000, 1), onceSizes: lognormal(1000, 1), load: func(hour int) int {
		if hour < 8 {
			return 10
		}
		return 2
	}}
	f, err := fit.Of(t.Context(), k.record(t), fit.Options{})
	require.NoError(t, err)
	require.True(t, f.HasDay)
	require.InDelta(t, 5, f.Day[12]/f.Day[3], 0.1)
	// In a zone two hours ahead the night ends two hours later.
	f, err = fit.Of(t.Context(), k.record(t), fit.Options{Begins: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	require.InDelta(t, 5, f.Day[12]/f.Day[9], 0.1)
	require.InDelta(t, 1, f.Day[12]/f.Day[1], 0.05)
}

func TestATraceThatSaysTooLittleIsRefused(t *testing.T) {
	r, err := trace.ReadRecording(bytes.NewReader([]byte("time,id,size\n0,a,1\n1,b,1\n2,a,1\n")), "t.csv", trace.RecordingOptions{})
	require.NoError(t, err)
	_, err = fit.Of(t.Context(), r, fit.Options{})
	require.ErrorContains(t, err, "fewer than ten objects are asked for more than once; want a longer trace")
}

// web07 is the trace of a web server in cache/testdata: its counts are known, and its requests are not independent.
func TestAFitOfARealTraceSaysHowFarItIsOff(t *testing.T) {
	f, err := fit.Of(t.Context(), realTrace(t), fit.Options{})
	require.NoError(t, err)
	require.Equal(t, 76_118, f.Requests)
	require.Equal(t, 20_484, f.Objects)
	t.Logf("churn %.4f, %.3f a day over %v, exponent %.3f, %d objects, once %.3f", f.Churn, f.PerDay, f.Length, f.ZipfExponent, f.Popularity.Objects, f.Once)
	require.InDelta(t, 0.85, f.ZipfExponent, 0.05)
	require.InDelta(t, 11_066, f.Frequencies[0].Expected, 150, "objects asked for once")
	require.InDelta(t, 4_153, f.Frequencies[1].Expected, 150, "twice")
	for _, of := range []func(fit.Miss) fit.Ratios{fit.OfZipf, fit.OfRanks} {
		// What was asked for is asked for again soon: small caches miss less than under independent requests.
		small, large := f.Misses[0], f.Misses[len(f.Misses)-1]
		require.Greater(t, of(small).Requests, small.Trace.Requests+0.1)
		require.InDelta(t, large.Trace.Requests, of(large).Requests, 0.01)
		worst, mean := f.WorstMiss(of)
		require.InDelta(t, 0.19, worst, 0.03)
		require.Less(t, mean, 0.13)
	}
}

func realTrace(t testing.TB) *trace.Recording {
	reader, err := trace.Open("../../cache/testdata/web07.oracleGeneral.bin.zst", trace.Options{})
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	data := readFile(t, "../../cache/testdata/web07.oracleGeneral.bin.zst")
	r, err := trace.ReadRecording(bytes.NewReader(data), "web07.oracleGeneral.bin.zst", trace.RecordingOptions{})
	require.NoError(t, err)
	return r
}

func readFile(t testing.TB, name string) []byte {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return data
}
