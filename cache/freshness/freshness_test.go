package freshness_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/random"
)

// An object that may be used for a minute, ten seconds longer while it is fetched anew, and five minutes longer where that fails.
func Example() {
	control := freshness.Control{
		MaxAge: freshness.For(time.Minute), StaleWhileRevalidate: freshness.For(10 * time.Second), StaleIfError: freshness.For(5 * time.Minute),
	}
	policy := freshness.NewPolicy(control, freshness.Rules{})
	held := freshness.Held{} // since instant 0, new then
	for _, seconds := range []int64{59, 65, 75} {
		now := seconds * int64(time.Second)
		state := policy.State(&held, now)
		fmt.Printf("%d s: fresh %t, served while fetched %t, served on an error %t\n",
			seconds, state == freshness.Fresh, state == freshness.StaleServed, policy.ServesOnError(&held, now, false))
	}
	// Output:
	// 59 s: fresh true, served while fetched false, served on an error true
	// 65 s: fresh false, served while fetched true, served on an error true
	// 75 s: fresh false, served while fetched false, served on an error true
}

func TestLifetimesAreWhatOriginsSayWithinWhatCachesAllow(t *testing.T) {
	second := func(n int) freshness.Span { return freshness.For(time.Duration(n) * time.Second) }
	for name, c := range map[string]struct {
		control freshness.Control
		rules   freshness.Rules
		want    time.Duration // below 0 where it is not kept
	}{
		"max-age":                              {freshness.Control{MaxAge: second(60)}, freshness.Rules{}, time.Minute},
		"s-maxage stands in its place":         {freshness.Control{MaxAge: second(60), SharedMaxAge: second(5)}, freshness.Rules{}, 5 * time.Second},
		"at least":                             {freshness.Control{MaxAge: second(5)}, freshness.Rules{MinTTL: second(30)}, 30 * time.Second},
		"at most":                              {freshness.Control{MaxAge: second(60)}, freshness.Rules{MaxTTL: second(30)}, 30 * time.Second},
		"by default":                           {freshness.Control{}, freshness.Rules{DefaultTTL: second(7)}, 7 * time.Second},
		"a tenth of the age (RFC 9111, 4.2.2)": {freshness.Control{LastModified: 1000 * time.Second}, freshness.Rules{}, 100 * time.Second},
		"CloudFront's default":                 {freshness.Control{}, freshness.Rules{Profile: "cloudfront"}, 24 * time.Hour},
		"CloudFront's most":                    {freshness.Control{MaxAge: freshness.For(1e4 * time.Hour)}, freshness.Rules{Profile: "cloudfront"}, 365 * 24 * time.Hour},
		"Varnish's default":                    {freshness.Control{}, freshness.Rules{Profile: "varnish"}, 2 * time.Minute},
		"private":                              {freshness.Control{NoStore: true, MaxAge: second(60)}, freshness.Rules{}, -1},
		"private, but at least":                {freshness.Control{NoStore: true}, freshness.Rules{MinTTL: second(9)}, 9 * time.Second},
		"no-cache with a validator":            {freshness.Control{NoCache: true, Validator: true}, freshness.Rules{}, 0},
		"no-cache without one":                 {freshness.Control{NoCache: true}, freshness.Rules{}, -1},
	} {
		p := freshness.NewPolicy(c.control, c.rules)
		require.Equal(t, c.want >= 0, p.Keeps(freshness.Good), name)
		require.Equal(t, int64(max(c.want, 0)), p.Lifetime(), name)
	}
}

// Which errors are kept, and for how long: by RFC 9110, section 15.1, the pages of CloudFront's documentation that its profile names,
// Varnish's cache_rfc2616.c, and nginx's proxy_cache_valid.
func TestErrorsAreKeptByTheirStatus(t *testing.T) {
	const not = -1
	second := func(n int) freshness.Span { return freshness.For(time.Duration(n) * time.Second) }
	rules := func(profile string) freshness.Rules { return freshness.Rules{Profile: profile} }
	by := func(profile string, ttls ...freshness.StatusTTL) freshness.Rules {
		return freshness.Rules{Profile: profile, ErrorTTLs: ttls}
	}
	said := freshness.Control{MaxAge: second(60)}
	for _, c := range []struct {
		status  int
		control freshness.Control
		rules   freshness.Rules
		want    int // s
	}{
		{404, freshness.Control{}, rules("rfc"), not}, {404, said, rules("rfc"), 60}, {503, said, rules("rfc"), 60}, {403, said, rules("rfc"), 60},
		{404, freshness.Control{}, freshness.Rules{ErrorTTL: second(1)}, 1}, {404, said, freshness.Rules{MaxTTL: second(5)}, 5},
		{404, freshness.Control{}, freshness.Rules{DefaultTTL: second(7)}, 7}, {403, freshness.Control{}, freshness.Rules{DefaultTTL: second(7)}, not},
		{404, freshness.Control{NoStore: true, MaxAge: second(60)}, rules("rfc"), not},

		{404, freshness.Control{}, rules("cloudfront"), 10}, {503, freshness.Control{}, rules("cloudfront"), 10}, {404, said, rules("cloudfront"), 60},
		{404, freshness.Control{MaxAge: second(3)}, rules("cloudfront"), 10},
		{403, freshness.Control{}, rules("cloudfront"), not}, {403, said, rules("cloudfront"), 60}, {416, said, rules("cloudfront"), not},
		{429, said, rules("cloudfront"), not}, {505, freshness.Control{}, rules("cloudfront"), not},
		{404, freshness.Control{NoStore: true}, rules("cloudfront"), not}, {501, freshness.Control{NoCache: true}, rules("cloudfront"), not},
		{503, freshness.Control{NoStore: true, MaxAge: second(60)}, rules("cloudfront"), 10},
		{404, freshness.Control{}, by("cloudfront", freshness.StatusTTL{From: 404, To: 404, TTL: time.Minute}), 60},
		{404, freshness.Control{}, by("cloudfront", freshness.StatusTTL{From: 404, To: 404}), not},
		{404, said, by("cloudfront", freshness.StatusTTL{From: 404, To: 404}), 60},
		{500, freshness.Control{}, by("cloudfront", freshness.StatusTTL{From: 404, To: 404, TTL: time.Minute}), 10},
		{403, freshness.Control{}, by("cloudfront", freshness.StatusTTL{From: 403, To: 403, TTL: time.Minute}), not},
		{403, freshness.Control{MaxAge: second(3)}, by("cloudfront", freshness.StatusTTL{From: 403, To: 403, TTL: time.Minute}), 60},
		{404, said, freshness.Rules{Profile: "cloudfront", MaxTTL: second(20)}, 20},

		{404, freshness.Control{}, rules("varnish"), 120}, {410, freshness.Control{}, rules("varnish"), 120}, {414, said, rules("varnish"), 60},
		{403, freshness.Control{}, rules("varnish"), not}, {403, said, rules("varnish"), not}, {503, said, rules("varnish"), not},
		{403, said, by("varnish", freshness.StatusTTL{From: 400, To: 499, TTL: 5 * time.Second}), 5},
		{404, freshness.Control{}, rules("varnish-tuned"), 1}, {410, freshness.Control{}, rules("varnish-tuned"), 120}, {502, freshness.Control{}, rules("varnish-tuned"), 1},
		{502, said, rules("varnish-tuned"), not},

		{404, freshness.Control{}, rules("nginx"), not}, {403, said, rules("nginx"), 60}, {404, freshness.Control{}, freshness.Rules{Profile: "nginx", DefaultTTL: second(7)}, not},
		{503, freshness.Control{}, rules("nginx-tuned"), 1}, {502, freshness.Control{}, rules("nginx-tuned"), not}, {404, freshness.Control{}, rules("nginx-sie"), not},
		{502, freshness.Control{}, by("nginx", freshness.StatusTTL{From: 500, To: 599, TTL: 2 * time.Second}), 2},
		{502, freshness.Control{}, by("nginx", freshness.StatusTTL{From: 500, To: 599, TTL: 2 * time.Second}, freshness.StatusTTL{From: 502, To: 502, TTL: 9 * time.Second}), 9},
	} {
		require.NoError(t, c.rules.Validate())
		c.control.Status = c.status
		p := freshness.NewPolicy(c.control, c.rules)
		what := fmt.Sprintf("%d, %+v at %+v", c.status, c.control, c.rules)
		require.Equal(t, c.want != not, p.Keeps(c.control.Answer()), what)
		if c.want != not {
			// nginx counts from the end of the second in which an answer came.
			until := p.Until(&freshness.Held{Answer: c.control.Answer()})
			if strings.HasPrefix(c.rules.Profile, "nginx") {
				until -= int64(time.Second)
			}
			require.Equal(t, time.Duration(c.want)*time.Second, time.Duration(until), what)
		}
	}
}

func TestCloudFrontServesNothingThatIsMoreStaleThanItsLongestLifetime(t *testing.T) {
	said := freshness.Control{MaxAge: freshness.For(time.Minute), StaleIfError: freshness.For(time.Hour), StaleWhileRevalidate: freshness.For(time.Hour)}
	at := func(rules freshness.Rules, seconds int64) [2]bool {
		p := freshness.NewPolicy(said, rules)
		now := seconds * int64(time.Second)
		return [2]bool{p.State(&freshness.Held{}, now) == freshness.StaleServed, p.ServesOnError(&freshness.Held{}, now, true)}
	}
	five := freshness.Rules{Profile: "cloudfront", MaxTTL: freshness.For(5 * time.Minute)}
	require.Equal(t, [2]bool{true, true}, at(five, 60+299))
	require.Equal(t, [2]bool{false, false}, at(five, 60+301))
	five.Profile = "rfc"
	require.Equal(t, [2]bool{true, true}, at(five, 60+301), "RFC 5861 knows no such bound")
}

func TestStaleObjectsAreServedAsTheOriginAndTheCacheHaveIt(t *testing.T) {
	second := int64(time.Second)
	minute := freshness.Control{MaxAge: freshness.For(time.Minute), StaleWhileRevalidate: freshness.For(10 * time.Second), StaleIfError: freshness.For(30 * time.Second)}
	state := func(c freshness.Control, profile string, at int64) freshness.State {
		p := freshness.NewPolicy(c, freshness.Rules{Profile: profile})
		return p.State(&freshness.Held{}, at*second)
	}
	require.Equal(t, freshness.Fresh, state(minute, "rfc", 59))
	require.Equal(t, freshness.StaleServed, state(minute, "rfc", 69))
	require.Equal(t, freshness.Expired, state(minute, "rfc", 71))
	require.Equal(t, freshness.StaleWhileFetched, state(minute, "nginx", 65), "nginx lets the first one wait")
	forbidden := minute
	forbidden.MustRevalidate = true
	require.Equal(t, freshness.Expired, state(forbidden, "rfc", 65))
	require.Equal(t, freshness.StaleServed, state(forbidden, "varnish", 65), "Varnish does not care")
	require.Equal(t, freshness.StaleServed, state(freshness.Control{MaxAge: freshness.For(time.Minute)}, "varnish", 69), "10 s of grace")
	require.Equal(t, freshness.Expired, state(freshness.Control{MaxAge: freshness.For(time.Minute)}, "rfc", 69))

	for profile, serves := range map[string][2]bool{ // on an error, without an answer
		"rfc": {true, true}, "nginx": {false, true}, "nginx-sie": {true, true}, "varnish": {false, false}, "cloudfront": {true, true},
	} {
		p := freshness.NewPolicy(minute, freshness.Rules{Profile: profile})
		for i, noAnswer := range []bool{false, true} {
			require.Equal(t, serves[i], p.ServesOnError(&freshness.Held{}, 85*second, noAnswer), "%s, no answer %t", profile, noAnswer)
		}
	}
	p := freshness.NewPolicy(minute, freshness.Rules{})
	require.False(t, p.ServesOnError(&freshness.Held{}, 91*second, true), "beyond stale-if-error")
	require.Equal(t, 5*second, p.Staleness(&freshness.Held{}, 65*second))
}

func TestChangesOfAnObjectComeAtTheirRate(t *testing.T) {
	changes := freshness.Changes{Mean: time.Hour}
	require.InDelta(t, math.Exp(-1), changes.Unchanged(time.Hour), 1e-12)
	same := 0
	const objects = 20_000
	for object := range uint64(objects) {
		draws := random.Key(random.NewKey(1, 0, 0, 0).At(object))
		if changes.Version(draws, int64(1000*time.Hour)) == changes.Version(draws, int64(1001*time.Hour)) {
			same++
		}
	}
	p := math.Exp(-1)
	require.InDelta(t, p, float64(same)/objects, 5*math.Sqrt(p*(1-p)/objects))
}

func TestWhatIsOutOfRangeIsNamed(t *testing.T) {
	require.ErrorContains(t, freshness.Control{MaxAge: freshness.For(-1)}.Validate(), "MaxAge")
	require.ErrorContains(t, freshness.Control{Status: 100}.Validate(), "Status is 100; want 200 to 599")
	require.ErrorContains(t, freshness.Rules{Profile: "squid"}.Validate(), "rfc, cloudfront")
	for want, of := range map[string]freshness.StatusTTL{
		"ErrorTTLs[0] is 200; want statuses from 400 to 599": {From: 200, To: 200}, "ErrorTTLs[0] is -1s; want 0 to": {From: 404, To: 404, TTL: -time.Second},
		"ErrorTTLs[0] is 416; want one that a cache of profile cloudfront keeps: 400, 403, 404": {From: 416, To: 416},
	} {
		require.ErrorContains(t, freshness.Rules{Profile: "cloudfront", ErrorTTLs: []freshness.StatusTTL{of}}.Validate(), want)
	}
	twice := []freshness.StatusTTL{{From: 400, To: 499}, {From: 400, To: 499, TTL: 1}}
	require.ErrorContains(t, freshness.Rules{ErrorTTLs: twice}.Validate(), "ErrorTTLs[1] is 4xx; want statuses that no rule before has")
	require.ErrorContains(t, freshness.Rules{MinTTL: freshness.For(2), MaxTTL: freshness.For(1)}.Validate(), "MinTTL")
	for _, name := range freshness.Profiles() {
		require.NoError(t, freshness.Rules{Profile: name}.Validate())
		require.NotEmpty(t, freshness.About(name))
	}
	_, err := freshness.ParseCollapse("some")
	require.ErrorContains(t, err, "all, new or none")
}
