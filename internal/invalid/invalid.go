// Package invalid holds the error of a parameter that is out of range. It names the field by its path in
// Go, so that whoever read the parameter from a file can say where it stands there.
package invalid

import (
	"errors"
	"fmt"
)

// A Field is a parameter out of range.
type Field struct {
	// Path is the field's name from the value that was validated, for example "Sizes.LnSD"; empty where
	// it is the value as a whole that is wrong.
	Path string
	// Value is what was found, Want what is allowed.
	Value any
	Want  string
}

// Error says what is wrong with which field, and what is allowed.
func (f *Field) Error() string {
	if f.Path == "" {
		return fmt.Sprintf("%v; want %s", f.Value, f.Want)
	}
	return fmt.Sprintf("%s is %v; want %s", f.Path, f.Value, f.Want)
}

// New returns the error of one field.
func New(path string, value any, want string, args ...any) error {
	return &Field{Path: path, Value: value, Want: fmt.Sprintf(want, args...)}
}

// In puts the name of the surrounding field before that of an error's field, of each where there are several.
func In(parent string, err error) error {
	var s several
	if errors.As(err, &s) {
		all := make(several, len(s))
		for i := range s {
			all[i] = In(parent, s[i])
		}
		return all
	}
	var f *Field
	if !errors.As(err, &f) {
		return err
	}
	return &Field{Path: Path(parent, f.Path), Value: f.Value, Want: f.Want}
}

// Path returns the path of a field of a parent, which may be an element of it or all of it.
func Path(parent, path string) string {
	if path == "" || path[0] == '[' {
		return parent + path
	}
	return parent + "." + path
}

// First returns the first error that is not nil. [All] finds the others in it.
func First(errs ...error) error {
	var s several
	for _, err := range errs {
		if err != nil {
			s = append(s, err)
		}
	}
	switch len(s) {
	case 0:
		return nil
	case 1:
		return s[0]
	}
	return s
}

// several are errors that do not depend on each other. They read as the first, for who wants to know of one.
type several []error

// Error returns the text of the first.
func (s several) Error() string { return s[0].Error() }

// Unwrap returns all.
func (s several) Unwrap() []error { return s }

// All returns all errors that [First] was given.
func All(err error) []error {
	var s several
	if !errors.As(err, &s) {
		return []error{err}
	}
	var all []error
	for _, e := range s {
		all = append(all, All(e)...)
	}
	return all
}

// Check reports a value that is not as it should be.
func Check(ok bool, path string, value any, want string) error {
	if ok {
		return nil
	}
	return New(path, value, "%s", want)
}

// Range reports a number outside [low, high], or that is no number.
func Range[T int | int64 | float64](path string, value, low, high T) error {
	if value >= low && value <= high {
		return nil
	}
	return New(path, value, "%v to %v", low, high)
}
