package edgewise

import (
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
)

// A Place is a site or a metro of a comparison.
type Place struct {
	// ID is the node's id in the network, Name its name for people.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Kind is for example "metro", "pop", "local-zone" or "region".
	Kind string `json:"kind"`
	// Country is the ISO 3166-1 alpha-2 code, Provider the owner of a site, Parent the region that a Local Zone
	// belongs to; each is empty if there is none or it is not known.
	Country  string `json:"country,omitempty"`
	Provider string `json:"provider,omitempty"`
	Parent   string `json:"parent,omitempty"`
	// LatDeg and LonDeg are WGS 84 degrees.
	LatDeg float64 `json:"lat_deg"`
	LonDeg float64 `json:"lon_deg"`
}

func placeOf(n topology.Node) Place {
	return Place{
		ID: n.ID, Name: n.Label(), Kind: n.Kind.String(), Country: n.Country, Provider: n.Provider, Parent: n.Parent,
		LatDeg: n.LatDeg, LonDeg: n.LonDeg,
	}
}

// A SiteRole is one role that a placement gives to a site.
type SiteRole struct {
	// Site is the site's id, Role "origin", "compute" or the name of a tier of caches, for example "edge-cache".
	Site string `json:"site"`
	Role string `json:"role"`
	// Workloads are those that the role is for; all where there is none.
	Workloads []string `json:"workloads,omitempty"`
	// CacheBytes is the size of a cache, Policy and Admission its rules ("" is the default), Preload whether it
	// begins in its steady state.
	CacheBytes int64  `json:"cache_bytes,omitempty"`
	Policy     string `json:"policy,omitempty"`
	Admission  string `json:"admission,omitempty"`
	Preload    bool   `json:"preload,omitempty"`
	// Servers is the number of servers that each workload finds; absent in JSON, and 0, where there are always
	// enough, and for caches of one. Of a cache it is the number that it is made of.
	Servers int `json:"servers,omitempty"`
	// Pools are servers that workloads share, in place of Servers.
	Pools []PoolRole `json:"pools,omitempty"`
	// Spread says how the objects of a cache are spread over its servers, MemoryBytes how large their memories over disks are;
	// absent in JSON where the cache is one.
	Spread      string `json:"spread,omitempty"`
	MemoryBytes int64  `json:"memory_bytes,omitempty"`
	// Backup says that the site has the role only while all others that have it are down.
	Backup bool `json:"backup,omitempty"`
}

// A PoolRole is servers of one class at a site.
type PoolRole struct {
	// Name is the pool's name, "" where it has none, Servers how many there are, Workloads those that have them; without any, all that
	// no other pool has.
	Name      string   `json:"name,omitempty"`
	Servers   int      `json:"servers"`
	Workloads []string `json:"workloads,omitempty"`
	// Discipline is "fifo" or "ps". Queue is how many may wait; nil where there is no limit. ShedMs is how long a request may
	// have to wait, in ms; 0 where there is no limit.
	Discipline string  `json:"discipline"`
	Queue      *int    `json:"queue,omitempty"`
	ShedMs     float64 `json:"shed_ms,omitempty"`
	// Spill is where requests go that the pool rejects: "nearest", "backup" or the sites in order; "" where they go nowhere.
	Spill string `json:"spill,omitempty"`
	// Scale is how the number of servers follows the work; nil where it stays.
	Scale *ScaleRole `json:"scale,omitempty"`
	// SpareCores says that it has the cores of the site besides on which no match is.
	SpareCores bool `json:"spare_cores,omitempty"`
}

// A ScaleRole is how the number of servers of a pool follows the work.
type ScaleRole struct {
	// Most is how many there are at most, Target the share of their time that they are to be busy.
	Most   int     `json:"most"`
	Target float64 `json:"target"`
	// DelaySeconds is how long after it is looked new servers have requests: until they are there, and until they are warm.
	DelaySeconds float64 `json:"delay_seconds"`
}

func poolsOf(a *placement.Assignment) (all []PoolRole) {
	for i := range a.Pools {
		p := &a.Pools[i]
		of := PoolRole{Name: p.Name, Servers: p.Servers, Workloads: p.Workloads, Discipline: p.Discipline.String(), ShedMs: float64(p.Shed) / 1e6}
		if p.Queue.Is {
			of.Queue = &p.Queue.Most
		}
		if p.Spill.Rule != placement.NoSpill {
			of.Spill = p.Spill.String()
		}
		of.SpareCores = p.SpareCores
		if s := &p.Scale; s.Is() {
			of.Scale = &ScaleRole{Most: s.Most, Target: s.Target, DelaySeconds: (s.Delay + s.WarmUp).Seconds()}
		}
		all = append(all, of)
	}
	return all
}

// rolesOf returns the roles that a placement gives.
func rolesOf(p *placement.Placement) (all []SiteRole) {
	for i := range p.Sites {
		a := &p.Sites[i]
		all = append(all, SiteRole{Site: a.Site, Role: string(a.Role), Workloads: a.Workloads, Servers: a.Servers, Pools: poolsOf(a), Backup: a.Backup})
	}
	for _, t := range p.Tiers {
		for _, c := range t.Caches {
			spread := ""
			if c.Servers != (placement.Servers{}) {
				spread = c.Servers.Spread.String()
			}
			all = append(all, SiteRole{
				Servers: c.Servers.Count, Spread: spread, MemoryBytes: c.Servers.MemoryBytes,
				Site: c.Site, Role: t.Name, CacheBytes: c.CapacityBytes, Policy: c.Policy, Admission: c.Admission, Preload: c.Preload, Backup: c.Backup,
			})
		}
	}
	return all
}

// sites returns the sites that some placement uses, and the parents of their Local Zones.
func (s *Study) sites() (all []Place) {
	used := make(map[string]bool)
	for i := range s.Placements {
		for _, r := range rolesOf(&s.Placements[i]) {
			used[r.Site] = true
			if n, ok := s.Network.Index(r.Site); ok && s.Network.At(n).Kind == topology.LocalZone {
				used[s.Network.At(n).Parent] = true
			}
		}
	}
	for _, n := range s.Network.Sites() {
		if place := placeOf(s.Network.At(n)); used[place.ID] {
			all = append(all, place)
		}
	}
	return all
}

// metros returns the metros of the network.
func (s *Study) metros() (all []Place) {
	for _, n := range s.Network.OfKind(topology.Metro) {
		all = append(all, placeOf(s.Network.At(n)))
	}
	return all
}
