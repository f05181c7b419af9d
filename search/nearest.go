package search

import "math"

// A nearest is users who each go to the nearest of the open sites. Users and options are numbered; ranks say in which order a
// user has the options, 0 for the nearest.
type nearest struct {
	users, options int
	// rank holds the rank of an option for a user at [option*users+user].
	rank []uint16
	// fixed holds the rank of what is open in any case, by user; options, which is behind all, where nothing is.
	fixed []uint16
}

// width is the number of ranks, that of nothing included.
func (n *nearest) width() int { return n.options + 2 }

// column returns the ranks of an option.
func (n *nearest) column(option int) []uint16 {
	return n.rank[option*n.users : (option+1)*n.users]
}

// of fills best with the rank of the site that each user goes to when a set is open.
func (n *nearest) of(set []int, best []uint16) {
	copy(best, n.fixed)
	for _, option := range set {
		lower(best, best, n.column(option))
	}
}

// lower sets to to the lesser of two columns.
func lower(to, a, b []uint16) {
	a, b = a[:len(to)], b[:len(to)]
	for i := range to {
		to[i] = min(a[i], b[i])
	}
}

// A sum is a figure that adds up over users: what user u adds where the site has the rank r stands at [u*width+r].
type sum struct {
	width  int
	values []float32
}

func (s *sum) of(best []uint16) float64 {
	var a, b, c, d float64
	values, width, i := s.values, s.width, 0
	for ; i+4 <= len(best); i += 4 {
		row := values[i*width : (i+4)*width]
		a += float64(row[int(best[i])])
		b += float64(row[width+int(best[i+1])])
		c += float64(row[2*width+int(best[i+2])])
		d += float64(row[3*width+int(best[i+3])])
	}
	for ; i < len(best); i++ {
		a += float64(values[i*width+int(best[i])])
	}
	return a + b + c + d
}

// largest returns the largest value of a user.
func (s *sum) largest(best []uint16) float64 {
	most := math.Inf(-1)
	for i, r := range best {
		most = math.Max(most, float64(s.values[i*s.width+int(r)]))
	}
	return most
}

// each calls visit with every set of at least so many and at most so many options whose first is one of a range, in
// lexicographic order, and with the ranks of the sites that users go to. What visit gets it must not keep. It ends when visit returns
// false.
func (n *nearest) each(least, most, from, to int, visit func(set []int, best []uint16) bool) {
	columns := make([][]uint16, most+1)
	for i := range columns {
		columns[i] = make([]uint16, n.users)
	}
	copy(columns[0], n.fixed)
	set := make([]int, 0, most)
	var descend func(from, to int) bool
	descend = func(from, to int) bool {
		depth := len(set)
		for option := from; option < to; option++ {
			// Enough must be left behind it.
			if depth+n.options-option < least {
				return true
			}
			lower(columns[depth+1], columns[depth], n.column(option))
			set = append(set, option)
			if len(set) >= least && !visit(set, columns[depth+1]) {
				return false
			}
			if len(set) < most && !descend(option+1, n.options) {
				return false
			}
			set = set[:depth]
		}
		return true
	}
	descend(from, to)
}

// count returns how many sets there are of at least so many and at most so many options, as a float for there may be many.
func count(options, least, most int) float64 {
	total := 0.0
	for k := least; k <= most; k++ {
		n := 1.0
		for i := range k {
			n = n * float64(options-i) / float64(i+1)
		}
		total += math.Round(n)
	}
	return total
}
