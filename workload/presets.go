package workload

import (
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/transport"
)

// assumedDay is what presets assume of the day.
var assumedDay = Assumption{"Day", "load over the day: cosine with its peak at 21 h local time, peak to trough 2.5"}

// assumedWeb is what presets assume of web clients.
var assumedWeb = []Assumption{
	{"Client.NewShare", "10 % of requests open a new connection"},
	{"Client.BitsPerSecond", "clients receive at 50 Mbit/s"},
	assumedDay,
}

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

// kilobytes turns the mean of ln(size in KB) into that of ln(size in bytes).
func kilobytes(lnMean float64) float64 { return lnMean + portable.Log(1000) }

// WebStatic is the files of web sites: Zipf exponent 0.85 and lognormal sizes with a median of 16 KB,
// from the footprint descriptors of Akamai's web and mixed traffic (TRAGEN, IMC 2021; log-log slope 0.87
// to 0.91, median object 12 to 17 KB).
func WebStatic() Workload {
	return Workload{
		Head: Head{
			Name:      "web-static",
			Day:       evening(),
			Client:    webClient(),
			Deadlines: []time.Duration{20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond},
			Assumed:   append([]Assumption{{"Service.Origin", "the origin spends 5 ms on a request"}}, assumedWeb...),
		},
		Demand: Poisson{RequestsPerSecond: 1000, Objects: 1_000_000, ZipfExponent: 0.85},
		Service: Cacheable{
			Sizes:  Sizes{LnMean: kilobytes(2.8), LnSD: 1.8},
			Origin: ServiceTime{Mean: 5 * time.Millisecond},
		},
	}
}

// Images is the pictures of web sites: Zipf exponent 0.70 and lognormal sizes with ln-mean 2.38 and
// ln-sd 1.13 in KB, from the footprint descriptors of Akamai's image traffic (TRAGEN, IMC 2021).
func Images() Workload {
	return likeWeb("images", 0.70, Sizes{LnMean: kilobytes(2.38), LnSD: 1.13})
}

// Downloads is software and updates: Zipf exponent 1.3, and sizes with the median (11 KB) and the mean
// (608 KB) of Akamai's download traffic (TRAGEN, IMC 2021), which a lognormal law meets with an ln-sd of
// sqrt(2 ln(608/11)) = 2.83.
func Downloads() Workload {
	return likeWeb("downloads", 1.3, Sizes{LnMean: kilobytes(portable.Log(11)), LnSD: math.Sqrt(2 * portable.Log(608.0/11))})
}

// likeWeb returns WebStatic with another popularity and other sizes.
func likeWeb(name string, exponent float64, sizes Sizes) Workload {
	w := Change(WebStatic().Named(name), func(p *Poisson) { p.ZipfExponent = exponent })
	return Change(w, func(c *Cacheable) { c.Sizes = sizes })
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
			Work:          ServiceTime{Mean: 10 * time.Millisecond, Exponential: true},
			Data:          DataCalls{Probability: 0.5, Calls: 1, Service: ServiceTime{Mean: 2 * time.Millisecond}},
		},
	}
}

// CompetitiveFPS is a competitive first-person shooter: 10 players, 128 ticks a second (VALORANT, Riot
// Games), 2.34 ms of work a tick (the budget of three matches a core, Riot Games), deadlines of 20,
// 35 (Riot's target) and 50 ms.
//
// Players come for some matches: sessions of three on the mean (assumed). The sessions that have been measured, of a
// Weibull law with shape 0.5 and scale 20 min (16,000 of Counter-Strike, Chang and Feng), are of public servers that one
// joins and leaves at any time; three of four are shorter than a match.
func CompetitiveFPS() Workload {
	return Workload{
		Head: Head{
			Name:      "competitive-fps",
			Day:       evening(),
			Deadlines: []time.Duration{20 * time.Millisecond, 35 * time.Millisecond, 50 * time.Millisecond},
			Assumed: []Assumption{
				{"Service.MatchLength", "matches of 35 min"},
				{"Demand.Length", "sessions of 108 min on the mean, three matches: Weibull with shape 1.5 and scale 2 h"},
				{"Service.MinPlayers", "no match starts without all ten players, as ranked matches of two teams of five do not"},
				{"Service.UpdateHz", "players send an update every tick"},
				assumedDay,
			},
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
		},
	}
}

// BattleRoyale is a shooter of 100 players at 30 ticks a second; sessions as [CompetitiveFPS]. Nobody starts it with a
// handful: assumed are 60 players at least.
func BattleRoyale() Workload {
	w := Change(CompetitiveFPS().Named("battle-royale"), func(m *Matched) {
		m.MatchPlayers = 100
		m.MatchLength = 25 * time.Minute
		m.MinPlayers = 60
		m.TickHz = 30
		m.TickTime = 2 * time.Millisecond
		m.TickTimePerPlayer = 100 * time.Microsecond
		m.MatchesPerServer = 1
	})
	w.Deadlines = []time.Duration{50 * time.Millisecond, 80 * time.Millisecond, 100 * time.Millisecond}
	w.Assumed = append([]Assumption{
		{"Service.TickTime", "2 ms and 0.1 ms a player of work a tick"},
		{"Service.MatchesPerServer", "one match a server"},
		{"Service.MatchLength", "matches of 25 min"},
		{"Demand.Length", "sessions of 108 min on the mean, four matches: Weibull with shape 1.5 and scale 2 h"},
		{"Service.LobbyTimeout", "after 1 min in the lobby 60 players may start a match"},
	}, w.Assumed[3:]...)
	return w
}

// presets are all presets; each bears its name.
var presets = []func() Workload{Downloads, Images, WebStatic, APIDynamic, BattleRoyale, CompetitiveFPS}

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
