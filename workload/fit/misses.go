package fit

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// A Miss says what an LRU cache of a size misses: of the trace, and of traces as long that were drawn from the two workloads of the
// fit. All begin with an empty cache, so that first requests miss in each.
type Miss struct {
	// Capacity is the size of the cache in bytes.
	Capacity int64
	Trace    Ratios
	// Zipf is of [Fit.Zipf], ByRank of [Fit.ByRank].
	Zipf, ByRank Ratios
}

// Ratios are the shares of requests and of bytes that miss.
type Ratios struct{ Requests, Bytes float64 }

// missSizes is how many sizes of caches are compared, mostCompared how many requests at most, the first of the trace.
const (
	missSizes    = 16
	mostCompared = 4_000_000
)

// WorstMiss returns the greatest difference of the shares of requests that miss, of a workload from the trace, and the mean one.
func (f *Fit) WorstMiss(of func(Miss) Ratios) (worst, mean float64) {
	for _, m := range f.Misses {
		d := math.Abs(of(m).Requests - m.Trace.Requests)
		worst = max(worst, d)
		mean += d / float64(len(f.Misses))
	}
	return worst, mean
}

// OfZipf and OfRanks choose the workload of [Fit.WorstMiss].
func OfZipf(m Miss) Ratios  { return m.Zipf }
func OfRanks(m Miss) Ratios { return m.ByRank }

func (f *Fit) compareMisses(ctx context.Context, r *trace.Recording) ([]Miss, error) {
	n := min(f.Requests, mostCompared)
	recorded := cache.Requests{IDs: make([]uint32, n), Objects: r.Objects(), RequestSizes: make([]int64, n)}
	for i := range n {
		_, object, size := r.Request(i)
		if !f.HasSizes {
			size = UnknownSize
		}
		recorded.IDs[i], recorded.RequestSizes[i] = object, size
	}
	of, err := cache.NewReplayer(recorded)
	if err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	capacities := of.Spread(cache.Bytes, missSizes)
	curve := func(p *cache.Replayer) ([]cache.Point, error) { return p.LRUCurve(ctx, cache.Bytes, capacities) }
	is, err := curve(of)
	if err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	misses := make([]Miss, len(is))
	for i, p := range is {
		misses[i] = Miss{Capacity: p.Capacity, Trace: Ratios{p.RequestMissRatio(), p.ByteMissRatio()}}
	}
	for _, w := range []struct {
		demand workload.Mixture
		to     func(*Miss) *Ratios
	}{{f.Zipf(), func(m *Miss) *Ratios { return &m.Zipf }}, {f.ByRank(), func(m *Miss) *Ratios { return &m.ByRank }}} {
		drawn, err := draw(w.demand, n, f.Length)
		if err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
		p, err := cache.NewReplayer(drawn)
		if err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
		points, err := curve(p)
		if err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
		if f.News == nil { // the first is of one law
			for i, share := range newShares(recorded.IDs, recorded.Objects) {
				f.News = append(f.News, New{Trace: share, Zipf: newShares(drawn.IDs, drawn.Objects)[i]})
			}
		}
		for i, p := range points {
			*w.to(&misses[i]) = Ratios{p.RequestMissRatio(), p.ByteMissRatio()}
		}
	}
	return misses, nil
}

// newShares returns the shares of [New] of a list of requests.
func newShares(ids []uint32, objects int) []float64 {
	const parts = 24
	shares, seen := make([]float64, parts), make([]bool, objects)
	for i := range shares {
		of := ids[i*len(ids)/parts : (i+1)*len(ids)/parts]
		for _, id := range of {
			if !seen[id] {
				seen[id] = true
				shares[i] += 1 / float64(len(of))
			}
		}
	}
	return shares
}

// draw draws the objects of n requests of a demand in so long a time, as a study does.
func draw(m workload.Mixture, n int, length time.Duration) (cache.Requests, error) {
	stream := random.NewKey(0, 0, random.Entity("fit"), 0).Stream()
	var laws []*random.Zipf
	var weights []float64
	var first []uint32
	sum, regular := 0.0, uint32(0)
	for _, c := range m.Classes {
		sum += c.Requests
	}
	for _, c := range m.Classes {
		z, err := random.NewZipf(c.Objects, c.ZipfExponent)
		if err != nil {
			return cache.Requests{}, err
		}
		laws, first = append(laws, z), append(first, regular)
		weights = append(weights, (1-m.Once.Requests)*c.Requests/sum)
		regular += uint32(c.Objects)
	}
	which, err := random.NewAlias(append(weights, m.Once.Requests))
	if err != nil {
		return cache.Requests{}, err
	}
	sizes, renewal := m.SizesOf("fit", 0, 0), m.RenewalOf("fit", 0, 0)
	once := uint32(m.Catalogue()) // behind all others
	if m.Once.Requests > 0 {
		once = math.MaxUint32 - uint32(n)
	}
	drawn := cache.Requests{IDs: make([]uint32, n)}
	number := make(map[uint32]uint32) // of objects, in the order in which they come
	for i := range n {
		class := which.Draw(&stream)
		object := once + uint32(i)
		if class < len(laws) {
			object = first[class] + laws[class].Draw(&stream)
			if renewal.Lifetime > 0 {
				object = renewal.Object(object, int64(float64(length)*float64(i)/float64(n)))
			}
		}
		id, ok := number[object]
		if !ok {
			id = uint32(len(number))
			number[object] = id
			drawn.ObjectSizes = append(drawn.ObjectSizes, sizes.SizeBytes(object))
		}
		drawn.IDs[i] = id
	}
	drawn.Objects = len(number)
	return drawn, nil
}
