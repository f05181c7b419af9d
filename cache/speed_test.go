package cache

import (
	"container/list"
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

// BenchmarkManyCaches is the LRU caches of 100 sites that serve one catalogue of a million objects, 10,000
// each, in bytes: a look-up a request and a fill a miss. The sites work alone, one after another to the end, or
// in turns of so many requests, each told before what it will look up.
func BenchmarkManyCaches(b *testing.B) {
	const objects, sites, requestsEach = 1_000_000, 100, 100_000
	ids := requests(sites*requestsEach, objects, .8)
	keys := make([]uint64, len(ids))
	for i, id := range ids {
		keys[i] = uint64(id)
	}
	for _, turn := range []int{requestsEach, 32} {
		b.Run(fmt.Sprintf("turns of %d", turn), func(b *testing.B) {
			var took, yardstick time.Duration
			for b.Loop() {
				caches := make([]Cache, sites)
				plain := make([]*container, sites)
				for i := range caches {
					caches[i], _ = New(Config{CapacityBytes: objects / 100})
					plain[i] = newContainer(objects / 100)
				}
				for from := 0; from < requestsEach; from += turn {
					for i, c := range caches {
						part := keys[i*requestsEach+from : i*requestsEach+from+turn]
						start := time.Now()
						if turn < requestsEach {
							Expect(c, part, part)
						}
						for _, key := range part {
							if _, hit := c.Lookup(key); !hit {
								Fill(c, key, 1)
							}
						}
						took += time.Since(start)
					}
					for i, p := range plain {
						part := keys[i*requestsEach+from : i*requestsEach+from+turn]
						start := time.Now()
						for _, key := range part {
							p.request(key)
						}
						yardstick += time.Since(start)
					}
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/float64(len(keys)), "ns/request")
			b.ReportMetric(float64(took)/float64(yardstick), "yardsticks/request")
		})
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

// A container is the usual LRU of unit sizes: a map and a list of the library.
type container struct {
	places map[uint64]*list.Element
	order  list.List
	most   int
}

func newContainer(most int) *container {
	return &container{places: make(map[uint64]*list.Element), most: most}
}

func (c *container) request(key uint64) {
	if e := c.places[key]; e != nil {
		c.order.MoveToFront(e)
		return
	}
	if c.order.Len() == c.most {
		last := c.order.Back()
		delete(c.places, c.order.Remove(last).(uint64))
	}
	c.places[key] = c.order.PushFront(key)
}
