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
	Metro       string `placeholder:"METRO" help:"The user's metro by id or name, by default that with the most users with --request, and all without."`
	Request     *int   `xor:"which" placeholder:"N" help:"Which request of the metro in the recorded time, in order of time, and of one instant in that of the demand, from 1; by default the first."`
	Slow        bool   `xor:"which" help:"The slowest, by the byte by which the workload is judged (judged: ttfb or ttlb)."`
	Miss        bool   `xor:"which" help:"The first that a first cache had to fetch."`
	Retried     bool   `xor:"which" help:"The first that was asked again."`
	Failed      bool   `xor:"which" help:"The first that failed."`
	Rejected    bool   `xor:"which" help:"The first that servers had no room for."`
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
	which := c.which()
	metro := sim.AllMetros
	if which == sim.ByNumber {
		metro = c.mostUsers(study, workload, metros)
	}
	if c.Metro != "" {
		node, err := metroCalled(study.Network, c.Metro)
		if err != nil {
			return &usageError{err}
		}
		metro = slices.Index(metros, node)
	}
	if most := study.MostReplications(); c.Replication < 0 || c.Replication >= most {
		return &usageError{fmt.Errorf("--replication is %d; want 0 to %d: %s has %d at most (replications)", c.Replication, most-1, c.Scenario, most)}
	}
	plans, err := study.Compile(ctx, placement)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	number := 1
	if c.Request != nil {
		number = *c.Request
	}
	e, err := plans[0].Explain(ctx, c.Replication, workload, metro, which, number)
	if err != nil {
		if ctx.Err() != nil {
			return stopped(err)
		}
		if none := (*sim.NoRequestError)(nil); errors.As(err, &none) {
			err = fmt.Errorf("%s: --%w", c.Scenario, err)
			if which != sim.ByNumber || none.Count == 0 {
				err = fmt.Errorf("%s: placement %q, replication %d: %w", c.Scenario, c.Placement, c.Replication, none)
			}
		}
		return &usageError{err}
	}
	return c.print(s.out, report.ExplanationOf(c.Placement, e, study.Elapsed), func(w io.Writer) error {
		return report.WriteExplanation(w, c.Placement, e, study.Elapsed)
	})
}

// which returns how the request is chosen.
func (c *explainCmd) which() sim.Which {
	switch {
	case c.Slow:
		return sim.Slowest
	case c.Miss:
		return sim.FirstMiss
	case c.Retried:
		return sim.FirstRetried
	case c.Failed:
		return sim.FirstFailed
	case c.Rejected:
		return sim.FirstRejected
	}
	return sim.ByNumber
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
