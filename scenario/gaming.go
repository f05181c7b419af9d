package scenario

import (
	"slices"

	"github.com/edgewise-sim/edgewise/workload"
)

// gamingKind is players who come for a while, and their matches.
var gamingKind = workloadKind{name: "gaming", isOf: madeOf[workload.Sessions, workload.Matched], read: readGaming}

func readGaming(r *reader, v value, w *workload.Workload) {
	demand, service := partsOf[workload.Sessions, workload.Matched](w)
	preset := service
	seen := v.fields(slices.Concat(r.headKeys(w), []field{
		{"concurrent_players", func(v value) { v.number(&demand.ConcurrentPlayers) }},
		r.peakKey("peak_players", workload.Workload.WithPlayers),
		{"session", func(v value) {
			v.fields(
				field{"shape", func(v value) { v.number(&demand.Length.Shape) }},
				field{"scale", func(v value) { v.duration(&demand.Length.Scale) }},
			)
		}},
	}, matchedKeys(&service))...)
	if _, ok := seen["min_players"]; !ok {
		service.MinPlayers = keepShare(preset, service.MatchPlayers)
	}
	if _, ok := seen["matches_per_server"]; !ok && service.CoresPerMatch > 0 {
		service.MatchesPerServer = 0 // that of the preset
	}
	onePeak(seen, "concurrent_players", "peak_players")
	if r.peak.most > 0 {
		demand.ConcurrentPlayers = r.peak.most // until the users are known
	}
	w.Demand, w.Service = demand, service
}

// keepShare returns how many players may start a match of another size where the preset's may start with a share of its
// own.
func keepShare(preset workload.Matched, players int) int {
	if preset.MatchPlayers == 0 {
		return preset.MinPlayers
	}
	return (preset.MinPlayers*players + preset.MatchPlayers - 1) / preset.MatchPlayers
}

// matchedKeys are the keys of matches.
func matchedKeys(s *workload.Matched) []field {
	return append([]field{
		{"match_players", func(v value) { v.integer(&s.MatchPlayers) }},
		{"match_length", func(v value) { v.duration(&s.MatchLength) }},
		{"min_players", func(v value) { v.integer(&s.MinPlayers) }},
		{"lobby_timeout", func(v value) { v.duration(&s.LobbyTimeout) }},
		{"tick_hz", func(v value) { v.number(&s.TickHz) }},
		{"update_hz", func(v value) { v.number(&s.UpdateHz) }},
		{"tick_time", func(v value) { v.duration(&s.TickTime) }},
		{"tick_time_per_player", func(v value) { v.duration(&s.TickTimePerPlayer) }},
		{"matches_per_server", func(v value) { v.integer(&s.MatchesPerServer) }},
		{"cores_per_match", func(v value) { v.number(&s.CoresPerMatch) }},
		{"market", func(v value) { readMarket(v, &s.Market) }},
		{"peers", func(v value) { readPeers(v, &s.Peers) }},
		{"data", func(v value) { readDataCalls(v, &s.Data) }},
		{"sampled_updates", func(v value) { v.number(&s.SampledUpdates) }},
		{"sampled_matches", func(v value) { v.number(&s.SampledMatches) }},
	}, displayKeys(s)...)
}

// readPeers reads how two players exchange their inputs without a server.
func readPeers(v value, p *workload.Peers) {
	v.fields(
		field{"input_delay", func(v value) { v.integer(&p.InputDelay) }},
		field{"rollback", func(v value) { v.integer(&p.Rollback) }},
	)
}
