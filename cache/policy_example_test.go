package cache_test

import (
	"context"
	"fmt"

	"github.com/edgewise-sim/edgewise/cache"
)

// A youngest evicts the object that entered last: a complete policy of one's own, good at loops.
type youngest struct{ stack []uint32 }

func (y *youngest) Inserted(slot uint32) { y.stack = append(y.stack, slot) }

func (y *youngest) Hit(uint32) {}

func (y *youngest) Victim() uint32 { return y.stack[len(y.stack)-1] }

func (y *youngest) Removed(slot uint32) {
	for i, s := range y.stack {
		if s == slot {
			y.stack = append(y.stack[:i], y.stack[i+1:]...)
			return
		}
	}
}

func ExamplePolicy() {
	loop := make([]uint32, 4000) // four objects, again and again
	for i := range loop {
		loop[i] = uint32(i % 4)
	}
	replayer, err := cache.NewReplayer(cache.Requests{IDs: loop, Objects: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	own := func(cache.Slots) cache.Policy { return &youngest{} }
	for _, cfg := range []cache.Config{{Policy: "lru"}, {NewPolicy: own}, {Policy: "belady"}} {
		cfg.CapacityObjects = 3
		result, err := replayer.Replay(context.Background(), cfg)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%q misses %.1f %%\n", cfg.Policy, 100*result.RequestMissRatio())
	}
	// Output:
	// "lru" misses 100.0 %
	// "" misses 50.0 %
	// "belady" misses 33.4 %
}
