package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/topology"
)

// suggestions is how many IDs an error proposes.
const suggestions = 3

// Nearest returns the IDs of up to three of the nodes, those that a word which is none of their IDs most likely means:
// the nearest by distance where the word is the name of a metro, or the ID or name of some provider's site; else those
// that are spelt most alike.
func Nearest(word string, nodes []topology.Node) []string {
	type candidate struct {
		id       string
		distance float64
	}
	var all []candidate
	if place, ok := placeOf(word); ok {
		for _, n := range nodes {
			all = append(all, candidate{n.ID, topology.DistanceKm(place, n.Place())})
		}
	} else {
		wanted, _ := withoutKind(word)
		wanted = strings.ToLower(wanted)
		for _, n := range nodes {
			all = append(all, candidate{n.ID, float64(spelling(wanted, n))})
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var near []string
	for _, c := range all[:min(suggestions, len(all))] {
		near = append(near, c.id)
	}
	return near
}

// IsLike reports whether a word may be a node's ID or name with a letter or two wrong.
func IsLike(word string, n topology.Node) bool {
	const wrong = 2
	name, _ := withoutKind(word)
	wanted := strings.ToLower(name)
	return len(wanted) > 2*wrong && spelling(wanted, n) <= wrong
}

// spelling returns how far a word in lower case is from what a node is called.
func spelling(wanted string, n topology.Node) int {
	d := editDistance(wanted, strings.ToLower(n.ID))
	// A place's name is as good a clue as an ID with a letter wrong.
	if name := strings.ToLower(n.Name); name != "" {
		d = min(d, editDistance(wanted, name)+1)
		if len(wanted) >= 3 && (strings.Contains(n.ID, wanted) || strings.Contains(name, wanted)) {
			d = min(d, 1)
		}
	}
	return d
}

// placeOf returns where something is that has a word as its name or ID: the largest metro, else a site of whatever
// provider.
func placeOf(word string) (topology.Place, bool) {
	name, _ := withoutKind(word)
	name = fold(name)
	if name == "" {
		return topology.Place{}, false
	}
	w := loadWorld()
	is := func(n topology.Node) bool { return n.ID == word || fold(n.Name) == name }
	if i := slices.IndexFunc(w.metros, is); i >= 0 {
		return w.metros[i].Place(), true
	}
	for _, p := range providers {
		for _, shelf := range p.shelves {
			sites := w.sites[fileOf(p.name, shelf.kind)]
			if i := slices.IndexFunc(sites, is); i >= 0 {
				return sites[i].Place(), true
			}
		}
	}
	return topology.Place{}, false
}

// mostCompared bounds the letters of a word that is compared with others.
const mostCompared = 64

// editDistance returns the number of bytes to insert, delete or replace to turn a into b (Levenshtein).
func editDistance(a, b string) int {
	a, b = a[:min(len(a), mostCompared)], b[:min(len(b), mostCompared)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
