package scenario

import "github.com/edgewise-sim/edgewise/workload"

// gamingKind is players who come for a while, and their matches.
var gamingKind = workloadKind{name: "gaming", isOf: madeOf[workload.Sessions, workload.Matched], read: readGaming}

func readGaming(_ *reader, v value, w *workload.Workload) {
	demand, service := partsOf[workload.Sessions, workload.Matched](w)
	v.fields(append(headKeys(w),
		field{"concurrent_players", func(v value) { v.number(&demand.ConcurrentPlayers) }},
		field{"session", func(v value) {
			v.fields(
				field{"shape", func(v value) { v.number(&demand.Length.Shape) }},
				field{"scale", func(v value) { v.duration(&demand.Length.Scale) }},
			)
		}},
		field{"match_players", func(v value) { v.integer(&service.MatchPlayers) }},
		field{"match_length", func(v value) { v.duration(&service.MatchLength) }},
		field{"min_players", func(v value) { v.integer(&service.MinPlayers) }},
		field{"lobby_timeout", func(v value) { v.duration(&service.LobbyTimeout) }},
		field{"tick_hz", func(v value) { v.number(&service.TickHz) }},
		field{"update_hz", func(v value) { v.number(&service.UpdateHz) }},
		field{"tick_time", func(v value) { v.duration(&service.TickTime) }},
		field{"tick_time_per_player", func(v value) { v.duration(&service.TickTimePerPlayer) }},
		field{"matches_per_server", func(v value) { v.integer(&service.MatchesPerServer) }},
		field{"parent_calls", func(v value) { readParentCalls(v, &service.Parent) }},
		field{"sampled_updates", func(v value) { v.number(&service.SampledUpdates) }},
	)...)
	w.Demand, w.Service = demand, service
}
