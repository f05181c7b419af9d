// Package invalid holds the error of a parameter that is out of range. It names the field by its path in
// Go, so that whoever read the parameter from a file can say where it stands there.
package invalid

import (
	"errors"
	"fmt"
)

// A Field is a parameter out of range.
type Field struct {
	// Path is the field's name from the value that was validated, for example "Sizes.LnSD".
	Path string
	// Value is what was found, Want what is allowed.
	Value any
	Want  string
}

// Error says what is wrong with which field, and what is allowed.
func (f *Field) Error() string { return fmt.Sprintf("%s is %v; want %s", f.Path, f.Value, f.Want) }

// New returns the error of one field.
func New(path string, value any, want string, args ...any) error {
	return &Field{Path: path, Value: value, Want: fmt.Sprintf(want, args...)}
}

// In puts the name of the surrounding field before that of an error's field.
func In(parent string, err error) error {
	var f *Field
	if !errors.As(err, &f) {
		return err
	}
	return &Field{Path: parent + "." + f.Path, Value: f.Value, Want: f.Want}
}

// First returns the first error that is not nil.
func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Range reports a number outside [low, high], or that is no number.
func Range[T int | int64 | float64](path string, value, low, high T) error {
	if value >= low && value <= high {
		return nil
	}
	return New(path, value, "%v to %v", low, high)
}
