package workload

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/transport"
)

// An Assumption is a parameter that rests on no source.
type Assumption struct {
	// Field is the parameter's path in Go, for example "Client.NewShare"; who sets it himself takes
	// the assumption off the list.
	Field string
	// Text says what is assumed.
	Text string
}

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
func kilobytes(lnMean float64) float64 { return lnMean + math.Log(1000) }

// WebStatic is the files of web sites: Zipf exponent 0.85 and lognormal sizes with a median of 16 KB,
// from the footprint descriptors of Akamai's web and mixed traffic (TRAGEN, IMC 2021; log-log slope 0.87
// to 0.91, median object 12 to 17 KB).
func WebStatic() Static {
	return Static{
		Name:              "web-static",
		RequestsPerSecond: 1000,
		Objects:           1_000_000,
		ZipfExponent:      0.85,
		Sizes:             Sizes{LnMean: kilobytes(2.8), LnSD: 1.8},
		Day:               evening(),
		Client:            webClient(),
		OriginService:     Service{Mean: 5 * time.Millisecond},
		Deadlines:         []time.Duration{20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond},
		Assumed:           append([]Assumption{{"OriginService", "the origin spends 5 ms on a request"}}, assumedWeb...),
	}
}

// Images is the pictures of web sites: Zipf exponent 0.70 and lognormal sizes with ln-mean 2.38 and
// ln-sd 1.13 in KB, from the footprint descriptors of Akamai's image traffic (TRAGEN, IMC 2021).
func Images() Static {
	s := WebStatic()
	s.Name = "images"
	s.ZipfExponent = 0.70
	s.Sizes = Sizes{LnMean: kilobytes(2.38), LnSD: 1.13}
	return s
}

// Downloads is software and updates: Zipf exponent 1.3, and sizes with the median (11 KB) and the mean
// (608 KB) of Akamai's download traffic (TRAGEN, IMC 2021), which a lognormal law meets with an ln-sd of
// sqrt(2 ln(608/11)) = 2.83.
func Downloads() Static {
	s := WebStatic()
	s.Name = "downloads"
	s.ZipfExponent = 1.3
	s.Sizes = Sizes{LnMean: kilobytes(math.Log(11)), LnSD: math.Sqrt(2 * math.Log(608.0/11))}
	return s
}

// APIDynamic is the calls of an API. All of its parameters are assumed: 10 ms of work, 10 KB down, half of
// the requests need one call to the data's home.
func APIDynamic() Dynamic {
	return Dynamic{
		Name:              "api-dynamic",
		RequestsPerSecond: 500,
		ResponseBytes:     10_000,
		Service:           Service{Mean: 10 * time.Millisecond, Exponential: true},
		Data:              DataCalls{Probability: 0.5, Calls: 1, Service: Service{Mean: 2 * time.Millisecond}},
		Day:               evening(),
		Client:            webClient(),
		Deadlines:         []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond},
		Assumed: append([]Assumption{
			{"ResponseBytes", "responses of 10 KB"},
			{"Service", "10 ms of service, exponential"},
			{"Data", "half of the requests need one call of 2 ms to the data's home: from a Local Zone to its parent region, none from a region"},
		}, assumedWeb...),
	}
}

// CompetitiveFPS is a competitive first-person shooter: 10 players, 128 ticks a second (VALORANT, Riot
// Games), 2.34 ms of work a tick (the budget of three matches a core, Riot Games), sessions of a Weibull
// law with shape 0.5 and scale 20 min (16,000 Counter-Strike sessions, Chang and Feng), deadlines of 20,
// 35 (Riot's target) and 50 ms.
func CompetitiveFPS() Gaming {
	return Gaming{
		Name:              "competitive-fps",
		ConcurrentPlayers: 1000,
		Session:           Weibull{Shape: 0.5, Scale: 20 * time.Minute},
		MatchPlayers:      10,
		MatchLength:       35 * time.Minute,
		MinPlayers:        2,
		LobbyTimeout:      time.Minute,
		TickHz:            128,
		TickTime:          2340 * time.Microsecond,
		MatchesPerServer:  3,
		Day:               evening(),
		Deadlines:         []time.Duration{20 * time.Millisecond, 35 * time.Millisecond, 50 * time.Millisecond},
		Assumed: []Assumption{
			{"MatchLength", "matches of 35 min"},
			{"LobbyTimeout", "after 1 min in the lobby two players may start a match"},
			{"UpdateHz", "players send an update every tick"},
			assumedDay,
		},
	}
}

// BattleRoyale is a shooter of 100 players at 30 ticks a second; sessions as [CompetitiveFPS].
func BattleRoyale() Gaming {
	g := CompetitiveFPS()
	g.Name = "battle-royale"
	g.MatchPlayers = 100
	g.MatchLength = 25 * time.Minute
	g.TickHz = 30
	g.TickTime = 2 * time.Millisecond
	g.TickTimePerPlayer = 100 * time.Microsecond
	g.MatchesPerServer = 1
	g.Deadlines = []time.Duration{50 * time.Millisecond, 80 * time.Millisecond, 100 * time.Millisecond}
	g.Assumed = append([]Assumption{
		{"TickTime", "2 ms and 0.1 ms a player of work a tick"},
		{"MatchesPerServer", "one match a server"},
		{"MatchLength", "matches of 25 min"},
	}, g.Assumed[1:]...)
	return g
}

var (
	staticPresets  = map[string]func() Static{"web-static": WebStatic, "images": Images, "downloads": Downloads}
	dynamicPresets = map[string]func() Dynamic{"api-dynamic": APIDynamic}
	gamingPresets  = map[string]func() Gaming{"competitive-fps": CompetitiveFPS, "battle-royale": BattleRoyale}
)

// StaticPreset returns the preset of a name: "web-static", "images" or "downloads".
func StaticPreset(name string) (Static, error) { return preset(staticPresets, "static", name) }

// DynamicPreset returns the preset of a name: "api-dynamic".
func DynamicPreset(name string) (Dynamic, error) { return preset(dynamicPresets, "dynamic", name) }

// GamingPreset returns the preset of a name: "competitive-fps" or "battle-royale".
func GamingPreset(name string) (Gaming, error) { return preset(gamingPresets, "gaming", name) }

// PresetNames lists the names of all presets.
func PresetNames() []string {
	return slices.Concat(names(staticPresets), names(dynamicPresets), names(gamingPresets))
}

// PresetKind returns the kind of a preset: "static", "dynamic" or "gaming".
func PresetKind(name string) (string, error) {
	if _, ok := staticPresets[name]; ok {
		return "static", nil
	}
	if _, ok := dynamicPresets[name]; ok {
		return "dynamic", nil
	}
	if _, ok := gamingPresets[name]; ok {
		return "gaming", nil
	}
	return "", fmt.Errorf("unknown preset %q; want one of %q", name, PresetNames())
}

func names[T any](presets map[string]func() T) []string { return slices.Sorted(maps.Keys(presets)) }

func preset[T any](presets map[string]func() T, kind, name string) (T, error) {
	make, ok := presets[name]
	if !ok {
		var none T
		return none, fmt.Errorf("unknown %s preset %q; want one of %q", kind, name, names(presets))
	}
	return make(), nil
}
