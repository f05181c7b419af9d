package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/topology/matrix"
)

// matrixCmd writes the round trips between places for other tools.
type matrixCmd struct {
	Places   []string `arg:"" complete:"places" optional:"" name:"place" help:"Regions, Local Zones, PoPs or metros by id or name, in any order; or all of a kind: regions, local-zones, wavelength-zones, pops, regional-edge-caches."`
	File     string   `short:"f" placeholder:"CSV" help:"Further places, from a CSV with the columns id, lat, lon and, optional, name, country, kind (metro, region, pop, ...) and provider." type:"path"`
	Metros   int      `placeholder:"N" help:"Further places: the N metros with the most users."`
	Provider listFlag `complete:"providers" default:"aws" help:"Whose sites places are looked for among: ${providers}. Of several, between commas, ids are like aws/us-east-1."`
	Access   string   `placeholder:"TECH" help:"Metros are homes of users with this line (fiber, cable, dsl, wifi, lte, 5g, starlink), the median last mile included; without it they are servers there."`
	Format   string   `complete:"matrices" default:"square" help:"For which tool: ${formats}."`
	Out      string   `short:"o" placeholder:"FILE" help:"File to write; standard output, if left out." type:"path"`
	delayModelFlags
}

// Run writes the file, whole or not at all.
func (c *matrixCmd) Run(ctx context.Context, s *streams) error {
	if err := checkOutputs([]string{c.Out}, []string{c.File, c.Model}); err != nil {
		return &usageError{err}
	}
	format, err := matrix.FormatCalled(c.Format)
	if err != nil {
		return &usageError{fmt.Errorf("--%w", err)}
	}
	config, errOfPlaces := c.config(ctx, s)
	model, errOfModel := c.delayModel(ctx)
	if err := errors.Join(errOfPlaces, errOfModel); err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	m, err := config.Matrix(model)
	if err != nil {
		return &usageError{err}
	}
	var out bytes.Buffer
	if err := format.Write(&out, m); err != nil {
		return err
	}
	return writeOutput(c.Out, s.out, out.Bytes())
}

func (c *matrixCmd) config(ctx context.Context, s *streams) (config catalog.MatrixConfig, err error) {
	if c.Access != "" {
		config.AtHome = true
		if config.Technology, err = topology.ParseTechnology(c.Access); err != nil {
			return config, fmt.Errorf("--access: %w", err)
		}
	}
	sites, err := c.sites()
	if err != nil {
		return config, err
	}
	metros := catalog.Metros()
	seen := make(map[string]bool)
	add := func(n topology.Node) {
		if !seen[n.ID] { // a word and a kind may name the same
			seen[n.ID] = true
			config.Nodes = append(config.Nodes, n)
		}
	}
	all := append(append([]topology.Node(nil), sites...), metros...)
	var wrong []error
	for _, word := range c.Places {
		if kind, err := topology.ParseNodeKind(strings.TrimSuffix(word, "s")); err == nil && strings.HasSuffix(word, "s") && kind != topology.Metro {
			of := slices.DeleteFunc(slices.Clone(sites), func(n topology.Node) bool { return n.Kind != kind })
			if len(of) == 0 {
				wrong = append(wrong, invalid.New("place", word, "sites that the catalog has of %s", strings.Join(c.Provider, ", ")))
			}
			for _, n := range of {
				add(n)
			}
			continue
		}
		i, err := catalog.Find("place", "site or metro", word, all)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		add(all[i])
	}
	if c.Metros < 0 || c.Metros > len(metros) {
		wrong = append(wrong, invalid.New("--metros", c.Metros, "0 to %d", len(metros)))
	} else {
		for _, n := range metros[:c.Metros] {
			add(n)
		}
	}
	own, err := c.own(ctx, s, func(id string) string {
		if seen[id] {
			return "one that no other place has, for the catalog's of that ID is asked for, too"
		}
		return matrix.WantID(id)
	})
	if err != nil {
		wrong = append(wrong, err)
	}
	if len(wrong) > 0 {
		return config, errors.Join(wrong...)
	}
	for _, n := range own {
		add(n)
	}
	if len(config.Nodes) < 2 {
		return config, errors.New("a matrix is of two places or more; say them by name or with --metros or --file")
	}
	return config, nil
}

// sites returns those of the providers.
func (c *matrixCmd) sites() (all []topology.Node, err error) {
	for _, name := range c.Provider {
		p, err := catalog.ParseProvider(name)
		if err != nil {
			return nil, err
		}
		sites := catalog.AllSites(p)
		if len(c.Provider) > 1 {
			sites = catalog.Qualified(sites)
		}
		all = append(all, sites...)
	}
	return all, nil
}

// own reads places from the file. wantID says what is wrong with the ID of one.
func (c *matrixCmd) own(ctx context.Context, s *streams, wantID func(id string) string) ([]topology.Node, error) {
	if c.File == "" {
		return nil, nil
	}
	f, err := openInput(ctx, c.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return topology.ReadNodes(c.File, f, topology.Node{Kind: topology.Exchange}, topology.ReadOptions{Country: catalog.CountryCode, WantID: wantID, Warn: s.warn})
}
