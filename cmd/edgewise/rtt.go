package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// rttCmd says what the delay model makes of pairs of places.
type rttCmd struct {
	File    string `arg:"" optional:"" help:"CSV with the columns id, a_lat, a_lon, b_lat, b_lon and, optional, a_country, b_country (codes or English names; that of the nearest metro, if empty), class (internet or backbone; internet, if empty) and tech. A tech (fiber, cable, dsl, wifi, lte, 5g, starlink) makes a the home of a user, whose median last mile is added, and b a cloud site; none, or nothing, means that both are servers in data centres. So a tech changes the way between as well, and fiber can even lower a round trip. Standard input, if it is - or left out."`
	Out     string `short:"o" help:"File for the CSV with the columns id and pred_ms, in a directory that exists; standard output, if left out." type:"path"`
	Explain bool   `help:"Say of every pair as well what its round trip rests on: the interval that holds 80 % of what is measured (low_ms, high_ms), whether the two places were measured with each other (measured, measured nearby where places next to both count for more than half, or model), the ways that it is made of (over the hubs nearest to both, over those where transit is bought, over exchange towns, by the straight line), each with its share and what it takes: their mean by these shares, as logarithms, times the correction by what was measured, and times the detour that what is cut adds where towns and line know nothing of it, is the round trip without the last mile; and the measured places that have most in common with each end, with their distance and what they share of 1."`
	Map     string `placeholder:"FILE" help:"Draw the hubs, the cables between them and where which country buys transit, and what is cut of them, into a file that ends in .svg, .png or .pdf. Without a CSV nothing else is done." type:"path"`
	delayModelFlags
	printFlag
}

// Run writes the median round trip of every pair. Of a file with a mistake it writes nothing.
func (c *rttCmd) Run(ctx context.Context, s *streams) error {
	if err := checkOutputs([]string{c.Out, c.Map}, []string{c.File, c.Model}); err != nil {
		return &usageError{err}
	}
	if ending := strings.ToLower(filepath.Ext(c.Map)); c.Map != "" && !slices.Contains(pictureEndings, ending) {
		return &usageError{fmt.Errorf("--map: the file %s ends in %q; want one of %s", c.Map, ending, strings.Join(pictureEndings, ", "))}
	}
	model, err := c.delayModel(ctx)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	if c.Map != "" {
		if err := drawTransit(model, c.Map); err != nil {
			return err
		}
		if c.File == "" {
			return nil
		}
	}
	pairs, err := c.pairs(ctx, s)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	if c.Explain {
		return c.explain(s, model, pairs)
	}
	rtts, err := catalog.PredictRTT(model, pairs)
	if err != nil {
		return &usageError{err}
	}
	var out bytes.Buffer
	if err := catalog.WriteRTTs(&out, pairs, rtts); err != nil {
		return err
	}
	type pairRTT struct {
		ID    string  `json:"id"`
		RTTMs float64 `json:"rtt_ms"`
	}
	found := make([]pairRTT, len(pairs))
	for i := range pairs {
		found[i] = pairRTT{pairs[i].ID, milliseconds(rtts[i])}
	}
	return c.write(c.Out, s.out, out.Bytes(), found)
}

func (c *rttCmd) pairs(ctx context.Context, s *streams) ([]catalog.Pair, error) {
	if c.File == "" || c.File == "-" {
		return catalog.ReadPairs("standard input", interruptibly(ctx, s.in), s.warn)
	}
	f, err := openInput(ctx, c.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return catalog.ReadPairs(c.File, f, s.warn)
}
