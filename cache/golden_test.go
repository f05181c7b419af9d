package cache_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// A referenceRow is one line of testdata/reference.csv: what libCacheSim counted.
type referenceRow struct {
	trace, policy     string
	inObjects         bool
	frac              float64
	capacity          int64
	misses, missBytes int64
	deterministic     bool
}

// referencePolicies gives the name we use for a policy and parameters of the reference.
var referencePolicies = map[string]string{
	"twoq":                            "2q",
	"clock n-bit-counter=2":           "clock:bits=2",
	"s3fifo move-to-main-threshold=1": "s3fifo:threshold=1",
}

func readReference(t testing.TB) []referenceRow {
	t.Helper()
	file, err := os.Open("testdata/reference.csv")
	require.NoError(t, err)
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "trace policy params ignore_size frac cache_size requests miss req_bytes miss_bytes deterministic libcachesim",
		strings.Join(records[0], " "))
	integer := func(text string) int64 {
		n, err := strconv.ParseInt(text, 10, 64)
		require.NoError(t, err)
		return n
	}
	var rows []referenceRow
	for _, r := range records[1:] {
		frac, err := strconv.ParseFloat(r[4], 64)
		require.NoError(t, err)
		row := referenceRow{
			trace: r[0], policy: strings.TrimSpace(r[1] + " " + r[2]),
			inObjects: r[3] == "1", frac: frac, capacity: integer(r[5]),
			misses: integer(r[7]), missBytes: integer(r[9]), deterministic: r[10] == "1",
		}
		if name, renamed := referencePolicies[row.policy]; renamed {
			row.policy = name
		}
		rows = append(rows, row)
	}
	return rows
}

// referenceTraces returns the traces of the reference by name, read or made once.
var referenceTraces = sync.OnceValues(func() (map[string]*cache.Replayer, error) {
	replayers := make(map[string]*cache.Replayer)
	web07, err := trace.Open("testdata/web07.oracleGeneral.bin.zst", trace.Options{})
	if err != nil {
		return nil, err
	}
	defer web07.Close()
	dense, err := trace.ReadDense(web07)
	if err != nil {
		return nil, err
	}
	if replayers["web07"], err = replayerOf(dense); err != nil {
		return nil, err
	}
	sized := syntheticTrace()
	if digest := sha256.Sum256(sized); hex.EncodeToString(digest[:]) != "8480ca42e9a7a9d34a51da099296661e177accf1cdbce21cf14f61924a7df6c8" {
		return nil, fmt.Errorf("the synthetic trace is not the one that was measured")
	}
	r, err := trace.NewReader(strings.NewReader(string(sized)), "", trace.Options{})
	if err != nil {
		return nil, err
	}
	if dense, err = trace.ReadDense(r); err != nil {
		return nil, err
	}
	replayers["zipf0.8-sized-100k-1M"], err = replayerOf(dense)
	return replayers, err
})

func replayerOf(d *trace.Dense) (*cache.Replayer, error) {
	return cache.NewReplayer(cache.Requests{IDs: d.IDs, Objects: len(d.Keys),
		ObjectSizes: d.ObjectSizes, RequestSizes: d.RequestSizes})
}

// syntheticTrace makes the sized Zipf trace that the reference was measured on, as oracleGeneral.
func syntheticTrace() []byte {
	const objects, requests, alpha = 100_000, 1_000_000, .8
	cumulative := make([]float64, objects)
	var sum float64
	for i := range cumulative {
		sum += 1 / math.Pow(float64(i+1), alpha)
		cumulative[i] = sum
	}
	random := splitmix(42)
	number := make([]uint64, objects)
	for i := range number {
		number[i] = uint64(i)
	}
	for i := objects - 1; i >= 1; i-- {
		j := random.next() % uint64(i+1)
		number[i], number[j] = number[j], number[i]
	}
	ids := make([]uint64, requests)
	for i := range ids {
		u := float64(random.next()>>11) / (1 << 53) * sum
		ids[i] = number[sort.SearchFloat64s(cumulative, u)]
	}
	const record = 24
	out := make([]byte, requests*record)
	following := make(map[uint64]int64)
	for i := requests - 1; i >= 0; i-- {
		next, again := following[ids[i]]
		if !again {
			next = -1
		}
		following[ids[i]] = int64(i + 1)
		start := splitmix(ids[i])
		h := start.next()
		octave := uint64(1) << (8 + h%14)
		b := out[i*record:]
		binary.LittleEndian.PutUint32(b[0:], uint32(i/1000))
		binary.LittleEndian.PutUint64(b[4:], ids[i])
		binary.LittleEndian.PutUint32(b[12:], uint32(octave+h>>16&(octave-1)))
		binary.LittleEndian.PutUint64(b[16:], uint64(next))
	}
	return out
}

// A splitmix is Vigna's splitmix64 generator (https://prng.di.unimi.it/splitmix64.c, public domain).
type splitmix uint64

func (s *splitmix) next() uint64 {
	*s += 0x9E3779B97F4A7C15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// replayRow replays the row's trace at its size.
func replayRow(t *testing.T, row referenceRow, seed uint64) cache.Result {
	t.Helper()
	traces, err := referenceTraces()
	require.NoError(t, err)
	cfg := cache.Config{Policy: row.policy, Seed: seed}
	if row.inObjects {
		cfg.CapacityObjects = row.capacity
	} else {
		cfg.CapacityBytes = row.capacity
	}
	got, err := traces[row.trace].Replay(context.Background(), cfg)
	require.NoError(t, err)
	return got
}

func TestCountsEqualTheReference(t *testing.T) {
	known := append(cache.Policies(), cache.OfflinePolicies()...)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	equal := 0
	for _, row := range readReference(t) {
		name, _, _ := strings.Cut(row.policy, ":")
		if !row.deterministic || !slices.Contains(known, name) {
			continue
		}
		equal++
		if raceDetector && row.trace != "web07" {
			continue // nothing is concurrent inside a replay; the counts are held without the detector
		}
		group.Go(func() error {
			got := replayRow(t, row, 0)
			// Where objects are counted the reference takes each as one byte.
			if got.Misses != row.misses || !row.inObjects && got.MissBytes != row.missBytes {
				return fmt.Errorf("%+v: got %+v", row, got)
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	require.Equal(t, 270, equal)
}

// seedSpread is how far apart the counts of the reference's own seeds are, relative to them.
const seedSpread = .003

// TestCountsOfRandomPoliciesAreAmongSeeds holds the one count the reference has for a random policy against
// those of twenty seeds: it is between the least and the most of them, give or take the reference's own spread.
func TestCountsOfRandomPoliciesAreAmongSeeds(t *testing.T) {
	if raceDetector {
		t.Skip("nothing is concurrent inside a replay")
	}
	// The reference draws heads of hash chains, and not any object. That explains a part of what is more.
	further := map[string]float64{"hyperbolic 614": .004, "hyperbolic 2048": .011, "hyperbolic 6145": .011}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	rows := 0
	for _, row := range readReference(t) {
		if row.deterministic {
			continue
		}
		rows++
		group.Go(func() error {
			least, most := int64(math.MaxInt64), int64(0)
			name := fmt.Sprintf("%s %d", row.policy, row.capacity)
			got, room := float64(row.misses), max(seedSpread, further[name])*float64(row.misses)
			for seed := range uint64(20) {
				misses := replayRow(t, row, seed).Misses
				least, most = min(least, misses), max(most, misses)
				if got >= float64(least)-room && got <= float64(most)+room {
					return nil // and more seeds do not change that
				}
			}
			return fmt.Errorf("%s: %d misses in the reference, %d to %d here", name, row.misses, least, most)
		})
	}
	require.NoError(t, group.Wait())
	require.Equal(t, 18, rows)
}

func TestFootprintsGiveTheSizesOfTheReference(t *testing.T) {
	traces, err := referenceTraces()
	require.NoError(t, err)
	for _, row := range readReference(t) {
		footprint := traces[row.trace].FootprintBytes()
		if row.inObjects {
			footprint = traces[row.trace].FootprintObjects()
		}
		require.Equal(t, row.capacity, int64(float64(footprint)*row.frac))
	}
}
