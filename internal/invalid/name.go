package invalid

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MostNameRunes is how long a title or name may be: what a picture and a table can show.
const MostNameRunes = 200

// shownRunes is how much of a name that is refused an error shows.
const shownRunes = 40

// Name returns an error if a title or name cannot stand in a table, picture or page: it must be printable text of at
// most [MostNameRunes] characters, without blanks at its ends. Nothing is said of an empty one.
func Name(path, name string) error {
	switch {
	case len(name) > 4*MostNameRunes || utf8.RuneCountInString(name) > MostNameRunes:
		return New(path, fmt.Sprintf("%s of %d characters", Quoted(name), utf8.RuneCountInString(name)), "%d characters at most", MostNameRunes)
	case !utf8.ValidString(name) || strings.IndexFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0:
		return New(path, Quoted(name), "printable text: no control characters, no line ends")
	case strings.TrimSpace(name) != name:
		return New(path, Quoted(name), "no blanks at its ends")
	}
	return nil
}

// Quoted returns a text of a user as an error shows it: in quotes, what cannot be printed escaped, and no more than its
// first 40 characters.
func Quoted(s string) string {
	n := 0
	for i := range s {
		if n == shownRunes {
			return fmt.Sprintf("%q...", s[:i])
		}
		n++
	}
	return fmt.Sprintf("%q", s)
}
