package placement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// The usual names of tiers, from the user to the origin. Any other name will do, too; see [Kinds] for what
// the names mean.
const (
	// EdgeCache is the tier at which users enter.
	EdgeCache = "edge-cache"
	// MidTierCache is a tier between the edge caches and the origin.
	MidTierCache = "mid-tier-cache"
	// OriginShield is the tier before the origin.
	OriginShield = "origin-shield"
)

// usualTiers are the usual names in their order.
var usualTiers = []string{EdgeCache, MidTierCache, OriginShield}

// maxTiers bounds the tiers of a placement; nothing real has so many.
const maxTiers = 100

// A Tier is one level of caches. The users of what can be cached enter at the first tier of a placement; a
// cache fetches what it has not from the nearest cache, by round trip, of the next tier, and one of the last
// tier from the nearest origin. A tier can be skipped, by all fetches or by some.
type Tier struct {
	// Name tells the tier apart in results. [Origin] and [Compute] are no names of tiers.
	Name string
	// Caches are the caches of the tier, one or more that are no backups.
	Caches []Cache
	// SkipInOriginRegion lets a fetch pass by this tier whose cache would be in the region of the origin: a
	// regional edge cache beside it, or one in the region itself. So does CloudFront, which asks such an
	// origin directly. Not for the first tier.
	SkipInOriginRegion bool
	// Origins are the sites of the origins that the tier stands before: what comes from others passes by. None
	// stand for all. Not for the first tier. Behind a tier that stands before some origins alone, every other
	// stands before some of those alone, or before none of them.
	//
	// Where several origins serve a workload, the origin of a fetch is the one nearest, by round trip, to the cache
	// that asks, of those that its tier stands before; this goes for SkipInOriginRegion, too. The others stand in
	// for origins that are down.
	Origins []string
	// Choice is how those who ask the tier choose among its caches. Not for the first tier, where users are routed.
	Choice Choice
	// Freshness, if set, says what the caches of the tier make of what origins say of lifetimes, and what of objects of which
	// they say nothing. Nil follows RFC 9111 and RFC 5861 for workloads whose origin says something
	// (workload.Cacheable.Controls); the objects of others are fresh for ever.
	Freshness *freshness.Rules
	// FreshnessOf stands in the place of Freshness for single workloads, as the cache behaviors of a CDN do for hosts and paths.
	FreshnessOf []WorkloadFreshness
}

// WorkloadFreshness says what the caches of a [Tier] make of what the origins of some workloads say.
type WorkloadFreshness struct {
	// Workloads are their names, one or more, each in one entry of a tier at most.
	Workloads []string
	Rules     freshness.Rules
}

// RulesOf returns what the caches of the tier make of what the origin of a workload says; nil where that is as [Tier.Freshness] has it when it
// is nil.
func (t *Tier) RulesOf(workload string) *freshness.Rules {
	for i := range t.FreshnessOf {
		if slices.Contains(t.FreshnessOf[i].Workloads, workload) {
			return &t.FreshnessOf[i].Rules
		}
	}
	return t.Freshness
}

// AgesObjects reports whether the tier has rules for lifetimes, of whichever workload.
func (t *Tier) AgesObjects() bool { return t.Freshness != nil || len(t.FreshnessOf) > 0 }

// StandsBefore reports whether what comes from the origin at a site may pass through the tier.
func (t *Tier) StandsBefore(origin string) bool {
	return len(t.Origins) == 0 || slices.Contains(t.Origins, origin)
}

// A Cache is a site of a [Tier] with its cache.
type Cache struct {
	// Site is the id of a node of the network.
	Site string
	// CapacityBytes is the size of the cache, more than 0.
	CapacityBytes int64
	// Policy is the eviction policy, with parameters after colons: "clock:bits=2"; "" means "lru".
	// Admission is the rule that decides which objects may enter; "" means all. See [cache.Config].
	Policy, Admission string
	// NewPolicy and NewAdmission, if set, make a policy and an admission of your own; Policy and Admission are
	// then empty or their names, which a function literal needs, with its parameters, where cells of a study are run
	// apart. They are called for each run of the cache, and once to check them.
	NewPolicy    func(cache.Slots) cache.Policy     `json:"-"`
	NewAdmission func(cache.Limits) cache.Admission `json:"-"`
	// Preload lets the cache begin with what it would hold after an endless warm-up, instead of empty.
	Preload bool
	// Backup says that the cache is used only while all others of its tier are down.
	Backup bool
	// Servers are those that the cache is made of.
	Servers Servers
}

// WithCaches returns a copy with further caches in a tier. A tier that is not there comes at the end, next to
// the origin, but one with a usual name before those that usually come after it.
func (p Placement) WithCaches(tier string, caches ...Cache) Placement {
	if len(caches) == 0 {
		return p
	}
	p.Tiers = slices.Clone(p.Tiers)
	i := slices.IndexFunc(p.Tiers, func(t Tier) bool { return t.Name == tier })
	if i < 0 {
		var names []string
		for _, t := range p.Tiers {
			names = append(names, t.Name)
		}
		i = UsualPlace(names, tier)
		p.Tiers = slices.Insert(p.Tiers, i, Tier{Name: tier})
	}
	p.Tiers[i].Caches = append(slices.Clone(p.Tiers[i].Caches), caches...)
	return p
}

// UsualPlace returns where a tier goes among others, given by their names in order: at the end, but one with a
// usual name before those that usually come after it.
func UsualPlace(tiers []string, tier string) int {
	if rank := slices.Index(usualTiers, tier); rank >= 0 {
		if i := slices.IndexFunc(tiers, func(name string) bool { return slices.Index(usualTiers, name) > rank }); i >= 0 {
			return i
		}
	}
	return len(tiers)
}

// WithEachCache returns a copy in which every cache has been changed.
func (p Placement) WithEachCache(change func(tier string, c *Cache)) Placement {
	p.Tiers = slices.Clone(p.Tiers)
	for i := range p.Tiers {
		t := &p.Tiers[i]
		t.Caches = slices.Clone(t.Caches)
		for k := range t.Caches {
			change(t.Name, &t.Caches[k])
		}
	}
	return p
}

// Caches returns the caches of a tier, none where it is not there.
func (p Placement) Caches(tier string) []Cache {
	for _, t := range p.Tiers {
		if t.Name == tier {
			return t.Caches
		}
	}
	return nil
}

// validate returns all that is wrong with the i-th tier of a placement.
func (t *Tier) validate(p Placement, i int, n *topology.Network) error {
	wrong := func(field string, value any, want string, args ...any) error {
		return fmt.Errorf("tier %q: %w", t.Name, invalid.New(fmt.Sprintf("Tiers[%d].%s", i, field), value, want, args...))
	}
	var errs []error
	if err := invalid.Name("Name", t.Name); err != nil {
		return fmt.Errorf("tier %s: %w", invalid.Quoted(t.Name), invalid.In(fmt.Sprintf("Tiers[%d]", i), err))
	}
	switch {
	case t.Name == "" || t.Name == string(Origin) || t.Name == string(Compute):
		errs = append(errs, wrong("Name", fmt.Sprintf("%q", t.Name), "a name, and not that of another role"))
	case slices.ContainsFunc(p.Tiers[:i], func(o Tier) bool { return o.Name == t.Name }):
		errs = append(errs, wrong("Name", fmt.Sprintf("%q", t.Name), "another name: a tier before has this one"))
	case i == 0 && (t.Name == MidTierCache || t.Name == OriginShield):
		errs = append(errs, wrong("Name", fmt.Sprintf("%q", t.Name), "a tier before it at which users enter, for example %q", EdgeCache))
	}
	if i == 0 {
		if t.SkipInOriginRegion {
			errs = append(errs, wrong("SkipInOriginRegion", true, "false: users enter at the first tier"))
		}
		if len(t.Origins) > 0 {
			errs = append(errs, wrong("Origins", t.Origins, "none: users enter at the first tier"))
		}
	}
	if int(t.Choice) >= len(choices) || i == 0 && t.Choice != NearestCache {
		errs = append(errs, wrong("Choice", t.Choice, "nearest at the first tier, where users are routed; of others one of %s", strings.Join(choices[:], ", ")))
	}
	if t.Freshness != nil {
		if err := t.Freshness.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("tier %q: %w", t.Name, invalid.In(fmt.Sprintf("Tiers[%d].Freshness", i), err)))
		}
	}
	for k := range t.FreshnessOf {
		if err := t.FreshnessOf[k].validate(t.FreshnessOf[:k]); err != nil {
			errs = append(errs, fmt.Errorf("tier %q: %w", t.Name, invalid.In(fmt.Sprintf("Tiers[%d].FreshnessOf[%d]", i, k), err)))
		}
	}
	for k, origin := range t.Origins {
		if !slices.ContainsFunc(p.Of(Origin), func(a Assignment) bool { return a.Site == origin }) {
			errs = append(errs, wrong(fmt.Sprintf("Origins[%d]", k), origin, "an origin of the placement"))
		} else if slices.Contains(t.Origins[:k], origin) {
			errs = append(errs, wrong(fmt.Sprintf("Origins[%d]", k), origin, "another origin: the tier has this one already"))
		}
	}
	for _, before := range p.Tiers[:i] {
		if len(before.Origins) > 0 && !t.isWithinOrBeside(before.Origins, p) {
			errs = append(errs, wrong("Origins", t.Origins, "some or none of %v: tier %q before it stands before those alone", before.Origins, before.Name))
			break
		}
	}
	if !slices.ContainsFunc(t.Caches, func(c Cache) bool { return !c.Backup }) {
		if len(t.Caches) == 0 {
			errs = append(errs, wrong("Caches", "empty", "one cache or more"))
		} else {
			errs = append(errs, wrong("Caches[0].Backup", true, "false: no other site has the role %q", t.Name))
		}
	}
	for k := range t.Caches {
		c := &t.Caches[k]
		err := c.validate(n, Role(t.Name))
		if err == nil && slices.ContainsFunc(t.Caches[:k], func(o Cache) bool { return o.Site == c.Site }) {
			err = invalid.New("Role", t.Name, "another role: site %q has this one already", c.Site)
		}
		if err != nil {
			for _, e := range invalid.All(err) {
				errs = append(errs, fmt.Errorf("site %q: %w", c.Site, invalid.In(fmt.Sprintf("Tiers[%d].Caches[%d]", i, k), e)))
			}
		}
	}
	return invalid.First(errs...)
}

// validate names the first field that is out of range, or has what an entry before has.
func (f *WorkloadFreshness) validate(before []WorkloadFreshness) error {
	if len(f.Workloads) == 0 {
		return invalid.New("Workloads", "empty", "the name of a workload or more")
	}
	for i, name := range f.Workloads {
		isNamed := func(o WorkloadFreshness) bool { return slices.Contains(o.Workloads, name) }
		if slices.ContainsFunc(before, isNamed) || slices.Contains(f.Workloads[:i], name) {
			return invalid.New(fmt.Sprintf("Workloads[%d]", i), name, "a workload that has no rules of its own in the tier yet")
		}
	}
	return invalid.In("Rules", f.Rules.Validate())
}

// isWithinOrBeside reports whether the tier stands before some origins of a list alone, or before none of them.
func (t *Tier) isWithinOrBeside(origins []string, p Placement) bool {
	inside, outside := false, false
	for _, a := range p.Of(Origin) {
		if t.StandsBefore(a.Site) {
			listed := slices.Contains(origins, a.Site)
			inside, outside = inside || listed, outside || !listed
		}
	}
	return !(inside && outside)
}

func (c *Cache) validate(n *topology.Network, role Role) error {
	if field, value, want := checkSite(n, c.Site, role); field != "" {
		return invalid.New(field, value, "%s", want)
	}
	errs := []error{invalid.Check(c.CapacityBytes > 0, "CapacityBytes", c.CapacityBytes, "more than 0")}
	errs = append(errs, c.Servers.validate(c))
	for _, part := range []cache.Config{{Policy: c.Policy, NewPolicy: c.NewPolicy}, {Admission: c.Admission, NewAdmission: c.NewAdmission}} {
		part.CapacityObjects = 100
		_, err := cache.New(part)
		errs = append(errs, err) // it names the field and what is wanted
	}
	return invalid.First(errs...)
}
