package main

import "fmt"

// warn prints what is odd about an input. Warnings are for people: that they cannot be printed stops nobody.
func (s *streams) warn(warning string) { fmt.Fprintf(s.err, "edgewise: warning: %s\n", warning) }

// warnAll prints all warnings of a study.
func (s *streams) warnAll(warnings []string) {
	for _, warning := range warnings {
		s.warn(warning)
	}
}
