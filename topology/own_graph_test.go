package topology_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
)

// ownGraph reads a graph and returns what it warns of.
func ownGraph(t *testing.T, file string) (n *topology.Network, warnings []string) {
	t.Helper()
	n, err := topology.ReadNetwork("g.graphml", strings.NewReader(file), testModel(), topology.ReadOptions{Warn: func(w string) { warnings = append(warnings, w) }})
	require.NoError(t, err)
	return n, warnings
}

// edges returns a graph of a and b with one edge that has the attribute, and what else is given.
func edges(attribute, value, more string) string {
	return fmt.Sprintf(`<graphml><key id="w" for="edge" attr.name=%q/><key id="la" for="node" attr.name="Latitude"/><key id="lo" for="node" attr.name="Longitude"/>
<graph edgedefault="undirected"><node id="a"><data key="la">0</data><data key="lo">1</data></node><node id="b"><data key="la">0</data><data key="lo">11</data></node>
<edge source="a" target="b"><data key="w">%s</data></edge>%s</graph></graphml>`, attribute, value, more)
}

func TestDelaysAreReadUnderEveryNameThatSaysItsUnit(t *testing.T) {
	for attribute, value := range map[string]string{
		"one_way_ms": "12.5", "One_Way_Ms": "12.5", "one_way_us": "12500", "one_way_s": "0.0125", "delay_ms": "12.5", "latency_us": "12500",
		"oneway_ms": "12.5", "delay_s": "0.0125", "rtt_ms": "25", "rtt_us": "25000", "rtt_s": "0.025",
	} {
		n, warnings := ownGraph(t, edges(attribute, value, ""))
		require.Equal(t, 12500*time.Microsecond, route(t, n, "a", "b", topology.Public).OneWay(0, 0), attribute)
		if attribute == "one_way_ms" || attribute == "One_Way_Ms" {
			require.Empty(t, warnings)
		} else {
			require.Len(t, warnings, 1)
			require.Contains(t, warnings[0], fmt.Sprintf("the delays of 1 edges are read from %q", strings.ToLower(attribute)))
		}
	}
	// FNSS has the unit in the graph.
	fnss := strings.Replace(edges("delay", "12500", ""), "<graph ", `<key id="u" for="graph" attr.name="delay_unit"/><graph `, 1)
	fnss = strings.Replace(fnss, "<node", `<data key="u">us</data><node`, 1)
	n, warnings := ownGraph(t, fnss)
	require.Equal(t, 12500*time.Microsecond, route(t, n, "a", "b", topology.Public).OneWay(0, 0))
	require.Equal(t, []string{`g.graphml: the delays of 1 edges are read from "delay": one way, in us (delay_unit of the graph)`}, warnings)
}

func TestNoDelayOfAFileIsReplacedUnseen(t *testing.T) {
	modelled := testModel().Internet.OneWay(topology.DistanceKm(topology.Place{LonDeg: 1}, topology.Place{LonDeg: 11}))
	for attribute, want := range map[string]string{
		"LinkSpeed": `g.graphml: not read: the attributes of edges "LinkSpeed" (1); if one is the delay, call it one_way_ms`,
		"weight":    `g.graphml: not read: the attributes of edges "weight" (1); if one is the delay, call it one_way_ms`,
		"cost":      `"cost" (1)`,
	} {
		n, warnings := ownGraph(t, edges(attribute, "12.5", ""))
		require.Equal(t, modelled, route(t, n, "a", "b", topology.Public).OneWay(0, 0))
		require.Len(t, warnings, 2)
		require.Equal(t, "g.graphml: 1 of 1 edges have no delay: it is what the model says for the distance (the first at line 3)", warnings[0])
		require.Contains(t, warnings[1], want)
	}
	n, warnings := ownGraph(t, edges("one_way_ms", "", ""))
	require.Equal(t, modelled, route(t, n, "a", "b", topology.Public).OneWay(0, 0))
	require.Contains(t, warnings[0], "1 of 1 edges have no delay", "an empty one is none")
}

// The Topology Zoo has towns of which it does not know where they are.
func TestEdgesToNowhereAreLeftOutAndTold(t *testing.T) {
	zoo := func(kind string) string {
		return strings.Replace(edges("LinkLabel", "OC-48", `<edge source="a" target="none"/>`), "<edge", `<node id="none">`+kind+`</node><edge`, 1)
	}
	n, warnings := ownGraph(t, zoo(""))
	require.Len(t, n.Links(), 2)
	require.Contains(t, warnings, "g.graphml: 1 of 2 edges lead to an exchange without coordinates and have no delay: they are left out (the first at line 3)")
	_, err := topology.ReadNetwork("g.graphml", strings.NewReader(strings.Replace(zoo(`<data key="k">pop</data>`), "<graph ", `<key id="k" attr.name="kind"/><graph `, 1)), testModel(), topology.ReadOptions{})
	require.ErrorContains(t, err, `g.graphml:3: edge "a" - "none": no one_way_ms: want it`, "a site is not lost")
}

func TestGraphMLThatIsNotClearIsRefused(t *testing.T) {
	for file, want := range map[string]string{
		edges("delay", "12.5", ""):                                `g.graphml:3: edge "a" - "b": delay "12.5": want its unit in the name of the attribute: one_way_ms`,
		edges("latency", "nan", ""):                               `latency "nan": want a number, and its unit in the name of the attribute, such as one_way_ms`,
		edges("Latency", "12.5", ""):                              `Latency "12.5": want its unit`,
		edges("latency", "12.5", ""):                              `latency "12.5": want its unit`,
		edges("rtt", "12.5", ""):                                  `rtt "12.5": want its unit`,
		edges("one_way_ms", "3600001", ""):                        `one_way_ms "3600001": want a number from 0 to 3.6e+06`,
		edges("rtt_s", "7201", ""):                                `rtt_s "7201": want a number from 0 to 7200`,
		edges("one_way_ms", "1", `<edge source="a" target="c"/>`): `g.graphml:3: edge "a" - "c": there is no node "c"`,
		edges("one_way_ms", "1", `<node id="a"/>`):                `g.graphml:3: node "a": id given twice`,
		strings.Replace(edges("one_way_ms", "1", ""), `<graph `, `<key id="r" attr.name="rtt_ms"><default>5</default></key><graph `, 1):             `delays in one_way_ms and rtt_ms: want one`,
		strings.Replace(edges("one_way_ms", "1", ""), `<graph `, `<key id="l" for="node" attr.name="lat_deg"><default>5</default></key><graph `, 1): `node "a": lat_deg and latitude: want one of them`,
		strings.Replace(edges("one_way_ms", "1", ""), `<graph `, `<key id="w2" for="edge" attr.name="One_way_ms"/><graph `, 1):                      `<key>: "one_way_ms" is the name of key "w", too`,
		edges("one_way_ms", `1</data><data key="w">2`, ""): `<data>: "one_way_ms" stands twice`,
		"Creator \"x\"\ngraph [\n]":                        "g.graphml:1: this is GML; want GraphML: in Python, for example: import networkx",
		`{"nodes": [], "links": []}`:                       "this is a graph as JSON (node-link); want GraphML: ",
		`<?xml version="1.0"?><gexf><graph/></gexf>`:       "this is GEXF; want GraphML: ",
		`<?xml version="1.0" encoding="ISO-8859-1"?><network xmlns="http://sndlib.zib.de/network"><networkStructure/></network>`: "this is an SNDlib file (XML)",
		`<?xml version="1.0" encoding="klingon"?><graphml/>`:                                                                     `encoding "klingon" is not known: want UTF-8`,
		"id,lat\na,1\n": "no element <graph>",
	} {
		_, err := topology.ReadNetwork("g.graphml", strings.NewReader(file), testModel(), topology.ReadOptions{})
		require.ErrorContains(t, err, want, file)
	}
}

// As networkx, yEd, Gephi, igraph and the Topology Zoo write graphs: a metro and a region, 7 and 5 ms apart.
func TestGraphsOfUsualToolsAreRead(t *testing.T) {
	for tool, file := range map[string]string{
		"networkx": `<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
  <key id="d3" for="edge" attr.name="measured" attr.type="boolean"/><key id="d2" for="edge" attr.name="one_way_ms" attr.type="double"/>
  <key id="d1" for="node" attr.name="users" attr.type="long"/><key id="d0" for="node" attr.name="kind" attr.type="string"/>
  <graph edgedefault="undirected"><node id="m"><data key="d0">metro</data><data key="d1">5</data></node><node id="1"/><node id="r"><data key="d0">region</data></node>
    <edge source="m" target="1" id="0"><data key="d2">7</data><data key="d3">True</data></edge><edge source="1" target="r" id="0"><data key="d2">5</data><data key="d3">False</data></edge>
    <edge source="1" target="r" id="1"><data key="d2">50</data></edge></graph></graphml>`,
		"yEd": `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">
  <key attr.name="Description" attr.type="string" for="graph" id="d0"/><key for="port" id="d1" yfiles.type="portgraphics"/><key for="node" id="d5" yfiles.type="nodegraphics"/><key for="graphml" id="d11" yfiles.type="resources"/>
  <key attr.name="kind" attr.type="string" for="node" id="d6"><default/></key><key attr.name="users" attr.type="int" for="node" id="d7"/>
  <key attr.name="one_way_ms" attr.type="double" for="edge" id="d9"/><key for="edge" id="d10" yfiles.type="edgegraphics"/>
  <graph edgedefault="directed" id="G"><data key="d0"/>
    <node id="m"><data key="d5"><y:ShapeNode><y:Geometry height="30.0"/><y:NodeLabel alignment="center">Town<y:LabelModel/></y:NodeLabel></y:ShapeNode></data><data key="d6">metro</data><data key="d7">5</data></node>
    <node id="n1"><data key="d5"><y:ShapeNode><y:NodeLabel/></y:ShapeNode></data><port name="North"/></node><node id="r"><data key="d6">region</data></node>
    <edge id="e0" source="m" target="n1"><data key="d9">7</data><data key="d10"><y:PolyLineEdge><y:EdgeLabel>7</y:EdgeLabel></y:PolyLineEdge></data></edge>
    <edge id="e1" source="n1" target="r" directed="false"><data key="d9">5</data></edge><edge id="e2" source="n1" target="m"><data key="d9">7</data></edge>
  </graph><data key="d11"><y:Resources/></data></graphml>`,
		"Gephi": `<?xml version="1.0" encoding="UTF-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key attr.name="label" attr.type="string" for="node" id="label"/><key attr.name="Edge Label" attr.type="string" for="edge" id="edgelabel"/>
<key attr.name="weight" attr.type="double" for="edge" id="weight"/><key attr.name="kind" attr.type="string" for="node" id="kind"/><key attr.name="users" attr.type="long" for="node" id="users"/>
<key attr.name="delay_ms" attr.type="double" for="edge" id="delay_ms"/><key attr.name="size" attr.type="float" for="node" id="size"/>
<graph edgedefault="undirected"><node id="m"><data key="label">Town</data><data key="kind">metro</data><data key="users">5</data><data key="size">10.0</data></node>
<node id="x"/><node id="r"><data key="kind">region</data></node>
<edge id="0" source="m" target="x"><data key="weight">1.0</data><data key="delay_ms">7</data></edge><edge id="1" source="x" target="r"><data key="weight">2.0</data><data key="delay_ms">5</data></edge></graph></graphml>`,
		"igraph": `<?xml version="1.0" encoding="UTF-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns"><!-- Created by igraph -->
<key id="v_name" for="node" attr.name="name" attr.type="string"/><key id="v_kind" for="node" attr.name="kind" attr.type="string"/><key id="v_users" for="node" attr.name="users" attr.type="double"/>
<key id="e_latency_ms" for="edge" attr.name="latency_ms" attr.type="double"/><graph id="G" edgedefault="undirected">
<node id="m"><data key="v_name">Town</data><data key="v_kind">Metro</data><data key="v_users">5</data></node><node id="n1"><data key="v_name">x</data></node><node id="r"><data key="v_kind">region</data></node>
<edge source="m" target="n1"><data key="e_latency_ms">7</data></edge><edge source="n1" target="r"><data key="e_latency_ms">5</data></edge></graph></graphml>`,
	} {
		t.Run(tool, func(t *testing.T) {
			n, warnings := ownGraph(t, file)
			require.Equal(t, 12*time.Millisecond, route(t, n, "m", "r", topology.Public).OneWay(0, 0))
			require.Equal(t, 12*time.Millisecond, route(t, n, "r", "m", topology.Public).OneWay(0, 0))
			i, _ := n.Index("m")
			require.Equal(t, 5.0, n.At(i).Users)
			switch tool {
			case "networkx":
				require.True(t, route(t, n, "m", "r", topology.Public).Measured(0, 0))
				require.Len(t, warnings, 1)
			case "Gephi":
				require.Equal(t, "Town", n.At(i).Name)
				require.Contains(t, warnings[1], `not read: the attributes of nodes "size" (1)`)
				require.Contains(t, warnings[2], `not read: the attributes of edges "weight" (2)`)
			case "yEd":
				require.Equal(t, "Town", n.At(i).Name, "what is drawn")
				require.Empty(t, warnings, "but for that drawings are no attributes")
			}
		})
	}
}

// west - middle - east, and by a detour.
func transit(middle string) string {
	return `<graphml><key id="k" for="node" attr.name="kind"/><key id="s" for="node" attr.name="stub"/><key id="t" for="node" attr.name="transit"/>
<key id="w" for="edge" attr.name="one_way_ms"/><key id="l" for="edge" attr.name="link"/><graph edgedefault="undirected">
<node id="west"><data key="k">metro</data></node><node id="middle">` + middle + `</node><node id="detour"/><node id="own"/><node id="east"><data key="k">region</data></node>
<edge source="west" target="middle"><data key="w">10</data></edge><edge source="middle" target="east"><data key="w">10</data></edge>
<edge source="west" target="detour"><data key="w">50</data></edge><edge source="detour" target="east"><data key="w">50</data></edge></graph></graphml>`
}

func TestNodesOfOwnGraphsCarryTrafficOfOthersUnlessTheyAreStubs(t *testing.T) {
	kind := func(kind string) string { return `<data key="k">` + kind + `</data>` }
	access := func(file string) string {
		return strings.Replace(file, "</graph>", `<edge source="middle" target="own"><data key="w">1</data><data key="l">access</data></edge></graph>`, 1)
	}
	const stub, yes, no = `<data key="s">true</data>`, `<data key="t">true</data>`, `<data key="t">false</data>`
	for name, c := range map[string]struct {
		file string
		want time.Duration
	}{
		"exchange":                         {transit(""), 20 * time.Millisecond},
		"metro":                            {transit(kind("metro")), 20 * time.Millisecond},
		"pop":                              {transit(kind("pop")), 20 * time.Millisecond},
		"region":                           {transit(kind("region")), 20 * time.Millisecond},
		"stub":                             {transit(kind("pop") + stub), 100 * time.Millisecond},
		"stub exchange":                    {transit(stub), 100 * time.Millisecond},
		"without transit":                  {transit(kind("metro") + no), 100 * time.Millisecond},
		"metro with access links":          {access(transit(kind("metro"))), 100 * time.Millisecond},
		"metro with access links, transit": {access(transit(kind("metro") + yes)), 20 * time.Millisecond},
		"pop with a metro's access links":  {access(transit(kind("pop"))), 20 * time.Millisecond},
	} {
		n, _ := ownGraph(t, c.file)
		require.Equal(t, c.want, route(t, n, "west", "east", topology.Public).OneWay(0, 0), name)
		var out strings.Builder
		require.NoError(t, n.WriteGraphML(&out))
		again, warnings := ownGraph(t, out.String())
		require.Empty(t, warnings)
		require.Equal(t, n.AllNodes(), again.AllNodes(), "the rule survives being written")
	}
}

func TestNoRouteSaysWhatStandsBetween(t *testing.T) {
	only := func(middle, more string) string {
		file := strings.Replace(transit(middle), `<edge source="west" target="detour"><data key="w">50</data></edge>`, "", 1)
		return strings.Replace(file, "</graph>", more+"</graph>", 1)
	}
	for file, want := range map[string]string{
		only(`<data key="k">pop</data><data key="t">false</data>`, ""):                                                                                `routes: no route from "west" to "east" over access+internet links: "middle" lies between, a pop, which carries no traffic of others; want an exchange there, or a node with transit`,
		only(`<data key="k">metro</data><data key="s">true</data>`, ""):                                                                               `"middle" lies between, a stub (metro), which carries no traffic of others`,
		strings.Replace(only("", ""), `<edge source="west" target="middle">`, `<edge source="west" target="middle"><data key="l">backbone</data>`, 1): `no such links join them, but with backbone links there is a way`,
		strings.Replace(only("", ""), `<edge source="west" target="middle">`, `<edge source="middle" target="west" directed="true">`, 1):              `links lead the other way alone`,
		strings.Replace(only("", ""), `<edge source="west" target="middle"><data key="w">10</data></edge>`, "", 1):                                    `no links join them`,
	} {
		n, _ := ownGraph(t, file)
		west, _ := n.Index("west")
		east, _ := n.Index("east")
		_, err := n.Routes([]int{west}, []int{east}, topology.Public)
		require.ErrorContains(t, err, want)
	}
}

func TestAStubCarriesNoTransit(t *testing.T) {
	_, err := topology.New([]topology.Node{{ID: "a", Kind: topology.PoP, Stub: true, Transit: true}}, nil)
	require.ErrorContains(t, err, `node "a": Transit is true; want false for a stub`)
}
