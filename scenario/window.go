package scenario

import (
	"errors"
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/workload"
)

// readWindow reads which part of the time is a study of its own: {from: 19h, for: 1h, begun: steady}.
func (r *reader) readWindow(v value) {
	w := new(edgewise.Window)
	seen := v.fields(
		field{"from", func(v value) { v.duration(&w.From) }},
		field{"for", func(v value) { v.duration(&w.For) }},
		field{"begun", choice(workload.ParseState, &w.Begun)},
	)
	v.requireKeys(seen, "from", "for")
	r.window = w
}

// buildWindow takes the part of the time that the study is to be of.
func (r *reader) buildWindow(bad *problems) {
	if r.window == nil {
		return
	}
	of, err := r.study.Within(*r.window)
	if err != nil {
		path := "window"
		if f := (*invalid.Field)(nil); errors.As(err, &f) && !slices.Contains([]string{"From", "For", "Begun"}, f.Path) {
			path = "" // of the study that it is
		}
		r.report(bad, path, r.lines["window"], err)
		return
	}
	r.study = *of
}
