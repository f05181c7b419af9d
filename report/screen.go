package report

import (
	"fmt"
	"io"

	"github.com/edgewise-sim/edgewise"
)

// WriteScreen writes the comparison for a terminal: the answers first, then the verdicts and who loses, then the figures, and
// at the end what was compared, which sites fail, the load, how it was run, and what is assumed.
func WriteScreen(w io.Writer, c *edgewise.Comparison, l Layout) error {
	p := onScreen(l)
	if err := p.page(c, l.Sites); err != nil {
		return err
	}
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

// page writes all parts in their order.
func (p *paper) page(c *edgewise.Comparison, sites bool) error {
	verdicts, err := Verdicts(c, Margins{})
	if err != nil {
		return err
	}
	ranks := rankBy(c, verdicts)
	p.refusals(c)
	if len(c.Placements) > 1 {
		losers, err := WhoLoses(c, Margins{})
		if err != nil {
			return err
		}
		p.heading("Answers")
		p.items(answersOf(c, ranks, losers))
		p.gap()
		p.verdicts(c, Margins{}, verdicts, losers, ranks)
		p.gap()
	}
	p.expected(c)
	p.tables(c, ranks)
	p.servers(c, p.placementsShown(c, ranks))
	p.links(c, p.placementsShown(c, ranks))
	p.gap()
	p.bills(c, p.placementsShown(c, ranks))
	if sites {
		before := p.Len()
		p.sites(c, ranks)
		if p.Len() > before {
			p.gap()
		}
	}
	p.placements(c, ranks)
	p.events(c)
	p.load(c)
	p.run(c)
	p.basics(c)
	return nil
}
