package freshness_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
)

// doesWith returns all that a cache does with what an origin says, as far as anybody can see it: which answers it keeps and, at many instants, whether what it
// keeps is served, confirmed, or served on errors.
func doesWith(c freshness.Control, r freshness.Rules) string {
	p := freshness.NewPolicy(c, r)
	answer := c.Answer()
	does := fmt.Sprint(p.Keeps(answer), p.KeepsFailure())
	if !p.Keeps(answer) {
		return does
	}
	held := freshness.Held{AsOf: -int64(c.Age), Version: c.Changes.Version(7, 0), Answer: answer}
	for at := int64(0); at < 120; at += 6 {
		now := at * int64(time.Second)
		extended := held
		does += fmt.Sprint(p.State(&held, now), p.Confirms(&held, now), p.ServesOnError(&held, now, false), p.ServesOnError(&held, now, true), p.Extend(&extended, now))
		if answer == freshness.Good && p.State(&held, now) == freshness.Expired && p.Confirms(&held, now) {
			does += fmt.Sprint(c.Changes.Version(7, now) == held.Version)
		} else if answer == freshness.Good {
			does += fmt.Sprint(c.Changes.Version(7, now)) // what is served is as the origin has it, or not
		}
	}
	return does
}

// The keys of what an origin says, by what each adds.
var controlKeys = []struct {
	name string
	add  func(*freshness.Control)
}{
	{"max_age", func(c *freshness.Control) { c.MaxAge = freshness.For(20 * time.Second) }},
	{"s_maxage", func(c *freshness.Control) { c.SharedMaxAge = freshness.For(25 * time.Second) }},
	{"stale_while_revalidate", func(c *freshness.Control) { c.StaleWhileRevalidate = freshness.For(31 * time.Second) }},
	{"stale_if_error", func(c *freshness.Control) { c.StaleIfError = freshness.For(37 * time.Second) }},
	{"must_revalidate", func(c *freshness.Control) { c.MustRevalidate = true }},
	{"no_cache", func(c *freshness.Control) { c.NoCache = true }},
	{"no_store", func(c *freshness.Control) { c.NoStore = true }},
	{"validator", func(c *freshness.Control) { c.Validator = true }},
	{"last_modified", func(c *freshness.Control) { c.LastModified = 410 * time.Second }},
	{"age", func(c *freshness.Control) { c.Age = 7 * time.Second }},
	{"status 404", func(c *freshness.Control) { c.Status = 404 }},
	{"status 503", func(c *freshness.Control) { c.Status = 503 }},
	{"changes", func(c *freshness.Control) { c.Changes = freshness.Changes{Mean: 40 * time.Second} }},
}

// someRules are rules of tiers, in all profiles.
func someRules() (all []freshness.Rules) {
	at := func(seconds int) freshness.Span { return freshness.For(time.Duration(seconds) * time.Second) }
	for _, profile := range freshness.Profiles() {
		for _, r := range []freshness.Rules{
			{}, {DefaultTTL: at(15)}, {MinTTL: at(12)}, {MaxTTL: at(9)}, {ErrorTTL: at(11)}, {StaleWhileRevalidate: at(13)}, {StaleIfError: at(17)},
			{DefaultTTL: at(15), StaleWhileRevalidate: at(13)}, {DefaultTTL: at(15), StaleIfError: at(17)}, {MinTTL: at(12), StaleIfError: at(17)}, {MinTTL: at(12), StaleWhileRevalidate: at(13)},
		} {
			r.Profile = profile
			if r.Validate() == nil {
				all = append(all, r)
			}
		}
	}
	return all
}

// Each pair of keys is allowed or refused. A pair is refused where no cache, whatever its profile and rules, does anything else for one of them beside the
// other. Some of which that is so are allowed, since they say the same or are facts, as real origins send them.
func TestPairsOfKeysOfAnOriginAreAllowedOrRefused(t *testing.T) {
	allowed := map[string]string{ // without effect, and why it is allowed
		"max_age beside s_maxage":         "it is for browsers (RFC 9111, section 5.2.2.10)",
		"must_revalidate beside no_store": "both forbid: no-cache, no-store, must-revalidate is the usual header",
		"no_cache beside no_store":        "both forbid",
		"must_revalidate beside no_cache": "both forbid",
		"last_modified beside max_age":    "a fact, which counts where no lifetime is said (RFC 9111, section 4.2.2)",
		"last_modified beside s_maxage":   "the same",
		"last_modified beside no_cache":   "the same",
		"last_modified beside no_store":   "the same",
	}
	var wrong []string
	for i, a := range controlKeys {
		for _, b := range controlKeys[i+1:] {
			if strings.HasPrefix(a.name, "status") && strings.HasPrefix(b.name, "status") {
				continue
			}
			var both freshness.Control
			a.add(&both)
			b.add(&both)
			err := both.Validate()
			idle := ""
			switch {
			case !hasEffectBeside(a.add, b.add):
				idle = b.name + " beside " + a.name
			case !hasEffectBeside(b.add, a.add):
				idle = a.name + " beside " + b.name
			}
			switch _, listed := allowed[idle]; {
			case listed && err != nil:
				wrong = append(wrong, fmt.Sprintf("%s is refused, and listed as allowed", idle))
			case idle != "" && !listed && err == nil:
				wrong = append(wrong, fmt.Sprintf("%s is allowed, and has no effect", idle))
			case idle == "" && err != nil:
				wrong = append(wrong, fmt.Sprintf("%s and %s are refused, and each has an effect: %v", a.name, b.name, err))
			}
			delete(allowed, idle)
		}
	}
	require.Empty(t, wrong)
	require.Empty(t, allowed, "they have an effect")
}

// hasEffectBeside reports whether a second key has an effect beside a first at any cache: alone, or with a key that says for how long objects are good,
// may be stale, or can be confirmed.
func hasEffectBeside(first, second func(*freshness.Control)) bool {
	none := func(*freshness.Control) {}
	for _, more := range []func(*freshness.Control){none, controlKeys[0].add, controlKeys[2].add, controlKeys[3].add, controlKeys[7].add} {
		var without freshness.Control
		more(&without)
		first(&without)
		with := without
		second(&with)
		for _, rules := range someRules() {
			if doesWith(without, rules) != doesWith(with, rules) {
				return true
			}
		}
	}
	return false
}

// A rule of a tier is refused in a profile where it changes nothing of any object.
func TestRulesWithoutEffectInTheirProfileAreRefused(t *testing.T) {
	at := func(seconds int) freshness.Span { return freshness.For(time.Duration(seconds) * time.Second) }
	rules := []struct {
		name string
		add  func(*freshness.Rules)
	}{
		{"min_ttl", func(r *freshness.Rules) { r.MinTTL = at(13) }},
		{"default_ttl", func(r *freshness.Rules) { r.DefaultTTL = at(14) }},
		{"max_ttl", func(r *freshness.Rules) { r.MaxTTL = at(15) }},
		{"error_ttl", func(r *freshness.Rules) { r.ErrorTTL = at(16) }},
		{"stale_while_revalidate", func(r *freshness.Rules) { r.StaleWhileRevalidate = at(17) }},
		{"stale_if_error", func(r *freshness.Rules) { r.StaleIfError = at(18) }},
	}
	refused := make(map[string]string)
	for _, profile := range freshness.Profiles() {
		for _, rule := range rules {
			with := freshness.Rules{Profile: profile}
			rule.add(&with)
			hasEffect := false
			for _, a := range controlKeys {
				for _, b := range controlKeys {
					var c freshness.Control
					a.add(&c)
					b.add(&c)
					hasEffect = hasEffect || doesWith(c, freshness.Rules{Profile: profile}) != doesWith(c, with)
				}
			}
			err := with.Validate()
			require.Equal(t, hasEffect, err == nil, "%s in the profile %s: %v", rule.name, profile, err)
			if err != nil {
				refused[profile] += rule.name + " "
			}
		}
	}
	require.Equal(t, map[string]string{
		"varnish": "stale_if_error ", "varnish-tuned": "stale_if_error ", "nginx-stale": "stale_while_revalidate stale_if_error ", "nginx-sie": "stale_if_error ",
	}, refused)

	require.ErrorContains(t, freshness.Rules{DefaultTTL: at(5), MinTTL: at(6)}.Validate(), "DefaultTTL is 5s; want at least MinTTL, 6 s")
	require.ErrorContains(t, freshness.Rules{DefaultTTL: at(7), MaxTTL: at(6)}.Validate(), "DefaultTTL is 7s; want at most MaxTTL, 6 s")
	require.ErrorContains(t, freshness.Control{NoStore: true, StaleWhileRevalidate: at(1)}.Validate(), "StaleWhileRevalidate is 1s; want 0 or nothing beside no_store")
	require.NoError(t, freshness.Control{NoStore: true, NoCache: true, MustRevalidate: true, MaxAge: at(0)}.Validate())
}
