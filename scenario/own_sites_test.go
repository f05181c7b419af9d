package scenario_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/scenario"
)

const ownHead = "id,lat_deg,lon_deg,kind,country,parent\n"

func TestOwnSitesAreNotReplacedByTheCatalogs(t *testing.T) {
	for word, want := range map[string]string{
		"all": "rack-lax", "country:US": "rack-lax", "country:usa": "rack-lax", "continent:north america": "rack-lax",
		"rack-lax": "rack-lax", "Rack One": "rack-lax", "pop:rack one": "rack-lax", "pop-den": "pop-den", "Denver": "pop-den",
	} {
		s, err := load(t, "  sites: s.csv", word, "s.csv", "id,name,latitude,Longitude\nrack-lax,Rack One,34.05,-118.24\n")
		require.NoError(t, err, word)
		caches := s.Placements[1].Caches(placement.EdgeCache)
		require.Len(t, caches, 1, word)
		require.Equal(t, want, caches[0].Site, word)
		require.Contains(t, s.Assumed, "countries of 1 sites of s.csv: that of the nearest metro")
		require.Empty(t, s.Warnings)
	}
	_, err := load(t, "  sites: s.csv", `"country:GB"`, "s.csv", ownHead+"a,34,-118,pop,US,\nb,48,2,pop,France,\n")
	require.ErrorContains(t, err, `own.yaml:9: placements[1].edge_caches.sites: "country:GB": none of the 2 own sites that can have the role "edge-cache"; they are in FR, US (Europe, North America)`)
	// Own sites that cannot have the role are in nobody's way.
	s, err := load(t, "  sites: s.csv", `"country:GB"`, "s.csv", ownHead+"a,34,-118,region,US,\n")
	require.NoError(t, err)
	require.Equal(t, "pop-lhr", s.Placements[1].Caches(placement.EdgeCache)[0].Site)
}

func TestAnOwnSiteInPlaceOfTheCatalogsIsTold(t *testing.T) {
	s, err := load(t, "  sites: s.csv", "pop-lax", "s.csv", ownHead+"us-west-2,-33,151,region,AU,\n")
	require.NoError(t, err)
	require.Len(t, s.Warnings, 1)
	require.Regexp(t, `^s.csv:2: us-west-2 stands in place of the region of that name of aws, 12\d\d\d km away$`, s.Warnings[0])
	i := mustIndex(t, s.Network, "us-west-2")
	require.Equal(t, "AU", s.Network.At(i).Country)
}

func TestOwnSitesThatCannotBeAreRefused(t *testing.T) {
	for rows, want := range map[string]string{
		"all,5,0,pop,,\n":                            `s.csv:2: column id: value "all": want another, for this word stands for many sites`,
		"country:US,5,0,pop,,\n":                     `s.csv:2: column id: value "country:US": want another`,
		"aws/pop-lax,5,0,pop,,\n":                    `s.csv:2: column id: value "aws/pop-lax": want another, for aws/ stands before the sites of that provider`,
		"z,5,0,local-zone,,z\n":                      `s.csv:2: "z" has the parent "z", which is a local-zone; want a region`,
		"y,5,0,local-zone,,z\nz,5,0,local-zone,,y\n": `s.csv:2: "y" has the parent "z", which is a local-zone`,
		"r,5,0,region,,r\n":                          `s.csv:2: "r" has the parent "r"; want none, for it is a region`,
		"z,5,0,local-zone,,us-west-9\n":              `s.csv:2: "z" has the parent "us-west-9"; want a region of this list or of aws; nearest are us-west-1`,
		"us-west-2,34,-118,,,\n":                     `s.csv:2: "us-west-2" is a pop, and aws has a region of that id; want the kind region, to stand in its place, or another id`,
		"pop-lax,34,-118,region,,\n":                 `s.csv:2: "pop-lax" is a region, and aws has a pop of that id; want the kind pop`,
		"a,5,0,pop,XX,\n":                            `s.csv:2: column country: value "XX": want a country's code such as US, its English name, or nothing`,
		"a,5,0,pop,Freedonia,\n":                     `s.csv:2: column country: value "Freedonia"`,
	} {
		_, err := load(t, "  sites: s.csv", "pop-lax", "s.csv", ownHead+rows)
		require.ErrorContains(t, err, want)
	}
	_, err := load(t, "  sites: s.csv", "rock", "s.csv", ownHead+"rack,5,0,pop,,\n")
	require.ErrorContains(t, err, "is rock; want a known pop; nearest are ")
	require.ErrorContains(t, err, "; of the own sites rack")
	_, err = load(t, "  sites: s.csv", "dc1", "s.csv", ownHead+"dc1,5,0,region,,\n")
	require.ErrorContains(t, err, `is dc1; want a site that can have the role "edge-cache"; the own site dc1 is a region`)
	_, err = load(t, "  sites: s.csv", "rack", "s.csv", "root:$6$"+strings.Repeat("secret", 50)+":19000:0:99999\n")
	require.ErrorContains(t, err, `s.csv:1: column "id" is missing; there are "root:$6$secret`)
	require.Less(t, strings.Count(err.Error(), "secret"), 7, "errors show little of a file")
	_, err = load(t, "  sites: s.csv", "rack", "s.csv", `{"type": "FeatureCollection", "features": []}`)
	require.ErrorContains(t, err, "s.csv:1: this is a GeoJSON file; want CSV with the columns id, lat_deg, lon_deg: ")
}

func TestColumnsThatNobodyReadsAreTold(t *testing.T) {
	s, err := load(t, "  sites: s.csv", "rack", "s.csv", "id;lat;lon;owner\nrack;34,05;-118,24;me\n")
	require.NoError(t, err)
	require.Equal(t, []string{`s.csv:1: not read: column "owner"; known are id, lat_deg, lon_deg, name, kind, country, continent, parent, provider, internet_users, time_zone, unverified, users_km`}, s.Warnings)
	require.Equal(t, 34.05, s.Network.At(mustIndex(t, s.Network, "rack")).LatDeg, "a decimal comma")
}

func TestNamesOfCitiesStandForIDs(t *testing.T) {
	text := `title: Names
duration: 1m
network:
  metros: {names: [London, "san jose, us"], countries: [luxembourg]}
  measured: {file: r.csv, includes_last_mile: true}
workloads: [{name: site, preset: web-static, metros: [london]}]
placements:
  - {name: region, origin: Frankfurt}
  - {name: pops, extends: region, edge_caches: {sites: [Manchester], size: 1MiB}}
failures: [{site: manchester, at: 10s, for: 1s, timeout: 1s}]
`
	s, err := scenario.ParseFrom("names.yaml", []byte(text), []scenario.File{{Name: "r.csv", Data: []byte("from,to,rtt_ms\nLondon,Frankfurt,40\nParis,Frankfurt,9\n")}})
	require.NoError(t, err)
	require.Equal(t, []string{"london-gb"}, s.Workloads[0].Metros)
	require.Equal(t, "eu-central-1", s.Placements[0].Of(placement.Origin)[0].Site)
	require.Equal(t, "pop-man", s.Placements[1].Caches(placement.EdgeCache)[0].Site)
	require.Equal(t, "pop-man", s.Failures[0].Site)
	mustIndex(t, s.Network, "san-jose-us")
	mustIndex(t, s.Network, "luxembourg-lu")
	require.Contains(t, s.Assumed, "measured, not modelled: the round trips of 1 of 6 pairs of a metro and a site, from r.csv; the median last mile of each metro is part of them")
	london, frankfurt := mustIndex(t, s.Network, "london-gb"), mustIndex(t, s.Network, "eu-central-1")
	routes, err := s.Network.Routes([]int{london}, []int{frankfurt}, 3)
	require.NoError(t, err)
	require.InDelta(t, 40, float64(routes.RTT(0, 0))/1e6, 1e-5, "the last mile is not added twice")
	access, _, _ := routes.Parts(0, 0)
	require.Greater(t, access, time.Millisecond)

	for from, to := range map[string]string{"London, \"san": "San Jose, \"san", "Manchester]": "Nowhere]"} {
		_, err := scenario.ParseFrom("names.yaml", []byte(strings.Replace(text, from, to, 1)), []scenario.File{{Name: "r.csv", Data: []byte("from,to,rtt_ms\nLondon,Frankfurt,40\n")}})
		require.Error(t, err)
	}
	_, err = scenario.ParseFrom("names.yaml", []byte(text), []scenario.File{{Name: "r.csv", Data: []byte("from,to,rtt_ms\nAtlantis,Frankfurt,40\n")}})
	require.ErrorContains(t, err, `r.csv:2: unknown node "Atlantis"; want a known node; nearest are `)
}

func TestMergeKeysTakeOverWhatAMappingLacks(t *testing.T) {
	text := `title: Merge
duration: 1m
x-bases:
  - &a {requests_per_second: 20, day: flat}
  - &b {<<: *a, requests_per_second: 30, preset: api-dynamic}
network: {metros: {names: [london-gb]}}
workloads:
  - {<<: *b, name: one}
  - {name: two, <<: [*a, *b]}
  - &c {"preset": api-dynamic, name: three, <<: [*a]}
placements: [{name: a, compute: eu-west-2}]
`
	s, err := scenario.Parse("m.yaml", []byte(text))
	require.NoError(t, err)
	rates := make(map[string]float64)
	for i := range s.Workloads {
		rates[s.Workloads[i].Name] = s.Workloads[i].Demand.(interface{ PerSecond() float64 }).PerSecond()
	}
	require.Equal(t, map[string]float64{"one": 30, "two": 20, "three": 20}, rates)
	for from, want := range map[string]string{
		"<<: [*a]": "", "<<: 5": "line 10: << takes over what is no mapping", "<<: [*a, 5]": "line 10: << takes over", `"<<": *a`: "unknown key",
	} {
		_, err := scenario.Parse("m.yaml", []byte(strings.Replace(text, "<<: [*a]}", from+"}", 1)))
		if want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, want)
		}
	}
	// Many mergers of mergers are no more work than their keys.
	bomb := "title: b\nx-0: &b0 {k: 1}\n"
	for i := range 60 {
		bomb += fmt.Sprintf("x-%d: &b%d {<<: [*b%d, *b%d, *b%d]}\n", i+1, i+1, i, i, i)
	}
	_, err = scenario.Parse("b.yaml", []byte(bomb))
	require.ErrorContains(t, err, "missing")
}

func TestErrorsOfManyAndLongMistakesAreShort(t *testing.T) {
	var b strings.Builder
	b.WriteString("title: x\n")
	for i := range 50_000 {
		fmt.Fprintf(&b, "unknown%d: 1\n", i)
	}
	_, err := scenario.Parse("many.yaml", []byte(b.String()))
	require.ErrorContains(t, err, "many.yaml:2: unknown0: unknown key")
	require.ErrorContains(t, err, "many.yaml: and 49")
	require.Less(t, len(err.Error()), 5000)
	_, err = scenario.Parse("shadow", []byte("root:$6$"+strings.Repeat("secret", 50)+":19000:0:99999: \n"))
	require.Error(t, err)
	require.Less(t, strings.Count(err.Error(), "secret"), 7)
	for file, want := range map[string]string{
		"<graphml><graph/></graphml>": "x:1: this is GraphML; want a scenario in YAML", `{"type": "FeatureCollection"}`: "x:1: this is a GeoJSON file",
		strings.Repeat("#", 5<<20): "x: has 5242880 bytes; want 4194304 at most", `{"title": 5}`: `the key "duration" is missing`,
	} {
		_, err = scenario.Parse("x", []byte(file))
		require.ErrorContains(t, err, want)
	}
	_, err = scenario.Parse("long.yaml", []byte("title: x\nduration: "+strings.Repeat("9", 100_000)+"\n"+strings.Repeat("k", 100_000)+": 1\nseed: "+strings.Repeat("s", 100_000)+"\n"))
	require.Error(t, err)
	require.Less(t, len(err.Error()), 2000)
}

func TestOwnSitesAreAmongWhatIsSuggested(t *testing.T) {
	const rows = "id,name,lat_deg,lon_deg,kind\nmy-lon,My London,51.5,-0.1,region\nmy-par,My Paris,48.9,2.3,pop\n"
	for word, want := range map[string]string{
		"my-lno":    `; of the own sites my-par; the own site my-lon is a region, which cannot have the role "edge-cache"`,
		"my-prr":    "; of the own sites my-par",
		"My London": `is My London; want a site that can have the role "edge-cache"; the own site my-lon is a region`,
		"my london": `the own site my-lon is a region`,
		"my-lon":    `is my-lon; want a site that can have the role "edge-cache"; the own site my-lon is a region`,
		"us-west-2": `; us-west-2 is a region of aws; of the own sites my-par`,
	} {
		_, err := load(t, "  sites: s.csv", word, "s.csv", rows)
		require.ErrorContains(t, err, want, word)
	}
}
