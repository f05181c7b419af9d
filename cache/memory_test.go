package cache

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLRUMemoryFollowsWhatIsCached measures the heap of LRU caches full of objects: what an object
// takes, beside the 4 bytes by key of a dense table.
func TestLRUMemoryFollowsWhatIsCached(t *testing.T) {
	const n, few = 100_000, 10_000
	tests := []struct {
		name           string
		cfg            Config
		bytesAnObject  float64
		bytesAhead     float64 // for keys, whatever is cached
		cached, asKeys uint64
	}{
		{"sparse, in objects", Config{CapacityObjects: n}, 40, 0, n, 10 * n},
		{"sparse, in objects, few", Config{CapacityObjects: few}, 40, 0, few, 10 * n},
		{"sparse, in bytes", Config{CapacityBytes: 100 * n}, 44, 0, n, 10 * n},
		{"sparse, in bytes, few", Config{CapacityBytes: 100 * few}, 44, 0, few, 10 * n},
		{"dense, in objects", Config{CapacityObjects: n, DenseKeys: 10 * n}, 24, 40 * n, n, 10 * n},
		{"nearly empty", Config{CapacityBytes: 1 << 50}, 40, 0, 100, 10 * n},
	}
	for _, tt := range tests {
		before := heapBytes()
		c, err := New(tt.cfg)
		require.NoError(t, err)
		for i := range tt.asKeys {
			if tt.name == "nearly empty" && i == tt.cached {
				break
			}
			c.Insert(i, 100)
		}
		took := float64(heapBytes()-before) - tt.bytesAhead
		require.Equal(t, int(tt.cached), c.Len())
		const rest = 16384 // the cache itself and what the runtime rounds up
		require.LessOrEqual(t, took, tt.bytesAnObject*float64(tt.cached)+rest, tt.name)
		runtime.KeepAlive(c)
	}
}

func heapBytes() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
