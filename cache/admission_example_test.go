package cache_test

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/cache"
)

// A doorman lets in no object larger than a share of the cache: a complete admission rule of one's own.
type doorman struct{ mostBytes int64 }

func (d *doorman) Asked(uint64, int64, bool) {}

func (d *doorman) Admit(_ uint64, sizeBytes int64, _ bool) bool { return sizeBytes <= d.mostBytes }

func (d *doorman) Evicted(uint64) {}

func ExampleAdmission() {
	c, err := cache.New(cache.Config{
		CapacityBytes: 1000,
		NewAdmission: func(l cache.Limits) cache.Admission {
			return &doorman{l.CapacityBytes / 10}
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("50 bytes:", c.Insert(1, 50))
	fmt.Println("500 bytes:", c.Insert(2, 500))
	// Output:
	// 50 bytes: true
	// 500 bytes: false
}
