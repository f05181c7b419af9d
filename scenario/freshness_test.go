package scenario

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

const ageing = `title: Ages
duration: 1m
replications: 2
network: {provider: aws, metros: {names: [london]}}
workloads:
  - name: site
    kind: static
    requests_per_second: 20
    objects: 50
    sizes: {median: 20kB}
    freshness:
      - {objects: 0.75, max_age: 0s, s_maxage: 60s, stale_while_revalidate: 30s, stale_if_error: 1h, validator: true, changes: {mean: 10m, regular: true}}
      - {objects: 0.1, no_cache: true, must_revalidate: true, last_modified: 10h, age: 3s, changes: 5m}
      - {objects: 0.15, status: 404, max_age: 1m}
    variants: [0.5, 0.25, 0.25]
placements:
  - name: edge
    origin: eu-central-1
    edge_caches: {sites: pop-lhr, size: 100MB, freshness: {profile: cloudfront, min_ttl: 1s, default_ttl: 2s, max_ttl: 3s, error_ttl: 4s, stale_while_revalidate: 0s, stale_if_error: 5s, collapse: none}}
  - {name: other, extends: edge, edge_caches: {freshness: {profile: cloudfront, error_ttl: {404: 1m, 5xx: 0s}}}}
  - name: by workload
    extends: edge
    edge_caches: {freshness: [{workloads: site, profile: cloudfront, max_ttl: 1h}, {default_ttl: 1m}]}
purges: [{at: 30s, workload: site, share: 0.5}]
origin_errors: [{site: Frankfurt, at: 40s, for: 5s}]
`

func TestKeysOfFreshnessAreRead(t *testing.T) {
	study, err := Parse("ages.yaml", []byte(ageing))
	require.NoError(t, err)
	service := study.Workloads[0].Service.(workload.Cacheable)
	require.Equal(t, []workload.Controlled{
		{Objects: .75, Control: freshness.Control{
			MaxAge: freshness.For(0), SharedMaxAge: freshness.For(time.Minute), StaleWhileRevalidate: freshness.For(30 * time.Second),
			StaleIfError: freshness.For(time.Hour), Validator: true, Changes: freshness.Changes{Mean: 10 * time.Minute, Regular: true},
		}},
		{Objects: .1, Control: freshness.Control{
			NoCache: true, MustRevalidate: true, LastModified: 10 * time.Hour, Age: 3 * time.Second, Changes: freshness.Changes{Mean: 5 * time.Minute},
		}},
		{Objects: .15, Control: freshness.Control{Status: 404, MaxAge: freshness.For(time.Minute)}},
	}, service.Controls)
	require.Equal(t, []float64{.5, .25, .25}, service.VariantShares)
	require.Equal(t, &freshness.Rules{
		Profile: "cloudfront", MinTTL: freshness.For(time.Second), DefaultTTL: freshness.For(2 * time.Second), MaxTTL: freshness.For(3 * time.Second),
		ErrorTTL: freshness.For(4 * time.Second), StaleWhileRevalidate: freshness.For(0), StaleIfError: freshness.For(5 * time.Second), Collapse: freshness.CollapseNone,
	}, study.Placements[0].Tiers[0].Freshness)
	require.Equal(t, &freshness.Rules{Profile: "cloudfront", ErrorTTLs: []freshness.StatusTTL{{From: 404, To: 404, TTL: time.Minute}, {From: 500, To: 599}}}, study.Placements[1].Tiers[0].Freshness)
	by := study.Placements[2].Tiers[0]
	require.Equal(t, &freshness.Rules{DefaultTTL: freshness.For(time.Minute)}, by.Freshness)
	require.Equal(t, []placement.WorkloadFreshness{{Workloads: []string{"site"}, Rules: freshness.Rules{Profile: "cloudfront", MaxTTL: freshness.For(time.Hour)}}}, by.FreshnessOf)
	require.Equal(t, []sim.Purge{{At: 30 * time.Second, Workload: "site", Share: .5}}, study.Purges)
	require.Equal(t, []sim.OriginErrors{{Site: "eu-central-1", At: 40 * time.Second, For: 5 * time.Second}}, study.OriginErrors)
}

func TestMistakesInFreshnessAreNamed(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"objects: 0.75", "objects: 0.5", "workloads[0].freshness[0].objects: is 0.5; want shares of all classes that sum to 1, not 0.75"},
		{"objects: 0.75, max_age", "max_age", `workloads[0].freshness[0]: the key "objects" is missing`},
		{"max_age: 0s", "max_age: -1s", "workloads[0].freshness[0].max_age: is -1s; want 0 to"},
		{"s_maxage: 60s", "s_maxage: 60", `is "60"; want a time with its unit`},
		{"status: 404", "status: 42", "workloads[0].freshness[2].status: is 42; want 200 to 599"},
		{"changes: 5m", "changes: 5us", "workloads[0].freshness[1].changes.mean: is 5µs; want 0 (never), or 1ms"},
		{"variants: [0.5, 0.25, 0.25]", "variants: [0.5, 0.25]", "workloads[0].variants: is [0.5, 0.25]; want shares that sum to 1"},
		{"variants: [0.5, 0.25, 0.25]", "variants: 0", "workloads[0].variants: is 0; want 1 to 64"},
		{"profile: cloudfront, min_ttl: 1s", "profile: squid, min_ttl: 1s", `placements[0].edge_caches.freshness.profile: is "squid"; want one of rfc, cloudfront`},
		{"min_ttl: 1s", "min_ttl: 5s", "placements[0].edge_caches.freshness.min_ttl: is 5s; want at most max_ttl, 3 s"},
		{"collapse: none", "collapse: some", `placements[0].edge_caches.freshness.collapse: is "some"; want all, new or none`},
		{"404: 1m", "200: 1m", "placements[1].edge_caches.freshness.error_ttl.200: is 200; want statuses from 400 to 599"},
		{"404: 1m", "416: 1m", "placements[1].edge_caches.freshness.error_ttl.416: is 416; want one that a cache of profile cloudfront keeps: 400, 403"},
		{"404: 1m", "client: 1m", `placements[1].edge_caches.freshness.error_ttl.client: is of "client"; want a status from 400 to 599, 4xx or 5xx`},
		{"404: 1m", "404: 1", `placements[1].edge_caches.freshness.error_ttl.404: is "1"; want a time with its unit`},
		{"workloads: site,", "workloads: shop,", "placements[2].edge_caches.freshness[0].workloads: is shop; want a workload that caches keep"},
		{"workloads: site,", "", `placements[2].edge_caches.freshness[1]: has no key "workloads"`},
		{"{default_ttl: 1m}", "{workloads: site}", "placements[2].edge_caches.freshness[1].workloads: is site; want a workload that has no rules of its own in the tier yet"},
		{"max_ttl: 1h", "profile: squid", `placements[2].edge_caches.freshness[0].profile: `},
		{"max_ttl: 1h", "min_ttl: 1h, max_ttl: 1m", `placements[2].edge_caches.freshness[0].min_ttl: is 1h0m0s; want at most max_ttl, 1m`},
		{"{default_ttl: 1m}", "{default_ttl: -1m}", "placements[2].edge_caches.freshness[1].default_ttl: is -1m0s; want 0 to"},
		{"share: 0.5", "share: 2", "purges[0].share: is 2; want more than 0, 1 at most"},
		{"workload: site", "workload: shop", `purges[0].workload: is "shop"; want a workload that caches keep`},
		{"at: 30s", "at: 30h", "purges[0].at: is 30h0m0s; want 0 to the end of the run, 1m0s"},
		{"site: Frankfurt", "site: Atlantis", "origin_errors[0].site: is Atlantis; want a site that is an origin of a placement: eu-central-1"},
		{"site: Frankfurt", "site: pop-lhr", "origin_errors[0].site: is pop-lhr; want a site that is an origin of a placement: eu-central-1"},
		{"no_cache: true, must", "max_age: 5s, no_cache: true, must", "workloads[0].freshness[1].max_age: is 5s; want 0 or nothing beside no_cache: the object is confirmed before each use"},
		{"status: 404, max_age: 1m", "status: 404, validator: true", "workloads[0].freshness[2].validator: is true; want nothing beside a status of 400 or more"},
		{"min_ttl: 1s, default_ttl: 2s", "min_ttl: 1s, default_ttl: 2m", "placements[0].edge_caches.freshness.default_ttl: is 2m0s; want at most max_ttl, 3 s"},
		{"profile: cloudfront, min_ttl: 1s", "profile: varnish, min_ttl: 1s", "placements[0].edge_caches.freshness.stale_if_error: is 5s; want nothing in the profile varnish: it serves nothing stale on errors"},
		{", for: 5s", "", `origin_errors[0]: the key "for" is missing`},
	} {
		text := strings.Replace(ageing, c.old, c.new, 1)
		require.NotEqual(t, ageing, text)
		_, err := Parse("ages.yaml", []byte(text))
		require.ErrorContains(t, err, c.want, c.new)
	}
}

// An origin's errors without anything that says what a cache makes of them would have no effect.
func TestErrorsOfAnOriginNeedFreshness(t *testing.T) {
	lines := strings.Split(ageing, "\n")
	var kept []string
	for _, line := range lines {
		if strings.Contains(line, "freshness:") && !strings.Contains(line, "edge_caches") || strings.Contains(line, "objects: 0.") || strings.Contains(line, "purges") || strings.Contains(line, "extends") || strings.Contains(line, "by workload") || strings.Contains(line, "max_ttl: 1h") {
			continue
		}
		if i := strings.Index(line, ", freshness:"); i >= 0 {
			line = line[:i] + "}"
		}
		kept = append(kept, line)
	}
	_, err := Parse("ages.yaml", []byte(strings.Join(kept, "\n")))
	require.ErrorContains(t, err, `ages.yaml:16: origin_errors[0].site: is eu-central-1; want an origin of placements with a workload or a tier that has freshness: in "edge" nothing says what a cache makes of an error`)
}

func TestErrorsOfAnOriginAreOfPlacementsWhoseCachesKnowErrors(t *testing.T) {
	const text = `title: Errors
duration: 1m
network: {metros: {names: [London]}}
workloads: [{name: site, kind: static, requests_per_second: 1, objects: 10, zipf_exponent: 1, sizes: {median: 1kB, ln_sd: 0}}]
placements:
  - {name: plain, origin: Frankfurt, edge_caches: {sites: [pop-lhr], size: 1GB}}
  - {name: ages, origin: Dublin, edge_caches: {sites: [pop-lhr], size: 1GB, freshness: {profile: cloudfront}}}
origin_errors:
  - {site: Dublin, at: 10s, for: 5s}
`
	_, err := Parse("errors.yaml", []byte(text))
	require.NoError(t, err, "the errors are not of the other placement's origin")
	_, err = Parse("errors.yaml", []byte(text+"  - {site: Frankfurt, at: 10s, for: 5s}\n"))
	require.ErrorContains(t, err, `errors.yaml:10: origin_errors[1].site: is eu-central-1; want an origin of placements with a workload or a tier that has freshness: in "plain" nothing says what a cache makes of an error`)
}
