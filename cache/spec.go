package cache

import (
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
			s.fail("parameter=value in the place of %q", part)
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
		s.fail("%s to be a whole number from %d to %d", name, least, most)
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
		s.fail("%s to be more than 0, %g at most", name, most)
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
		s.fail("%s to be one of %s", name, strings.Join(words, ", "))
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
			s.fail("no parameters: %s takes none", s.name)
			break
		}
		s.fail("parameters among %s, and %s is none", strings.Join(s.known, ", "), p.name)
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
			s.fail("%s once", name)
		}
		p.read = true
		text, given = p.value, true
	}
	return text, given
}

// fail keeps what is wanted in the place of the spec, unless something was wrong before.
func (s *spec) fail(format string, args ...any) {
	if s.err == nil {
		s.err = wrong(s.field, s.text, format, args...)
	}
}
