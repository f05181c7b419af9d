package topology_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

const zooHead = `<?xml version="1.0" encoding="utf-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key attr.name="label" attr.type="string" for="node" id="d33" />
  <key attr.name="Longitude" attr.type="double" for="node" id="d32" />
  <key attr.name="Latitude" attr.type="double" for="node" id="d29" />
  <key attr.name="Network" attr.type="string" for="graph" id="d3" />
  <graph edgedefault="undirected">
`

func TestZooMapsAreRead(t *testing.T) {
	m, err := topology.ReadTowns("Tiny.graphml", strings.NewReader(zooHead+`
    <data key="d3">Tiny &amp; Co</data>
    <node id="0"><data key="d29">40.71</data><data key="d32">-74.0</data><data key="d33">New York</data></node>
    <node id="1"><data key="d29">41.85</data><data key="d32">-87.65</data></node>
    <node id="2"><data key="d33">Somewhere</data></node>
    <edge source="1" target="0"/><edge source="0" target="1"/><edge source="0" target="2"/><edge source="1" target="1"/>
  </graph></graphml>`))
	require.NoError(t, err)
	require.Equal(t, &topology.TownMap{
		Name: "Tiny & Co",
		Towns: []topology.Node{
			{ID: "0", Name: "New York", Kind: topology.Exchange, LatDeg: 40.71, LonDeg: -74},
			{ID: "1", Kind: topology.Exchange, LatDeg: 41.85, LonDeg: -87.65},
		},
		Cables:   [][2]string{{"0", "1"}},
		Unplaced: []string{"2"},
	}, m)
	_, err = topology.NewFabric(m.Towns, m.Cables)
	require.NoError(t, err)
}

func TestAnOriginalMapIsRead(t *testing.T) {
	f, err := os.Open("testdata/Abilene.graphml")
	require.NoError(t, err)
	defer f.Close()
	m, err := topology.ReadTowns("Abilene.graphml", f)
	require.NoError(t, err)
	require.Equal(t, "Abilene", m.Name)
	require.Len(t, m.Towns, 11)
	require.Len(t, m.Cables, 14)
	require.Empty(t, m.Unplaced)
}

func TestBadGraphMLNamesFileAndElement(t *testing.T) {
	const end = "</graph></graphml>"
	for body, want := range map[string]string{
		"":              "z.graphml:7: XML syntax error",
		`<node/>` + end: `z.graphml:7: <node>: no id`,
		`<node id="a"><data key="d29">91</data></node>` + end:                        `z.graphml:7: node "a": Latitude "91": want a number from -90 to 90`,
		`<node id="a"><data key="d32">x</data></node>` + end:                         `z.graphml:7: node "a": Longitude "x"`,
		`<node id="a"><data key="d29">9</data></node>` + end:                         `z.graphml:7: node "a": one of Latitude and Longitude`,
		`<node id="a"><data key="d29">9</data><data key="d29">8</data></node>` + end: `z.graphml:7: <data>: "latitude" stands twice`,
		`<key id="k" for="node" attr.name="LABEL"/>` + end:                           `z.graphml:7: <key>: "label" is the name of key "d33", too`,
		`<key id="d33"/>` + end:                                                      `z.graphml:7: <key>: id "d33" given twice`,
		"<node id=\"a\nb\"/>" + end:                                                  `<node>: id "a\nb": want printable text`,
		`<node id="a"><data key="d1">9</data></node>` + end:                          `z.graphml:7: <data>: key "d1" was not declared`,
		`<node id="a"/>` + end:                                                       `z.graphml: graph "": node "a" has no Latitude and Longitude`,
		end:                                                                          `z.graphml: graph "": no nodes`,
		`<node id="a"><graph edgedefault="directed"/></node>`:                        `a second graph`,
		`<node id="a"><node id="b"/></node>` + end:                                   `an element inside of another`,
		`<hyperedge/>` + end:                                                         `<hyperedge> is not supported`,
		`<edge source="a"/>` + end:                                                   `<edge>: source "a", target ""`,
		`<edge directed="true" source="a" target="b"/>` + end:                        `z.graphml:7: edge "a" - "b": directed true: want that of the graph`,
		`<node id="a"><data key="d29">1</data><data key="d32">1</data></node><edge source="a" target="b"/>` + end: `z.graphml:7: edge "a" - "b": unknown node "b"`,
		`<node id="a"/><node id="a"/>` + end: `node "a": id given twice`,
	} {
		_, err := topology.ReadTowns("z.graphml", strings.NewReader(zooHead+body))
		require.ErrorContains(t, err, want, body)
	}
	for file, want := range map[string]string{
		"": "no element <graph>", "<graphml></graphml>": "no element <graph>", `<graph edgedefault="maybe"/>`: `edgedefault "maybe"`,
		`<key attr.name="x"/>`: "<key>: no id", `<node id="a"/>`: "outside of <graph>", "plain text": "no element <graph>",
	} {
		_, err := topology.ReadTowns("z.graphml", strings.NewReader(file))
		require.ErrorContains(t, err, want, file)
	}
}

func exportedWorld(t testing.TB) *topology.Network {
	t.Helper()
	n, err := topology.New([]topology.Node{
		{ID: "m", Name: `"Café" & <Bar>`, Kind: topology.Metro, Country: "FR", Continent: "Europe", LatDeg: 48.85, LonDeg: 2.35, Users: 1e6, TimeZone: "Europe/Paris"},
		{ID: "x", Kind: topology.Exchange, Stub: true},
		{ID: "r", Kind: topology.Region, Provider: "p", LatDeg: -1.5},
		{ID: "z", Kind: topology.LocalZone, Parent: "r", Provider: "p"},
	}, append(topology.Link{From: "m", To: "x", Kind: topology.Access, OneWay: 1234567, Jitter: 1500, Loss: 0.25}.Both(),
		topology.Link{From: "x", To: "z", Kind: topology.Internet, OneWay: 3 * time.Millisecond, CapacityBitsPerSecond: 1e9, Sharing: topology.EqualParts, Measured: true},
		topology.Link{From: "z", To: "r", Kind: topology.Backbone, OneWay: 7 * time.Millisecond}))
	require.NoError(t, err)
	return n
}

func TestNetworksSurviveGraphML(t *testing.T) {
	n := exportedWorld(t)
	var file bytes.Buffer
	require.NoError(t, n.WriteGraphML(&file))
	again, err := topology.ReadNetwork("n.graphml", &file, topology.DefaultDelayModel(), topology.ReadOptions{})
	require.NoError(t, err)
	require.Equal(t, n.AllNodes(), again.AllNodes())
	require.Equal(t, n.Links(), again.Links())
}

func TestOwnGraphsTakeTheModelsDelayByDistance(t *testing.T) {
	n, err := topology.ReadNetwork("own.graphml", strings.NewReader(`<graphml>
<key id="a" attr.name="lat_deg"/><key id="o" attr.name="lon_deg"/><key id="w" attr.name="one_way_ms"/>
<graph edgedefault="undirected">
<node id="p"><data key="a">0</data><data key="o">0</data></node>
<node id="q"><data key="a">0</data><data key="o">10</data></node>
<node id="r"/>
<edge source="p" target="q"/><edge source="q" target="r"><data key="w">2.5</data></edge>
</graph></graphml>`), testModel(), topology.ReadOptions{})
	require.NoError(t, err)
	require.Len(t, n.Links(), 4, "undirected: both ways")
	r := route(t, n, "r", "p", topology.Public)
	km := topology.DistanceKm(topology.Place{}, topology.Place{LonDeg: 10})
	require.Equal(t, 2500*time.Microsecond+testModel().Internet.OneWay(km), r.OneWay(0, 0))
}

func TestBadNetworksNameFileAndElement(t *testing.T) {
	const head = `<graphml><key id="kind"/><key id="link"/><key id="one_way_ms"/><key id="lat_deg"/><key id="lon_deg"/><key id="users"/>
<key id="stub"/><key id="time_zone"/><key id="loss"/><key id="jitter_ms"/><key id="capacity_bps"/><key id="sharing"/><key id="measured"/><graph edgedefault="directed">
`
	data := func(key, value string) string { return `<data key="` + key + `">` + value + `</data>` }
	edge := func(data string) string {
		return `<node id="a"/><node id="b"/><edge source="a" target="b">` + data + `</edge>`
	}
	for body, want := range map[string]string{
		`<node id="a">` + data("kind", "town") + `</node>`:             `n.graphml:3: node "a": node kind is "town"`,
		`<node id="a">` + data("lat_deg", "99") + `</node>`:            `node "a": lat_deg "99"`,
		`<node id="a">` + data("lon_deg", "999") + `</node>`:           `node "a": lon_deg "999"`,
		`<node id="a">` + data("users", "-1") + `</node>`:              `node "a": users "-1"`,
		`<node id="a">` + data("stub", "perhaps") + `</node>`:          `node "a": stub "perhaps"`,
		`<node id="a">` + data("time_zone", "Mars/Crater") + `</node>`: `node "a": time_zone "Mars/Crater"`,
		`<node id="a">` + data("kind", "local-zone") + `</node>`:       `n.graphml: node "a": Parent is ""`,
		edge(""):                       `edge "a" - "b": no one_way_ms`,
		edge(data("one_way_ms", "-1")): `edge "a" - "b": one_way_ms "-1"`,
		edge(data("one_way_ms", "1") + data("link", "copper")):                              `link kind is "copper"`,
		edge(data("one_way_ms", "1") + data("loss", "2")):                                   `loss "2"`,
		edge(data("one_way_ms", "1") + data("jitter_ms", "x")):                              `jitter_ms "x"`,
		edge(data("one_way_ms", "1") + data("capacity_bps", "-5")):                          `capacity_bps "-5"`,
		edge(data("one_way_ms", "1") + data("capacity_bps", "5") + data("sharing", "lifo")): `sharing is "lifo"`,
		edge(data("one_way_ms", "1") + data("measured", "yes")):                             `measured "yes"`,
	} {
		_, err := topology.ReadNetwork("n.graphml", strings.NewReader(head+body+"</graph></graphml>"), testModel(), topology.ReadOptions{})
		require.ErrorContains(t, err, want, body)
	}
	_, err := topology.ReadNetwork("n.graphml", strings.NewReader(""), topology.DelayModel{}, topology.ReadOptions{})
	require.ErrorContains(t, err, "Inflation is 0")
}

func TestNetworksAreDrawn(t *testing.T) {
	var dot bytes.Buffer
	require.NoError(t, exportedWorld(t).WriteDOT(&dot))
	require.Equal(t, `digraph network {
  "m" [label="\"Café\" & <Bar>", shape=circle, pos="23.5,488.5"];
  "x" [label="x", shape=point, pos="0,0"];
  "r" [label="r", shape=box, pos="0,-15"];
  "z" [label="z", shape=diamond, pos="0,0"];
  "m" -> "x" [style=dotted, dir=none, label="1.234567"];
  "x" -> "z" [style=solid, dir=forward, label="3"];
  "z" -> "r" [style=bold, dir=forward, label="7"];
}
`, dot.String())
}

func FuzzReadGraphML(f *testing.F) {
	f.Add(zooHead + `<node id="0"><data key="d29">40.7</data><data key="d32">-74</data></node></graph></graphml>`)
	f.Add(`<graphml><graph edgedefault="directed"><node id="a"/><edge source="a" target="a"/></graph></graphml>`)
	f.Add(`<graphml><key id="w" attr.name="one_way_ms"/><graph edgedefault="undirected"><node id="a"/><node id="b"/><edge source="a" target="b"><data key="w">1</data></edge></graph></graphml>`)
	f.Add("<graph")
	f.Fuzz(func(t *testing.T, file string) {
		if m, err := topology.ReadTowns("fuzz.graphml", strings.NewReader(file)); err == nil {
			_, err := topology.NewFabric(m.Towns, m.Cables)
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, "fuzz.graphml")
		}
		n, err := topology.ReadNetwork("fuzz.graphml", strings.NewReader(file), topology.DefaultDelayModel(), topology.ReadOptions{})
		if err != nil {
			require.ErrorContains(t, err, "fuzz.graphml")
			return
		}
		require.Positive(t, n.Len())
	})
}
