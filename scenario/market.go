package scenario

import "github.com/edgewise-sim/edgewise/workload"

// readMarket reads how players of a game are brought together.
func readMarket(v value, m *workload.Market) {
	v.fields(
		field{"choice", choice(workload.ParseSiteChoice, &m.Choice)},
		field{"ladder", func(v value) {
			m.Ladder = nil
			for _, item := range v.list() {
				var r workload.Rung
				item.fields(
					field{"after", func(v value) { v.duration(&r.After) }},
					field{"limit", func(v value) { v.duration(&r.Limit) }},
				)
				m.Ladder = append(m.Ladder, r)
			}
		}},
		field{"max_rtt", func(v value) { v.duration(&m.MaxRTT) }},
		field{"relax", choice(workload.ParseRelax, &m.Relax)},
		field{"parties", func(v value) {
			m.Parties = nil
			for _, item := range v.list() {
				var share float64
				item.number(&share)
				m.Parties = append(m.Parties, share)
			}
		}},
		field{"skill", func(v value) { readSkill(v, &m.Skill) }},
		field{"full", choice(workload.ParseWhenFull, &m.Full)},
		field{"give_up", func(v value) { v.duration(&m.GiveUp) }},
		field{"backfill", func(v value) { v.duration(&m.Backfill) }},
		field{"plays_in_full", func(v value) { v.boolean(&m.PlaysInFull) }},
		field{"login", func(v value) { readCalls(v, &m.Login) }},
		field{"start", func(v value) { readCalls(v, &m.Start) }},
		field{"reconnect", func(v value) { v.number(&m.Reconnect) }},
	)
}

func readSkill(v value, s *workload.Skill) {
	v.fields(
		field{"sd", func(v value) { v.number(&s.SD) }},
		field{"bands", func(v value) {
			s.Bands = nil
			for _, item := range v.list() {
				var b workload.Band
				item.fields(
					field{"after", func(v value) { v.duration(&b.After) }},
					field{"width", func(v value) { v.number(&b.Width) }},
				)
				s.Bands = append(s.Bands, b)
			}
		}},
	)
}

func readCalls(v value, c *workload.Calls) {
	v.fields(
		field{"count", func(v value) { v.integer(&c.Count) }},
		field{"service", func(v value) { readServiceTime(v, &c.Service) }},
	)
}
