package edgewise

import (
	"cmp"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// Provenance names the files that a study was read from by their hashes, SHA-256 in hexadecimal. It is empty for a
// study said in Go.
type Provenance struct {
	// Scenario is the hash of the scenario file.
	Scenario string `json:"scenario_sha256,omitempty"`
	// Inputs is the hash of the files that the scenario names: of their names and hashes, one a line.
	Inputs string `json:"inputs_sha256,omitempty"`
}

// Fingerprint returns the hash, SHA-256 in hexadecimal, of all that decides what a cell of the study gives: the
// network, the workloads, the placements, the failures, the times and the seed. It does not change with the number
// of replications or workers, nor with the order in which cells run. Of own parts it has the type and the exported
// fields, or what the type's MarshalJSON or MarshalText writes, and the names of functions; not their code. What a
// function literal or a method value has captured nobody can tell, so that a cache whose NewPolicy or NewAdmission is
// one needs a name in Policy or Admission, which says its parameters: "LIFO of 100" and "LIFO of 200".
func (s *Study) Fingerprint() (string, error) {
	if err := s.nameFunctions(); err != nil {
		return "", fmt.Errorf("edgewise: fingerprint of the study: %w", err)
	}
	h := sha256.New()
	if err := s.describe(h); err != nil {
		return "", fmt.Errorf("edgewise: fingerprint of the study: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// PlacementFingerprints returns for each placement the hash, SHA-256 in hexadecimal, of all that decides what its cells give
// but their replication: what [Study.Fingerprint] has of the study, without the other placements and the text of the scenario
// file. Studies in which it is the same give the same results for cells of the same replication, to the bit.
func (s *Study) PlacementFingerprints() (map[string]string, error) {
	all := make(map[string]string, len(s.Placements))
	if err := s.nameFunctions(); err != nil {
		return nil, fmt.Errorf("edgewise: fingerprint of placements: %w", err)
	}
	common := *s
	common.Placements = nil
	if len(s.ownPartsOfCells()) == 0 { // what is not of this module may depend on more than can be described
		common.Provenance.Scenario = ""
	}
	shared := sha256.New()
	if err := common.describe(shared); err != nil {
		return nil, fmt.Errorf("edgewise: fingerprint of placements: %w", err)
	}
	state := shared.Sum(nil)
	for i := range s.Placements {
		h := sha256.New()
		h.Write(state)
		d := descriptor{w: h, types: map[reflect.Type]typeOfPart{}}
		d.write(reflect.ValueOf(s.Placements[i]))
		d.flush()
		if d.err != nil {
			return nil, fmt.Errorf("edgewise: fingerprint of placements: %w", d.err)
		}
		all[s.Placements[i].Name] = hex.EncodeToString(h.Sum(nil))
	}
	return all, nil
}

// nameFunctions names the first function of a cache that may have captured parameters and has no name that says them.
func (s *Study) nameFunctions() error {
	var errs []error
	for p := range s.Placements {
		for i, t := range s.Placements[p].Tiers {
			for k, c := range t.Caches {
				for _, part := range []struct {
					field, name string
					make        any
				}{{"Policy", c.Policy, c.NewPolicy}, {"Admission", c.Admission, c.NewAdmission}} {
					if f := nameOfFunc(reflect.ValueOf(part.make)); part.name == "" && mayCapture(f) {
						errs = append(errs, invalid.New(fmt.Sprintf("Placements[%d].Tiers[%d].Caches[%d].%s", p, i, k, part.field), `""`,
							"a name that says its parameters, for New%s is the function literal or method value %s", part.field, f))
					}
				}
			}
		}
	}
	return invalid.First(errs...)
}

// mayCapture reports whether a function is a literal or a method value, by its name: the compiler calls a literal after
// the function that it stands in, with a number.
func mayCapture(name string) bool {
	return literal.MatchString(strings.TrimPrefix(name, packageOfFunc(name)))
}

var literal = regexp.MustCompile(`\.(func)?\d+(\.|$)|-fm$`)

// describe writes what decides the results, in a form that is the same in every process.
func (s *Study) describe(w io.Writer) error {
	scenario := s.Scenario
	scenario.Network = nil
	d := descriptor{w: w, types: map[reflect.Type]typeOfPart{}}
	d.write(reflect.ValueOf(s.Provenance))
	d.write(reflect.ValueOf(scenario))
	d.write(reflect.ValueOf(s.Placements))
	for n := s.Network; n != nil; n = n.Whole() {
		sum, err := n.Described(func() ([]byte, error) { return describeNetwork(n) })
		if err != nil {
			return err
		}
		d.write(reflect.ValueOf(struct {
			Network    string
			Correction topology.Correction
		}{hex.EncodeToString(sum), n.Correction()}))
	}
	d.flush()
	return d.err
}

// describeNetwork returns the hash of what a network is, but for its correction.
func describeNetwork(n *topology.Network) ([]byte, error) {
	h := sha256.New()
	d := descriptor{w: h, types: map[reflect.Type]typeOfPart{}}
	d.write(reflect.ValueOf(struct {
		Nodes    []topology.Node
		Links    []topology.Link
		Measured []topology.MeasuredRTT
	}{n.AllNodes(), n.Links(), n.Measured()}))
	d.flush()
	return h.Sum(nil), d.err
}

// mostNested bounds how deep a part may be nested, so that one that holds itself is an error.
const mostNested = 100

// A descriptor writes values so that two of different types, or with a different exported field, differ. It keeps the
// first error.
type descriptor struct {
	w     io.Writer
	text  []byte // what has not gone to w
	types map[reflect.Type]typeOfPart
	depth int
	err   error
}

// A typeOfPart is what there is to write of a type.
type typeOfPart struct {
	marshals bool    // it knows how to write itself
	fields   []field // of a struct: those that are written
}

type field struct {
	index int
	name  string
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// typeOf returns what there is to write of a type.
func (d *descriptor) typeOf(t reflect.Type) typeOfPart {
	if known, ok := d.types[t]; ok {
		return known
	}
	is := typeOfPart{marshals: t.Kind() != reflect.Interface && (t.Implements(jsonMarshaler) || t.Implements(textMarshaler))}
	if t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			// The exported fields of an embedded struct are the part's own, whatever the struct is called.
			if f := t.Field(i); f.IsExported() || f.Anonymous && isStruct(f.Type) {
				is.fields = append(is.fields, field{i, f.Name})
			}
		}
	}
	d.types[t] = is
	return is
}

// line ends a line of the text, which goes to w when there is much of it.
func (d *descriptor) line(text []byte) {
	d.text = append(text, '\n')
	if len(d.text) > 1<<15 {
		d.flush()
	}
}

func (d *descriptor) flush() {
	if d.err == nil {
		_, d.err = d.w.Write(d.text)
	}
	d.text = d.text[:0]
}

// write writes a value that may be reached by exported fields alone.
func (d *descriptor) write(v reflect.Value) {
	if d.depth++; d.depth > mostNested && d.err == nil {
		d.err = fmt.Errorf("a %v is nested more than %d deep", v.Type(), mostNested)
	}
	defer func() { d.depth-- }()
	if d.err != nil || d.marshal(v) {
		return
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			d.line(append(d.text, "nil"...))
			return
		}
		if v.Kind() == reflect.Interface {
			d.text = append(append(d.text, nameOf(v.Elem().Type())...), ' ')
		}
		d.write(v.Elem())
	case reflect.Struct:
		d.line(append(d.text, '{'))
		for _, f := range d.typeOf(v.Type()).fields {
			d.text = append(append(d.text, f.name...), ' ')
			d.write(v.Field(f.index))
		}
		d.line(append(d.text, '}'))
	case reflect.Slice, reflect.Array:
		d.line(strconv.AppendInt(append(d.text, '['), int64(v.Len()), 10))
		for i := range v.Len() {
			d.write(v.Index(i))
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		d.line(strconv.AppendInt(append(d.text, '['), int64(len(keys)), 10))
		for _, key := range keys {
			d.write(key)
			d.write(v.MapIndex(key))
		}
	case reflect.String:
		d.line(strconv.AppendQuote(d.text, v.String()))
	case reflect.Func:
		d.line(append(d.text, nameOfFunc(v)...))
	case reflect.Bool:
		d.line(strconv.AppendBool(d.text, v.Bool()))
	case reflect.Float32, reflect.Float64:
		d.line(strconv.AppendFloat(d.text, v.Float(), 'x', -1, 64))
	case reflect.Complex64, reflect.Complex128:
		d.line(fmt.Appendf(d.text, "%x", v.Complex()))
	case reflect.Chan, reflect.UnsafePointer:
		d.err = fmt.Errorf("a %v cannot be described; want a part without, or one that has a MarshalText", v.Type())
	default:
		if v.CanInt() {
			d.line(strconv.AppendInt(d.text, v.Int(), 10))
		} else {
			d.line(strconv.AppendUint(d.text, v.Uint(), 10))
		}
	}
}

// isStruct reports whether a type is a struct or a pointer to one.
func isStruct(t reflect.Type) bool {
	return t.Kind() == reflect.Struct || t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct
}

// marshal writes a value that knows how to write itself.
func (d *descriptor) marshal(v reflect.Value) bool {
	isNil := v.Kind() == reflect.Pointer && v.IsNil()
	if isNil || !d.typeOf(v.Type()).marshals || !v.CanInterface() {
		return false
	}
	var text []byte
	switch part := v.Interface().(type) {
	case json.Marshaler:
		text, d.err = part.MarshalJSON()
	case encoding.TextMarshaler:
		text, d.err = part.MarshalText()
	}
	d.line(strconv.AppendQuote(d.text, string(text)))
	return true
}
