package scenario

import (
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/sim"
)

// readTimeline reads in what steps all requests are followed over time: {step: 10s, by: [metro, site], paired: true, recovered_within: 5%}.
func (r *reader) readTimeline(v value) {
	t := new(sim.Steps)
	v.fields(
		field{"step", func(v value) {
			if v.duration(&t.Step) && t.Step <= 0 {
				v.problem("is %v; want more than 0s, for example 10s", t.Step)
			}
		}},
		field{"by", func(v value) {
			var by []string
			v.strings(&by)
			for _, place := range by {
				switch place {
				case "metro":
					t.ByMetro = true
				case "site":
					t.BySite = true
				default:
					v.problem("is %s; want one of metro, site", text.Quote(place))
				}
			}
		}},
		field{"paired", func(v value) { v.boolean(&t.Paired) }},
		field{"recovered_within", func(v value) { v.percent(&r.study.RecoveredWithin) }},
	)
	r.study.Timeline = t
}
