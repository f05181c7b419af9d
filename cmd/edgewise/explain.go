package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
)

// explainCmd prints the way of one request.
type explainCmd struct {
	Scenario    string `arg:"" help:"The scenario file." type:"path"`
	Placement   string `required:"" placeholder:"NAME" help:"The placement."`
	Workload    string `placeholder:"NAME" help:"The workload, by default the first that has requests."`
	Metro       string `placeholder:"METRO" help:"The user's metro by id or name, by default that with the most users."`
	Request     int    `default:"1" help:"Which request of the recorded time, in order of time, from 1."`
	Slow        bool   `xor:"which" help:"That with the longest time to the first byte."`
	Miss        bool   `xor:"which" help:"The first that a first cache had to fetch."`
	Replication int    `short:"r" help:"The replication, from 0."`
	printFlag
}

// Run runs a replication of a placement twice, to find the request and to follow it.
func (c *explainCmd) Run(ctx context.Context, s *streams) error {
	study, _, _, err := readStudy(ctx, s, c.Scenario, 1)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	placement, err := find("placement", c.Placement, study.Placements, func(i int) string { return study.Placements[i].Name })
	if err != nil {
		return &usageError{err}
	}
	workload, err := c.workload(study)
	if err != nil {
		return &usageError{err}
	}
	metros := study.Network.OfKind(topology.Metro)
	metro := c.mostUsers(study, workload, metros)
	if c.Metro != "" {
		node, err := metroCalled(study.Network, c.Metro)
		if err != nil {
			return &usageError{err}
		}
		metro = slices.Index(metros, node)
	}
	if c.Replication < 0 {
		return &usageError{fmt.Errorf("--replication is %d; want 0 or more", c.Replication)}
	}
	plans, err := study.Compile(ctx, placement)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	which := sim.ByNumber
	switch {
	case c.Slow:
		which = sim.Slowest
	case c.Miss:
		which = sim.FirstMiss
	}
	e, err := plans[0].Explain(ctx, c.Replication, workload, metro, which, c.Request)
	if err != nil {
		if ctx.Err() != nil {
			return stopped(err)
		}
		return &usageError{err}
	}
	return c.print(s.out, report.ExplanationOf(c.Placement, e, study.Elapsed), func(w io.Writer) error {
		return report.WriteExplanation(w, c.Placement, e, study.Elapsed)
	})
}

// workload returns the number of the workload.
func (c *explainCmd) workload(study *edgewise.Study) (int, error) {
	isGame := func(i int) bool { return sim.KindOf(study.Workloads[i].Service) == sim.Matched }
	if c.Workload != "" {
		i, err := find("workload", c.Workload, study.Workloads, func(i int) string { return study.Workloads[i].Name })
		if err == nil && isGame(i) {
			err = fmt.Errorf("--workload is %q, a game, whose updates are not told one by one; want a workload with requests", c.Workload)
		}
		return i, err
	}
	for i := range study.Workloads {
		if !isGame(i) {
			return i, nil
		}
	}
	return 0, errors.New("the scenario has games alone, whose updates are not told one by one; want a workload with requests")
}

// mostUsers returns the metro, by its place, with the most users of those that take part.
func (c *explainCmd) mostUsers(study *edgewise.Study, workload int, metros []int) (most int) {
	w := &study.Workloads[workload]
	best := -1.0
	for i, n := range metros {
		node := study.Network.At(n)
		users := node.Users
		if len(w.Users) > 0 {
			users = 0
			for _, u := range w.Users {
				if u.Metro == node.ID {
					users = u.Weight
				}
			}
		}
		if len(w.Metros) > 0 && !slices.Contains(w.Metros, node.ID) {
			users = 0
		}
		if users > best {
			most, best = i, users
		}
	}
	return most
}

// find returns the place of what has a name.
func find[T any](what, name string, all []T, nameOf func(int) string) (int, error) {
	var names []string
	for i := range all {
		if nameOf(i) == name {
			return i, nil
		}
		names = append(names, fmt.Sprintf("%q", nameOf(i)))
	}
	return 0, fmt.Errorf("--%s is %q; want one of %s", what, name, strings.Join(names, ", "))
}
