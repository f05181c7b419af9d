package scenario

import (
	"errors"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/placement"
)

// A placementSpec is what the file says of one placement.
type placementSpec struct {
	path  string
	line  int
	sites []siteSpec
	built placement.Placement
}

// A siteSpec is one entry of a placement: a site, or a word for many, with its role and size.
type siteSpec struct {
	path       string
	line       int
	name       string
	assignment placement.Assignment
}

func (r *reader) readPlacements(v value) {
	for _, item := range v.list() {
		r.readPlacement(item)
	}
	if len(r.placements) == 0 {
		v.problem("is empty; want one placement or more")
	}
}

func (r *reader) readPlacement(v value) {
	p := placementSpec{path: v.path, line: v.node.Line}
	var extends string
	var extendsAt value
	var added []siteSpec
	seen := v.fields(
		field{"name", func(v value) { v.text(&p.built.Name) }},
		field{"extends", func(v value) { v.text(&extends); extendsAt = v }},
		field{"origin", func(v value) { added = append(added, readSites(v, placement.Origin)...) }},
		field{"compute", func(v value) { added = append(added, readSites(v, placement.Compute)...) }},
		field{"edge_caches", func(v value) { added = append(added, readSites(v, placement.EdgeCache)...) }},
		field{"mid_tier_caches", func(v value) { added = append(added, readSites(v, placement.MidTierCache)...) }},
		field{"routing", skip},
		field{"dynamic_via_pop", skip},
	)
	if at, ok := seen["name"]; !ok {
		v.problem("the key \"name\" is missing")
	} else if i := slices.IndexFunc(r.placements, func(o placementSpec) bool { return o.built.Name == p.built.Name }); i >= 0 {
		at.problem("is %q, as is that of the placement in line %d; want another name", p.built.Name, r.placements[i].line)
	}
	if extends != "" {
		i := slices.IndexFunc(r.placements, func(o placementSpec) bool { return o.built.Name == extends })
		if i < 0 {
			extendsAt.problem("is %q; want the name of a placement above", extends)
			return
		}
		base := &r.placements[i]
		p.sites = slices.Clone(base.sites)
		p.built.Routing, p.built.DynamicViaPoP = base.built.Routing, base.built.DynamicViaPoP
		p.built.Misdirected, p.built.Weights, p.built.Pins = base.built.Misdirected, base.built.Weights, base.built.Pins
	}
	// After what is inherited, so that the placement's own word counts.
	if at, ok := seen["routing"]; ok {
		r.readRouting(at, &p)
	}
	if at, ok := seen["dynamic_via_pop"]; ok {
		at.boolean(&p.built.DynamicViaPoP)
	}
	p.sites = append(p.sites, added...)
	r.placements = append(r.placements, p)
}

// readSites reads the sites of a role: one name, a list of names, or a mapping of sites with their size and of
// backups; backups alone are for a placement that extends another.
func readSites(v value, role placement.Role) []siteSpec {
	a := placement.Assignment{Role: role}
	names, backups := v, value{}
	withSites := true
	if v.resolve().node.Kind == mappingKind {
		known := []field{{"sites", func(v value) { names = v }}, {"backup", func(v value) { backups = v }}}
		if role == placement.EdgeCache || role == placement.MidTierCache {
			known = append(known,
				field{"size", func(v value) { v.bytes(&a.CacheBytes) }},
				field{"policy", func(v value) { v.text(&a.Policy) }},
				field{"admission", func(v value) { v.text(&a.Admission) }},
				field{"preload", choice(parsePreload, &a.Preload)})
		} else {
			known = append(known, field{"servers", func(v value) { v.integer(&a.Servers) }})
		}
		seen := v.fields(known...)
		_, withSites = seen["sites"]
		if !withSites && backups.node == nil {
			v.problem("the key \"sites\" is missing")
			return nil
		}
	}
	if (role == placement.EdgeCache || role == placement.MidTierCache) && a.CacheBytes == 0 {
		v.problem("has no size; want a mapping with \"sites\" and \"size\", the bytes of each cache, for example 256MiB")
		return nil
	}
	var specs []siteSpec
	if withSites {
		specs = siteSpecs(names, a)
	}
	if backups.node != nil {
		a.Backup = true
		specs = append(specs, siteSpecs(backups, a)...)
	}
	return specs
}

// siteSpecs reads one name or a list of names.
func siteSpecs(names value, a placement.Assignment) []siteSpec {
	items := names.texts()
	if names.node.Kind == yaml.SequenceNode && len(items) == 0 {
		names.problem("is empty; want one site or more, or no such key")
	}
	var specs []siteSpec
	for _, item := range items {
		s := siteSpec{path: item.path, line: item.node.Line, assignment: a}
		item.text(&s.name)
		specs = append(specs, s)
	}
	return specs
}

// checkRoles finds workloads that no site of a placement could serve.
func (r *reader) checkRoles(p *placementSpec, bad *problems) {
	has := func(role placement.Role) bool { return len(p.built.Of(role)) > 0 }
	if !has(placement.Origin) {
		switch {
		case len(r.study.Static) > 0:
			bad.add(p.line, p.path, "the key \"origin\" is missing: workload %q is static", r.study.Static[0].Name)
		case has(placement.EdgeCache) || has(placement.MidTierCache):
			bad.add(p.line, p.path, "the key \"origin\" is missing: caches fetch from it")
		}
	}
	if !has(placement.Compute) {
		switch {
		case len(r.study.Dynamic) > 0:
			bad.add(p.line, p.path, "the key \"compute\" is missing: workload %q is dynamic", r.study.Dynamic[0].Name)
		case len(r.study.Gaming) > 0:
			bad.add(p.line, p.path, "the key \"compute\" is missing: workload %q is gaming", r.study.Gaming[0].Name)
		}
	}
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
