package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// readCut reads which hubs and ways between them the network is to be without.
func (r *reader) readCut(v value) {
	items := v.texts()
	if len(items) == 0 {
		v.problem("is empty; want one or more, or %s", calibrate.CutNothing)
	}
	var words []string
	for _, item := range items {
		var word string
		if item.text(&word); word == "" {
			continue // told, or not there yet
		}
		if slices.Contains(words, word) {
			item.problem("is %s, which stands here before", word)
		} else if err := calibrate.Default().CheckCut(word); err != nil {
			item.problem("is %s", oneLine(err))
		}
		words = append(words, word)
	}
	if slices.Contains(words, calibrate.CutNothing) && len(words) > 1 {
		v.problem("has %s beside others; want it alone", calibrate.CutNothing)
	}
	r.network.cut = slices.DeleteFunc(words, func(w string) bool { return w == calibrate.CutNothing })
}

// applyCut puts the ways round what is cut in place of the network's.
func (r *reader) applyCut(bad *problems) {
	cut := r.network.cut
	if len(cut) == 0 {
		return
	}
	model, err := calibrate.Default().Cut(cut...)
	if err != nil {
		bad.add(r.lineOr("network.cut", r.network.line), "network.cut", "%s", oneLine(err))
		return
	}
	whole := r.study.Network
	r.study.Network = whole.WithCorrection(model)
	longer, of, most, err := detours(whole, r.study.Network)
	if err != nil {
		bad.add(r.lineOr("network.cut", r.network.line), "network.cut", "%s", oneLine(err))
		return
	}
	if longer == 0 {
		r.warn("network.cut %s: no way between a metro and a site takes longer", strings.Join(cut, ", "))
	}
	r.study.Assumed = append(r.study.Assumed, fmt.Sprintf(
		"cut: %s. Of %d ways between a metro and a site %d take longer, up to %v, in proportion to the way over the hubs that are left; those have room for all",
		strings.Join(cut, ", "), of, longer, most.Round(time.Millisecond)))
}

// detours returns how many ways between metros and sites are longer in one network than in another, of how many, and by how much at most.
func detours(from, to *topology.Network) (longer, of int, most time.Duration, err error) {
	metros, sites := from.OfKind(topology.Metro), from.Sites()
	before, err := from.Routes(metros, sites, topology.Public)
	if err != nil {
		return 0, 0, 0, err
	}
	after, err := to.Routes(metros, sites, topology.Public)
	if err != nil {
		return 0, 0, 0, err
	}
	for i := range metros {
		for j := range sites {
			of++
			if by := after.RTT(i, j) - before.RTT(i, j); by > 0 {
				longer++
				most = max(most, by)
			}
		}
	}
	return longer, of, most, nil
}
