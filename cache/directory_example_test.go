package cache_test

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/random"
)

// Three sites serve the same catalogue and are simulated one after the other, so that one directory is enough.
func ExampleDirectory() {
	const objects, requests, portion = 10_000, 32_000, 32
	directory, err := cache.NewDirectory(objects)
	if err != nil {
		fmt.Println(err)
		return
	}
	popularity, err := random.NewZipf(objects, 0.9)
	if err != nil {
		fmt.Println(err)
		return
	}
	for site, capacity := range []int64{100, 500, 2500} {
		c, err := cache.New(cache.Config{CapacityObjects: capacity, Directory: directory})
		if err != nil {
			fmt.Println(err)
			return
		}
		draws := random.New(1, 0, uint64(site), 0)
		hits := 0
		var keys [portion]uint64
		for range requests / portion {
			for i := range keys {
				keys[i] = uint64(popularity.Draw(&draws))
			}
			cache.Expect(c, keys[:], keys[:])
			for _, key := range keys {
				if _, hit := c.Lookup(key); hit {
					hits++
				} else {
					cache.Fill(c, key, 1) // it just missed, so it is not there
				}
			}
		}
		fmt.Printf("%d objects: %.0f %% hits\n", c.Len(), 100*float64(hits)/requests)
		cache.Release(c) // lets the next cache have the directory
	}
	// Output:
	// 100 objects: 26 % hits
	// 500 objects: 45 % hits
	// 2500 objects: 69 % hits
}
