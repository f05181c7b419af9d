package catalog

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// Find returns the position of the one node that a word stands for: by its ID or its name ("London"), in upper or
// lower case, with or without accents, with the country ("London, GB") or the kind before it ("pop:Warsaw"). field and
// what name the word's place and what is looked for in the error, which has the IDs that a name stands for where these
// are several, or else the nearest known ones.
func Find(field, what, word string, nodes []topology.Node) (int, error) {
	found := FindAll(word, nodes)
	switch len(found) {
	case 0:
		return 0, invalid.New(field, word, "a known %s; nearest are %s", what, strings.Join(Nearest(word, nodes), ", "))
	case 1:
		return found[0], nil
	}
	ids := make([]string, len(found))
	for k, i := range found {
		ids[k] = nodes[i].ID
	}
	return 0, invalid.New(field, word, "one of %s, which all have this name", strings.Join(ids[:min(len(ids), 5)], ", "))
}

// FindAll returns the positions of all nodes that a word stands for, as [Find] has it: one where it is an ID.
func FindAll(word string, nodes []topology.Node) (found []int) {
	if i := slices.IndexFunc(nodes, func(n topology.Node) bool { return n.ID == word }); i >= 0 {
		return []int{i}
	}
	name, isOfKind := withoutKind(word)
	folded := fold(name)
	slug := strings.ReplaceAll(folded, " ", "-")
	if i := slices.IndexFunc(nodes, func(n topology.Node) bool { return n.ID == slug && isOfKind(&n) }); i >= 0 {
		return []int{i}
	}
	for i, n := range nodes {
		if folded != "" && n.Name != "" && fold(n.Name) == folded && isOfKind(&n) {
			found = append(found, i)
		}
	}
	return found
}

// withoutKind returns a word without a kind of node before it, and a function that reports whether a node is of the kind
// if there is one.
func withoutKind(word string) (name string, isOfKind func(*topology.Node) bool) {
	before, name, ok := strings.Cut(word, ":")
	if kind, err := topology.ParseNodeKind(before); ok && err == nil {
		return strings.TrimSpace(name), func(n *topology.Node) bool { return n.Kind == kind }
	}
	return word, func(*topology.Node) bool { return true }
}

// letters are those that have no accent to take off.
var letters = strings.NewReplacer("ł", "l", "ø", "o", "ß", "ss", "æ", "ae", "œ", "oe", "đ", "d", "ð", "d", "þ", "th", "ı", "i", "&", " and ")

// foldedNames holds the folded names of all metros and sites: they are looked through often.
var foldedNames = sync.OnceValue(func() map[string]string {
	folded := make(map[string]string)
	w := loadWorld()
	for _, m := range w.metros {
		folded[m.Name] = foldAnew(m.Name)
	}
	for _, sites := range w.sites {
		for _, s := range sites {
			folded[s.Name] = foldAnew(s.Name)
		}
	}
	return folded
})

// fold returns a name in lower case, without accents, with single spaces in place of everything else.
func fold(name string) string {
	if folded, ok := foldedNames()[name]; ok {
		return folded
	}
	return foldAnew(name)
}

func foldAnew(name string) string {
	if isFolded(name) {
		return name
	}
	var b strings.Builder
	space := false
	for _, r := range norm.NFD.String(letters.Replace(strings.ToLower(name))) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(r)
		default:
			space = true
		}
	}
	return b.String()
}

// isFolded finds names that need no work.
func isFolded(name string) bool {
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// continentOf returns the name of a continent as the catalog has it, given in upper or lower case.
func continentOf(name string, nodes []topology.Node) string {
	for _, n := range nodes {
		if strings.EqualFold(n.Continent, name) {
			return n.Continent
		}
	}
	return name
}

// MatchArea returns what a word for many nodes asks for: "all", "verified", "country:US" (codes and names, see
// [CountryCode]) and "continent:Europe", in upper or lower case; nil if the word is none of these. Sites that are no more
// than announced have to be named. The error names a country that there is not.
func MatchArea(field, word string) (match func(topology.Node) bool, err error) {
	is, err := areaCalled(field, word)
	if is == nil {
		return nil, err
	}
	return func(n topology.Node) bool { return is(n) && StatusOf(n) != Announced }, nil
}

func areaCalled(field, word string) (match func(topology.Node) bool, err error) {
	kind, area, _ := strings.Cut(word, ":")
	switch {
	case word == "all":
		return func(topology.Node) bool { return true }, nil
	case word == "verified":
		return func(n topology.Node) bool { return !n.Unverified }, nil
	case kind == "country":
		code, ok := CountryCode(area)
		if !ok {
			return nil, invalid.New(field, word, "the code or the English name of a country, such as country:GB")
		}
		return func(n topology.Node) bool { return n.Country == code }, nil
	case kind == "continent":
		return func(n topology.Node) bool { return strings.EqualFold(n.Continent, area) }, nil
	}
	return nil, nil
}

// IsArea reports whether a word asks for many nodes, as [MatchArea] has it, so that no site can have it for an ID.
func IsArea(word string) bool {
	return word == "all" || word == "verified" || strings.HasPrefix(word, "country:") || strings.HasPrefix(word, "continent:")
}

// nearestAreas says which countries or continents nodes are in, for an error.
func nearestAreas(word, what string, all []topology.Node) string {
	if strings.HasPrefix(word, "continent:") {
		return fmt.Sprintf("a continent with a %s: %s", what, strings.Join(continents(all), ", "))
	}
	return fmt.Sprintf("a country with a %s", what)
}
