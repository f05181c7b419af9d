package placement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// A Role is what a site is allowed to do.
type Role uint8

// The roles.
const (
	// Origin holds every object of the cacheable workloads.
	Origin Role = iota
	// Compute runs the computed and matched workloads.
	Compute
	// EdgeCache caches objects; users of cacheable workloads enter there.
	EdgeCache
	// MidTierCache caches objects between the edge caches and the origin.
	MidTierCache
	numRoles
)

var roleNames = [...]string{Origin: "origin", Compute: "compute", EdgeCache: "edge-cache", MidTierCache: "mid-tier-cache"}

// String returns the name that scenario files use, for example "edge-cache".
func (r Role) String() string {
	if r >= numRoles {
		return fmt.Sprintf("role(%d)", uint8(r))
	}
	return roleNames[r]
}

// RoleNames lists the names of all roles.
func RoleNames() []string { return slices.Clone(roleNames[:]) }

// ParseRole returns the role of a name.
func ParseRole(name string) (Role, error) {
	if i := slices.Index(roleNames[:], name); i >= 0 {
		return Role(i), nil
	}
	return 0, fmt.Errorf("unknown role %q; want one of %q", name, roleNames)
}

// mayTake says which roles each kind of site can take.
func mayTake(kind topology.NodeKind, role Role) bool {
	switch role {
	case Origin:
		return kind == topology.Region
	case Compute:
		return kind == topology.Region || kind == topology.LocalZone
	case EdgeCache:
		return kind == topology.PoP || kind == topology.LocalZone
	case MidTierCache:
		return kind == topology.RegionalEdgeCache || kind == topology.Region
	}
	return false
}

// An Assignment gives one role to one site.
type Assignment struct {
	// Site is the id of a node of the network.
	Site string
	Role Role
	// CacheBytes is the capacity of a cache; 0 for other roles.
	CacheBytes int64
	// Policy is the eviction policy of a cache, with parameters after colons: "clock:bits=2"; ""
	// means "lru". Admission is the rule that decides which objects may enter; "" means all. See
	// [cache.Config].
	Policy, Admission string
	// Preload lets a cache begin with what it would hold after an endless warm-up, instead of empty.
	Preload bool
	// Backup says that the site has the role only while all others that have it are down: then users go to
	// the nearest backup, and caches fetch from it. A backup region with the role [Compute] also answers the
	// calls of Local Zones whose parent is down.
	Backup bool
	// Servers is the number of servers that each workload finds at a compute or origin site;
	// 0 means that there are always enough.
	Servers int
}

// A Placement is one alternative.
type Placement struct {
	// Name tells the alternative apart in results.
	Name string
	// Sites are the roles given.
	Sites []Assignment
	// Routing is how users find their site.
	Routing Routing
	// Misdirected is the share of internet providers whose users [Anycast] sends to a worse site
	// than the nearest, in [0, 1]; 0 means [DefaultMisdirected], less than 0 means none.
	Misdirected float64
	// Weights are the shares of [Weighted]; they need not sum to 1. A site without a weight gets no
	// users.
	Weights []SiteWeight
	// Pins is the table of [Pinned].
	Pins []Pin
	// DynamicViaPoP lets dynamic requests enter the provider's network at the user's PoP and ride
	// its backbone to the compute site, instead of crossing the public internet.
	DynamicViaPoP bool
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

// WithPoPs returns a copy in which the given PoPs cache objects, with so many bytes each.
func (p Placement) WithPoPs(cacheBytes int64, pops ...string) Placement {
	for _, site := range pops {
		p = p.With(Assignment{Site: site, Role: EdgeCache, CacheBytes: cacheBytes})
	}
	p.Name += " + PoPs"
	return p
}

// ViaPoP returns a copy in which computed requests enter at the user's PoP and ride the backbone.
func (p Placement) ViaPoP() Placement {
	p.DynamicViaPoP = true
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

// WithMidTier returns a copy in which the given regional edge caches stand between PoPs and origin.
func (p Placement) WithMidTier(cacheBytes int64, caches ...string) Placement {
	for _, site := range caches {
		p = p.With(Assignment{Site: site, Role: MidTierCache, CacheBytes: cacheBytes})
	}
	p.Name += " + mid-tier"
	return p
}

// Preloaded returns a copy in which every cache begins with what it would hold after an endless warm-up.
func (p Placement) Preloaded() Placement {
	p.Sites = slices.Clone(p.Sites)
	for i := range p.Sites {
		if role := p.Sites[i].Role; role == EdgeCache || role == MidTierCache {
			p.Sites[i].Preload = true
		}
	}
	return p
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

// Validate names the first assignment that the network or the role forbids.
func (p Placement) Validate(n *topology.Network) error {
	if p.Name == "" {
		return fmt.Errorf("placement: %w", invalid.New("Name", `""`, "a name"))
	}
	type key struct {
		site string
		role Role
	}
	seen := make(map[key]bool)
	var errs []error
	for i, a := range p.Sites {
		err := a.validate(n)
		k := key{a.Site, a.Role}
		if err == nil && seen[k] {
			err = invalid.New("Role", a.Role, "another role: site %q has this one already", a.Site)
		}
		if err != nil {
			for _, e := range invalid.All(err) {
				errs = append(errs, fmt.Errorf("placement %q: site %q: %w", p.Name, a.Site, invalid.In(fmt.Sprintf("Sites[%d]", i), e)))
			}
		}
		seen[k] = true
	}
	for i, a := range p.Sites {
		if a.Backup && !slices.ContainsFunc(p.Sites, func(o Assignment) bool { return o.Role == a.Role && !o.Backup }) {
			errs = append(errs, fmt.Errorf("placement %q: site %q: %w", p.Name, a.Site,
				invalid.In(fmt.Sprintf("Sites[%d]", i), invalid.New("Backup", a.Backup, "false: no other site has the role %q", a.Role))))
		}
	}
	if err := p.validateRouting(n); err != nil {
		errs = append(errs, fmt.Errorf("placement %q: %w", p.Name, err))
	}
	return invalid.First(errs...)
}

func (a Assignment) validate(n *topology.Network) error {
	if a.Role >= numRoles {
		return invalid.New("Role", a.Role, "one of %q", roleNames)
	}
	i, ok := n.Index(a.Site)
	if !ok {
		return invalid.New("Site", a.Site, "a node of the network")
	}
	if kind := n.At(i).Kind; !mayTake(kind, a.Role) {
		return invalid.New("Role", a.Role, "a role that a %s can take", kind)
	}
	if a.Role == EdgeCache || a.Role == MidTierCache {
		errs := []error{
			invalid.Check(a.CacheBytes > 0, "CacheBytes", a.CacheBytes, "more than 0"),
			invalid.Check(a.Servers == 0, "Servers", a.Servers, "0: a cache has no servers"),
		}
		if _, err := cache.New(cache.Config{Policy: a.Policy, CapacityObjects: 100}); err != nil {
			errs = append(errs, wrongSpec("Policy", a.Policy, cache.Policies(), err))
		}
		if _, err := cache.New(cache.Config{Admission: a.Admission, CapacityObjects: 100}); err != nil {
			errs = append(errs, wrongSpec("Admission", a.Admission, cache.Admissions(), err))
		}
		return invalid.First(errs...)
	}
	if a.Preload {
		return invalid.New("Preload", a.Preload, "false for the role %q: it has no cache", a.Role)
	}
	if a.Policy != "" || a.Admission != "" {
		return invalid.New("Policy", a.Policy+a.Admission, "no cache policy or admission for the role %q", a.Role)
	}
	return invalid.First(
		invalid.Check(a.CacheBytes == 0, "CacheBytes", a.CacheBytes, fmt.Sprintf("0: the role %q has no cache", a.Role)),
		invalid.Range("Servers", a.Servers, 0, 1<<20),
	)
}

// wrongSpec returns the error of a policy or admission that the cache refuses: its name or its parameters.
func wrongSpec(field, text string, names []string, err error) error {
	name, _, _ := strings.Cut(text, ":")
	if !slices.Contains(names, name) {
		return invalid.New(field, text, "one of %s", strings.Join(names, ", "))
	}
	return invalid.New(field, text, "%s with other parameters: %s", name, strings.TrimPrefix(err.Error(), "cache: "))
}
