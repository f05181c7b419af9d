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

// A write takes all variants of its object out, and no other object, at the server that it passes.
func TestAWriteTakesAllVariantsOut(t *testing.T) {
	var seconds []float64
	for i := range 60 {
		seconds = append(seconds, float64(i))
	}
	seconds = append(seconds, -61)
	for i := range 60 {
		seconds = append(seconds, 62+float64(i))
	}
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

// Slices do not know of writes.
func TestWritesOfSlicesAreRefused(t *testing.T) {
	s, p := ageing(t, writtenAt(0, -1), hourly, "rfc")
	p.SliceBytes = 1 << 20
	require.ErrorContains(t, s.ValidatePlacement(p), `SliceBytes is 1048576; want 0: the workload "site" writes`)
}
