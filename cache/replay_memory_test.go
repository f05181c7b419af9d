package cache

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReplaysTakeNoMoreMemoryThanPredicted measures what caches hold that have seen everything.
func TestReplaysTakeNoMoreMemoryThanPredicted(t *testing.T) {
	const objects = 10_000
	rng := rand.New(rand.NewPCG(1, 1))
	plain := Requests{Objects: objects}
	for i := range 4 * objects {
		id := uint32(i)
		if i >= objects {
			u := rng.Float64()
			id = uint32(objects * u * u)
		}
		plain.IDs = append(plain.IDs, id%objects)
	}
	sized := plain
	sized.ObjectSizes = slices.Repeat([]int64{100}, objects)
	written := plain
	written.Ops = make([]Op, len(plain.IDs))
	written.Ops[7] = Delete
	for name, r := range map[string]Requests{"plain": plain, "sized": sized, "written": written} {
		p, err := NewReplayer(r)
		require.NoError(t, err)
		p.withNext() // is there once for all
		for _, policy := range slices.Concat(Policies(), OfflinePolicies()) {
			for _, cfg := range []Config{{CapacityObjects: objects / 2}, {CapacityBytes: 1 << 50}} {
				cfg.Policy = policy
				before := heapBytes()
				e, err := p.build(cfg)
				require.NoError(t, err)
				source := *p
				if needsNext(e.rule) {
					source.feed = func(_ context.Context, take func(*Requests) error) error { return take(p.withNext()) }
				}
				require.NoError(t, source.each(context.Background(), p.newRun(e).take))
				took := heapBytes() - before
				require.LessOrEqual(t, took, p.MemoryBytes(cfg), "%s %s %+v", name, policy, cfg)
				runtime.KeepAlive(e)
			}
		}
	}
}
