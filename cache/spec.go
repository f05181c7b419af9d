package cache

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A spec is a policy or admission rule as a user writes it, "name:parameter=value:...", being taken
// apart. Reading a parameter that is out of range, or leaving one unread, is an error.
type spec struct {
	field  string // the Config field it comes from
	text   string
	name   string
	values []parameter
	known  []string
	err    error
	seed   uint64 // for what is drawn at random

	replayed bool // the policy is for a Replayer, which only counts
}

type parameter struct {
	name, value string
	read        bool
}

func parseSpec(field, text string) *spec {
	parts := strings.Split(text, ":")
	s := &spec{field: field, text: text, name: parts[0]}
	for _, part := range parts[1:] {
		name, value, found := strings.Cut(part, "=")
		if !found || name == "" || value == "" {
			s.fail("%q is not of the form parameter=value", part)
		}
		s.values = append(s.values, parameter{name: name, value: value})
	}
	return s
}

// integer returns a parameter from least to most, or def if it is not given.
func (s *spec) integer(name string, def, least, most int64) int64 {
	text, given := s.value(name)
	if !given {
		return def
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < least || v > most {
		s.fail("%s is %s; it must be a whole number from %d to %d", name, text, least, most)
		return def
	}
	return v
}

// number returns a parameter greater than 0 and at most most, or def if it is not given.
func (s *spec) number(name string, def, most float64) float64 {
	text, given := s.value(name)
	if !given {
		return def
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v > 0 && v <= most) {
		s.fail("%s is %s; it must be greater than 0 and at most %g", name, text, most)
		return def
	}
	return v
}

// choice returns one of several words, the first if it is not given.
func (s *spec) choice(name string, words ...string) string {
	text, given := s.value(name)
	if !given {
		return words[0]
	}
	if !slices.Contains(words, text) {
		s.fail("%s is %s; allowed are %s", name, text, strings.Join(words, ", "))
		return words[0]
	}
	return text
}

// done returns the first thing that was wrong.
func (s *spec) done() error {
	for _, p := range s.values {
		if p.read {
			continue
		}
		if len(s.known) == 0 {
			s.fail("%s takes no parameters", s.name)
			break
		}
		s.fail("there is no parameter %q; allowed are %s", p.name, strings.Join(s.known, ", "))
	}
	return s.err
}

func (s *spec) value(name string) (text string, given bool) {
	s.known = append(s.known, name)
	for i := range s.values {
		p := &s.values[i]
		if p.name != name {
			continue
		}
		if given {
			s.fail("%s is given twice", name)
		}
		p.read = true
		text, given = p.value, true
	}
	return text, given
}

func (s *spec) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf("cache: %s %q: %s", s.field, s.text, fmt.Sprintf(format, args...))
	}
}
