package scenario

import (
	"math"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

const mappingKind = yaml.MappingNode

// A workloadRef says where a workload stands in the file and in the study.
type workloadRef struct {
	path  string
	line  int
	kind  string
	name  string
	index int
}

func (r *reader) readWorkloads(v value) {
	for _, item := range v.list() {
		r.readWorkload(item)
	}
	if len(r.order) == 0 {
		v.problem("is empty; want one workload or more")
	}
}

// peek returns the scalar of a key without reading the rest, and where it stands, nil if it does not.
func (v value) peek(key string) (string, *yaml.Node) {
	if v.node.Kind != yaml.MappingNode {
		return "", nil
	}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		if v.node.Content[i].Value == key {
			at := value{node: v.node.Content[i+1]}.resolve()
			return at.node.Value, at.node
		}
	}
	return "", nil
}

// kindOf finds the kind of a workload: its own key, or that of its preset.
func kindOf(v value) string {
	if kind, at := v.peek("kind"); at != nil {
		if kind != "static" && kind != "dynamic" && kind != "gaming" {
			v.bad.add(at.Line, join(v.path, "kind"), "is %q; want static, dynamic or gaming", kind)
			return ""
		}
		return kind
	}
	preset, at := v.peek("preset")
	if at == nil {
		v.problem("has neither \"kind\" (static, dynamic, gaming) nor \"preset\" (%s)", strings.Join(workload.PresetNames(), ", "))
		return ""
	}
	kind, err := workload.PresetKind(preset)
	if err != nil {
		v.bad.add(at.Line, join(v.path, "preset"), "is %q; %s", preset, oneLine(err))
	}
	return kind
}

func (r *reader) readWorkload(v value) {
	ref := workloadRef{path: v.path, line: v.node.Line, kind: kindOf(v)}
	switch s := &r.study; ref.kind {
	case "static":
		w := presetOf(v, workload.StaticPreset)
		readStatic(v, &w)
		w.Assumed = r.stillAssumed(v.path, w.Assumed)
		ref.index = len(s.Static)
		s.Static = append(s.Static, w)
	case "dynamic":
		w := presetOf(v, workload.DynamicPreset)
		readDynamic(v, &w)
		w.Assumed = r.stillAssumed(v.path, w.Assumed)
		ref.index = len(s.Dynamic)
		s.Dynamic = append(s.Dynamic, w)
	case "gaming":
		w := presetOf(v, workload.GamingPreset)
		readGaming(v, &w)
		w.Assumed = r.stillAssumed(v.path, w.Assumed)
		ref.index = len(s.Gaming)
		s.Gaming = append(s.Gaming, w)
	default:
		return
	}
	name, at := v.peek("name")
	if at == nil {
		v.problem("the key \"name\" is missing")
	} else if i := slices.IndexFunc(r.order, func(o workloadRef) bool { return o.name == name }); i >= 0 {
		v.bad.add(at.Line, join(v.path, "name"), "is %q, as is that of the workload in line %d; want another name", name, r.order[i].line)
	}
	ref.name = name
	r.order = append(r.order, ref)
}

// presetOf returns the workload's preset, or the zero workload if it has none.
func presetOf[T any](v value, find func(string) (T, error)) T {
	var w T
	if name, at := v.peek("preset"); at != nil {
		var err error
		if w, err = find(name); err != nil {
			v.bad.add(at.Line, join(v.path, "preset"), "is %q; %s", name, oneLine(err))
		}
	}
	return w
}

// stillAssumed takes from a preset's assumptions those whose field the file sets itself.
func (r *reader) stillAssumed(path string, all []workload.Assumption) []workload.Assumption {
	return slices.DeleteFunc(slices.Clone(all), func(a workload.Assumption) bool {
		_, set := r.lines[join(path, keyOf(a.Field))]
		return set
	})
}

// validateWorkload checks a workload's parameters and returns the metros that it names.
func (r *reader) validateWorkload(w workloadRef) (metros []string, err error) {
	switch w.kind {
	case "static":
		static := &r.study.Static[w.index]
		return static.Metros, static.Validate()
	case "dynamic":
		dynamic := &r.study.Dynamic[w.index]
		return dynamic.Metros, dynamic.Validate()
	}
	gaming := &r.study.Gaming[w.index]
	return gaming.Metros, gaming.Validate()
}

// commonKeys are the keys that all workloads have.
func commonKeys(name *string, metros *[]string, day *workload.Profile, deadlines *[]time.Duration) []field {
	return []field{
		{"kind", skip},
		{"preset", skip},
		{"name", func(v value) { v.text(name) }},
		{"metros", func(v value) { v.strings(metros) }},
		{"day", func(v value) { readDay(v, day) }},
		{"deadlines", func(v value) { v.durations(deadlines) }},
	}
}

func readStatic(v value, w *workload.Static) {
	seen := v.fields(append(commonKeys(&w.Name, &w.Metros, &w.Day, &w.Deadlines),
		field{"requests_per_second", func(v value) { v.number(&w.RequestsPerSecond) }},
		field{"objects", func(v value) { v.integer(&w.Objects) }},
		field{"zipf_exponent", func(v value) { v.number(&w.ZipfExponent) }},
		field{"sizes", func(v value) { readSizes(v, &w.Sizes) }},
		field{"client", func(v value) { readClient(v, &w.Client) }},
		field{"origin_service", func(v value) { readService(v, &w.OriginService) }},
	)...)
	if _, preset := seen["preset"]; preset {
		return
	}
	if sizes, ok := seen["sizes"]; !ok {
		v.problem("the key \"sizes\" is missing; without a preset nothing says how large objects are")
	} else if _, at := sizes.peek("median"); at == nil {
		sizes.problem("the key \"median\" is missing; without a preset nothing says how large objects are")
	}
}

func readDynamic(v value, w *workload.Dynamic) {
	seen := v.fields(append(commonKeys(&w.Name, &w.Metros, &w.Day, &w.Deadlines),
		field{"requests_per_second", func(v value) { v.number(&w.RequestsPerSecond) }},
		field{"response_size", func(v value) { v.bytes(&w.ResponseBytes) }},
		field{"service", func(v value) { readService(v, &w.Service) }},
		field{"data", func(v value) { readDataCalls(v, &w.Data) }},
		field{"client", func(v value) { readClient(v, &w.Client) }},
	)...)
	_, preset := seen["preset"]
	if _, ok := seen["response_size"]; !ok && !preset {
		v.problem("the key \"response_size\" is missing; without a preset nothing says how large responses are")
	}
}

func readGaming(v value, w *workload.Gaming) {
	v.fields(append(commonKeys(&w.Name, &w.Metros, &w.Day, &w.Deadlines),
		field{"concurrent_players", func(v value) { v.number(&w.ConcurrentPlayers) }},
		field{"session", func(v value) {
			v.fields(
				field{"shape", func(v value) { v.number(&w.Session.Shape) }},
				field{"scale", func(v value) { v.duration(&w.Session.Scale) }},
			)
		}},
		field{"match_players", func(v value) { v.integer(&w.MatchPlayers) }},
		field{"match_length", func(v value) { v.duration(&w.MatchLength) }},
		field{"min_players", func(v value) { v.integer(&w.MinPlayers) }},
		field{"lobby_timeout", func(v value) { v.duration(&w.LobbyTimeout) }},
		field{"tick_hz", func(v value) { v.number(&w.TickHz) }},
		field{"update_hz", func(v value) { v.number(&w.UpdateHz) }},
		field{"tick_time", func(v value) { v.duration(&w.TickTime) }},
		field{"tick_time_per_player", func(v value) { v.duration(&w.TickTimePerPlayer) }},
		field{"matches_per_server", func(v value) { v.integer(&w.MatchesPerServer) }},
		field{"data", func(v value) { readDataCalls(v, &w.Data) }},
		field{"sampled_updates", func(v value) { v.number(&w.SampledUpdates) }},
	)...)
}

func readSizes(v value, s *workload.Sizes) {
	v.fields(
		field{"median", func(v value) {
			var median int64
			if v.positiveBytes(&median) {
				s.LnMean = math.Log(float64(median))
			}
		}},
		field{"ln_sd", func(v value) { v.number(&s.LnSD) }},
		field{"min", func(v value) { v.bytes(&s.MinBytes) }},
		field{"max", func(v value) { v.positiveBytes(&s.MaxBytes) }},
	)
}

// readDay reads "flat", 24 hourly loads, or a mapping with peak_to_trough.
func readDay(v value, p *workload.Profile) {
	switch v.node.Kind {
	case yaml.ScalarNode:
		if v.node.Value != "flat" {
			v.problem("is %q; want flat, a list of 24 hourly loads, or a mapping with peak_to_trough", v.node.Value)
		}
		*p = workload.Flat()
	case yaml.SequenceNode:
		loads := v.list()
		if len(loads) != len(p) {
			v.problem("has %d loads; want one for each of the 24 hours", len(loads))
			return
		}
		for h := range p {
			loads[h].number(&p[h])
		}
	default:
		v.fields(field{"peak_to_trough", func(v value) {
			var ratio float64
			v.number(&ratio)
			evening, err := workload.Evening(ratio)
			if err != nil {
				v.problem("is %v; want a number, 1 or more", ratio)
				return
			}
			*p = evening
		}})
	}
}

func readClient(v value, c *transport.Connection) {
	v.fields(
		field{"handshake", choice(transport.ParseHandshake, &c.Handshake)},
		field{"new_connections", func(v value) { v.number(&c.NewShare) }},
		field{"mbit_per_second", func(v value) {
			const most = 1e9 // 10^15 bit/s, as in [transport.Connection]
			var mbit float64
			if v.number(&mbit) && !(mbit >= 0 && mbit <= most) {
				v.problem("is %v; want 0 (without limit) to %v", mbit, most)
				return
			}
			c.BitsPerSecond = mbit * 1e6
		}},
	)
}

// readService reads a time, or a mapping with mean and law.
func readService(v value, s *workload.Service) {
	if v.node.Kind != yaml.MappingNode {
		*s = workload.Service{}
		v.duration(&s.Mean)
		return
	}
	*s = workload.Service{}
	v.fields(
		field{"mean", func(v value) { v.duration(&s.Mean) }},
		field{"law", func(v value) {
			law, ok := v.scalar("constant or exponential")
			if ok && law != "constant" && law != "exponential" {
				v.problem("is %q; want constant or exponential", law)
			}
			s.Exponential = law == "exponential"
		}},
	)
}

func readDataCalls(v value, d *workload.DataCalls) {
	v.fields(
		field{"home", func(v value) { v.text(&d.Home) }},
		field{"probability", func(v value) { v.number(&d.Probability) }},
		field{"calls", func(v value) { v.integer(&d.Calls) }},
		field{"parallel", func(v value) { v.boolean(&d.Parallel) }},
		field{"service", func(v value) { readService(v, &d.Service) }},
		field{"waits", func(v value) { v.boolean(&d.Waits) }},
	)
}
