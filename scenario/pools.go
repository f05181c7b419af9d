package scenario

import (
	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/placement"
)

// A poolsSpec is what the file says of the pools of servers of a role, and where.
type poolsSpec struct {
	pools []placement.Pool
	at    []places // by pool and field
}

// readPools reads the servers of a role: a number that each workload finds, a mapping of a pool that they share, or a list of such.
func readPools(v value, s *settings) {
	s.servers, s.pools = 0, poolsSpec{}
	switch v.resolve().node.Kind {
	case yaml.MappingNode:
		s.pools.read(v)
	case yaml.SequenceNode:
		items := v.list()
		if len(items) == 0 {
			v.problem("is empty; want a pool of servers or more, or a number")
		}
		for _, item := range items {
			if !item.isMapping() {
				item.problem("is %s; want a mapping with \"count\"", item.found())
				continue
			}
			s.pools.read(item)
		}
	default:
		v.integer(&s.servers)
	}
}

// read reads a pool.
func (s *poolsSpec) read(v value) {
	var p placement.Pool
	var scale places
	seen := v.fields(
		field{"name", func(v value) { v.text(&p.Name) }},
		field{"count", func(v value) { v.integer(&p.Servers) }},
		field{"workloads", func(v value) { v.strings(&p.Workloads) }},
		field{"discipline", choice(placement.ParseDiscipline, &p.Discipline)},
		field{"queue", func(v value) { p.Queue.Is = true; v.integer(&p.Queue.Most) }},
		field{"shed", func(v value) { v.duration(&p.Shed) }},
		field{"spill", func(v value) { readSpill(v, &p.Spill) }},
		field{"scale", func(v value) { scale = readScale(v, &p.Scale) }},
		field{"spare_cores", func(v value) { v.boolean(&p.SpareCores) }},
	)
	v.requireKeys(seen, "count")
	at := places{"": v}
	for key, field := range map[string]string{
		"name": "Name", "count": "Servers", "workloads": "Workloads", "discipline": "Discipline", "queue": "Queue", "shed": "Shed", "spill": "Spill", "scale": "Scale", "spare_cores": "SpareCores",
	} {
		if place, ok := seen[key]; ok {
			at[field] = place
		}
	}
	for field, place := range scale {
		at["Scale."+field] = place
	}
	if place, ok := seen["spill"]; ok && place.resolve().node.Kind == yaml.SequenceNode {
		for i, item := range place.list() {
			at["Spill.To"+element(i)] = item
		}
	}
	s.pools, s.at = append(s.pools, p), append(s.at, at)
}

// readSpill reads where requests go for which there is no room: a rule, or a list of sites.
func readSpill(v value, s *placement.Spill) {
	if v.resolve().node.Kind == yaml.SequenceNode {
		s.Rule = placement.SpillToSites
		v.strings(&s.To)
		return
	}
	choice(placement.ParseSpillRule, &s.Rule)(v)
}

// readScale reads how the number of servers follows the work, and where.
func readScale(v value, s *placement.Scale) places {
	seen := v.fields(
		field{"most", func(v value) { v.integer(&s.Most) }},
		field{"target", func(v value) { v.number(&s.Target) }},
		field{"every", func(v value) { v.duration(&s.Every) }},
		field{"delay", func(v value) { v.duration(&s.Delay) }},
		field{"warm_up", func(v value) { v.duration(&s.WarmUp) }},
		field{"step", func(v value) { v.integer(&s.Step) }},
		field{"down_after", func(v value) { v.duration(&s.DownAfter) }},
	)
	if v.isMapping() {
		v.requireKeys(seen, "most", "target")
	}
	at := places{}
	for key, field := range map[string]string{
		"most": "Most", "target": "Target", "every": "Every", "delay": "Delay", "warm_up": "WarmUp", "step": "Step", "down_after": "DownAfter",
	} {
		if place, ok := seen[key]; ok {
			at[field] = place
		}
	}
	return at
}
