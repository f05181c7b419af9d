package cache_test

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/cache"
)

func Example() {
	c, err := cache.New(cache.Config{Policy: "lru", CapacityBytes: 100})
	if err != nil {
		fmt.Println(err)
		return
	}
	requests := []struct {
		key       uint64
		sizeBytes int64
	}{{1, 60}, {2, 30}, {1, 60}, {3, 40}, {1, 60}, {2, 30}}
	for _, r := range requests {
		_, hit := c.Lookup(r.key)
		if !hit {
			c.Insert(r.key, r.sizeBytes)
		}
		fmt.Printf("object %d: hit=%t, %d objects, %d bytes\n", r.key, hit, c.Len(), c.UsedBytes())
	}
	// Output:
	// object 1: hit=false, 1 objects, 60 bytes
	// object 2: hit=false, 2 objects, 90 bytes
	// object 1: hit=true, 2 objects, 90 bytes
	// object 3: hit=false, 2 objects, 100 bytes
	// object 1: hit=true, 2 objects, 100 bytes
	// object 2: hit=false, 2 objects, 90 bytes
}
