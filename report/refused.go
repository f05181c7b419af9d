package report

import (
	"fmt"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
)

// refusals says which placements are not compared.
func (p *paper) refusals(c *edgewise.Comparison) {
	mark := ""
	if p.markdown {
		mark = "- "
	}
	for line := range strings.Lines(refusals(c, mark)) {
		p.WriteString(p.wrapped(strings.TrimSuffix(line, "\n"), 0) + "\n")
	}
}

// refusals says which placements are not compared, and which are shown though they are overloaded; a line each, with the
// given mark before it.
func refusals(c *edgewise.Comparison, mark string) string {
	var s strings.Builder
	for _, r := range c.Refused {
		fmt.Fprintf(&s, "%sRefused: %s.\n", mark, r)
	}
	if len(c.Refused) > 0 && len(c.Placements) > 1 {
		fmt.Fprintf(&s, "%sThe others are compared with %s.\n", mark, c.Placements[0].Name)
	}
	for i := range c.Placements {
		for _, l := range c.Placements[i].Overloaded() {
			fmt.Fprintf(&s, "%sOverloaded: %s: %s; %s.\n", mark, c.Placements[i].Name, l, whatOverloadDoes(&l))
		}
	}
	if s.Len() > 0 {
		s.WriteString("\n")
	}
	return s.String()
}

// whatOverloadDoes says what an overload does to figures: work waits for servers, but on a link no response waits for another.
func whatOverloadDoes(l *sim.Load) string {
	switch {
	case l.Unit == sim.Players && l.Site == "":
		return "who finds no seat at any site waits, gives up or is turned away, and is counted as unserved"
	case l.Unit == sim.Players:
		return "who finds no seat waits or gives up, and is counted as unserved"
	case !l.Queues():
		return "it cannot carry what is asked for, and the figures are as if it could"
	}
	return "its figures grow with the length of the run"
}
