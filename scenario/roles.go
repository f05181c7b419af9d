package scenario

import (
	"errors"
	"maps"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// roleKeys are the keys of the roles: of sites that are no caches, and of the usual tiers.
var roleKeys = []struct {
	key    string
	role   placement.Role
	isTier bool
}{
	{"origin", placement.Origin, false},
	{"compute", placement.Compute, false},
	{"edge_caches", placement.EdgeCache, true},
	{"mid_tier_caches", placement.MidTierCache, true},
	{"origin_shield", placement.OriginShield, true},
}

// A siteSpec is one entry of a placement: a site, or a word for many, with its role and settings.
type siteSpec struct {
	path string
	line int
	name string
	role placement.Role
	settings
	backup bool
	// given holds what the file says of the role besides its sites, by key.
	given map[string]value
}

// settings are what the file says of all sites of a role.
type settings struct {
	servers   int
	pools     poolsSpec
	cores     int
	elastic   bool
	delay     time.Duration // of a core that is rented
	workloads []string
	cache     placement.Cache
	// provider owns the sites; "" is the network's.
	provider catalog.Provider
}

// A tierSpec is the name of a tier with its skip rules.
type tierSpec struct {
	placement.Tier
	at places
}

// A roleSpec is what the file says of one role of a placement.
type roleSpec struct {
	role   placement.Role
	isTier bool
	// inList says that it stands in a list of tiers.
	inList bool
	at     value
	settings
	tier tierSpec
	// given holds what is given besides sites and backups, by key.
	given map[string]value
	// sites are with backups; withSites says that there are others.
	sites     []siteSpec
	withSites bool
}

// roleFields are the keys of the roles and that of a list of tiers.
func roleFields(to *[]roleSpec) []field {
	var known []field
	var listed, keyed value
	check := func() {
		if listed.node != nil && keyed.node != nil {
			keyed.problem("stands beside tiers; want it in that list")
		}
	}
	for _, k := range roleKeys {
		known = append(known, field{k.key, func(v value) {
			r := roleSpec{role: k.role, isTier: k.isTier, at: v}
			if v.node.Kind == yaml.SequenceNode && slices.ContainsFunc(v.list(), value.isMapping) {
				r.readParts(v)
			} else {
				r.read(v)
			}
			*to = append(*to, r)
			if k.isTier {
				keyed = v
				check()
			}
		}})
	}
	return append(known, field{"tiers", func(v value) {
		listed = v
		check()
		for _, item := range v.list() {
			r := roleSpec{isTier: true, inList: true, at: item}
			if !item.isMapping() {
				item.problem("is %s; want a mapping with \"name\", \"sites\" and \"size\"", item.found())
				continue
			}
			r.read(item)
			if _, ok := r.tier.at["Name"]; !ok {
				item.problem("the key \"name\" is missing")
				continue
			}
			if r.role == placement.Origin || r.role == placement.Compute {
				r.tier.at["Name"].problem("is %q; want a name, and not that of another role", r.role)
				continue
			}
			if slices.ContainsFunc(*to, func(o roleSpec) bool { return o.inList && o.role == r.role }) {
				r.tier.at["Name"].problem("is %q, as is that of a tier above; want another name", r.role)
				continue
			}
			*to = append(*to, r)
		}
	}})
}

// read reads a role: one site, a list of them, or a mapping of sites with their settings and of backups. Without
// sites it is for a placement that extends another.
func (r *roleSpec) read(v value) {
	r.given, r.withSites = make(map[string]value), true
	r.tier.at = places{"": v}
	names, backups := v, value{}
	if v.isMapping() {
		known := []field{
			{"sites", skip},
			{"backup", skip},
			{"provider", choice(catalog.ParseProvider, &r.settings.provider)},
		}
		if r.inList {
			known = append([]field{{"name", func(v value) { v.text(&r.tier.Name); r.tier.at["Name"] = v }}}, known...)
		}
		if r.isTier {
			a := &r.settings.cache
			known = append(known,
				field{"size", func(v value) { v.positiveBytes(&a.CapacityBytes) }},
				field{"policy", func(v value) { v.text(&a.Policy) }},
				field{"admission", func(v value) { v.text(&a.Admission) }},
				field{"preload", choice(parsePreload, &a.Preload)},
				field{"skip_in_origin_region", func(v value) { v.boolean(&r.tier.SkipInOriginRegion); r.tier.at["SkipInOriginRegion"] = v }},
				field{"servers", func(v value) { readServers(v, &a.Servers) }},
				field{"choice", func(v value) { choice(placement.ParseChoice, &r.tier.Choice)(v); r.tier.at["Choice"] = v }},
				field{"origins", func(v value) { v.strings(&r.tier.Origins); r.tier.at["Origins"] = v }},
				field{"freshness", func(v value) { readRulesOfTier(v, &r.tier) }})
		} else {
			known = append(known,
				field{"servers", func(v value) { readPools(v, &r.settings) }},
				field{"cores", func(v value) { v.integer(&r.settings.cores) }},
				field{"elastic", func(v value) { v.boolean(&r.settings.elastic) }},
				field{"elastic_delay", func(v value) { v.duration(&r.settings.delay) }},
				field{"workloads", func(v value) { v.strings(&r.settings.workloads) }})
		}
		seen := v.fields(known...)
		names, r.withSites = seen["sites"]
		backups = seen["backup"]
		for key, at := range seen {
			if key != "sites" && key != "backup" && key != "name" {
				r.given[key] = at
			}
		}
		if len(seen) == 0 {
			v.problem("is empty; want one of %s", keys(known))
		}
	}
	if r.inList {
		r.role = placement.Role(r.tier.Name)
	}
	r.tier.Name = string(r.role)
	if r.withSites {
		r.addSites(names, false)
	}
	if backups.node != nil {
		r.addSites(backups, true)
	}
}

// isMapping reports whether the value is a mapping.
func (v value) isMapping() bool { return v.resolve().node.Kind == yaml.MappingNode }

// readParts reads a role in parts, each a mapping of sites with settings of their own.
func (r *roleSpec) readParts(v value) {
	r.given, r.withSites = map[string]value{"size": v}, true // every part has its own
	r.tier = tierSpec{Tier: placement.Tier{Name: string(r.role)}, at: places{"": v}}
	for _, item := range v.list() {
		part := roleSpec{role: r.role, isTier: r.isTier, at: item}
		part.read(item)
		if !part.withSites {
			item.problem("the key \"sites\" is missing")
		}
		part.requireSize()
		delete(part.tier.at, "")
		r.tier.take(&part)
		r.sites = append(r.sites, part.sites...)
	}
}

// addSites reads one name or a list of names.
func (r *roleSpec) addSites(names value, backup bool) {
	items := names.texts()
	if names.node.Kind == yaml.SequenceNode && len(items) == 0 {
		names.problem("is empty; want one site or more, or no such key")
	}
	for _, item := range items {
		s := siteSpec{path: item.path, line: item.node.Line, role: r.role, settings: r.settings, backup: backup, given: r.given}
		item.text(&s.name)
		r.sites = append(r.sites, s)
	}
}

// replace puts the sites of a role in the place of those inherited.
func (p *placementSpec) replace(r *roleSpec) {
	p.sites = slices.DeleteFunc(p.sites, func(s siteSpec) bool { return s.role == r.role })
	p.sites = append(p.sites, r.sites...)
	r.requireSize()
	if r.isTier {
		*p.tier(r.role) = r.tier
	}
}

// tier returns the tier of a role, made where it is not there yet.
func (p *placementSpec) tier(role placement.Role) *tierSpec {
	i := slices.IndexFunc(p.tiers, func(t tierSpec) bool { return t.Name == string(role) })
	if i < 0 {
		var names []string
		for _, t := range p.tiers {
			names = append(names, t.Name)
		}
		i = placement.UsualPlace(names, string(role))
		p.tiers = slices.Insert(p.tiers, i, tierSpec{Tier: placement.Tier{Name: string(role)}})
	}
	return &p.tiers[i]
}

// requireSize finds caches without a size.
func (r *roleSpec) requireSize() {
	if _, ok := r.given["size"]; r.isTier && !ok {
		r.at.problem("has no size; want a mapping with \"sites\" and \"size\", the bytes of each cache, for example 256MiB")
	}
}

// modify changes what the inherited sites of a role have, and their backups where these are given.
func (p *placementSpec) modify(r *roleSpec) {
	first := slices.IndexFunc(p.sites, func(s siteSpec) bool { return s.role == r.role && !s.backup })
	if first < 0 {
		r.at.problem("the key \"sites\" is missing")
		return
	}
	for i := range p.sites {
		if s := &p.sites[i]; s.role == r.role {
			s.take(r)
		}
	}
	if r.isTier {
		p.tier(r.role).take(r)
	}
	if len(r.sites) == 0 {
		return
	}
	like := p.sites[first]
	p.sites = slices.DeleteFunc(p.sites, func(s siteSpec) bool { return s.role == r.role && s.backup })
	for _, backup := range r.sites {
		backup.settings, backup.given = like.settings, like.given
		p.sites = append(p.sites, backup)
	}
}

// take sets what is given for the site's role.
func (s *siteSpec) take(r *roleSpec) {
	s.given = maps.Clone(s.given)
	for key, at := range r.given {
		s.given[key] = at
		switch key {
		case "size":
			s.cache.CapacityBytes = r.cache.CapacityBytes
		case "policy":
			s.cache.Policy = r.cache.Policy
		case "admission":
			s.cache.Admission = r.cache.Admission
		case "preload":
			s.cache.Preload = r.cache.Preload
		case "servers":
			s.servers, s.pools, s.cache.Servers = r.servers, r.pools, r.cache.Servers
		case "cores":
			s.cores = r.cores
		case "elastic":
			s.elastic = r.elastic
		case "elastic_delay":
			s.delay = r.delay
		case "provider":
			s.provider = r.provider
		case "workloads":
			s.workloads = r.workloads
		}
	}
}

// take sets the skip rules that are given.
func (t *tierSpec) take(r *roleSpec) {
	t.at = maps.Clone(t.at)
	for path, at := range r.tier.at {
		t.at[path] = at
		switch path {
		case "SkipInOriginRegion":
			t.SkipInOriginRegion = r.tier.SkipInOriginRegion
		case "Choice":
			t.Choice = r.tier.Choice
		case "Origins":
			t.Origins = r.tier.Origins
		case "Freshness":
			t.Freshness, t.FreshnessOf = r.tier.Freshness, r.tier.FreshnessOf
		}
	}
}

// order brings the tiers into the order of a list, which names all of them: the others go.
func (p *placementSpec) order(roles []roleSpec, list value) {
	var ordered []tierSpec
	for i := range roles {
		if k := slices.IndexFunc(p.tiers, func(t tierSpec) bool { return t.Name == string(roles[i].role) }); roles[i].inList && k >= 0 {
			ordered = append(ordered, p.tiers[k])
		}
	}
	if len(ordered) == 0 && list.bad.count == 0 {
		list.problem("is empty; want one tier or more, or no such key")
	}
	p.sites = slices.DeleteFunc(p.sites, func(s siteSpec) bool {
		is := func(t tierSpec) bool { return t.Name == string(s.role) }
		return slices.ContainsFunc(p.tiers, is) && !slices.ContainsFunc(ordered, is)
	})
	p.tiers = ordered
}

// add puts the sites of a role beside those inherited.
func (p *placementSpec) add(r *roleSpec) {
	if len(r.sites) == 0 {
		r.at.problem("the key \"sites\" is missing")
	}
	r.requireSize()
	p.sites = append(p.sites, r.sites...)
	if !r.isTier {
		return
	}
	if t := p.tier(r.role); t.at == nil {
		*t = r.tier
	} else {
		t.take(r)
	}
}

// build makes the placement's sites, tiers and routes from the sites that each entry stands for.
func (p *placementSpec) build(ids [][]string) {
	p.built.Routing = p.routing.rule
	for _, route := range p.routes {
		p.built.Routes = append(p.built.Routes, route.Route)
	}
	if p.viaPoP.node != nil {
		p.built = p.built.ViaPoP()
	}
	p.cachesFrom = make([][]int, len(p.tiers))
	for _, t := range p.tiers {
		p.built.Tiers = append(p.built.Tiers, t.Tier)
	}
	for from := range p.sites {
		s := &p.sites[from]
		t := slices.IndexFunc(p.tiers, func(t tierSpec) bool { return t.Name == string(s.role) })
		for _, id := range ids[from] {
			if t < 0 {
				p.built.Sites = append(p.built.Sites, placement.Assignment{
					Site: id, Role: s.role, Servers: s.servers, Pools: s.pools.pools, Cores: s.cores, Elastic: s.elastic, ElasticDelay: s.delay,
					Workloads: s.workloads, Backup: s.backup,
				})
				p.from = append(p.from, from)
				continue
			}
			c := s.cache
			c.Site, c.Backup = id, s.backup
			p.built.Tiers[t].Caches = append(p.built.Tiers[t].Caches, c)
			p.cachesFrom[t] = append(p.cachesFrom[t], from)
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

// readServers reads the servers that a cache is made of.
func readServers(v value, s *placement.Servers) {
	*s = placement.Servers{}
	v.fields(
		field{"count", func(v value) { v.integer(&s.Count) }},
		field{"spread", choice(placement.ParseSpread, &s.Spread)},
		field{"memory", func(v value) { v.positiveBytes(&s.MemoryBytes) }},
		field{"disk_read", func(v value) { v.duration(&s.DiskRead) }},
	)
}
