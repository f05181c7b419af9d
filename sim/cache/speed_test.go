package cache

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// requests returns n independent Zipf requests over objects whose numbers are shuffled, so that
// popular ones are not neighbours in memory.
func requests(n, objects int, alpha float64) []uint32 {
	draw := newSampler(zipf(objects, alpha), 1)
	number := rand.New(rand.NewPCG(5, 6)).Perm(objects)
	ids := make([]uint32, n)
	for i := range ids {
		ids[i] = uint32(number[draw.next()])
	}
	return ids
}

// BenchmarkLookupInsert is the event simulator's path: one call a request through the interface, on
// many small caches one after another or one large one.
func BenchmarkLookupInsert(b *testing.B) {
	const objects = 1_000_000
	ids := requests(4_000_000, objects, .8)
	for _, bm := range []struct {
		name string
		cfg  Config
	}{
		{"sparse/1%", Config{CapacityObjects: objects / 100}},
		{"sparse/10%", Config{CapacityObjects: objects / 10}},
		{"dense/1%", Config{CapacityObjects: objects / 100, DenseKeys: objects}},
		{"dense/10%", Config{CapacityObjects: objects / 10, DenseKeys: objects}},
	} {
		for _, policy := range Policies() {
			b.Run(fmt.Sprintf("%s/%s", policy, bm.name), func(b *testing.B) {
				cfg := bm.cfg
				cfg.Policy = policy
				c, err := New(cfg)
				if err != nil {
					b.Fatal(err)
				}
				hits, i := 0, 0
				b.ReportAllocs()
				for b.Loop() {
					key := uint64(ids[i])
					if i++; i == len(ids) {
						i = 0
					}
					if _, hit := c.Lookup(key); hit {
						hits++
					} else {
						c.Insert(key, 1000)
					}
				}
				b.ReportMetric(float64(hits)/float64(b.N), "hit/req")
			})
		}
	}
}

// BenchmarkReplay is the batch path on dense ids; compare with its own LRU row, as machines differ.
func BenchmarkReplay(b *testing.B) {
	const objects = 1_000_000
	replayer, err := NewReplayer(Requests{IDs: requests(10_000_000, objects, .8), Objects: objects})
	if err != nil {
		b.Fatal(err)
	}
	for _, policy := range append(Policies(), OfflinePolicies()...) {
		for _, percent := range []int64{1, 10} {
			b.Run(fmt.Sprintf("%s/%d%%", policy, percent), func(b *testing.B) {
				var result Result
				for b.Loop() {
					result, err = replayer.Replay(context.Background(),
						Config{Policy: policy, CapacityObjects: objects / 100 * percent})
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(result.Requests), "ns/request")
				b.ReportMetric(result.RequestMissRatio(), "miss/request")
			})
		}
	}
}
