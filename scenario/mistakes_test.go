package scenario_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
)

func TestMistakesAreNamedByLineFieldValueAndRemedy(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"unknown key at the top", "seed: 42", "sed: 42", `bad.yaml:5: sed: unknown key; want one of title, start`},
		{"unknown key inside", "tick_hz: 64", "tick: 64", `bad.yaml:17: workloads[0].tick: unknown key`},
		{"key twice", "seed: 42", "seed: 42\nseed: 43", `bad.yaml:6: seed: stands twice`},
		{"missing key", "title: A test\n", "", `the key "title" is missing`},
		{"no unit", "duration: 10m", "duration: 10", `bad.yaml:4: duration: is "10"; want a time with its unit`},
		{"wrong unit", "warm_up: 1m", "warm_up: 1MB", `bad.yaml:3: warm_up: is "1MB"`},
		{"size without unit", "size: 256MiB", "size: 256", `bad.yaml:39: placements[1].edge_caches.size: is "256"; want a size with its unit`},
		{"no number", "tick_hz: 64", "tick_hz: fast", `bad.yaml:17: workloads[0].tick_hz: is "fast"; want a number`},
		{"not a number", "tick_hz: 64", "tick_hz: .nan", `workloads[0].tick_hz: is ".nan"; want a number`},
		{"no whole number", "replications: 3", "replications: 3.5", `bad.yaml:6: replications: is "3.5"; want a whole number`},
		{"negative seed", "seed: 42", "seed: -1", `bad.yaml:5: seed: is "-1"`},
		{"instant", "start: 2026-03-03T04:00:00Z", "start: tomorrow", `bad.yaml:2: start: is "tomorrow"; want an instant`},
		{"boolean", "dynamic_via_pop: true", "dynamic_via_pop: yes please", `dynamic_via_pop: is "yes please"; want true or false`},
		{"warm-up check", "warm_up: 1m", "check_warm_up: maybe", `bad.yaml:3: check_warm_up: is "maybe"; want true or false`},
		{"preload", "preload: steady", "preload: che", `bad.yaml:39: placements[1].edge_caches.preload: is "che"; want steady`},
		{"stopping rule", "replications: 3", "replications: {until: {p95: 2}}", `bad.yaml:6: replications.until.p95: is "2"; want a share`},
		{"stopping rule without goal", "replications: 3", "replications: {max: 50}", `bad.yaml:6: replications: the key "until" is missing`},
		{"stopping rule with two goals", "replications: 3", "replications: {until: {p95: 2%, mean: 1%}}", `bad.yaml:6: replications.until: names more than one goal`},
		{"ranking without best", "replications: 3", "replications: {until: {p95: 2%, by: p50}}", `bad.yaml:6: replications.until.by: goes with best_known only`},
		{"ranking by nothing known", "replications: 3", "replications: {until: {best_known: 95%, workload: site, by: q}}", `replications.until.by: is "q"; want mean or a quantile`},
		{"best of no workload", "replications: 3", "replications: {until: {best_known: 95%}}", `Name it`},
		{"list for a text", "title: A test", "title: [A, test]", `bad.yaml:1: title: is a list; want a text`},
		{"text that is no mix", "access: {fiber: 0.5, lte: 0.5}", "access: fast", `bad.yaml:12: network.access: is "fast"; want players, or shares of access technologies that sum to 1`},
		{"impossible share", "lte: 0.5", "lte: 0.7", `bad.yaml:12: network.access: `},
		{"impossible value", "zipf_exponent: 0.8", "zipf_exponent: -0.8", `bad.yaml:22: workloads[1].zipf_exponent: is -0.8; want 0 to 10`},
		{"impossible value deep inside", "new_connections: 0.2", "new_connections: 20", `bad.yaml:25: workloads[1].client.new_connections: is 20; want 0 to 1`},
		{"deadlines out of order", "[20ms, 50ms]", "[50ms, 20ms]", `bad.yaml:27: workloads[1].deadlines: `},
		{"preset", "preset: api-dynamic", "preset: api", `bad.yaml:29: workloads[2].preset: is "api"`},
		{"kind", "kind: static", "kind: still", `bad.yaml:19: workloads[1].kind: is "still"; want static, dynamic, gaming or trace`},
		{"handshake", "handshake: quic", "handshake: sctp", `workloads[1].client.handshake: is "sctp"`},
		{"law", "law: exponential", "law: normal", `workloads[1].origin_service.law: is "normal"`},
		{"law without its variation", "law: exponential", "law: gamma", `workloads[1].origin_service.variation: is 0; want above 0 to 20`},
		{"variation without effect", "law: exponential", "variation: 2", `workloads[1].origin_service.variation: is 2; want 0 with the law constant`},
		{"law of times", "mean: 5ms, law: exponential", "times: [1ms, 2ms], law: gamma", `workloads[1].origin_service`},
		{"mean beside times", "mean: 5ms, law: exponential", "times: [1ms, 2ms], mean: 1ms", `workloads[1].origin_service.mean: stands beside times`},
		{"empirical without times", "law: exponential", "law: empirical", `workloads[1].origin_service.times: is 0 times; want 1 to 100000`},
		{"metro", "denver-us", "denvr-us", `denver-us`},
		{"provider", "provider: aws", "provider: acme", `bad.yaml:9: network.provider: is "acme"`},
		{"site", "compute: us-west-2\n", "compute: us-west-9\n", `bad.yaml:36: placements[0].compute: is us-west-9; want a known region; nearest are us-west-1`},
		{"site of the wrong kind", "sites: [pop-lax, pop-den]", "sites: [us-west-2]", `bad.yaml:39: placements[1].edge_caches`},
		{"cache without size", "{sites: [pop-lax, pop-den], size: 256MiB, policy: lru, preload: steady}", "[pop-lax]", `has no size`},
		{"cache policy", "policy: lru", "policy: lruu", `bad.yaml:39: placements[1].edge_caches.policy: is lruu; want one of`},
		{"extends nothing", "extends: region\n    edge", "extends: regoin\n    edge", `bad.yaml:38: placements[1].extends: is "regoin"`},
		{"metro of a workload", "tick_hz: 64", "metros: [phoenix-us]", `bad.yaml:17: workloads[0].metros: is phoenix-us; want metros that the network has`},
		{"routing", "routing: nearest-distance", "routing: nearest", `placements[2].routing: is "nearest"`},
		{"no rule for a mapping", "routing: nearest-distance", "routing: {nearest-rtt: 1}", `placements[2].routing.nearest-rtt: unknown key; want one of anycast, weighted, pinned`},
		{"two rules", "routing: nearest-distance", "routing: {anycast: {}, pinned: {denver-us: us-west-2}}", `bad.yaml:44: placements[2].routing: names 2 rules`},
		{"no rule", "routing: nearest-distance", "routing: {}", `bad.yaml:44: placements[2].routing: names 0 rules; want one`},
		{"misdirected", "routing: nearest-distance", "routing: {anycast: {misdirected: -0.1}}", `bad.yaml:44: placements[2].routing.anycast.misdirected: is -0.1; want 0 to 1`},
		{"too much misdirected", "routing: nearest-distance", "routing: {anycast: {misdirected: 2}}", `bad.yaml:44: placements[2].routing.anycast.misdirected: is 2; want 0 to 1`},
		{"weight of another site", "routing: nearest-distance", "routing: {weighted: {us-west-2: 1, pop-lax: 1}}", `bad.yaml:44: placements[2].routing.weighted.pop-lax: is pop-lax; want a known site of the placement; nearest are us-west-2`},
		{"weight twice", "routing: nearest-distance", "routing: {weighted: {us-west-2: 1, us-west-2: 1}}", `bad.yaml:44: placements[2].routing.weighted.us-west-2: stands twice`},
		{"weights in a list", "routing: nearest-distance", "routing: {weighted: [us-west-2]}", `placements[2].routing.weighted: is a list; want a mapping`},
		{"pin of no metro", "routing: nearest-distance", "routing:\n      pinned:\n        pop-lax: us-west-2", `bad.yaml:46: placements[2].routing.pinned.pop-lax: is pop-lax; want a known metro of the network; nearest are los-angeles-us, denver-us`},
		{"failure of no site", "seed: 42", "failures: [{site: moon, at: 1m, for: 1m}]", `bad.yaml:5: failures[0].site: is moon; want a site of the network; nearest are `},
		{"backup of nothing", "origin: {sites: us-west-2, servers: 50}", "origin: {backup: us-west-2}", `bad.yaml:35: placements[0].origin: the key "sites" is missing`},
		{"backup that cannot", "origin: {sites: us-west-2, servers: 50}", "origin: {sites: us-west-2, backup: pop-lax}", `bad.yaml:35: placements[0].origin.backup`},
		{"cache of size 0", "size: 256MiB", "size: 0MiB", `bad.yaml:39: placements[1].edge_caches.size: is "0MiB"; want 1B or more`},
		{"added to nothing", "compute: us-west-2\n", "add: {compute: us-west-2}\n", `bad.yaml:36: placements[0].add: goes with extends only`},
		{"added twice", "add: {compute: us-west-2-lax-1}", "add: {compute: us-west-2}", `bad.yaml:43: placements[2].add.compute: is us-west-2 as compute; want another role`},
		{"added without size", "add: {compute: us-west-2-lax-1}", "add: {edge_caches: pop-lax}", `bad.yaml:43: placements[2].add.edge_caches: has no size`},
		{"size of nothing", "dynamic_via_pop: true", "mid_tier_caches: {size: 1MiB}", `bad.yaml:40: placements[1].mid_tier_caches: the key "sites" is missing`},
		{"no backup", "origin: {sites: us-west-2, servers: 50}", "origin: {sites: us-west-2, backup: []}", `bad.yaml:35: placements[0].origin.backup: is empty`},
		{"calls that wait", "service: 1ms}", "service: 1ms, waits: hope}", `bad.yaml:31: workloads[2].data.waits: is "hope"; want true or false`},
		{"data nowhere", "data: {", "data: {home: moon, ", `bad.yaml:31: workloads[2].data.home: is "moon"; want a known site; nearest are `},
		{"data in a metro", "data: {", "data: {home: denver-us, ", `bad.yaml:31: workloads[2].data.home: is "denver-us"; want a known site; nearest are us-west-2-den-1, `},
		{"steps of nothing", "seed: 42", "timeline: {step: 0s}", `bad.yaml:5: timeline.step: is 0s; want more than 0s, for example 10s`},
		{"steps longer than the run", "seed: 42", "timeline: {step: 11m}", `bad.yaml:5: timeline.step: is 11m0s; want more than 0s, and 10m0s at most, the recorded time`},
		{"too many steps", "seed: 42", "timeline: {step: 1ms}", `bad.yaml:5: timeline.step: is 1ms; want 6ms or more: 100000 steps at most`},
		{"recovered by a number", "seed: 42", "timeline: {recovered_within: 0.05}", `bad.yaml:5: timeline.recovered_within: is "0.05"; want a share above 0 and below 100 in per cent`},
		{"steps by nothing", "seed: 42", "timeline: {by: []}", `bad.yaml:5: timeline.by: is empty`},
		{"steps by something else", "seed: 42", "timeline: {by: [metro, country]}", `bad.yaml:5: timeline.by: is "country"; want one of metro, site`},
		{"failure of a group with a stranger", "seed: 42", "failures: [{sites: [pop-lax, moon], at: 1m, for: 1m}]", `bad.yaml:5: failures[0].sites: is moon; want another site of the network`},
		{"failure of an unknown provider", "seed: 42", "failures: [{provider: azure, at: 1m, for: 1m}]", `bad.yaml:5: failures[0].provider: "azure"; want a provider that has sites in the network: aws`},
		{"failure of a site and a group", "seed: 42", "failures: [{site: pop-lax, sites: [pop-den], at: 1m, for: 1m}]", `bad.yaml:5: failures[0]: says more than one of site, sites and provider; want one`},
		{"failure of nothing", "seed: 42", "failures: [{at: 1m, for: 1m}]", `bad.yaml:5: failures[0]: says no site; want the key site, sites or provider`},
		{"flapping without a pause", "seed: 42", "failures: [{site: pop-lax, at: 2m, for: 1m, times: 3, every: 1m}]", `bad.yaml:5: failures[0].every: is 1m0s; want more than 1m0s`},
		{"flapping without an interval", "seed: 42", "failures: [{site: pop-lax, at: 2m, for: 1m, times: 3}]", `bad.yaml:5: failures[0]: the key "every" is missing`},
		{"an interval of one failure", "seed: 42", "failures: [{site: pop-lax, at: 2m, for: 1m, every: 3m}]", `bad.yaml:5: failures[0]: the key "times" is missing`},
		{"health check without interval", "seed: 42", "failures: [{site: pop-lax, at: 2m, for: 1m, check: {threshold: 3}}]", `bad.yaml:5: failures[0].check: the key "interval" is missing`},
		{"health check of never", "seed: 42", "failures: [{site: pop-lax, at: 2m, for: 1m, check: {interval: 0s, threshold: 3}}]", `bad.yaml:5: failures[0].check.interval: is 0s; want 1ns to`},
		{"flapping behind the end", "seed: 42", "failures: [{site: pop-lax, at: 2m, for: 1m, times: 6, every: 2m}]", `bad.yaml:5: failures[0].times: is 6; want 5 at most: the run ends at 11m0s`},
		{"links that flap behind the end", "seed: 42", "link_failures: [{between: [pop-lax, x-los-angeles-us], at: 1m, for: 1m, times: 6, every: 2m}]", `bad.yaml:5: link_failures[0].times: is 6; want 5 at most: the run ends at 11m0s`},
		{"drain behind the end", "seed: 42", "drains: [{site: pop-lax, at: 20m, for: 1m}]", `bad.yaml:5: drains[0].at: is 20m0s; want less than 11m0s, when the run ends`},
		{"drain before the beginning", "seed: 42", "drains: [{site: pop-lax, at: 0s, for: 1m}]", `bad.yaml:5: drains[0].for: is 1m0s; want more than 1m0s, for recording begins`},
		{"drain of a stranger", "seed: 42", "drains: [{site: moon, at: 2m, for: 1m}]", `bad.yaml:5: drains[0].site: is moon; want a site of the network; nearest are `},
		{"flash crowd of a stranger", "    zipf_exponent: 0.8", "    zipf_exponent: 0.8\n    flashes: [{at: 2m, for: 1m, factor: 9, metros: [moon]}]", `bad.yaml:23: workloads[1].flashes[0].metros: is moon; want metros that the network has`},
		{"flash crowd of no object", "    zipf_exponent: 0.8", "    zipf_exponent: 0.8\n    flashes: [{at: 2m, for: 1m, factor: 9, objects: [1000]}]", `workloads[1].flashes[0].objects[0]: is 1000; want an object of the catalogue, 0 to 999`},
		{"flash crowd of nothing more", "    zipf_exponent: 0.8", "    zipf_exponent: 0.8\n    flashes: [{at: 2m, for: 1m, factor: 1}]", `workloads[1].flashes[0].factor: is 1; want more than 1`},
		{"flash crowd without time", "    zipf_exponent: 0.8", "    zipf_exponent: 0.8\n    flashes: [{for: 1m, factor: 3}]", `bad.yaml:23: workloads[1].flashes[0]: the key "at" is missing`},
		{"flash crowd behind the end", "    zipf_exponent: 0.8", "    zipf_exponent: 0.8\n    flashes: [{at: 11m, for: 1m, factor: 3}]", `workloads[1].flashes[0].at: is 11m0s; want less than 11m0s, when the run ends`},
		{"flash crowd of objects that games have not", "tick_hz: 64", "tick_hz: 64\n    flashes: [{at: 2m, for: 1m, factor: 3, objects: [0]}]", `workloads[0].flashes[0].objects: is [0]; want none`},
		{"launch behind the end", "    zipf_exponent: 0.8", "    zipf_exponent: 0.8\n    begins: 11m", `workloads[1].begins: is 11m0s; want less than 11m0s, when the run ends`},
		{"end before the beginning", "    zipf_exponent: 0.8", "    zipf_exponent: 0.8\n    begins: 3m\n    ends: 2m", `workloads[1].ends: is 2m0s; want more than 3m0s, when it begins`},
		{"failure of no link", "seed: 42", "link_failures: [{between: [pop-lax, pop-lhr], at: 2m, for: 1m}]", `bad.yaml:5: link_failures[0].between: is pop-lax - pop-lhr; want two nodes of the network that a link joins`},
		{"failure of a link behind the end", "seed: 42", "link_failures: [{between: [pop-lax, x-los-angeles-us], at: 20m, for: 1m}]", `bad.yaml:5: link_failures[0].at: is 20m0s; want less than 11m0s, when the run ends`},
		{"failures of a link that meet", "seed: 42", "link_failures: [{between: [pop-lax, x-los-angeles-us], at: 2m, for: 1m}, {between: [x-los-angeles-us, pop-lax], at: 3m, for: 1m}]", `bad.yaml:5: link_failures[1].at: is 3m0s; want an instant at which these links are up`},
		{"links that flap without a time", "seed: 42", "link_failures: [{between: [pop-lax, x-los-angeles-us], at: 2m, for: 1m, times: 2}]", `bad.yaml:5: link_failures[0]: the key "every" is missing`},
		{"links that flap never", "seed: 42", "link_failures: [{between: [pop-lax, x-los-angeles-us], at: 2m, for: 1m, times: 0}]", `bad.yaml:5: link_failures[0].times: is 0; want 1 or more`},
		{"links that flap once", "seed: 42", "link_failures: [{between: [pop-lax, x-los-angeles-us], at: 2m, for: 1m, every: 2m}]", `bad.yaml:5: link_failures[0]: the key "times" is missing`},
		{"failure of half a link", "seed: 42", "link_failures: [{between: [pop-lax], at: 2m, for: 1m}]", `bad.yaml:5: link_failures[0].between: has 1 nodes; want the two that links join`},
		{"failure of a link without convergence", "seed: 42", "link_failures: [{between: [pop-lax, x-los-angeles-us], at: 2m, for: 1m, convergence: 0s}]", `bad.yaml:5: link_failures[0].convergence: is 0s; want more than 0s`},
		{"impairment of nothing", "seed: 42", "link_impairments: [{between: [pop-lax, x-los-angeles-us], at: 2m, for: 1m}]", `bad.yaml:5: link_impairments[0].adds: is 0s; want more than 0s where no packet is lost`},
		{"impairment that loses all", "seed: 42", "link_impairments: [{between: [pop-lax, x-los-angeles-us], at: 2m, for: 1m, loss_ratio: 1}]", `bad.yaml:5: link_impairments[0].loss_ratio: is 1; want a probability from 0, below 1`},
		{"impairment before the beginning", "seed: 42", "link_impairments: [{between: [pop-lax, x-los-angeles-us], at: 0s, for: 1m, adds: 1ms}]", `bad.yaml:5: link_impairments[0].for: is 1m0s; want more than 1m0s, for recording begins`},
		{"slowdown of a PoP", "seed: 42", "slowdowns: [{site: pop-lax, at: 2m, for: 1m, factor: 3}]", `bad.yaml:5: slowdowns[0].site: is pop-lax; want a site that works for a placement`},
		{"slowdown of a game", "seed: 42", "slowdowns: [{site: us-west-2, at: 2m, for: 1m, factor: 3}]", `bad.yaml:5: slowdowns[0].site: is us-west-2; want a site where nobody plays: players of "shooter" do`},
		{"slowdown of nothing", "seed: 42", "slowdowns: [{site: pop-lax, at: 2m, for: 1m, factor: 1}]", `bad.yaml:5: slowdowns[0].factor: is 1; want more than 1, 1000 at most`},
		{"slowdown without a factor", "seed: 42", "slowdowns: [{site: us-west-2, at: 2m, for: 1m}]", `bad.yaml:5: slowdowns[0]: the key "factor" is missing`},
		{"slowdown behind the end", "seed: 42", "slowdowns: [{site: pop-lax, at: 11m, for: 1m, factor: 2}]", `bad.yaml:5: slowdowns[0].at: is 11m0s; want less than 11m0s, when the run ends`},
		{"opening of a stranger", "dynamic_via_pop: true", "openings: [{site: moon, at: 2m}]", `bad.yaml:40: placements[1].openings[0].site: is moon; want a site of the placement`},
		{"opening of an origin", "dynamic_via_pop: true", "openings: [{site: us-west-2, at: 2m}]", `bad.yaml:40: placements[1].openings[0].site: is us-west-2; want a site that is no origin`},
		{"opening of the only site", "dynamic_via_pop: true", "openings: [{site: pop-lax, at: 2m}, {site: Denver, at: 1m}]", `bad.yaml:40: placements[1].openings[0].at: is 2m0s; want an instant at which another site is open, too, with a cache of the tier "edge-cache"`},
		{"opening after the end", "dynamic_via_pop: true", "openings: [{site: pop-lax, at: 20m}]", `bad.yaml:40: placements[1].openings[0].at: is 20m0s; want less than 11m0s, when the run ends`},
		{"opening without effect", "dynamic_via_pop: true", "openings: [{site: pop-lax}]", `bad.yaml:40: placements[1].openings[0].at: is 0s; want more than 0s, or an instant at which it closes`},
		{"names without a failure", "dynamic_via_pop: true", "dns: {ttls: [{for: 60s}]}", `bad.yaml:40: placements[1].dns: is set; want none: no site fails, is drained, opens`},
		{"names that do not sum up", "dynamic_via_pop: true", "dns: {ttls: [{for: 60s, share: 50%}]}", `placements[1].dns.ttls: is shares that sum to 0.5; want shares that sum to 1`},
		{"failure without time", "seed: 42", "failures: [{site: pop-lax, at: 1m}]", `bad.yaml:5: failures[0]: the key "for" is missing`},
		{"too many servers", "servers: 50", "servers: -50", `bad.yaml:35: placements[0].origin.servers: is -50`},
		{"same name twice", "name: zone", "name: edge", `bad.yaml:41: placements[2].name: is "edge", as is that of the placement in line 37; want another name`},
		{"level", "level: 0.9", "level: 90", `bad.yaml:7: level: is 90; want 0.5 to 0.9999, for example 0.95`},
		{"tiny level", "level: 0.9", "level: 1e-17", `bad.yaml:7: level: is 1e-17; want 0.5 to 0.9999`},
		{"level of all but everything", "level: 0.9", "level: 0.99999999999999999", `bad.yaml:7: level: is 1; want 0.5 to 0.9999`},
		{"no level", "level: 0.9", "level: 0", `bad.yaml:7: level: is 0; want 0.5 to 0.9999`},
		{"negative duration", "duration: 10m", "duration: -10s", `bad.yaml:4: duration: is -10s; want more than 0s`},
		{"endless duration", "duration: 10m", "duration: 9000h", `bad.yaml:4: duration: duration 9000h0m0s`},
		{"negative warm-up", "warm_up: 1m", "warm_up: -5s", `bad.yaml:3: warm_up: is -5s; want 0s or more`},
		{"endless warm-up", "warm_up: 1m", "warm_up: 9000h", `bad.yaml:3: warm_up: duration 10m0s, warm-up 9000h0m0s`},
		{"negative replications", "replications: 3", "replications: -2", `bad.yaml:6: replications: is -2; want 1 or more`},
		{"no replications", "replications: 3", "replications: 0", `bad.yaml:6: replications: is 0; want 1 or more`},
		{"too many replications", "replications: 3", "replications: 1000000", `bad.yaml:6: replications: 1000000 replications`},
		{"rule for another workload", "replications: 3", "replications: {until: {mean: 2%, workload: sight}}", `bad.yaml:6: replications: stopping rule: no workload is called "sight"`},
		{"workload's name twice", "name: api", "name: site", `bad.yaml:28: workloads[2].name: is "site", as is that of the workload in line 18; want another name`},
		{"no origin", "    origin: {sites: us-west-2, servers: 50}\n", "", `bad.yaml:34: placements[0]: the key "origin" is missing: workload "site" is static`},
		{"no compute", "    compute: us-west-2\n", "", `bad.yaml:34: placements[0]: the key "compute" is missing: workload "shooter" is gaming`},
		{"no sites of a role", "compute: us-west-2\n", "compute: []\n", `bad.yaml:36: placements[0].compute: is empty; want one site or more`},
		{"cache of a negative size", "size: 256MiB", "size: -64MB", `bad.yaml:39: placements[1].edge_caches.size: is "-64MB"; want 1B or more`},
		{"negative size without unit", "size: 256MiB", "size: -64", `bad.yaml:39: placements[1].edge_caches.size: is "-64"; want a size with its unit`},
		{"negative minus", "size: 256MiB", "size: --64MB", `bad.yaml:39: placements[1].edge_caches.size: is "--64MB"; want a size with its unit`},
		{"negative least size", "max: 1GB", "min: -1B", `bad.yaml:23: workloads[1].sizes.min: is "-1B"; want 0B or more`},
		{"median of nothing", "median: 20KB", "median: 0B", `bad.yaml:23: workloads[1].sizes.median: is "0B"; want 1B or more`},
		{"nothing at most", "max: 1GB", "max: 0B", `bad.yaml:23: workloads[1].sizes.max: is "0B"; want 1B or more`},
		{"no sizes", "    sizes: {median: 20KB, ln_sd: 1.5, max: 1GB}\n", "", `bad.yaml:18: workloads[1]: the key "sizes" is missing`},
		{"sizes without median", "median: 20KB, ", "", `bad.yaml:23: workloads[1].sizes: the key "median" is missing`},
		{"no response size", "preset: api-dynamic\n    response_size: 4KiB", "kind: dynamic\n    requests_per_second: 1", `bad.yaml:28: workloads[2]: the key "response_size" is missing`},
		{"no metros", "names: [los-angeles-us, denver-us]", "names: []", `bad.yaml:11: network.metros.names: is empty; want one or more`},
		{"bits", "size: 256MiB", "size: 512Mb", `bad.yaml:39: placements[1].edge_caches.size: is "512Mb", and b stands for bits, which are not bytes; want a size`},
		{"unit without B", "size: 256MiB", "size: 256M", `bad.yaml:39: placements[1].edge_caches.size: is "256M"; want a size with its unit`},
		{"rate", "mbit_per_second: 20", "mbit_per_second: -20", `bad.yaml:25: workloads[1].client.mbit_per_second: is -20; want 0 (without limit) to 1e+09`},
		{"too high a rate", "mbit_per_second: 20", "mbit_per_second: 2e9", `client.mbit_per_second: is 2e+09; want 0`},
		{"garbage after the document", "dynamic_via_pop: true\n  - name: zone\n", "dynamic_via_pop: true\n---\n{[:\n", `bad.yaml:42: is no YAML`},
		{"no YAML", "seed: 42", "seed: [42", `bad.yaml:5: is no YAML`},
		{"two documents", "seed: 42", "seed: 42\n---\nseed: 1", `more than one document`},
		{"null", "seed: 42", "seed:", `bad.yaml:5: seed: is "`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := scenario.Parse("bad.yaml", []byte(change(t, c.from, c.to)))
			require.Error(t, err)
			require.ErrorContains(t, err, c.want)
			require.NotRegexp(t, goWords, quoted.ReplaceAllString(err.Error(), ""))
		})
	}
	_, err := scenario.Parse("empty.yaml", nil)
	require.EqualError(t, err, "empty.yaml: is empty; want a scenario, for example one of the folder examples")
	_, err = scenario.Parse("empty.yaml", []byte("# nothing\n"))
	require.ErrorContains(t, err, "empty.yaml: is empty")
	_, err = scenario.Load(filepath.Join(t.TempDir(), "none.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// goWords are what no error may say to who writes a file: names of packages, and of fields that are not those of its keys. Names of the user's are in quotes.
var (
	goWords = regexp.MustCompile(`(^|: )(edgewise|sim|workload|placement|topology|calibrate|catalog|tariff|scenario|stats|search): |\b(workload|placement|sim|trace|tariff|scenario)\.[A-Z]|\b[A-Z][a-z]+[A-Z][a-z]|\[\d+ \d`)
	quoted  = regexp.MustCompile(`"[^"]*"`)
)

// What the library says of fields reads as what a file says of keys: of the field itself, of others that the text names, and of lists.
func TestErrorsSpeakOfKeysNotOfFieldsInGo(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"class of a preset", "preset: api-dynamic", "preset: web-static\n    sizes: {median: 1kB, ln_sd: -1}", `workloads[2].sizes.ln_sd: is -1; want 0 to 10`},
		{"backoff of nobody", "preset: api-dynamic", "preset: api-dynamic\n    patience: {timeout: 1s, backoff: 1s}", `workloads[2].patience.backoff: is 1s; want 0 without retries`},
		{"jitter of no backoff", "preset: api-dynamic", "preset: api-dynamic\n    patience: {timeout: 1s, retries: 1, jitter: 0.5}", `workloads[2].patience.jitter: is 0.5; want 0 without backoff`},
		{"fewest above most", "replications: 3", "replications: {until: {p95: 2%}, min: 20, max: 10}", `replications.max: is 10; want min, 20, or more`},
		{"deadlines", "[20ms, 50ms]", "[50ms, 20ms]", `workloads[1].deadlines: is [50ms, 20ms]; want`},
		{"long", "duration: 10m", "duration: 9000h", `bad.yaml:4: duration: duration 9000h0m0s`},
		{"servers of a match", "tick_hz: 64", "matches_per_server: 2\n    cores_per_match: 2", `cores_per_match: is 2; want 0 beside matches_per_server, which says it too`},
		{"no YAML", "seed: 42", "seed: [42", `bad.yaml:5: is no YAML: line 6, column 13: did not find expected`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := scenario.Parse("bad.yaml", []byte(change(t, c.from, c.to)))
			require.ErrorContains(t, err, c.want)
			require.NotRegexp(t, goWords, quoted.ReplaceAllString(err.Error(), ""))
		})
	}
}

func TestCachesNeedAnOrigin(t *testing.T) {
	const text = `title: Only games
duration: 1m
network: {metros: {names: [denver-us]}}
workloads: [{name: game, preset: competitive-fps}]
placements:
  - {name: region, compute: us-west-2}
  - {name: pop, compute: us-west-2, edge_caches: {sites: pop-den, size: 1MiB}}
  - {name: nothing}
`
	_, err := scenario.Parse("bad.yaml", []byte(text))
	require.EqualError(t, err, "bad.yaml:7: placements[1]: the key \"origin\" is missing: caches fetch from it\n"+
		"bad.yaml:8: placements[2]: the key \"compute\" is missing: workload \"game\" is gaming")
}

func TestAllMistakesOfAFileAreReportedTogether(t *testing.T) {
	text := change(t, "seed: 42", "seed: x")
	text = strings.Replace(text, "tick_hz: 64", "tick_hz: y", 1)
	_, err := scenario.Parse("bad.yaml", []byte(text))
	require.Equal(t, "bad.yaml:5: seed: is \"x\"; want a whole number, 0 to 2^64-1\n"+
		"bad.yaml:17: workloads[0].tick_hz: is \"y\"; want a number", err.Error())
}

func TestAWrongSizeIsOneMistake(t *testing.T) {
	for _, size := range []string{"0MiB", "256", "many"} {
		_, err := scenario.Parse("bad.yaml", []byte(change(t, "size: 256MiB", "size: "+size)+"  - {name: heir, extends: edge, edge_caches: {policy: sieve}}\n"))
		require.NotContains(t, err.Error(), "\n")
	}
}

func TestAllWrongValuesAreReportedTogether(t *testing.T) {
	text := change(t, "tick_hz: 64", "tick_hz: 0.01\n    tick_time: 2m")
	text = strings.Replace(text, "zipf_exponent: 0.8", "zipf_exponent: 80", 1)
	text = strings.Replace(text, "new_connections: 0.2", "new_connections: 2", 1)
	text = strings.Replace(text, "calls: 2, service: 1ms", "calls: -2, service: 1ms", 1)
	text = strings.Replace(text, "policy: lru", "policy: lur, admission: everything", 1)
	text = strings.Replace(text, "routing: nearest-distance", "routing: {pinned: {denver-us: pop-lax}}", 1)
	_, err := scenario.Parse("bad.yaml", []byte(text))
	var fields []string
	for line := range strings.Lines(err.Error()) {
		fields = append(fields, strings.SplitN(line, ": ", 3)[1])
	}
	require.Equal(t, []string{
		"workloads[0].tick_hz", "workloads[0].tick_time", "workloads[1].zipf_exponent", "workloads[1].client.new_connections",
		"workloads[2].data.calls", "placements[1].edge_caches.policy", "placements[1].edge_caches.admission", "placements[2].routing.pinned.denver-us",
	}, fields)
	require.Equal(t, 1, strings.Count(err.Error(), "sieve"), "what is allowed, once")

	text = change(t, "seed: 42", "seed: 42"+strings.Repeat("\nsed: 1", 14))
	_, err = scenario.Parse("bad.yaml", []byte(text))
	require.Equal(t, 11, strings.Count(err.Error(), "\n")+1)
	require.ErrorContains(t, err, "bad.yaml: and 4 more")

	text = change(t, "seed: 42", "failures: [{site: moon, at: 1m, for: 1m}, {site: pop-sea, at: 1m, for: 0s}]")
	_, err = scenario.Parse("bad.yaml", []byte(text))
	require.ErrorContains(t, err, "failures[0].site: is moon")
	require.ErrorContains(t, err, "failures[1].site: is pop-sea")
}

func TestPlacementsThatShareARuleReadItsNamesEachForItself(t *testing.T) {
	text := strings.Replace(good, "compute: us-west-2\n", "compute: us-west-2\n    routing: {pinned: {denver-us: Los Angeles}}\n", 1)
	_, err := scenario.Parse("names.yaml", []byte(strings.Replace(text, "    routing: nearest-distance\n", "", 1)))
	require.ErrorContains(t, err, "placements[0].routing.pinned.denver-us: is Los Angeles; want a known site of the placement; nearest are us-west-2")
	require.NotContains(t, err.Error(), "placements[1]", "which has a PoP there")
	require.NotContains(t, err.Error(), "placements[2]", "which has a Local Zone there")
	_, err = scenario.Parse("names.yaml", []byte(strings.Replace(good, "network:\n", "network:\n  links: [{from: Denver, to: pop-lax, one_way: 3ms}]\n", 1)))
	require.ErrorContains(t, err, `unknown node "Denver"; want one of denver-us, pop-den, which all have this name`)
}
