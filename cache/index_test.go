package cache

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestIndexFindsWhatIsInIt compares with a map, also where keys crowd into a few groups with few tags, so that
// groups overflow into the next ones and around the end.
func TestIndexFindsWhatIsInIt(t *testing.T) {
	const hashFactor = 0x9E3779B97F4A7C15
	inverse := uint64(1)
	for range 6 {
		inverse *= 2 - hashFactor*inverse
	}
	keyOf := func(h uint64) uint64 { h *= inverse; return h ^ h>>32 }
	require.EqualValues(t, 12345, hash(keyOf(12345)))

	crowds := []struct {
		name string
		hash func(*rand.Rand) uint64
	}{
		{"everywhere", func(r *rand.Rand) uint64 { return r.Uint64() }},
		{"at the front", func(r *rand.Rand) uint64 { return r.Uint64() >> 4 }},
		{"at the end", func(r *rand.Rand) uint64 { return ^(r.Uint64() >> 4) }},
		{"with two tags", func(r *rand.Rand) uint64 { return r.Uint64() &^ (0x3F << 32) }},
		{"at the end with two tags", func(r *rand.Rand) uint64 { return ^(r.Uint64()>>5 | 0x3F<<32) }},
	}
	for _, crowd := range crowds {
		t.Run(crowd.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			var x index
			entries := []entry{{}}
			slots := make(map[uint64]uint32)
			var present, absent []uint64
			fullest := 0
			for step := range 30_000 {
				aim := 40 // keys, then more
				if step > 15_000 {
					aim = 700
				}
				if rng.IntN(2*aim) >= len(present) {
					key := keyOf(crowd.hash(rng))
					if _, there := slots[key]; there {
						continue
					}
					s := uint32(len(entries))
					entries = append(entries, entry{key: key})
					x.add(key, s, entries)
					slots[key] = s
					present = append(present, key)
				} else {
					i, last := rng.IntN(len(present)), len(present)-1
					key := present[i]
					present[i], present = present[last], present[:last]
					x.remove(key, slots[key], entries)
					delete(slots, key)
					absent = append(absent, key)
				}
				for _, keys := range [][]uint64{present, absent} {
					if len(keys) > 0 {
						key := keys[rng.IntN(len(keys))]
						require.Equal(t, slots[key], x.probe(key, entries))
					}
				}
			}
			require.Equal(t, len(present), x.hashed)
			places := 0
			for _, w := range x.tags {
				places += bits.OnesCount64(w & occupant)
				fullest = max(fullest, bits.OnesCount64(w&occupant))
			}
			require.Equal(t, len(present), places)
			if crowd.name != "everywhere" && crowd.name != "with two tags" {
				require.Equal(t, groupSize, fullest, "the crowd is no crowd")
			}
		})
	}
}
