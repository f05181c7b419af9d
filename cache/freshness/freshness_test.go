package freshness_test

import (
	"fmt"
	"math"
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

func TestErrorsAreKeptByTheirOwnTimes(t *testing.T) {
	for _, c := range []struct {
		status  int
		profile string
		rules   freshness.Rules
		keeps   bool
	}{
		{404, "rfc", freshness.Rules{}, false}, {404, "cloudfront", freshness.Rules{}, true}, {503, "cloudfront", freshness.Rules{}, true},
		{404, "varnish", freshness.Rules{}, true}, {503, "varnish", freshness.Rules{}, false}, {404, "nginx", freshness.Rules{}, false},
		{404, "rfc", freshness.Rules{ErrorTTL: freshness.For(time.Second)}, true}, {503, "nginx-tuned", freshness.Rules{}, true},
	} {
		c.rules.Profile = c.profile
		control := freshness.Control{Status: c.status}
		p := freshness.NewPolicy(control, c.rules)
		require.Equal(t, c.keeps, p.Keeps(control.Answer()), "%d at %s", c.status, c.profile)
	}
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
	require.ErrorContains(t, freshness.Rules{MinTTL: freshness.For(2), MaxTTL: freshness.For(1)}.Validate(), "MinTTL")
	for _, name := range freshness.Profiles() {
		require.NoError(t, freshness.Rules{Profile: name}.Validate())
		require.NotEmpty(t, freshness.About(name))
	}
	_, err := freshness.ParseCollapse("some")
	require.ErrorContains(t, err, "all, new or none")
}
