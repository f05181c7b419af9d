package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// A written demand asks for objects at times, and writes some of them.
type written struct {
	timed
	writes []bool
}

func (written) HasWrites() bool { return true }

func (d written) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(int) workload.Source {
		return &writtenSource{timedSource: timedSource{timed: d.timed}, writes: d.writes}
	}, nil
}

type writtenSource struct {
	timedSource
	writes []bool
}

func (s *writtenSource) Draw(to int64, b *workload.Batch) int {
	first := s.drawn
	n := s.timedSource.Draw(to, b)
	copy(b.Writes, s.writes[first:first+n])
	return n
}

// writtenAt asks for object 0 at some seconds, and writes it where they are negative.
func writtenAt(seconds ...float64) written {
	d := written{writes: make([]bool, len(seconds))}
	for i, s := range seconds {
		d.writes[i] = s < 0
		seconds[i] = max(s, -s)
	}
	d.timed = askedAt(seconds...)
	return d
}

var hourly = freshness.Control{MaxAge: freshness.For(time.Hour), Validator: true}

// A request that writes takes the way to the origin and back, whatever the cache holds. What it holds of the object leaves by RFC 9111, and stays in
// caches that do not know of that.
func TestWritesPassByCachesToTheOrigin(t *testing.T) {
	for profile, after := range map[string]string{
		"rfc":        "3s MISS 106ms, propagation 6ms, service 50ms, upstream 50ms\n",
		"cloudfront": "3s HIT 6ms, propagation 6ms\n", "varnish": "3s HIT 6ms, propagation 6ms\n", "nginx": "3s HIT 6ms, propagation 6ms\n",
	} {
		s, p := ageing(t, writtenAt(0, 1, -2, 3, 4), hourly, profile)
		require.Equal(t, `0s MISS 106ms, propagation 6ms, service 50ms, upstream 50ms
1s HIT 6ms, propagation 6ms
2s BYPASS 106ms, propagation 6ms, service 50ms, upstream 50ms
`+after+`4s HIT 6ms, propagation 6ms
`, journeys(t, s, p), profile)
		r := runOf(t, s, p)
		fetches := uint64(1)
		if profile == "rfc" {
			fetches = 2
		}
		require.Equal(t, fetches, r.Workloads[0].Tiers[0].Count(TierFetches))
		require.Equal(t, uint64(1), r.Workloads[0].Tiers[0].Count(TierPassed))
		require.Equal(t, fetches+1, r.Workloads[0].Count(OriginRequests))
		require.Equal(t, 1000*(fetches+1), r.Workloads[0].Count(OriginBytes))
	}

	// Without freshness caches know nothing of it, and what is not written is as without writes.
	s, p := ageing(t, writtenAt(0, 1, -2, 3), hourly, "rfc")
	service := s.Workloads[0].Service.(workload.Cacheable)
	service.Controls, p.Tiers[0].Freshness = nil, nil
	s.Workloads[0].Service = service
	require.Equal(t, `0s MISS 106ms, propagation 6ms, service 50ms, upstream 50ms
1s HIT 6ms, propagation 6ms
2s BYPASS 106ms, propagation 6ms, service 50ms, upstream 50ms
3s HIT 6ms, propagation 6ms
`, journeys(t, s, p))
}

// What comes back to a write is its answer, not the object.
func TestStepsOfAWriteNameItsAnswer(t *testing.T) {
	for _, aging := range []bool{true, false} {
		s, p := ageing(t, writtenAt(0, -2), hourly, "rfc")
		if !aging {
			service := s.Workloads[0].Service.(workload.Cacheable)
			service.Controls, p.Tiers[0].Freshness = nil, nil
			s.Workloads[0].Service = service
		}
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		e, err := plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, 2)
		require.NoError(t, err)
		var texts []string
		for _, step := range e.Steps {
			texts = append(texts, step.Text)
		}
		require.Contains(t, texts, "on the way from pop, which passes on what it writes")
		require.Contains(t, texts, "on the way back from region, with the answer")
	}
}

// Two that write at once are two requests of the origin, and nobody who asks waits for them.
func TestNobodyJoinsAWrite(t *testing.T) {
	s, p := ageing(t, writtenAt(-1, -1.01, 1.02), hourly, "rfc")
	require.Equal(t, `1s BYPASS 106ms, propagation 6ms, service 50ms, upstream 50ms
1.01s BYPASS 106ms, propagation 6ms, service 50ms, upstream 50ms
1.02s MISS 106ms, propagation 6ms, service 50ms, upstream 50ms
`, journeys(t, s, p))
}

// A write that ends with an error takes nothing out, and is not asked again.
func TestWritesThatFailTakeNothingOut(t *testing.T) {
	s, p := ageing(t, writtenAt(0, -2, 3), hourly, "rfc")
	s.OriginErrors = []OriginErrors{{Site: "region", At: 1500 * time.Millisecond, For: time.Second}}
	require.Equal(t, `0s MISS 106ms, propagation 6ms, service 50ms, upstream 50ms
2s ERROR (origin error) 106ms
3s HIT 6ms, propagation 6ms
`, journeys(t, s, p))
}

// Past a tier in between, 72 ms there and back, writes go to the origin straight, as they do in CloudFront; those with servers that may be busy are asked by
// message, and caches that users do not enter at know nothing of it.
func TestWritesPassByAllTiers(t *testing.T) {
	for _, servers := range []int{0, 1} {
		s, p := agesThroughTiers(t, writtenAt(0, 1, -2, 3), hourly)
		p.Sites[0].Servers = servers
		p.Tiers[0].Freshness.Profile = "rfc"
		require.Equal(t, `0s MISS 150ms, propagation 6ms, service 50ms, upstream 94ms
1s HIT 6ms, propagation 6ms
2s BYPASS 106ms, propagation 6ms, service 50ms, upstream 50ms
3s MISS 78ms, propagation 6ms, upstream 72ms
`, journeys(t, s, p), servers)
		r := runOf(t, s, p)
		require.Equal(t, uint64(2), r.Workloads[0].Tiers[1].Count(TierRequests))
		require.Equal(t, uint64(2), r.Workloads[0].Count(OriginRequests))
	}
}

// Where users enter at the origin itself a write is as any other request.
func TestWritesOfUsersAtTheOriginBypass(t *testing.T) {
	s, _ := ageing(t, writtenAt(0, -1), hourly, "rfc")
	r := runOf(t, s, placement.RegionOnly("region"))
	total, err := r.Workloads[0].Total()
	require.NoError(t, err)
	require.Equal(t, uint64(2), total.Outcomes[Bypass])
}

// readsAroundAWrite returns the seconds of a read each in the first minute, of a write, below 0, and of reads in the minute after it.
func readsAroundAWrite() (seconds []float64) {
	for i := range 60 {
		seconds = append(seconds, float64(i))
	}
	seconds = append(seconds, -61)
	for i := range 60 {
		seconds = append(seconds, 62+float64(i))
	}
	return seconds
}

// A write takes all variants of its object out, and no other object, at the server that it passes.
func TestAWriteTakesAllVariantsOut(t *testing.T) {
	seconds := readsAroundAWrite()
	d := writtenAt(seconds...)
	for i := range d.object {
		d.object[i] = uint32(i % 2)
	}
	d.object[60] = 1
	for _, spread := range []placement.Spread{placement.Pooled, placement.Sharded} {
		s, p := ageing(t, d, hourly, "rfc")
		service := s.Workloads[0].Service.(workload.Cacheable)
		service.VariantShares = []float64{.5, .25, .25}
		s.Workloads[0].Service = service
		if spread == placement.Sharded {
			p.Tiers[0].Caches[0].Servers = placement.Servers{Count: 3, Spread: spread}
		}
		r := runOf(t, s, p)
		require.Equal(t, uint64(9), r.Workloads[0].Tiers[0].Count(TierFetches), "two objects of three variants, and one of them again")
		require.Equal(t, uint64(10), r.Workloads[0].Count(OriginRequests))
	}
}

// Many writes and reads through two tiers, with failures of the origin, are the same however sites are advanced.
func TestWritesDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	d := written{}
	for i := range 3000 {
		d.at = append(d.at, time.Duration(i)*20*time.Millisecond)
		d.object = append(d.object, uint32(i*i%17))
		d.writes = append(d.writes, i%7 == 3)
	}
	s, p := agesThroughTiers(t, d, freshness.Control{MaxAge: freshness.For(2 * time.Second), Validator: true})
	p.Tiers[0].Freshness.Profile, p.Tiers[1].Freshness.Profile = "rfc", "rfc"
	p.Sites[0].Servers = 2
	service := s.Workloads[0].Service.(workload.Cacheable)
	service.Origin.Law = workload.ExponentialTime
	s.Workloads[0].Service = service
	s.Duration = 70 * time.Second
	s.OriginErrors = []OriginErrors{{Site: "region", At: 30 * time.Second, For: 5 * time.Second}}
	s.Failures = []Failure{{Site: "region", At: 40 * time.Second, For: 3 * time.Second, Timeout: 500 * time.Millisecond}}
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	requireSameHoweverAdvanced(t, plans[0])
	total, err := runOf(t, s, p).Workloads[0].Total()
	require.NoError(t, err)
	for _, o := range []Outcome{Hit, Miss, Bypass, Failed} {
		require.Positive(t, total.Outcomes[o], o.String())
	}
}

// writesOfSlices asks for an object of four slices of 20,000 bytes at 50 ms from the origin, and writes it at 2 s. It has another object beside it.
func writesOfSlices(t *testing.T, profile string) (Scenario, placement.Placement) {
	t.Helper()
	d := writtenAt(0, .5, 1, -2, 3, 4, 5)
	d.object[1], d.object[6] = 1, 1
	s, p := ageing(t, d, hourly, profile)
	s.Workloads[0].Service = workload.Cacheable{
		Sizes: workload.Sizes{MinBytes: 80_000, MaxBytes: 80_000}, Origin: workload.ServiceTime{Mean: 50 * time.Millisecond},
	}.Controlled(hourly)
	p.SliceBytes = 20_000
	return s, p
}

// A write is one request of the origin, whatever slices there are of its object, and by RFC 9111 all of them leave; other objects stay, and so does all in caches
// that do not know of that.
func TestAWriteTakesAllSlicesOut(t *testing.T) {
	const fetched, held = " MISS 106ms, propagation 6ms, service 50ms, upstream 50ms\n", " HIT 6ms, propagation 6ms\n"
	for _, servers := range []placement.Servers{{}, {Count: 3, Spread: placement.Sharded}, {MemoryBytes: 1 << 20, DiskRead: time.Millisecond}} {
		for profile, after := range map[string]string{"rfc": fetched, "cloudfront": held} {
			s, p := writesOfSlices(t, profile)
			p.Tiers[0].Caches[0].Servers = servers
			require.Equal(t, "0s"+fetched+"500ms"+fetched+"1s"+held+"2s BYPASS 106ms, propagation 6ms, service 50ms, upstream 50ms\n3s"+after+"4s"+held+"5s"+held,
				journeys(t, s, p), "%v, %s", servers, profile)
			slices := uint64(8)
			if profile == "rfc" {
				slices = 12
			}
			r := runOf(t, s, p)
			require.Equal(t, slices, r.Workloads[0].Tiers[0].Count(TierFetches))
			require.Equal(t, 20_000*slices, r.Workloads[0].Tiers[0].Count(TierFetchedBytes))
			require.Equal(t, uint64(1), r.Workloads[0].Tiers[0].Count(TierPassed))
			require.Equal(t, slices+1, r.Workloads[0].Count(OriginRequests))
			require.Equal(t, 20_000*slices+80_000, r.Workloads[0].Count(OriginBytes))
		}
	}
}

// A write that comes while an answer goes on slice by slice takes out what is there of it: who asks next fetches the slices that came before, and has those that
// came after. The first answer takes 100 ms a slice, from 3 ms to 403 ms; the write passes at 103 ms and is answered at 203 ms, when two slices are there.
func TestAWriteTakesOutTheSlicesThatAreThere(t *testing.T) {
	s, p := writesOfSlices(t, "rfc")
	d := writtenAt(0, -.1, 1, 2)
	s.Workloads[0].Demand = d
	r := runOf(t, s, p)
	require.Equal(t, uint64(4+2), r.Workloads[0].Tiers[0].Count(TierFetches))
	require.Equal(t, uint64(4+2+1), r.Workloads[0].Count(OriginRequests))
}

// Independent servers lose what the one has that the request passes.
func TestAWriteTakesSlicesOutOfTheServerThatItPasses(t *testing.T) {
	seconds := readsAroundAWrite()
	s, p := writesOfSlices(t, "rfc")
	s.Workloads[0].Demand = writtenAt(seconds...)
	p.Tiers[0].Caches[0].Servers = placement.Servers{Count: 3, Spread: placement.Independent}
	require.Equal(t, uint64(4*(3+1)), runOf(t, s, p).Workloads[0].Tiers[0].Count(TierFetches))
}

// Many writes of objects in slices through two tiers are the same however sites are advanced.
func TestWritesOfSlicesDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	d := written{}
	for i := range 3000 {
		d.at = append(d.at, time.Duration(i)*20*time.Millisecond)
		d.object = append(d.object, uint32(i*i%17))
		d.writes = append(d.writes, i%7 == 3)
	}
	s, p := agesThroughTiers(t, d, freshness.Control{MaxAge: freshness.For(2 * time.Second)})
	p.Tiers[0].Freshness.Profile, p.Tiers[1].Freshness.Profile = "rfc", "rfc"
	p.SliceBytes = 20_000
	service := s.Workloads[0].Service.(workload.Cacheable)
	service.Sizes = workload.Sizes{MinBytes: 80_000, MaxBytes: 80_000}
	service.VariantShares = []float64{.5, .5}
	s.Workloads[0].Service = service
	s.Duration = 70 * time.Second
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	requireSameHoweverAdvanced(t, plans[0])
	require.Positive(t, shareOf(runOf(t, s, p), Bypass))
}

// What a day moves has writes in it: from the origin to the site that users write at, past the tier in between.
func TestFlowsOfADayHaveWrites(t *testing.T) {
	s, p := agesThroughTiers(t, writtenAt(0, 1, -2, 3), hourly)
	p.Tiers[0].Freshness.Profile = "rfc"
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	r := runOf(t, s, p)
	flows, err := plans[0].PerDay(r)
	require.NoError(t, err)
	factor := float64(24*time.Hour) / float64(s.Duration)
	fromOrigin := make(map[string]float64)
	for _, f := range flows {
		if f.Tier == string(placement.Origin) {
			fromOrigin[f.From+" "+f.To] += f.Requests
			require.InEpsilon(t, 1000*f.Requests, f.Bytes, 1e-12)
		}
	}
	require.Equal(t, map[string]float64{"region zone": factor, "region pop": factor}, fromOrigin)
	require.InEpsilon(t, float64(r.Workloads[0].Count(OriginRequests))*factor, fromOrigin["region zone"]+fromOrigin["region pop"], 1e-12)
}
