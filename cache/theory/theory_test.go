package theory_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/theory"
)

func Example() {
	objects := theory.Zipf(10_000, 0.8)
	lru, err := theory.LRU(objects, 1_000)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("an object leaves %.0f requests after its last one\n", lru.CharacteristicTime)
	fmt.Printf("%.1f %% of the requests hit\n", 100*lru.RequestHitRatio)
	fmt.Printf("the most popular object is there %.1f %% of the time\n", 100*lru.Occupancy[0])
	// Output:
	// an object leaves 1472 requests after its last one
	// 43.7 % of the requests hit
	// the most popular object is there 100.0 % of the time
}

func TestApproximationsHaveTheirPublishedValues(t *testing.T) {
	// The first row is Icarus' published test; all were computed independently of this code.
	tests := []struct {
		alpha                       float64
		n                           int
		capacity                    float64
		time, lru, fifo, lfu, qlru1 float64
	}{
		{.8, 100, 40, 72.2109, .645412, .594100, .743126, .692916},
		{.6, 1e4, 1e3, 1173.6528, .243206, .220035, .386135, .297875},
		{.8, 1e4, 1e2, 110.7908, .156625, .133625, .300046, .211873},
		{.8, 1e4, 1e3, 1472.4795, .436660, .394179, .570618, .499060},
		{1, 1e4, 1e3, 2352.1784, .675602, .630906, .764791, .721767},
		{1.2, 1e4, 1e3, 5026.8851, .861435, .831847, .903445, .884605},
		{.8, 1e5, 1e4, 15605.9198, .468685, .428371, .595021, .527534},
	}
	for _, tt := range tests {
		objects := theory.Zipf(tt.n, tt.alpha)
		lru, err := theory.LRU(objects, tt.capacity)
		require.NoError(t, err)
		require.InDelta(t, tt.time, lru.CharacteristicTime, 6e-5)
		require.InDelta(t, tt.lru, lru.RequestHitRatio, 6e-7)
		fifo, err := theory.FIFO(objects, tt.capacity)
		require.NoError(t, err)
		require.InDelta(t, tt.fifo, fifo.RequestHitRatio, 6e-7)
		q, err := theory.QLRU(objects, tt.capacity, .1)
		require.NoError(t, err)
		require.InDelta(t, tt.qlru1, q.RequestHitRatio, 6e-7)
		lfu, err := theory.PerfectLFU(rates(objects), int(tt.capacity))
		require.NoError(t, err)
		require.InDelta(t, tt.lfu, lfu, 6e-7)
		var held float64
		for _, in := range lru.Occupancy {
			held += in
		}
		require.InDelta(t, tt.capacity, held, 1e-6)
	}
	two, err := theory.TwoLRU(theory.Zipf(10_000, .8), 1000, 1000)
	require.NoError(t, err)
	require.InDelta(t, .5275, two.RequestHitRatio, 6e-5)
}

func rates(objects []theory.Object) []float64 {
	r := make([]float64, len(objects))
	for i, o := range objects {
		r[i] = o.Rate
	}
	return r
}

func TestExactValues(t *testing.T) {
	four := []float64{.4, .3, .2, .1}
	lru, err := theory.ExactLRU(four, 2)
	require.NoError(t, err)
	require.InDelta(t, .580556, lru, 6e-7)
	fifo, err := theory.ExactFIFO(four, 2)
	require.NoError(t, err)
	require.InDelta(t, .571429, fifo, 6e-7)
	eight := rates(theory.Zipf(8, .8))
	lru, err = theory.ExactLRU(eight, 3)
	require.NoError(t, err)
	require.InDelta(t, .478768, lru, 6e-7)
	fifo, err = theory.ExactFIFO(eight, 3)
	require.NoError(t, err)
	require.InDelta(t, .461421, fifo, 6e-7)
	all, err := theory.ExactLRU(eight, 8)
	require.NoError(t, err)
	require.Equal(t, 1.0, all)
}

func TestSizesCountInBytes(t *testing.T) {
	// Doubling all sizes and the capacity changes nothing; making cold objects large lifts requests
	// more than bytes.
	objects := theory.Zipf(1000, .8)
	plain, err := theory.LRU(objects, 100)
	require.NoError(t, err)
	for i := range objects {
		objects[i].Size = 2
	}
	doubled, err := theory.LRU(objects, 200)
	require.NoError(t, err)
	require.InDelta(t, plain.RequestHitRatio, doubled.RequestHitRatio, 1e-12)
	require.InDelta(t, plain.RequestHitRatio, doubled.ByteHitRatio, 1e-12)
	for i := range objects {
		objects[i].Size = float64(1 + i)
	}
	skewed, err := theory.LRU(objects, 50_000)
	require.NoError(t, err)
	require.Greater(t, skewed.RequestHitRatio, skewed.ByteHitRatio+.1)
	everything, err := theory.LRU(objects, 1e9)
	require.NoError(t, err)
	require.Equal(t, 1.0, everything.RequestHitRatio)
	require.True(t, math.IsInf(everything.CharacteristicTime, 1))
}

func TestWhatIsAskedForOnceTakesItsPlaceInAnLRU(t *testing.T) {
	// Ten objects of size 2, each asked for once a second, and five a second of size 3 that are asked for once: after
	// 2 s, 10*2*(1-exp(-2)) + 5*3*2 bytes are in the cache.
	objects := make([]theory.Object, 10)
	for i := range objects {
		objects[i] = theory.Object{Rate: 1, Size: 2}
	}
	once := theory.Object{Rate: 5, Size: 3}
	c, err := theory.LRUWithOnce(objects, once, 20*(1-math.Exp(-2))+30)
	require.NoError(t, err)
	require.InDelta(t, 2, c.CharacteristicTime, 1e-9)
	require.InDelta(t, (1-math.Exp(-2))*10/15, c.RequestHitRatio, 1e-9)
	require.InDelta(t, (1-math.Exp(-2))*20/35, c.ByteHitRatio, 1e-9)
	// A cache that would hold all of the ten forgets, too.
	c, err = theory.LRUWithOnce(objects, once, 170)
	require.NoError(t, err)
	require.InDelta(t, 10, c.CharacteristicTime, 1e-3)
	require.Less(t, c.RequestHitRatio, 10.0/15)
	// Without such objects it is LRU.
	c, err = theory.LRUWithOnce(objects, theory.Object{Rate: 0, Size: 3}, 10)
	require.NoError(t, err)
	plain, err := theory.LRU(objects, 10)
	require.NoError(t, err)
	require.Equal(t, plain, c)
}

func TestTTLCaches(t *testing.T) {
	hit, err := theory.TTL(10, time.Second, theory.FromInsertion)
	require.NoError(t, err)
	require.InDelta(t, 10.0/11, hit, 1e-12)
	hit, err = theory.TTL(2, time.Second, theory.FromLastHit)
	require.NoError(t, err)
	require.InDelta(t, 1-math.Exp(-2), hit, 1e-12)
	share, err := theory.TTLWithFetch(10, time.Second, 100*time.Millisecond)
	require.NoError(t, err)
	require.InDelta(t, .8333, share.Hit, 5e-5)
	require.InDelta(t, .0833, share.Delayed, 5e-5)
	require.InDelta(t, .0833, share.Miss, 5e-5)
	require.Equal(t, 12500*time.Microsecond, share.MeanWait)
	require.InDelta(t, 10.0/12, share.FetchesPerSecond, 1e-12)
}

func TestBadArgumentsAreNamed(t *testing.T) {
	objects := theory.Zipf(10, 1)
	tests := []struct {
		want string
		call func() error
	}{
		{"objects is empty", func() error { _, err := theory.LRU(nil, 1); return err }},
		{"capacity is -1", func() error { _, err := theory.FIFO(objects, -1); return err }},
		{"capacity is NaN", func() error { _, err := theory.FIFO(objects, math.NaN()); return err }},
		{"objects[0] is of rate 1 and size 0", func() error { _, err := theory.LRU([]theory.Object{{1, 0}}, 1); return err }},
		{"once is of rate -1 and size 1", func() error { _, err := theory.LRUWithOnce(objects, theory.Object{Rate: -1, Size: 1}, 1); return err }},
		{"once is of rate 1 and size 0", func() error { _, err := theory.LRUWithOnce(objects, theory.Object{Rate: 1}, 1); return err }},
		{"q is 0", func() error { _, err := theory.QLRU(objects, 1, 0); return err }},
		{"list of keys: theory: capacity is 0", func() error { _, err := theory.TwoLRU(objects, 1, 0); return err }},
		{"rates is of length 23", func() error { _, err := theory.ExactLRU(make([]float64, 23), 1); return err }},
		{"rates[1] is 0", func() error { _, err := theory.ExactFIFO([]float64{1, 0}, 1); return err }},
		{"cached is 0", func() error { _, err := theory.PerfectLFU([]float64{1}, 0); return err }},
		{"ratePerSecond is -1", func() error { _, err := theory.TTL(-1, 0, theory.FromInsertion); return err }},
		{"fetch is -1ns", func() error { _, err := theory.TTLWithFetch(1, 0, -1); return err }},
	}
	for _, tt := range tests {
		require.ErrorContains(t, tt.call(), tt.want)
	}
}
