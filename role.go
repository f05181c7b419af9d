package edgewise

import (
	"cmp"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
)

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
	// Freshness is what a cache makes of what origins say of lifetimes, the rules of single workloads first; none where what it has is
	// fresh for ever.
	Freshness []FreshnessRole `json:"freshness,omitempty"`
	// Servers is the number of servers that each workload finds; absent in JSON, and 0, where there are always
	// enough, and for caches of one. Of a cache it is the number that it is made of.
	Servers int `json:"servers,omitempty"`
	// Pools are servers that workloads share, in place of Servers.
	Pools []PoolRole `json:"pools,omitempty"`
	// Cores is the number of cores that the games at the site share, and Elastic says that more can be rented; 0 where each game has
	// Servers of its own.
	Cores   int  `json:"cores,omitempty"`
	Elastic bool `json:"elastic,omitempty"`
	// Spread says how the objects of a cache are spread over its servers, MemoryBytes how large their memories over disks are;
	// absent in JSON where the cache is one.
	Spread      string `json:"spread,omitempty"`
	MemoryBytes int64  `json:"memory_bytes,omitempty"`
	// Choice is how those who ask the tier of a cache choose among its caches, "hash" or "origin"; "", and absent in JSON, is the nearest.
	// SkippedInOriginRegion says that fetches pass it by whose origin is in its region.
	Choice                string `json:"choice,omitempty"`
	SkippedInOriginRegion bool   `json:"skipped_in_origin_region,omitempty"`
	// Backup says that the site has the role only while all others that have it are down.
	Backup bool `json:"backup,omitempty"`
	// OpensSeconds is when the site opens and ClosesSeconds when it closes, since the start of the run, warm-up included; absent in JSON,
	// and 0, where it is there from the start and to the end. What opens later begins empty, whatever Preload says.
	OpensSeconds  float64 `json:"opens_seconds,omitempty"`
	ClosesSeconds float64 `json:"closes_seconds,omitempty"`
}

// A FreshnessRole is what a cache makes of what origins say of lifetimes.
type FreshnessRole struct {
	// Workloads are those that the rules are for; none stand for all that have no rules of their own.
	Workloads []string `json:"workloads,omitempty"`
	// Profile is the kind of cache, for example "rfc" or "nginx": what is not said below is as it has it.
	Profile string `json:"profile"`
	// MinTTLSeconds and MaxTTLSeconds bound lifetimes, DefaultTTLSeconds is that of objects of which nothing is said;
	// StaleWhileRevalidateSeconds and StaleIfErrorSeconds are for how long beyond them an
	// object is served. Nil is as the profile has it.
	MinTTLSeconds               *float64 `json:"min_ttl_seconds,omitempty"`
	DefaultTTLSeconds           *float64 `json:"default_ttl_seconds,omitempty"`
	MaxTTLSeconds               *float64 `json:"max_ttl_seconds,omitempty"`
	StaleWhileRevalidateSeconds *float64 `json:"stale_while_revalidate_seconds,omitempty"`
	StaleIfErrorSeconds         *float64 `json:"stale_if_error_seconds,omitempty"`
	// Collapse is "all", "new" or "none", which requests wait for a fetch under way; "" is as the profile has it.
	Collapse string `json:"collapse,omitempty"`
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

// freshnessOf returns the rules of a tier for lifetimes.
func freshnessOf(t *placement.Tier) (all []FreshnessRole) {
	add := func(workloads []string, r *freshness.Rules) {
		of := FreshnessRole{Workloads: workloads, Profile: cmp.Or(r.Profile, freshness.Profiles()[0]),
			MinTTLSeconds: secondsSaid(r.MinTTL), DefaultTTLSeconds: secondsSaid(r.DefaultTTL), MaxTTLSeconds: secondsSaid(r.MaxTTL),
			StaleWhileRevalidateSeconds: secondsSaid(r.StaleWhileRevalidate), StaleIfErrorSeconds: secondsSaid(r.StaleIfError)}
		if r.Collapse != freshness.AsProfile {
			of.Collapse = r.Collapse.String()
		}
		all = append(all, of)
	}
	for i := range t.FreshnessOf {
		add(t.FreshnessOf[i].Workloads, &t.FreshnessOf[i].Rules)
	}
	if t.Freshness != nil {
		add(nil, t.Freshness)
	}
	return all
}

// secondsSaid returns a time in seconds, nil where none is said.
func secondsSaid(s freshness.Span) *float64 {
	if !s.Said {
		return nil
	}
	seconds := s.Of.Seconds()
	return &seconds
}

// copiesOf returns which caches of a placement keep what passes them, "" for all.
func copiesOf(p *placement.Placement) string {
	if p.Copies == placement.CopiesEverywhere {
		return ""
	}
	return p.Copies.String()
}

// rolesOf returns the roles that a placement gives.
func rolesOf(p *placement.Placement) (all []SiteRole) {
	for i := range p.Sites {
		a := &p.Sites[i]
		all = append(all, SiteRole{Site: a.Site, Role: string(a.Role), Workloads: a.Workloads, Servers: a.Servers, Pools: poolsOf(a), Backup: a.Backup,
			Cores: a.Cores, Elastic: a.Elastic})
	}
	for k := range p.Tiers {
		t := &p.Tiers[k]
		choice := ""
		if t.Choice != placement.NearestCache {
			choice = t.Choice.String()
		}
		for _, c := range t.Caches {
			spread := ""
			if c.Servers != (placement.Servers{}) {
				spread = c.Servers.Spread.String()
			}
			all = append(all, SiteRole{
				Servers: c.Servers.Count, Spread: spread, MemoryBytes: c.Servers.MemoryBytes, Freshness: freshnessOf(t),
				Site: c.Site, Role: t.Name, CacheBytes: c.CapacityBytes, Policy: c.Policy, Admission: c.Admission, Preload: c.Preload, Backup: c.Backup,
				Choice: choice, SkippedInOriginRegion: t.SkipInOriginRegion,
			})
		}
	}
	for _, o := range p.Openings {
		for i := range all {
			if all[i].Site == o.Site {
				all[i].OpensSeconds, all[i].ClosesSeconds = o.At.Seconds(), o.Closes.Seconds()
			}
		}
	}
	return all
}
