package scenario

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
)

// assumedProviders is shown with the results of placements that route by anycast.
const assumedProviders = "anycast: the users of a metro belong to ten internet providers of equal size; one that leads to a worse site leads to the second best in half of the cases"

// A routingRule is a rule that files can name.
type routingRule struct {
	name string
	// plain is the rule by its name alone, nil where it needs parameters.
	plain placement.Routing
	// read reads the parameters, nil where it has none. It tells where the rule's fields stand.
	read func(v value, at places) placement.Routing
	// isOwn says that it is of the user's own, and can be read from nothing.
	isOwn bool
	// assumed is shown with the results of placements that have the rule.
	assumed string
}

// String returns the name of the rule.
func (r routingRule) String() string { return r.name }

// places say where fields stand in a file, by their path in Go.
type places map[string]value

// routingRules are the rules of package placement.
func routingRules() []routingRule {
	return []routingRule{
		{name: "nearest-rtt", plain: placement.NearestRTT{}},
		{name: "nearest-distance", plain: placement.NearestDistance{}},
		{name: "anycast", plain: placement.Anycast{}, read: readAnycast, assumed: assumedProviders},
		{name: "weighted", read: readWeighted},
		{name: "pinned", read: readPinned},
	}
}

// A routingSpec is what the file says of a routing rule.
type routingSpec struct {
	rule    placement.Routing
	at      places
	assumed string
}

// find returns where a field stands, or what it is in; ok is false where the file has none of it.
func (p places) find(path string) (at value, ok bool) {
	for {
		if at, ok = p[path]; ok || path == "" {
			return at, ok
		}
		path = parent(path)
	}
}

// readRouting reads a routing rule: its name or, where it has parameters, a mapping with its name.
func (r *reader) readRouting(v value) routingSpec {
	s := routingSpec{at: places{"": v}}
	if v.node.Kind != yaml.MappingNode {
		name, ok := v.scalar("a name")
		if !ok {
			return s
		}
		i := slices.IndexFunc(r.routingRules, func(rule routingRule) bool { return rule.name == name })
		if i < 0 {
			v.problem("is %s; want one of %s", text.Quote(name), strings.Join(namesOf(r.routingRules, routingRule.String), ", "))
			return s
		}
		rule := &r.routingRules[i]
		switch s.assumed = rule.assumed; {
		case rule.isOwn:
			s.rule = rule.read(v.nothing(), s.at)
		case rule.plain == nil:
			v.problem("is %s without parameters; want {%s: ...}", text.Quote(name), name)
		default:
			s.rule = rule.plain
		}
		return s
	}
	var known []field
	for _, rule := range r.routingRules {
		if rule.read != nil {
			known = append(known, field{rule.name, func(v value) { s.rule, s.assumed = rule.read(v, s.at), rule.assumed }})
		}
	}
	v.fields(known...)
	if n := len(v.node.Content) / 2; n != 1 {
		v.problem("names %d rules; want one", n)
	}
	return s
}

// element returns the path of an element of a list.
func element(i int) string { return fmt.Sprintf("[%d]", i) }

// A routeSpec is what the file says of a route.
type routeSpec struct {
	placement.Route
	at      places
	assumed string
}

// readRoute reads a route: for whom it is, its rule and its way in.
func (r *reader) readRoute(v value) routeSpec {
	s := routeSpec{at: places{"": v}}
	v.fields(
		field{"workloads", func(v value) { v.strings(&s.Workloads); s.at["Workloads"] = v }},
		field{"role", func(v value) {
			name, _ := v.scalar("a name")
			s.Role = placement.Role(name)
			for _, k := range roleKeys {
				if k.key == name {
					s.Role = k.role
				}
			}
			s.at["Role"] = v
		}},
		field{"routing", func(v value) {
			rule := r.readRouting(v)
			s.Routing, s.assumed = rule.rule, rule.assumed
			for path, at := range rule.at {
				s.at[invalid.Path("Routing", path)] = at
			}
		}},
		field{"via_pop", func(v value) { v.boolean(&s.ViaPoP); s.at["ViaPoP"] = v }},
	)
	return s
}

func readAnycast(v value, at places) placement.Routing {
	var rule placement.Anycast
	v.fields(field{"misdirected", func(v value) {
		var share float64
		if v.number(&share) {
			rule.Misdirected = placement.FractionOf(share)
		}
		at["Misdirected"] = v
	}})
	return rule
}

func readWeighted(v value, at places) placement.Routing {
	var rule placement.Weighted
	for _, item := range v.pairs() {
		w := placement.SiteWeight{Site: item.key}
		item.number(&w.Weight)
		at[element(len(rule))] = item.value
		rule = append(rule, w)
	}
	return rule
}

func readPinned(v value, at places) placement.Routing {
	var rule placement.Pinned
	for _, item := range v.pairs() {
		for _, site := range item.texts() {
			pin := placement.Pin{Metro: item.key}
			site.text(&pin.Site)
			at[element(len(rule))] = site
			rule = append(rule, pin)
		}
	}
	return rule
}

// namedRules returns a placement with the names in its routing rules replaced by IDs. The error names the first that
// stands for no metro of the network, or no site of the placement, or for several.
func (r *reader) namedRules(p placement.Placement) (placement.Placement, error) {
	var err error
	if p.Routing, err = r.namedRule(p.Routing, &p); err != nil {
		return p, invalid.In("Routing", err)
	}
	p.Routes = slices.Clone(p.Routes)
	for i := range p.Routes {
		if p.Routes[i].Routing, err = r.namedRule(p.Routes[i].Routing, &p); err != nil {
			return p, invalid.In(fmt.Sprintf("Routes[%d].Routing", i), err)
		}
	}
	return p, nil
}

// namedRule returns a rule with IDs in place of names. Another placement may have the same rule, so that it is a copy.
func (r *reader) namedRule(rule placement.Routing, p *placement.Placement) (placement.Routing, error) {
	isUsed := func(n topology.Node) bool { return p.Uses(n.ID) }
	var errs []error
	name := func(i int, field, what string, name *string, accepted func(topology.Node) bool) {
		k, err := r.nodeHere(what, *name, accepted)
		if err == nil {
			*name = r.study.Network.At(k).ID
			return
		}
		errs = append(errs, invalid.New(fmt.Sprintf("[%d].%s", i, field), *name, "%s", wanted(err)))
	}
	switch rule := rule.(type) {
	case placement.Weighted:
		rule = slices.Clone(rule)
		for i := range rule {
			name(i, "Site", "site of the placement", &rule[i].Site, isUsed)
		}
		return rule, invalid.First(errs...)
	case placement.Pinned:
		rule = slices.Clone(rule)
		for i := range rule {
			name(i, "Metro", "metro of the network", &rule[i].Metro, isMetro)
			name(i, "Site", "site of the placement", &rule[i].Site, isUsed)
		}
		return rule, invalid.First(errs...)
	}
	return rule, nil
}
