package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Refused counts alternatives that cannot be chosen at all for one reason.
type Refused struct {
	// Why is the first reason that was found, for example "no price for requests at jfk-pop".
	Why  string  `json:"why"`
	Sets float64 `json:"sets"`
}

// refusals counts alternatives by why they cannot be chosen.
type refusals map[string]float64

// add is of use on the nil map too, which it makes.
func (r *refusals) add(why string, sets float64) {
	if *r == nil {
		*r = make(refusals)
	}
	(*r)[why] += sets
}

// counted returns the reasons, the most frequent first.
func (r refusals) counted() []Refused {
	var all []Refused
	for why, sets := range r {
		all = append(all, Refused{Why: why, Sets: sets})
	}
	slices.SortFunc(all, func(a, b Refused) int { return cmp.Or(cmp.Compare(b.Sets, a.Sets), cmp.Compare(a.Why, b.Why)) })
	return all
}

// refusedInWords names the most frequent reasons.
func refusedInWords(all []Refused) string {
	const most = 3
	var reasons []string
	rest := 0.0
	for i, r := range all {
		if i >= most {
			rest += r.Sets
			continue
		}
		reasons = append(reasons, fmt.Sprintf("%.0f for this: %s", r.Sets, r.Why))
	}
	if rest > 0 {
		reasons = append(reasons, fmt.Sprintf("%.0f for %d further reasons", rest, len(all)-most))
	}
	return strings.Join(reasons, "; ")
}
