package cache

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/stretchr/testify/require"
)

// zipf returns the popularities of n objects, proportional to 1/rank^alpha.
func zipf(n int, alpha float64) []float64 {
	p := make([]float64, n)
	var sum float64
	for i := range p {
		p[i] = math.Pow(float64(i+1), -alpha)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// A sampler draws object numbers independently with given popularities.
type sampler struct {
	cumulative []float64
	rng        *rand.Rand
}

func newSampler(popularity []float64, seed uint64) *sampler {
	s := &sampler{cumulative: make([]float64, len(popularity)), rng: rand.New(rand.NewPCG(seed, 1))}
	var sum float64
	for i, p := range popularity {
		sum += p
		s.cumulative[i] = sum
	}
	return s
}

func (s *sampler) next() uint64 {
	last := len(s.cumulative) - 1
	return uint64(sort.SearchFloat64s(s.cumulative[:last], s.rng.Float64()*s.cumulative[last]))
}

// hitRatio returns the mean hit ratio and the half-width of its 99.9 % interval over 10 batches,
// after a warm-up as long as one batch.
func hitRatio(t *testing.T, cfg Config, popularity []float64, perBatch int) (mean, half float64) {
	t.Helper()
	const batches, t999 = 10, 4.781 // Student's t, 9 degrees of freedom, two-sided 99.9 %
	c, err := New(cfg)
	require.NoError(t, err)
	draw := newSampler(popularity, 7)
	var sum, squares float64
	for b := -1; b < batches; b++ {
		hits := 0
		for range perBatch {
			key := draw.next()
			if _, hit := c.Lookup(key); hit {
				hits++
			} else {
				c.Insert(key, 1)
			}
		}
		if b >= 0 {
			ratio := float64(hits) / float64(perBatch)
			sum += ratio
			squares += ratio * ratio
		}
	}
	mean = sum / batches
	variance := (squares - sum*mean) / (batches - 1)
	return mean, t999 * math.Sqrt(variance/batches)
}

func TestLRUMatchesExactHitRatios(t *testing.T) {
	tests := []struct {
		name       string
		popularity []float64
		capacity   int64
		want       float64
	}{
		// King (1971): sums over the orders of the stack, no approximation.
		{"four objects, two cached", []float64{.4, .3, .2, .1}, 2, .580556},
		{"Zipf 0.8, eight objects, three cached", zipf(8, .8), 3, .478768},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, half := hitRatio(t, Config{CapacityObjects: tt.capacity}, tt.popularity, 100_000)
			require.InDelta(t, tt.want, got, half)
			require.Less(t, half, .004)
		})
	}
}

func TestLRUMatchesChe(t *testing.T) {
	// Che's approximation is itself within about .002 of the truth at these sizes.
	const approximation = .002
	tests := []struct {
		alpha    float64
		objects  int
		capacity int64
		want     float64
	}{
		{.6, 10_000, 1000, .243206},
		{.8, 10_000, 100, .156625},
		{.8, 10_000, 1000, .436660},
		{1.2, 10_000, 1000, .861435},
	}
	for _, tt := range tests {
		got, half := hitRatio(t, Config{CapacityObjects: tt.capacity}, zipf(tt.objects, tt.alpha), 50_000)
		require.InDelta(t, tt.want, got, half+approximation, "alpha %g, capacity %d", tt.alpha, tt.capacity)
	}
}

func TestLRUAllocatesNothingInSteadyState(t *testing.T) {
	for _, cfg := range []Config{
		{CapacityBytes: 100_000},
		{CapacityObjects: 1000},
		{CapacityObjects: 1000, DenseKeys: 5000},
	} {
		c, err := New(cfg)
		require.NoError(t, err)
		rng := rand.New(rand.NewPCG(1, 2))
		step := func() {
			for range 1000 {
				key := rng.Uint64N(5000)
				if _, hit := c.Lookup(key); !hit {
					c.Insert(key, 50+int64(key%100))
				}
			}
		}
		for range 20 {
			step()
		}
		require.Zero(t, testing.AllocsPerRun(20, step))
	}
}

func TestLRUAgreesWithAPlainModel(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for round := range 30 {
		program := make([]byte, 4000)
		for i := range program {
			program[i] = byte(rng.Uint32())
		}
		compareWithPlainLRU(t, program, int64(1+round*7), round%2 == 0)
	}
}

func FuzzLRUAgreesWithAPlainModel(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 0, 1, 250, 251, 0, 1}, int64(5), true)
	f.Add([]byte{9, 9, 9, 200, 100, 50, 25, 12, 6, 3}, int64(100), false)
	f.Fuzz(func(t *testing.T, program []byte, capacity int64, dense bool) {
		if capacity < 1 {
			return
		}
		compareWithPlainLRU(t, program, capacity, dense)
	})
}

// A plainLRU is a slice in order of use: too slow to use and too simple to be wrong.
type plainLRU struct {
	capacity int64
	keys     []uint64
	sizes    []int64
}

func (p *plainLRU) used() (sum int64) {
	for _, size := range p.sizes {
		sum += size
	}
	return sum
}

func (p *plainLRU) remove(key uint64) (size int64, found bool) {
	for i, k := range p.keys {
		if k == key {
			size = p.sizes[i]
			p.keys = append(p.keys[:i], p.keys[i+1:]...)
			p.sizes = append(p.sizes[:i], p.sizes[i+1:]...)
			return size, true
		}
	}
	return 0, false
}

func (p *plainLRU) add(key uint64, size int64) {
	p.keys = append(p.keys, key)
	p.sizes = append(p.sizes, size)
}

// compareWithPlainLRU reads two bytes a step: what to do, and to which key.
func compareWithPlainLRU(t *testing.T, program []byte, capacity int64, dense bool) {
	t.Helper()
	var evicted, wantEvicted []uint64
	cfg := Config{CapacityBytes: capacity, OnEvict: func(key uint64, _ int64) { evicted = append(evicted, key) }}
	if dense {
		cfg.DenseKeys = 100 // so that some keys are hashed all the same
	}
	c, err := New(cfg)
	require.NoError(t, err)
	plain := &plainLRU{capacity: capacity}
	for i := 0; i+1 < len(program); i += 2 {
		op, key := program[i], uint64(program[i+1])
		size := int64(op>>2) - 1
		present := c.Contains(key)
		switch op & 3 {
		case 0, 1:
			got, hit := c.Lookup(key)
			want, wantHit := plain.remove(key)
			require.Equal(t, wantHit, hit)
			require.Equal(t, want, got)
			if hit {
				plain.add(key, want)
			}
			require.Equal(t, hit, present)
		case 2:
			admitted := c.Insert(key, size)
			if present {
				require.True(t, admitted)
				break
			}
			require.Equal(t, size >= 1 && size <= capacity, admitted)
			if admitted {
				for plain.used()+size > capacity {
					wantEvicted = append(wantEvicted, plain.keys[0])
					plain.remove(plain.keys[0])
				}
				plain.add(key, size)
			}
		case 3:
			_, want := plain.remove(key)
			require.Equal(t, want, c.Remove(key))
		}
		require.Equal(t, plain.used(), c.UsedBytes())
		require.Equal(t, len(plain.keys), c.Len())
		require.LessOrEqual(t, c.UsedBytes(), c.CapacityBytes())
	}
	require.Equal(t, wantEvicted, evicted)
}
