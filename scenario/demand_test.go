package scenario_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// withDemand reads a scenario with a network and workloads, and files beside it.
func withDemand(network, workloads string, files ...scenario.File) (*edgewise.Study, error) {
	file := fmt.Sprintf(`title: demand
start: 2026-03-03T18:00:00Z
duration: 1m
network: %s
workloads:
%s
placements:
  - {name: region, origin: eu-central-1, compute: eu-central-1}
`, network, workloads)
	return scenario.ParseFrom("s.yaml", []byte(file), files)
}

const (
	gameOfMetros = "  - {name: game, preset: competitive-fps}"
	siteOfMetros = "  - {name: site, preset: web-static}"
)

// sharesOf returns the share of each metro in a workload of a study, by the ids of metros.
func sharesOf(t *testing.T, s *edgewise.Study, number int) map[string]float64 {
	t.Helper()
	users, err := sim.Audiences(s.Network, &s.Workloads[number])
	require.NoError(t, err)
	shares, err := workload.Shares(users)
	require.NoError(t, err)
	of := make(map[string]float64)
	for i, u := range users {
		of[u.Metro] = shares[i]
	}
	return of
}

func TestWeightsSayHowMuchOfTheDemandIsACitys(t *testing.T) {
	s, err := withDemand("{metros: {weights: {istanbul-tr: 300, Ankara: 100}}}",
		siteOfMetros+"\n  - {name: west, preset: api-dynamic, metros: {weights: {Istanbul: 7}}}")
	require.NoError(t, err)
	require.Equal(t, map[string]float64{"istanbul-tr": 0.75, "ankara-tr": 0.25}, sharesOf(t, s, 0))
	require.Equal(t, map[string]float64{"istanbul-tr": 1, "ankara-tr": 0}, sharesOf(t, s, 1), "a workload may have its own")
}

func TestDemandComesFromAFile(t *testing.T) {
	demand := scenario.File{Name: "demand.csv", Data: []byte("city,lat,lon,weight,access,hours\n" +
		"Istanbul,,,300,fiber 0.6 wifi 0.4,flat\n" +
		",39.9,32.8,60,,\n" + // Ankara
		",40.0,32.9,40,,\n")} // and its other end
	s, err := withDemand("{metros: {file: demand.csv}}", siteOfMetros, demand)
	require.NoError(t, err)
	require.Equal(t, map[string]float64{"istanbul-tr": 0.75, "ankara-tr": 0.25}, sharesOf(t, s, 0))
	i, ok := s.Network.Index("istanbul-tr")
	require.True(t, ok)
	require.Equal(t, topology.AccessMix{topology.Fiber: 0.6, topology.WiFi: 0.4}, s.Network.At(i).Access)
	users, err := sim.Audiences(s.Network, &s.Workloads[0])
	require.NoError(t, err)
	at := slices.IndexFunc(users, func(a workload.Audience) bool { return a.Metro == "istanbul-tr" })
	require.Equal(t, workload.Flat(), users[at].Day)
	require.Zero(t, users[1-at].Day, "the workload's")

	// For one workload alone, with its own lines.
	s, err = withDemand("{metros: {names: [istanbul-tr, ankara-tr, izmir-tr]}}", gameOfMetros+"\n  - {name: site, preset: web-static, metros: {file: demand.csv}}", demand)
	require.NoError(t, err)
	require.Empty(t, s.Workloads[0].Users)
	require.Equal(t, map[string]float64{"istanbul-tr": 0.75, "ankara-tr": 0.25, "izmir-tr": 0}, sharesOf(t, s, 1))
	require.Equal(t, topology.AccessMix{topology.Fiber: 0.6, topology.WiFi: 0.4}, s.Workloads[1].AccessOf(topology.Node{ID: "istanbul-tr"}))
}

func TestWrongDemandIsNamed(t *testing.T) {
	for want, c := range map[string]struct{ network, workloads, rows string }{
		`s.yaml:4: network.metros.weights.istanbul-tr: is -3; want a number from 0 to 1e+11`:               {"{metros: {weights: {istanbul-tr: -3}}}", siteOfMetros, ""},
		`s.yaml:4: network.metros.weights.Istambul: Istambul; want a known metro; nearest are istanbul-tr`: {"{metros: {weights: {Istambul: 3}}}", siteOfMetros, ""},
		`s.yaml:4: network.metros.weights: names no metro`:                                                 {"{metros: {weights: {}}}", siteOfMetros, ""},
		`s.yaml:4: network.metros.top: stands beside "weights"`:                                            {"{metros: {weights: {istanbul-tr: 1}, top: 3}}", siteOfMetros, ""},
		`no city has a weight`: {"{metros: {weights: {istanbul-tr: 0}}}", siteOfMetros, ""},
		`demand.csv:2: column weight: value "-1": want a number from 0 to 1e+11`:                                        {"{metros: {file: demand.csv}}", siteOfMetros, "ankara-tr,-1,,"},
		`demand.csv:2: column access: value "fiber 0.6": want shares of access technologies`:                            {"{metros: {file: demand.csv}}", siteOfMetros, "ankara-tr,1,fiber 0.6,"},
		`demand.csv:2: column hours: value "1 2": want "flat", or 24 loads`:                                             {"{metros: {file: demand.csv}}", siteOfMetros, "ankara-tr,1,,1 2"},
		`demand.csv:3: the metro ankara-tr stands here twice`:                                                           {"{metros: {file: demand.csv}}", siteOfMetros, "ankara-tr,1,,\nAnkara,1,,"},
		`demand.csv:2: Atlantis; want a known metro`:                                                                    {"{metros: {file: demand.csv}}", siteOfMetros, "Atlantis,1,,"},
		`demand.csv:2: 0, -140; want a place within 500 km of a metro; the nearest, `:                                   {"{metros: {file: demand.csv}}", siteOfMetros, "@0;-140"},
		`demand.csv:3: the place is of the metro istanbul-tr, as another is with other access or hours`:                 {"{metros: {file: demand.csv}}", siteOfMetros, "@41;29;fiber 1"},
		`demand.csv: no rows below the header`:                                                                          {"{metros: {file: demand.csv}}", siteOfMetros, ""},
		`workloads[0].metros.weights.izmir-tr: izmir-tr; want`:                                                          {"{metros: {names: [istanbul-tr]}}", "  - {name: site, preset: web-static, metros: {weights: {izmir-tr: 1}}}", ""},
		`workloads[0].access: a mix whose shares sum to 0.4; want a sum of 1`:                                           {"{metros: {names: [istanbul-tr]}}", "  - {name: site, preset: web-static, access: {fiber: 0.4}}", ""},
		`network.access.countries.Mordor: is no country`:                                                                {"{metros: {names: [istanbul-tr]}, access: {countries: {Mordor: {fiber: 1}}}}", siteOfMetros, ""},
		`peak_players: stands beside "concurrent_players", the mean over the day; want peak_players or concurrent_play`: {"{metros: {names: [istanbul-tr]}}", "  - {name: game, preset: competitive-fps, peak_players: 5, concurrent_players: 4}", ""},
		`peak_requests_per_second: stands beside "requests_per_second"`:                                                 {"{metros: {names: [istanbul-tr]}}", "  - {name: site, preset: web-static, peak_requests_per_second: 5, requests_per_second: 4}", ""},
		`peak_requests_per_second: is 0; want more than 0`:                                                              {"{metros: {names: [istanbul-tr]}}", "  - {name: site, preset: api-dynamic, peak_requests_per_second: 0}", ""},
	} {
		header := "city,weight,access,hours\n"
		if at, isPlace := strings.CutPrefix(c.rows, "@"); isPlace {
			header, c.rows = "lat;lon;access;weight\n", at+strings.Repeat(";", 2-strings.Count(at, ";"))+";1\n41,01;28,97;;1"
		}
		_, err := withDemand(c.network, c.workloads, scenario.File{Name: "demand.csv", Data: []byte(strings.TrimSpace(header+c.rows) + "\n")})
		require.ErrorContains(t, err, want)
	}
}

func TestPeaksArePeaks(t *testing.T) {
	s, err := withDemand("{metros: {names: [istanbul-tr, los-angeles-us]}}", `  - {name: game, preset: competitive-fps, peak_players: 1000}
  - {name: site, preset: web-static, peak_requests_per_second: 500, metros: [istanbul-tr]}`)
	require.NoError(t, err)
	for i, want := range []float64{1000, 500} {
		w := &s.Workloads[i]
		users, err := sim.Audiences(s.Network, w)
		require.NoError(t, err)
		ratio, err := w.PeakLoad(users, s.Start)
		require.NoError(t, err)
		var mean float64
		switch d := w.Demand.(type) {
		case workload.Sessions:
			mean = d.ConcurrentPlayers
		case workload.Poisson:
			mean = d.RequestsPerSecond
		case workload.Mixture:
			mean = d.RequestsPerSecond
		}
		require.InEpsilon(t, want, mean*ratio, 1e-9)
	}
	// One metro alone has the peak of its day, 10/7 of the mean at a peak to trough of 2.5.
	require.InEpsilon(t, 500*0.7, s.Workloads[1].Demand.(workload.Mixture).RequestsPerSecond, 1e-9)
}

func TestMixesAreOfAWorkloadOrACountry(t *testing.T) {
	home := topology.AccessMix{topology.Fiber: 0.3, topology.Cable: 0.3, topology.WiFi: 0.4}
	s, err := withDemand("{metros: {names: [istanbul-tr, berlin-de]}, access: {countries: {DE: {dsl: 0.5, wifi: 0.5}}}}",
		siteOfMetros+"\n  - {name: game, preset: competitive-fps, access: {fiber: 1}}")
	require.NoError(t, err)
	of := func(metro string, number int) topology.AccessMix {
		i, ok := s.Network.Index(metro)
		require.True(t, ok)
		return s.Workloads[number].AccessOf(s.Network.At(i))
	}
	require.Equal(t, topology.AccessMix{topology.DSL: 0.5, topology.WiFi: 0.5}, of("berlin-de", 0))
	require.Equal(t, topology.DefaultAccessMix(), of("istanbul-tr", 0))
	require.Equal(t, topology.AccessMix{topology.Fiber: 1}, of("berlin-de", 1))

	isAssumed := func() bool {
		return slices.ContainsFunc(s.Workloads[0].Assumed, func(a workload.Assumption) bool { return a.Field == "Access" })
	}
	s, err = withDemand("{metros: {names: [istanbul-tr]}}", gameOfMetros)
	require.NoError(t, err)
	require.Equal(t, home, of("istanbul-tr", 0), "players are at home")
	require.True(t, isAssumed())
	s, err = withDemand("{metros: {names: [istanbul-tr]}, access: {lte: 1}}", gameOfMetros)
	require.NoError(t, err)
	require.Equal(t, topology.AccessMix{topology.LTE: 1}, of("istanbul-tr", 0), "what the file says stands before what a preset assumes")
	require.False(t, isAssumed())

	// What the file says of one country leaves players in the others at home, for all workloads or one.
	for _, c := range []struct{ network, workload string }{
		{", access: {countries: {Germany: {dsl: 1}}}", ""}, {"", ", access: {countries: {DE: {dsl: 1}}}"},
		{", access: {countries: {DE: {cable: 1}, FR: {cable: 1}}}", ", access: {countries: {DE: {dsl: 1}}}"},
	} {
		s, err = withDemand("{metros: {names: [istanbul-tr, berlin-de, paris-fr]}"+c.network+"}", "  - {name: game, preset: competitive-fps"+c.workload+"}\n"+siteOfMetros)
		require.NoError(t, err)
		require.Equal(t, topology.AccessMix{topology.DSL: 1}, of("berlin-de", 0))
		require.Equal(t, home, of("istanbul-tr", 0))
		require.True(t, isAssumed())
		if strings.Contains(c.network, "FR") {
			require.Equal(t, topology.AccessMix{topology.Cable: 1}, of("paris-fr", 0))
			require.Equal(t, topology.AccessMix{topology.Cable: 1}, of("berlin-de", 1))
		}
		require.Equal(t, topology.DefaultAccessMix(), of("istanbul-tr", 1))
	}

	// So does what a table says of one city.
	s, err = withDemand("{metros: {file: d.csv}}", gameOfMetros, scenario.File{Name: "d.csv", Data: []byte("city,weight,access\nberlin-de,1,dsl 1\nparis-fr,1,\n")})
	require.NoError(t, err)
	require.Equal(t, topology.AccessMix{topology.DSL: 1}, of("berlin-de", 0))
	require.Equal(t, home, of("paris-fr", 0))

	s, err = withDemand("{metros: {names: [istanbul-tr]}, access: {countries: {KR: {dsl: 1}}}}", siteOfMetros)
	require.NoError(t, err)
	require.Equal(t, []string{"network.access.countries.KR: no metro of the network is in that country, so its mix has no effect"}, s.Warnings)
}

// What spreadsheets and careless or hostile hands write is read or refused, as in other tables.
func TestDemandIsReadAsSpreadsheetsWriteIt(t *testing.T) {
	for name, data := range map[string]string{
		"semicolons and commas": "city;weight\nistanbul-tr;1,5\nankara-tr;0,5\n",
		"tabs, CR LF, BOM":      "\ufeffcity\tweight\r\nistanbul-tr\t1.5\r\nankara-tr\t0.5\r\n",
		"commas in all cells":   "city;weight;access;hours\nistanbul-tr;1,5;fiber 0,4 wifi 0,6;" + strings.Repeat("0,5 ", 24) + "\nankara-tr;0,5;;\n",
		"UTF-16":                "\xff\xfec\x00i\x00t\x00y\x00,\x00w\x00e\x00i\x00g\x00h\x00t\x00\n\x00i\x00s\x00t\x00a\x00n\x00b\x00u\x00l\x00-\x00t\x00r\x00,\x003\x00\n\x00a\x00n\x00k\x00a\x00r\x00a\x00-\x00t\x00r\x00,\x001\x00\n\x00",
	} {
		s, err := withDemand("{metros: {file: d.csv}}", siteOfMetros, scenario.File{Name: "d.csv", Data: []byte(data)})
		require.NoError(t, err, name)
		require.Equal(t, map[string]float64{"istanbul-tr": 0.75, "ankara-tr": 0.25}, sharesOf(t, s, 0), name)
	}
	for data, want := range map[string]string{
		"":                                "d.csv:1: empty file",
		"PK\x03\x04xl/workbook.xml":       "d.csv:1: this is ",
		"city,weight,city\na,1,b\n":       "d.csv:1: ",
		"city,weight\nistanbul-tr\n":      "d.csv:2: 1 fields: want 2",
		"city,weight\nistanbul-tr,1e12\n": "d.csv:2: column weight: value \"1e12\": want a number from 0 to 1e+11",
		"city,weight\nistanbul-tr,NaN\n":  "d.csv:2: column weight",
		"city,weight\na\x00b,1\n":         "d.csv:1: this is a binary file",
		"city,weight,access,hours\nistanbul-tr,-1,lte 2,1 2\n":       "d.csv:2: column weight: value \"-1\": want a number from 0 to 1e+11\ns.yaml:4: network.metros.file: d.csv:2: column access: value \"lte 2\": ",
		"city,weight,access\nistanbul-tr,-1,\"fiber 0,4 lte 0,6\"\n": "d.csv:2: column access: value \"fiber 0,4 lte 0,6\": want shares",
		"lat,weight\n12,1\n":                              "d.csv:2: column lon_deg",
		"city,users,players\nistanbul-tr,1,1\n":           "d.csv:1: ",
		"city,weight\n" + strings.Repeat("x,1\n", 30_000): "d.csv:2: x; want a known metro",
	} {
		_, err := withDemand("{metros: {file: d.csv}}", siteOfMetros, scenario.File{Name: "d.csv", Data: []byte(data)})
		require.ErrorContains(t, err, want)
		require.Less(t, len(err.Error()), 10_000)
	}
}

// What is said to be assumed is so of the users for whom it is said.
func TestAssumedIsWhatHoldsForTheUsers(t *testing.T) {
	const (
		mix    = "site: access technologies: the default mix, 40 % wifi, 30 % lte, 10 % 5g, 8 % fiber, 6 % cable, 5 % dsl, 1 % starlink"
		gaming = "game: players of computers and consoles have lines and no mobile phones: 30 % fiber, 30 % cable, 40 % wifi"
		day    = "site: load over the day: cosine with its peak at 21 h local time, peak to trough 2.5"
		some   = " (of 25 % of the users; of the others the scenario says their own)"
	)
	for rows, want := range map[string][]string{
		"istanbul-tr,3,,\nankara-tr,1,,\n":                          {mix, gaming, day},
		"istanbul-tr,3,starlink 1,\nankara-tr,1,fiber 1,\n":         {day},
		"istanbul-tr,3,starlink 1,\nankara-tr,1,,\n":                {mix + some, gaming + some, day},
		"istanbul-tr,3,,flat\nankara-tr,1,,\n":                      {mix, gaming, day + some},
		"istanbul-tr,3,fiber 1,flat\nankara-tr,1,starlink 1,flat\n": {},
	} {
		s, err := withDemand("{metros: {file: d.csv}}",
			"  - {name: game, preset: competitive-fps, concurrent_players: 20}\n  - {name: site, preset: web-static, requests_per_second: 5}",
			scenario.File{Name: "d.csv", Data: []byte("city,weight,access,hours\n" + rows)})
		require.NoError(t, err)
		s.Duration, s.WarmUp, s.Replications, s.SkipWarmUpCheck = time.Second, 0, 1, true
		c, err := s.Run(t.Context())
		require.NoError(t, err)
		var said []string
		for _, a := range c.Assumed {
			for _, text := range []string{mix, gaming, day} {
				if strings.HasPrefix(a, text) {
					said = append(said, a)
				}
			}
		}
		require.ElementsMatch(t, want, said, rows)
		require.Condition(t, func() bool {
			return slices.ContainsFunc(c.Sources, func(source string) bool {
				return strings.HasPrefix(source, "demand by city from d.csv: weights of 2 metros")
			})
		})
	}
}

func FuzzDemandFile(f *testing.F) {
	f.Add([]byte("city,lat,lon,weight,access,hours\nIstanbul,,,300,fiber 0.6 wifi 0.4,flat\n,39.9,32.8,60,,\n"))
	f.Add([]byte("id;players;hours\nistanbul-tr;1,5;0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n"))
	f.Add([]byte("city,weight,access\nParis,1e11,fiber=1\nparis-fr,0,lte:NaN\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := withDemand("{metros: {file: d.csv}}", gameOfMetros, scenario.File{Name: "d.csv", Data: data})
		if err != nil {
			require.Contains(t, err.Error(), "s.yaml")
			return
		}
		require.NoError(t, s.Validate())
	})
}
