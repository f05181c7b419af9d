package workload_test

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/workload"
)

// A measured row is what testdata/akamai.csv says of a preset's class of traffic; that file names its source.
type measured struct {
	preset                                       string
	capacity, requests, bytes, mean, top1, top10 float64
}

func readMeasured(t testing.TB) (all []measured) {
	f, err := os.Open("testdata/akamai.csv")
	require.NoError(t, err)
	defer f.Close()
	in := csv.NewReader(f)
	in.Comment = '#'
	rows, err := in.ReadAll()
	require.NoError(t, err)
	for _, row := range rows[1:] {
		m := measured{preset: row[0]}
		for i, to := range []*float64{&m.capacity, &m.requests, &m.bytes, &m.mean, &m.top1, &m.top10} {
			*to, err = strconv.ParseFloat(row[2+i], 64)
			require.NoError(t, err)
		}
		all = append(all, m)
	}
	return all
}

// A stock is the catalogue of a preset as theory sees it.
type stock struct {
	objects []theory.Object
	once    theory.Object
	mean    float64 // bytes of a request
}

func stockOf(t testing.TB, preset string, seed uint64) (s stock) {
	w, err := workload.Preset(preset)
	require.NoError(t, err)
	m := w.Demand.(workload.Mixture)
	shares, err := m.Popularity()
	require.NoError(t, err)
	sizes := w.SizesOf(seed, 0)
	for k, share := range shares {
		bytes := float64(sizes.SizeBytes(uint32(k)))
		s.objects = append(s.objects, theory.Object{Rate: share, Size: bytes})
		s.mean += share * bytes
	}
	const sample = 200_000
	for k := range uint32(sample) {
		s.once.Size += float64(sizes.SizeBytes(uint32(len(shares))+k)) / sample
	}
	s.once.Rate = m.AskedOnce()
	s.mean += s.once.Rate * s.once.Size
	return s
}

func (s *stock) lru(t testing.TB, capacity float64) theory.Cache {
	c, err := theory.LRUWithOnce(s.objects, s.once, capacity)
	require.NoError(t, err)
	return c
}

func TestPresetsMeetTheHitRatiosOfTheirSource(t *testing.T) {
	const within = 0.03 // points
	stocks := make(map[string]stock)
	for _, m := range readMeasured(t) {
		s, ok := stocks[m.preset]
		if !ok {
			s = stockOf(t, m.preset, 1)
			stocks[m.preset] = s
			require.InEpsilon(t, m.mean, s.mean, 0.2, "%s: mean object requested", m.preset)
		}
		if m.capacity != 0 {
			c := s.lru(t, m.capacity)
			t.Logf("%-10s %6.1f GB: requests %.3f, measured %.3f; bytes %.4f, measured %.4f", m.preset, m.capacity/1e9, c.RequestHitRatio, m.requests, c.ByteHitRatio, m.bytes)
			require.InDelta(t, m.requests, c.RequestHitRatio, within, "%s, %g bytes", m.preset, m.capacity)
			require.InDelta(t, m.bytes, c.ByteHitRatio, within, "%s, %g bytes", m.preset, m.capacity)
			continue
		}
		// However large the cache is, it does not hit more often than the measured one could; at 100 GB nearly as often.
		require.InDelta(t, m.requests, 1-s.once.Rate, within)
		require.InDelta(t, m.bytes, 1-s.once.Rate*s.once.Size/s.mean, within)
		if m.preset == "downloads" {
			continue // whose finite caches were measured
		}
		for _, capacity := range []float64{1e8, 1e9, 1e10, 1e11} {
			c := s.lru(t, capacity)
			t.Logf("%-10s %6.1f GB: requests %.3f, at most %.3f; bytes %.4f, at most %.4f", m.preset, capacity/1e9, c.RequestHitRatio, m.requests, c.ByteHitRatio, m.bytes)
			require.LessOrEqual(t, c.RequestHitRatio, m.requests+0.01, "%s, %g bytes", m.preset, capacity)
			require.LessOrEqual(t, c.ByteHitRatio, m.bytes+0.015, "%s, %g bytes", m.preset, capacity)
			if capacity == 1e11 {
				require.InDelta(t, m.requests, c.RequestHitRatio, within, m.preset)
				require.InDelta(t, m.bytes, c.ByteHitRatio, within, m.preset)
			}
		}
	}
	require.Len(t, stocks, 3)
}

func TestPresetsAreAsConcentratedAsTheirSource(t *testing.T) {
	// How many objects there are besides those that are asked for once depends on how many requests are looked at: 8.06
	// million of downloads. Of the others the source does not say it; the numbers are assumed with those of the objects.
	window := map[string]float64{"downloads": 8.06e6, "images": 4e6, "web-static": 2e6}
	for _, m := range readMeasured(t) {
		if m.capacity != 0 {
			continue
		}
		s := stockOf(t, m.preset, 1)
		seen := s.once.Rate * window[m.preset]
		shares := make([]float64, len(s.objects))
		for k, o := range s.objects {
			shares[k] = o.Rate
			seen -= math.Expm1(-o.Rate * window[m.preset])
		}
		slices.Sort(shares)
		slices.Reverse(shares)
		top := func(part float64) (sum float64) {
			for _, share := range shares[:min(int(part*seen), len(shares))] {
				sum += share
			}
			return sum
		}
		require.InDelta(t, m.top1, top(0.01), 0.03, m.preset)
		require.InDelta(t, m.top10, top(0.1), 0.03, m.preset)
	}
}

func TestPresetsAreNoLotteryBySeed(t *testing.T) {
	for _, preset := range []string{"downloads", "images", "web-static"} {
		first := stockOf(t, preset, 1)
		for seed := range uint64(4) {
			other := stockOf(t, preset, seed+2)
			require.Equal(t, first.objects, other.objects, "%s: sizes are the same with every seed", preset)
			require.InEpsilon(t, first.mean, other.mean, 0.02, preset)
		}
	}
}

func TestSizesOfAClassAreSpreadOverTheirLawAmongFewNeighbours(t *testing.T) {
	law := workload.Sizes{LnMean: math.Log(10_000), LnSD: 1.5}
	m := workload.Mixture{RequestsPerSecond: 1, Classes: []workload.Class{
		{Requests: 1, Objects: 7, Sizes: workload.Sizes{LnMean: 3}}, {Requests: 1, Objects: 10_000, ZipfExponent: 1, Sizes: law},
	}}
	require.NoError(t, m.Validate())
	sizes := m.SizesOf("site", 1, 0)
	require.Equal(t, int64(20), sizes.SizeBytes(6))
	require.InDelta(t, 10_000, sizes.SizeBytes(7), 1, "the most popular has the median")
	for first := uint32(7); first < 9000; first += 97 {
		small := 0
		for k := range uint32(20) {
			if sizes.SizeBytes(first+k) < 10_000 {
				small++
			}
		}
		require.InDelta(t, 10, small, 2, "of 20 neighbours half are below the median")
	}
	// The whole law: the mean of a lognormal is its median times exp(sd^2/2).
	sum := 0.0
	for k := range uint32(10_000) {
		sum += float64(sizes.SizeBytes(7 + k))
	}
	require.InEpsilon(t, 10_000*math.Exp(1.5*1.5/2), sum/10_000, 0.02)
}

func TestObjectsOfAMixtureAreAskedForInTheirSharesOrOnce(t *testing.T) {
	m := workload.Mixture{RequestsPerSecond: 1000, Classes: []workload.Class{
		{Requests: 3, Objects: 10, ZipfExponent: 1}, {Requests: 1, Objects: 100},
	}, Once: workload.Once{Requests: 0.2}}
	w := workload.Workload{Head: workload.Head{Name: "site"}, Demand: m, Service: workload.Cacheable{}}
	audiences := []workload.Audience{city("a", 3), city("b", 1)}
	open, err := w.Open(audiences, monday, 1, 0)
	require.NoError(t, err)
	counts, once := make([]float64, m.Regular()), make(map[uint32]bool)
	n := 0.0
	for i := range audiences {
		source, batch := open(i), w.NewBatch(512)
		for range 200 {
			drawn := source.Draw(math.MaxInt64-1, &batch)
			for _, object := range batch.Object[:drawn] {
				n++
				require.Less(t, int(object), m.Catalogue()-workload.AskedBefore)
				if int(object) < len(counts) {
					counts[object]++
					continue
				}
				require.False(t, once[object], "asked for twice")
				once[object] = true
			}
		}
	}
	popularity, err := m.Popularity()
	require.NoError(t, err)
	sum := m.AskedOnce()
	for k, share := range popularity {
		sum += share
		require.InDelta(t, share*n, counts[k], 5*math.Sqrt(share*n)+1, "object %d", k)
	}
	require.InDelta(t, 1, sum, 1e-12)
	require.InDelta(t, 0.2*n, len(once), 5*math.Sqrt(0.2*n))
	require.InDelta(t, 0.8*0.75/2.9289682539682538, popularity[0], 1e-12, "3 of 4 of what is not asked for once, and a Zipf law of ten")

	batch := w.NewBatch(512)
	source := open(0)
	require.Zero(t, testing.AllocsPerRun(100, func() { source.Draw(math.MaxInt64-1, &batch) }))
}
