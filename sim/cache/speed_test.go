package cache

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
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

// BenchmarkReplay is the batch path on dense ids. Each round also times a yardstick, the plainest LRU there
// can be, so that the ratio holds on a busy machine: yardsticks/request is what to compare.
func BenchmarkReplay(b *testing.B) {
	const objects = 1_000_000
	ids := requests(10_000_000, objects, .8)
	replayer, err := NewReplayer(Requests{IDs: ids, Objects: objects})
	if err != nil {
		b.Fatal(err)
	}
	for _, policy := range append(Policies(), OfflinePolicies()...) {
		for _, percent := range []int64{1, 10} {
			capacity := objects / 100 * percent
			b.Run(fmt.Sprintf("%s/%d%%", policy, percent), func(b *testing.B) {
				var took, yardstick time.Duration
				var result Result
				for b.Loop() {
					start := time.Now()
					yardstickLRU(ids, objects, int(capacity))
					middle := time.Now()
					result, err = replayer.Replay(context.Background(), Config{Policy: policy, CapacityObjects: capacity})
					if err != nil {
						b.Fatal(err)
					}
					took += time.Since(middle)
					yardstick += middle.Sub(start)
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/float64(len(ids)), "ns/request")
				b.ReportMetric(float64(took)/float64(yardstick), "yardsticks/request")
				b.ReportMetric(result.RequestMissRatio(), "miss/request")
			})
		}
	}
}

// yardstickLRU is a dense LRU of unit sizes and nothing else: no sizes, no callbacks, no limits checked.
func yardstickLRU(ids []uint32, objects, capacity int) (misses int) {
	type slot struct{ prev, next, id uint32 }
	table, slots := make([]uint32, objects), make([]slot, capacity+1)
	used := 0
	for _, id := range ids {
		s := table[id]
		if s != 0 {
			e := slots[s]
			slots[e.prev].next, slots[e.next].prev = e.next, e.prev
		} else {
			misses++
			if used < capacity {
				used++
				s = uint32(used)
			} else {
				s = slots[0].prev
				e := slots[s]
				slots[e.prev].next, slots[0].prev = 0, e.prev
				table[e.id] = 0
			}
			slots[s].id, table[id] = id, s
		}
		first := slots[0].next
		slots[s].prev, slots[s].next = 0, first
		slots[first].prev, slots[0].next = s, s
	}
	return misses
}
