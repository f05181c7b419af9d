package workload

import (
	"fmt"
	"slices"
	"time"
)

// homeLine is what presets assume of how the lines of players change.
func homeLine() PlayerLine { return PlayerLine{JitterTime: 100 * time.Millisecond} }

var assumedLine = Assumption{"Service.Line.JitterTime", "jitter lasts for 100 ms on the mean"}

// shooterDisplay is the machine of a player of shooters, whose client holds back what comes for so long. That it predicts and
// that the server turns its clock back is how such games work (Riot Games, "Peeking into VALORANT's Netcode", 2020; Valve,
// "Source Multiplayer Networking"); the times are assumed.
func shooterDisplay(framesPerSecond float64, interpolation time.Duration) Display {
	return Display{
		Input: 8 * time.Millisecond, FramesPerSecond: framesPerSecond, Interpolation: interpolation,
		Render: time.Duration(1e3/framesPerSecond+0.5) * time.Millisecond, Screen: 5 * time.Millisecond, Prediction: true, LagCompensation: 200 * time.Millisecond,
		Deadlines: []time.Duration{60 * time.Millisecond, 80 * time.Millisecond, 100 * time.Millisecond},
	}
}

// assumedDisplay is what presets assume of the machines of players.
func assumedDisplay(d Display) []Assumption {
	all := []Assumption{{"Service.Display.Input", fmt.Sprintf("%v from the hand to the game", d.Input)}}
	if d.FramesPerSecond > 0 {
		all = append(all,
			Assumption{"Service.Display.FramesPerSecond", fmt.Sprintf("players draw %v frames a second", d.FramesPerSecond)},
			Assumption{"Service.Display.Render", fmt.Sprintf("a picture takes %v to draw", d.Render)})
	}
	all = append(all, []Assumption{
		{"Service.Display.Screen", fmt.Sprintf("screens show it after %v", d.Screen)},
		{"Service.Display.Deadlines", fmt.Sprintf("deadlines of %v from input to display", d.Deadlines)},
	}...)
	if d.LagCompensation > 0 {
		all = append(all, Assumption{"Service.Display.LagCompensation", fmt.Sprintf("servers turn their clock back by %v at most", d.LagCompensation)})
	}
	return append(all, assumedLine)
}

// game returns a game with what is assumed of it besides its players' machines and lines, its day and its access.
func game(name string, deadlines []time.Duration, sessions Weibull, service Matched, assumed ...Assumption) Workload {
	service.Line = homeLine()
	assumed = append(assumed, slices.Concat(assumedDisplay(service.Display), assumedMarket(service.Market))...)
	return Workload{
		Head: Head{
			Name: name, Access: gamingAccess(), Day: evening(), Deadlines: deadlines,
			Assumed: append(assumed, assumedGaming, assumedDay),
		},
		Demand:  Sessions{ConcurrentPlayers: 1000, Length: sessions},
		Service: service,
	}
}

func milliseconds(all ...int) (times []time.Duration) {
	for _, ms := range all {
		times = append(times, time.Duration(ms)*time.Millisecond)
	}
	return times
}

// MOBA is an arena game of two teams of five, seen from above: 30 ticks a second, as the servers of League of Legends and Dota 2
// have. Its clients do not predict: a hero moves when the server says so. Of the deadlines 80 ms is what most players of League of
// Legends in North America were to be below when its servers moved to Chicago (Riot Games, 2015).
func MOBA() Workload {
	return game("moba", milliseconds(50, 80, 100), Weibull{Shape: 1.5, Scale: 2 * time.Hour}, Matched{
		Market:       matchmaking(0.5, 0.25, 0.1, 0.05, 0.1),
		MatchPlayers: 10, MinPlayers: 10, LobbyTimeout: time.Minute, MatchLength: 32 * time.Minute,
		TickHz: 30, TickTime: 2 * time.Millisecond, TickTimePerPlayer: 300 * time.Microsecond, MatchesPerServer: 4,
		Display: Display{
			Input: 8 * time.Millisecond, FramesPerSecond: 144, Interpolation: 33 * time.Millisecond, Render: 7 * time.Millisecond,
			Screen: 5 * time.Millisecond, Deadlines: milliseconds(100, 150, 200),
		},
	},
		Assumption{"Service.MatchLength", "matches of 32 min"},
		Assumption{"Demand.Length", "sessions of 108 min on the mean, three matches: Weibull with shape 1.5 and scale 2 h"},
		Assumption{"Service.MinPlayers", "no match starts without all ten players"},
		Assumption{"Service.TickTime", "2 ms and 0.3 ms a player of work a tick"},
		Assumption{"Service.MatchesPerServer", "four matches a server"},
		Assumption{"Service.Display.Interpolation", "clients hold back what comes for a tick"},
	)
}

// mmoMarket lets players join a place as long as it lasts. They bear 500 ms (Claypool and Claypool, 2006).
func mmoMarket() Market {
	m := matchmaking(0.8, 0.15, 0.05)
	m.Ladder, m.MaxRTT, m.Backfill = nil, 500*time.Millisecond, 4*time.Hour
	return m
}

// MMO is a place of an online world in which up to 100 players meet, in the third person. A delay of 500 ms is what such games
// bear (Claypool and Claypool, "Latency and player actions in online games", 2006). Each player must know of all others, so that
// the work grows with their pairs.
func MMO() Workload {
	return game("mmo", milliseconds(100, 250, 500), Weibull{Shape: 0.8, Scale: 2 * time.Hour}, Matched{
		Market:       mmoMarket(),
		MatchPlayers: 100, MinPlayers: 1, LobbyTimeout: 5 * time.Second, MatchLength: 4 * time.Hour,
		TickHz: 10, TickTime: 5 * time.Millisecond, TickTimePerPlayer: 100 * time.Microsecond, TickTimePerPair: 2 * time.Microsecond,
		MatchesPerServer: 2,
		Display: Display{
			Input: 8 * time.Millisecond, FramesPerSecond: 60, Interpolation: 100 * time.Millisecond, Render: 16 * time.Millisecond,
			Screen: 5 * time.Millisecond, Prediction: true, Deadlines: milliseconds(250, 500),
		},
	},
		Assumption{"Service.MatchPlayers", "100 players to a place"},
		Assumption{"Service.MatchLength", "a place lasts 4 h, then its players come to another"},
		Assumption{"Service.LobbyTimeout", "a place opens after 5 s, for whoever is there"},
		Assumption{"Demand.Length", "sessions of 2.3 h on the mean: Weibull with shape 0.8 and scale 2 h"},
		Assumption{"Service.TickHz", "10 ticks a second"},
		Assumption{"Service.TickTime", "5 ms, 0.1 ms a player and 2 us a pair of work a tick"},
		Assumption{"Service.MatchesPerServer", "two places a server"},
		Assumption{"Service.Display.Interpolation", "clients hold back what comes for a tick"},
	)
}

// RTS is a strategy game of two players, seen from above, whose commands are done in turns of 200 ms (Terrano and Bettner, "1500
// archers on a 28.8: network programming in Age of Empires and beyond", 2001). A delay of 1 s is what such games bear (Claypool
// and Claypool, 2006). What a player commands happens when the turn comes; nothing is predicted.
func RTS() Workload {
	return game("rts", milliseconds(100, 250, 500), Weibull{Shape: 1.5, Scale: 90 * time.Minute}, Matched{
		Market:       matchmaking(),
		MatchPlayers: 2, MinPlayers: 2, LobbyTimeout: time.Minute, MatchLength: 20 * time.Minute,
		TickHz: 5, TickTime: 5 * time.Millisecond, MatchesPerServer: 20,
		Display: Display{
			Input: 8 * time.Millisecond, FramesPerSecond: 60, Render: 16 * time.Millisecond, Screen: 5 * time.Millisecond,
			Deadlines: milliseconds(250, 500, 1000),
		},
	},
		Assumption{"Service.MatchPlayers", "matches of two"},
		Assumption{"Service.MatchLength", "matches of 20 min"},
		Assumption{"Demand.Length", "sessions of 81 min on the mean, four matches: Weibull with shape 1.5 and scale 90 min"},
		Assumption{"Service.TickTime", "5 ms of work a turn"},
		Assumption{"Service.MatchesPerServer", "20 matches a server"},
	)
}

// Fighting is a fight of two players at 60 frames a second, over a server that passes on what each does. Own moves show at once, and what
// the server says corrects them. Nothing is held back: that would hide ways only from the server's word on, which is what
// [FightingPeers] does without one.
func Fighting() Workload {
	return game("fighting", milliseconds(50, 80, 120), Weibull{Shape: 1.5, Scale: time.Hour}, Matched{
		Market:       matchmaking(),
		MatchPlayers: 2, MinPlayers: 2, LobbyTimeout: time.Minute, MatchLength: 5 * time.Minute,
		TickHz: 60, TickTime: 100 * time.Microsecond, MatchesPerServer: 100,
		Display: Display{
			Input: 8 * time.Millisecond, FramesPerSecond: 60, Render: 16 * time.Millisecond, Screen: 5 * time.Millisecond, Prediction: true,
			Deadlines: milliseconds(100, 150, 200),
		},
	},
		Assumption{"Service.MatchLength", "sets of 5 min"},
		Assumption{"Demand.Length", "sessions of 54 min on the mean, ten sets: Weibull with shape 1.5 and scale 1 h"},
		Assumption{"Service.TickTime", "0.1 ms to pass on the inputs of a frame"},
		Assumption{"Service.MatchesPerServer", "100 fights a server"},
	)
}

// FightingPeers is [Fighting] without a server: players exchange their inputs directly, which are held back by three frames, so that most of
// the other's come in time; the rest is predicted (rollback, as GGPO does).
// Up to eight frames are rolled back, as GGPO allows (GGPO_MAX_PREDICTION_FRAMES). Players look for each other in one lobby a site, by
// the round trip between them.
func FightingPeers() Workload {
	market := matchmaking()
	market.Choice, market.Full = ByRouting, Wait
	return game("fighting-peers", milliseconds(50, 80, 120), Weibull{Shape: 1.5, Scale: time.Hour}, Matched{
		Market:       market,
		MatchPlayers: 2, MinPlayers: 2, MatchLength: 5 * time.Minute,
		TickHz: 60,
		Peers:  Peers{InputDelay: 3, Rollback: 8},
		Display: Display{
			Input: 8 * time.Millisecond, FramesPerSecond: 60, Render: 16 * time.Millisecond, Screen: 5 * time.Millisecond,
			Deadlines: milliseconds(100, 150, 200),
		},
	},
		Assumption{"Service.MatchLength", "sets of 5 min"},
		Assumption{"Demand.Length", "sessions of 54 min on the mean, ten sets: Weibull with shape 1.5 and scale 1 h"},
		Assumption{"Service.Peers.InputDelay", "inputs are held back by three frames"},
	)
}

// CloudGaming is a game that is drawn at the server and comes as a video of 30 Mbit/s at 60 frames a second, whose sizes follow
// their law; a player has a server alone (3GPP TR 38.838, whose budget for the air is 15 ms). Encoding and decoding take some 10 ms
// where they are good. Deadlines from input to display are 80 and 140 ms, between which such services have been measured.
func CloudGaming() Workload {
	w := game("cloud-gaming", milliseconds(15, 40, 80), Weibull{Shape: 1, Scale: time.Hour}, Matched{
		Market:       Market{Choice: LowestMean, Full: TurnAway, MaxRTT: 80 * time.Millisecond, GiveUp: time.Minute},
		MatchPlayers: 1, MinPlayers: 1, MatchLength: 4 * time.Hour,
		TickHz: 60, UpdateHz: 250, TickTime: 8 * time.Millisecond, MatchesPerServer: 1,
		Display: Display{Input: 8 * time.Millisecond, Screen: 5 * time.Millisecond, Deadlines: milliseconds(80, 140)},
		Cloud: Cloud{
			BitsPerSecond: 30e6, LineBitsPerSecond: 100e6,
			Capture: 2 * time.Millisecond, Encode: 5 * time.Millisecond, Decode: 4 * time.Millisecond,
		},
	},
		Assumption{"Service.MatchLength", "a server starts anew after 4 h"},
		Assumption{"Service.Market.MaxRTT", "nobody is served over more than 80 ms"},
		Assumption{"Demand.Length", "sessions of 1 h on the mean, exponential"},
		Assumption{"Service.TickTime", "8 ms to play and draw a frame"},
		Assumption{"Service.UpdateHz", "250 inputs a second"},
		Assumption{"Service.Cloud.LineBitsPerSecond", "players receive at 100 Mbit/s"},
		Assumption{"Service.Cloud.Capture", "2 ms to capture a picture"},
		Assumption{"Service.Cloud.Encode", "5 ms to encode it"},
		Assumption{"Service.Cloud.Decode", "4 ms to decode it"},
	)
	return w
}
