package placement

import (
	"errors"
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// A Route is how the users of some workloads find their site, where it differs from [Placement.Routing], and
// their way in. A route that names a workload comes before one for its role.
type Route struct {
	// Workloads are the names of the workloads, each in one route at most; none for a Role.
	Workloads []string
	// Role stands for all workloads that need it: [Compute], or what [Placement.EntryRole] returns; empty
	// where there are Workloads.
	Role Role
	// Routing is the rule by which users find the site that serves them; nil leaves it as it is without the
	// route, see [Placement.Routing].
	Routing Routing
	// ViaPoP lets users enter the provider's network at a site of the first tier, found by
	// [Placement.Routing], and ride the backbone to the site that computes, instead of crossing the public
	// internet. For the role [Compute] it is for requests alone: a game, whose packets a content delivery
	// network does not carry, goes via a PoP only where a route names it, as with an accelerator for UDP.
	ViaPoP bool
}

// ViaPoP returns a copy in which the requests of all workloads that compute enter at a site of the first tier
// and ride the backbone.
func (p Placement) ViaPoP() Placement {
	p.Routes = slices.Clone(p.Routes)
	if i := slices.IndexFunc(p.Routes, func(r Route) bool { return r.Role == Compute }); i >= 0 {
		p.Routes[i].ViaPoP = true
	} else {
		p.Routes = append(p.Routes, Route{Role: Compute, ViaPoP: true})
	}
	return p
}

// EntryRole returns the role of the sites at which users of what can be cached enter: the name of the first
// tier, or [Origin] where there is none.
func (p Placement) EntryRole() Role {
	if len(p.Tiers) > 0 {
		return Role(p.Tiers[0].Name)
	}
	return Origin
}

// RouteOf returns how the users of a workload find a site with the role that it needs; its Routing is not nil.
// Workloads are those of the route that names this one, none where no route does.
func (p Placement) RouteOf(workload string, role Role) Route {
	var route Route
	if i := slices.IndexFunc(p.Routes, func(r Route) bool { return slices.Contains(r.Workloads, workload) }); i >= 0 {
		route = p.Routes[i]
	}
	if i := slices.IndexFunc(p.Routes, func(r Route) bool { return r.Role == role && len(r.Workloads) == 0 }); i >= 0 {
		if len(route.Workloads) == 0 {
			route = p.Routes[i]
		} else if route.Routing == nil {
			route.Routing = p.Routes[i].Routing
		}
	}
	if route.Routing == nil {
		route.Routing = p.ruleFor(role)
	}
	return route
}

// ruleFor returns the rule of the sites with a role, where no route has another.
func (p Placement) ruleFor(role Role) Routing {
	if role == Compute && !p.namesCompute() {
		return NearestRTT{}
	}
	return p.Rule()
}

// namesCompute reports whether the placement's rule has a parameter for a site that computes.
func (p Placement) namesCompute() bool {
	namer, ok := p.Routing.(SiteNamer)
	return ok && slices.ContainsFunc(namer.NamedSites(), func(site string) bool { return p.isEntered(site, Compute) })
}

// validateRouting names what is wrong with the rules and the routes.
func (p Placement) validateRouting(n *topology.Network) error {
	errs := []error{p.validateRule("Routing", p.Rule(), "", n)}
	for i := range p.Routes {
		at := fmt.Sprintf("Routes[%d]", i)
		if err := p.validateRoute(i); err != nil {
			errs = append(errs, invalid.In(at, err))
		} else if r := &p.Routes[i]; r.Routing != nil {
			errs = append(errs, p.validateRule(at+".Routing", r.Routing, r.Role, n))
		}
	}
	return invalid.First(errs...)
}

// validateRule names what is wrong with a rule for the sites of a role, any where that is empty.
func (p Placement) validateRule(path string, r Routing, role Role, n *topology.Network) error {
	if err := r.Validate(p, n); err != nil {
		var f *invalid.Field
		if errors.As(err, &f) {
			return invalid.In(path, err)
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	namer, ok := r.(SiteNamer)
	if !ok {
		return nil
	}
	for i, site := range namer.NamedSites() {
		if !p.isEntered(site, role) {
			want := "a site at which users enter"
			if role != "" {
				want = fmt.Sprintf("a site with the role %q", role)
			}
			return invalid.New(fmt.Sprintf("%s[%d].Site", path, i), site, "%s", want)
		}
	}
	return nil
}

// isEntered reports whether users can be served at a site that has a role, any where that is empty.
func (p Placement) isEntered(site string, role Role) bool {
	if role != Compute && len(p.Tiers) > 0 &&
		slices.ContainsFunc(p.Tiers[0].Caches, func(c Cache) bool { return c.Site == site }) {
		return true
	}
	return slices.ContainsFunc(p.Sites, func(a Assignment) bool {
		enters := a.Role == Compute && (role == "" || role == Compute) ||
			a.Role == Origin && len(p.Tiers) == 0 && (role == "" || role == Origin)
		return a.Site == site && enters
	})
}

func (p Placement) validateRoute(i int) error {
	r := &p.Routes[i]
	switch {
	case len(r.Workloads) == 0 && r.Role == "":
		return invalid.New("Workloads", "empty", "the name of a workload or more, or a Role")
	case len(r.Workloads) > 0 && r.Role != "":
		return invalid.New("Role", r.Role, "none beside Workloads")
	case r.Role != "" && r.Role != Compute && r.Role != p.EntryRole():
		return invalid.New("Role", r.Role, "%s or %s", Compute, p.EntryRole())
	case r.Role != "" && r.Routing == nil && !r.ViaPoP:
		return invalid.New("Routing", "missing", "a routing rule, or a way via a PoP")
	case r.ViaPoP && len(p.Tiers) == 0:
		return invalid.New("ViaPoP", true, "false: there is no tier of caches at which users could enter")
	case r.ViaPoP && r.Role != "" && r.Role != Compute:
		return invalid.New("ViaPoP", true, "false: users enter at the caches themselves")
	}
	for k, o := range p.Routes[:i] {
		if r.Role != "" && o.Role == r.Role {
			return invalid.New("Role", r.Role, "a role that Routes[%d] does not have", k)
		}
	}
	for k, name := range r.Workloads {
		is := func(o Route) bool { return slices.Contains(o.Workloads, name) }
		if slices.ContainsFunc(p.Routes[:i], is) || slices.Contains(r.Workloads[:k], name) {
			return invalid.New(fmt.Sprintf("Workloads[%d]", k), name, "a workload that no route has yet")
		}
	}
	return nil
}
