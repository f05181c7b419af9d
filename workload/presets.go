package workload

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
)

// assumedDay is what presets assume of the day.
var assumedDay = Assumption{"Day", "load over the day: cosine with its peak at 21 h local time, peak to trough 2.5"}

// assumedGaming is what presets assume of the lines of players.
var assumedGaming = Assumption{"Access", "players of computers and consoles have lines and no mobile phones: 30 % fiber, 30 % cable, 40 % wifi"}

// gamingAccess is the mix of players at home. Assumed: no public source splits players by access technology.
func gamingAccess() topology.AccessMix {
	return topology.AccessMix{topology.Fiber: 0.3, topology.Cable: 0.3, topology.WiFi: 0.4}
}

// assumedWeb is what presets assume of web clients.
var assumedWeb = []Assumption{
	{"Client.NewShare", "10 % of requests open a new connection"},
	{"Client.BitsPerSecond", "clients receive at 50 Mbit/s"},
	assumedDay,
}

// assumedObjects is the field of what presets assume of the number of objects.
const assumedObjects = "Demand.Classes"

// webClient is TCP with TLS 1.3. Assumed: the share of new connections and the bandwidth.
func webClient() transport.Connection {
	return transport.Connection{Handshake: transport.TCPTLS13, NewShare: 0.1, BitsPerSecond: 50e6}
}

// evening is the assumed day of all presets.
func evening() Profile {
	p, err := Evening(2.5)
	if err != nil {
		panic(err) // the argument is a valid constant
	}
	return p
}

// kilobytes returns the mean of ln(size in bytes) for a median in KB.
func kilobytes(median float64) float64 { return portable.Log(median * 1000) }

// WebStatic is the files of web sites: a catalogue with the popularity, the sizes and the compulsory misses of Akamai's
// web traffic (TRAGEN, IMC 2021). 14 % of the requests are for objects that nobody asks for again; a request is for
// 1.15 MB on the mean.
func WebStatic() Workload {
	return ofWeb("web-static", []Class{
		{Requests: 0.62, Objects: 3000, ZipfExponent: 0.8, Sizes: Sizes{LnMean: kilobytes(480), LnSD: 1.5}},
		{Requests: 0.19, Objects: 27_000, ZipfExponent: 0.5, Sizes: Sizes{LnMean: kilobytes(400), LnSD: 1.5}},
		{Requests: 0.048, Objects: 40_000, Sizes: Sizes{LnMean: kilobytes(90), LnSD: 1.5}},
	}, Once{Requests: 0.142, Sizes: Sizes{LnMean: kilobytes(17), LnSD: 2.37, MaxBytes: 1_000_000_000}},
		Assumption{assumedObjects, "70,000 objects are asked for again: the source does not say how many"})
}

// Images is the pictures of web sites: a catalogue as that of Akamai's image traffic (TRAGEN, IMC 2021). 41 % of the
// requests are for objects that nobody asks for again; a request is for 33 KB on the mean.
func Images() Workload {
	return ofWeb("images", []Class{
		{Requests: 0.30, Objects: 20_000, ZipfExponent: 0.6, Sizes: Sizes{LnMean: kilobytes(24), LnSD: 1.13}},
		{Requests: 0.26, Objects: 185_000, ZipfExponent: 0.4, Sizes: Sizes{LnMean: kilobytes(20), LnSD: 1.13}},
		{Requests: 0.033, Objects: 200_000, Sizes: Sizes{LnMean: kilobytes(16), LnSD: 1.13}},
	}, Once{Requests: 0.407, Sizes: Sizes{LnMean: kilobytes(11.2), LnSD: 1.13}},
		Assumption{assumedObjects, "405,000 objects are asked for again: the source does not say how many"})
}

// Downloads is software and updates: a catalogue whose hit ratios, in requests and in bytes, follow the curve of an LRU
// cache under Akamai's download traffic from 100 MB to 100 GB (TRAGEN, IMC 2021). Few large objects have most of the
// requests; 4 % are for objects that nobody asks for again; a request is for 7.7 MB on the mean. A download is judged by
// its last byte.
func Downloads() Workload {
	w := ofWeb("downloads", []Class{
		{Requests: 0.842, Objects: 5, Sizes: Sizes{LnMean: kilobytes(5300), LnSD: 0.5}},
		{Requests: 0.067, Objects: 28, ZipfExponent: 0.3, Sizes: Sizes{LnMean: kilobytes(24_000), LnSD: 0.5}},
		{Requests: 0.034, Objects: 1200, ZipfExponent: 0.6, Sizes: Sizes{LnMean: kilobytes(2500), LnSD: 1}},
		{Requests: 0.019, Objects: 20_000, ZipfExponent: 0.4, Sizes: Sizes{LnMean: kilobytes(1500), LnSD: 1}},
	}, Once{Requests: 0.038, Sizes: Sizes{LnMean: kilobytes(11), LnSD: 3.1, MaxBytes: 1_000_000_000}},
		Assumption{"Deadlines", "deadlines of 0.5, 1 and 2 s, for the last byte"})
	w.Assumed = append(w.Assumed, Assumption{assumedObjects, "84 % of the requests are for five objects of some 5 MB, fitted to the source's hit ratios: it does not say how many objects there are"})
	w.Deadlines = []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}
	w.Judged = LastByte
	return w
}

// ofWeb returns a workload of web clients who ask for the objects of a catalogue, with what is assumed of it.
func ofWeb(name string, classes []Class, once Once, assumed Assumption) Workload {
	return Workload{
		Head: Head{
			Name:      name,
			Day:       evening(),
			Client:    webClient(),
			Deadlines: []time.Duration{20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond},
			Assumed:   append([]Assumption{{"Service.Origin", "the origin spends 5 ms on a request"}, assumed}, assumedWeb...),
		},
		Demand:  Mixture{RequestsPerSecond: 1000, Classes: classes, Once: once},
		Service: Cacheable{Origin: ServiceTime{Mean: 5 * time.Millisecond}},
	}
}

// APIDynamic is the calls of an API. All of its parameters are assumed: 10 ms of work, 10 KB down, half of
// the requests need one call to the data's home.
func APIDynamic() Workload {
	return Workload{
		Head: Head{
			Name:      "api-dynamic",
			Day:       evening(),
			Client:    webClient(),
			Deadlines: []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond},
			Assumed: append([]Assumption{
				{"Service.ResponseBytes", "responses of 10 KB"},
				{"Service.Work", "10 ms of service, exponential"},
				{"Service.Data", "half of the requests need one call of 2 ms to the data's home"},
			}, assumedWeb...),
		},
		Demand: Poisson{RequestsPerSecond: 500},
		Service: Computed{
			ResponseBytes: 10_000,
			Work:          ServiceTime{Mean: 10 * time.Millisecond, Law: ExponentialTime},
			Data:          DataCalls{Probability: 0.5, Calls: 1, Service: ServiceTime{Mean: 2 * time.Millisecond}},
		},
	}
}

// CompetitiveFPS is a competitive first-person shooter: 10 players, 128 ticks a second (VALORANT, Riot
// Games), 2.34 ms of work a tick (the budget of three matches a core, Riot Games), deadlines of 20,
// 35 (Riot's target) and 50 ms. Clients predict, hold back what comes for a tick, and draw 144 frames a second, the better of the
// two machines of Riot's sum of peeker's advantage.
//
// Players come for some matches: sessions of three on the mean (assumed). The sessions that have been measured, of a
// Weibull law with shape 0.5 and scale 20 min (16,000 of Counter-Strike, Chang and Feng), are of public servers that one
// joins and leaves at any time; three of four are shorter than a match.
func CompetitiveFPS() Workload {
	display, market := shooterDisplay(144, 7812500*time.Nanosecond), matchmaking(0.5, 0.25, 0.1, 0.05, 0.1)
	return Workload{
		Head: Head{
			Name:      "competitive-fps",
			Access:    gamingAccess(),
			Day:       evening(),
			Deadlines: []time.Duration{20 * time.Millisecond, 35 * time.Millisecond, 50 * time.Millisecond},
			Assumed: append([]Assumption{
				{"Service.MatchLength", "matches of 35 min"},
				{"Demand.Length", "sessions of 108 min on the mean, three matches: Weibull with shape 1.5 and scale 2 h"},
				{"Service.MinPlayers", "no match starts without all ten players, as ranked matches of two teams of five do not"},
				{"Service.UpdateHz", "players send an update every tick"},
				assumedGaming,
				assumedDay,
			}, slices.Concat(assumedDisplay(display), assumedMarket(market))...),
		},
		Demand: Sessions{ConcurrentPlayers: 1000, Length: Weibull{Shape: 1.5, Scale: 2 * time.Hour}},
		Service: Matched{
			MatchPlayers:     10,
			MatchLength:      35 * time.Minute,
			MinPlayers:       10,
			LobbyTimeout:     time.Minute,
			TickHz:           128,
			TickTime:         2340 * time.Microsecond,
			MatchesPerServer: 3,
			Market:           market,
			Line:             homeLine(),
			Display:          display,
		},
	}
}

// BattleRoyale is a shooter of 100 players at 30 ticks a second; sessions as [CompetitiveFPS]. Nobody starts it with a
// handful: assumed are 60 players at least.
func BattleRoyale() Workload {
	display := shooterDisplay(60, 66*time.Millisecond)
	display.Deadlines = milliseconds(150, 200, 250)
	market := matchmaking(0.4, 0.3, 0.15, 0.15)
	w := Change(CompetitiveFPS().Named("battle-royale"), func(m *Matched) {
		m.MatchPlayers = 100
		m.MatchLength = 25 * time.Minute
		m.MinPlayers = 60
		m.TickHz = 30
		m.TickTime = 2 * time.Millisecond
		m.TickTimePerPlayer = 100 * time.Microsecond
		m.MatchesPerServer = 1
		m.Display, m.Market = display, market
	})
	w.Deadlines = []time.Duration{50 * time.Millisecond, 80 * time.Millisecond, 100 * time.Millisecond}
	w.Assumed = append([]Assumption{
		{"Service.TickTime", "2 ms and 0.1 ms a player of work a tick"},
		{"Service.MatchesPerServer", "one match a server"},
		{"Service.MatchLength", "matches of 25 min"},
		{"Demand.Length", "sessions of 108 min on the mean, four matches: Weibull with shape 1.5 and scale 2 h"},
		{"Service.LobbyTimeout", "after 1 min in the lobby 60 players may start a match"},
		{"Service.UpdateHz", "players send an update every tick"},
		{"Service.Display.Interpolation", "clients hold back what comes for two ticks"},
		assumedGaming,
		assumedDay,
	}, slices.Concat(assumedDisplay(display), assumedMarket(market))...)
	return w
}

// presets are all presets; each bears its name.
var presets = []func() Workload{Downloads, Images, WebStatic, APIDynamic, BattleRoyale, CompetitiveFPS, MOBA, MMO, RTS, Fighting, FightingPeers, CloudGaming}

// PresetNames lists the names of all presets.
func PresetNames() []string {
	names := make([]string, len(presets))
	for i, preset := range presets {
		names[i] = preset().Name
	}
	return names
}

// Preset returns the preset of a name, ready to run: one of [PresetNames].
func Preset(name string) (Workload, error) {
	for _, preset := range presets {
		if w := preset(); w.Name == name {
			return w, nil
		}
	}
	return Workload{}, fmt.Errorf("unknown preset %q; want one of %q", name, PresetNames())
}
