package scenario_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/topology"
)

const ownNetwork = `title: Own network
duration: 1m
network:
  metros: {names: [los-angeles-us, denver-us]}
NETWORK
workloads: [{name: site, preset: web-static}, {name: api, preset: api-dynamic}]
placements:
  - {name: region, origin: us-west-2, compute: us-west-2}
  - {name: pops, extends: region, edge_caches: {sites: POPS, size: 1MiB}}
`

const ownGraph = `<graphml><key id="k" for="node" attr.name="kind" attr.type="string"/><key id="u" for="node" attr.name="users" attr.type="double"/>
<key id="m" for="edge" attr.name="one_way_ms" attr.type="double"/>
<graph edgedefault="undirected">
<node id="town"><data key="k">metro</data><data key="u">10</data></node>
<node id="us-west-2"><data key="k">region</data></node>
<node id="edge"><data key="k">pop</data></node>
<edge source="town" target="edge"><data key="m">3</data></edge>
<edge source="town" target="us-west-2"><data key="m">40</data></edge>
<edge source="edge" target="us-west-2"><data key="m">25</data></edge>
</graph></graphml>`

// load reads the scenario with its own files beside it, which are given by name and text.
func load(t *testing.T, network, pops string, files ...string) (*edgewise.Study, error) {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o644))
	}
	text := strings.NewReplacer("NETWORK", network, "POPS", pops).Replace(ownNetwork)
	if strings.Contains(network, "graphml") {
		text = strings.Replace(text, "  metros: {names: [los-angeles-us, denver-us]}\n", "", 1)
	}
	file := filepath.Join(dir, "own.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	return scenario.Load(file)
}

// oneWay returns the delay between two nodes of a study, and whether it is measured.
func oneWay(t *testing.T, s *edgewise.Study, from, to string) (time.Duration, bool) {
	t.Helper()
	a, ok := s.Network.Index(from)
	require.True(t, ok, from)
	b, ok := s.Network.Index(to)
	require.True(t, ok, to)
	routes, err := s.Network.Routes([]int{a}, []int{b}, topology.AnyKind)
	require.NoError(t, err)
	access, _, _ := routes.Parts(0, 0)
	return routes.OneWay(0, 0) - access, routes.Measured(0, 0)
}

func TestMeasuredRoundTripsStandInPlaceOfTheModel(t *testing.T) {
	for _, rtts := range []string{
		"from,to,rtt_ms\nlos-angeles-us,us-west-2,31\npop-lax,us-west-2,22\nparis-fr,us-west-2,140\n",
		"x,us-west-2,pop-lax\nlos-angeles-us,31,\npop-lax,22,0.1\nparis-fr,140,-\n",
	} {
		s, err := load(t, "  measured: rtts.csv", "[pop-lax, pop-den]", "rtts.csv", rtts)
		require.NoError(t, err)
		ns, measured := oneWay(t, s, "los-angeles-us", "us-west-2")
		require.True(t, measured)
		require.Equal(t, 31*time.Millisecond/2, ns)
		ns, _ = oneWay(t, s, "us-west-2", "pop-lax")
		require.Equal(t, 11*time.Millisecond, ns)
		_, measured = oneWay(t, s, "denver-us", "us-west-2")
		require.False(t, measured)
		require.Contains(t, s.Assumed, "measured, not modelled: the round trips of 1 of 6 pairs of a metro and a site, and of 1 pairs of other nodes, from rtts.csv")
	}
}

func TestLinksChangeAsTheFileSays(t *testing.T) {
	s, err := load(t, `  links:
    - {from: pop-lax, to: us-west-2, kind: backbone, one_way: 9ms, mbit_per_second: 100, sharing: fifo, jitter: 1ms, loss: 0.01}
    - {from: x-denver-us, to: pop-den, loss: 0.02}
    - {from: x-denver-us, to: us-west-2, one_way: 7ms, one_direction: true}`, "[pop-lax, pop-den]")
	require.NoError(t, err)
	ns, measured := oneWay(t, s, "pop-lax", "us-west-2")
	require.Equal(t, 9*time.Millisecond, ns, "no delay model corrects what the file says")
	require.True(t, measured)
	links := map[[2]string]topology.Link{}
	for _, l := range s.Network.Links() {
		if l.Kind != topology.Internet || l.From == "x-denver-us" || l.To == "x-denver-us" {
			links[[2]string{l.From, l.To}] = l
		}
	}
	for _, pair := range [][2]string{{"pop-lax", "us-west-2"}, {"us-west-2", "pop-lax"}} {
		require.Equal(t, topology.Link{
			From: pair[0], To: pair[1], Kind: topology.Backbone, OneWay: 9 * time.Millisecond,
			CapacityBitsPerSecond: 100e6, Sharing: topology.FirstCome, Jitter: time.Millisecond, Loss: 0.01, Measured: true,
		}, links[pair])
	}
	near := links[[2]string{"pop-den", "x-denver-us"}]
	require.Equal(t, 0.02, near.Loss)
	require.Positive(t, near.OneWay, "what is not given stays")
	require.False(t, near.Measured)
	require.Contains(t, links, [2]string{"x-denver-us", "us-west-2"})
	require.NotContains(t, links, [2]string{"us-west-2", "x-denver-us"})
}

func TestProvidersMayBeMixed(t *testing.T) {
	text := strings.Replace(ownNetwork, "NETWORK", "  sites: sites.csv", 1)
	text = strings.Replace(text, "POPS", "pop-lax", 1)
	text += `  - name: mixed
    extends: region
    add:
      origin: {provider: google, backup: us-west1}
      edge_caches: {provider: cloudflare, sites: [pop-lax, "country:MX"], size: 1MiB}
    routing: {weighted: {cloudflare/pop-lax: 1}}
  - {name: own, extends: region, edge_caches: {provider: fastly, sites: rack, size: 1MiB}}
`
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "sites.csv"), []byte("id,lat_deg,lon_deg,provider\nrack,34.05,-118.24,fastly\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "test.yaml"), []byte(text), 0o600))
	s, err := scenario.Load(filepath.Join(dir, "test.yaml"))
	require.NoError(t, err)
	mixed := s.Placements[2]
	require.Equal(t, "google/us-west1", mixed.Of(placement.Origin)[1].Site)
	require.True(t, mixed.Of(placement.Origin)[1].Backup)
	require.Equal(t, "cloudflare/pop-lax", mixed.Caches(placement.EdgeCache)[0].Site)
	require.Greater(t, len(mixed.Caches(placement.EdgeCache)), 1)
	require.Equal(t, "cloudflare", s.Network.At(mustIndex(t, s.Network, "cloudflare/pop-lax")).Provider)
	require.Equal(t, "aws", s.Network.At(mustIndex(t, s.Network, "pop-lax")).Provider, "that of the network has the name alone")
	require.Equal(t, "rack", s.Placements[3].Caches(placement.EdgeCache)[0].Site)
	for _, files := range []string{"aws_regions.csv", "google_regions.csv", "cloudflare_pops.csv"} {
		require.True(t, slices.ContainsFunc(s.Sources, func(line string) bool { return strings.HasPrefix(line, files) }), files)
	}

	bad := func(from, to, want string) {
		_, err := scenario.Parse(filepath.Join(dir, "test.yaml"), []byte(strings.Replace(text, from, to, 1)))
		require.ErrorContains(t, err, want)
	}
	bad("provider: google", "provider: goggle", `placements[2].add.origin.provider: is "goggle"; want one of aws`)
	bad("sites: [pop-lax, \"country:MX\"]", "sites: rec-us-west-2", `placements[2].add.edge_caches.sites: is rec-us-west-2; want a known pop`)
	bad("provider: fastly, sites: rack", "provider: aws, sites: rack", `placements[3].edge_caches.sites: is rack; want a site that can have the role "edge-cache"; the own site rack is a pop of fastly`)
}

func TestOwnSitesStandBesideTheCatalog(t *testing.T) {
	sites := "id,lat_deg,lon_deg,kind,country,parent\nrack-lax,34.05,-118.24,pop,US,\nrack-den,39.74,-104.99,pop,US,\nown-zone,34.1,-118.2,local-zone,US,us-west-1\n"
	s, err := load(t, "  sites: sites.csv", "all", "sites.csv", sites)
	require.NoError(t, err)
	require.Len(t, s.Placements[1].Caches(placement.EdgeCache), 2, "all own PoPs, none of the catalog")
	_, ok := s.Network.Index("own-zone")
	require.False(t, ok, "no placement names it")
	ns, _ := oneWay(t, s, "los-angeles-us", "rack-lax")
	require.Less(t, ns, 5*time.Millisecond)
	i, _ := s.Network.Index("rack-lax")
	require.Equal(t, "North America", s.Network.At(i).Continent)

	s, err = load(t, "  sites: sites.csv", "[rack-den, pop-lax, own-zone]", "sites.csv", sites)
	require.NoError(t, err)
	_, ok = s.Network.Index("us-west-1")
	require.True(t, ok, "a zone brings its region along")
}

func TestAnOwnGraphIsTheWholeNetwork(t *testing.T) {
	s, err := load(t, "  graphml: g.xml\n  measured: rtts.csv", "edge", "g.xml", ownGraph, "rtts.csv", "from,to,rtt_ms\ntown,edge,5\n")
	require.NoError(t, err)
	require.Equal(t, 3, s.Network.Len())
	ns, measured := oneWay(t, s, "town", "edge")
	require.Equal(t, 2500*time.Microsecond, ns)
	require.True(t, measured)
	ns, _ = oneWay(t, s, "edge", "us-west-2")
	require.Equal(t, 25*time.Millisecond, ns)
	s.Replications, s.Duration = 1, time.Second
	_, err = s.Run(t.Context())
	require.NoError(t, err)
}

func TestMistakesInOwnFilesAreNamedByFileAndLine(t *testing.T) {
	const rtts = "from,to,rtt_ms\nlos-angeles-us,us-west-2,31\n"
	for _, c := range []struct {
		network, pops, name, text, want string
	}{
		{"  measured: none.csv", "pop-lax", "x", "", "own.yaml:5: network.measured: open"},
		{"  measured: .", "pop-lax", "x", "", `own.yaml:5: network.measured: is "."; want a file`},
		{"  measured: r.csv", "pop-lax", "r.csv", rtts + "pop-lax,us-west-2,fast\n", "r.csv:3: column rtt_ms"},
		{"  measured: r.csv", "pop-lax", "r.csv", rtts + "pop-lax,us-west-9,5\n", `r.csv:3: unknown node "us-west-9"`},
		{"  measured: r.csv", "pop-lax", "r.csv", "from,to,rtt_ms\n", `r.csv: no pair is measured: it has a header alone`},
		{"  measured: r.csv", "pop-lax", "r.csv", "from,to,rtt_ms\nparis-fr,us-west-2,NA\n", `r.csv: no pair is measured`},
		{"  measured: r.csv", "pop-lax", "r.csv", "from,to,rtt_ms\nparis-fr,us-west-2,31\n", `r.csv: none of its 1 pairs is between nodes of this scenario`},
		{"  measured: r.csv", "pop-lax", "r.csv", "x,us-west-2\nlos-angeles-us,-5\n", `r.csv:2: column "us-west-2": value "-5"`},
		{"  sites: s.csv", "pop-lax", "s.csv", "id,lat_deg,lon_deg\nrack,95,0\n", `s.csv:2: column lat_deg`},
		{"  sites: s.csv", "pop-lax", "s.csv", "id,lat_deg,lon_deg,kind\nrack,5,0,pop\nhut,5,0,metro\n", `s.csv:3: "hut" is a metro; want a site`},
		{"  sites: s.csv", "pop-lax", "s.csv", "id,lat_deg,lon_deg,kind\nrack,5,0,pops\n", `a kind of site: pop, regional-edge-cache, local-zone, wavelength-zone or region`},
		{"  sites: s.csv", "rock", "s.csv", "id,lat_deg,lon_deg,kind\nrack,5,0,pop\n", `own.yaml:9: placements[1].edge_caches.sites: is rock; want a known pop`},
		{"  graphml: g.xml", "edge", "g.xml", strings.Replace(ownGraph, ">25<", ">-25<", 1), `g.xml:9: edge "edge" - "us-west-2"`},
		{"  graphml: g.xml", "edge", "g.xml", strings.Replace(ownGraph, ">10<", ">0<", 1), `g.xml: no node is of the kind metro and has users`},
		{"  graphml: g.xml", "pop-lax", "g.xml", ownGraph, `own.yaml:8: placements[1].edge_caches.sites: "pop-lax": the graph has no site`},
		{"  graphml: g.xml", "edge", "g.xml", strings.Replace(strings.Replace(ownGraph, `<edge source="town" target="edge"><data key="m">3</data></edge>`, "", 1), `<graph `, `<key id="s" attr.name="stub"><default>true</default></key><graph `, 1),
			`own.yaml:4: network.graphml: routes: no route from "town" to "edge" over access+internet links: "us-west-2" lies between, a stub (region), which carries no traffic of others`},
		{"  graphml: g.xml\n  provider: aws", "edge", "g.xml", ownGraph, `own.yaml:5: network.provider: stands beside graphml`},
		{"  links: [{from: pop-lax, to: pop-mars, one_way: 1ms}]", "pop-lax", "x", "", `own.yaml:5: network.links[0]: unknown node "pop-mars"`},
		{"  links: [{from: denver-us, to: x-denver-us, jitter: 1ms}]", "pop-lax", "x", "", `want kind: access for the one there is, or one_way for a new one`},
		{"  links: [{from: pop-lax, to: us-west-2, loss: 0.1}]", "pop-lax", "x", "", `there is no internet link pop-lax - us-west-2; want one_way for a new one`},
		{"  links: [{from: pop-lax, to: us-west-2, one_way: 1ms, loss: 1.5}]", "pop-lax", "x", "", `own.yaml:5: network.links[0].loss: is 1.5`},
		{"  links: [{from: pop-lax, to: us-west-2, one_way: 1ms}, {from: us-west-2, to: pop-lax, one_way: 1ms}]", "pop-lax", "x", "", `stands twice`},
		{"  links: [{from: pop-lax, to: us-west-2, one_way: 1ms, sharing: fifo}]", "pop-lax", "x", "", `own.yaml:5: network.links[0].sharing: is fifo; want none without a capacity`},
		{"  links: [{from: pop-lax, to: us-west-2, one_way: 1ms, mbit_per_second: 0, sharing: ps}]", "pop-lax", "x", "", `own.yaml:5: network.links[0].sharing: is ps; want none without a capacity`},
		{"  links: [{from: pop-lax, to: us-west-2, one_way: 1ms, mbit_per_second: 10, sharing: lifo}]", "pop-lax", "x", "", `own.yaml:5: network.links[0].sharing: is "lifo"; want one of none, fifo, ps`},
		{"  links: [{from: pop-lax, one_way: 1ms}]", "pop-lax", "x", "", `own.yaml:5: network.links[0]: the key "to" is missing`},
	} {
		_, err := load(t, c.network, c.pops, c.name, c.text)
		require.Error(t, err, c.want)
		require.ErrorContains(t, err, c.want)
		require.ErrorContains(t, err, "own.yaml:")
	}
}
