package scenario

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/sim"
)

// readFailures reads the sites that are down for a while.
func (r *reader) readFailures(v value) {
	for _, item := range v.list() {
		var f sim.Failure
		seen := item.fields(
			field{"site", func(v value) { v.text(&f.Site) }},
			field{"at", func(v value) { v.duration(&f.At) }},
			field{"for", func(v value) { v.duration(&f.For) }},
			field{"detection", func(v value) { v.duration(&f.Detection) }},
			field{"redirection", func(v value) { v.duration(&f.Redirection) }},
			field{"timeout", func(v value) { v.duration(&f.Timeout) }},
		)
		for _, key := range []string{"site", "at", "for"} {
			if _, ok := seen[key]; !ok {
				item.problem("the key %q is missing", key)
			}
		}
		if f.Timeout == 0 {
			r.study.Assumed = append(r.study.Assumed, fmt.Sprintf("failure of %s: a request to it lasts %v", f.Site, sim.DefaultFailureTimeout))
		}
		r.study.Failures = append(r.study.Failures, f)
	}
}
