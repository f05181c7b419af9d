package topology

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// The names under which nodes of an own graph have what is read of them, in lower case.
var (
	latNames     = []string{"lat_deg", "latitude", "lat"}
	lonNames     = []string{"lon_deg", "longitude", "lon", "lng", "long"}
	userNames    = []string{"users", "internet_users"}
	countryNames = []string{"country", "country_code"}
	zoneNames    = []string{"time_zone", "timezone"}
	nodeNames    = slices.Concat([]string{"label", "name", drawnLabel, "kind", "continent", "parent", "provider", "stub", "transit", "users_km"},
		latNames, lonNames, userNames, countryNames, zoneNames)
	edgeNames = []string{"link", "capacity_bps", "sharing", "jitter_ms", "loss", "measured"}
)

// A delayName is a name under which edges have their delay.
type delayName struct {
	name string
	ms   float64 // of one unit, one way
	unit string
}

// delayNames are all of them: the unit stands in the name.
var delayNames = func() (names []delayName) {
	units := []struct {
		ending string
		ms     float64
		unit   string
	}{{"_ms", 1, "ms"}, {"_us", 1e-3, "µs"}, {"_s", 1e3, "s"}}
	for _, u := range units {
		for _, name := range []string{"one_way", "oneway", "delay", "latency"} {
			names = append(names, delayName{name + u.ending, u.ms, "one way, in " + u.unit})
		}
		names = append(names, delayName{"rtt" + u.ending, u.ms / 2, "a round trip, in " + u.unit})
	}
	return names
}()

// withoutUnit are names of delays that do not say their unit. FNSS says it in the graph's attribute delay_unit.
var withoutUnit = []string{"delay", "latency", "one_way", "oneway", "rtt"}

// unitsMs are the units that the graph's delay_unit may name, in ms.
var unitsMs = map[string]float64{"us": 1e-3, "ms": 1, "s": 1e3}

// ReadNetwork reads a network from GraphML: what [Network.WriteGraphML] writes, or an own graph, such as networkx,
// igraph, yEd, Gephi and the Internet Topology Zoo write. file names the source in errors, which say line, element and
// value, and in warnings.
//
// Nodes may have the attributes kind (see [ParseNodeKind]; an exchange, if left out), label or name, lat_deg and
// lon_deg (or latitude and longitude, lat and lon), users, country, continent, parent, provider, time_zone, users_km, stub and
// transit. Edges may have one_way_ms, link (see [ParseLinkKind]; internet, if left out), capacity_bps, sharing (see [ParseSharing]), jitter_ms, loss
// and measured. Upper and lower case are the same, and so for True and False; the defaults of keys count.
//
// The delay may have another name with its unit in it: one_way, oneway, delay or latency, or rtt for both ways, each
// with _ms, _us or _s, or delay where the graph has a delay_unit. An edge without takes what the model says for the
// distance between its ends; between exchanges of which one has no coordinates, as towns unknown to the Topology Zoo, it
// is left out. An edge of an undirected graph goes both ways. Of parallel edges of one kind of link the
// fastest is taken, and edges from a node to itself are left out. The options hear of all this, and of attributes that
// nobody reads.
//
// Every node carries traffic of others over its links, as the towns of a backbone do, unless it is a stub: metros and
// sites, too ([Node].Transit). Only a metro with access links carries none, unless transit says so: what ends there is
// its users' own lines.
func ReadNetwork(file string, r io.Reader, model DelayModel, options ReadOptions) (*Network, error) {
	if err := model.Validate(); err != nil {
		return nil, err
	}
	g, err := readGraphML(file, r, options.Warn)
	if err != nil {
		return nil, err
	}
	b := &ownGraph{graphML: g, model: model, options: options, at: make(map[string]Place), kindOf: make(map[string]NodeKind)}
	nodes, err := b.readNodes()
	if err != nil {
		return nil, err
	}
	links, err := b.readLinks()
	if err != nil {
		return nil, err
	}
	b.setTransit(nodes, links)
	b.tell()
	n, err := New(nodes, links)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return n, nil
}

// An ownGraph is a network in the making.
type ownGraph struct {
	*graphML
	model   DelayModel
	options ReadOptions
	at      map[string]Place
	kindOf  map[string]NodeKind
	// transit holds what nodes say of it themselves.
	transit map[string]bool
	// The edges that are worth telling: loops, parallel ones, those without a delay, those that have neither delay nor
	// length; and how many have a delay under each name.
	loops, parallel, modelled, lost []int // lines
	delays                          map[delayName]int
}

func (b *ownGraph) readNodes() ([]Node, error) {
	var nodes []Node
	b.transit = make(map[string]bool)
	for i := range b.nodes {
		e := &b.nodes[i]
		node, placed, err := b.networkNode(e)
		if err != nil {
			return nil, err
		}
		if _, ok := b.kindOf[node.ID]; ok {
			return nil, fmt.Errorf("%s:%d: node %q: id given twice", b.file, e.line, e.id)
		}
		b.kindOf[node.ID] = node.Kind
		if placed {
			b.at[node.ID] = node.place()
		}
		nodes = append(nodes, node)
	}
	return nodes, nil
}

// readLinks makes the links, of parallel ones the fastest.
func (b *ownGraph) readLinks() ([]Link, error) {
	type ends struct {
		from, to string
		kind     LinkKind
	}
	place := make(map[ends]int)
	var links []Link
	var first error // of an edge without delay and length
	b.delays = make(map[delayName]int)
	for i := range b.edges {
		e := &b.edges[i]
		for _, id := range [2]string{e.source, e.target} {
			if _, ok := b.kindOf[id]; !ok {
				return nil, fmt.Errorf("%s:%d: edge %q - %q: there is no node %q", b.file, e.line, e.source, e.target, id)
			}
		}
		if e.source == e.target {
			b.loops = append(b.loops, e.line)
			continue
		}
		l, err := b.networkLink(e)
		if errors.Is(err, errNoDelay) && b.leadsNowhere(e) {
			b.lost = append(b.lost, e.line)
			first = cmp.Or(first, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		ways := []Link{l}
		if !e.directed {
			ways = l.Both()
		}
		twice := false
		for _, l := range ways {
			at := ends{l.From, l.To, l.Kind}
			k, ok := place[at]
			switch {
			case !ok:
				place[at] = len(links)
				links = append(links, l)
			case l.OneWay < links[k].OneWay:
				links[k] = l
			}
			twice = twice || ok
		}
		if twice {
			b.parallel = append(b.parallel, e.line)
		}
	}
	if len(links) == 0 {
		return nil, first
	}
	return links, nil
}

// leadsNowhere reports whether an edge has an end without a place that is an exchange, and none that is more.
func (b *ownGraph) leadsNowhere(e *graphMLElement) bool {
	nowhere := 0
	for _, id := range [2]string{e.source, e.target} {
		if _, placed := b.at[id]; !placed {
			if b.kindOf[id] != Exchange {
				return false
			}
			nowhere++
		}
	}
	return nowhere > 0
}

// setTransit says which metros and sites carry traffic of others.
func (b *ownGraph) setTransit(nodes []Node, links []Link) {
	endsAccess := make(map[string]bool)
	for _, l := range links {
		if l.Kind == Access {
			endsAccess[l.From], endsAccess[l.To] = true, true
		}
	}
	for i := range nodes {
		n := &nodes[i]
		if n.Kind == Exchange || n.Stub {
			continue
		}
		said, ok := b.transit[n.ID]
		n.Transit = said || !ok && !(n.Kind == Metro && endsAccess[n.ID])
	}
}

// tell says what is odd.
func (b *ownGraph) tell() {
	for _, d := range slices.SortedFunc(maps.Keys(b.delays), func(x, y delayName) int { return strings.Compare(x.name, y.name) }) {
		if d.name != "one_way_ms" {
			b.warn.Say("%s: the delays of %d edges are read from %q: %s", b.file, b.delays[d], d.name, d.unit)
		}
	}
	for _, odd := range []struct {
		lines []int
		text  string
	}{
		{b.modelled, "have no delay: it is what the model says for the distance"},
		{b.lost, "lead to an exchange without coordinates and have no delay: they are left out"},
		{b.parallel, "are parallel to others: of each pair of nodes the fastest is taken"},
		{b.loops, "lead from a node to itself: they are left out"},
	} {
		if len(odd.lines) > 0 {
			b.warn.Say("%s: %d of %d edges %s (the first at line %d)", b.file, len(odd.lines), len(b.edges), odd.text, odd.lines[0])
		}
	}
	b.tellUnread("node", b.nodes, nodeNames)
	read := slices.Clone(edgeNames)
	for d := range b.delays {
		read = append(read, d.name)
	}
	b.tellUnread("edge", b.edges, read)
}

// tellUnread names the attributes of nodes or edges that nobody has read, with how many have them.
func (b *ownGraph) tellUnread(what string, elements []graphMLElement, read []string) {
	count := make(map[string]int)
	for i := range elements {
		for name, value := range elements[i].attributes {
			if value != "" && !slices.Contains(read, name) {
				count[name]++
			}
		}
	}
	if len(count) == 0 {
		return
	}
	const shown = 12
	var names []string
	for _, name := range slices.Sorted(maps.Keys(count)) {
		names = append(names, fmt.Sprintf("%s (%d)", text.Quote(b.as(name)), count[name]))
	}
	if more := len(names) - shown; more > 0 {
		names = append(names[:shown], fmt.Sprintf("and %d more", more))
	}
	hint := ""
	if what == "edge" && len(b.delays) == 0 {
		hint = "; if one is the delay, call it one_way_ms"
	}
	b.warn.Say("%s: not read: the attributes of %ss %s%s", b.file, what, strings.Join(names, ", "), hint)
}

// networkNode makes a node of an element, and says whether it has a place.
func (b *ownGraph) networkNode(e *graphMLElement) (n Node, placed bool, err error) {
	what := fmt.Sprintf("node %q", e.id)
	name, _ := e.first("label", "name", drawnLabel)
	zone, zoneName := e.first(zoneNames...)
	n = Node{
		ID: e.id, Name: name, Kind: Exchange, Continent: e.attributes["continent"], Parent: e.attributes["parent"],
		Provider: e.attributes["provider"], TimeZone: zone,
	}
	if kind := e.attributes["kind"]; kind != "" {
		if n.Kind, err = ParseNodeKind(strings.ToLower(kind)); err != nil {
			return n, false, fmt.Errorf("%s:%d: %s: %w", b.file, e.line, what, err)
		}
	}
	if country, name := e.first(countryNames...); country != "" {
		code, ok := b.options.country(country)
		if !ok && n.Kind != Exchange { // where nobody is, and nothing stands, it counts for nothing
			return n, false, fmt.Errorf("%s:%d: %s: %s %s: want %s", b.file, e.line, what, name, text.Quote(country), b.options.wantCountry())
		}
		if ok {
			n.Country = code
		}
	}
	var hasLat, hasLon bool
	if n.LatDeg, hasLat, err = b.number(e, what, -90, 90, latNames...); err != nil {
		return n, false, err
	}
	if n.LonDeg, hasLon, err = b.number(e, what, -180, 180, lonNames...); err != nil {
		return n, false, err
	}
	if n.Users, _, err = b.number(e, what, 0, maxUsers, userNames...); err != nil {
		return n, false, err
	}
	if n.Spread, err = ParseSpread(e.attributes["users_km"]); err != nil {
		return n, false, fmt.Errorf("%s:%d: %s: users_km %s: want %s", b.file, e.line, what, text.Quote(e.attributes["users_km"]), wantSpread)
	}
	if n.Stub, _, err = b.truth(e, what, "stub"); err != nil {
		return n, false, err
	}
	transit, said, err := b.truth(e, what, "transit")
	if err != nil {
		return n, false, err
	}
	if said {
		b.transit[n.ID] = transit
	}
	if n.TimeZone != "" {
		if _, err := time.LoadLocation(n.TimeZone); err != nil || n.TimeZone == "Local" {
			return n, false, fmt.Errorf("%s:%d: %s: %s %s: want an IANA time zone such as Europe/Paris", b.file, e.line, what, zoneName, text.Quote(n.TimeZone))
		}
	}
	return n, hasLat && hasLon, nil
}

// networkLink makes a link of an edge.
func (b *ownGraph) networkLink(e *graphMLElement) (l Link, err error) {
	what := fmt.Sprintf("edge %q - %q", e.source, e.target)
	l = Link{From: e.source, To: e.target, Kind: Internet}
	if kind := e.attributes["link"]; kind != "" {
		if l.Kind, err = ParseLinkKind(strings.ToLower(kind)); err != nil {
			return l, fmt.Errorf("%s:%d: %s: %w", b.file, e.line, what, err)
		}
	}
	if l.OneWay, err = b.delay(e, what, l.Kind); err != nil {
		return l, err
	}
	jitter, _, err := b.number(e, what, 0, maxOneWayMs, "jitter_ms")
	if err != nil {
		return l, err
	}
	l.Jitter = millisecondsDuration(jitter)
	if l.CapacityBitsPerSecond, _, err = b.number(e, what, 0, 1e18, "capacity_bps"); err != nil {
		return l, err
	}
	if name := e.attributes["sharing"]; name != "" {
		if l.Sharing, err = ParseSharing(strings.ToLower(name)); err != nil {
			return l, fmt.Errorf("%s:%d: %s: %w", b.file, e.line, what, err)
		}
	}
	if l.Loss, _, err = b.number(e, what, 0, 1, "loss"); err != nil {
		return l, err
	}
	l.Measured, _, err = b.truth(e, what, "measured")
	return l, err
}

const maxOneWayMs = float64(MaxOneWay) / float64(time.Millisecond)

// delay returns the delay of an edge, its own or what the model says for its length.
func (b *ownGraph) delay(e *graphMLElement, what string, kind LinkKind) (time.Duration, error) {
	var given []delayName
	for _, d := range delayNames {
		if e.attributes[d.name] != "" {
			given = append(given, d)
		}
	}
	for _, name := range withoutUnit {
		if e.attributes[name] == "" || len(given) > 0 {
			continue
		}
		if x, err := strconv.ParseFloat(e.attributes[name], 64); err != nil || !(math.Abs(x) <= math.MaxFloat64) {
			return 0, fmt.Errorf("%s:%d: %s: %s %s: want a number, and its unit in the name of the attribute, such as one_way_ms", b.file, e.line, what, b.as(name), text.Quote(e.attributes[name]))
		}
		unit := strings.ToLower(b.attributes["delay_unit"])
		ms, ok := unitsMs[unit]
		if name != "delay" || !ok {
			return 0, fmt.Errorf("%s:%d: %s: %s %s: want its unit in the name of the attribute: one_way_ms, one_way_us or one_way_s, or rtt_ms for both ways",
				b.file, e.line, what, b.as(name), text.Quote(e.attributes[name]))
		}
		given = append(given, delayName{name, ms, "one way, in " + unit + " (delay_unit of the graph)"})
	}
	switch len(given) {
	case 0:
		from, okFrom := b.at[e.source]
		to, okTo := b.at[e.target]
		path, err := b.model.Of(kind)
		if err != nil || !okFrom || !okTo {
			return 0, fmt.Errorf("%s:%d: %s: %w", b.file, e.line, what, errNoDelay)
		}
		b.modelled = append(b.modelled, e.line)
		return path.OneWay(DistanceKm(from, to)), nil
	case 1:
		d := given[0]
		x, _, err := b.number(e, what, 0, maxOneWayMs/d.ms, d.name)
		b.delays[d]++
		return millisecondsDuration(x * d.ms), err
	}
	return 0, fmt.Errorf("%s:%d: %s: delays in %s and %s: want one", b.file, e.line, what, b.as(given[0].name), b.as(given[1].name))
}

// errNoDelay is the error of an edge whose delay nobody can tell.
var errNoDelay = errors.New("no one_way_ms: want it, or an internet or backbone link between nodes with lat_deg and lon_deg")

// truth returns a boolean attribute of an element, and whether there is one.
func (g *graphML) truth(e *graphMLElement, what, name string) (value, ok bool, err error) {
	s := e.attributes[name]
	if s == "" {
		return false, false, nil
	}
	if value, err = strconv.ParseBool(strings.ToLower(s)); err != nil {
		return false, false, fmt.Errorf("%s:%d: %s: %s %s: want true or false", g.file, e.line, what, name, text.Quote(s))
	}
	return value, true, nil
}
