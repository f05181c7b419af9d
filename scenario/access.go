package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

// readAccess reads a mix of access technologies and those of countries, by their codes. A mix that is not given stays.
func (r *reader) readAccess(v value, mix *topology.AccessMix, in *map[string]topology.AccessMix) {
	r.readMix(v, mix, field{"countries", func(v value) {
		*in = make(map[string]topology.AccessMix)
		for _, c := range v.pairs() {
			code, ok := catalog.CountryCode(c.key)
			if _, twice := (*in)[code]; !ok || twice {
				c.problem("is no country, or one that stands here before; want the two-letter code of a country, such as US, or its English name, each once")
				continue
			}
			var mix topology.AccessMix
			r.readMix(c.value, &mix)
			(*in)[code] = mix
		}
		if len(*in) == 0 && v.isMapping() {
			v.problem("names no country; want mixes by country, for example {KR: {fiber: 0.5, wifi: 0.5}}")
		}
	}})
}

// wantMixes is said of a text that is no mix.
const wantMixes = topology.PlayersMixName + `, or shares of access technologies that sum to 1, for example {fiber: 0.5, wifi: 0.5}`

// readMix reads the shares of access technologies; those left out are 0. There may be other keys beside them. The name of the mix of
// players stands for its shares.
func (r *reader) readMix(v value, mix *topology.AccessMix, others ...field) {
	if v.node.Kind == yaml.ScalarNode {
		if name, ok := v.scalar(wantMixes); ok && name == topology.PlayersMixName {
			*mix, r.namesPlayers = topology.PlayersMix(), true
		} else if ok {
			v.problem("is %s; want %s", v.found(), wantMixes)
		}
		return
	}
	var shares topology.AccessMix
	known := slices.Clone(others)
	for t := range topology.Technology(topology.NumTechnologies) {
		known = append(known, field{t.String(), func(v value) { v.number(&shares[t]) }})
	}
	seen := v.fields(known...)
	for _, other := range others {
		delete(seen, other.key)
	}
	switch err := shares.Validate(); {
	case err != nil:
		v.bad.report(v.path, v.node.Line, err)
	case len(seen) > 0 && shares == topology.AccessMix{}, len(others) == 0 && len(seen) == 0 && v.isMapping():
		v.problem("has no share above 0; want shares that sum to 1")
	case len(seen) > 0:
		*mix = shares
	}
}

// saysMix reports whether the file has a mix at a path, besides those of countries.
func (r *reader) saysMix(path string) bool {
	if r.saysPlayers(path) {
		return true
	}
	for t := range topology.Technology(topology.NumTechnologies) {
		if _, ok := r.lines[join(path, t.String())]; ok {
			return true
		}
	}
	return false
}

// saysPlayers reports whether the file has the name of the mix of players at a path.
func (r *reader) saysPlayers(path string) bool {
	_, ok := r.lines[path]
	for at := range r.lines {
		ok = ok && !strings.HasPrefix(at, path+".")
	}
	return ok
}

// assumePlayers tells what the mix of players rests on, where the file has its name.
func (r *reader) assumePlayers() {
	if r.namesPlayers {
		r.study.Assumed = append(r.study.Assumed, fmt.Sprintf("access of players: 30 %% cable, 70 %% wifi, a median last mile of %.1f ms; the lines of cable are assumed; that the two bracket those of players is measured, to nine cities",
			topology.PlayersMix().MedianRTT().Seconds()*1000))
	}
}

// applyAccess puts what the file says of everybody's lines before what a preset assumes of its users'. What a workload itself says
// stands before both.
func (r *reader) applyAccess(w *workload.Workload, path string) {
	n := &r.network
	switch {
	case r.saysMix(join(path, "access")) || w.Access == topology.AccessMix{}:
	case n.hasAccess:
		w.Access = topology.AccessMix{}
		w.Assumed = slices.DeleteFunc(slices.Clone(w.Assumed), func(a workload.Assumption) bool { return a.Field == "Access" })
	case len(n.accessIn) > 0:
		mixes := maps.Clone(n.accessIn)
		maps.Copy(mixes, w.AccessIn)
		w.AccessIn = mixes
	}
}

// warnOfCountries tells of mixes of countries in which no metro is.
func (r *reader) warnOfCountries(path string, in map[string]topology.AccessMix, metros []topology.Node) {
	for _, code := range slices.Sorted(maps.Keys(in)) {
		if !slices.ContainsFunc(metros, func(m topology.Node) bool { return m.Country == code }) {
			r.warn("%s.%s: no metro of the network is in that country, so its mix has no effect", path, code)
		}
	}
}
