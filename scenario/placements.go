package scenario

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
)

// A placementSpec is what the file says of one placement.
type placementSpec struct {
	path  string
	line  int
	sites []siteSpec
	built placement.Placement
	// from holds, by site of built, the entry in sites that it comes from.
	from []int
}

// A siteSpec is one entry of a placement: a site, or a word for many, with its role and size.
type siteSpec struct {
	path       string
	line       int
	name       string
	assignment placement.Assignment
	// given holds what the file says of the role besides its sites, by key.
	given map[string]value
}

// A roleSpec is what the file says of one role of a placement.
type roleSpec struct {
	role placement.Role
	at   value
	// settings holds what is given besides sites and backups, given where that stands.
	settings placement.Assignment
	given    map[string]value
	// sites are with backups; withSites says that there are others.
	sites     []siteSpec
	withSites bool
}

func (r *reader) readPlacements(v value) {
	for _, item := range v.list() {
		r.readPlacement(item)
	}
	if len(r.placements) == 0 {
		v.problem("is empty; want one placement or more")
	}
}

// roleKeys are the keys of the roles.
var roleKeys = []struct {
	key  string
	role placement.Role
}{
	{"origin", placement.Origin},
	{"compute", placement.Compute},
	{"edge_caches", placement.EdgeCache},
	{"mid_tier_caches", placement.MidTierCache},
}

func (r *reader) readPlacement(v value) {
	p := placementSpec{path: v.path, line: v.node.Line}
	var extends string
	var extendsAt value
	var own, added []roleSpec
	into := func(to *[]roleSpec) []field {
		var known []field
		for _, k := range roleKeys {
			known = append(known, field{k.key, func(v value) { *to = append(*to, readRole(v, k.role)) }})
		}
		return known
	}
	known := []field{
		{"name", func(v value) { v.text(&p.built.Name) }},
		{"extends", func(v value) { v.text(&extends); extendsAt = v }},
	}
	known = append(known, into(&own)...)
	seen := v.fields(append(known,
		field{"add", func(v value) { v.fields(into(&added)...) }},
		field{"routing", skip},
		field{"dynamic_via_pop", skip},
	)...)
	if at, ok := seen["name"]; !ok {
		v.problem("the key \"name\" is missing")
	} else if i := slices.IndexFunc(r.placements, func(o placementSpec) bool { return o.built.Name == p.built.Name }); i >= 0 {
		at.problem("is %q, as is that of the placement in line %d; want another name", p.built.Name, r.placements[i].line)
	}
	orphaned := false
	if extendsAt.node == nil {
		if at, ok := seen["add"]; ok {
			at.problem("goes with extends only")
		}
	} else if i := slices.IndexFunc(r.placements, func(o placementSpec) bool { return o.built.Name == extends }); i >= 0 {
		base := &r.placements[i]
		p.sites = slices.Clone(base.sites)
		p.built.Routing, p.built.DynamicViaPoP = base.built.Routing, base.built.DynamicViaPoP
		p.built.Misdirected, p.built.Weights, p.built.Pins = base.built.Misdirected, base.built.Weights, base.built.Pins
	} else {
		orphaned = true
		extendsAt.problem("is %q; want the name of a placement above", extends)
	}
	// After what is inherited, so that the placement's own word counts.
	if at, ok := seen["routing"]; ok {
		r.readRouting(at, &p)
	}
	if at, ok := seen["dynamic_via_pop"]; ok {
		at.boolean(&p.built.DynamicViaPoP)
	}
	for i := range own {
		if own[i].withSites {
			p.replace(&own[i])
		} else if !orphaned {
			p.modify(&own[i])
		}
	}
	for i := range added {
		if !added[i].withSites {
			added[i].at.problem("the key \"sites\" is missing")
		}
		added[i].requireSize()
		p.sites = append(p.sites, added[i].sites...)
	}
	r.placements = append(r.placements, p)
}

// replace puts the sites of a role in the place of those inherited.
func (p *placementSpec) replace(r *roleSpec) {
	p.sites = slices.DeleteFunc(p.sites, func(s siteSpec) bool { return s.assignment.Role == r.role })
	p.sites = append(p.sites, r.sites...)
	r.requireSize()
}

// requireSize finds caches without a size.
func (r *roleSpec) requireSize() {
	if _, ok := r.given["size"]; r.hasCache() && !ok {
		r.at.problem("has no size; want a mapping with \"sites\" and \"size\", the bytes of each cache, for example 256MiB")
	}
}

// modify changes what the inherited sites of a role have, and their backups where these are given.
func (p *placementSpec) modify(r *roleSpec) {
	first := slices.IndexFunc(p.sites, func(s siteSpec) bool { return s.assignment.Role == r.role && !s.assignment.Backup })
	if first < 0 {
		r.at.problem("the key \"sites\" is missing")
		return
	}
	for i := range p.sites {
		if s := &p.sites[i]; s.assignment.Role == r.role {
			s.take(r)
		}
	}
	if len(r.sites) == 0 {
		return
	}
	like := p.sites[first]
	p.sites = slices.DeleteFunc(p.sites, func(s siteSpec) bool { return s.assignment.Role == r.role && s.assignment.Backup })
	for _, backup := range r.sites {
		backup.assignment, backup.given = like.assignment, like.given
		backup.assignment.Backup = true
		p.sites = append(p.sites, backup)
	}
}

// take sets what is given for the site's role.
func (s *siteSpec) take(r *roleSpec) {
	s.given = maps.Clone(s.given)
	a := &s.assignment
	for key, at := range r.given {
		s.given[key] = at
		switch key {
		case "size":
			a.CacheBytes = r.settings.CacheBytes
		case "policy":
			a.Policy = r.settings.Policy
		case "admission":
			a.Admission = r.settings.Admission
		case "preload":
			a.Preload = r.settings.Preload
		case "servers":
			a.Servers = r.settings.Servers
		}
	}
}

// hasCache reports whether the role is that of a cache.
func (r *roleSpec) hasCache() bool {
	return r.role == placement.EdgeCache || r.role == placement.MidTierCache
}

// readRole reads a role: one site, a list of them, or a mapping of sites with their size and of backups. Without
// sites it is for a placement that extends another.
func readRole(v value, role placement.Role) roleSpec {
	r := roleSpec{role: role, at: v, settings: placement.Assignment{Role: role}, given: make(map[string]value), withSites: true}
	names, backups := v, value{}
	if v.resolve().node.Kind == mappingKind {
		a := &r.settings
		known := []field{{"sites", func(v value) { names = v }}, {"backup", func(v value) { backups = v }}}
		if r.hasCache() {
			known = append(known,
				field{"size", func(v value) { v.positiveBytes(&a.CacheBytes) }},
				field{"policy", func(v value) { v.text(&a.Policy) }},
				field{"admission", func(v value) { v.text(&a.Admission) }},
				field{"preload", choice(parsePreload, &a.Preload)})
		} else {
			known = append(known, field{"servers", func(v value) { v.integer(&a.Servers) }})
		}
		seen := v.fields(known...)
		_, r.withSites = seen["sites"]
		for key, at := range seen {
			if key != "sites" && key != "backup" {
				r.given[key] = at
			}
		}
		if len(seen) == 0 {
			v.problem("is empty; want one of %s", keys(known))
		}
	}
	if r.withSites {
		r.addSites(names, r.settings)
	}
	if backups.node != nil {
		a := r.settings
		a.Backup = true
		r.addSites(backups, a)
	}
	return r
}

// addSites reads one name or a list of names.
func (r *roleSpec) addSites(names value, a placement.Assignment) {
	items := names.texts()
	if names.node.Kind == yaml.SequenceNode && len(items) == 0 {
		names.problem("is empty; want one site or more, or no such key")
	}
	for _, item := range items {
		s := siteSpec{path: item.path, line: item.node.Line, assignment: a, given: r.given}
		item.text(&s.name)
		r.sites = append(r.sites, s)
	}
}

// reportPlacement turns the errors of a placement's values into problems at the keys that say them.
func (r *reader) reportPlacement(bad *problems, p *placementSpec, err error) {
	for _, e := range invalid.All(err) {
		r.reportPlaced(bad, p, e)
	}
}

func (r *reader) reportPlaced(bad *problems, p *placementSpec, err error) {
	var f *invalid.Field
	var i int
	var name string
	if !errors.As(err, &f) {
		bad.add(p.line, p.path, "%s", oneLine(err))
		return
	}
	if n, _ := fmt.Sscanf(f.Path, "Sites[%d].%s", &i, &name); n < 2 {
		r.report(bad, p.path, p.line, err)
		return
	}
	s := &p.sites[p.from[i]]
	if at, ok := s.given[keyOf(name)]; ok {
		at.problem("is %v; want %s", f.Value, f.Want)
		return
	}
	bad.add(s.line, s.path, "is %s as %v; want %s", s.name, f.Value, f.Want)
}

// checkRoles finds workloads that no site of a placement could serve.
func (r *reader) checkRoles(p *placementSpec, bad *problems) {
	has := func(role placement.Role) bool { return len(p.built.Of(role)) > 0 }
	needs := func(role placement.Role, key string) bool {
		for i, w := range r.order {
			if sim.KindOf(r.study.Workloads[i].Service).Role() == role && !has(role) {
				bad.add(p.line, p.path, "the key %q is missing: workload %q is %s", key, w.name, w.kind)
				return true
			}
		}
		return false
	}
	if !needs(placement.Origin, "origin") && !has(placement.Origin) && (has(placement.EdgeCache) || has(placement.MidTierCache)) {
		bad.add(p.line, p.path, "the key \"origin\" is missing: caches fetch from it")
	}
	needs(placement.Compute, "compute")
}

// parsePreload reads what caches begin with.
func parsePreload(name string) (bool, error) {
	switch name {
	case "steady":
		return true, nil
	case "none":
		return false, nil
	}
	return false, errors.New("want steady (what an endless warm-up leaves) or none (empty)")
}
