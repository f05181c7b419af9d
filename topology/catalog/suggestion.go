package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// unknown returns the error for an ID in a field that is not there, with the three known IDs most like it.
func unknown(field, what, id string, known []topology.Node) error {
	type candidate struct {
		id       string
		distance int
	}
	var all []candidate
	wanted := strings.ToLower(id)
	for _, n := range known {
		d := editDistance(wanted, strings.ToLower(n.ID))
		// A place's name is as good a clue as an ID with a letter wrong.
		if name := strings.ToLower(n.Name); name != "" {
			d = min(d, editDistance(wanted, name)+1)
			if len(wanted) >= 3 && (strings.Contains(n.ID, wanted) || strings.Contains(name, wanted)) {
				d = min(d, 1)
			}
		}
		all = append(all, candidate{n.ID, d})
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var near []string
	for _, c := range all[:min(3, len(all))] {
		near = append(near, c.id)
	}
	return invalid.New(field, id, "a known %s; nearest are %s", what, strings.Join(near, ", "))
}

// editDistance returns the number of bytes to insert, delete or replace to turn a into b (Levenshtein).
func editDistance(a, b string) int {
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
