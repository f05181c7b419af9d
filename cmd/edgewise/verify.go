package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/edgewise-sim/edgewise/verify"
)

// verifyCmd holds the simulator against closed forms and reference values.
type verifyCmd struct {
	Effort  string   `default:"normal" enum:"quick,normal,thorough" help:"How long to simulate: ${enum}."`
	Group   []string `help:"Make the checks of this group only, for example Queues; may be given more than once."`
	Out     string   `short:"o" help:"Write the page into this Markdown file as well, in a directory that exists." type:"path"`
	Seed    uint64   `default:"1" help:"Seed of all random numbers."`
	Workers int      `short:"w" help:"Checks at a time; 0 means one a core. Results do not depend on it."`
	Quiet   bool     `short:"q" help:"Print the summary only."`
	printFlag
}

// Run makes all checks, prints the page, and fails when chance does not explain what is off.
func (c *verifyCmd) Run(ctx context.Context, s *streams) error {
	// Find out now, not after the checks, whether the page can be written.
	if err := checkOutputs([]string{c.Out}, nil); err != nil {
		return &usageError{err}
	}
	for _, g := range c.Group {
		if known := verify.Groups(); !slices.Contains(known, g) {
			return &usageError{fmt.Errorf("--group is %q; want one of %q", g, known)}
		}
	}
	page, err := verify.Run(ctx, verify.Options{Effort: verify.Effort(c.Effort), Groups: c.Group, Seed: c.Seed, Workers: c.Workers})
	if err != nil {
		return stopped(err)
	}
	var text bytes.Buffer
	if err := page.WriteMarkdown(&text); err != nil {
		return err
	}
	if c.Out != "" {
		if err := writeOutput(c.Out, io.Discard, text.Bytes()); err != nil {
			return err
		}
	}
	err = c.print(s.out, verifiedOf(page), func(w io.Writer) error {
		if c.Quiet {
			_, err := fmt.Fprintln(w, page.Summary())
			return err
		}
		_, err := w.Write(text.Bytes())
		return err
	})
	if err == nil && !page.Passed() {
		err = errors.New("verification failed")
	}
	return err
}

// verified is what JSON says of a verification.
type verified struct {
	Passed  bool         `json:"passed"`
	Summary string       `json:"summary"`
	Effort  string       `json:"effort"`
	Groups  []string     `json:"groups,omitempty"` // none means all
	Seed    uint64       `json:"seed"`
	Checks  []verifyItem `json:"checks"`
}

// A verifyItem is one check: exact, or by chance with an interval and a probability.
type verifyItem struct {
	Group     string   `json:"group"`
	Name      string   `json:"name"`
	Source    string   `json:"source"`
	Unit      string   `json:"unit,omitempty"`
	Expected  float64  `json:"expected"`
	Simulated float64  `json:"simulated"`
	Low       *float64 `json:"low"` // null where there is no interval
	High      *float64 `json:"high"`
	Tolerance float64  `json:"tolerance"`
	Exact     bool     `json:"exact"`
	P         float64  `json:"p"`
	Verdict   string   `json:"verdict"`
}

func verifiedOf(p *verify.Page) verified {
	v := verified{Passed: p.Passed(), Summary: p.Summary(), Effort: string(p.Effort), Groups: p.Groups, Seed: p.Seed}
	for i := range p.Rows {
		r := &p.Rows[i]
		item := verifyItem{Group: r.Group, Name: r.Name, Source: r.Source, Unit: r.Unit, Expected: r.Expected, Simulated: r.Simulated.Value,
			Tolerance: r.Tolerance, Exact: r.Exact, P: r.P, Verdict: r.Verdict}
		if r.Simulated.HasInterval() {
			item.Low, item.High = &r.Simulated.Low, &r.Simulated.High
		}
		v.Checks = append(v.Checks, item)
	}
	return v
}
