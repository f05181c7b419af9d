package scenario

import (
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
)

// readFailures reads the sites that are down for a while: one, a group, or all of a provider.
func (r *reader) readFailures(v value) {
	for _, item := range v.list() {
		var f sim.Failure
		var sites []string
		provider := ""
		seen := item.fields(
			field{"site", func(v value) { v.text(&f.Site) }},
			field{"sites", func(v value) { v.strings(&sites) }},
			field{"provider", func(v value) { v.text(&provider) }},
			field{"at", func(v value) { v.duration(&f.At) }},
			field{"for", func(v value) { v.duration(&f.For) }},
			timesField(&f.Times),
			field{"every", func(v value) { v.duration(&f.Every) }},
			field{"detection", func(v value) { v.duration(&f.Detection) }},
			field{"check", func(v value) { f.Check = readHealthCheck(v) }},
			field{"redirection", func(v value) { v.duration(&f.Redirection) }},
			field{"timeout", func(v value) { v.duration(&f.Timeout) }},
		)
		of := 0
		for _, key := range []string{"site", "sites", "provider"} {
			if _, ok := seen[key]; ok {
				of++
			}
		}
		item.requireKeys(seen, "at", "for")
		requireEvery(item, seen, f.Times)
		switch {
		case of == 0:
			item.problem("says no site; want the key site, sites or provider")
		case of > 1:
			item.problem("says more than one of site, sites and provider; want one")
		case provider != "":
			r.providers = append(r.providers, failingProvider{len(r.study.Failures), provider, item})
		case len(sites) > 0:
			f.Site, f.With = sites[0], sites[1:]
		}
		r.study.Failures = append(r.study.Failures, f)
	}
}

// A failingProvider is a failure of all sites of a provider, by its number.
type failingProvider struct {
	failure  int
	provider string
	at       value
}

// timesField reads how often something is down.
func timesField(to *int) field {
	return field{"times", func(v value) {
		if v.integer(to) && *to < 1 {
			v.problem("is %d; want 1 or more", *to)
		}
	}}
}

// requireEvery names the key that is missing of what is down several times: how often, or every how long.
func requireEvery(v value, seen map[string]value, times int) {
	_, isSpaced := seen["every"]
	if _, ok := seen["times"]; !ok && isSpaced {
		v.requireKeys(seen, "times")
	}
	if times > 1 {
		v.requireKeys(seen, "every")
	}
}

// readHealthCheck reads how it is found out that a site is down.
func readHealthCheck(v value) *sim.HealthCheck {
	h := new(sim.HealthCheck)
	seen := v.fields(
		field{"interval", func(v value) { v.duration(&h.Interval) }},
		field{"threshold", func(v value) { v.integer(&h.Threshold) }},
	)
	v.requireKeys(seen, "interval", "threshold")
	return h
}

// findProviders puts the sites of providers, which the network has by now, into the failures that are of them.
func (r *reader) findProviders(bad *problems) {
	for _, p := range r.providers {
		var sites, known []string
		for _, n := range r.study.Network.AllNodes() {
			if !n.Kind.IsSite() {
				continue
			}
			if n.Provider == p.provider {
				sites = append(sites, n.ID)
			} else if n.Provider != "" && !slices.Contains(known, n.Provider) {
				known = append(known, n.Provider)
			}
		}
		if len(sites) == 0 {
			bad.report(join(p.at.path, "provider"), p.at.node.Line, invalid.New("", text.Quote(p.provider), "a provider that has sites in the network: %s", strings.Join(known, ", ")))
			continue
		}
		f := &r.study.Failures[p.failure]
		f.Site, f.With = sites[0], sites[1:]
	}
}

// readDrains reads the sites whose users are sent elsewhere for a while.
func (r *reader) readDrains(v value) {
	for _, item := range v.list() {
		var d sim.Drain
		seen := item.fields(
			field{"site", func(v value) { v.text(&d.Site) }},
			field{"at", func(v value) { v.duration(&d.At) }},
			field{"for", func(v value) { v.duration(&d.For) }},
		)
		item.requireKeys(seen, "site", "at", "for")
		r.study.Drains = append(r.study.Drains, d)
	}
}

// readDNS reads how long resolvers keep answers: {ttls: [{for: 60s, share: 95%}], never: 5%}.
func readDNS(v value) *placement.DNS {
	d, rest := new(placement.DNS), -1 // rest is the number of the lifetime that has what others leave
	seen := v.fields(
		field{"ttls", func(v value) {
			for _, item := range v.list() {
				var t placement.TTL
				seen := item.fields(
					field{"for", func(v value) { v.duration(&t.For) }},
					field{"share", func(v value) { v.percent(&t.Share) }},
				)
				item.requireKeys(seen, "for")
				if _, ok := seen["share"]; !ok {
					if rest >= 0 {
						item.problem("the key %q is missing; one lifetime alone may leave it out", "share")
					}
					rest = len(d.TTLs)
				}
				d.TTLs = append(d.TTLs, t)
			}
		}},
		field{"never", func(v value) { v.percent(&d.Never) }},
	)
	if len(seen) == 0 {
		v.problem("is empty; want ttls, never or both")
	}
	if rest >= 0 {
		left := 1 - d.Never
		for _, t := range d.TTLs {
			left -= t.Share
		}
		d.TTLs[rest].Share = left
	}
	return d
}

// isSite reports whether a node can serve.
func isSite(n topology.Node) bool { return n.Kind.IsSite() }
