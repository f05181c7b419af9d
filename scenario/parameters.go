package scenario

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// Parameters are what a file says of a part of your own.
type Parameters struct{ *given }

// given is a mapping of a file that is read for a part.
type given struct {
	value
	// others are keys of the mapping that are not the part's.
	others []field
	// seen holds what the file says, by key, once it has been read.
	seen map[string]value
}

func parametersOf(v value) Parameters { return Parameters{&given{value: v}} }

// Like returns a [Part] of the type of a prototype, a struct or a pointer to one: what the file says takes the place of
// what the prototype's exported fields hold. See [Parameters.Decode] for the keys.
func Like[T any](prototype T) Part[T] {
	return func(p Parameters) (T, error) {
		from := reflect.ValueOf(&prototype).Elem()
		if from.Kind() == reflect.Interface {
			from = from.Elem()
		}
		if !from.IsValid() {
			return prototype, errors.New("is like nil; want a prototype")
		}
		isPointer := from.Kind() == reflect.Pointer
		if isPointer {
			from = from.Elem()
		}
		made := reflect.New(from.Type())
		made.Elem().Set(from)
		err := p.Decode(made.Interface())
		if !isPointer {
			made = made.Elem()
		}
		return made.Interface().(T), err
	}
}

// Decode reads the parameters into the exported fields of a struct, given by its pointer. The key of MaxAge is max_age,
// unless a tag like `yaml:"age"` says otherwise; "-" means none. A field holds a text, a truth, a number, a
// [time.Duration] with its unit, what has an UnmarshalText, or a list, a mapping with free keys, or a struct of these;
// other fields have no key. What the file does not say stays as it is. What it says and no field has is a problem with its
// line, and so is a value that a field cannot hold; the error, to be returned, says only that there are such. Call it
// once.
func (p Parameters) Decode(to any) error {
	into := reflect.ValueOf(to)
	if into.Kind() != reflect.Pointer || into.IsNil() || into.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("parameters are to be decoded into a %T; want a pointer to a struct", to)
	}
	if p.seen != nil {
		return errors.New("parameters are to be decoded twice; want it once")
	}
	own := fieldsOf(into.Elem())
	for _, f := range own {
		if slices.ContainsFunc(p.others, func(o field) bool { return o.key == f.key }) {
			return fmt.Errorf("its parameter %q has the name of another key; want another name, for example by a tag", f.key)
		}
	}
	wrong := p.bad.count
	p.seen = p.fields(append(own, p.others...)...)
	if p.bad.count > wrong {
		return errTold
	}
	return nil
}

// Errorf returns the error of a parameter, given by its key, with its line. The text goes on from the name of the key,
// for example "is %v; want more than 0".
func (p Parameters) Errorf(key, text string, args ...any) error {
	at, ok := p.seen[key]
	if !ok {
		at = p.value
	}
	return &Problem{File: p.bad.file, Line: at.node.Line, Field: join(p.path, key), Text: fmt.Sprintf(text, args...)}
}

// close ends the reading of a part, and reports whether all is well: without an error, and without a key that nobody
// has read.
func (p Parameters) close(err error) bool {
	wrong := p.bad.count
	if p.seen == nil {
		p.seen = p.fields(p.others...)
	}
	var at *Problem
	switch {
	case err == nil || errors.Is(err, errTold):
	case errors.As(err, &at):
		p.bad.append(at)
	default:
		p.problem("%s", oneLine(err))
	}
	return err == nil && p.bad.count == wrong
}

// readPart reads a part of the user's own.
func readPart[T any](v value, part Part[T]) (made T) {
	p := parametersOf(v)
	made, err := part(p)
	if !p.close(err) {
		var none T
		return none
	}
	return made
}

// part reads the name of a part alone, or a mapping of the name with its parameters. It returns where the name stands
// and the parameters.
func (v value) part() (name, parameters value, ok bool) {
	if v.node.Kind != yaml.MappingNode {
		return v, v.nothing(), true
	}
	if len(v.node.Content) != 2 {
		v.problem("names %d parts; want one", len(v.node.Content)/2)
		return v, v, false
	}
	name = value{node: v.node.Content[0], path: v.path, bad: v.bad}
	parameters = value{node: v.node.Content[1], path: join(v.path, name.node.Value), bad: v.bad}
	return name, parameters.resolve(), true
}

// nothing returns an empty mapping that stands where v does.
func (v value) nothing() value {
	v.node = &yaml.Node{Kind: yaml.MappingNode, Line: v.node.Line}
	return v
}

// fieldsOf returns the keys of a struct's fields.
func fieldsOf(s reflect.Value) (keys []field) {
	for i := range s.NumField() {
		f := s.Type().Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case f.Anonymous && f.Type.Kind() == reflect.Struct && key == "":
			keys = append(keys, fieldsOf(s.Field(i))...)
		case f.IsExported() && key != "-" && canHold(f.Type):
			if key == "" {
				key = snake(f.Name)
			}
			keys = append(keys, field{key, func(v value) { v.into(s.Field(i)) }})
		}
	}
	return keys
}

var textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

// canHold reports whether what a file says can be put into a type. A list or mapping of nothing but its own type is none
// that a file could fill; within are the types that the type is an element of.
func canHold(t reflect.Type, within ...reflect.Type) bool {
	if slices.Contains(within, t) {
		return false
	}
	within = append(within, t)
	if reflect.PointerTo(t).Implements(textUnmarshaler) {
		return true
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer:
		return canHold(t.Elem(), within...)
	case reflect.Map:
		return t.Key().Kind() == reflect.String && canHold(t.Elem(), within...)
	case reflect.Struct, reflect.String, reflect.Bool:
		return true
	}
	return t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64 || t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64
}

// into puts the value into a variable whose type can hold such.
func (v value) into(to reflect.Value) {
	if own, ok := to.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if s, ok := v.scalar("a text"); ok {
			if err := own.UnmarshalText([]byte(s)); err != nil {
				v.problem("is %s; %s", text.Quote(s), oneLine(err))
			}
		}
		return
	}
	if d, ok := to.Addr().Interface().(*time.Duration); ok {
		v.duration(d)
		return
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		v.into(to.Elem())
	case reflect.Slice:
		items := v.list()
		to.Set(reflect.MakeSlice(to.Type(), len(items), len(items)))
		for i, item := range items {
			item.into(to.Index(i))
		}
	case reflect.Map:
		to.Set(reflect.MakeMap(to.Type()))
		for _, item := range v.pairs() {
			element := reflect.New(to.Type().Elem()).Elem()
			item.into(element)
			to.SetMapIndex(reflect.ValueOf(item.key).Convert(to.Type().Key()), element)
		}
	case reflect.Struct:
		v.fields(fieldsOf(to)...)
	case reflect.String:
		var s string
		v.text(&s)
		to.SetString(s)
	case reflect.Bool:
		var b bool
		v.boolean(&b)
		to.SetBool(b)
	case reflect.Float32, reflect.Float64:
		var x float64
		v.number(&x)
		if to.OverflowFloat(x) {
			v.problem("is %v; want a number of %d bits", x, to.Type().Bits())
			return
		}
		to.SetFloat(x)
	default:
		v.whole(to)
	}
}

// whole reads a whole number into a variable of any size.
func (v value) whole(to reflect.Value) {
	if to.CanUint() {
		var n uint64
		v.unsigned(&n)
		if to.OverflowUint(n) {
			v.problem("is %d; want less than 2^%d", n, to.Type().Bits())
			return
		}
		to.SetUint(n)
		return
	}
	var n int
	v.integer(&n)
	if to.OverflowInt(int64(n)) {
		v.problem("is %d; want a number of %d bits", n, to.Type().Bits())
		return
	}
	to.SetInt(int64(n))
}
