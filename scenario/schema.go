package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"
)

// SchemaID is the name of the schema of scenario files.
const SchemaID = "https://github.com/edgewise-sim/edgewise/scenario.schema.json"

// A schema is a JSON Schema, of draft 7.
type schema map[string]any

// Schema returns the JSON Schema, draft 7, of scenario files: every key, what kind of value it takes, and the names that it takes where
// they are few. An editor completes and checks by it as one writes. What it accepts the reader may still refuse, for it knows more: ids,
// ranges, and what goes with what. What the reader accepts it accepts.
func Schema() ([]byte, error) {
	root, err := rootSchema()
	if err != nil {
		return nil, err
	}
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["$id"] = SchemaID
	root["title"] = "Scenario of edgewise"
	definitions := schema{}
	for f, is := range scalarForms {
		if f != anyText {
			definitions[string(f)] = is
		}
	}
	root["definitions"] = definitions
	root["description"] = "A network, workloads and placements to compare: docs/scenario.md"
	data, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("scenario: schema: %w", err)
	}
	return append(data, '\n'), nil
}

func rootSchema() (schema, error) {
	probing := func() (*reader, *problems) {
		bad := newProblems("")
		bad.shapes, bad.passes = make(map[*yaml.Node]*shape), make(map[*yaml.Node]pass)
		r := &reader{lines: bad.lines, checks: true, placementOf: make(map[string]int), routingRules: routingRules(), kinds: workloadKinds}
		return r, bad
	}
	r, bad := probing()
	root := bad.probe("", r.read)[len(probedKinds)-1]
	if !root.isAccepted() || len(root.keys) == 0 {
		return nil, fmt.Errorf("scenario: schema: the reader asks for no keys")
	}
	// A sweep has a reader of its own.
	s := &sweepReader{bad: bad}
	root.keys[sweepKey] = bad.probe(sweepKey, s.readSweep)
	made := root.schema()
	// What keys a workload has depends on its kind.
	var kinds []any
	for _, kind := range workloadKinds {
		probe := func(key, value string) (*shape, error) {
			r, bad := probing()
			nodes, shapes := bad.probed()
			last := len(shapes) - 1 // a mapping
			shapes[last].said = map[string]string{key: value}
			bad.probeNodes(nodes, "workloads[0]", r.readWorkload)
			if len(shapes[last].keys) == 0 {
				return nil, fmt.Errorf("scenario: schema: the reader asks for no keys of a workload of %s %s", key, value)
			}
			return shapes[last], nil
		}
		of, err := probe("kind", kind.name)
		if err != nil {
			return nil, err
		}
		presets := kind.presetNames()
		for _, preset := range presets {
			with, err := probe("preset", preset)
			if err != nil {
				return nil, err
			}
			of = of.join(with)
		}
		is := of.schema()
		properties := is["properties"].(schema)
		properties["kind"] = schema{"const": kind.name}
		is["title"] = kind.name
		if len(presets) > 0 {
			properties["preset"] = schema{"enum": presets}
			is["anyOf"] = []any{schema{"required": []string{"kind"}}, schema{"required": []string{"preset"}}}
		} else {
			delete(properties, "preset")
			is["required"] = append(of.required, "kind")
		}
		kinds = append(kinds, is)
	}
	properties := made["properties"].(schema)
	properties["workloads"] = schema{"type": "array", "minItems": 1, "items": schema{"anyOf": kinds}}
	made["patternProperties"] = schema{"^x-": schema{}}
	return made, nil
}

// schemaOf returns the schema of a value that may be of any of some shapes.
func schemaOf(shapes []*shape) schema {
	var accepted []*shape
	for _, s := range shapes {
		if s.isAccepted() && s.hasAsked {
			accepted = append(accepted, s)
		}
	}
	if len(accepted) == 0 {
		return schema{} // nothing is asked of it
	}
	var all []any
	var seen []string
	for _, s := range accepted {
		is := s.schema()
		text, err := json.Marshal(is)
		if err == nil && !slices.Contains(seen, string(text)) {
			all, seen = append(all, is), append(seen, string(text))
		}
	}
	if len(all) == 1 {
		return all[0].(schema)
	}
	return schema{"anyOf": all}
}

// schema returns the schema of a value of the shape.
func (s *shape) schema() schema {
	switch s.kind {
	case yaml.SequenceNode:
		return schema{"type": "array", "items": schemaOf(s.items)}
	case yaml.MappingNode:
		if len(s.items) > 0 {
			return schema{"type": "object", "additionalProperties": schemaOf(s.items)}
		}
		properties := schema{}
		for _, key := range slices.Sorted(maps.Keys(s.keys)) {
			properties[key] = schemaOf(s.keys[key])
		}
		is := schema{"type": "object", "properties": properties, "additionalProperties": false}
		if len(s.required) > 0 {
			is["required"] = s.required
		}
		return is
	}
	switch {
	case len(s.enum) > 0:
		return schema{"enum": s.enum}
	case s.form != anyText:
		return schema{"$ref": "#/definitions/" + string(s.form)}
	}
	is := maps.Clone(scalarForms[anyText])
	if s.wants != "" {
		is["description"] = s.wants
	}
	return is
}

// scalarForms are the schemas of scalars. A number may stand in quotes, and a text may look like a number.
var scalarForms = map[form]schema{
	anyText:     {"type": []string{"string", "number", "boolean"}},
	aNumber:     {"type": []string{"number", "string"}, "pattern": `^[-+]?[0-9._]+([eE][-+]?[0-9]+)?$`, "description": "a number"},
	anInteger:   {"type": []string{"integer", "string"}, "pattern": `^[-+]?[0-9_]+$`, "description": "a whole number"},
	aTruth:      {"type": []string{"boolean", "string"}, "pattern": `^(true|false)$`, "description": "true or false"},
	aDuration:   {"type": []string{"string", "integer"}, "maximum": 0, "minimum": 0, "pattern": `^[-+]?(0|([0-9]*\.?[0-9]+|[0-9]+\.)(ns|us|µs|μs|ms|s|m|h))+$`, "description": "a time with its unit, for example 10ms or 1h30m"},
	anInstant:   {"type": "string", "pattern": `^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt].*$`, "description": "an instant with its zone, for example 2026-03-02T18:00:00Z"},
	aSize:       {"type": "string", "pattern": `^[0-9][0-9.,]*\s*([kKmMgGtTpPeE][iI]?)?B$`, "description": "a size with its unit, for example 500MB (10^6) or 256MiB (2^20)"},
	aPercentage: {"type": "string", "pattern": `^\s*[0-9.]+([eE][-+]?[0-9]+)?%$`, "description": "a share in per cent, for example 2%"},
	anAmount:    {"type": []string{"string", "number"}, "description": "a share in per cent, a time with its unit, or a number, for example 85%, 40ms or 1200"},
}
