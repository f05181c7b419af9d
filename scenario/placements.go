package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/transport"
)

// A placementSpec is what the file says of one placement.
type placementSpec struct {
	path string
	line int
	// sites are all of its entries, tiers the names and skip rules of the tiers in their order.
	sites []siteSpec
	tiers []tierSpec
	built placement.Placement
	// routing is the rule of built, routes are its routes.
	routing routingSpec
	routes  []routeSpec
	// viaPoP is where requests are sent via PoPs, nothing where they are not.
	viaPoP value
	// from holds, by site of built, the entry in sites that it comes from, cachesFrom the same by tier and cache.
	from       []int
	cachesFrom [][]int
}

func (r *reader) readPlacements(v value) {
	items := v.list()
	r.placements = slices.Grow(r.placements, len(items))
	for _, item := range items {
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
	var own, added []roleSpec
	known := []field{
		{"name", func(v value) { v.text(&p.built.Name) }},
		{"extends", func(v value) { v.text(&extends); extendsAt = v }},
	}
	known = append(known, roleFields(&own)...)
	seen := v.fields(append(known,
		field{"add", func(v value) { v.fields(roleFields(&added)...) }},
		field{"routing", skip},
		field{"routes", skip},
		field{"dynamic_via_pop", skip},
		field{"upstream", skip},
		field{"copies", skip},
		field{"slices", skip},
		field{"dns", skip},
		field{"openings", skip},
	)...)
	if at, ok := seen["name"]; !ok {
		v.problem("the key \"name\" is missing")
	} else if i, ok := r.placementOf[p.built.Name]; ok {
		at.problem("is %s, as is that of the placement in line %d; want another name", text.Quote(p.built.Name), r.placements[i].line)
	}
	orphaned := false
	if extendsAt.node == nil {
		if at, ok := seen["add"]; ok {
			at.problem("goes with extends only")
		}
	} else if i, ok := r.placementOf[extends]; ok {
		base := &r.placements[i]
		p.sites, p.tiers = slices.Clone(base.sites), slices.Clone(base.tiers)
		p.routing, p.routes, p.viaPoP = base.routing, base.routes, base.viaPoP
		p.built.Upstream, p.built.Copies, p.built.SliceBytes = base.built.Upstream, base.built.Copies, base.built.SliceBytes
		p.built.DNS, p.built.Openings = base.built.DNS, base.built.Openings
	} else {
		orphaned = true
		extendsAt.problem("is %s; want the name of a placement above", text.Quote(extends))
	}
	// After what is inherited, so that the placement's own word counts.
	if at, ok := seen["routing"]; ok {
		p.routing = r.readRouting(at)
	}
	if at, ok := seen["routes"]; ok {
		p.routes = nil
		for _, item := range at.list() {
			p.routes = append(p.routes, r.readRoute(item))
		}
	}
	if at, ok := seen["dynamic_via_pop"]; ok {
		var via bool
		at.boolean(&via)
		if p.viaPoP = (value{}); via {
			p.viaPoP = at
		}
	}
	if at, ok := seen["upstream"]; ok {
		p.built.Upstream = transport.Upstream{}
		readUpstream(at, &p.built.Upstream)
	}
	if at, ok := seen["dns"]; ok {
		p.built.DNS = readDNS(at)
	}
	if at, ok := seen["openings"]; ok {
		p.built.Openings = readOpenings(at)
	}
	if at, ok := seen["copies"]; ok {
		choice(placement.ParseCopies, &p.built.Copies)(at)
	}
	if at, ok := seen["slices"]; ok {
		at.bytes(&p.built.SliceBytes)
	}
	if p.viaPoP.node != nil && slices.ContainsFunc(p.routes, func(r routeSpec) bool { return r.Role == placement.Compute }) {
		p.viaPoP.problem("stands beside a route of the role compute; want via_pop there")
	}
	for i := range own {
		if own[i].withSites {
			p.replace(&own[i])
		} else if !orphaned {
			p.modify(&own[i])
		}
	}
	if at, ok := seen["tiers"]; ok {
		p.order(own, at)
	}
	for i := range added {
		p.add(&added[i])
	}
	if _, ok := r.placementOf[p.built.Name]; !ok {
		r.placementOf[p.built.Name] = len(r.placements)
	}
	r.placements = append(r.placements, p)
}

// readUpstream reads how caches connect to those they fetch from.
func readUpstream(v value, u *transport.Upstream) {
	v.fields(
		field{"handshake", choice(transport.ParseHandshake, &u.Handshake)},
		field{"keep_alive", func(v value) { v.duration(&u.KeepAlive) }},
		field{"idle", choice(transport.ParseIdleWindow, &u.Idle)},
		field{"pool", func(v value) { v.integer(&u.Pool) }},
		field{"buffer", func(v value) { v.bytes(&u.BufferBytes) }},
		field{"always_open", func(v value) { v.boolean(&u.AlwaysOpen) }},
	)
}

// reportPlacement turns the errors of a placement's values into problems at the keys that say them.
func (r *reader) reportPlacement(bad *problems, p *placementSpec, err error) {
	for _, e := range invalid.All(err) {
		r.reportPlaced(bad, p, e)
	}
}

func (r *reader) reportPlaced(bad *problems, p *placementSpec, err error) {
	var f *invalid.Field
	if !errors.As(err, &f) {
		bad.add(p.line, p.path, "%s", oneLine(err))
		return
	}
	if strings.HasPrefix(f.Path, "Slowdowns[") || strings.HasPrefix(f.Path, "OriginErrors[") { // of the scenario, that the placement cannot have
		r.report(bad, "", r.lines[""], err)
		return
	}
	if in, ok := strings.CutPrefix(f.Path, "Routing"); ok {
		if at, ok := p.routing.at.find(strings.TrimPrefix(in, ".")); ok {
			bad.add(at.node.Line, at.path, "%s", said(f))
			return
		}
	}
	var i, k int
	var name string
	if n, _ := fmt.Sscanf(f.Path, "Routes[%d].%s", &i, &name); n == 2 {
		places := places{"": p.viaPoP}
		if i < len(p.routes) {
			places = p.routes[i].at
		}
		if at, ok := places.find(name); ok {
			bad.add(at.node.Line, at.path, "%s", said(f))
			return
		}
	}
	if n, _ := fmt.Sscanf(f.Path, "Sites[%d].%s", &i, &name); n == 2 {
		p.sites[p.from[i]].report(bad, name, f)
		return
	}
	if n, _ := fmt.Sscanf(f.Path, "Tiers[%d].Caches[%d].%s", &i, &k, &name); n == 3 {
		p.sites[p.cachesFrom[i][k]].report(bad, name, f)
		return
	}
	if n, _ := fmt.Sscanf(f.Path, "Tiers[%d].%s", &i, &name); n == 2 {
		if at, ok := p.tiers[i].at.find(name); ok {
			bad.add(at.node.Line, at.path, "%s", said(f))
			return
		}
	}
	r.report(bad, p.path, p.line, err)
}

// report tells what is wrong with a field of a site, at the key that says it or else at the site.
func (s *siteSpec) report(bad *problems, name string, f *invalid.Field) {
	var n int
	var rest string
	if k, _ := fmt.Sscanf(name, "Pools[%d].%s", &n, &rest); k == 2 && n < len(s.pools.at) {
		if at, ok := s.pools.at[n].find(rest); ok {
			bad.add(at.node.Line, at.path, "%s", said(f))
			return
		}
	}
	if strings.HasPrefix(name, "Pools") {
		name = "Servers"
	}
	key, _, _ := strings.Cut(keyOf(name), "[")
	key, within, _ := strings.Cut(key, ".")
	if at, ok := s.given[key]; ok {
		path := join(at.path, within)
		line, ok := bad.lines[path]
		if !ok || within == "" {
			path, line = at.path, at.node.Line
		}
		bad.add(line, path, "%s", said(f))
		return
	}
	bad.add(s.line, s.path, "is %s as %v; want %s", s.name, short(f.Value), wantOf(f))
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
	if !needs(placement.Origin, "origin") && !has(placement.Origin) && len(p.built.Tiers) > 0 {
		bad.add(p.line, p.path, "the key \"origin\" is missing: caches fetch from it")
	}
	needs(placement.Compute, "compute")
}
