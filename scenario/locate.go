package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/sim"
)

// A locator knows where in a file that stands of which a study finds later that it is wrong, when it looks up ways.
type locator struct {
	file      string
	lines     map[string]int
	workloads []workloadRef
	// placements are those of the file.
	placements []placementSpec
	// failures and impairments are the events of links as the file has them, of which a window may have others; begins is when that
	// begins.
	failures    []sim.LinkFailure
	impairments []sim.LinkImpairment
	begins      time.Duration
	inWindow    *sim.Scenario
}

// locate returns an error as problems of the file: that of a field at its key, that of a workload under a placement at the workload, that of a placement
// there, another at the network. What ends the looking up is no problem.
func (l *locator) locate(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	bad := &problems{file: l.file, lines: l.lines}
	for _, e := range invalid.All(err) {
		var f *invalid.Field
		var of *sim.PlanError
		isOfPlan := errors.As(e, &of)
		switch {
		case errors.As(e, &f) && (!isOfPlan || l.isTop(f.Path)):
			bad.report("", 0, invalid.New(l.inFile(f.Path), f.Value, "%s", f.Want))
		case isOfPlan:
			l.reportPlan(bad, of)
		default:
			bad.add(l.lines["network"], "network", "%s", oneLine(e))
		}
	}
	return bad.err()
}

// isTop reports whether the path of a field begins with a key at the top of the file.
func (l *locator) isTop(path string) bool {
	_, ok := l.lines[keyIn("", path)]
	return ok
}

func (l *locator) reportPlan(bad *problems, of *sim.PlanError) {
	if of.Workload == "" {
		for i := range l.placements {
			if p := &l.placements[i]; p.built.Name == of.Placement {
				bad.report(p.path, p.line, of.Err)
				return
			}
		}
		bad.add(l.lines["placements"], "placements", "%s", oneLine(of))
		return
	}
	for _, w := range l.workloads {
		if w.name == of.Workload {
			bad.add(w.line, w.path, "under placement %q: %s", of.Placement, oneLine(of.Err))
			return
		}
	}
	bad.add(0, "workloads", "%s", oneLine(of))
}

// inFile returns the path of a field with the number that an event of links has in the file.
func (l *locator) inFile(path string) string {
	if l.inWindow == nil {
		return path
	}
	var n int
	var rest string
	if k, _ := fmt.Sscanf(path, "LinkFailures[%d]%s", &n, &rest); k > 0 {
		of := &l.inWindow.LinkFailures[n]
		for i := range l.failures {
			if f := &l.failures[i]; f.Between == of.Between && f.At == of.At+l.begins {
				return fmt.Sprintf("LinkFailures[%d]%s", i, rest)
			}
		}
	}
	if k, _ := fmt.Sscanf(path, "LinkImpairments[%d]%s", &n, &rest); k > 0 {
		of := &l.inWindow.LinkImpairments[n]
		for i := range l.impairments {
			if d := &l.impairments[i]; d.Between == of.Between && d.At == of.At+l.begins {
				return fmt.Sprintf("LinkImpairments[%d]%s", i, rest)
			}
		}
	}
	return path
}
