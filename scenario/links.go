package scenario

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
)

// A linkSpec is what the file says of a link. What it leaves open stays as it is.
type linkSpec struct {
	value
	from, to      string
	kind          topology.LinkKind
	oneDirection  bool
	given         map[string]value
	oneWay        time.Duration
	mbitPerSecond float64
	sharing       topology.Sharing
	jitter        time.Duration
	loss          float64
}

// readLinks reads changes of links.
func (r *reader) readLinks(v value) {
	for _, item := range v.list() {
		l := linkSpec{value: item, kind: topology.Internet}
		l.given = item.fields(
			field{"from", func(v value) { v.text(&l.from) }},
			field{"to", func(v value) { v.text(&l.to) }},
			field{"kind", choice(topology.ParseLinkKind, &l.kind)},
			field{"one_direction", func(v value) { v.boolean(&l.oneDirection) }},
			field{"one_way", func(v value) { v.duration(&l.oneWay) }},
			field{"mbit_per_second", func(v value) { v.number(&l.mbitPerSecond) }},
			field{"sharing", choice(topology.ParseSharing, &l.sharing)},
			field{"jitter", func(v value) { v.duration(&l.jitter) }},
			field{"loss", func(v value) { v.number(&l.loss) }},
		)
		item.requireKeys(l.given, "from", "to")
		r.network.links = append(r.network.links, l)
	}
}

// linksHere returns the links of the network as the file changes them.
func (r *reader) linksHere(bad *problems) []topology.Link {
	if len(r.network.links) == 0 {
		return nil
	}
	n := r.study.Network
	links := n.Links()
	var set []topology.Link
	for _, spec := range r.network.links {
		wrong := bad.count
		for _, id := range []*string{&spec.from, &spec.to} {
			i, err := r.nodeHere("node of the scenario's network", *id, anyNode)
			if err != nil {
				spec.problem("unknown node %q; want %s", *id, wanted(err))
				continue
			}
			*id = n.At(i).ID
		}
		if bad.count > wrong {
			continue
		}
		ends := [][2]string{{spec.from, spec.to}, {spec.to, spec.from}}
		if spec.oneDirection {
			ends = ends[:1]
		}
		for _, end := range ends {
			same := func(l topology.Link) bool { return l.From == end[0] && l.To == end[1] && l.Kind == spec.kind }
			if slices.ContainsFunc(set, same) {
				spec.problem("the %v link %s - %s stands twice", spec.kind, end[0], end[1])
				break
			}
			l := topology.Link{From: end[0], To: end[1], Kind: spec.kind}
			if i := slices.IndexFunc(links, same); i >= 0 {
				l = links[i]
			} else if _, ok := spec.given["one_way"]; !ok {
				other := ""
				between := func(l topology.Link) bool { return l.From == end[0] && l.To == end[1] }
				if i := slices.IndexFunc(links, between); i >= 0 {
					other = fmt.Sprintf("kind: %v for the one there is, or ", links[i].Kind)
				}
				spec.problem("there is no %v link %s - %s; want %sone_way for a new one", spec.kind, end[0], end[1], other)
				break
			}
			spec.change(&l)
			if err := l.Validate(); err != nil {
				spec.bad.report(spec.path, spec.node.Line, err)
				break
			}
			set = append(set, l)
		}
	}
	return set
}

// change sets what the file gives. A delay that it gives is not corrected by the delay model.
func (s *linkSpec) change(l *topology.Link) {
	if _, ok := s.given["one_way"]; ok {
		l.OneWay, l.Measured = s.oneWay, true
	}
	if _, ok := s.given["mbit_per_second"]; ok {
		l.CapacityBitsPerSecond = s.mbitPerSecond * 1e6
	}
	if _, ok := s.given["sharing"]; ok {
		l.Sharing = s.sharing
	}
	if _, ok := s.given["jitter"]; ok {
		l.Jitter = s.jitter
	}
	if _, ok := s.given["loss"]; ok {
		l.Loss = s.loss
	}
}
