package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// span reads a time that may be 0 and is then said all the same.
func (v value) span(to *freshness.Span) {
	if v.duration(&to.Of) {
		to.Said = true
	}
}

// readControls reads what an origin says of objects: of all alike, or of classes of them.
func readControls(v value, to *[]workload.Controlled) {
	if v.isMapping() {
		c := workload.Controlled{Objects: 1}
		v.fields(controlKeys(&c.Control)...)
		*to = []workload.Controlled{c}
		return
	}
	*to = nil
	for _, item := range v.list() {
		var c workload.Controlled
		seen := item.fields(append([]field{{"objects", func(v value) { v.number(&c.Objects) }}}, controlKeys(&c.Control)...)...)
		if _, ok := seen["objects"]; !ok {
			item.problem("the key \"objects\" is missing; want the share of the objects that are in the class")
		}
		*to = append(*to, c)
	}
	if len(*to) == 0 {
		v.problem("is empty; want one class of objects or more, or no such key")
	}
}

func controlKeys(c *freshness.Control) []field {
	return []field{
		{"max_age", func(v value) { v.span(&c.MaxAge) }},
		{"s_maxage", func(v value) { v.span(&c.SharedMaxAge) }},
		{"stale_while_revalidate", func(v value) { v.span(&c.StaleWhileRevalidate) }},
		{"stale_if_error", func(v value) { v.span(&c.StaleIfError) }},
		{"must_revalidate", func(v value) { v.boolean(&c.MustRevalidate) }},
		{"no_cache", func(v value) { v.boolean(&c.NoCache) }},
		{"no_store", func(v value) { v.boolean(&c.NoStore) }},
		{"validator", func(v value) { v.boolean(&c.Validator) }},
		{"last_modified", func(v value) { v.duration(&c.LastModified) }},
		{"age", func(v value) { v.duration(&c.Age) }},
		{"status", func(v value) { v.integer(&c.Status) }},
		{"changes", func(v value) {
			if !v.isMapping() {
				v.duration(&c.Changes.Mean)
				return
			}
			v.fields(
				field{"mean", func(v value) { v.duration(&c.Changes.Mean) }},
				field{"regular", func(v value) { v.boolean(&c.Changes.Regular) }},
			)
		}},
	}
}

// readVariants reads how many variants objects have, as often asked for each, or the shares of the requests for each.
func readVariants(v value, to *[]float64) {
	*to = nil
	if v.resolve().node.Kind != yaml.SequenceNode {
		const most = 64
		var n int
		if v.integer(&n) && (n < 1 || n > most) {
			v.problem("is %d; want 1 to %d, or a list of shares", n, most)
			return
		}
		if n > 1 {
			*to = slices.Repeat([]float64{1 / float64(n)}, n)
		}
		return
	}
	for _, item := range v.list() {
		var share float64
		item.number(&share)
		*to = append(*to, share)
	}
}

// readRulesOfTier reads what the caches of a tier make of what origins say: of all workloads alike, or of some of them each.
func readRulesOfTier(v value, to *tierSpec) {
	to.Freshness, to.FreshnessOf = nil, nil
	to.at["Freshness"], to.at["FreshnessOf"] = v, v
	if v.isMapping() {
		to.Freshness = new(freshness.Rules)
		v.fields(ruleKeys(to.Freshness, to.at, "Freshness")...)
		return
	}
	for _, item := range v.list() {
		var of placement.WorkloadFreshness
		at := places{}
		seen := item.fields(append([]field{{"workloads", func(v value) { v.strings(&of.Workloads) }}}, ruleKeys(&of.Rules, at, "")...)...)
		path := fmt.Sprintf("FreshnessOf[%d]", len(to.FreshnessOf))
		named, isNamed := seen["workloads"]
		switch {
		case isNamed:
			to.at[path], to.at[path+".Workloads"] = item, named
			to.FreshnessOf = append(to.FreshnessOf, of)
			path += ".Rules"
		case to.Freshness != nil:
			item.problem("has no key \"workloads\", nor has one before it; want it in all but one, which is for all other workloads")
		default:
			path = "Freshness"
			to.at[path], to.Freshness = item, &of.Rules
		}
		for name, v := range at {
			to.at[path+name] = v
		}
	}
	if to.Freshness == nil && len(to.FreshnessOf) == 0 {
		v.problem("is empty; want the rules of one workload or more, or no such key")
	}
}

// ruleKeys are the keys of rules, whose places in the file are noted under a path.
func ruleKeys(r *freshness.Rules, places places, path string) []field {
	at := func(name string, read func(value)) func(value) {
		return func(v value) { places[path+"."+name] = v; read(v) }
	}
	return []field{
		{"profile", at("Profile", func(v value) { v.text(&r.Profile) })},
		{"min_ttl", at("MinTTL", func(v value) { v.span(&r.MinTTL) })},
		{"default_ttl", at("DefaultTTL", func(v value) { v.span(&r.DefaultTTL) })},
		{"max_ttl", at("MaxTTL", func(v value) { v.span(&r.MaxTTL) })},
		{"error_ttl", at("ErrorTTL", func(v value) { readErrorTTL(v, r, places, path) })},
		{"stale_while_revalidate", at("StaleWhileRevalidate", func(v value) { v.span(&r.StaleWhileRevalidate) })},
		{"stale_if_error", at("StaleIfError", func(v value) { v.span(&r.StaleIfError) })},
		{"collapse", at("Collapse", choice(freshness.ParseCollapse, &r.Collapse))},
	}
}

// readErrorTTL reads for how long errors are kept at least: all alike, or by their status.
func readErrorTTL(v value, r *freshness.Rules, places places, path string) {
	if !v.isMapping() {
		v.span(&r.ErrorTTL)
		return
	}
	for _, one := range v.pairs() {
		places[fmt.Sprintf("%s.ErrorTTLs[%d]", path, len(r.ErrorTTLs))] = one.value
		var of freshness.StatusTTL
		one.duration(&of.TTL)
		class, isClass := strings.CutSuffix(one.key, "xx")
		status, err := strconv.Atoi(class)
		switch {
		case err == nil && isClass && len(class) == 1:
			of.From, of.To = 100*status, 100*status+99
		case err == nil && !isClass:
			of.From, of.To = status, status
		default:
			one.problem("is of %s; want a status from 400 to 599, 4xx or 5xx", text.Quote(one.key))
			continue
		}
		r.ErrorTTLs = append(r.ErrorTTLs, of)
	}
}

// readPurges reads what is taken out of all caches, and when.
func (r *reader) readPurges(v value) {
	for _, item := range v.list() {
		var p sim.Purge
		seen := item.fields(
			field{"at", func(v value) { v.duration(&p.At) }},
			field{"workload", func(v value) { v.text(&p.Workload) }},
			field{"share", func(v value) {
				if v.number(&p.Share) && !(p.Share > 0 && p.Share <= 1) {
					v.problem("is %v; want more than 0, 1 at most", p.Share)
				}
			}},
		)
		if _, ok := seen["at"]; !ok {
			item.problem("the key \"at\" is missing")
		}
		r.study.Purges = append(r.study.Purges, p)
	}
}

// readOriginErrors reads when origins answer errors.
func (r *reader) readOriginErrors(v value) {
	for _, item := range v.list() {
		var e sim.OriginErrors
		seen := item.fields(
			field{"site", func(v value) { v.text(&e.Site) }},
			field{"at", func(v value) { v.duration(&e.At) }},
			field{"for", func(v value) { v.duration(&e.For) }},
		)
		item.requireKeys(seen, "site", "at", "for")
		r.study.OriginErrors = append(r.study.OriginErrors, e)
	}
}

// namesOfErrors replaces names of sites by their ids.
func (r *reader) namesOfErrors() {
	for i := range r.study.OriginErrors {
		e := &r.study.OriginErrors[i]
		if n, err := r.nodeHere("node", e.Site, func(n topology.Node) bool { return n.Kind.IsSite() }); err == nil {
			e.Site = r.study.Network.At(n).ID
		}
	}
}

// assumeOfFreshness notes what is assumed where objects age.
func (r *reader) assumeOfFreshness() {
	for i := range r.study.Workloads {
		service, _ := r.study.Workloads[i].Service.(workload.Cacheable)
		for _, c := range service.Controls {
			if c.Changes.Mean == 0 && c.Validator {
				r.study.Assumed = append(r.study.Assumed, fmt.Sprintf("%s: objects whose changes the scenario leaves out never change, so that every confirmation finds them as they were", r.study.Workloads[i].Name))
				break
			}
		}
	}
}
