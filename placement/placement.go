package placement

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
)

// A Placement is one alternative.
type Placement struct {
	// Name tells the alternative apart in results.
	Name string
	// Tiers are the levels of caches, from the user to the origin.
	Tiers []Tier
	// Sites are the origins and the sites that compute.
	Sites []Assignment
	// Routing is how users find the edge: the first tier of caches, as who is served there and as a way in, and
	// without tiers the origin. Nil stands for [NearestRTT].
	//
	// Who computes is unicast: an application has its address or learns it from a matchmaker, and neither anycast
	// nor the DNS of a content delivery network steers it. So users of what computes go to the nearest site by
	// round trip, unless a route has another rule, or this rule names a site that computes: a weight or a pin
	// counts wherever it is for.
	Routing Routing
	// Routes are for workloads and roles whose users find their site by a rule of their own, or come in by
	// another way.
	Routes []Route
	// Upstream says how caches connect to those they fetch from: the next tier or the origin.
	Upstream transport.Upstream
	// Copies says which caches keep what passes through them.
	Copies Copies
	// SliceBytes is the size of the slices that all caches fetch and keep of objects, each by itself, by requests for ranges: as nginx's
	// slice module and segmented caching do. What a request asks for is made up of slices, one after another. 0 lets caches fetch and keep
	// whole objects, whatever part is asked for.
	SliceBytes int64
	// DNS, if set, lets users learn from names where they are to go, so that they follow a change when their resolver asks anew. Nil
	// lets them follow at once, as with anycast.
	DNS *DNS
	// Openings are the sites that open or close while a run lasts, each once; the others are always there.
	Openings []Opening
}

// An Assignment gives a role to a site that is no cache.
type Assignment struct {
	// Site is the id of a node of the network.
	Site string
	// Role is [Origin] or [Compute].
	Role Role
	// Servers is the number of servers that each workload finds at the site, its own; 0 means that there are always
	// enough.
	Servers int
	// Pools are servers that workloads share, in place of Servers, which must be 0 then; of origins and of what computes
	// requests.
	Pools []Pool
	// Cores is the number of cores that the games at the site share, of who computes; a match takes those of
	// [workload.Matched].CoresPerMatch. 0 leaves it to Servers, of which each game finds its own, and each has a core.
	Cores int
	// Elastic lets a region rent more cores when its own are full, each ElasticDelay after it is ordered, and give them back when no
	// match runs on them; of games. A Local Zone has no elasticity.
	Elastic      bool
	ElasticDelay time.Duration
	// Workloads are the names of the workloads that the site serves in this role; none stand for all.
	Workloads []string
	// Backup says that the site has the role only while all others that have it are down: then users go to
	// the nearest backup, and caches fetch from it. A backup region with the role [Compute] also answers the
	// calls to a data's home that is down.
	Backup bool
}

// RegionOnly puts everything into one region: the origin and all compute.
func RegionOnly(region string) Placement {
	return Placement{
		Name: "region only",
		Sites: []Assignment{
			{Site: region, Role: Origin},
			{Site: region, Role: Compute},
		},
	}
}

// Named returns a copy with another name.
func (p Placement) Named(name string) Placement {
	p.Name = name
	return p
}

// With returns a copy with further assignments.
func (p Placement) With(assignments ...Assignment) Placement {
	p.Sites = append(slices.Clone(p.Sites), assignments...)
	return p
}

// withCachesAt returns a copy with caches of one size at the given sites.
func (p Placement) withCachesAt(tier string, capacityBytes int64, sites []string) Placement {
	caches := make([]Cache, len(sites))
	for i, site := range sites {
		caches[i] = Cache{Site: site, CapacityBytes: capacityBytes}
	}
	return p.WithCaches(tier, caches...)
}

// WithPoPs returns a copy in which the given PoPs cache objects, with so many bytes each.
func (p Placement) WithPoPs(capacityBytes int64, pops ...string) Placement {
	p = p.withCachesAt(EdgeCache, capacityBytes, pops)
	p.Name += " + PoPs"
	return p
}

// WithLocalZones returns a copy in which the given Local Zones compute, next to what computes already.
func (p Placement) WithLocalZones(zones ...string) Placement {
	for _, site := range zones {
		p = p.With(Assignment{Site: site, Role: Compute})
	}
	p.Name += " + Local Zones"
	return p
}

// WithMidTier returns a copy in which the given regional edge caches or regions stand between the edge caches
// and the origin, with so many bytes each.
func (p Placement) WithMidTier(capacityBytes int64, sites ...string) Placement {
	p = p.withCachesAt(MidTierCache, capacityBytes, sites)
	p.Name += " + mid-tier"
	return p
}

// WithShield returns a copy in which the given sites stand before the origin, behind all other caches, with so
// many bytes each.
func (p Placement) WithShield(capacityBytes int64, sites ...string) Placement {
	p = p.withCachesAt(OriginShield, capacityBytes, sites)
	p.Name += " + shield"
	return p
}

// Preloaded returns a copy in which every cache begins with what it would hold after an endless warm-up.
func (p Placement) Preloaded() Placement {
	return p.WithEachCache(func(_ string, c *Cache) { c.Preload = true })
}

// WithUpstream returns a copy whose caches connect to those they fetch from by the given rule.
func (p Placement) WithUpstream(u transport.Upstream) Placement {
	p.Upstream = u
	return p
}

// Serves reports whether the site has its role for a workload.
func (a Assignment) Serves(workload string) bool {
	return len(a.Workloads) == 0 || slices.Contains(a.Workloads, workload)
}

// Of returns the assignments of a role, in order.
func (p Placement) Of(role Role) []Assignment {
	var found []Assignment
	for _, a := range p.Sites {
		if a.Role == role {
			found = append(found, a)
		}
	}
	return found
}

// Origins returns the ids of the sites that are origins of some placements, each once, in order.
func Origins(all []Placement) []string {
	var sites []string
	for i := range all {
		for _, a := range all[i].Of(Origin) {
			sites = append(sites, a.Site)
		}
	}
	slices.Sort(sites)
	return slices.Compact(sites)
}

// AllSites returns the ids of all sites that have a role, each once: first those of [Placement.Sites], then
// the caches from the user to the origin.
func (p Placement) AllSites() []string {
	var ids []string
	seen := make(map[string]bool)
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, a := range p.Sites {
		add(a.Site)
	}
	for _, t := range p.Tiers {
		for _, c := range t.Caches {
			add(c.Site)
		}
	}
	return ids
}

// Uses reports whether a site has a role in the placement.
func (p Placement) Uses(site string) bool {
	return slices.ContainsFunc(p.Sites, func(a Assignment) bool { return a.Site == site }) ||
		slices.ContainsFunc(p.Tiers, func(t Tier) bool {
			return slices.ContainsFunc(t.Caches, func(c Cache) bool { return c.Site == site })
		})
}

// Rule returns the rule by which users find their site.
func (p Placement) Rule() Routing { return rule(p.Routing) }

// Validate names all that the network or the roles forbid, the first in the text of the error.
func (p Placement) Validate(n *topology.Network) error {
	if p.Name == "" {
		return fmt.Errorf("placement: %w", invalid.New("Name", `""`, "a name"))
	}
	if err := invalid.Name("Name", p.Name); err != nil {
		return fmt.Errorf("placement: %w", err)
	}
	var errs []error
	add := func(err error) {
		if err == nil {
			return
		}
		for _, e := range invalid.All(err) {
			errs = append(errs, fmt.Errorf("placement %q: %w", p.Name, e))
		}
	}
	if err := p.DNS.Validate(); err != nil {
		add(invalid.In("DNS", err))
	}
	if len(p.Tiers) > maxTiers {
		add(invalid.New("Tiers", fmt.Sprintf("%d tiers", len(p.Tiers)), "%d at most", maxTiers))
	}
	type key struct {
		site string
		role Role
	}
	seen := make(map[key]bool)
	for i, a := range p.Sites {
		err := a.validate(n)
		k := key{a.Site, a.Role}
		if err == nil && seen[k] {
			err = invalid.New("Role", a.Role, "another role: site %q has this one already", a.Site)
		}
		seen[k] = true
		if err == nil && a.Backup && !slices.ContainsFunc(p.Sites, func(o Assignment) bool { return o.Role == a.Role && !o.Backup }) {
			err = invalid.New("Backup", a.Backup, "false: no other site has the role %q", a.Role)
		}
		if err != nil {
			for _, e := range invalid.All(err) {
				add(fmt.Errorf("site %q: %w", a.Site, invalid.In(fmt.Sprintf("Sites[%d]", i), e)))
			}
		}
	}
	for i := range p.Tiers {
		add(p.Tiers[i].validate(p, i, n))
	}
	add(p.validateOpenings(n))
	add(p.validateSpills())
	add(p.validateRouting(n))
	add(p.validateUpstream())
	add(p.validateCopies())
	add(p.validateSlices())
	return invalid.First(errs...)
}

func (a Assignment) validate(n *topology.Network) error {
	if a.Role != Origin && a.Role != Compute {
		return invalid.New("Role", fmt.Sprintf("%q", a.Role), "%q or %q", Origin, Compute)
	}
	if field, value, want := checkSite(n, a.Site, a.Role); field != "" {
		return invalid.New(field, value, "%s", want)
	}
	for i, name := range a.Workloads {
		if slices.Contains(a.Workloads[:i], name) {
			return invalid.New(fmt.Sprintf("Workloads[%d]", i), name, "another workload: the site has this one already")
		}
	}
	return invalid.First(invalid.Range("Servers", a.Servers, 0, 1<<20), a.validatePools(), a.validateScales(n), invalid.Range("Cores", a.Cores, 0, 1<<20), a.validateCores(n))
}

// validateCores refuses cores of sites that compute nothing, and elasticity where there is none.
func (a Assignment) validateCores(n *topology.Network) error {
	i, _ := n.Index(a.Site)
	kind := n.At(i).Kind
	switch {
	case a.Cores > 0 && a.Role != Compute:
		return invalid.New("Cores", a.Cores, "0: only games share cores, at a site with the role %q", Compute)
	case a.Elastic && a.Role != Compute:
		return invalid.New("Elastic", a.Elastic, "false: only who computes games is elastic")
	case a.Elastic && kind != topology.Region:
		return invalid.New("Elastic", a.Elastic, "false: a %s has no elasticity, a region has", kind)
	case !a.Elastic && a.ElasticDelay != 0:
		return invalid.New("ElasticDelay", a.ElasticDelay, "0: the site is not elastic")
	case a.ElasticDelay < 0 || a.ElasticDelay > 24*time.Hour:
		return invalid.New("ElasticDelay", a.ElasticDelay, "0 to 24h")
	}
	return nil
}

// validateUpstream refuses a rule that is out of range, or has no effect.
func (p Placement) validateUpstream() error {
	if len(p.Tiers) == 0 && p.Upstream != (transport.Upstream{}) {
		return invalid.New("Upstream", p.Upstream, "the zero value: no cache fetches anything")
	}
	return invalid.In("Upstream", p.Upstream.Validate())
}

// MinSliceBytes is the smallest slice that caches may keep: an object of 32 GiB then has 2^21 slices, as many as may be.
const MinSliceBytes = 16 << 10

// validateSlices refuses slices that are out of range, or that have no effect.
func (p Placement) validateSlices() error {
	switch {
	case p.SliceBytes == 0:
		return nil
	case p.SliceBytes < MinSliceBytes || p.SliceBytes > 1<<40:
		return invalid.New("SliceBytes", p.SliceBytes, "0, or %d KiB to 1 TiB", MinSliceBytes>>10)
	case len(p.Tiers) == 0:
		return invalid.New("SliceBytes", p.SliceBytes, "0: there are no caches")
	}
	return nil
}

// validateCopies refuses a rule that has no effect, or for which no steady state is known.
func (p Placement) validateCopies() error {
	switch {
	case int(p.Copies) >= len(copies):
		return invalid.New("Copies", uint8(p.Copies), "one of %q", copies)
	case p.Copies != CopiesEverywhere && len(p.Tiers) < 2:
		return invalid.New("Copies", p.Copies, "everywhere: there are no two tiers of caches")
	case p.Copies == CopiesEverywhere:
		return nil
	}
	for i := range p.Tiers {
		for k := range p.Tiers[i].Caches {
			if p.Tiers[i].Caches[k].Preload {
				return invalid.New("Copies", p.Copies, "everywhere: cache %q begins in its steady state, which is not known otherwise", p.Tiers[i].Caches[k].Site)
			}
		}
	}
	return nil
}
