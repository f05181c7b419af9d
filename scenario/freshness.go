package scenario

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/cache/freshness"
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

// readRulesOfTier reads what the caches of a tier make of what origins say.
func readRulesOfTier(v value, to *placesOfRules) {
	to.rules = new(freshness.Rules)
	r := to.rules
	at := func(name string, read func(value)) func(value) {
		return func(v value) { to.at["Freshness."+name] = v; read(v) }
	}
	v.fields(
		field{"profile", at("Profile", func(v value) { v.text(&r.Profile) })},
		field{"min_ttl", at("MinTTL", func(v value) { v.span(&r.MinTTL) })},
		field{"default_ttl", at("DefaultTTL", func(v value) { v.span(&r.DefaultTTL) })},
		field{"max_ttl", at("MaxTTL", func(v value) { v.span(&r.MaxTTL) })},
		field{"error_ttl", at("ErrorTTL", func(v value) { v.span(&r.ErrorTTL) })},
		field{"stale_while_revalidate", at("StaleWhileRevalidate", func(v value) { v.span(&r.StaleWhileRevalidate) })},
		field{"stale_if_error", at("StaleIfError", func(v value) { v.span(&r.StaleIfError) })},
		field{"collapse", at("Collapse", choice(freshness.ParseCollapse, &r.Collapse))},
	)
	to.at["Freshness"] = v
}

// placesOfRules are rules and where they stand in the file.
type placesOfRules struct {
	rules *freshness.Rules
	at    places
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
